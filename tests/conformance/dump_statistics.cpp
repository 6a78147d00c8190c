// Prints the statistics of a run given as CSV files, one `key=value` a line, for comparison with other systems.
//
//   dump_statistics DAILY TRADES BENCHMARK INITIAL_EQUITY PERIODS_PER_YEAR RISK_FREE MINIMUM_ACCEPTABLE
//
// DAILY has the columns date,equity; TRADES net_pnl,mae,mfe,initial_risk (the last may be empty); BENCHMARK return.
// TRADES and BENCHMARK may be "-". Doubles come in 17 digits, money as decimals, durations in nanoseconds, an absent
// figure as "none". The curve holds one point a session. Behind them come the five deepest drawdowns
// (drawdown_0=DEPTH), the moving figures of 21 sessions (rolling_SESSION_sharpe=...) and the distribution of the
// returns (histogram_low, histogram_width, histogram_0=COUNT, normal_0=EXPECTED).
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "engine/statistics.hpp"
#include "engine/statistics/distribution.hpp"
#include "engine/statistics/drawdown.hpp"
#include "engine/statistics/returns.hpp"
#include "engine/statistics/rolling.hpp"

namespace bellwether {
namespace {

[[noreturn]] void fail(const std::string& message) {
  std::fprintf(stderr, "dump_statistics: %s\n", message.c_str());
  std::exit(2);
}

template <typename T>
T checked(Expected<T> value) {
  if (!value) fail(value.error().text());
  return *value;
}

double number(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0') fail("not a number: '" + text + "'");
  return value;
}

/// Rows of `columns` fields below the header line.
std::vector<std::vector<std::string>> read_rows(const std::string& path, std::size_t columns) {
  std::vector<std::vector<std::string>> rows;
  if (path == "-") return rows;
  std::ifstream file(path);
  if (!file) fail("cannot open " + path);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    auto& row = rows.emplace_back();
    for (std::size_t begin = 0;;) {
      const std::size_t comma = line.find(',', begin);
      row.push_back(line.substr(begin, comma - begin));
      if (comma == std::string::npos) break;
      begin = comma + 1;
    }
    if (row.size() != columns) fail(path + ": wrong number of columns: " + line);
  }
  return rows;
}

std::string text_of(const StatisticValue& value) {
  if (const auto* number_value = std::get_if<double>(&value)) {
    char text[40];
    std::snprintf(text, sizeof text, "%.17g", *number_value);
    return text;
  }
  if (const auto* money = std::get_if<Money>(&value)) return money->to_string();
  if (const auto* count = std::get_if<std::uint64_t>(&value)) return std::to_string(*count);
  if (const auto* duration = std::get_if<Duration>(&value)) return std::to_string(duration->count());
  return "none";
}

void print(const std::string& key, const std::optional<double>& value) {
  std::printf("%s=%s\n", key.c_str(), text_of(value ? StatisticValue(*value) : StatisticValue()).c_str());
}

void print_report_figures(const StatisticsInput& input) {
  constexpr std::size_t kWindow = 21;
  const auto drawdowns = statistics::deepest_drawdowns(input.initial_equity, input.curve.values(), 5);
  for (std::size_t i = 0; i < drawdowns.size(); ++i) {
    print("drawdown_" + std::to_string(i), statistics::depth(drawdowns[i]));
  }
  const auto returns = statistics::daily_returns(input.initial_equity, input.daily);
  if (!returns) return;
  for (const auto& point : statistics::rolling_figures(*returns, input.benchmark_returns, kWindow, input.options)) {
    const std::string key = "rolling_" + std::to_string(point.session);
    print(key + "_volatility", point.volatility);
    print(key + "_sharpe", point.sharpe);
    print(key + "_beta", point.beta);
  }
  const statistics::Histogram histogram = statistics::histogram(*returns, 41);
  print("histogram_low", histogram.low);
  print("histogram_width", histogram.width);
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    print("histogram_" + std::to_string(i), static_cast<double>(histogram.counts[i]));
    print("normal_" + std::to_string(i), histogram.normal[i]);
  }
}

int run(char** argv) {
  std::vector<DailyEquity> daily;
  EquityCurve curve;
  for (const auto& row : read_rows(argv[1], 2)) {
    daily.push_back({checked(Date::parse(row[0])), checked(Money::parse(row[1]))});
    curve.append(daily.back().session.midnight_utc(), daily.back().equity);
  }
  std::vector<TradeRecord> trades;
  for (const auto& row : read_rows(argv[2], 4)) {
    TradeRecord& trade = trades.emplace_back();
    trade.net_pnl = checked(Money::parse(row[0]));
    trade.mae = checked(Money::parse(row[1]));
    trade.mfe = checked(Money::parse(row[2]));
    if (!row[3].empty()) trade.initial_risk = checked(Money::parse(row[3]));
  }
  std::vector<std::optional<double>> benchmark;
  for (const auto& row : read_rows(argv[3], 1)) benchmark.emplace_back(number(row[0]));
  if (!benchmark.empty() && benchmark.size() != daily.size()) fail("benchmark and daily differ in length");

  StatisticsInput input{.initial_equity = checked(Money::parse(argv[4])),
                        .curve = curve,
                        .daily = daily,
                        .trades = trades,
                        .benchmark_returns = benchmark};
  input.options.periods_per_year = number(argv[5]);
  input.options.risk_free_annual = number(argv[6]);
  input.options.minimum_acceptable_annual = number(argv[7]);
  const Statistics statistics = compute_statistics(input);
  for (const StatisticField& field : statistic_fields()) {
    std::printf("%s=%s\n", std::string(field.key).c_str(), text_of(field.value(statistics)).c_str());
  }
  print_report_figures(input);
  return 0;
}

}  // namespace
}  // namespace bellwether

int main(int argc, char** argv) {
  if (argc != 8) {
    std::fprintf(stderr,
                 "usage: dump_statistics DAILY TRADES BENCHMARK INITIAL PERIODS RISK_FREE MINIMUM_ACCEPTABLE\n");
    return 2;
  }
  return bellwether::run(argv);
}
