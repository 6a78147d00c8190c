// The shapes of the API's answers, as JSON Schema. Enumerations come from the engine's own tables.
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "api/json.hpp"
#include "api/openapi.hpp"

namespace bellwether {
namespace {

using Members = std::vector<std::pair<std::string, Json>>;

Json object(const Members& members) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const auto& [name, schema] : members) {
    properties[name] = schema;
    required.push_back(name);
  }
  Json json;
  json["type"] = "object";
  json["properties"] = std::move(properties);
  json["required"] = std::move(required);
  json["additionalProperties"] = false;
  return json;
}

Json typed(const char* type) {
  Json json;
  json["type"] = type;
  return json;
}

Json nullable(Json schema) {
  if (schema.contains("enum")) schema["enum"].push_back(nullptr);
  Json types = Json::array();
  types.push_back(schema["type"]);
  types.push_back("null");
  schema["type"] = std::move(types);
  return schema;
}

Json array_of(const std::string& schema) {
  Json json = typed("array");
  json["items"]["$ref"] = "#/components/schemas/" + schema;
  return json;
}

const Json kText = typed("string");
const Json kBoolean = typed("boolean");
const Json kRatio = typed("number");

Json count() {
  Json json = typed("integer");
  json["minimum"] = 0;
  return json;
}

Json decimal() {
  Json json = typed("string");
  json["pattern"] = "^-?[0-9]+(\\.[0-9]+)?$";
  return json;
}

Json instant() {
  Json json = typed("string");
  json["format"] = "date-time";
  return json;
}

Json date() {
  Json json = typed("string");
  json["format"] = "date";
  return json;
}

/// The tokens of the enumerators `first` to `last`.
template <typename Enum>
Json tokens(Enum first, Enum last) {
  Json json = typed("string");
  for (auto i = static_cast<unsigned>(first); i <= static_cast<unsigned>(last); ++i) {
    json["enum"].push_back(token(static_cast<Enum>(i)));
  }
  return json;
}

Json deny_reason() { return nullable(tokens(kDenyReasons.front().reason, kDenyReasons.back().reason)); }
Json reject_reason() { return nullable(tokens(RejectReason::UnknownOrder, RejectReason::BadOrder)); }
Json side() { return tokens(Side::Buy, Side::Sell); }
Json phase() { return tokens(SessionPhase::Starting, SessionPhase::Failed); }

Json status() {
  const Json counts = object({{"events", count()},
                              {"market_events", count()},
                              {"commands", count()},
                              {"fills", count()},
                              {"denials", count()},
                              {"trades", count()}});
  return object({{"version", kText},
                 {"phase", phase()},
                 {"detail", nullable(kText)},
                 {"halted", kBoolean},
                 {"halt_reason", nullable(tokens(HaltReason::Operator, HaltReason::InvariantBroken))},
                 {"last_event", count()},
                 {"time", nullable(instant())},
                 {"session_date", nullable(date())},
                 {"session_open", kBoolean},
                 {"synthetic_data", kBoolean},
                 {"open_orders", count()},
                 {"open_positions", count()},
                 {"counts", counts}});
}

Json account() {
  return object({{"cash", decimal()},
                 {"equity", decimal()},
                 {"gross_exposure", decimal()},
                 {"realized_pnl", decimal()},
                 {"fees", decimal()},
                 {"initial_cash", decimal()},
                 {"peak_equity", decimal()},
                 {"drawdown", kRatio},
                 {"day_profit", decimal()},
                 {"trades_30d", count()},
                 {"win_rate_30d", nullable(kRatio)},
                 {"expectancy_30d", nullable(decimal())}});
}

Json position() {
  return object({{"strategy", nullable(kText)},
                 {"symbol", kText},
                 {"quantity", decimal()},
                 {"average_price", nullable(decimal())},
                 {"last_price", nullable(decimal())},
                 {"market_value", decimal()},
                 {"unrealized_pnl", decimal()},
                 {"realized_pnl", decimal()}});
}

Json order() {
  return object({{"client_order_id", kText},
                 {"strategy", nullable(kText)},
                 {"symbol", kText},
                 {"side", side()},
                 {"type", tokens(OrderType::Market, OrderType::TrailingStop)},
                 {"time_in_force", tokens(TimeInForce::Day, TimeInForce::Cls)},
                 {"order_class", tokens(OrderClass::Simple, OrderClass::Oco)},
                 {"quantity", decimal()},
                 {"limit_price", nullable(decimal())},
                 {"stop_price", nullable(decimal())},
                 {"trail", nullable(decimal())},
                 {"take_profit", nullable(decimal())},
                 {"stop_loss", nullable(decimal())},
                 {"stop_loss_offset", nullable(decimal())},
                 {"state", tokens(OrderState::PendingNew, OrderState::Denied)},
                 {"filled_quantity", decimal()},
                 {"average_fill_price", nullable(decimal())},
                 {"fees", decimal()},
                 {"denied_reason", deny_reason()},
                 {"reject_reason", reject_reason()},
                 {"created_at", instant()},
                 {"updated_at", instant()}});
}

Json fill() {
  return object({{"event", count()},
                 {"time", instant()},
                 {"client_order_id", kText},
                 {"strategy", nullable(kText)},
                 {"symbol", kText},
                 {"side", side()},
                 {"quantity", decimal()},
                 {"price", decimal()},
                 {"fee", decimal()},
                 {"execution_id", count()}});
}

Json strategy() {
  Json symbols = typed("array");
  symbols["items"] = kText;
  return object({{"id", kText},
                 {"type", kText},
                 {"meaning", nullable(kText)},
                 {"symbols", symbols},
                 {"parameters", typed("object")},
                 {"parameter_schema", typed("object")}});
}

Json stream_message() {
  Json change = typed("object");
  change["properties"]["type"] = typed("string");
  for (const char* type : {"session_open", "session_close", "corporate_action", "order_command", "order_report", "fill",
                           "denial", "position", "trade", "command", "connection", "account"}) {
    change["properties"]["type"]["enum"].push_back(type);
  }
  change["required"].push_back("type");
  Json changes = typed("array");
  changes["items"] = std::move(change);
  changes["minItems"] = 1;
  return object({{"event", count()}, {"time", instant()}, {"changes", changes}});
}

Json error() {
  Json inner = object({{"code", kText}, {"message", kText}, {"field", kText}});
  inner["required"].erase(2);  // `field` is left out where no parameter is at fault.
  return object({{"error", inner}});
}

}  // namespace

nlohmann::ordered_json api_schemas() {
  Json schemas;
  schemas["Status"] = status();
  schemas["Account"] = account();
  schemas["Position"] = position();
  schemas["Positions"] = object({{"positions", array_of("Position")}, {"net", array_of("Position")}});
  schemas["Order"] = order();
  schemas["OrderPage"] = object({{"orders", array_of("Order")}, {"next", nullable(kText)}});
  schemas["Fill"] = fill();
  schemas["FillPage"] = object({{"fills", array_of("Fill")}, {"next", nullable(count())}});
  schemas["Strategy"] = strategy();
  schemas["Strategies"] = object({{"strategies", array_of("Strategy")}});
  schemas["Accepted"] = object({{"event", count()}});
  schemas["Live"] = object({{"live", kBoolean}});
  schemas["Ready"] = object({{"ready", kBoolean}, {"phase", phase()}, {"reason", kText}});
  schemas["StreamMessage"] = stream_message();
  schemas["OpenApi"] = typed("object");
  schemas["Error"] = error();
  return schemas;
}

}  // namespace bellwether
