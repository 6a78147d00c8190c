// Performance statistics of a session: everything that result files, tables and reports say about a run, computed from
// its equity, its round trips and, where there is one, a benchmark. What each figure is called and how it is shown
// stands in one table, statistic_fields().
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/decimal.hpp"
#include "engine/equity_curve.hpp"
#include "engine/time.hpp"
#include "engine/trade_record.hpp"

namespace bellwether {

/// Conventions that statistics are computed by. Rates are fractions a year: 0.02 is 2 %.
struct StatisticsOptions {
  /// Sessions a year; positive.
  double periods_per_year = 252;
  /// Compounded: a session earns (1 + rate)^(1 / periods_per_year) - 1. Greater than -1.
  double risk_free_annual = 0;
  /// The return below which a session counts as a loss in the Sortino ratio. Compounded likewise; greater than -1.
  double minimum_acceptable_annual = 0;
  /// The annualised Sharpe ratio that the probabilistic Sharpe ratio is held against.
  double benchmark_sharpe = 0;
  /// Growth over fewer sessions is not annualised; at least 1.
  std::uint64_t annual_sessions_min = 1;
  /// Figures of the sessions' returns are absent below so many of these, those of the 1 % tail below five times as
  /// many: a quantile of 5 % needs 20 returns to have one in its tail, one of 1 % needs 100.
  std::uint64_t returns_min = 1;
  /// The same, and growth, where less than this part of the market's sessions from the first to the last have data.
  double coverage_min = 0;

  bool operator==(const StatisticsOptions&) const = default;
};

/// What statistics are computed from. Spans must outlive the call only.
struct StatisticsInput {
  Money initial_equity;
  /// Equity after every market event.
  const EquityCurve& curve;
  /// Equity at the close of every session, in ascending order of dates.
  std::span<const DailyEquity> daily{};
  /// Completed round trips in order of their exits.
  std::span<const TradeRecord> trades{};
  /// The benchmark's return in each session of `daily`, as fractions, absent in sessions that it has none for; empty
  /// where there is no benchmark.
  std::span<const std::optional<double>> benchmark_returns{};
  /// Market events of the session, and those of them that were met with an open position.
  std::uint64_t events = 0;
  std::uint64_t events_in_market = 0;
  /// Sum of |price x quantity| over all fills.
  MoneySum traded_notional{};
  /// Of all fills, those of positions that are still open too.
  Money fees{};
  StatisticsOptions options{};
};

/// Statistics of one session. A figure that is not defined for it is absent, never NaN or infinite.
///
/// r denotes the simple returns of the sessions, equity at the close / equity at the close before - 1, the first
/// against the initial equity, but for sessions before which the market had others without data: what was earned over
/// several sessions is no session's return. n is their number; P the periods a year; rf the risk-free rate of a
/// session. Standard deviations divide by n - 1. All figures of r are absent when an equity that a return is measured
/// against is not positive. A standard deviation within floating-point rounding of zero (1e-15) counts as zero.
struct Statistics {
  // The run.
  Money initial_equity;
  /// The curve's last value; without a curve the last session's, without either the initial equity.
  Money final_equity;
  /// Those with data.
  std::uint64_t sessions = 0;
  /// n.
  std::uint64_t session_returns = 0;

  // Return.
  /// final / initial - 1. Absent when the initial equity is not positive.
  std::optional<double> total_return;
  /// Compound annual growth rate, (final / initial)^(P / N) - 1, N the market's sessions from the first to the last, of
  /// which there may be more than n where data are missing (Bacon 2008, Practical Portfolio Performance Measurement and
  /// Attribution, ch. 2). Absent where N is below `annual_sessions_min`, when the initial equity is not positive, when
  /// the final one is negative, or when the result leaves the range of a double.
  std::optional<double> cagr;
  /// stdev(r) x sqrt(P) (Bacon 2008, ch. 4). Absent below two sessions.
  std::optional<double> annual_volatility;
  /// mean(r - rf) / stdev(r - rf) x sqrt(P) (Sharpe 1994, The Sharpe Ratio). Absent at zero volatility and below two
  /// sessions.
  std::optional<double> sharpe;
  /// mean(r - m) x P / (sqrt(mean(min(r - m, 0)^2)) x sqrt(P)), m the minimum acceptable return of a session, the
  /// mean of squares over all n (Sortino and Price 1994, Performance Measurement in a Downside Risk Framework).
  /// Absent when no session lies below m, and below two sessions.
  std::optional<double> sortino;
  /// cagr / |max_drawdown| (Young 1991, Calmar Ratio: A Smoother Tool). Absent without a drawdown or without cagr.
  std::optional<double> calmar;
  /// Probability that the true Sharpe ratio exceeds the benchmark's: Phi((SR - SR*) sqrt(n - 1) /
  /// sqrt(1 - skew SR + (kurtosis - 1) / 4 SR^2)), SR of one session, kurtosis 3 for a normal distribution (Bailey and
  /// Lopez de Prado 2012, The Sharpe Ratio Efficient Frontier). Absent where the Sharpe ratio is, and when the
  /// estimated variance is zero.
  std::optional<double> probabilistic_sharpe;

  // Risk.
  /// Deepest fall below the highest equity before it, over every event and the initial equity: trough / peak - 1,
  /// zero or negative (below -1 only where equity turned negative) (Magdon-Ismail and Atiya 2004, Maximum Drawdown).
  /// Of equally deep ones the first. Absent without a curve or when the initial equity is not positive.
  std::optional<double> max_drawdown;
  /// From the last instant at the peak to the first at or above it again, or to the end of the curve. A drawdown from
  /// the initial equity itself starts at the curve's first instant. Absent without a drawdown.
  std::optional<Duration> max_drawdown_duration;
  /// From the trough to the first instant at or above the peak. Absent when that is not reached.
  std::optional<Duration> max_drawdown_recovery;
  /// sqrt(mean(d^2)), d the drawdown at each session's close as a fraction (Martin and McCann 1989, The Investor's
  /// Guide to Fidelity Funds). Absent without sessions or when the initial equity is not positive.
  std::optional<double> ulcer_index;
  /// The 5 % and 1 % quantiles of r, negative for a loss, with linear interpolation between order statistics at
  /// (n - 1) q (historical simulation: Jorion 2007, Value at Risk, ch. 10; Hyndman and Fan 1996, type 7). Absent
  /// without sessions.
  std::optional<double> value_at_risk_95;
  std::optional<double> value_at_risk_99;
  /// Mean of the floor((n - 1) q) + 1 smallest r, q = 5 % and 1 % (Acerbi and Tasche 2002, Expected Shortfall). Absent
  /// without sessions.
  std::optional<double> expected_shortfall_95;
  std::optional<double> expected_shortfall_99;
  /// m3 / m2^1.5 with m_k = mean((r - mean r)^k): the population moments, as scipy.stats.skew has by default (Joanes
  /// and Gill 1998, g1). Absent at zero volatility and below two sessions.
  std::optional<double> skew;
  /// Excess kurtosis m4 / m2^2 - 3, zero for a normal distribution: the population moments, as scipy.stats.kurtosis
  /// has by default (Joanes and Gill 1998, g2). Absent where skew is.
  std::optional<double> kurtosis;

  // Trades. A win has net_pnl > 0, a loss net_pnl < 0; a trade at exactly zero is neither and ends both streaks.
  // Averages of money are rounded half to even to the millionth. (Definitions: Pardo 2008, The Evaluation and
  // Optimization of Trading Strategies, ch. 12; Tharp 2006, Trade Your Way to Financial Freedom, for R-multiples;
  // Sweeney 1997, Maximum Adverse Excursion, for excursions.)
  std::uint64_t trades = 0;
  std::uint64_t winning_trades = 0;
  std::uint64_t losing_trades = 0;
  /// Wins / trades. Absent without trades.
  std::optional<double> win_rate;
  /// Sum of wins / |sum of losses|. Absent without losses.
  std::optional<double> profit_factor;
  /// Mean net_pnl. Absent without trades.
  std::optional<Money> expectancy;
  /// average_win / |average_loss|. Absent without a win or without a loss.
  std::optional<double> payoff_ratio;
  /// Absent without wins.
  std::optional<Money> average_win;
  std::optional<Money> largest_win;
  /// Negative. Absent without losses.
  std::optional<Money> average_loss;
  std::optional<Money> largest_loss;
  std::uint64_t max_consecutive_wins = 0;
  std::uint64_t max_consecutive_losses = 0;
  /// Mean of exit - entry, rounded half to even to the nanosecond. Absent without trades.
  std::optional<Duration> average_holding_time;
  /// Of all fills: the same amount as the account's.
  Money total_fees;
  /// Mean worst and best open profit of a trade, before fees. Absent without trades.
  std::optional<Money> average_mae;
  std::optional<Money> average_mfe;
  /// Trades with a positive initial risk; the figures below are over these. See r_multiples().
  std::uint64_t r_multiple_trades = 0;
  /// Absent without such trades.
  std::optional<double> r_multiple_mean;
  std::optional<double> r_multiple_median;
  /// Absent below two such trades.
  std::optional<double> r_multiple_stdev;

  // Activity.
  /// Market events met with an open position / market events. Absent without events.
  std::optional<double> exposure;
  /// Traded notional over the whole run / mean equity at the sessions' closes. Absent without sessions or when that
  /// mean is not positive.
  std::optional<double> turnover;

  // Against the benchmark, b its returns, over the sessions that have both. All are absent below two of these.
  /// Jensen's alpha, compounded to a year: (1 + mean((r - rf) - beta (b - rf)))^P - 1 (Jensen 1968, The Performance of
  /// Mutual Funds). Absent where beta is.
  std::optional<double> alpha;
  /// cov(r, b) / var(b) (Sharpe 1964, Capital Asset Prices). Absent when the benchmark does not vary.
  std::optional<double> beta;
  /// Pearson's correlation of r and b (Pearson 1895). Absent where beta is and at zero volatility.
  std::optional<double> correlation;
  /// mean(r - b) / stdev(r - b) x sqrt(P) (Grinold and Kahn 1999, Active Portfolio Management, ch. 5). Absent at zero
  /// tracking error.
  std::optional<double> information_ratio;
  /// stdev(r - b) x sqrt(P) (Grinold and Kahn 1999, ch. 3).
  std::optional<double> tracking_error;
  /// mean(r - rf) x P / beta, a return a year (Treynor 1965, How to Rate Management of Investment Funds). Absent where
  /// beta is, and when it is zero.
  std::optional<double> treynor;

  /// What decided whether figures are there, for absence_reason().
  std::uint64_t sessions_spanned = 0;  ///< N.
  bool benchmarked = false;
  StatisticsOptions options;

  bool operator==(const Statistics&) const = default;
};

/// Computes all of them. One pass over the curve; the rest is linear in sessions and trades but for one sort of each.
/// Sums run from left to right and the transcendental functions are the engine's own, so the result is the same on
/// every machine. `benchmark_returns` must be empty or as long as `daily`.
Statistics compute_statistics(const StatisticsInput& input);

/// net_pnl / initial_risk of every trade that has a positive initial risk, in order (Tharp 2006).
std::vector<double> r_multiples(std::span<const TradeRecord> trades);

/// The return of one calendar month.
struct MonthlyReturn {
  int year = 0;
  unsigned month = 0;  ///< 1 to 12.
  /// Equity at the month's last close / equity at the last close before the month - 1; the first month's against the
  /// initial equity. Absent when that equity is not positive.
  std::optional<double> value;

  bool operator==(const MonthlyReturn&) const = default;
};

/// Monthly returns in ascending order; months without a session are left out.
std::vector<MonthlyReturn> monthly_returns(Money initial_equity, std::span<const DailyEquity> daily);

/// How a figure is to be read and shown.
enum class StatisticUnit : std::uint8_t {
  Percent,  ///< A fraction, shown times 100.
  Ratio,    ///< A plain number.
  Amount,   ///< Account currency.
  Count,    ///< A whole number.
  Elapsed,  ///< A length of time.
};

/// "percent", "ratio", "money", "count", "duration".
std::string_view statistic_unit_name(StatisticUnit unit);

/// A figure, or nothing where it is absent.
using StatisticValue = std::variant<std::monostate, double, Money, std::uint64_t, Duration>;

/// One figure of Statistics.
struct StatisticField {
  std::string_view key;    ///< snake_case, unique: the name of the member and of the JSON key.
  std::string_view label;  ///< For people.
  std::string_view group;  ///< Heading under which it is shown; fields of one group stand together.
  StatisticUnit unit;
  std::string_view meaning;  ///< One line for documentation.
  StatisticValue (*value)(const Statistics&);
};

/// Every figure, in the order in which it is shown.
std::span<const StatisticField> statistic_fields();

/// Why a figure is absent, for people: "needs 20 session returns, there are 6". Empty where it is there.
std::string absence_reason(const StatisticField& field, const Statistics& statistics);

/// Text for people: "12.34 %", "1.23", "-1234.50", "17", "3 d 4 h"; "n/a" for an absent one.
std::string statistic_text(const StatisticField& field, const Statistics& statistics);

}  // namespace bellwether
