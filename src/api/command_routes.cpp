#include "api/command_routes.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/order_form.hpp"
#include "api/route_parameters.hpp"
#include "engine/manual_strategy.hpp"

namespace bellwether {
namespace {

using Refusal = std::optional<HttpResponse>;

HttpResponse bad(const std::string& field, const std::string& message) {
  return error_response(400, "bad_parameter", message, field);
}
HttpResponse not_found(const std::string& field, const std::string& message) {
  return error_response(404, "not_found", message, field);
}
HttpResponse conflict(const std::string& field, const std::string& message) {
  return error_response(409, "refused", message, field);
}

bool is_utf8(const std::string& text) {
  try {
    return !Json(text).dump(-1, ' ', false, Json::error_handler_t::strict).empty();
  } catch (const Json::type_error&) {
    return false;
  }
}

CommandEvent of_type(CommandType type) {
  CommandEvent command;
  command.type = type;
  return command;
}

/// The handlers of one request: the session stays the same one throughout.
struct CommandHandlers {
  explicit CommandHandlers(const ApiPorts& api_ports)
      : ports(api_ports), view(ports.session()), names(view->config()) {}

  const ApiPorts& ports;
  const SessionViewPtr view;
  const Names names;

  [[nodiscard]] const SessionView& session() const { return *view; }

  /// Brings a command onto the conveyor. Where `refusal` says that it cannot be carried out as things stand, it is only
  /// looked up: it may be the repeat of one that has been.
  [[nodiscard]] HttpResponse act(const CommandEvent& event, const RouteArguments& arguments,
                                 const Refusal& refusal = {}) const {
    if (!is_utf8(arguments.text("reason"))) return bad("reason", "must be UTF-8");
    if (!ports.control) return conflict("", "this session takes no commands: nobody has connected them");
    OperatorCommand command;
    command.command = event;
    command.words.reason = OperatorNote(arguments.text("reason"));
    command.words.key = OperatorNote(arguments.text(kKeyHeader));
    command.only_ask = refusal.has_value();
    if (command.only_ask && !arguments.has(kKeyHeader)) return *refusal;
    const auto receipt = ports.control(session(), command);
    if (!receipt) return conflict(receipt.error().field, receipt.error().message);
    if (receipt->key_taken) return key_taken(arguments.text(kKeyHeader), receipt->event);
    if (receipt->event == 0 && refusal) return *refusal;
    if (receipt->event == 0) {
      return error_response(504, "not_known_yet",
                            "the session has not come to the command yet, and may still carry it out: /v1/commands and "
                            "/v1/stream show when it has; a repeat with the same Idempotency-Key is safe");
    }
    return accepted(event, *receipt);
  }

  static HttpResponse key_taken(const std::string& key, EventNumber event) {
    const std::string which =
        event == 0 ? "a command that is still under way" : "the command of event " + std::to_string(event);
    return error_response(409, "key_taken",
                          "'" + key + "' stands for " + which + ", which is another one: nothing was done", kKeyHeader);
  }

  [[nodiscard]] HttpResponse accepted(const CommandEvent& event, const CommandReceipt& receipt) const {
    Json answer;
    answer["event"] = receipt.event;
    answer["repeated"] = receipt.repeated;
    answer["orders"] = receipt.orders;
    answer["client_order_id"] = nullptr;
    answer["state"] = nullptr;
    answer["denied_reason"] = nullptr;
    if (event.type == CommandType::SubmitOrder) {
      OrderId id;
      id.event = receipt.event;
      id.epoch = session().config().epoch;
      const bool denied = receipt.denied != DenyReason::None;
      // A pair has no order of its own: its target stands for it.
      if (event.spec.order_class == OrderClass::Oco && !denied) id = id.with_leg(OrderLeg::Target);
      const auto row = session().order(id);
      answer["client_order_id"] = id.client_order_id();
      answer["state"] = token(row ? row->state : denied ? OrderState::Denied : OrderState::PendingNew);
      if (denied) answer["denied_reason"] = token(receipt.denied);
    }
    answer["unfinished"] = nullptr;
    const SessionStatus status = session().status();
    if (closes_positions(event) && status.phase == SessionPhase::Finished && status.open_positions > 0) {
      answer["unfinished"] = std::to_string(status.open_positions) +
                             " positions stay open: the market data have ended, and there is no price to close them at";
    }
    return {202, "application/json", answer.dump()};
  }

  [[nodiscard]] HttpResponse halt(const RouteArguments& arguments) const {
    CommandEvent command = of_type(CommandType::Halt);
    command.reason = HaltReason::Operator;
    command.flatten = arguments.boolean("flatten");
    return act(command, arguments);
  }

  [[nodiscard]] HttpResponse cancel_order(const RouteArguments& arguments) const {
    CommandEvent command = of_type(CommandType::CancelOrder);
    const std::string field = "client_order_id";
    const auto id = OrderId::parse(arguments.text(field));
    if (!id) return bad(field, id.error().message);
    command.order = *id;
    const auto row = session().order(*id);
    if (!row) return act(command, arguments, not_found(field, "there is no order '" + id->client_order_id() + "'"));
    if (!is_terminal(row->state)) return act(command, arguments);
    return act(command, arguments,
               conflict(field, "'" + id->client_order_id() + "' has ended: it is " + std::string(token(row->state))));
  }

  [[nodiscard]] HttpResponse cancel_all(const RouteArguments& arguments) const {
    CommandEvent command = of_type(CommandType::CancelAll);
    if (arguments.has("symbol")) {
      const auto instrument = names.find_symbol(arguments.text("symbol"));
      if (!instrument) return bad("symbol", "this session does not trade '" + arguments.text("symbol") + "'");
      command.instrument = *instrument;
    }
    return act(command, arguments);
  }

  [[nodiscard]] HttpResponse close_position(const RouteArguments& arguments) const {
    CommandEvent command = of_type(CommandType::ClosePosition);
    const std::string symbol = arguments.text("symbol");
    const auto instrument = names.find_symbol(symbol);
    if (!instrument) return not_found("symbol", "this session does not trade '" + symbol + "'");
    command.instrument = *instrument;
    if (arguments.has("strategy")) {
      const auto strategy = names.find_strategy(arguments.text("strategy"));
      if (!strategy) return bad("strategy", "this session has no strategy '" + arguments.text("strategy") + "'");
      command.strategy = *strategy;
    }
    if (arguments.has("quantity")) {
      const auto quantity = Quantity::parse(arguments.text("quantity"));
      const Quantity lot = session().config().instruments[*instrument].lot;
      if (!quantity) return bad("quantity", quantity.error().message);
      if (!quantity->is_positive() || quantity->raw() % lot.raw() != 0) {
        return bad("quantity",
                   "found " + quantity->to_string() + "; " + symbol + " is traded in multiples of " + lot.to_string());
      }
      command.quantity = *quantity;
    }
    return act(command, arguments, cannot_close(command, symbol));
  }

  /// Why a position cannot be closed as things stand; nothing where it can.
  [[nodiscard]] Refusal cannot_close(const CommandEvent& command, const std::string& symbol) const {
    std::string holders;
    std::size_t count = 0;
    Quantity held;
    for (const PositionRow& row : session().positions()) {
      const bool meant = command.strategy == kNoStrategy || command.strategy == row.strategy;
      if (row.instrument != command.instrument || row.quantity.is_zero() || !meant) continue;
      holders += (holders.empty() ? "" : ", ") + names.strategy(row.strategy) + " " + row.quantity.to_string();
      held = row.quantity.abs();
      ++count;
    }
    if (count == 0) return conflict("symbol", "nobody meant holds a position in " + symbol);
    if (command.quantity.is_zero()) return std::nullopt;
    if (count > 1) return conflict("strategy", "say of which strategy: " + symbol + " is held by " + holders);
    if (command.quantity <= held) return std::nullopt;
    return conflict("quantity", "found " + command.quantity.to_string() + ", held is less: " + holders);
  }

  [[nodiscard]] HttpResponse pause(CommandType type, const RouteArguments& arguments) const {
    CommandEvent command = of_type(type);
    const auto strategy = names.find_strategy(arguments.text("strategy"));
    if (!strategy) return not_found("strategy", "this session has no strategy '" + arguments.text("strategy") + "'");
    command.strategy = *strategy;
    return act(command, arguments);
  }

  [[nodiscard]] HttpResponse submit(const RouteArguments& arguments) const {
    const auto manual = manual_strategy(session().config());
    if (!manual) return conflict("", "this session takes no orders by hand");
    CommandEvent command = of_type(CommandType::SubmitOrder);
    const auto spec = order_of(arguments, session().config(), names);
    if (!spec) return bad(spec.error().field, spec.error().message);
    const std::vector<InstrumentIndex>& traded = session().config().strategies[*manual].instruments;
    if (std::find(traded.begin(), traded.end(), spec->instrument) == traded.end()) {
      return bad("symbol", "'" + names.symbol(spec->instrument) + "' is only held, by a strategy that was removed");
    }
    command.strategy = *manual;
    command.spec = *spec;
    return act(command, arguments);
  }
};

std::vector<RouteAnswer> command_answers() {
  return {{202, "The command is in the log; `event` is its number.", "Accepted"},
          {409,
           "The command was refused and will not be carried out: as things stand it cannot, or its Idempotency-Key "
           "stands for another command (`key_taken`).",
           "Error"},
          {504,
           "The session has not come to the command within a second and may still carry it out. /v1/commands and the "
           "event `command` on /v1/stream show when it has; a repeat with the same Idempotency-Key is safe.",
           "Error"}};
}

/// A command's route with what all of them have. Its reason is a member of the body, or of the query where there is no
/// body.
void add(Route route, std::vector<Route>& out) {
  (route.method == "POST" ? route.body : route.query).push_back(reason_parameter());
  route.headers = {key_parameter()};
  const std::vector<RouteAnswer> answers = command_answers();
  route.answers.insert(route.answers.begin(), answers.begin(), answers.end());
  route.blocks = true;
  out.push_back(std::move(route));
}

void add_session_routes(const ApiPorts& ports, std::vector<Route>& out) {
  add({.method = "POST",
       .path = "/v1/halt",
       .name = "halt",
       .summary = "Stops new orders; those that reduce a position still pass.",
       .body = {{.name = "flatten", .kind = RouteParameter::Kind::Boolean, .meaning = "Also close every position."}},
       .handle = [ports](const RouteArguments& a) { return CommandHandlers(ports).halt(a); }},
      out);
  add({.method = "POST",
       .path = "/v1/resume",
       .name = "resume",
       .summary = "Ends a halt.",
       .handle =
           [ports](const RouteArguments& a) { return CommandHandlers(ports).act(of_type(CommandType::Resume), a); }},
      out);
  add({.method = "POST",
       .path = "/v1/flatten",
       .name = "flatten",
       .summary =
           "Cancels every order and closes every position; strategies trade on. To stay flat, halt with `flatten`.",
       .handle =
           [ports](const RouteArguments& a) { return CommandHandlers(ports).act(of_type(CommandType::Flatten), a); }},
      out);
}

void add_order_routes(const ApiPorts& ports, std::vector<Route>& out) {
  add({.method = "POST",
       .path = "/v1/orders",
       .name = "submitOrder",
       .summary = "Places an order by hand, under the strategy `manual`. It passes the risk stage as any other: where "
                  "that refuses it, `state` is `denied` and `denied_reason` says why.",
       .body = order_parameters(),
       .handle = [ports](const RouteArguments& a) { return CommandHandlers(ports).submit(a); }},
      out);
  add({.method = "DELETE",
       .path = "/v1/orders",
       .name = "cancelAllOrders",
       .summary = "Cancels all open orders, those of one symbol with `symbol`: stops and targets too.",
       .query = {symbol_parameter("Only orders of this symbol.")},
       .handle = [ports](const RouteArguments& a) { return CommandHandlers(ports).cancel_all(a); }},
      out);
  add({.method = "DELETE",
       .path = "/v1/orders/{client_order_id}",
       .name = "cancelOrder",
       .summary = "Cancels one order.",
       .segments = {order_parameter("client_order_id", "The order's id.")},
       .answers = {{404, "There is no such order in memory.", "Error"}},
       .handle = [ports](const RouteArguments& a) { return CommandHandlers(ports).cancel_order(a); }},
      out);
}

void add_position_routes(const ApiPorts& ports, std::vector<Route>& out) {
  add({.method = "POST",
       .path = "/v1/positions/{symbol}/close",
       .name = "closePosition",
       .summary = "Closes a position at the market, or a part of it, once the open orders that its strategy has in the "
                  "symbol are cancelled.",
       .segments = {symbol_parameter("The position's symbol.")},
       .body = {strategy_parameter("Only the position of the strategy with this id. Without it, those of all."),
                decimal_parameter("quantity", "How much of it. Without it, all.")},
       .answers = {{404, "The session does not trade the symbol.", "Error"}},
       .handle = [ports](const RouteArguments& a) { return CommandHandlers(ports).close_position(a); }},
      out);
  const std::vector<RouteAnswer> unknown = {{404, "There is no such strategy.", "Error"}};
  add({.method = "POST",
       .path = "/v1/strategies/{strategy}/pause",
       .name = "pauseStrategy",
       .summary = "Cancels what could open or enlarge a position of the strategy; from then on only its orders that "
                  "shrink one pass. It still sees the market.",
       .segments = {strategy_parameter("The strategy's id.")},
       .answers = unknown,
       .handle =
           [ports](const RouteArguments& a) { return CommandHandlers(ports).pause(CommandType::PauseStrategy, a); }},
      out);
  add({.method = "POST",
       .path = "/v1/strategies/{strategy}/resume",
       .name = "resumeStrategy",
       .summary = "Ends a pause.",
       .segments = {strategy_parameter("The strategy's id.")},
       .answers = unknown,
       .handle =
           [ports](const RouteArguments& a) { return CommandHandlers(ports).pause(CommandType::ResumeStrategy, a); }},
      out);
}

}  // namespace

void add_command_routes(const ApiPorts& ports, std::vector<Route>& out) {
  add_session_routes(ports, out);
  add_order_routes(ports, out);
  add_position_routes(ports, out);
}

}  // namespace bellwether
