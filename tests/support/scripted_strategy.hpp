// A strategy that a test writes as functions, and a runner over small hand-made series.
#pragma once

#include <functional>
#include <memory>

#include "engine/backtest_runner.hpp"
#include "tests/support/venue.hpp"

namespace bellwether::testing {

/// What a scripted strategy does; an empty function does nothing. One for all strategies of a test.
struct Script {
  std::function<void(const BarView&, Context&)> on_bar;
  std::function<void(const Trade&, Context&)> on_trade;
  std::function<void(const ExecutionReport&, Context&)> on_fill;
  std::function<void(const ExecutionReport&, Context&)> on_order;
  std::function<void(const SessionEvent&, Context&)> on_session_open;
  std::function<void(std::uint32_t, Context&)> on_timer;
};

inline Script& script() {
  static Script current;
  return current;
}

class ScriptedStrategy final : public StrategyBase<ScriptedStrategy> {
 public:
  void on_bar(const BarView& view, Context& context) override {
    if (script().on_bar) script().on_bar(view, context);
  }
  void on_trade(InstrumentIndex, const Trade& trade, Context& context) override {
    if (script().on_trade) script().on_trade(trade, context);
  }
  void on_fill(const ExecutionReport& report, Context& context) override {
    if (script().on_fill) script().on_fill(report, context);
  }
  void on_order(const ExecutionReport& report, Context& context) override {
    if (script().on_order) script().on_order(report, context);
  }
  void on_session_open(const SessionEvent& session, Context& context) override {
    if (script().on_session_open) script().on_session_open(session, context);
  }
  void on_timer(std::uint32_t tag, Context& context) override {
    if (script().on_timer) script().on_timer(tag, context);
  }
};

inline StrategyRegistry scripted_registry() {
  StrategyRegistry registry;
  registry.add({"scripted", "", {}, [](const StrategyConfig&) -> StrategyType::Made {
                  return {std::make_unique<ScriptedStrategy>()};
                }});
  return registry;
}

/// `strategies` scripted strategies, each trading AAPL (0) and IBM (1).
inline EngineConfig scripted_config(std::size_t strategies = 1) {
  script() = {};
  EngineConfig config;
  config.instruments = {{"AAPL"}, {"IBM"}};
  for (std::size_t i = 0; i < strategies; ++i) {
    config.strategies.push_back({"s" + std::to_string(i), "scripted", {0, 1}, {}});
  }
  return config;
}

/// A signal stage under a test's hand.
class SignalScene {
 public:
  explicit SignalScene(const EngineConfig& given) : config(given) {
    stage = SignalStage::make(config, scripted_registry()).value();
  }
  SignalScene(const SignalScene&) = delete;
  SignalScene& operator=(const SignalScene&) = delete;

  Turn& on(const Event& event) {
    turn.begin(event);
    turn.event.number = ++last_event;
    turn.account.cash = turn.account.equity = money("100000");
    for (const PositionChange& change : next_positions) turn.positions.push_back(change);
    next_positions.clear();
    stage->advance(turn);
    return turn;
  }
  Turn& bar(InstrumentIndex instrument, int minute, std::string_view close) {
    return on(bar_event(instrument, minute, close));
  }
  /// Tells that an order was executed, with the position that results.
  Turn& fill(OrderId id, Side side, std::int64_t quantity, std::int64_t leaves, std::int64_t position) {
    ExecutionReport report = answer(id, side, ReportType::Fill);
    report.last_quantity = shares(quantity);
    report.leaves_quantity = shares(leaves);
    report.last_price = price("10");
    next_positions.push_back({0, 0, shares(position), price("10"), Money()});
    return on(Event::of(report));
  }
  Turn& say(OrderId id, Side side, ReportType type) { return on(Event::of(answer(id, side, type))); }
  ExecutionReport answer(OrderId id, Side side, ReportType type) {
    ExecutionReport report;
    report.order = id;
    report.type = type;
    report.side = side;
    report.strategy = 0;
    report.instrument = 0;
    report.execution_id = ++execution_id;
    report.time = at_minute(1);
    return report;
  }

  EngineConfig config;
  std::unique_ptr<SignalStage> stage;
  Turn turn;
  std::vector<PositionChange> next_positions;
  EventNumber last_event = 0;
  std::uint64_t execution_id = 0;
};

}  // namespace bellwether::testing
