#include "net/router.hpp"

#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "actors/session_board.hpp"
#include "api/openapi.hpp"
#include "api/request_body.hpp"
#include "api/routes.hpp"
#include "api/session_stream.hpp"
#include "config/json.hpp"
#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using namespace bellwether::testing;

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() : board(small_config(), StrategyRegistry::built_in()) {
    for (const Turn& turn : small_session()) board.apply(turn);
    board.set_phase(SessionPhase::Trading);
  }

  ApiPorts ports() {
    ApiPorts p;
    p.session = fixed_session(board);
    p.control = [this](const SessionView&, const OperatorCommand& command) -> Expected<CommandReceipt> {
      if (refuse_commands) return Error{"", "the session has ended"};
      commands.push_back(command);
      return receipt;
    };
    p.metrics = [] { return std::string("up 1\n"); };
    return p;
  }

  std::vector<Route> routes() {
    return make_routes(ports(), session_stream(fixed_session(board), StreamLimits(), metrics));
  }
  Router router() { return Router(routes(), AccessRules(), read_request_body); }
  HttpResponse ask(const std::string& method, const std::string& target, const std::string& body = "",
                   const std::string& content_type = "application/json") {
    HttpRequest request{method, target, "127.0.0.1:8080", "", body.empty() ? "" : content_type, body};
    return router().handle(request);
  }
  Json get(const std::string& target) { return Json::parse(ask("GET", target).body); }
  Json error_of(const HttpResponse& response) { return Json::parse(response.body)["error"]; }

  SessionBoard board;
  ApiMetrics metrics;
  std::vector<OperatorCommand> commands;
  bool refuse_commands = false;
  CommandReceipt receipt{9};
};

TEST_F(RouterTest, ShowsStatusAccountAndPositions) {
  EXPECT_EQ(get("/v1/status")["phase"], "trading");
  EXPECT_EQ(get("/v1/status")["halt_reason"], "operator");
  EXPECT_EQ(get("/v1/account")["equity"], "100045.7");
  EXPECT_EQ(get("/v1/account")["strategies"][0]["strategy"], "fast");
  EXPECT_EQ(get("/v1/account")["strategies"][0]["market_value"], "1100");
  EXPECT_EQ(get("/v1/account")["strategies"][1]["realized_pnl_fifo"], "0");
  EXPECT_EQ(get("/v1/positions")["positions"][0]["unrealized_pnl"], "46");
  EXPECT_EQ(get("/v1/positions")["net"][0]["quantity"], "100");
}

TEST_F(RouterTest, ShowsOrdersFillsAndStrategies) {
  EXPECT_EQ(get("/v1/orders?status=closed")["orders"][0]["client_order_id"], "bw-1-2-0");
  EXPECT_TRUE(get("/v1/orders?status=open")["orders"].empty());
  EXPECT_EQ(get("/v1/orders/bw-1-2-0")["average_fill_price"], "10.54");
  EXPECT_EQ(get("/v1/fills?after=4")["fills"][0]["price"], "10.6");
  EXPECT_EQ(get("/v1/fills?limit=1")["next"], 4);
  EXPECT_EQ(get("/v1/strategies")["strategies"][0]["parameter_schema"]["properties"]["fast"]["type"], "integer");
}

TEST_F(RouterTest, NamesTheParameterThatIsBad) {
  const std::vector<std::pair<std::string, std::string>> cases = {{"/v1/orders?status=maybe", "status"},
                                                                  {"/v1/orders?limit=0", "limit"},
                                                                  {"/v1/orders?limit=1001", "limit"},
                                                                  {"/v1/orders?limit=-1", "limit"},
                                                                  {"/v1/orders?limit=10&limit=20", "limit"},
                                                                  {"/v1/orders?colour=red", "colour"},
                                                                  {"/v1/orders?symbol=MSFT", "symbol"},
                                                                  {"/v1/orders?strategy=none", "strategy"},
                                                                  {"/v1/orders?after=17", "after"},
                                                                  {"/v1/fills?after=1e3", "after"},
                                                                  {"/v1/orders/no-such-id", "client_order_id"}};
  for (const auto& [target, field] : cases) {
    const HttpResponse response = ask("GET", target);
    EXPECT_EQ(response.status, 400u) << target;
    EXPECT_EQ(error_of(response)["field"], field) << target;
  }
}

TEST_F(RouterTest, AnswersUnknownPathsAndMethods) {
  EXPECT_EQ(ask("GET", "/v1/nothing").status, 404u);
  EXPECT_EQ(ask("GET", "/v1/orders/bw-1-77-0").status, 404u);
  EXPECT_EQ(ask("GET", "/v1/orders/").status, 404u);
  const HttpResponse response = ask("DELETE", "/v1/fills");
  EXPECT_EQ(response.status, 405u);
  EXPECT_EQ(response.headers, (std::vector<std::pair<std::string, std::string>>{{"Allow", "GET, HEAD"}}));
  EXPECT_EQ(ask("GET", "/v1/halt").headers[0].second, "POST");
}

TEST_F(RouterTest, HaltsAndResumesThroughTheConveyor) {
  const HttpResponse halted = ask("POST", "/v1/halt", R"({"reason": "lunch", "flatten": true})");
  EXPECT_EQ(halted.status, 202u);
  EXPECT_EQ(halted.body,
            R"({"event":9,"repeated":false,"orders":0,"client_order_id":null,"state":null,"denied_reason":null,)"
            R"("unfinished":null})");
  EXPECT_EQ(ask("POST", "/v1/resume").status, 202u);
  EXPECT_EQ(commands, (std::vector<OperatorCommand>{
                          {{CommandType::Halt, HaltReason::Operator, true}, {OperatorNote("lunch"), {}}},
                          {{CommandType::Resume, HaltReason::None, false}}}));
}

TEST_F(RouterTest, ShowsWhoHaltedAndWhy) {
  const CommandNoteEvent note{CommandNoteEvent::Kind::Reason, OperatorNote("lunch \"break\"")};
  board.apply(turn_of(9, Event::of(at_minute(400), note)));
  Turn halt = turn_of(10, Event::of(at_minute(400), CommandEvent{CommandType::Halt, HaltReason::Operator, true, 1}));
  halt.halted = true;
  halt.halt_reason = HaltReason::Operator;
  board.apply(halt);
  EXPECT_EQ(get("/v1/status")["halt_note"], "lunch \"break\"");
  const Json first = get("/v1/commands?limit=1");
  EXPECT_EQ(first["commands"][0]["event"], 7);
  EXPECT_EQ(first["commands"][0]["note"], nullptr);
  EXPECT_EQ(first["next"], 7);
  const Json rest = get("/v1/commands?after=7");
  EXPECT_EQ(rest["commands"].size(), 1u);
  EXPECT_EQ(rest["commands"][0]["event"], 10);
  EXPECT_EQ(rest["commands"][0]["command"], "halt");
  EXPECT_EQ(rest["commands"][0]["reason"], "operator");
  EXPECT_EQ(rest["commands"][0]["flatten"], true);
  EXPECT_EQ(rest["commands"][0]["note"], "lunch \"break\"");
  EXPECT_EQ(rest["next"], nullptr);
}

TEST_F(RouterTest, TakesNoControlCharactersInAReason) {
  for (const char* bad : {R"(a\nb)", R"(\u001b[31m)", R"(\u0000)", R"(\u007f)", ""}) {
    const HttpResponse response = ask("POST", "/v1/halt", std::string(R"({"reason": ")") + bad + "\"}");
    EXPECT_EQ(response.status, 400u) << bad;
    EXPECT_EQ(error_of(response)["field"], "reason");
  }
  EXPECT_EQ(ask("POST", "/v1/halt", "{\"reason\": \"Mittag, f\u00fcr alle \u2013 \u00a1ol\u00e9!\"}").status, 202u);
  EXPECT_EQ(commands.back().words.reason.text(), "Mittag, f\u00fcr alle \u2013 \u00a1ol\u00e9!");
}

TEST_F(RouterTest, BoundsEveryParameterOfEveryRoute) {
  std::size_t checked = 0;
  for (const Route& route : routes()) {
    EXPECT_EQ(std::count(route.path.begin(), route.path.end(), '{'), static_cast<int>(route.segments.size()));
    for (const auto* parameters : {&route.segments, &route.query, &route.headers, &route.body}) {
      for (const RouteParameter& parameter : *parameters) {
        ++checked;
        const std::string where = route.path + " " + parameter.name;
        switch (parameter.kind) {
          case RouteParameter::Kind::Integer: EXPECT_GT(parameter.maximum, parameter.minimum) << where; break;
          case RouteParameter::Kind::Text:
            EXPECT_FALSE(parameter.pattern.empty()) << where;
            EXPECT_GT(parameter.maximum, 0u) << where;
            EXPECT_TRUE(std::regex_match(parameter.example, std::regex(parameter.pattern))) << where;
            break;
          case RouteParameter::Kind::Choice: EXPECT_GE(parameter.choices.size(), 2u) << where; break;
          case RouteParameter::Kind::Boolean: break;
        }
      }
    }
  }
  EXPECT_GE(checked, 15u);
}

TEST_F(RouterTest, NumbersEventsInOneForm) {
  const std::string largest = "9007199254740991";  // 2^53 - 1.
  for (const char* list : {"/v1/fills", "/v1/commands", "/v1/equity"}) {
    EXPECT_EQ(ask("GET", list + ("?after=" + largest)).status, 200u);
    for (const char* bad : {"9007199254740992", "-1", "1.0", "0x1", "bw-1-2-0", "%201"}) {
      EXPECT_EQ(ask("GET", std::string(list) + "?after=" + bad).status, 400u) << bad;
    }
  }
  const Json schemas = get("/openapi.json")["components"]["schemas"];
  std::size_t found = 0;
  for (const auto& [name, schema] : schemas.items()) {
    if (!schema.contains("properties")) continue;
    for (const char* member : {"event", "last_event", "next", "books_event"}) {
      const bool by_text = std::string_view(member) == "next" && (name == "OrderPage" || name == "TradePage");
      if (!schema["properties"].contains(member) || by_text) continue;
      ++found;
      EXPECT_EQ(schema["properties"][member]["maximum"], 9007199254740991) << name;
    }
  }
  EXPECT_EQ(found, 16u);  // Status, Fill, FillPage, Command, CommandPage, Accepted, StreamMessage.
}

TEST_F(RouterTest, SaysWhyACommandIsRefused) {
  refuse_commands = true;
  const HttpResponse response = ask("POST", "/v1/halt");
  EXPECT_EQ(response.status, 409u);
  EXPECT_EQ(error_of(response)["message"], "the session has ended");
}

TEST_F(RouterTest, SaysWhenItIsNotKnownWhetherACommandWasTaken) {
  receipt.event = 0;
  const HttpResponse response = ask("POST", "/v1/halt", R"({"reason": "lunch"})");
  EXPECT_EQ(response.status, 504u);
  EXPECT_EQ(error_of(response)["code"], "not_known_yet");
  EXPECT_EQ(commands.size(), 1u);
  const Json document = get("/openapi.json");
  for (const char* path : {"/v1/halt", "/v1/resume"}) {
    EXPECT_TRUE(document["paths"][path]["post"]["responses"].contains("504")) << path;
  }
}

TEST_F(RouterTest, ChecksTheBodyOfACommand) {
  EXPECT_EQ(ask("POST", "/v1/halt", "{", "application/json").status, 400u);
  EXPECT_EQ(ask("POST", "/v1/halt", "[]", "application/json").status, 400u);
  EXPECT_EQ(ask("POST", "/v1/halt", "reason=x", "application/x-www-form-urlencoded").status, 415u);
  EXPECT_EQ(ask("POST", "/v1/halt", "{}", "Application/JSON; charset=utf-8").status, 202u);
  EXPECT_EQ(error_of(ask("POST", "/v1/halt", R"({"flatten": "yes"})"))["field"], "flatten");
  EXPECT_EQ(error_of(ask("POST", "/v1/halt", R"({"when": "now"})"))["field"], "when");
  EXPECT_EQ(error_of(ask("POST", "/v1/halt", "{\"reason\": \"" + std::string(101, 'x') + "\"}"))["field"], "reason");
  EXPECT_EQ(commands.size(), 1u);
}

TEST_F(RouterTest, RefusesAKeyGivenTwiceInABody) {
  for (const std::string body : {R"({"flatten": false, "flatten": true})", R"({"reason": "a", "reason": "a"})",
                                 R"({"reason": "a", "\u0072eason": "b"})"}) {
    const HttpResponse response = ask("POST", "/v1/halt", body);
    EXPECT_EQ(response.status, 400u) << body;
    EXPECT_NE(response.body.find("is given twice"), std::string::npos) << response.body;
  }
  EXPECT_TRUE(commands.empty());
}

TEST_F(RouterTest, IsReadyWhenItTradesOrHasFinished) {
  EXPECT_EQ(ask("GET", "/health/ready").status, 200u);
  board.set_phase(SessionPhase::Finished);
  EXPECT_EQ(ask("GET", "/health/ready").status, 200u);
  board.set_phase(SessionPhase::Recovering, "event 17 of 40");
  EXPECT_EQ(ask("GET", "/health/ready").status, 503u);
  EXPECT_EQ(get("/health/ready")["reason"], "the session is recovering: event 17 of 40");
  EXPECT_EQ(ask("GET", "/health/live").status, 200u);
  board.set_phase(SessionPhase::Failed);
  EXPECT_EQ(ask("GET", "/health/live").status, 503u);
}

TEST_F(RouterTest, RefusesPagesOfOtherSitesWhereTheyCouldActOrFollow) {
  const auto status = [&](const std::string& method, const std::string& target, const std::string& origin) {
    return router().handle({method, target, "localhost:8080", origin, "", ""}).status;
  };
  EXPECT_EQ(status("POST", "/v1/halt", "https://evil.example"), 403u);
  EXPECT_EQ(status("POST", "/v1/resume", "https://evil.example"), 403u);
  EXPECT_EQ(status("GET", "/v1/stream", "https://evil.example"), 403u);
  EXPECT_EQ(status("GET", "/v1/account", "https://evil.example"), 200u);
  EXPECT_EQ(status("POST", "/v1/halt", "http://localhost:3000"), 202u);
}

TEST_F(RouterTest, DescribesEveryRoute) {
  const Json document = get("/openapi.json");
  EXPECT_EQ(document["openapi"], "3.1.0");
  for (const Route& route : routes()) {
    const std::string method = route.method == "GET" ? "get" : route.method == "POST" ? "post" : "delete";
    const Json& operation = document["paths"][route.path][method];
    ASSERT_TRUE(operation.is_object()) << route.path;
    EXPECT_EQ(operation["parameters"].size(),
              route.query.size() + route.headers.size() + (route.path.find('{') != std::string::npos ? 1 : 0));
    for (const RouteAnswer& answer : route.answers) {
      EXPECT_TRUE(operation["responses"].contains(std::to_string(answer.status))) << route.path;
      if (!answer.schema.empty()) {
        EXPECT_TRUE(document["components"]["schemas"].contains(answer.schema)) << answer.schema;
      }
    }
  }
}

TEST_F(RouterTest, DescribesEveryChangeOnTheStream) {
  const Json schemas = get("/openapi.json")["components"]["schemas"];
  const Json& mapping = schemas["StreamChange"]["discriminator"]["mapping"];
  EXPECT_EQ(mapping.size(), 13u);
  EXPECT_EQ(schemas["StreamChange"]["oneOf"].size(), 13u);
  std::vector<StateChange> changes;
  std::vector<Turn> turns = small_session();
  turns.push_back(turn_of(9, Event::of(0, Trade{at_minute(400), price("10"), shares(5)})));
  turns.back().closed_trades.emplace_back();
  for (const Turn& turn : turns) append_state_changes(turn, changes);
  EXPECT_TRUE(std::holds_alternative<AccountView>(changes.back().what));
  std::set<std::string> seen;
  for (const StateChange& each : changes) {
    const Json change = json_of(each, Names(board.config()));
    const std::string type = change["type"];
    seen.insert(type);
    const std::string path = mapping.value(type, "#/components/schemas/none");
    const Json& schema = schemas[path.substr(path.rfind('/') + 1)];
    for (const auto& [name, value] : change.items()) EXPECT_TRUE(schema["properties"].contains(name)) << type << name;
    for (const Json& name : schema["required"]) EXPECT_TRUE(change.contains(name.get<std::string>())) << type << name;
  }
  EXPECT_GE(seen.size(), 6u);
}

TEST_F(RouterTest, LinksTheRoutesOnTheIndexPage) {
  const HttpResponse page = ask("GET", "/");
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_NE(page.body.find(R"(<a href="/v1/status">)"), std::string::npos);
}

TEST_F(RouterTest, AsksForAnUpgradeOnTheStream) {
  const HttpResponse response = ask("GET", "/v1/stream?after=3");
  EXPECT_EQ(response.status, 426u);
  EXPECT_EQ(ask("GET", "/v1/stream?after=x").status, 400u);
}

}  // namespace
}  // namespace bellwether
