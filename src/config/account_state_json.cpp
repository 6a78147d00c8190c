#include "config/account_state_json.hpp"

#include <charconv>
#include <limits>

#include "config/flat_json_reader.hpp"

namespace bellwether {
namespace {

constexpr std::uint64_t kWholeMax = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kWhole32Max = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kOpenStateCount = static_cast<std::size_t>(OrderState::Filled);

/// Reads the items of a list, each an object, by `read(JsonObject&, Item&)`.
template <typename Item, typename Read>
void read_list(JsonObject& object, std::string_view name, std::vector<Item>& items, Read&& read) {
  object.list(name, [&](const JsonPlace& at) {
    JsonObject each(at, object.fault());
    read(each, items.emplace_back());
    each.finish();
  });
}

/// Reads an object by `read(JsonObject&)`.
template <typename Read>
void read_object(JsonObject& object, std::string_view name, bool is_required, Read&& read) {
  const auto at = object.take(name, is_required);
  if (!at) return;
  JsonObject member(*at, object.fault());
  read(member);
  member.finish();
}

std::string bytes_of(JsonObject& object, std::string_view name) {
  const auto at = object.take(name, true);
  if (!at || !object.expect(*at, FlatJson::Kind::Text, "bytes in hexadecimal digits")) return {};
  const std::string_view digits = at->text();
  std::string bytes;
  bytes.reserve(digits.size() / 2);
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    std::uint8_t byte = 0;
    const char* const from = digits.data() + i;
    if (std::from_chars(from, from + 2, byte, 16).ptr != from + 2) break;
    bytes += static_cast<char>(byte);
  }
  if (bytes.size() * 2 != digits.size()) object.fault().add(*at, "must be bytes of two hexadecimal digits each");
  return bytes;
}

ParameterValue parameter_at(const JsonPlace& at, JsonFault& fault) {
  const FlatJson::Node& node = at.node();
  const std::string_view text = at.text();
  const char* const end = text.data() + text.size();
  switch (node.kind) {
    case FlatJson::Kind::Boolean: return node.boolean;
    case FlatJson::Kind::Text: return std::string(text);
    case FlatJson::Kind::Number: {
      std::int64_t whole = 0;
      if (node.is_whole && std::from_chars(text.data(), end, whole).ec == std::errc()) return whole;
      double real = 0;
      if (!node.is_whole && std::from_chars(text.data(), end, real).ec == std::errc()) return real;
      break;
    }
    default: break;
  }
  fault.add(at, "must be true, false, a text or a number in range");
  return {};
}

void read(JsonObject& object, AccountInstrument& each) {
  each.symbol = object.text("symbol");
  each.mark = object.decimal_or_zero<Price>("mark");
  each.strategy_price = object.decimal_or_zero<Price>("strategy_price");
  each.checked_price = object.decimal_or_zero<Price>("checked_price");
  each.checked_at = object.time_or("checked_at", {});
}

void read(JsonObject& object, AccountStrategy& each) {
  each.id = object.text("id");
  each.type = object.text("type");
  each.state_version = static_cast<std::uint32_t>(object.whole("state_version", kWhole32Max));
  object.list("symbols", [&](const JsonPlace& at) {
    if (object.expect(at, FlatJson::Kind::Text, "a symbol")) each.symbols.emplace_back(at.text());
  });
  const auto parameters = object.take("parameters", true);
  if (parameters && object.expect(*parameters, FlatJson::Kind::Object, "an object")) {
    parameters->for_each([&](const JsonPlace& at) {
      each.parameters.emplace_back(std::string(at.key()), parameter_at(at, object.fault()));
    });
  }
  each.paused = object.boolean("paused");
  each.saved = bytes_of(object, "saved");
}

void read(JsonObject& object, Position::RoundTrip& trip) {
  trip.entry_time = object.time("entry_time");
  trip.opened = object.decimal<Quantity>("opened");
  trip.closed = object.decimal<Quantity>("closed");
  trip.peak = object.decimal<Quantity>("peak");
  trip.entry_notional = object.decimal<Money>("entry_notional");
  trip.exit_notional = object.decimal<Money>("exit_notional");
  trip.realized = object.decimal<Money>("realized");
  trip.fees = object.decimal<Money>("fees");
  trip.mae = object.decimal<Money>("mae");
  trip.mfe = object.decimal<Money>("mfe");
  trip.risk_quantity = object.decimal<Quantity>("risk_quantity");
  trip.risk = object.decimal<Money>("risk");
  trip.events = object.whole("events", kWholeMax);
}

void read(JsonObject& object, Position::Lot& lot) {
  lot.quantity = object.decimal<Quantity>("quantity");
  lot.cost = object.decimal<Money>("cost");
}

void read(JsonObject& object, AccountPosition& each) {
  each.strategy = object.text("strategy");
  each.symbol = object.text("symbol");
  each.quantity = object.decimal<Quantity>("quantity");
  each.cost = object.decimal<Money>("cost");
  each.realized_average = object.decimal<Money>("realized_average");
  each.realized_fifo = object.decimal<Money>("realized_fifo");
  each.fees = object.decimal<Money>("fees");
  each.dividends = object.decimal<Money>("dividends");
  read_list(object, "lots", each.lots, [](JsonObject& item, Position::Lot& lot) { read(item, lot); });
  const bool is_open = !each.quantity.is_zero();
  read_object(object, "round_trip", is_open, [&](JsonObject& trip) { read(trip, each.trip); });
}

void read(JsonObject& object, OrderSpec& spec) {
  spec.side = object.token_of<Side>("side", 2);
  spec.type = object.token_of<OrderType>("type", 5);
  spec.time_in_force = object.token_of<TimeInForce>("time_in_force", 6);
  spec.order_class = object.token_or_first<OrderClass>("order_class", 3);
  spec.quantity = object.decimal<Quantity>("quantity");
  spec.limit_price = object.decimal_or_zero<Price>("limit_price");
  spec.stop_price = object.decimal_or_zero<Price>("stop_price");
  spec.trail = object.decimal_or_zero<Price>("trail");
  spec.take_profit = object.decimal_or_zero<Price>("take_profit");
  spec.stop_loss = object.decimal_or_zero<Price>("stop_loss");
  spec.stop_loss_offset = object.decimal_or_zero<Price>("stop_loss_offset");
}

void read(JsonObject& object, AccountOrder& each) {
  each.id = object.order("id");
  each.strategy = object.text("strategy");
  each.symbol = object.text("symbol");
  read(object, each.spec);
  each.filled = object.decimal_or_zero<Quantity>("filled");
  if (const auto at = object.take("state", false)) each.state = object.enumerator_at<OrderState>(*at, kOpenStateCount);
  each.strategy_state = each.state;
  const auto at = object.take("strategy_state", false);
  if (!at) return;
  if (at->node().kind == FlatJson::Kind::Text && at->text() == "none") {
    each.strategy_state.reset();
  } else {
    each.strategy_state = object.enumerator_at<OrderState>(*at, kOpenStateCount);
  }
}

void read(JsonObject& object, AccountGoal& each) {
  PositionGoal& goal = each.goal;
  OrderOptions& options = goal.options;
  each.strategy = object.text("strategy");
  each.symbol = object.text("symbol");
  goal.kind = object.token_of<PositionGoal::Kind>("kind", kGoalKindCount);
  goal.wait = object.token_of<PositionGoal::Wait>("wait", kGoalWaitCount);
  goal.not_before = object.time_or("not_before", {});
  goal.target = object.decimal<Quantity>("target");
  goal.order = object.order_or_none("order");
  options.type = object.token_of<OrderType>("type", 5);
  options.time_in_force = object.token_of<TimeInForce>("time_in_force", 6);
  options.limit_price = object.decimal_or_zero<Price>("limit_price");
  options.stop_price = object.decimal_or_zero<Price>("stop_price");
  options.trail = object.decimal_or_zero<Price>("trail");
  options.take_profit = object.decimal_or_zero<Price>("take_profit");
  options.stop_loss = object.decimal_or_zero<Price>("stop_loss");
  options.stop_loss_offset = object.decimal_or_zero<Price>("stop_loss_offset");
  options.one_try = object.boolean_or_false("one_try");
}

void read(JsonObject& object, AccountWaiting& each) {
  each.command.kind = object.token_of<CommandKind>("kind", kCommandKindCount);
  each.strategy = object.text("strategy");
  each.command.target = object.order("target");
  if (each.command.kind != CommandKind::Replace) return;
  each.command.id = object.order("id");
  each.symbol = object.text("symbol");
  read(object, each.command.spec);
}

void read(JsonObject& object, AccountWatch& each) {
  each.id = object.order("id");
  each.due = object.time_or("due", kNever);
  each.asked = static_cast<std::uint32_t>(object.whole_or_zero("asked", kWhole32Max));
  each.absent = object.boolean_or_false("absent");
  each.unknown = object.boolean_or_false("unknown");
}

void read(JsonObject& object, AccountTimer& each) {
  each.at = object.time("at");
  each.strategy = object.text("strategy");
  each.tag = static_cast<std::uint32_t>(object.whole("tag", kWhole32Max));
}

void read(JsonObject& object, BookedExecutions::Run& each) {
  each.first = object.whole("first", kWholeMax);
  each.last = object.whole("last", kWholeMax);
}

void read(JsonObject& object, AccountCash& cash) {
  cash.cash = object.decimal<Money>("cash");
  cash.realized = object.decimal<Money>("realized");
  cash.realized_fifo = object.decimal<Money>("realized_fifo");
  cash.fees = object.decimal<Money>("fees");
  cash.dividends = object.decimal<Money>("dividends");
}

void read(JsonObject& object, AccountBreakers& breakers) {
  breakers.peak_equity = object.decimal<Money>("peak_equity");
  breakers.session_start_equity = object.decimal<Money>("session_start_equity");
  breakers.last_market_time = object.time_or("last_market_time", {});
  breakers.halt_reason = object.token_of<HaltReason>("halt_reason", kHaltReasonCount);
  breakers.flattening = object.boolean_or_false("flattening");
  breakers.resuming = object.boolean_or_false("resuming");
  object.list("recent_orders", [&](const JsonPlace& at) { breakers.recent_orders.push_back(object.time_at(at)); });
}

void read(JsonObject& object, AccountState& state) {
  const auto item = [](JsonObject& each, auto& value) { read(each, value); };
  state.last_event = object.whole("last_event", kWholeMax);
  state.time = object.time_or("time", {});
  state.epoch = static_cast<std::uint32_t>(object.whole("epoch", kWhole32Max));
  const Timestamp close = object.time_or("session_close", kNever);
  if (close != kNever) state.session_close = close;
  state.market_data_connected = object.boolean("market_data_connected");
  state.venue_connected = object.boolean("venue_connected");
  read_object(object, "cash", true, [&](JsonObject& member) { read(member, state.cash); });
  read_object(object, "breakers", true, [&](JsonObject& member) { read(member, state.breakers); });
  read_list(object, "instruments", state.instruments, item);
  read_list(object, "strategies", state.strategies, item);
  read_list(object, "positions", state.positions, item);
  read_list(object, "orders", state.orders, item);
  read_list(object, "goals", state.goals, item);
  read_list(object, "waiting", state.waiting, item);
  read_list(object, "watched", state.watched, item);
  object.list("given_up", [&](const JsonPlace& at) { state.given_up.push_back(object.order_at(at)); });
  read_list(object, "booked", state.booked, item);
  read_list(object, "timers", state.timers, item);
}

}  // namespace

Expected<AccountState> account_state_of(std::string_view text) {
  const auto document = FlatJson::parse(text, "account state");
  if (!document) return document.error();
  JsonFault fault;
  JsonObject object(JsonPlace(*document), fault);
  const std::uint64_t version = object.whole("version", kWholeMax);
  if (version > kAccountStateVersion) {
    fault.add("version", "is " + std::to_string(version) + ", which a later version of the program wrote; this one " +
                             "knows versions up to " + std::to_string(kAccountStateVersion));
  }
  if (version == 0) fault.add("version", "must be 1 or above");
  AccountState state;
  read(object, state);
  object.finish();
  if (fault.any()) return fault.error();
  if (const auto sound = check(state); !sound) return sound.error();
  return state;
}

}  // namespace bellwether
