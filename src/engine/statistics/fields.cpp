// The table of all figures: keys, labels, units and meanings for results, tables, reports and documentation.
#include <array>
#include <charconv>
#include <cmath>
#include <type_traits>

#include "engine/statistics.hpp"

namespace bellwether {
namespace {

StatisticValue as_value(double value) { return value; }
StatisticValue as_value(Money value) { return value; }
StatisticValue as_value(std::uint64_t value) { return value; }
StatisticValue as_value(Duration value) { return value; }
template <typename T>
StatisticValue as_value(const std::optional<T>& value) {
  return value ? as_value(*value) : StatisticValue();
}

template <auto Member>
StatisticValue read(const Statistics& statistics) {
  return as_value(statistics.*Member);
}

using enum StatisticUnit;
using S = Statistics;

// key, label, group, unit, meaning
constexpr auto kFields = std::to_array<StatisticField>({
    {"initial_equity", "Initial equity", "Return", Amount, "equity before the first event", read<&S::initial_equity>},
    {"final_equity", "Final equity", "Return", Amount, "equity after the last event", read<&S::final_equity>},
    {"sessions", "Sessions", "Return", Count, "trading sessions in the run", read<&S::sessions>},
    {"session_returns", "Session returns", "Return", Count,
     "returns of single sessions, the base of ratios and risk; those over holes in the data are left out",
     read<&S::session_returns>},
    {"total_return", "Total return", "Return", Percent, "final equity / initial equity - 1", read<&S::total_return>},
    {"cagr", "CAGR", "Return", Percent, "compound annual growth rate", read<&S::cagr>},
    {"annual_volatility", "Annual volatility", "Return", Percent,
     "standard deviation of session returns, annualised by the square root of sessions a year",
     read<&S::annual_volatility>},
    {"sharpe", "Sharpe ratio", "Return", Ratio, "mean return above the risk-free rate / its volatility, annualised",
     read<&S::sharpe>},
    {"sortino", "Sortino ratio", "Return", Ratio,
     "mean return above the minimum acceptable one / its downside deviation, annualised", read<&S::sortino>},
    {"calmar", "Calmar ratio", "Return", Ratio, "CAGR / depth of the maximum drawdown", read<&S::calmar>},
    {"probabilistic_sharpe", "Probabilistic Sharpe", "Return", Percent,
     "probability that the true Sharpe ratio is above the benchmark's (0 by default)", read<&S::probabilistic_sharpe>},

    {"max_drawdown", "Maximum drawdown", "Risk", Percent, "deepest fall of equity below its peak, over every event",
     read<&S::max_drawdown>},
    {"max_drawdown_duration", "Maximum drawdown duration", "Risk", Elapsed,
     "from that peak until it is reached again or the run ends", read<&S::max_drawdown_duration>},
    {"max_drawdown_recovery", "Maximum drawdown recovery", "Risk", Elapsed,
     "from its trough until the peak is reached again", read<&S::max_drawdown_recovery>},
    {"ulcer_index", "Ulcer index", "Risk", Percent, "root mean square of the drawdowns at the sessions' closes",
     read<&S::ulcer_index>},
    {"value_at_risk_95", "Value at risk, 95 %", "Risk", Percent, "5 % quantile of session returns",
     read<&S::value_at_risk_95>},
    {"value_at_risk_99", "Value at risk, 99 %", "Risk", Percent, "1 % quantile of session returns",
     read<&S::value_at_risk_99>},
    {"expected_shortfall_95", "Expected shortfall, 95 %", "Risk", Percent, "mean of the worst 5 % of session returns",
     read<&S::expected_shortfall_95>},
    {"expected_shortfall_99", "Expected shortfall, 99 %", "Risk", Percent, "mean of the worst 1 % of session returns",
     read<&S::expected_shortfall_99>},
    {"skew", "Skew", "Risk", Ratio, "skewness of session returns, population moments", read<&S::skew>},
    {"kurtosis", "Excess kurtosis", "Risk", Ratio,
     "kurtosis of session returns above the normal distribution's, population moments", read<&S::kurtosis>},

    {"trades", "Trades", "Trades", Count, "completed round trips", read<&S::trades>},
    {"winning_trades", "Winning trades", "Trades", Count, "round trips with a profit after fees",
     read<&S::winning_trades>},
    {"losing_trades", "Losing trades", "Trades", Count, "round trips with a loss after fees", read<&S::losing_trades>},
    {"win_rate", "Win rate", "Trades", Percent, "winning trades / trades", read<&S::win_rate>},
    {"profit_factor", "Profit factor", "Trades", Ratio, "sum of wins / sum of losses", read<&S::profit_factor>},
    {"expectancy", "Expectancy", "Trades", Amount, "mean profit of a trade after fees", read<&S::expectancy>},
    {"payoff_ratio", "Payoff ratio", "Trades", Ratio, "average win / average loss", read<&S::payoff_ratio>},
    {"average_win", "Average win", "Trades", Amount, "mean profit of the winning trades", read<&S::average_win>},
    {"average_loss", "Average loss", "Trades", Amount, "mean loss of the losing trades", read<&S::average_loss>},
    {"largest_win", "Largest win", "Trades", Amount, "largest profit of a trade", read<&S::largest_win>},
    {"largest_loss", "Largest loss", "Trades", Amount, "largest loss of a trade", read<&S::largest_loss>},
    {"max_consecutive_wins", "Longest winning streak", "Trades", Count, "most wins in a row",
     read<&S::max_consecutive_wins>},
    {"max_consecutive_losses", "Longest losing streak", "Trades", Count, "most losses in a row",
     read<&S::max_consecutive_losses>},
    {"average_holding_time", "Average holding time", "Trades", Elapsed, "mean time from entry to exit",
     read<&S::average_holding_time>},
    {"total_fees", "Fees", "Trades", Amount, "all fees of the run, those of open positions too", read<&S::total_fees>},
    {"average_mae", "Average adverse excursion", "Trades", Amount, "mean worst open profit of a trade, before fees",
     read<&S::average_mae>},
    {"average_mfe", "Average favorable excursion", "Trades", Amount, "mean best open profit of a trade, before fees",
     read<&S::average_mfe>},
    {"r_multiple_trades", "Trades with initial risk", "Trades", Count,
     "round trips entered with a stop, the base of the R-multiples", read<&S::r_multiple_trades>},
    {"r_multiple_mean", "R-multiple, mean", "Trades", Ratio, "mean of profit / initial risk",
     read<&S::r_multiple_mean>},
    {"r_multiple_median", "R-multiple, median", "Trades", Ratio, "median of profit / initial risk",
     read<&S::r_multiple_median>},
    {"r_multiple_stdev", "R-multiple, deviation", "Trades", Ratio, "standard deviation of profit / initial risk",
     read<&S::r_multiple_stdev>},

    {"exposure", "Exposure", "Activity", Percent, "market events met with an open position / market events",
     read<&S::exposure>},
    {"turnover", "Turnover", "Activity", Ratio, "traded notional / mean equity at the sessions' closes",
     read<&S::turnover>},

    {"alpha", "Alpha", "Benchmark", Percent, "Jensen's alpha against the benchmark, compounded to a year",
     read<&S::alpha>},
    {"beta", "Beta", "Benchmark", Ratio, "covariance with the benchmark / its variance", read<&S::beta>},
    {"correlation", "Correlation", "Benchmark", Ratio, "correlation of session returns with the benchmark's",
     read<&S::correlation>},
    {"information_ratio", "Information ratio", "Benchmark", Ratio,
     "mean return above the benchmark / tracking error, annualised", read<&S::information_ratio>},
    {"tracking_error", "Tracking error", "Benchmark", Percent,
     "standard deviation of the return above the benchmark, annualised", read<&S::tracking_error>},
    {"treynor", "Treynor ratio", "Benchmark", Percent, "annual mean return above the risk-free rate / beta",
     read<&S::treynor>},
});

/// Two decimals, never "-0.00"; in scientific notation where 64 bits do not hold the hundredths.
std::string two_decimals(double value) {
  if (std::fabs(value) >= 1e15) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific, 3).ptr;
    return {text, end};
  }
  const std::int64_t hundredths = round_to_units(value, 2);
  const std::int64_t magnitude = hundredths < 0 ? -hundredths : hundredths;
  std::string text =
      std::to_string(magnitude / 100) + "." + std::to_string(magnitude / 10 % 10) + std::to_string(magnitude % 10);
  return hundredths < 0 ? "-" + text : text;
}

std::string money_text(Money amount) {
  const auto cents = static_cast<std::int64_t>(divide(amount.raw(), 10'000, Rounding::HalfEven));
  const std::uint64_t magnitude = static_cast<std::uint64_t>(cents < 0 ? -cents : cents);
  std::string text =
      std::to_string(magnitude / 100) + "." + std::to_string(magnitude / 10 % 10) + std::to_string(magnitude % 10);
  return cents < 0 ? "-" + text : text;
}

/// The two largest units that are not zero at the front: "3 d 4 h", "4 h 30 min", "2 min 5 s", "7 s".
std::string duration_text(Duration duration) {
  const std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  const auto pair = [](std::int64_t major, const char* major_unit, std::int64_t minor, const char* minor_unit) {
    std::string text = std::to_string(major) + " " + major_unit;
    if (minor != 0) text += " " + std::to_string(minor) + " " + minor_unit;
    return text;
  };
  if (seconds >= 86'400) return pair(seconds / 86'400, "d", seconds / 3'600 % 24, "h");
  if (seconds >= 3'600) return pair(seconds / 3'600, "h", seconds / 60 % 60, "min");
  if (seconds >= 60) return pair(seconds / 60, "min", seconds % 60, "s");
  return std::to_string(seconds) + " s";
}

}  // namespace

std::string_view statistic_unit_name(StatisticUnit unit) {
  switch (unit) {
    case Percent: return "percent";
    case Ratio: return "ratio";
    case Amount: return "money";
    case Count: return "count";
    case Elapsed: return "duration";
  }
  return "";
}

std::span<const StatisticField> statistic_fields() { return kFields; }

std::string statistic_text(const StatisticField& field, const Statistics& statistics) {
  return std::visit(
      [&field](auto value) -> std::string {
        using T = decltype(value);
        if constexpr (std::is_same_v<T, double>) {
          return field.unit == Percent ? two_decimals(value * 100) + " %" : two_decimals(value);
        } else if constexpr (std::is_same_v<T, Money>) {
          return money_text(value);
        } else if constexpr (std::is_same_v<T, std::uint64_t>) {
          return std::to_string(value);
        } else if constexpr (std::is_same_v<T, Duration>) {
          return duration_text(value);
        } else {
          return "n/a";
        }
      },
      field.value(statistics));
}

}  // namespace bellwether
