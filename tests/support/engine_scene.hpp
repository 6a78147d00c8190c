// A whole engine under a test's hand, with scripted strategies: it can be closed and opened in another configuration.
#pragma once

#include <map>

#include "engine/engine.hpp"
#include "tests/support/scripted_strategy.hpp"

namespace bellwether::testing {

class EngineScene {
 public:
  explicit EngineScene(EngineConfig given = scripted_config(), StrategyRegistry known = scripted_registry())
      : registry(std::move(known)), config_(std::make_unique<EngineConfig>(std::move(given))) {
    engine = Engine::make(*config_, registry).value();
    on(session_event(EventType::SessionOpen, 0));
    bar(0, "10");
    bar(1, "10");
  }

  Turn& on(Event event) {
    event.number = ++last_event;
    return engine->process(event);
  }
  /// A bar a minute after the one before.
  Turn& bar(InstrumentIndex instrument, std::string_view close) { return on(bar_event(instrument, ++minute, close)); }
  /// Lets strategy `strategy` act on a bar of an instrument at 10.
  Turn& act(StrategyIndex strategy, InstrumentIndex instrument, const std::function<void(Context&)>& action) {
    script().on_bar = [&, asked = StrategyIndex{0}](const BarView&, Context& context) mutable {
      if (asked++ == strategy) action(context);
    };
    Turn& turn = bar(instrument, "10");
    script().on_bar = nullptr;
    return turn;
  }
  /// Reports on the order of a command.
  Turn& say(const OrderCommand& command, ReportType type) {
    return on(Event::of(report_on(command, type, minute, ++execution_id)));
  }
  Turn& fill(const OrderCommand& command, std::int64_t quantity, std::string_view at = "10") {
    const std::int64_t whole = command.spec.quantity.raw() / Quantity::kScale;
    const std::int64_t leaves = whole - (filled[command.id] += quantity);
    return on(Event::of(fill_of(command, quantity, at, leaves, minute, ++execution_id)));
  }
  /// A position by an order that fills at once.
  void hold(StrategyIndex strategy, InstrumentIndex instrument, std::int64_t quantity) {
    const Side side = quantity > 0 ? Side::Buy : Side::Sell;
    const Turn& turn = act(strategy, instrument, [&](Context& context) {
      OrderSpec spec = market_order(side, std::abs(quantity));
      spec.instrument = instrument;
      context.submit(spec);
    });
    BELLWETHER_INVARIANT(turn.commands.size() == 1, "the order of a test did not leave");
    fill(OrderCommand(turn.commands[0]), std::abs(quantity));
  }
  /// A limit order that stays open.
  OrderCommand rest(StrategyIndex strategy, InstrumentIndex instrument, std::int64_t quantity, std::string_view limit) {
    const Turn& turn = act(strategy, instrument, [&](Context& context) {
      OrderSpec spec = limit_order(Side::Buy, quantity, limit);
      spec.instrument = instrument;
      context.submit(spec);
    });
    BELLWETHER_INVARIANT(turn.commands.size() == 1, "the order of a test did not leave");
    const OrderCommand command = turn.commands[0];
    say(command, ReportType::Accepted);
    return command;
  }

  /// Goes on in another configuration. The strategies that start afresh, or the Error.
  Expected<std::vector<StrategyIndex>> reopen(EngineConfig next) { return reopen(std::move(next), engine->state()); }
  Expected<std::vector<StrategyIndex>> reopen(EngineConfig next, const AccountState& state) {
    auto held = std::make_unique<EngineConfig>(std::move(next));
    auto opened = Engine::open(*held, registry, state);
    if (!opened) return opened.error();
    engine = std::move(opened->engine);
    config_ = std::move(held);
    return opened->fresh;
  }

  StrategyRegistry registry;
  std::unique_ptr<Engine> engine;
  EventNumber last_event = 0;
  std::uint64_t execution_id = 0;
  int minute = 0;
  std::map<OrderId, std::int64_t> filled;

 private:
  std::unique_ptr<EngineConfig> config_;
};

}  // namespace bellwether::testing
