// What an order costs: its way through the position, risk and order stage beside many instruments and open orders,
// which must not grow with either; and its whole trip through a backtest (intent, risk, command, acceptance, fill,
// booking).
#include <benchmark/benchmark.h>

#include <chrono>

#include "engine/backtest_runner.hpp"
#include "tests/support/engine_setup.hpp"
#include "tests/support/market_walk.hpp"
#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using namespace testing;

EngineConfig configuration(std::size_t instruments) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < instruments; ++i) names.push_back("S" + std::to_string(i));
  EngineConfig config = config_with("buy_and_hold", {}, names);
  config.account.initial_cash = Money::from_int(1'000'000'000);
  config.risk.order_notional = Money::from_int(10'000'000);
  config.risk.position_notional = Money::from_int(10'000'000);
  config.risk.gross_exposure = 2.0;
  config.risk.daily_loss = 0.5;
  config.risk.drawdown = 0.99;
  config.risk.open_orders = 100'000;
  return config;
}

// --- Beside others

/// The three stages, and orders that rest in them.
class Stages {
 public:
  Stages(std::size_t instruments, std::size_t open_orders)
      : config_(configuration(instruments)), engine_(Engine::make(config_, StrategyRegistry::built_in()).value()) {
    take(testing::session_event(EventType::SessionOpen, 0));
    for (std::size_t i = 0; i < instruments; ++i) take(bar_event(static_cast<InstrumentIndex>(i), 1, "10"));
    for (std::size_t i = 0; i < open_orders; ++i) {
      OrderCommand command = submit(0, static_cast<InstrumentIndex>(i % instruments), Side::Buy, 1);
      command.spec.type = OrderType::Limit;
      command.spec.limit_price = Price::from_raw(static_cast<std::int64_t>(1 + i / instruments) * 1'000'000);
      ask(command);
      take(Event::of(report_on(command_, ReportType::Accepted, 1, ++last_execution_)));
    }
  }

  /// A price, an order at it, its acceptance and its fill.
  void trade() {
    const auto instrument = static_cast<InstrumentIndex>(orders_ % config_.instruments.size());
    const bool buys = orders_ / config_.instruments.size() % 2 == 0;
    ++orders_;
    bar_.instrument = instrument;
    bar_.bar.bar.close = price_ = Price::from_raw((1'000 + static_cast<std::int64_t>(orders_ % 7)) * 10'000'000);
    take(bar_);
    ask(submit(0, instrument, buys ? Side::Buy : Side::Sell, 100));
    take(Event::of(report_on(command_, ReportType::Accepted, 1, ++last_execution_)));
    ExecutionReport fill = report_on(command_, ReportType::Fill, 1, ++last_execution_);
    fill.last_price = price_;
    fill.last_quantity = fill.cumulative_quantity = shares(100);
    take(Event::of(fill));
  }

 private:
  Turn& take(const Event& event) {
    turn_.begin(event);
    return pass();
  }
  Turn& pass() {
    turn_.event.number = ++last_event_;
    engine_->position_stage().advance(turn_);
    engine_->risk_stage().advance(turn_);
    engine_->order_stage().advance(turn_);
    return turn_;
  }
  void ask(OrderCommand command) {
    command.id.event = last_event_ + 1;
    turn_.begin(Event::of(at_minute(1), TimerEvent{}));
    turn_.intents.push_back({command, DenyReason::None});
    pass();
    BELLWETHER_INVARIANT(turn_.commands.size() == 1, "an order of the benchmark was denied");
    command_ = command;
  }

  EngineConfig config_;
  std::unique_ptr<Engine> engine_;
  Turn turn_;
  Event bar_ = bar_event(0, 1, "10");
  Price price_;
  OrderCommand command_;
  std::size_t orders_ = 0;
  EventNumber last_event_ = 0;
  std::uint64_t last_execution_ = 0;
};

void order_beside_others(benchmark::State& state) {
  Stages stages(static_cast<std::size_t>(state.range(0)), static_cast<std::size_t>(state.range(1)));
  for (auto _ : state) stages.trade();
}
BENCHMARK(order_beside_others)->ArgNames({"instruments", "open"})->ArgsProduct({{10, 100, 400}, {10, 1'000, 10'000}});

// --- A whole trip

constexpr std::size_t kBars = 1'000'000;
constexpr std::size_t kBarsPerOrder = 8;

/// Buys and sells by turns, or never.
class Alternating final : public StrategyBase<Alternating> {
 public:
  explicit Alternating(bool trades) : trades_(trades) {}

  void on_bar(const BarView& view, Context& context) override {
    if (++bars_ % kBarsPerOrder != 0 || !trades_) return;
    OrderSpec spec;
    spec.instrument = view.instrument;
    spec.side = bars_ / kBarsPerOrder % 2 == 1 ? Side::Buy : Side::Sell;
    spec.time_in_force = TimeInForce::Gtc;
    spec.quantity = shares(100);
    context.submit(spec);
  }

 private:
  bool trades_;
  std::size_t bars_ = 0;
};

template <bool kTrades>
StrategyType::Made made(const StrategyConfig&) {
  return {std::make_unique<Alternating>(kTrades)};
}

struct Timed {
  double seconds = 0;
  std::size_t fills = 0;
};

Timed backtest(const BarSeries& walk, bool trades, bool fast) {
  EngineConfig config = configuration(1);
  StrategyRegistry registry;
  StrategyType type;
  type.name = "buy_and_hold";
  type.make = trades ? &made<true> : &made<false>;
  registry.add(type);
  MarketFeed feed({{0, walk.bars, walk.interval, false, false, {}, {}}}, {}, SessionCalendar::us_equity());
  auto runner = BacktestRunner::make(config, registry, std::move(feed));
  (*runner)->set_fast_runs(fast);
  const auto begin = std::chrono::steady_clock::now();
  (*runner)->run();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  return {seconds.count(), (*runner)->record().fills.size()};
}

/// The difference of a backtest with orders and one without, by orders. Bar by bar, every bar has the long way in both.
void order_trip(benchmark::State& state, bool fast) {
  const BarSeries walk = minute_walk(kBars, 1);
  for (auto _ : state) {
    const Timed without = backtest(walk, false, fast);
    const Timed with = backtest(walk, true, fast);
    BELLWETHER_INVARIANT(with.fills >= kBars / kBarsPerOrder - 1, "an order of the benchmark did not fill");
    state.SetIterationTime((with.seconds - without.seconds) / static_cast<double>(with.fills));
  }
}
BENCHMARK_CAPTURE(order_trip, fast_runs, true)->UseManualTime()->Iterations(5)->Unit(benchmark::kNanosecond);
BENCHMARK_CAPTURE(order_trip, bar_by_bar, false)->UseManualTime()->Iterations(5)->Unit(benchmark::kNanosecond);

}  // namespace
}  // namespace bellwether

BENCHMARK_MAIN();
