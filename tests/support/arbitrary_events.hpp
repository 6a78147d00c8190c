// Arbitrary orders, reports and events of every type, for properties. To be called within a property.
#pragma once

#include <limits>

#include "engine/event.hpp"

namespace bellwether::testing {

inline std::int64_t any_i64() { return *rc::gen::arbitrary<std::int64_t>(); }
inline std::uint64_t any_u64() { return *rc::gen::arbitrary<std::uint64_t>(); }
inline Timestamp any_time() { return {any_i64()}; }
inline Price any_price() { return Price::from_raw(any_i64()); }
inline Quantity any_quantity() { return Quantity::from_raw(any_i64()); }
inline Money any_money() { return Money::from_raw(any_i64()); }
inline Date any_date() { return {*rc::gen::arbitrary<std::int32_t>()}; }
inline std::uint16_t any_index() { return *rc::gen::arbitrary<std::uint16_t>(); }
inline bool any_bool() { return *rc::gen::arbitrary<bool>(); }
/// An enumerator below `count`.
template <typename Enum>
Enum any_enum(int count) {
  return static_cast<Enum>(*rc::gen::inRange(0, count));
}

inline OrderId any_order_id() {
  return {any_u64(), *rc::gen::arbitrary<std::uint32_t>(), any_index(), any_enum<OrderLeg>(3)};
}

inline OrderSpec any_spec() {
  OrderSpec spec;
  spec.instrument = any_index();
  spec.side = any_enum<Side>(2);
  spec.type = any_enum<OrderType>(5);
  spec.time_in_force = any_enum<TimeInForce>(6);
  spec.order_class = any_enum<OrderClass>(3);
  spec.quantity = any_quantity();
  spec.limit_price = any_price();
  spec.stop_price = any_price();
  spec.trail = any_price();
  spec.take_profit = any_price();
  spec.stop_loss = any_price();
  spec.stop_loss_offset = any_price();
  return spec;
}

inline OrderCommand any_command() {
  return {any_enum<CommandKind>(3), any_index(), any_order_id(), any_order_id(), any_spec()};
}

inline ExecutionReport any_report() {
  ExecutionReport report;
  report.order = any_order_id();
  report.related = any_order_id();
  report.type = any_enum<ReportType>(static_cast<int>(kReportTypeCount));
  report.side = any_enum<Side>(2);
  report.denied = any_enum<DenyReason>(static_cast<int>(kDenyReasons.size()) + 1);
  report.rejected = any_enum<RejectReason>(kRejectReasonCount);
  report.strategy = any_index();
  report.instrument = any_index();
  report.execution_id = any_u64();
  report.time = any_time();
  report.last_quantity = any_quantity();
  report.last_price = any_price();
  report.cumulative_quantity = any_quantity();
  report.leaves_quantity = any_quantity();
  report.fee = any_money();
  report.protective_stop = any_price();
  return report;
}

inline Event any_event(EventType type) {
  const Timestamp time = any_time();
  const InstrumentIndex instrument = any_index();
  Event event;
  switch (type) {
    case EventType::Bar: {
      const Bar bar{any_time(), any_price(), any_price(), any_price(), any_price(), any_quantity()};
      event = Event::of(time, instrument, BarEvent{bar, any_i64(), any_bool(), any_bool()});
      break;
    }
    case EventType::Trade: event = Event::of(instrument, Trade{time, any_price(), any_quantity()}); break;
    case EventType::Quote:
      event = Event::of(instrument, Quote{time, any_price(), any_quantity(), any_price(), any_quantity()});
      break;
    case EventType::SessionOpen:
    case EventType::SessionClose:
      event = Event::of(type, time, SessionEvent{any_date(), any_time(), any_time(), any_bool()});
      break;
    case EventType::CorporateAction:
      event = Event::of(time, instrument, CorporateAction{any_date(), any_i64(), any_price(), any_i64()});
      break;
    case EventType::Report: event = Event::of(any_report()); break;
    case EventType::Timer:
      event = Event::of(time, TimerEvent{any_index(), *rc::gen::arbitrary<std::uint32_t>()});
      break;
    case EventType::Command:
      event = Event::of(time, CommandEvent{any_enum<CommandType>(static_cast<int>(kCommandTypeCount)),
                                           any_enum<HaltReason>(static_cast<int>(kHaltReasonCount)), any_bool(),
                                           *rc::gen::arbitrary<std::uint8_t>(), any_index(), any_index(),
                                           any_order_id(), any_quantity(), any_spec()});
      break;
    case EventType::CommandNote:
      event = Event::of(time, CommandNoteEvent{any_enum<CommandNoteEvent::Kind>(2),
                                               OperatorNote(*rc::gen::arbitrary<std::string>())});
      break;
    case EventType::Connection: event = Event::of(time, ConnectionEvent{any_bool(), any_bool()}); break;
  }
  event.number = any_u64();
  return event;
}

}  // namespace bellwether::testing
