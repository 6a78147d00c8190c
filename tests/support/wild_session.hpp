// Sessions of wild strategies by seed, as the turns that the stages made of them: what a recorder or a writer of books
// is given.
#pragma once

#include "engine/backtest_runner.hpp"
#include "engine/manual_strategy.hpp"
#include "tests/support/engine_setup.hpp"
#include "tests/support/market_walk.hpp"
#include "tests/support/wild_strategy.hpp"

namespace bellwether::testing {

/// Two wild strategies on two symbols, orders by hand, fees, partial fills; the exchange is asynchronous, with faults,
/// for every second seed.
inline EngineConfig wild_config(std::uint64_t seed) {
  EngineConfig config;
  config.instruments = {{"A"}, {"B"}};
  const StrategyRegistry registry = wild_registry();
  for (const char* id : {"one", "two"}) {
    StrategyConfig strategy{id, "wild", {0, 1}, {}};
    const auto drawn = static_cast<std::int64_t>(seed * 2 + config.strategies.size());
    strategy.parameters =
        std::get<Parameters>(Parameters::check(registry.find("wild")->parameters, GivenParameters{{"seed", drawn}}));
    config.strategies.push_back(strategy);
  }
  add_manual_strategy(config);
  config.fees.per_share = *Money::parse("0.005");
  config.fills.participation = 0.002;
  config.risk.position_notional = Money::from_int(40'000);
  config.risk.open_orders = 30;
  if (seed % 2 == 0) return config;
  config.exchange.asynchronous = true;
  config.exchange.latency.commands = std::chrono::milliseconds(20);
  config.exchange.latency.reports = std::chrono::milliseconds(20);
  config.exchange.faults = {.seed = seed,
                            .lost_commands = 0.02,
                            .lost_reports = 0.02,
                            .repeated_reports = 0.05,
                            .late_reports = 0.2,
                            .late_by = std::chrono::minutes(3),
                            .late_refusals = 0.05};
  return config;
}

class TurnCopies final : public TurnObserver {
 public:
  void on_turn(const Turn& turn) override { turns.push_back(turn); }
  std::vector<Turn> turns;
};

/// A session of `bars` minutes of each symbol under `config`, with a split, and with commands of an operator.
inline std::vector<Turn> wild_turns(const EngineConfig& config, std::uint64_t seed, std::size_t bars) {
  std::vector<BarSeries> walks;
  std::vector<FeedSource> sources;
  for (std::size_t i = 0; i < config.instruments.size(); ++i) walks.push_back(minute_walk(bars, seed + i));
  for (std::size_t i = 0; i < walks.size(); ++i) {
    FeedSource source;
    source.instrument = static_cast<InstrumentIndex>(i);
    source.bars = walks[i].bars;
    source.interval = walks[i].interval;
    sources.push_back(source);
  }
  CorporateAction split;
  split.ex_date = Date::from_ymd(2000, 1, 4);
  split.split_ratio_billionths = 2'000'000'000;
  split.price_ratio_billionths = 2'000'000'000;
  auto runner = BacktestRunner::make(config, wild_registry(),
                                     MarketFeed(std::move(sources), {{0, {split}}}, SessionCalendar::us_equity()))
                    .value();
  TurnCopies copies;
  runner->set_observer(&copies);
  SplitMix random(seed);
  for (int step = 0; runner->step(); ++step) {
    if (random.between(0, 150) != 0) continue;
    constexpr CommandType kTypes[] = {CommandType::Flatten, CommandType::CancelAll, CommandType::Halt,
                                      CommandType::Resume, CommandType::Resume};
    OperatorCommand command;
    command.command.type = kTypes[random.between(0, 4)];
    if (command.command.type == CommandType::Halt) command.command.reason = HaltReason::Operator;
    command.words = {OperatorNote("a test"), OperatorNote("key-" + std::to_string(step))};
    runner->command(command);
  }
  return std::move(copies.turns);
}

}  // namespace bellwether::testing
