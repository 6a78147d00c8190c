#include "api/routes.hpp"

#include <nlohmann/json.hpp>

#include "api/command_routes.hpp"
#include "api/configuration_routes.hpp"
#include "api/json_response.hpp"
#include "api/openapi.hpp"
#include "api/past_routes.hpp"
#include "api/route_parameters.hpp"
#include "config/json.hpp"

namespace bellwether {
namespace {

/// The handlers of one request: the session stays the same one throughout.
struct Handlers {
  explicit Handlers(const ApiPorts& api_ports) : ports(api_ports), view(ports.session()), names(view->config()) {}

  const ApiPorts& ports;
  const SessionViewPtr view;
  const Names names;

  [[nodiscard]] const SessionView& session() const { return *view; }

  [[nodiscard]] HttpResponse live() const {
    const bool failed = session().status().phase == SessionPhase::Failed;
    return json_response({{"live", !failed}}, failed ? 503 : 200);
  }
  [[nodiscard]] HttpResponse ready() const {
    const SessionStatus status = session().status();
    const bool is_ready = status.phase == SessionPhase::Trading || status.phase == SessionPhase::Finished;
    std::string reason = "the session is " + std::string(token(status.phase));
    if (!status.detail.empty()) reason += ": " + status.detail;
    return json_response({{"ready", is_ready}, {"phase", token(status.phase)}, {"reason", reason}},
                         is_ready ? 200 : 503);
  }
  [[nodiscard]] HttpResponse metrics() const {
    return {200, "text/plain; version=0.0.4; charset=utf-8", ports.metrics ? ports.metrics() : ""};
  }
  [[nodiscard]] HttpResponse status() const {
    Json json = {{"version", BELLWETHER_VERSION}};
    json.update(json_of(session().status()));
    return json_response(json);
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
    return json_response(json);
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
    return json_response(json);
  }

  [[nodiscard]] HttpResponse strategies() const {
    Json json = {{"strategies", Json::array()}};
    const std::vector<bool> paused = session().paused();
    std::size_t index = 0;
    for (const StrategyView& strategy : session().strategies()) {
      json["strategies"].push_back(json_of(strategy, paused.at(index++), names));
    }
    return json_response(json);
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
       .query = {event_parameter("after", "Changes of events after this number; without it, of events still to come.",
                                 {})},
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
  add_past_routes(ports, routes);
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
  const HttpResponse document = json_response(openapi_document(routes));
  const HttpResponse index = index_page(routes);
  routes[routes.size() - 2].handle = [document](const RouteArguments&) { return document; };
  routes.back().handle = [index](const RouteArguments&) { return index; };
  return routes;
}

}  // namespace bellwether
