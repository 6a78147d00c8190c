#include "engine/order_types.hpp"

#include <charconv>

namespace bellwether {
namespace {

template <typename Enum, std::size_t N>
std::string_view name_in(const std::string_view (&names)[N], Enum value) {
  const auto index = static_cast<std::size_t>(value);
  BELLWETHER_INVARIANT(index < N, "enumerator without a name");
  return names[index];
}

/// Reads the number up to `delimiter` or the end and drops both from `text`.
template <typename Unsigned>
bool take_number(std::string_view& text, Unsigned& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take_dash(std::string_view& text) {
  if (text.empty() || text[0] != '-') return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::string OrderId::client_order_id() const {
  std::string text = "bw-" + std::to_string(epoch) + "-" + std::to_string(event) + "-" + std::to_string(index);
  if (leg == OrderLeg::Target) text += "-tp";
  if (leg == OrderLeg::StopLoss) text += "-sl";
  return text;
}

Expected<OrderId> OrderId::parse(std::string_view client_order_id) {
  std::string_view rest = client_order_id;
  OrderId id;
  const bool numbers = rest.substr(0, 3) == "bw-" && (rest.remove_prefix(3), take_number(rest, id.epoch)) &&
                       take_dash(rest) && take_number(rest, id.event) && take_dash(rest) && take_number(rest, id.index);
  if (rest == "-tp") {
    id.leg = OrderLeg::Target;
  } else if (rest == "-sl") {
    id.leg = OrderLeg::StopLoss;
  } else if (!rest.empty()) {
    id.event = 0;
  }
  if (!numbers || !id.exists()) {
    return Error{"client_order_id",
                 "'" + std::string(client_order_id.substr(0, 60)) + "' is not of the form bw-1-42-0"};
  }
  return id;
}

std::string_view token(Side side) { return name_in({"buy", "sell"}, side); }
std::string_view token(OrderType type) {
  return name_in({"market", "limit", "stop", "stop_limit", "trailing_stop"}, type);
}
std::string_view token(TimeInForce tif) { return name_in({"day", "gtc", "ioc", "fok", "opg", "cls"}, tif); }
std::string_view token(OrderClass order_class) { return name_in({"simple", "bracket", "oco"}, order_class); }
std::string_view token(OrderLeg leg) { return name_in({"entry", "take_profit", "stop_loss"}, leg); }
std::string_view token(CommandKind kind) { return name_in({"submit", "cancel", "replace", "query"}, kind); }
std::string_view token(OrderState state) {
  return name_in({"pending_new", "held", "working", "partially_filled", "pending_cancel", "pending_replace", "unknown",
                  "filled", "canceled", "expired", "replaced", "rejected", "denied"},
                 state);
}
std::string_view token(ReportType type) {
  return name_in({"accepted", "held", "fill", "canceled", "expired", "replaced", "rejected", "denied",
                  "cancel_rejected", "replace_rejected", "lost"},
                 type);
}
std::string_view token(RejectReason reason) {
  return name_in({"none", "unknown_order", "too_late", "unsupported", "no_market", "duplicate_id", "bad_order",
                  "insufficient_cash", "never_arrived"},
                 reason);
}

void write(ByteWriter& out, const OrderId& id) {
  out.u64(id.event);
  out.u32(id.epoch);
  out.u16(id.index);
  out.u8(static_cast<std::uint8_t>(id.leg));
}

OrderId read_order_id(ByteReader& in) {
  OrderId id;
  id.event = in.u64();
  id.epoch = in.u32();
  id.index = in.u16();
  id.leg = in.enumerator<OrderLeg>(3);
  return id;
}

void write(ByteWriter& out, const OrderSpec& spec) {
  out.u16(spec.instrument);
  out.u8(static_cast<std::uint8_t>(spec.side));
  out.u8(static_cast<std::uint8_t>(spec.type));
  out.u8(static_cast<std::uint8_t>(spec.time_in_force));
  out.u8(static_cast<std::uint8_t>(spec.order_class));
  out.fixed(spec.quantity);
  for (Price price :
       {spec.limit_price, spec.stop_price, spec.trail, spec.take_profit, spec.stop_loss, spec.stop_loss_offset}) {
    out.fixed(price);
  }
}

OrderSpec read_order_spec(ByteReader& in) {
  OrderSpec spec;
  spec.instrument = in.u16();
  spec.side = in.enumerator<Side>(2);
  spec.type = in.enumerator<OrderType>(5);
  spec.time_in_force = in.enumerator<TimeInForce>(6);
  spec.order_class = in.enumerator<OrderClass>(3);
  spec.quantity = in.fixed<Quantity>();
  for (Price* price :
       {&spec.limit_price, &spec.stop_price, &spec.trail, &spec.take_profit, &spec.stop_loss, &spec.stop_loss_offset}) {
    *price = in.fixed<Price>();
  }
  return spec;
}

void write(ByteWriter& out, const OrderCommand& command) {
  out.u8(static_cast<std::uint8_t>(command.kind));
  out.u16(command.strategy);
  write(out, command.id);
  write(out, command.target);
  write(out, command.spec);
}

OrderCommand read_order_command(ByteReader& in) {
  OrderCommand command;
  command.kind = in.enumerator<CommandKind>(kCommandKindCount);
  command.strategy = in.u16();
  command.id = read_order_id(in);
  command.target = read_order_id(in);
  command.spec = read_order_spec(in);
  return command;
}

void write(ByteWriter& out, const ExecutionReport& report) {
  write(out, report.order);
  write(out, report.related);
  out.u8(static_cast<std::uint8_t>(report.type));
  out.u8(static_cast<std::uint8_t>(report.side));
  out.u8(static_cast<std::uint8_t>(report.denied));
  out.u8(static_cast<std::uint8_t>(report.rejected));
  out.u16(report.strategy);
  out.u16(report.instrument);
  out.u64(report.execution_id);
  out.time(report.time);
  out.fixed(report.last_quantity);
  out.fixed(report.last_price);
  out.fixed(report.cumulative_quantity);
  out.fixed(report.leaves_quantity);
  out.fixed(report.fee);
  out.fixed(report.protective_stop);
}

ExecutionReport read_execution_report(ByteReader& in) {
  ExecutionReport report;
  report.order = read_order_id(in);
  report.related = read_order_id(in);
  report.type = in.enumerator<ReportType>(kReportTypeCount);
  report.side = in.enumerator<Side>(2);
  report.denied = in.enumerator<DenyReason>(kDenyReasons.size() + 1);
  report.rejected = in.enumerator<RejectReason>(kRejectReasonCount);
  report.strategy = in.u16();
  report.instrument = in.u16();
  report.execution_id = in.u64();
  report.time = in.time();
  report.last_quantity = in.fixed<Quantity>();
  report.last_price = in.fixed<Price>();
  report.cumulative_quantity = in.fixed<Quantity>();
  report.leaves_quantity = in.fixed<Quantity>();
  report.fee = in.fixed<Money>();
  report.protective_stop = in.fixed<Price>();
  return report;
}

}  // namespace bellwether
