#include "engine/statistics/returns.hpp"

#include <algorithm>
#include <cmath>

#include "engine/calendar.hpp"
#include "engine/statistics/elementary.hpp"

namespace bellwether::statistics {
namespace {

/// A return carries an error of about this size from rounding, so a smaller spread says nothing.
constexpr double kRoundingNoise = 1e-15;

std::vector<double> less(std::span<const double> values, double rate) {
  std::vector<double> result(values.begin(), values.end());
  for (double& value : result) value -= rate;
  return result;
}

std::vector<double> less(std::span<const double> values, std::span<const double> others) {
  std::vector<double> result(values.begin(), values.end());
  for (std::size_t i = 0; i < result.size(); ++i) result[i] -= others[i];
  return result;
}

/// Quantile at percent / 100 of ascending `sorted`, interpolated at (n - 1) percent / 100 (Hyndman and Fan 1996,
/// type 7).
double quantile(std::span<const double> sorted, std::size_t percent) {
  const std::size_t position = (sorted.size() - 1) * percent;  // In hundredths of a rank.
  const std::size_t rank = position / 100;
  const double fraction = static_cast<double>(position % 100) / 100;
  if (rank + 1 == sorted.size()) return sorted[rank];
  return sorted[rank] + (sorted[rank + 1] - sorted[rank]) * fraction;
}

double mean_of_lowest(std::span<const double> sorted, std::size_t percent) {
  return mean(sorted.first((sorted.size() - 1) * percent / 100 + 1));
}

/// A quantile of 1 % needs five times the returns that one of 5 % does.
constexpr std::uint64_t kFarTail = 5;

void add_tails(std::span<const double> returns, const StatisticsOptions& options, Statistics& out) {
  if (returns.empty()) return;
  std::vector<double> sorted(returns.begin(), returns.end());
  std::sort(sorted.begin(), sorted.end());
  out.value_at_risk_95 = quantile(sorted, 5);
  out.expected_shortfall_95 = mean_of_lowest(sorted, 5);
  if (options.returns_min > 1 && returns.size() < kFarTail * options.returns_min) return;
  out.value_at_risk_99 = quantile(sorted, 1);
  out.expected_shortfall_99 = mean_of_lowest(sorted, 1);
}

void add_moments(std::span<const double> returns, Statistics& out) {
  const double center = mean(returns);
  const auto n = static_cast<double>(returns.size());
  double second = 0;
  double third = 0;
  double fourth = 0;
  for (const double value : returns) {
    const double deviation = value - center;
    const double square = deviation * deviation;
    second += square;
    third += square * deviation;
    fourth += square * square;
  }
  second /= n;
  out.skew = third / n / (second * std::sqrt(second));
  out.kurtosis = fourth / n / (second * second) - 3;
}

void add_sortino(std::span<const double> returns, const StatisticsOptions& options, Statistics& out) {
  const double periods = options.periods_per_year;
  const double acceptable = rate_of_period(options.minimum_acceptable_annual, periods);
  double sum_of_squares = 0;
  for (const double value : returns) {
    const double shortfall = std::min(value - acceptable, 0.0);
    sum_of_squares += shortfall * shortfall;
  }
  const double downside = std::sqrt(sum_of_squares / static_cast<double>(returns.size()));
  if (downside <= kRoundingNoise) return;
  out.sortino = mean(less(returns, acceptable)) / downside * std::sqrt(periods);
}

/// The population moments make the variance non-negative: kurtosis >= skew^2 + 1, so it is at least
/// (1 - skew SR / 2)^2.
void add_probabilistic_sharpe(double sharpe, std::size_t n, const StatisticsOptions& options, Statistics& out) {
  const double kurtosis = *out.kurtosis + 3;
  const double variance = 1 - *out.skew * sharpe + (kurtosis - 1) / 4 * sharpe * sharpe;
  if (variance <= kRoundingNoise) return;
  const double excess = sharpe - options.benchmark_sharpe / std::sqrt(options.periods_per_year);
  out.probabilistic_sharpe = normal_cdf(excess * std::sqrt(static_cast<double>(n - 1)) / std::sqrt(variance));
}

}  // namespace

std::optional<std::vector<double>> daily_returns(Money initial_equity, std::span<const DailyEquity> daily) {
  std::vector<double> returns;
  returns.reserve(daily.size());
  Money before = initial_equity;
  for (const DailyEquity& day : daily) {
    if (!before.is_positive()) return std::nullopt;
    // The difference is exact, which keeps the precision of small returns.
    returns.push_back((day.equity - before).to_double() / before.to_double());
    before = day.equity;
  }
  return returns;
}

std::vector<std::size_t> single_sessions(std::span<const DailyEquity> daily) {
  std::vector<std::size_t> single;
  single.reserve(daily.size());
  for (std::size_t i = 0; i < daily.size(); ++i) {
    const bool hole =
        i > 0 && !SessionCalendar::us_equity().between(daily[i - 1].session + 1, daily[i].session - 1).empty();
    if (!hole) single.push_back(i);
  }
  return single;
}

double rate_of_period(double annual, double periods_per_year) {
  if (annual == 0) return 0;
  return power(1 + annual, 1 / periods_per_year) - 1;
}

double mean(std::span<const double> values) {
  if (values.empty()) return 0;
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

std::optional<double> standard_deviation(std::span<const double> values) {
  if (values.size() < 2) return std::nullopt;
  const double center = mean(values);
  double sum = 0;
  for (const double value : values) sum += (value - center) * (value - center);
  const double deviation = std::sqrt(sum / static_cast<double>(values.size() - 1));
  return deviation <= kRoundingNoise ? 0 : deviation;
}

std::optional<double> beta(std::span<const double> returns, std::span<const double> benchmark) {
  const auto deviation = standard_deviation(benchmark);
  if (!deviation || *deviation == 0) return std::nullopt;
  const double center = mean(benchmark);
  const double own_center = mean(returns);
  double covariance = 0;
  double variance = 0;
  for (std::size_t i = 0; i < returns.size(); ++i) {
    covariance += (returns[i] - own_center) * (benchmark[i] - center);
    variance += (benchmark[i] - center) * (benchmark[i] - center);
  }
  return covariance / variance;
}

std::optional<double> correlation(std::span<const double> returns, std::span<const double> benchmark) {
  const auto slope = beta(returns, benchmark);
  const auto deviation = standard_deviation(returns);
  if (!slope || *deviation == 0) return std::nullopt;
  return std::clamp(*slope * *standard_deviation(benchmark) / *deviation, -1.0, 1.0);
}

std::optional<double> sharpe_ratio(std::span<const double> returns, const StatisticsOptions& options) {
  const auto deviation = standard_deviation(returns);
  if (!deviation || *deviation == 0) return std::nullopt;
  const double excess = mean(less(returns, rate_of_period(options.risk_free_annual, options.periods_per_year)));
  return excess / *deviation * std::sqrt(options.periods_per_year);
}

void add_return_statistics(std::span<const double> returns, const StatisticsOptions& options, Statistics& out) {
  if (returns.size() < options.returns_min) return;
  add_tails(returns, options, out);
  if (returns.size() < 2) return;
  const double root = std::sqrt(options.periods_per_year);
  const double deviation = *standard_deviation(returns);
  out.annual_volatility = deviation * root;
  add_sortino(returns, options, out);
  if (deviation == 0) return;
  add_moments(returns, out);
  const double excess = mean(less(returns, rate_of_period(options.risk_free_annual, options.periods_per_year)));
  const double sharpe = excess / deviation;
  out.sharpe = sharpe * root;
  add_probabilistic_sharpe(sharpe, returns.size(), options, out);
}

void add_benchmark_statistics(std::span<const double> returns, std::span<const double> benchmark,
                              const StatisticsOptions& options, Statistics& out) {
  if (returns.size() < 2 || returns.size() < options.returns_min) return;
  const double periods = options.periods_per_year;
  const std::vector<double> active = less(returns, benchmark);
  const double active_deviation = *standard_deviation(active);
  out.tracking_error = active_deviation * std::sqrt(periods);
  if (active_deviation != 0) out.information_ratio = mean(active) / active_deviation * std::sqrt(periods);

  out.beta = beta(returns, benchmark);
  out.correlation = correlation(returns, benchmark);
  if (!out.beta) return;
  const double risk_free = rate_of_period(options.risk_free_annual, periods);
  const double excess = mean(returns) - risk_free;
  const double alpha_of_period = excess - *out.beta * (mean(benchmark) - risk_free);
  if (alpha_of_period > -1) {
    const double alpha = power(1 + alpha_of_period, periods) - 1;
    if (std::isfinite(alpha)) out.alpha = alpha;
  }
  if (std::fabs(*out.beta) > kRoundingNoise) out.treynor = excess * periods / *out.beta;
}

}  // namespace bellwether::statistics
