#include "engine/order_row.hpp"

namespace bellwether {
namespace {

void add_fill(OrderRow& row, const ExecutionReport& report, Money traded) {
  row.filled += report.last_quantity;
  row.filled_notional += traded;
  row.fees += report.fee;
}

}  // namespace

Price OrderRow::average_price() const { return price_of(filled_notional, filled); }

void write(ByteWriter& out, const OrderRow& row) {
  write(out, row.id);
  out.u16(row.strategy);
  write(out, row.spec);
  out.u8(static_cast<std::uint8_t>(row.state));
  out.u8(static_cast<std::uint8_t>(row.denied));
  out.u8(static_cast<std::uint8_t>(row.rejected));
  out.time(row.created);
  out.time(row.updated);
  out.fixed(row.filled);
  out.fixed(row.filled_notional);
  out.fixed(row.fees);
}

OrderRow read_order_row(ByteReader& in) {
  OrderRow row;
  row.id = read_order_id(in);
  row.strategy = in.u16();
  row.spec = read_order_spec(in);
  row.state = in.enumerator<OrderState>(kOrderStateCount);
  row.denied = in.enumerator<DenyReason>(kDenyReasons.size() + 1);
  row.rejected = in.enumerator<RejectReason>(kRejectReasonCount);
  row.created = in.time();
  row.updated = in.time();
  row.filled = in.fixed<Quantity>();
  row.filled_notional = in.fixed<Money>();
  row.fees = in.fixed<Money>();
  return row;
}

RowChange apply_report(OrderRow& row, const ExecutionReport& report, Money traded) {
  if (contradicts(report, row.spec)) {
    row.state = OrderState::Unknown;
    return RowChange::Changed;
  }
  shrink_leg(row.id, row.spec.quantity, report);
  if (report.type == ReportType::Fill) add_fill(row, report, traded);
  const auto next = state_after(row.state, row.filled, row.spec.quantity, report);
  if (!next) return RowChange::Changed;  // It cannot happen to the order.
  row.updated = report.time;
  row.rejected = report.rejected;
  row.state = *next;
  if (report.type == ReportType::Accepted && report.last_price.is_positive() && row.spec.type == OrderType::Stop) {
    row.spec.stop_price = report.last_price;
  }
  if (!is_terminal(row.state)) return RowChange::Changed;
  const bool never_came_to_be = row.state == OrderState::Rejected || row.state == OrderState::Denied;
  const bool with_legs = never_came_to_be && report.order.leg == OrderLeg::Entry && row.filled.is_zero();
  return with_legs ? RowChange::EndedWithLegs : RowChange::Ended;
}

void add_late_fill(OrderRow& row, const ExecutionReport& report, Money traded) {
  row.updated = report.time;
  add_fill(row, report, traded);
}

void end_leg(OrderRow& leg, const OrderRow& entry) {
  leg.state = entry.state;
  leg.rejected = entry.rejected;
  leg.updated = entry.updated;
}

}  // namespace bellwether
