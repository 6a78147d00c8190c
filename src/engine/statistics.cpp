#include "engine/statistics.hpp"

#include <algorithm>
#include <cmath>

#include "engine/calendar.hpp"
#include "engine/statistics/drawdown.hpp"
#include "engine/statistics/elementary.hpp"
#include "engine/statistics/returns.hpp"
#include "engine/statistics/trades.hpp"

namespace bellwether {
namespace {

Money final_equity(const StatisticsInput& input) {
  if (!input.curve.empty()) return input.curve.values().back();
  return input.daily.empty() ? input.initial_equity : input.daily.back().equity;
}

/// The market's sessions from the first to the last; dates that the calendar does not know count where they are given.
std::size_t sessions_spanned(std::span<const DailyEquity> daily) {
  if (daily.empty()) return 0;
  const auto known = SessionCalendar::us_equity().between(daily.front().session, daily.back().session);
  return std::max(known.size(), daily.size());
}

bool is_covered(const Statistics& s) {
  return static_cast<double>(s.sessions) >= s.options.coverage_min * static_cast<double>(s.sessions_spanned);
}

std::optional<double> growth_rate(const Statistics& s, const StatisticsOptions& options) {
  const std::uint64_t sessions = s.sessions_spanned;
  if (sessions == 0 || sessions < options.annual_sessions_min || !is_covered(s)) return std::nullopt;
  if (!s.initial_equity.is_positive() || s.final_equity.is_negative()) return std::nullopt;
  if (s.final_equity.is_zero()) return -1.0;
  const double years = static_cast<double>(sessions) / options.periods_per_year;
  const double rate = statistics::power(s.final_equity.to_double() / s.initial_equity.to_double(), 1 / years) - 1;
  if (!std::isfinite(rate)) return std::nullopt;
  return rate;
}

void add_drawdown_statistics(const StatisticsInput& input, Statistics& out) {
  out.ulcer_index = statistics::ulcer_index(input.initial_equity, input.daily);
  if (input.curve.empty() || !input.initial_equity.is_positive()) return;
  out.max_drawdown = 0.0;
  const auto drawdown = statistics::maximum_drawdown(input.initial_equity, input.curve.values());
  if (!drawdown) return;
  out.max_drawdown = statistics::depth(*drawdown);
  const Timestamp peak = input.curve.time(drawdown->peak_index.value_or(0));
  const std::size_t end = drawdown->recovery_index.value_or(input.curve.size() - 1);
  out.max_drawdown_duration = input.curve.time(end) - peak;
  if (drawdown->recovery_index) {
    out.max_drawdown_recovery = input.curve.time(end) - input.curve.time(drawdown->trough_index);
  }
}

/// Ratios, risk and the comparison with the benchmark, where there are returns enough.
void add_session_figures(const StatisticsInput& input, Statistics& out) {
  const auto all = statistics::daily_returns(input.initial_equity, input.daily);
  if (!all) return;
  const std::vector<std::size_t> single = statistics::single_sessions(input.daily);
  std::vector<double> returns;
  returns.reserve(single.size());
  for (const std::size_t session : single) returns.push_back((*all)[session]);
  out.session_returns = returns.size();
  if (!is_covered(out)) return;
  statistics::add_return_statistics(returns, input.options, out);
  if (input.benchmark_returns.empty()) return;
  std::vector<double> own;
  std::vector<double> benchmark;
  for (const std::size_t session : single) {
    if (!input.benchmark_returns[session]) continue;
    own.push_back((*all)[session]);
    benchmark.push_back(*input.benchmark_returns[session]);
  }
  statistics::add_benchmark_statistics(own, benchmark, input.options, out);
}

void add_activity(const StatisticsInput& input, Statistics& out) {
  if (input.events > 0) {
    out.exposure = static_cast<double>(input.events_in_market) / static_cast<double>(input.events);
  }
  if (input.daily.empty()) return;
  double sum = 0;
  for (const DailyEquity& day : input.daily) sum += day.equity.to_double();
  const double average_equity = sum / static_cast<double>(input.daily.size());
  if (average_equity > 0) out.turnover = input.traded_notional.to_double() / average_equity;
}

}  // namespace

Statistics compute_statistics(const StatisticsInput& input) {
  BELLWETHER_INVARIANT(input.benchmark_returns.empty() || input.benchmark_returns.size() == input.daily.size(),
                       "benchmark returns do not match the sessions");
  BELLWETHER_INVARIANT(input.options.periods_per_year > 0, "periods per year not positive");
  Statistics out;
  out.initial_equity = input.initial_equity;
  out.final_equity = final_equity(input);
  out.sessions = input.daily.size();
  if (out.initial_equity.is_positive()) {
    out.total_return = (out.final_equity - out.initial_equity).to_double() / out.initial_equity.to_double();
  }
  out.options = input.options;
  out.benchmarked = !input.benchmark_returns.empty();
  out.sessions_spanned = sessions_spanned(input.daily);
  out.cagr = growth_rate(out, input.options);
  add_drawdown_statistics(input, out);
  if (out.cagr && out.max_drawdown && *out.max_drawdown < 0) out.calmar = *out.cagr / -*out.max_drawdown;
  add_session_figures(input, out);
  statistics::add_trade_statistics(input.trades, out);
  out.total_fees = input.fees;
  add_activity(input, out);
  return out;
}

std::vector<double> r_multiples(std::span<const TradeRecord> trades) {
  std::vector<double> multiples;
  for (const TradeRecord& trade : trades) {
    if (!trade.initial_risk || !trade.initial_risk->is_positive()) continue;
    multiples.push_back(trade.net_pnl.to_double() / trade.initial_risk->to_double());
  }
  return multiples;
}

std::vector<MonthlyReturn> monthly_returns(Money initial_equity, std::span<const DailyEquity> daily) {
  std::vector<MonthlyReturn> months;
  Money before = initial_equity;
  for (std::size_t i = 0; i < daily.size(); ++i) {
    const auto ymd = daily[i].session.ymd();
    if (i + 1 < daily.size()) {
      const auto next = daily[i + 1].session.ymd();
      if (next.year() == ymd.year() && next.month() == ymd.month()) continue;
    }
    const Money close = daily[i].equity;
    MonthlyReturn& month = months.emplace_back();
    month.year = static_cast<int>(ymd.year());
    month.month = static_cast<unsigned>(ymd.month());
    if (before.is_positive()) month.value = (close - before).to_double() / before.to_double();
    before = close;
  }
  return months;
}

}  // namespace bellwether
