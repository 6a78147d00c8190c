// An order's row and how it comes and changes: what a run in memory and an account's books on disk have in common.
#pragma once

#include "engine/open_orders.hpp"
#include "engine/order_types.hpp"
#include "engine/turn.hpp"

namespace bellwether {

/// One order from its intent to its end.
struct OrderRow {
  OrderId id;
  StrategyIndex strategy = kNoStrategy;
  OrderSpec spec;
  OrderState state = OrderState::PendingNew;
  DenyReason denied = DenyReason::None;
  RejectReason rejected = RejectReason::None;
  Timestamp created;  ///< Time of the event that caused it.
  Timestamp updated;  ///< Time of the last report about it.
  Quantity filled;
  Money filled_notional;  ///< Sum of price x quantity of the fills; the average price is filled_notional / filled.
  Money fees;

  [[nodiscard]] Price average_price() const;
  bool operator==(const OrderRow&) const = default;
};

void write(ByteWriter& out, const OrderRow& row);
/// Reads what `write` wrote; malformed input makes `in.ok()` false.
OrderRow read_order_row(ByteReader& in);

/// Writes the rows that an intent brings: the order's, and of a group that may go to the venue one for each leg.
/// `make()` gives a fresh row to write into.
template <typename Make>
void make_rows(const Intent& intent, Timestamp now, Make&& make) {
  const OrderSpec& spec = intent.command.spec;
  const bool is_denied = intent.denied != DenyReason::None;
  const auto add = [&](const OrderSpec& own, OrderLeg leg) {
    OrderRow& row = make();
    row.id = intent.command.id.with_leg(leg);
    row.strategy = intent.command.strategy;
    row.spec = own;
    row.created = row.updated = now;
    row.denied = intent.denied;
    if (is_denied) row.state = OrderState::Denied;
  };
  if (spec.order_class != OrderClass::Oco || is_denied) add(spec, OrderLeg::Entry);
  if (spec.order_class == OrderClass::Simple || is_denied) return;
  if (const auto leg = target_leg(spec)) add(*leg, OrderLeg::Target);
  if (const auto leg = stop_leg(spec, Price())) add(*leg, OrderLeg::StopLoss);
}

/// What a report did to the row of an open order.
enum class RowChange : std::uint8_t {
  Changed,
  Ended,
  EndedWithLegs,  ///< An entry that never came to be: its legs go with it, see `end_leg`.
};

/// Takes a report on the open order of `row`; `traded` is price x quantity of a fill.
RowChange apply_report(OrderRow& row, const ExecutionReport& report, Money traded);
/// Adds a fill that came after the order's end: the order stays ended, with what it has filled.
void add_late_fill(OrderRow& row, const ExecutionReport& report, Money traded);
/// Ends the leg of an entry that was refused.
void end_leg(OrderRow& leg, const OrderRow& entry);

}  // namespace bellwether
