// Writes the state of an account.
#include <array>
#include <charconv>

#include "config/account_state_json.hpp"
#include "config/json_value.hpp"

namespace bellwether {
namespace {

/// How members and items stand: the whole document has a line for each, what is in them none.
enum class Layout : std::uint8_t { OneLine, Lines };

/// One object; closed at the end of its life.
class Object {
 public:
  explicit Object(std::string& out, Layout layout = Layout::OneLine)
      : out_(&out), break_(layout == Layout::Lines ? "\n" : "") {
    out += '{';
  }
  ~Object() { (*out_ += break_) += '}'; }
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  std::string& member(std::string_view name) {
    if (!std::exchange(is_first_, false)) *out_ += ',';
    return ((((*out_ += break_) += '"') += name) += "\":");
  }
  /// Characters that need no escape.
  void plain(std::string_view name, std::string_view value) { ((member(name) += '"') += value) += '"'; }
  void text(std::string_view name, std::string_view value) { member(name) += json_quoted(value); }
  void boolean(std::string_view name, bool value) { member(name) += value ? "true" : "false"; }
  void flag(std::string_view name, bool value) {
    if (value) boolean(name, true);
  }
  void whole(std::string_view name, std::uint64_t value) { member(name) += std::to_string(value); }
  void time(std::string_view name, Timestamp value) { plain(name, format_rfc3339(value)); }
  template <typename Tag, int Decimals>
  void decimal(std::string_view name, Fixed<Tag, Decimals> value) {
    plain(name, value.to_string());
  }
  /// Left out where it is zero.
  template <typename Tag, int Decimals>
  void present(std::string_view name, Fixed<Tag, Decimals> value) {
    if (!value.is_zero()) decimal(name, value);
  }
  void present(std::string_view name, Timestamp value) {
    if (value.ns != 0) time(name, value);
  }
  template <typename Items, typename Write>
  void list(std::string_view name, const Items& items, Write&& write) {
    std::string& out = member(name) += '[';
    bool is_first = true;
    for (const auto& item : items) {
      if (!std::exchange(is_first, false)) out += ',';
      write(out += break_, item);
    }
    if (!is_first) out += break_;
    out += ']';
  }

 private:
  std::string* out_;
  std::string_view break_;
  bool is_first_ = true;
};

void write_quoted(std::string& out, std::string_view plain) { ((out += '"') += plain) += '"'; }

std::string hexadecimal(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char each : bytes) {
    const auto byte = static_cast<unsigned char>(each);
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

/// A real number is told from a whole one by its point or exponent.
void write_value(std::string& out, const ParameterValue& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    out += std::to_string(*whole);
  } else if (const auto* boolean = std::get_if<bool>(&value)) {
    out += *boolean ? "true" : "false";
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    out += json_quoted(*text);
  } else {
    std::array<char, 32> buffer;
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::get<double>(value));
    const std::string_view digits(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
    out += digits;
    if (digits.find_first_of(".e") == std::string_view::npos) out += ".0";
  }
}

void write_item(std::string& out, const AccountInstrument& each) {
  Object object(out);
  object.text("symbol", each.symbol);
  object.present("mark", each.mark);
  object.present("strategy_price", each.strategy_price);
  object.present("checked_price", each.checked_price);
  object.present("checked_at", each.checked_at);
}

void write_item(std::string& out, const AccountStrategy& each) {
  Object object(out);
  object.text("id", each.id);
  object.text("type", each.type);
  object.whole("state_version", each.state_version);
  object.list("symbols", each.symbols, [](std::string& o, const std::string& symbol) { o += json_quoted(symbol); });
  {
    Object parameters(object.member("parameters"));
    for (const auto& [name, value] : each.parameters) write_value(parameters.member(name), value);
  }
  object.boolean("paused", each.paused);
  object.plain("saved", hexadecimal(each.saved));
}

void write_trip(std::string& out, const Position::RoundTrip& trip) {
  Object object(out);
  object.time("entry_time", trip.entry_time);
  object.decimal("opened", trip.opened);
  object.decimal("closed", trip.closed);
  object.decimal("peak", trip.peak);
  object.decimal("entry_notional", trip.entry_notional);
  object.decimal("exit_notional", trip.exit_notional);
  object.decimal("realized", trip.realized);
  object.decimal("fees", trip.fees);
  object.decimal("mae", trip.mae);
  object.decimal("mfe", trip.mfe);
  object.decimal("risk_quantity", trip.risk_quantity);
  object.decimal("risk", trip.risk);
  object.whole("events", trip.events);
}

void write_item(std::string& out, const AccountPosition& each) {
  Object object(out);
  object.text("strategy", each.strategy);
  object.text("symbol", each.symbol);
  object.decimal("quantity", each.quantity);
  object.decimal("cost", each.cost);
  object.decimal("realized_average", each.realized_average);
  object.decimal("realized_fifo", each.realized_fifo);
  object.decimal("fees", each.fees);
  object.decimal("dividends", each.dividends);
  object.list("lots", each.lots, [](std::string& o, const Position::Lot& lot) {
    Object item(o);
    item.decimal("quantity", lot.quantity);
    item.decimal("cost", lot.cost);
  });
  if (!each.quantity.is_zero()) write_trip(object.member("round_trip"), each.trip);
}

void write_spec(Object& object, const OrderSpec& spec) {
  object.plain("side", token(spec.side));
  object.plain("type", token(spec.type));
  object.plain("time_in_force", token(spec.time_in_force));
  if (spec.order_class != OrderClass::Simple) object.plain("order_class", token(spec.order_class));
  object.decimal("quantity", spec.quantity);
  object.present("limit_price", spec.limit_price);
  object.present("stop_price", spec.stop_price);
  object.present("trail", spec.trail);
  object.present("take_profit", spec.take_profit);
  object.present("stop_loss", spec.stop_loss);
  object.present("stop_loss_offset", spec.stop_loss_offset);
}

void write_item(std::string& out, const AccountOrder& each) {
  Object object(out);
  object.plain("id", each.id.client_order_id());
  object.text("strategy", each.strategy);
  object.text("symbol", each.symbol);
  write_spec(object, each.spec);
  object.present("filled", each.filled);
  if (each.state) object.plain("state", token(*each.state));
  if (each.strategy_state == each.state) return;
  object.plain("strategy_state", each.strategy_state ? token(*each.strategy_state) : "none");
}

void write_item(std::string& out, const AccountGoal& each) {
  const PositionGoal& goal = each.goal;
  const OrderOptions& options = goal.options;
  Object object(out);
  object.text("strategy", each.strategy);
  object.text("symbol", each.symbol);
  object.plain("kind", token(goal.kind));
  object.plain("wait", token(goal.wait));
  object.present("not_before", goal.not_before);
  object.decimal("target", goal.target);
  if (goal.order.exists()) object.plain("order", goal.order.client_order_id());
  object.plain("type", token(options.type));
  object.plain("time_in_force", token(options.time_in_force));
  object.present("limit_price", options.limit_price);
  object.present("stop_price", options.stop_price);
  object.present("trail", options.trail);
  object.present("take_profit", options.take_profit);
  object.present("stop_loss", options.stop_loss);
  object.present("stop_loss_offset", options.stop_loss_offset);
  object.flag("one_try", options.one_try);
}

void write_item(std::string& out, const AccountWaiting& each) {
  Object object(out);
  object.plain("kind", token(each.command.kind));
  object.text("strategy", each.strategy);
  object.plain("target", each.command.target.client_order_id());
  if (each.command.kind != CommandKind::Replace) return;
  object.plain("id", each.command.id.client_order_id());
  object.text("symbol", each.symbol);
  write_spec(object, each.command.spec);
}

void write_item(std::string& out, const AccountWatch& each) {
  Object object(out);
  object.plain("id", each.id.client_order_id());
  if (each.due != kNever) object.time("due", each.due);
  if (each.asked != 0) object.whole("asked", each.asked);
  object.flag("absent", each.absent);
  object.flag("unknown", each.unknown);
}

void write_item(std::string& out, const AccountTimer& each) {
  Object object(out);
  object.time("at", each.at);
  object.text("strategy", each.strategy);
  object.whole("tag", each.tag);
}

void write_item(std::string& out, const BookedExecutions::Run& each) {
  Object object(out);
  object.whole("first", each.first);
  object.whole("last", each.last);
}

void write_cash(std::string& out, const AccountCash& cash) {
  Object object(out);
  object.decimal("cash", cash.cash);
  object.decimal("realized", cash.realized);
  object.decimal("realized_fifo", cash.realized_fifo);
  object.decimal("fees", cash.fees);
  object.decimal("dividends", cash.dividends);
}

void write_breakers(std::string& out, const AccountBreakers& breakers) {
  Object object(out);
  object.decimal("peak_equity", breakers.peak_equity);
  object.decimal("session_start_equity", breakers.session_start_equity);
  object.present("last_market_time", breakers.last_market_time);
  object.plain("halt_reason", token(breakers.halt_reason));
  object.flag("flattening", breakers.flattening);
  object.flag("resuming", breakers.resuming);
  object.list("recent_orders", breakers.recent_orders,
              [](std::string& o, Timestamp time) { write_quoted(o, format_rfc3339(time)); });
}

}  // namespace

std::string text_of(const AccountState& state) {
  std::string text;
  text.reserve(state.orders.size() * 320 + state.positions.size() * 600 + 4'096);
  {
    const auto item = [](std::string& out, const auto& each) { write_item(out, each); };
    Object object(text, Layout::Lines);
    object.whole("version", kAccountStateVersion);
    object.whole("last_event", state.last_event);
    object.present("time", state.time);
    object.whole("epoch", state.epoch);
    if (state.session_close) object.time("session_close", *state.session_close);
    object.boolean("market_data_connected", state.market_data_connected);
    object.boolean("venue_connected", state.venue_connected);
    write_cash(object.member("cash"), state.cash);
    write_breakers(object.member("breakers"), state.breakers);
    object.list("instruments", state.instruments, item);
    object.list("strategies", state.strategies, item);
    object.list("positions", state.positions, item);
    object.list("orders", state.orders, item);
    object.list("goals", state.goals, item);
    object.list("waiting", state.waiting, item);
    object.list("watched", state.watched, item);
    object.list("given_up", state.given_up, [](std::string& o, OrderId id) { write_quoted(o, id.client_order_id()); });
    object.list("booked", state.booked, item);
    object.list("timers", state.timers, item);
  }
  text += '\n';
  return text;
}

}  // namespace bellwether
