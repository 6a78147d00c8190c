// Runs every built-in strategy over walks of bars and prints fills, equity and every statistic to the last bit, for
// comparison between machines: .ci/other_machine builds this for another processor and wants the same bytes. Needs the
// engine alone.
//
//   dump_runs
#include <cinttypes>
#include <cstdio>

#include "engine/backtest_runner.hpp"
#include "engine/statistics.hpp"
#include "tests/support/engine_setup.hpp"
#include "tests/support/market_walk.hpp"

namespace bellwether {
namespace {

constexpr std::uint64_t kSeed = 4;            // A walk on which every strategy trades.
constexpr std::size_t kMinuteBars = 100'000;  // 256 sessions: more than any strategy looks back over.
constexpr std::size_t kSessionBars = 3'000;

void print(const SessionRecord& record) {
  for (const FillRow& fill : record.fills) {
    const ExecutionReport& report = fill.report;
    std::printf("fill %" PRIu64 " %d %" PRId64 " %" PRId64 " %" PRId64 "\n", fill.event, static_cast<int>(report.side),
                report.last_quantity.raw(), report.last_price.raw(), report.fee.raw());
  }
  for (const DailyEquity& daily : record.daily)
    std::printf("equity %d %" PRId64 "\n", daily.session.days, daily.equity.raw());
}

struct PrintedValue {
  void operator()(std::monostate) const { std::printf("absent\n"); }
  void operator()(double value) const { std::printf("%a\n", value); }
  void operator()(Money value) const { std::printf("%" PRId64 "\n", value.raw()); }
  void operator()(std::uint64_t value) const { std::printf("%" PRIu64 "\n", value); }
  void operator()(Duration value) const { std::printf("%" PRId64 "\n", static_cast<std::int64_t>(value.count())); }
};

/// Some returns of a benchmark, so that alpha, beta and correlation are there too.
std::vector<std::optional<double>> benchmark_of(const SessionRecord& record) {
  testing::SplitMix random(kSeed + 1);
  std::vector<std::optional<double>> returns;
  for (std::size_t i = 0; i < record.daily.size(); ++i) {
    returns.emplace_back(static_cast<double>(random.between(-2'000, 2'000)) / 100'000);
  }
  return returns;
}

void print_statistics(const SessionRecord& record, const EngineConfig& config) {
  const auto benchmark = benchmark_of(record);
  StatisticsInput input{.initial_equity = config.account.initial_cash, .curve = record.equity};
  input.daily = record.daily;
  input.trades = record.trades;
  input.benchmark_returns = benchmark;
  input.events = record.counts.market_events;
  input.events_in_market = record.counts.market_events_in_market;
  input.traded_notional = record.counts.traded_notional;
  input.fees = record.account.fees;
  input.options.risk_free_annual = 0.02;
  const Statistics statistics = compute_statistics(input);
  for (const StatisticField& field : statistic_fields()) {
    std::printf("%s ", std::string(field.key).c_str());
    std::visit(PrintedValue{}, field.value(statistics));
  }
}

/// False where the strategy cannot be made, or trades nothing, so that to compare would show nothing.
bool run(const StrategyType& type, const StrategyRegistry& registry, const BarSeries& series) {
  EngineConfig config = testing::config_with(std::string(type.name));
  config.fees.per_share = Money::from_raw(5'000);
  config.fees.basis_points = 1.5;
  config.fills.participation = 0.3;
  config.fills.slippage = SlippageModel::SquareRootImpact;
  config.fills.slippage_amount = 0.1;
  FeedSource source;
  source.instrument = 0;
  source.bars = series.bars;
  source.interval = series.interval;
  auto runner = BacktestRunner::make(config, registry, MarketFeed({source}, {}, SessionCalendar::us_equity()));
  if (!runner) {
    std::fprintf(stderr, "dump_runs: %s\n", runner.error().text().c_str());
    return false;
  }
  (*runner)->run();
  if ((*runner)->record().fills.empty()) {
    std::fprintf(stderr, "dump_runs: %s does not trade\n", std::string(type.name).c_str());
    return false;
  }
  std::printf("run %s, bars of %" PRId64 " ns\n", std::string(type.name).c_str(),
              static_cast<std::int64_t>(series.interval.count()));
  print((*runner)->record());
  print_statistics((*runner)->record(), config);
  return true;
}

}  // namespace
}  // namespace bellwether

int main() {
  using namespace bellwether;
  const StrategyRegistry registry = StrategyRegistry::built_in();
  const BarSeries minutes = testing::minute_walk(kMinuteBars, kSeed);
  const BarSeries sessions = testing::minute_walk(kSessionBars, kSeed, std::chrono::minutes(390));
  for (const StrategyType& type : registry.types()) {
    for (const BarSeries* series : {&minutes, &sessions}) {
      // A strategy that looks at sessions from within trades short bars only.
      if (type.daily_history_sessions > 0 && series == &sessions) continue;
      if (!run(type, registry, *series)) return 1;
    }
  }
}
