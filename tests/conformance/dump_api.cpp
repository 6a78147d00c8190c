// Prints the API's description and answers of every kind from a small session, as one JSON object, for comparison of
// the one with the other.
#include <iostream>
#include <nlohmann/json.hpp>

#include "actors/session_board.hpp"
#include "api/openapi.hpp"
#include "api/request_body.hpp"
#include "api/routes.hpp"
#include "api/session_stream.hpp"
#include "config/json.hpp"
#include "net/router.hpp"
#include "tests/support/turns.hpp"

using namespace bellwether;
using namespace bellwether::testing;

namespace {

EngineConfig config_with_parameters(const StrategyRegistry& registry) {
  EngineConfig config = small_config();
  for (StrategyConfig& strategy : config.strategies) {
    const StrategyType* type = registry.find(strategy.type);
    auto checked = Parameters::check(type->parameters, {});
    strategy.parameters = std::get<Parameters>(checked);
  }
  return config;
}

/// The small session, with a denied and a rejected order, a round trip and a dividend after its end.
std::vector<Turn> session_with_everything() {
  std::vector<Turn> turns = small_session();
  const OrderCommand denied = submit(9, 1, Side::Sell, 10, 1);
  OrderCommand limit = submit(9, 1, Side::Buy, 7, 1);
  limit.id.index = 1;
  limit.spec.type = OrderType::Limit;
  limit.spec.limit_price = price("48.5");
  turns.push_back(turn_of(9, bar_event(1, 400, "50")));
  turns.back().intents = {{denied, DenyReason::ShortingNotAllowed}, {limit, DenyReason::None}};
  turns.back().commands = {limit};
  TradeRecord trade;
  trade.strategy = 0;
  trade.instrument = 0;
  trade.exit_time = turns.back().event.time;
  trade.net_pnl = money("12.5");
  turns.back().closed_trades = {trade};
  ExecutionReport denial = report_on(denied, ReportType::Denied, 400);
  denial.denied = DenyReason::ShortingNotAllowed;
  turns.push_back(turn_of(10, Event::of(denial)));
  ExecutionReport rejection = report_on(limit, ReportType::Rejected, 400, 4);
  rejection.rejected = RejectReason::NoMarket;
  turns.push_back(turn_of(11, Event::of(rejection)));
  CorporateAction dividend;
  dividend.ex_date = Date::from_ymd(2005, 1, 4);
  dividend.dividend = price("0.25");
  turns.push_back(turn_of(12, Event::of(at_minute(500), 0, dividend)));
  turns.push_back(turn_of(13, Event::of(at_minute(501), ConnectionEvent{true, false})));
  return turns;
}

Json answers_of(const Router& router) {
  Json answers = Json::array();
  const auto ask = [&](const std::string& method, const std::string& path, const std::string& target) {
    const HttpResponse response = router.handle({method, target, "localhost", "", "", ""});
    Json answer;
    answer["method"] = method;
    answer["path"] = path;
    answer["status"] = response.status;
    answer["content_type"] = response.content_type.substr(0, response.content_type.find(';'));
    answer["body"] = response.body;
    answers.push_back(std::move(answer));
  };
  for (const Route& route : router.routes()) {
    if (route.path.find('{') == std::string::npos) ask(route.method, route.path, route.path);
    ask(route.method, route.path, route.path + "?unknown=1");
  }
  for (const char* id : {"bw-1-2-0", "bw-1-9-0", "bw-1-9-1", "bw-1-77-0", "x"}) {
    ask("GET", "/v1/orders/{client_order_id}", std::string("/v1/orders/") + id);
  }
  ask("GET", "/v1/orders", "/v1/orders?limit=1&status=closed");
  ask("GET", "/v1/fills", "/v1/fills?limit=1");
  ask("GET", "/v1/positions", "/v1/positions?closed=true");
  return answers;
}

/// Values that a client may send in a parameter, most of them wrong.
const std::vector<std::string> kProbes = {"",
                                          "0",
                                          "1",
                                          "-1",
                                          "+1",
                                          "1.5",
                                          "1e3",
                                          "1001",
                                          "9007199254740991",
                                          "9007199254740992",
                                          "99999999999999999999",
                                          "true",
                                          "TRUE",
                                          "null",
                                          "all",
                                          "open",
                                          "desc",
                                          "AAPL",
                                          "aapl",
                                          ".",
                                          "../x",
                                          "a b",
                                          "a\nb",
                                          std::string("a\0b", 3),
                                          "\x7f",
                                          "\u00fc",
                                          "fast",
                                          "-",
                                          "bw-1-2-0",
                                          "bw-1-2-0-tp",
                                          "bw-1-2-0-xx",
                                          "bw-1-2",
                                          "BW-1-2-0",
                                          "2005-01-03",
                                          "2005-02-30",
                                          "2005-01-03T14:30:00Z",
                                          "2005-01-03T14:30:00.5-05:00",
                                          "2005-01-03T25:00:00Z",
                                          "2005-01-03 14:30:00Z",
                                          "42-0",
                                          "42-99999",
                                          "bw--1-2-0",
                                          "bw-1-2-0\n",
                                          std::string(33, 'a'),
                                          std::string(65, 'a'),
                                          std::string(101, 'a'),
                                          std::string(300, 'a')};

std::string percent_encoded(const std::string& text) {
  std::string out;
  for (const unsigned char c : text) {
    constexpr char kDigits[] = "0123456789abcdef";
    out += {'%', kDigits[c / 16], kDigits[c % 16]};
  }
  return out;
}

/// Each parameter of each route with each probe, and the status of the answer.
Json probes_of(const Router& router) {
  Json probes = Json::array();
  for (const Route& route : router.routes()) {
    const auto ask = [&](const char* in, const std::string& name, const std::string& value, const std::string& target,
                         const std::string& body) {
      const HttpResponse response = router.handle({route.method, target, "localhost", "", "application/json", body});
      probes.push_back({{"method", route.method},
                        {"path", route.path},
                        {"in", in},
                        {"name", name},
                        {"value", value},
                        {"status", response.status}});
    };
    for (const std::string& value : kProbes) {
      const std::string encoded = percent_encoded(value);
      for (const RouteParameter& each : route.segments) {
        const std::size_t brace = route.path.find('{' + each.name + '}');
        const std::string rest = route.path.substr(brace + each.name.size() + 2);
        ask("path", each.name, value, route.path.substr(0, brace) + encoded + rest, "");
      }
      for (const RouteParameter& each : route.query) {
        ask("query", each.name, value, route.path + "?" + each.name + "=" + encoded, "");
      }
      for (const RouteParameter& each : route.headers) {
        HttpRequest request{route.method, route.path, "localhost", "", "", ""};
        request.headers = {{each.name, value}};
        probes.push_back({{"method", route.method},
                          {"path", route.path},
                          {"in", "header"},
                          {"name", each.name},
                          {"value", value},
                          {"status", router.handle(request).status}});
      }
      for (const RouteParameter& each : route.body) {
        ask("body", each.name, value, route.path, Json{{each.name, value}}.dump());
      }
    }
  }
  return probes;
}

}  // namespace

int main() {
  const StrategyRegistry registry = StrategyRegistry::built_in();
  SessionBoard board(config_with_parameters(registry), registry);
  ApiPorts ports;
  ports.session = fixed_session(board);
  ports.control = [](const SessionView&, const OperatorCommand&) -> Expected<CommandReceipt> {
    return CommandReceipt{14};
  };
  ApiMetrics metrics;
  const Router router(make_routes(ports, session_stream(fixed_session(board), StreamLimits(), metrics)), AccessRules(),
                      read_request_body);
  Json out;
  out["openapi"] = openapi_document(router.routes());
  out["answers"] = answers_of(router);
  const Names names(board.config());
  for (const Turn& turn : session_with_everything()) {
    board.apply(turn);
    std::vector<StateChange> changes;
    append_state_changes(turn, changes);
    out["messages"].push_back(Json::parse(stream_message(changes, names)));
  }
  board.set_phase(SessionPhase::Trading);
  const Json trading = answers_of(router);
  out["answers"].insert(out["answers"].end(), trading.begin(), trading.end());
  out["probes"] = probes_of(router);
  std::cout << out.dump() << '\n';
}
