// What a rollover costs that stops the conveyor: an account's state out of one engine, as text, and into another.
#include <benchmark/benchmark.h>

#include "config/account_state_json.hpp"
#include "engine/engine.hpp"
#include "engine/strategies/built_in.hpp"
#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using namespace testing;

constexpr std::size_t kInstruments = 400;

EngineConfig large_config() {
  EngineConfig config;
  StrategyConfig strategy;
  strategy.id = strategy.type = "sma_cross";
  for (std::size_t i = 0; i < kInstruments; ++i) {
    config.instruments.push_back({"SYM" + std::to_string(i)});
    strategy.instruments.push_back(static_cast<InstrumentIndex>(i));
  }
  strategy.parameters = std::get<Parameters>(Parameters::check(sma_cross().parameters, {}));
  config.strategies.push_back(strategy);
  // The venue answers later, so that it is watched.
  config.exchange.asynchronous = true;
  return config;
}

/// An account with a position of several lots in each instrument and `count` open orders.
AccountState large_state(const Engine& engine, std::size_t count) {
  AccountState state = engine.state();
  state.last_event = 1'000'000;
  state.time = at_minute(100);
  for (std::size_t i = 0; i < kInstruments; ++i) {
    AccountPosition& position = state.positions.emplace_back();
    position.strategy = "sma_cross";
    position.symbol = "SYM" + std::to_string(i);
    position.quantity = shares(300);
    position.cost = money("30000");
    position.fees = money("1.5");
    for (int lot = 0; lot < 3; ++lot) position.lots.push_back({shares(100), money("10000")});
    position.trip.entry_time = at_minute(1);
    position.trip.opened = position.trip.peak = shares(300);
    position.trip.entry_notional = money("30000");
  }
  for (std::size_t i = 0; i < count; ++i) {
    AccountOrder& order = state.orders.emplace_back();
    order.id = {i + 1, 1, 0, OrderLeg::Entry};
    order.strategy = "sma_cross";
    order.symbol = "SYM" + std::to_string(i % kInstruments);
    order.spec.type = OrderType::Limit;
    order.spec.time_in_force = TimeInForce::Gtc;
    order.spec.quantity = shares(100);
    order.spec.limit_price = Price::from_raw(99'000'000'000 + static_cast<std::int64_t>(i) * 10'000'000);
    order.state = order.strategy_state = OrderState::Working;
    state.watched.push_back({order.id, at_minute(101) + Duration(static_cast<std::int64_t>(i))});
  }
  return state;
}

class Account {
 public:
  explicit Account(std::size_t orders) : config_(large_config()), registry_(StrategyRegistry::built_in()) {
    const auto empty = Engine::make(config_, registry_);
    engine_ = open(large_state(**empty, orders));
  }

  std::unique_ptr<Engine> open(const AccountState& state) {
    auto opened = Engine::open(config_, registry_, state);
    BELLWETHER_INVARIANT(opened.has_value(), "the benchmark's state does not open");
    return std::move(opened->engine);
  }
  [[nodiscard]] const Engine& engine() const { return *engine_; }

 private:
  EngineConfig config_;
  StrategyRegistry registry_;
  std::unique_ptr<Engine> engine_;
};

void takes_over(benchmark::State& bench) {
  Account account(static_cast<std::size_t>(bench.range(0)));
  for (auto _ : bench) {
    const std::string text = text_of(account.engine().state());
    const auto state = account_state_of(text);
    benchmark::DoNotOptimize(account.open(*state));
    bench.counters["bytes"] = static_cast<double>(text.size());
  }
}
BENCHMARK(takes_over)->Arg(0)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

void exports_state(benchmark::State& bench) {
  Account account(static_cast<std::size_t>(bench.range(0)));
  for (auto _ : bench) benchmark::DoNotOptimize(account.engine().state());
}
BENCHMARK(exports_state)->Arg(10'000)->Unit(benchmark::kMillisecond);

void writes_text(benchmark::State& bench) {
  Account account(static_cast<std::size_t>(bench.range(0)));
  const AccountState state = account.engine().state();
  for (auto _ : bench) benchmark::DoNotOptimize(text_of(state));
}
BENCHMARK(writes_text)->Arg(10'000)->Unit(benchmark::kMillisecond);

void reads_text(benchmark::State& bench) {
  Account account(static_cast<std::size_t>(bench.range(0)));
  const std::string text = text_of(account.engine().state());
  for (auto _ : bench) benchmark::DoNotOptimize(account_state_of(text));
}
BENCHMARK(reads_text)->Arg(10'000)->Unit(benchmark::kMillisecond);

void opens_state(benchmark::State& bench) {
  Account account(static_cast<std::size_t>(bench.range(0)));
  const AccountState state = account.engine().state();
  for (auto _ : bench) benchmark::DoNotOptimize(account.open(state));
}
BENCHMARK(opens_state)->Arg(10'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace bellwether

BENCHMARK_MAIN();
