// Why figures are absent.
#include <algorithm>
#include <variant>

#include "engine/statistics.hpp"

namespace bellwether {
namespace {

/// What a figure is computed from.
enum class Base : std::uint8_t {
  Growth,     ///< Sessions enough to annualise.
  Returns,    ///< Returns of sessions.
  FarTail,    ///< Five times as many.
  Benchmark,  ///< Returns of sessions and those of a benchmark.
  Other
};

struct Absence {
  std::string_view key;
  Base base;
  std::string_view otherwise;  ///< The reason where the base is there.
};

constexpr Absence kAbsences[] = {
    {"total_return", Base::Other, "no initial equity"},
    {"cagr", Base::Growth, "no growth rate leads from the initial to the final equity"},
    {"annual_volatility", Base::Returns, "the equity was at or below zero"},
    {"sharpe", Base::Returns, "the returns do not vary"},
    {"sortino", Base::Returns, "no session fell short of the acceptable return"},
    {"calmar", Base::Growth, "no drawdown"},
    {"probabilistic_sharpe", Base::Returns, "the returns do not vary"},
    {"max_drawdown", Base::Other, "no equity to fall from"},
    {"max_drawdown_duration", Base::Other, "no drawdown"},
    {"max_drawdown_recovery", Base::Other, "not recovered by the end"},
    {"ulcer_index", Base::Other, "no session"},
    {"value_at_risk_95", Base::Returns, "the equity was at or below zero"},
    {"value_at_risk_99", Base::FarTail, "the equity was at or below zero"},
    {"expected_shortfall_95", Base::Returns, "the equity was at or below zero"},
    {"expected_shortfall_99", Base::FarTail, "the equity was at or below zero"},
    {"skew", Base::Returns, "the returns do not vary"},
    {"kurtosis", Base::Returns, "the returns do not vary"},
    {"win_rate", Base::Other, "no trade"},
    {"profit_factor", Base::Other, "no losing trade"},
    {"expectancy", Base::Other, "no trade"},
    {"payoff_ratio", Base::Other, "needs a winning and a losing trade"},
    {"average_win", Base::Other, "no winning trade"},
    {"average_loss", Base::Other, "no losing trade"},
    {"largest_win", Base::Other, "no winning trade"},
    {"largest_loss", Base::Other, "no losing trade"},
    {"average_holding_time", Base::Other, "no trade"},
    {"average_mae", Base::Other, "no trade"},
    {"average_mfe", Base::Other, "no trade"},
    {"r_multiple_mean", Base::Other, "no trade with a stop"},
    {"r_multiple_median", Base::Other, "no trade with a stop"},
    {"r_multiple_stdev", Base::Other, "needs two trades with a stop"},
    {"exposure", Base::Other, "no market event"},
    {"turnover", Base::Other, "no session with equity"},
    {"alpha", Base::Benchmark, "the benchmark does not vary"},
    {"beta", Base::Benchmark, "the benchmark does not vary"},
    {"correlation", Base::Benchmark, "returns or benchmark do not vary"},
    {"information_ratio", Base::Benchmark, "returns do not differ from the benchmark's"},
    {"tracking_error", Base::Benchmark, "too few sessions in common"},
    {"treynor", Base::Benchmark, "beta is zero or absent"},
};

std::string too_few(std::uint64_t needed, const char* what, std::uint64_t found) {
  return "needs " + std::to_string(needed) + " " + what + ", there are " + std::to_string(found);
}

}  // namespace

std::string absence_reason(const StatisticField& field, const Statistics& s) {
  if (!std::holds_alternative<std::monostate>(field.value(s))) return "";
  const auto found = std::find_if(std::begin(kAbsences), std::end(kAbsences),
                                  [&](const Absence& each) { return each.key == field.key; });
  BELLWETHER_INVARIANT(found != std::end(kAbsences), "a figure that may be absent has no reason for it");
  if (found->base == Base::Other) {
    const bool of_losses =
        found->key == "profit_factor" || found->key == "average_loss" || found->key == "largest_loss";
    return s.trades == 0 && (of_losses || field.group == "Trades") ? "no trade" : std::string(found->otherwise);
  }
  if (found->base == Base::Benchmark && !s.benchmarked) return "no benchmark";
  if (static_cast<double>(s.sessions) < s.options.coverage_min * static_cast<double>(s.sessions_spanned)) {
    return "the data have " + std::to_string(s.sessions) + " of " + std::to_string(s.sessions_spanned) + " sessions";
  }
  if (found->base == Base::Growth) {
    if (s.sessions_spanned < s.options.annual_sessions_min) {
      return too_few(s.options.annual_sessions_min, "sessions", s.sessions_spanned);
    }
    return std::string(found->otherwise);
  }
  const std::uint64_t needed =
      std::max<std::uint64_t>(s.options.returns_min, 2) * (found->base == Base::FarTail ? 5 : 1);
  if (s.session_returns < needed) return too_few(needed, "session returns", s.session_returns);
  return std::string(found->otherwise);
}

}  // namespace bellwether
