// Figures of the sessions' returns, alone and against a benchmark. The formulas stand with the members of Statistics.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "engine/statistics.hpp"

namespace bellwether::statistics {

/// Simple returns of the sessions, the first against `initial_equity`. Nothing when an equity that a return is
/// measured against is not positive.
std::optional<std::vector<double>> daily_returns(Money initial_equity, std::span<const DailyEquity> daily);

/// Indices of the sessions whose return is one session's: those that the market had no other before, without data.
std::vector<std::size_t> single_sessions(std::span<const DailyEquity> daily);

/// (1 + annual)^(1 / periods_per_year) - 1. `annual` must be greater than -1.
double rate_of_period(double annual, double periods_per_year);

/// Arithmetic mean, summed from left to right; 0 for none.
double mean(std::span<const double> values);

/// Sample standard deviation (divides by n - 1); nothing below two values. 0 where it is within rounding of zero.
std::optional<double> standard_deviation(std::span<const double> values);

/// cov(returns, benchmark) / var(benchmark). Nothing below two values and where the benchmark does not vary. Both spans
/// must be of one length; so below.
std::optional<double> beta(std::span<const double> returns, std::span<const double> benchmark);

/// Pearson's correlation coefficient. Nothing below two values and where either does not vary.
std::optional<double> correlation(std::span<const double> returns, std::span<const double> benchmark);

/// mean(r - rf) / stdev(r) x sqrt(P). Nothing below two values and at zero volatility.
std::optional<double> sharpe_ratio(std::span<const double> returns, const StatisticsOptions& options);

/// Sets the figures of Statistics that depend on `returns` alone.
void add_return_statistics(std::span<const double> returns, const StatisticsOptions& options, Statistics& out);

/// Sets the figures against a benchmark. Both spans must be of one length.
void add_benchmark_statistics(std::span<const double> returns, std::span<const double> benchmark,
                              const StatisticsOptions& options, Statistics& out);

}  // namespace bellwether::statistics
