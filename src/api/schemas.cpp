// The shapes of the API's answers, as JSON Schema. Enumerations come from the engine's own tables.
#include <cctype>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "api/openapi.hpp"
#include "config/json.hpp"

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

Json event_number() {
  Json json = count();
  json["maximum"] = kEventNumberMax;
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
Json reject_reason() { return nullable(tokens(RejectReason::UnknownOrder, RejectReason::NeverArrived)); }
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
                 {"halt_reason", nullable(tokens(HaltReason::Operator, HaltReason::Ruin))},
                 {"halt_note", nullable(kText)},
                 {"last_event", event_number()},
                 {"time", nullable(instant())},
                 {"session_date", nullable(date())},
                 {"session_open", kBoolean},
                 {"synthetic_data", kBoolean},
                 {"open_orders", count()},
                 {"open_positions", count()},
                 {"counts", counts}});
}

Members operator+(Members left, const Members& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

/// What an account has, after any event.
Members balance() {
  return {{"cash", decimal()},         {"equity", decimal()}, {"gross_exposure", decimal()},
          {"realized_pnl", decimal()}, {"fees", decimal()},   {"realized_pnl_fifo", decimal()},
          {"dividends", decimal()}};
}

/// OrderOutcomes: counts by how orders ended, and by reason those that were refused.
Json order_outcomes() {
  Members counts;
  for (const auto& [name, member] : kOutcomeCounts) counts = counts + Members{{name, count()}};
  Json by_reason = typed("object");
  by_reason["additionalProperties"] = count();
  return object(counts + Members{{"denied_by", by_reason}, {"rejected_by", by_reason}});
}

Json account() {
  const Json strategy = object({{"strategy", kText},
                                {"market_value", decimal()},
                                {"unrealized_pnl", decimal()},
                                {"realized_pnl", decimal()},
                                {"realized_pnl_fifo", decimal()},
                                {"fees", decimal()},
                                {"dividends", decimal()},
                                {"orders", order_outcomes()}});
  Json strategies = typed("array");
  strategies["items"] = strategy;
  return object(balance() + Members{{"initial_cash", decimal()},
                                    {"peak_equity", decimal()},
                                    {"drawdown", kRatio},
                                    {"day_profit", decimal()},
                                    {"trades_30d", count()},
                                    {"win_rate_30d", nullable(kRatio)},
                                    {"expectancy_30d", nullable(decimal())},
                                    {"strategies", strategies}});
}

Json position() {
  return object({{"strategy", nullable(kText)},
                 {"symbol", kText},
                 {"quantity", decimal()},
                 {"average_price", nullable(decimal())},
                 {"last_price", nullable(decimal())},
                 {"market_value", decimal()},
                 {"unrealized_pnl", decimal()},
                 {"realized_pnl", decimal()},
                 {"realized_pnl_fifo", decimal()},
                 {"fees", decimal()},
                 {"dividends", decimal()}});
}

/// What is asked of an order.
Members terms() {
  return {{"symbol", nullable(kText)},
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
          {"stop_loss_offset", nullable(decimal())}};
}

Members order() {
  return Members{{"client_order_id", kText}, {"strategy", nullable(kText)}} + terms() +
         Members{{"state", tokens(OrderState::PendingNew, OrderState::Denied)},
                 {"filled_quantity", decimal()},
                 {"average_fill_price", nullable(decimal())},
                 {"fees", decimal()},
                 {"denied_reason", deny_reason()},
                 {"reject_reason", reject_reason()},
                 {"created_at", instant()},
                 {"updated_at", instant()}};
}

/// A page of rows of the schema `row`, under `name`; `next` is what the page after it is asked for by.
Json page(const std::string& name, const std::string& row, const Json& next) {
  return object({{name, array_of(row)}, {"next", nullable(next)}, {"books_event", event_number()}});
}

Json fill() {
  return object({{"event", event_number()},
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
                 {"paused", kBoolean},
                 {"symbols", symbols},
                 {"parameters", typed("object")},
                 {"parameter_schema", typed("object")}});
}

/// A report's own members come between the two parts that every report has.
Json report(Json kind, const Members& own) {
  return object(Members{{"type", kText},
                        {"report", std::move(kind)},
                        {"client_order_id", kText},
                        {"related", nullable(kText)},
                        {"strategy", nullable(kText)},
                        {"symbol", nullable(kText)},
                        {"side", side()}} +
                own +
                Members{{"denied_reason", deny_reason()},
                        {"reject_reason", reject_reason()},
                        {"execution_id", count()},
                        {"venue_time", instant()}});
}

Json session_change() {
  return object(
      {{"type", kText}, {"date", date()}, {"open", instant()}, {"close", instant()}, {"early_close", kBoolean}});
}

Json order_command() {
  Json json = object({{"type", kText},
                      {"kind", tokens(CommandKind::Submit, CommandKind::Query)},
                      {"client_order_id", kText},
                      {"target", nullable(kText)},
                      {"strategy", nullable(kText)},
                      {"order", object(terms())}});
  json["required"].erase(json["required"].size() - 1);  // A cancel has no `order`.
  return json;
}

Members round_trip() {
  return {{"strategy", nullable(kText)},
          {"symbol", nullable(kText)},
          {"direction", Json{{"type", "string"}, {"enum", {"long", "short"}}}},
          {"entry_time", instant()},
          {"exit_time", instant()},
          {"entry_price", decimal()},
          {"exit_price", decimal()},
          {"quantity", decimal()},
          {"gross_pnl", decimal()},
          {"fees", decimal()},
          {"net_pnl", decimal()},
          {"mae", decimal()},
          {"mfe", decimal()},
          {"initial_risk", nullable(decimal())},
          {"bars_held", count()}};
}

Json trade() { return object(Members{{"type", kText}} + round_trip()); }

Json corporate_action() {
  return object({{"type", kText},
                 {"symbol", nullable(kText)},
                 {"ex_date", date()},
                 {"split_ratio", decimal()},
                 {"dividend", nullable(decimal())},
                 {"price_ratio", decimal()},
                 {"traded_share", decimal()}});
}

Json position_change() {
  return object({{"type", kText},
                 {"strategy", nullable(kText)},
                 {"symbol", nullable(kText)},
                 {"quantity", decimal()},
                 {"average_price", nullable(decimal())},
                 {"realized_pnl", decimal()},
                 {"realized_pnl_fifo", decimal()},
                 {"fees", decimal()},
                 {"dividends", decimal()}});
}

/// A command between the members that tell where it stands and those that tell what was said of it.
Json command(const Members& own, const Members& words) {
  Json order = object(terms());
  order["type"] = Json{"object", "null"};
  return object(own +
                Members{{"command", tokens(CommandType::Halt, CommandType::SubmitOrder)},
                        {"reason", nullable(tokens(HaltReason::Operator, HaltReason::Ruin))},
                        {"flatten", kBoolean},
                        {"strategy", nullable(kText)},
                        {"symbol", nullable(kText)},
                        {"client_order_id", nullable(kText)},
                        {"quantity", nullable(decimal())},
                        {"order", order}} +
                words);
}

Json command_note() {
  return object({{"type", kText},
                 {"kind", tokens(CommandNoteEvent::Kind::Reason, CommandNoteEvent::Kind::Key)},
                 {"text", kText}});
}

/// What became of a command; the members about an order are of an order by hand.
Json accepted() {
  return object({{"event", event_number()},
                 {"repeated", kBoolean},
                 {"orders", count()},
                 {"client_order_id", nullable(kText)},
                 {"state", nullable(tokens(OrderState::PendingNew, OrderState::Denied))},
                 {"denied_reason", deny_reason()},
                 {"unfinished", nullable(kText)}});
}

/// Of a change of configuration: one key, one stake without its strategy, one limit.
void add_configuration(Json& schemas) {
  schemas["Configuration"] = typed("object");
  schemas["KeyChange"] = object({{"key", kText},
                                 {"before", kText},
                                 {"after", kText},
                                 {"outcome", Json{{"type", "string"}, {"enum", {"taken", "next_start", "refused"}}}},
                                 {"reason", nullable(kText)}});
  schemas["RemovedStake"] = object({{"strategy", kText},
                                    {"symbol", kText},
                                    {"quantity", decimal()},
                                    {"open_orders", count()},
                                    {"becomes", Json{{"type", "string"}, {"enum", {"kept", "closed"}}}},
                                    {"under", kText}});
  schemas["ExceededLimit"] = object({{"key", kText}, {"allowed", kText}, {"found", kText}});
  schemas["ConfigurationChange"] = object({{"dry_run", kBoolean},
                                           {"repeated", kBoolean},
                                           {"segment", count()},
                                           {"opened", kBoolean},
                                           {"after_event", count()},
                                           {"changes", array_of("KeyChange")},
                                           {"removed", array_of("RemovedStake")},
                                           {"exceeded", array_of("ExceededLimit")},
                                           {"warmed_up", Json{{"type", "array"}, {"items", kText}}}});
}

Json connection() {
  return object({{"type", kText},
                 {"connection", Json{{"type", "string"}, {"enum", {"market_data", "venue"}}}},
                 {"up", kBoolean}});
}

/// By the value of `type`, what a change on the stream holds.
Members changes() {
  const Json any_report = tokens(ReportType::Accepted, ReportType::Lost);
  const Members execution = {{"quantity", decimal()},
                             {"price", decimal()},
                             {"cumulative_quantity", decimal()},
                             {"leaves_quantity", decimal()},
                             {"fee", decimal()}};
  return {{"session_open", session_change()},
          {"session_close", session_change()},
          {"corporate_action", corporate_action()},
          {"order_command", order_command()},
          {"order_report", report(any_report, {})},
          {"fill", report(tokens(ReportType::Fill, ReportType::Fill), execution)},
          {"denial", report(tokens(ReportType::Denied, ReportType::Denied), {})},
          {"position", position_change()},
          {"trade", trade()},
          {"command", command({{"type", kText}}, {})},
          {"command_note", command_note()},
          {"connection", connection()},
          {"account", object(Members{{"type", kText}} + balance())}};
}

/// "OrderCommandChange" of "order_command".
std::string change_name(const std::string& type) {
  std::string name;
  bool upper = true;
  for (const char c : type) {
    if (c != '_') name += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = c == '_';
  }
  return name + "Change";
}

void add_stream(Json& schemas) {
  Json change;
  change["description"] =
      "`account` follows every bar (warm-up left out), trade, quote, fill, session event, corporate action and "
      "command; "
      "the market data itself is not on the stream.";
  change["oneOf"] = Json::array();
  change["discriminator"]["propertyName"] = "type";
  for (auto& [type, schema] : changes()) {
    const std::string name = change_name(type);
    const std::string path = "#/components/schemas/" + name;
    schemas[name] = schema;
    schemas[name]["properties"]["type"] = Json{{"const", type}};
    change["oneOf"].push_back(Json{{"$ref", path}});
    change["discriminator"]["mapping"][type] = path;
  }
  schemas["StreamChange"] = std::move(change);
  Json list = array_of("StreamChange");
  list["minItems"] = 1;
  schemas["StreamMessage"] = object({{"event", event_number()}, {"time", instant()}, {"changes", list}});
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
  schemas["Order"] = object(order());
  schemas["SingleOrder"] = object(order() + Members{{"books_event", event_number()}});
  schemas["OrderPage"] = page("orders", "Order", kText);
  schemas["Fill"] = fill();
  schemas["FillPage"] = page("fills", "Fill", event_number());
  schemas["Trade"] = object(Members{{"event", event_number()}, {"index", count()}} + round_trip());
  schemas["TradePage"] = page("trades", "Trade", kText);
  schemas["Equity"] =
      object({{"event", event_number()}, {"time", instant()}, {"session", nullable(date())}, {"equity", decimal()}});
  schemas["EquityPage"] = page("equity", "Equity", event_number());
  schemas["Command"] =
      command({{"event", event_number()}, {"time", instant()}}, {{"note", nullable(kText)}, {"key", nullable(kText)}});
  schemas["CommandPage"] = page("commands", "Command", event_number());
  schemas["Strategy"] = strategy();
  schemas["Strategies"] = object({{"strategies", array_of("Strategy")}});
  schemas["Accepted"] = accepted();
  add_configuration(schemas);
  schemas["Live"] = object({{"live", kBoolean}});
  schemas["Ready"] = object({{"ready", kBoolean}, {"phase", phase()}, {"reason", kText}});
  add_stream(schemas);
  schemas["Results"] = typed("object");
  schemas["OpenApi"] = typed("object");
  schemas["Error"] = error();
  return schemas;
}

}  // namespace bellwether
