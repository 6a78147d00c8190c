// A whole backtest on one core: SMA 10/50, long only, 5 million bars from seeded walks in memory, of one symbol or of
// ten side by side, with orders, risk checks, simulated fills, fees, equity after every bar and all statistics.
#include <benchmark/benchmark.h>

#include <map>

#include "engine/backtest_runner.hpp"
#include "engine/statistics.hpp"
#include "tests/support/engine_setup.hpp"
#include "tests/support/market_walk.hpp"

namespace bellwether {
namespace {

using Walks = std::vector<BarSeries>;

constexpr std::size_t kBars = 5'000'000;

/// kBars of `symbols` symbols, each with its share.
const Walks& walks(std::size_t symbols) {
  static std::map<std::size_t, Walks> made;
  Walks& all = made[symbols];
  for (std::size_t i = all.size(); i < symbols; ++i) {
    // 5 M bars need more minutes than the calendar has sessions for; half-minute bars fit.
    all.push_back(testing::minute_walk(kBars / symbols, 1 + i, std::chrono::seconds(30)));
  }
  return all;
}

EngineConfig configuration(std::size_t symbols) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < symbols; ++i) names.push_back("WALK" + std::to_string(i));
  EngineConfig config = testing::config_with("sma_cross", {{"allocation", 0.95 / static_cast<double>(symbols)}}, names);
  config.risk.order_notional = Money::from_int(10'000'000);
  config.risk.position_notional = Money::from_int(10'000'000);
  config.risk.gross_exposure = 2.0;
  config.risk.daily_loss = 0.5;
  config.risk.drawdown = 0.99;
  config.risk.price_collar = 0.1;
  config.risk.open_orders = 100;
  config.risk.orders_per_second = 100;
  config.fees.per_share = Money::from_raw(100);
  return config;
}

struct Result {
  std::size_t orders = 0;
  std::size_t trades = 0;
};

Result backtest(const EngineConfig& config, bool fast) {
  std::vector<FeedSource> sources;
  for (const BarSeries& walk : walks(config.instruments.size())) {
    sources.push_back({static_cast<InstrumentIndex>(sources.size()), walk.bars, walk.interval, false, false, {}, {}});
  }
  MarketFeed feed(std::move(sources), {}, SessionCalendar::us_equity());
  auto runner = BacktestRunner::make(config, StrategyRegistry::built_in(), std::move(feed));
  (*runner)->set_fast_runs(fast);
  (*runner)->run();
  const SessionRecord& record = (*runner)->record();
  benchmark::DoNotOptimize(compute_statistics({.initial_equity = record.initial_cash,
                                               .curve = record.equity,
                                               .daily = record.daily,
                                               .trades = record.trades,
                                               .events = record.counts.market_events,
                                               .events_in_market = record.counts.market_events_in_market,
                                               .traded_notional = record.counts.traded_notional}));
  return {record.orders.size(), record.trades.size()};
}

void run(benchmark::State& state, std::size_t symbols, bool fast) {
  const EngineConfig config = configuration(symbols);
  walks(symbols);
  Result result;
  for (auto _ : state) result = backtest(config, fast);
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kBars));
  state.counters["orders"] = static_cast<double>(result.orders);
  state.counters["trades"] = static_cast<double>(result.trades);
  state.counters["bars"] = static_cast<double>(kBars);
}

/// What the memory alone allows: one pass over the same bars.
void bare_loop(benchmark::State& state) {
  const BarSeries& series = walks(1).front();
  for (auto _ : state) {
    std::int64_t sum = 0;
    for (const Bar& bar : series.bars) sum += bar.close.raw();
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kBars));
}

BENCHMARK_CAPTURE(run, sma_cross, 1, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(run, sma_cross_bar_by_bar, 1, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(run, sma_cross_ten_symbols, 10, true)->Unit(benchmark::kMillisecond);
BENCHMARK(bare_loop)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace bellwether

BENCHMARK_MAIN();
