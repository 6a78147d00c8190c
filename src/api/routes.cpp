#include "api/routes.hpp"

#include <nlohmann/json.hpp>

#include "api/command_routes.hpp"
#include "api/configuration_routes.hpp"
#include "api/openapi.hpp"
#include "api/route_parameters.hpp"
#include "config/json.hpp"

namespace bellwether {
namespace {

using Kind = RouteParameter::Kind;

constexpr std::uint64_t kPageRowsMax = 1000;

HttpResponse ok(const Json& json, unsigned status = 200) {
  return {status, "application/json", json.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

RouteParameter limit_parameter() {
  return {.name = "limit",
          .kind = Kind::Integer,
          .meaning = "Most rows of a page.",
          .default_value = "100",
          .minimum = 1,
          .maximum = kPageRowsMax};
}

RouteParameter event_parameter(std::string meaning, std::optional<std::string> default_value) {
  return {.name = "after",
          .kind = Kind::Integer,
          .meaning = std::move(meaning),
          .default_value = std::move(default_value),
          .maximum = kEventNumberMax};
}

/// Reads filter parameters by name; the first that names nothing we know gives `problem`.
class FilterReader {
 public:
  FilterReader(const Names& names, const RouteArguments& arguments) : names_(names), arguments_(arguments) {}

  std::optional<InstrumentIndex> symbol() {
    if (!arguments_.has("symbol")) return std::nullopt;
    const auto found = names_.find_symbol(arguments_.text("symbol"));
    if (!found) refuse("symbol", "this session does not trade '" + arguments_.text("symbol") + "'");
    return found;
  }
  std::optional<StrategyIndex> strategy() {
    if (!arguments_.has("strategy")) return std::nullopt;
    const auto found = names_.find_strategy(arguments_.text("strategy"));
    if (!found) refuse("strategy", "this session has no strategy '" + arguments_.text("strategy") + "'");
    return found;
  }
  OrderId after() {
    if (!arguments_.has("after")) return {};
    const auto id = OrderId::parse(arguments_.text("after"));
    if (id) return *id;
    refuse("after", id.error().message);
    return {};
  }

  std::optional<HttpResponse> problem;

 private:
  void refuse(const std::string& name, const std::string& message) {
    if (!problem) problem = error_response(400, "bad_parameter", message, name);
  }
  const Names& names_;
  const RouteArguments& arguments_;
};

/// The handlers of one request: the session stays the same one throughout.
struct Handlers {
  explicit Handlers(const ApiPorts& api_ports) : ports(api_ports), view(ports.session()), names(view->config()) {}

  const ApiPorts& ports;
  const SessionViewPtr view;
  const Names names;

  [[nodiscard]] const SessionView& session() const { return *view; }

  [[nodiscard]] HttpResponse live() const {
    const bool failed = session().status().phase == SessionPhase::Failed;
    return ok({{"live", !failed}}, failed ? 503 : 200);
  }
  [[nodiscard]] HttpResponse ready() const {
    const SessionStatus status = session().status();
    const bool is_ready = status.phase == SessionPhase::Trading || status.phase == SessionPhase::Finished;
    std::string reason = "the session is " + std::string(token(status.phase));
    if (!status.detail.empty()) reason += ": " + status.detail;
    return ok({{"ready", is_ready}, {"phase", token(status.phase)}, {"reason", reason}}, is_ready ? 200 : 503);
  }
  [[nodiscard]] HttpResponse metrics() const {
    return {200, "text/plain; version=0.0.4; charset=utf-8", ports.metrics ? ports.metrics() : ""};
  }
  [[nodiscard]] HttpResponse status() const {
    Json json = {{"version", BELLWETHER_VERSION}};
    json.update(json_of(session().status()));
    return ok(json);
  }
  [[nodiscard]] HttpResponse account() const {
    Json json = json_of(session().account());
    json["strategies"] = Json::array();
    const std::vector<StrategyTotals> totals = session().strategy_totals();
    for (std::size_t i = 0; i < totals.size(); ++i) {
      Json strategy = {{"strategy", names.strategy(static_cast<StrategyIndex>(i))}};
      strategy.update(json_of(totals[i]));
      json["strategies"].push_back(std::move(strategy));
    }
    return ok(json);
  }

  [[nodiscard]] HttpResponse positions(const RouteArguments& arguments) const {
    Json json = {{"positions", Json::array()}, {"net", Json::array()}};
    const bool all = arguments.boolean("closed");
    for (const PositionRow& row : session().positions()) {
      if (all || !row.quantity.is_zero()) json["positions"].push_back(json_of(row, names));
    }
    for (const PositionRow& row : session().net_positions()) {
      if (all || !row.quantity.is_zero()) json["net"].push_back(json_of(row, names));
    }
    return ok(json);
  }

  [[nodiscard]] HttpResponse orders(const RouteArguments& arguments) const {
    FilterReader reader(names, arguments);
    OrderFilter filter;
    const std::string status = arguments.text("status");
    if (status == "open") filter.status = OrderFilter::Status::Open;
    if (status == "closed") filter.status = OrderFilter::Status::Closed;
    filter.instrument = reader.symbol();
    filter.strategy = reader.strategy();
    filter.after = reader.after();
    filter.newest_first = arguments.text("direction") == "desc";
    filter.limit = arguments.integer("limit");
    if (reader.problem) return *reader.problem;
    const auto page = session().orders(filter);
    Json json = {{"orders", Json::array()}, {"next", nullptr}};
    for (const OrderRow& row : page.rows) json["orders"].push_back(json_of(row, names));
    if (page.more) json["next"] = page.rows.back().id.client_order_id();
    return ok(json);
  }

  [[nodiscard]] HttpResponse order(const RouteArguments& arguments) const {
    const auto id = OrderId::parse(arguments.text("client_order_id"));
    if (!id) return error_response(400, "bad_parameter", id.error().message, "client_order_id");
    const auto row = session().order(*id);
    if (row) return ok(json_of(*row, names));
    return error_response(404, "not_found",
                          "there is no order '" + id->client_order_id() +
                              "' in memory: it never was, or it ended long ago and `bellwether log` still shows it",
                          "client_order_id");
  }

  [[nodiscard]] HttpResponse fills(const RouteArguments& arguments) const {
    const auto page = session().fills(arguments.integer("after"), arguments.integer("limit"));
    Json json = {{"fills", Json::array()}, {"next", nullptr}};
    for (const FillRow& row : page.rows) json["fills"].push_back(json_of(row, names));
    if (page.more) json["next"] = page.rows.back().event;
    return ok(json);
  }

  [[nodiscard]] HttpResponse strategies() const {
    Json json = {{"strategies", Json::array()}};
    const std::vector<bool> paused = session().paused();
    std::size_t index = 0;
    for (const StrategyView& strategy : session().strategies()) {
      json["strategies"].push_back(json_of(strategy, paused.at(index++), names));
    }
    return ok(json);
  }

  [[nodiscard]] HttpResponse commands(const RouteArguments& arguments) const {
    const bool newest_first = arguments.text("direction") == "desc";
    const auto page = session().commands(arguments.integer("after"), arguments.integer("limit"), newest_first);
    Json json = {{"commands", Json::array()}, {"next", nullptr}};
    for (const CommandRow& row : page.rows) json["commands"].push_back(json_of(row, names));
    if (page.more) json["next"] = page.rows.back().event;
    return ok(json);
  }
};

HttpResponse index_page(const std::vector<Route>& routes) {
  std::string rows;
  for (const Route& route : routes) {
    const bool link = route.method == "GET" && route.path.find('{') == std::string::npos && !route.stream;
    rows += "<tr><td>" + route.method + "</td><td>";
    rows += link ? "<a href=\"" + route.path + "\">" + route.path + "</a>" : route.path;
    rows += "</td><td>" + route.summary + "</td></tr>\n";
  }
  return {200, "text/html; charset=utf-8",
          "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Bellwether</title>\n"
          "<style>body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}"
          "td{padding:.2rem .8rem .2rem 0;vertical-align:top}</style></head>\n<body><h1>Bellwether " BELLWETHER_VERSION
          "</h1>\n<table>\n" +
              rows + "</table></body></html>\n"};
}

void add_reading_routes(const ApiPorts& ports, std::vector<Route>& out) {
  out.push_back({.method = "GET",
                 .path = "/v1/status",
                 .name = "getStatus",
                 .summary = "Phase, time, halt and counts of the session.",
                 .answers = {{200, "The session's status.", "Status"}},
                 .handle = [ports](const RouteArguments&) { return Handlers(ports).status(); }});
  out.push_back({.method = "GET",
                 .path = "/v1/account",
                 .name = "getAccount",
                 .summary = "Cash, equity, drawdown and profit; profit, fees and position value of each strategy.",
                 .answers = {{200, "The account.", "Account"}},
                 .handle = [ports](const RouteArguments&) { return Handlers(ports).account(); }});
  out.push_back({.method = "GET",
                 .path = "/v1/positions",
                 .name = "listPositions",
                 .summary = "Positions by strategy, and net by symbol.",
                 .query = {choice_parameter("closed", "Whether positions that are flat again are listed too.",
                                            {"true", "false"}, "false")},
                 .answers = {{200, "The positions.", "Positions"}},
                 .handle = [ports](const RouteArguments& a) { return Handlers(ports).positions(a); }});
  out.push_back(
      {.method = "GET",
       .path = "/v1/orders",
       .name = "listOrders",
       .summary = "Orders, filtered, page by page. Orders that ended long ago are no longer listed.",
       .query = {choice_parameter("status", "Which orders.", {"all", "open", "closed"}, "all"),
                 symbol_parameter("Only orders of this symbol."),
                 strategy_parameter("Only orders of the strategy with this id."),
                 order_parameter("after", "The page after this client_order_id: the `next` of the page before."),
                 choice_parameter("direction", "Oldest or newest first.", {"asc", "desc"}, "asc"), limit_parameter()},
       .answers = {{200, "A page of orders.", "OrderPage"}},
       .handle = [ports](const RouteArguments& a) { return Handlers(ports).orders(a); }});
  out.push_back({.method = "GET",
                 .path = "/v1/orders/{client_order_id}",
                 .name = "getOrder",
                 .summary = "One order.",
                 .segments = {order_parameter("client_order_id", "The order's id.")},
                 .answers = {{200, "The order.", "Order"}},
                 .handle = [ports](const RouteArguments& a) { return Handlers(ports).order(a); }});
  out.push_back({.method = "GET",
                 .path = "/v1/fills",
                 .name = "listFills",
                 .summary = "Executions, oldest first.",
                 .query = {event_parameter("Only executions of events after this number.", "0"), limit_parameter()},
                 .answers = {{200, "A page of executions.", "FillPage"}},
                 .handle = [ports](const RouteArguments& a) { return Handlers(ports).fills(a); }});
  out.push_back(
      {.method = "GET",
       .path = "/v1/commands",
       .name = "listCommands",
       .summary = "Commands of operators and halts of breakers, with the operator's words and keys.",
       .query = {event_parameter("The page after the command of this event: the `next` of the page before.", "0"),
                 choice_parameter("direction", "Oldest or newest first.", {"asc", "desc"}, "asc"), limit_parameter()},
       .answers = {{200, "A page of commands.", "CommandPage"}},
       .handle = [ports](const RouteArguments& a) { return Handlers(ports).commands(a); }});
  out.push_back({.method = "GET",
                 .path = "/v1/strategies",
                 .name = "listStrategies",
                 .summary = "The strategies that trade, with parameters and their schemas.",
                 .answers = {{200, "The strategies.", "Strategies"}},
                 .handle = [ports](const RouteArguments&) { return Handlers(ports).strategies(); }});
}

void add_stream_route(std::shared_ptr<StreamHandler> stream, std::vector<Route>& out) {
  out.push_back(
      {.method = "GET",
       .path = "/v1/stream",
       .name = "stream",
       .summary = "WebSocket: every change of session, orders, positions and account, one message per event. Reconnect "
                  "with the last event number that was "
                  "seen, and nothing is missed.",
       .query = {event_parameter("Changes of events after this number; without it, of events still to come.", {})},
       .answers = {{101, "The WebSocket; each text message is a StreamMessage, as `x-message` refers to.",
                    "StreamMessage"},
                   {426, "The request did not ask for a WebSocket.", "Error"}},
       .handle =
           [](const RouteArguments&) {
             HttpResponse response = error_response(426, "upgrade_required",
                                                    "/v1/stream is a WebSocket: ask with a WebSocket client, at ws://");
             response.headers.emplace_back("Upgrade", "websocket");
             return response;
           },
       .stream = std::move(stream)});
}

void add_operations_routes(const ApiPorts& ports, std::vector<Route>& out) {
  out.push_back({.method = "GET",
                 .path = "/health/live",
                 .name = "getLive",
                 .summary = "Whether the process works.",
                 .answers = {{200, "It does.", "Live"}, {503, "The session has failed.", "Live"}},
                 .handle = [ports](const RouteArguments&) { return Handlers(ports).live(); },
                 .health = true});
  out.push_back({.method = "GET",
                 .path = "/health/ready",
                 .name = "getReady",
                 .summary = "Whether the session trades, or has come to the end of its data.",
                 .answers = {{200, "It does.", "Ready"}, {503, "Not yet, or no more; the body says why.", "Ready"}},
                 .handle = [ports](const RouteArguments&) { return Handlers(ports).ready(); },
                 .health = true});
  out.push_back({.method = "GET",
                 .path = "/metrics",
                 .name = "getMetrics",
                 .summary = "Metrics for Prometheus.",
                 .answers = {{200, "Text exposition format.", "", "text/plain"}},
                 .handle = [ports](const RouteArguments&) { return Handlers(ports).metrics(); }});
}

}  // namespace

std::vector<Route> make_routes(const ApiPorts& ports, std::shared_ptr<StreamHandler> stream) {
  std::vector<Route> routes;
  add_reading_routes(ports, routes);
  add_command_routes(ports, routes);
  add_configuration_routes(ports, routes);
  add_stream_route(std::move(stream), routes);
  add_operations_routes(ports, routes);
  routes.push_back({.method = "GET",
                    .path = "/openapi.json",
                    .name = "getOpenApi",
                    .summary = "This API's description.",
                    .answers = {{200, "OpenAPI 3.1.", "OpenApi"}}});
  routes.push_back({.method = "GET",
                    .path = "/",
                    .name = "getIndex",
                    .summary = "This page.",
                    .answers = {{200, "Links to the routes.", "", "text/html"}}});
  const HttpResponse document = ok(openapi_document(routes));
  const HttpResponse index = index_page(routes);
  routes[routes.size() - 2].handle = [document](const RouteArguments&) { return document; };
  routes.back().handle = [index](const RouteArguments&) { return index; };
  return routes;
}

}  // namespace bellwether
