#include "backtest/backtest.hpp"

#include <algorithm>

#include "config/configuration.hpp"
#include "engine/backtest_runner.hpp"

namespace bellwether {

RunResult finish_run(const AppConfig& config, const StrategyRegistry& registry, SessionRecord record,
                     const MarketDataSet& data, std::optional<EngineConfig> engine) {
  RunResult result;
  result.config = config;
  const auto by_hand = [&](const OrderRow& row) { return row.strategy >= config.strategies.size(); };
  if (engine) {
    result.engine = std::move(*engine);
  } else {
    result.engine = std::ranges::any_of(record.orders, by_hand) ? session_engine_config(config) : engine_config(config);
  }
  result.record = std::move(record);
  const SessionRecord& done = result.record;
  result.prices = data.prices();
  result.data_caveats = data.caveats();
  result.data_quality = data.quality();
  result.outcomes = order_outcomes(done, result.engine);
  result.open_positions = open_positions(done, result.prices);
  result.excess = excess_texts(done, result.engine, result.prices);
  result.idle = reasons_of_idleness(done, result.engine, result.prices, registry);
  result.benchmark = benchmark_equity(data.benchmark(), done.initial_cash, done.daily);
  StatisticsInput input{.initial_equity = done.initial_cash, .curve = done.equity};
  input.daily = done.daily;
  input.trades = done.trades;
  result.benchmark_returns = benchmark_returns(data.benchmark(), done.daily);
  input.benchmark_returns = result.benchmark_returns;
  input.events = done.counts.market_events;
  input.events_in_market = done.counts.market_events_in_market;
  input.traded_notional = done.counts.traded_notional;
  input.fees = done.account.fees;
  input.options = statistics_options(config);
  result.statistics = compute_statistics(input);
  result.receipt = make_receipt(config, done, data.fingerprints());
  return result;
}

Expected<RunResult> run_backtest(const AppConfig& config, const StrategyRegistry& registry, const MarketDataSet& data,
                                 const Progress& progress) {
  constexpr std::uint64_t kStepsBetweenReports = 4'096;
  const EngineConfig engine = engine_config(config);
  auto runner = BacktestRunner::make(engine, registry, data.feed());
  if (!runner) return runner.error();
  const std::uint64_t total = data.market_events();
  std::uint64_t steps = 0;
  while ((*runner)->step()) {
    if (++steps % kStepsBetweenReports == 0 && progress) progress((*runner)->record().counts.market_events, total);
  }
  return finish_run(config, registry, (*runner)->take_record(), data);
}

}  // namespace bellwether
