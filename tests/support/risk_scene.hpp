// A risk stage under a test's hand: a market and an account that a test sets, and the verdict on one order at a time.
#pragma once

#include <map>

#include "engine/risk_stage.hpp"
#include "tests/support/venue.hpp"

namespace bellwether::testing {

/// Two instruments at 10 and 100,000 of equity, shorting off, no limit set, unless the configuration says otherwise.
class RiskScene {
 public:
  explicit RiskScene(const EngineConfig& given = small_config()) : config(given), stage(config) {
    on(session_event(EventType::SessionOpen, 0));
    price_at(0, 0, "10");
    price_at(1, 0, "10");
  }
  RiskScene(const RiskScene&) = delete;
  RiskScene& operator=(const RiskScene&) = delete;

  Turn& on(const Event& event) {
    turn.begin(event);
    turn.event.number = ++last_event;
    turn.account.equity = equity;
    stage.advance(turn);
    return turn;
  }
  void price_at(InstrumentIndex instrument, int minute, std::string_view at) { on(bar_event(instrument, minute, at)); }
  void report(const ExecutionReport& each) { on(Event::of(each)); }

  /// The verdict on a command at a minute, and the command's id in `last_id`.
  DenyReason decide(OrderCommand command, int minute) {
    turn.begin(Event::of(at_minute(minute), TimerEvent{}));
    turn.event.number = ++last_event;
    turn.account.equity = equity;
    command.strategy = strategy;
    command.id = last_id = {last_event, 1, 0, OrderLeg::Entry};
    turn.intents.push_back({command, DenyReason::None});
    stage.advance(turn);
    return turn.intents.front().denied;
  }
  DenyReason send(const OrderSpec& spec, int minute = 0) {
    OrderCommand command;
    command.spec = spec;
    return decide(command, minute);
  }
  DenyReason cancel(OrderId target, int minute = 0) {
    OrderCommand command;
    command.kind = CommandKind::Cancel;
    command.target = target;
    command.spec.instrument = 0;
    return decide(command, minute);
  }
  DenyReason replace(OrderId target, const OrderSpec& spec, int minute = 0) {
    OrderCommand command;
    command.kind = CommandKind::Replace;
    command.target = target;
    command.spec = spec;
    return decide(command, minute);
  }
  /// A report of a whole or partial execution.
  void fill(OrderId id, InstrumentIndex instrument, Side side, std::int64_t quantity, std::int64_t leaves) {
    ExecutionReport each = answer(id, instrument, side, ReportType::Fill);
    each.last_quantity = shares(quantity);
    each.leaves_quantity = shares(leaves);
    each.cumulative_quantity = filled[id] += each.last_quantity;
    report(each);
  }
  void say(OrderId id, InstrumentIndex instrument, Side side, ReportType type) {
    report(answer(id, instrument, side, type));
  }
  /// A position made by an order that fills at once.
  void hold(InstrumentIndex instrument, Side side, std::int64_t quantity) {
    OrderSpec spec = market_order(side, quantity);
    spec.instrument = instrument;
    ASSERT_EQ(send(spec), DenyReason::None);
    fill(last_id, instrument, side, quantity, 0);
  }
  ExecutionReport answer(OrderId id, InstrumentIndex instrument, Side side, ReportType type) {
    ExecutionReport each;
    each.type = type;
    each.order = id;
    each.strategy = strategy;
    each.instrument = instrument;
    each.side = side;
    each.execution_id = type == ReportType::Lost || type == ReportType::Denied ? 0 : ++execution_id;
    each.time = at_minute(0);
    return each;
  }

  EngineConfig config;
  RiskStage stage;
  Turn turn;
  Money equity = money("100000");
  OrderId last_id;
  StrategyIndex strategy = 0;  // Whose orders the scene sends and reports on.
  EventNumber last_event = 0;
  std::uint64_t execution_id = 0;
  std::map<OrderId, Quantity> filled;  // Of each order, by `fill`.
};

}  // namespace bellwether::testing
