// What may be asked of a session by its API, how each request is refused that cannot be carried out, and what is said
// of those that were.
#include "api/command_routes.hpp"

#include <nlohmann/json.hpp>

#include "actors/session_board.hpp"
#include "api/request_body.hpp"
#include "api/routes.hpp"
#include "api/session_stream.hpp"
#include "config/json.hpp"
#include "engine/manual_strategy.hpp"
#include "net/router.hpp"
#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using namespace bellwether::testing;

/// "fast" holds 100 AAPL; "slow" nothing; orders by hand are taken.
class CommandRoutes : public ::testing::Test {
 protected:
  CommandRoutes() : board(with_manual(), StrategyRegistry::built_in()) {
    for (const Turn& turn : small_session()) board.apply(turn);
    board.set_phase(SessionPhase::Trading);
  }
  static EngineConfig with_manual() {
    EngineConfig config = small_config();
    add_manual_strategy(config);
    return config;
  }

  HttpResponse ask(const std::string& method, const std::string& target, const std::string& body = "",
                   const std::string& key = "") {
    ApiPorts ports;
    ports.session = fixed_session(board);
    ports.control = [this](const SessionView&, const OperatorCommand& command) -> Expected<CommandReceipt> {
      commands.push_back(command);
      return command.only_ask && !known ? CommandReceipt() : receipt;
    };
    const Router router(make_routes(ports, session_stream(fixed_session(board), StreamLimits(), metrics)),
                        AccessRules(), read_request_body);
    HttpRequest request{method, target, "127.0.0.1:8080", "", body.empty() ? "" : "application/json", body};
    if (!key.empty()) request.headers.emplace_back("Idempotency-Key", key);
    return router.handle(request);
  }
  /// "status field" of a refusal.
  static std::string fault(const HttpResponse& response) {
    const Json error = Json::parse(response.body).value("error", Json::object());
    return std::to_string(response.status) + " " + error.value("field", "");
  }
  /// The one command that came through.
  const CommandEvent& taken() {
    EXPECT_EQ(commands.size(), 1U);
    return commands.back().command;
  }

  SessionBoard board;
  ApiMetrics metrics;
  std::vector<OperatorCommand> commands;
  CommandReceipt receipt{9};
  bool known = false;
};

TEST_F(CommandRoutes, PlacesAnOrderByHand) {
  receipt.orders = 1;
  const HttpResponse response =
      ask("POST", "/v1/orders",
          R"({"symbol": "IBM", "side": "sell", "quantity": "10", "type": "stop_limit", "time_in_force": "gtc",)"
          R"("limit_price": "9.5", "stop_price": "9.75", "reason": "by hand"})",
          "k-1");
  EXPECT_EQ(response.status, 202u) << response.body;
  EXPECT_EQ(response.body,
            R"({"event":9,"repeated":false,"orders":1,"client_order_id":"bw-1-9-0","state":"pending_new",)"
            R"("denied_reason":null,"unfinished":null})");
  EXPECT_EQ(taken().type, CommandType::SubmitOrder);
  EXPECT_EQ(taken().strategy, 2);
  EXPECT_EQ(commands[0].words, (CommandWords{OperatorNote("by hand"), OperatorNote("k-1")}));
  OrderSpec spec;
  spec.instrument = 1;
  spec.side = Side::Sell;
  spec.type = OrderType::StopLimit;
  spec.time_in_force = TimeInForce::Gtc;
  spec.quantity = shares(10);
  spec.limit_price = price("9.5");
  spec.stop_price = price("9.75");
  EXPECT_EQ(taken().spec, spec);
}

TEST_F(CommandRoutes, TakesEveryTypeAndClass) {
  const std::vector<std::pair<std::string, OrderClass>> orders = {
      {R"("type": "market")", OrderClass::Simple},
      {R"("type": "limit", "limit_price": "9")", OrderClass::Simple},
      {R"("type": "stop", "stop_price": "9")", OrderClass::Simple},
      {R"("type": "trailing_stop", "trail": "0.5")", OrderClass::Simple},
      {R"("take_profit": "12", "stop_loss": "8")", OrderClass::Bracket},
      {R"("stop_loss_offset": "1")", OrderClass::Bracket},
      {R"("order_class": "oco", "take_profit": "8", "stop_loss": "12")", OrderClass::Oco}};
  for (const auto& [members, order_class] : orders) {
    const HttpResponse response =
        ask("POST", "/v1/orders", R"({"symbol": "IBM", "side": "buy", "quantity": "10", )" + members + "}");
    EXPECT_EQ(response.status, 202u) << members << response.body;
    EXPECT_EQ(commands.back().command.spec.order_class, order_class);
  }
  EXPECT_EQ(commands.size(), orders.size());
}

TEST_F(CommandRoutes, NamesTheTargetOfAPair) {
  const std::string pair =
      R"({"symbol": "AAPL", "side": "sell", "quantity": "10", "order_class": "oco", "take_profit": "12", "stop_loss": "8"})";
  EXPECT_EQ(Json::parse(ask("POST", "/v1/orders", pair).body)["client_order_id"], "bw-1-9-0-tp");
  receipt.denied = DenyReason::Halted;
  EXPECT_EQ(Json::parse(ask("POST", "/v1/orders", pair).body)["client_order_id"], "bw-1-9-0");
}

TEST_F(CommandRoutes, SaysWhyTheRiskStageDeniedAnOrder) {
  receipt.denied = DenyReason::OrderNotional;
  const Json answer =
      Json::parse(ask("POST", "/v1/orders", R"({"symbol": "IBM", "side": "buy", "quantity": "900000000"})").body);
  EXPECT_EQ(answer["state"], "denied");
  EXPECT_EQ(answer["denied_reason"], "order_notional");
}

TEST_F(CommandRoutes, NamesWhatIsWrongWithAnOrder) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({})", "symbol"},
      {R"({"symbol": "IBM", "side": "buy"})", "quantity"},
      {R"({"symbol": "IBM", "quantity": "1"})", "side"},
      {R"({"symbol": "MSFT", "side": "buy", "quantity": "1"})", "symbol"},
      {R"({"symbol": "IBM", "side": "hold", "quantity": "1"})", "side"},
      {R"({"symbol": "IBM", "side": "buy", "quantity": 1})", "quantity"},
      {R"({"symbol": "IBM", "side": "buy", "quantity": "-1"})", "quantity"},
      {R"({"symbol": "IBM", "side": "buy", "quantity": "0"})", "quantity"},
      {R"({"symbol": "IBM", "side": "buy", "quantity": "0.5"})", "quantity"},
      {R"({"symbol": "IBM", "side": "buy", "quantity": "1e3"})", "quantity"},
      {R"({"symbol": "IBM", "side": "buy", "quantity": "99999999999999"})", "quantity"},
      {R"({"symbol": "IBM", "side": "buy", "quantity": "1", "limit_price": "9"})", "limit_price"},
      {R"({"symbol": "IBM", "side": "buy", "quantity": "1", "type": "limit"})", "limit_price"},
      {R"({"symbol": "IBM", "side": "buy", "quantity": "1", "type": "limit", "limit_price": "0"})", "limit_price"},
      {R"({"symbol": "IBM", "side": "buy", "quantity": "1", "type": "limit", "limit_price": "9.001"})", "limit_price"},
      {R"({"symbol": "IBM", "side": "buy", "quantity": "1", "order_class": "bracket"})", "take_profit"},
      {R"({"symbol": "IBM", "side": "buy", "quantity": "1", "order_class": "simple", "stop_loss": "8"})", "stop_loss"},
      {R"({"symbol": "IBM", "side": "buy", "quantity": "1", "time_in_force": "ioc", "stop_loss": "8"})",
       "time_in_force"},
      {R"({"symbol": "IBM", "side": "buy", "quantity": "1", "colour": "red"})", "colour"}};
  for (const auto& [body, field] : cases) EXPECT_EQ(fault(ask("POST", "/v1/orders", body)), "400 " + field) << body;
  EXPECT_TRUE(commands.empty());
}

TEST_F(CommandRoutes, CancelsOneOrderThoseOfASymbolOrAll) {
  board.apply([] {
    Turn turn = turn_of(9, bar_event(0, 3, "10"));
    turn.commands.push_back(submit(9, 0, Side::Buy, 5));
    return turn;
  }());
  EXPECT_EQ(ask("DELETE", "/v1/orders/bw-1-9-0?reason=no%20more").status, 202u);
  EXPECT_EQ(taken().type, CommandType::CancelOrder);
  EXPECT_EQ(taken().order, (OrderId{9, 1, 0}));
  EXPECT_EQ(commands[0].words.reason.text(), "no more");
  EXPECT_EQ(ask("DELETE", "/v1/orders").status, 202u);
  EXPECT_EQ(commands[1].command.type, CommandType::CancelAll);
  EXPECT_EQ(commands[1].command.instrument, kNoInstrument);
  EXPECT_EQ(ask("DELETE", "/v1/orders?symbol=IBM").status, 202u);
  EXPECT_EQ(commands[2].command.instrument, 1);
}

TEST_F(CommandRoutes, RefusesToCancelWhatIsNotOpen) {
  EXPECT_EQ(fault(ask("DELETE", "/v1/orders/bw-1-77-0")), "404 client_order_id");
  EXPECT_EQ(fault(ask("DELETE", "/v1/orders/bw-1-2-0")), "409 client_order_id");  // It is filled.
  EXPECT_EQ(fault(ask("DELETE", "/v1/orders/nonsense")), "400 client_order_id");
  EXPECT_EQ(fault(ask("DELETE", "/v1/orders?symbol=MSFT")), "400 symbol");
  EXPECT_TRUE(commands.empty());
}

// An order that is cancelled has ended: who asks again, with the same key, is told what he was told.
TEST_F(CommandRoutes, AnswersARepeatOfWhatCanNoLongerBeDone) {
  EXPECT_EQ(fault(ask("DELETE", "/v1/orders/bw-1-2-0", "", "k-1")), "409 client_order_id");
  EXPECT_TRUE(commands.at(0).only_ask);
  known = true;
  receipt.repeated = true;
  const HttpResponse response = ask("DELETE", "/v1/orders/bw-1-2-0", "", "k-1");
  EXPECT_EQ(response.status, 202u);
  EXPECT_EQ(Json::parse(response.body)["repeated"], true);
}

TEST_F(CommandRoutes, ClosesAPositionOrAPart) {
  EXPECT_EQ(ask("POST", "/v1/positions/AAPL/close").status, 202u);
  EXPECT_EQ(taken().type, CommandType::ClosePosition);
  EXPECT_EQ(taken().instrument, 0);
  EXPECT_EQ(taken().strategy, kNoStrategy);
  EXPECT_TRUE(taken().quantity.is_zero());
  EXPECT_EQ(ask("POST", "/v1/positions/AAPL/close", R"({"strategy": "fast", "quantity": "40"})").status, 202u);
  EXPECT_EQ(commands[1].command.strategy, 0);
  EXPECT_EQ(commands[1].command.quantity, shares(40));
}

TEST_F(CommandRoutes, RefusesToCloseWhatIsNotHeld) {
  EXPECT_EQ(fault(ask("POST", "/v1/positions/MSFT/close")), "404 symbol");
  EXPECT_EQ(fault(ask("POST", "/v1/positions/IBM/close")), "409 symbol");
  const std::string path = "/v1/positions/AAPL/close";
  EXPECT_EQ(fault(ask("POST", path, R"({"strategy": "slow"})")), "409 symbol");
  EXPECT_EQ(fault(ask("POST", path, R"({"strategy": "none"})")), "400 strategy");
  EXPECT_EQ(fault(ask("POST", path, R"({"quantity": "0"})")), "400 quantity");
  EXPECT_EQ(fault(ask("POST", path, R"({"quantity": "1.5"})")), "400 quantity");
  const HttpResponse much = ask("POST", path, R"({"quantity": "101"})");
  EXPECT_EQ(fault(much), "409 quantity");
  EXPECT_NE(much.body.find("fast 100"), std::string::npos) << much.body;
  Turn turn = turn_of(9, bar_event(0, 3, "10"));
  turn.positions.push_back({1, 0, shares(-30), price("10"), Money()});
  board.apply(turn);
  EXPECT_EQ(fault(ask("POST", path, R"({"quantity": "10"})")), "409 strategy");
  EXPECT_TRUE(commands.empty());
  EXPECT_EQ(ask("POST", path).status, 202u);
}

TEST_F(CommandRoutes, PausesAndResumesAStrategyAndShowsIt) {
  EXPECT_EQ(ask("POST", "/v1/strategies/slow/pause", R"({"reason": "look"})").status, 202u);
  EXPECT_EQ(taken().type, CommandType::PauseStrategy);
  EXPECT_EQ(taken().strategy, 1);
  board.apply(turn_of(9, Event::of(at_minute(3), taken())));
  const Json paused = Json::parse(ask("GET", "/v1/strategies").body)["strategies"];
  EXPECT_EQ(paused[0]["paused"], false);
  EXPECT_EQ(paused[1]["paused"], true);
  EXPECT_EQ(paused[2]["id"], "manual");
  EXPECT_EQ(ask("POST", "/v1/strategies/slow/resume").status, 202u);
  EXPECT_EQ(commands[1].command.type, CommandType::ResumeStrategy);
  EXPECT_EQ(fault(ask("POST", "/v1/strategies/none/pause")), "404 strategy");
}

TEST_F(CommandRoutes, FlattensAndSaysWhatCannotBeClosed) {
  EXPECT_EQ(ask("POST", "/v1/flatten").status, 202u);
  EXPECT_EQ(taken().type, CommandType::Flatten);
  board.set_phase(SessionPhase::Finished);
  const Json answer = Json::parse(ask("POST", "/v1/flatten").body);
  EXPECT_EQ(answer["unfinished"].get<std::string>().substr(0, 21), "1 positions stay open");
}

TEST_F(CommandRoutes, HoldsTheKeyToItsForm) {
  EXPECT_EQ(ask("POST", "/v1/resume", "", std::string(64, 'k')).status, 202u);
  EXPECT_EQ(commands.back().words.key.text(), std::string(64, 'k'));
  for (const std::string& bad :
       {std::string(65, 'k'), std::string("a b"), std::string("\xc3\xbc"), std::string("\t")}) {
    EXPECT_EQ(fault(ask("POST", "/v1/resume", "", bad)), "400 Idempotency-Key") << bad;
  }
  EXPECT_EQ(commands.size(), 1U);
}

TEST_F(CommandRoutes, RefusesAKeyThatStandsForAnotherCommand) {
  receipt.key_taken = true;
  const HttpResponse response = ask("POST", "/v1/halt", "", "k-1");
  EXPECT_EQ(fault(response), "409 Idempotency-Key");
  EXPECT_EQ(Json::parse(response.body)["error"]["code"], "key_taken");
  EXPECT_NE(response.body.find("'k-1' stands for the command of event 9"), std::string::npos) << response.body;
}

TEST_F(CommandRoutes, HoldsTheReasonToUtf8WhereverItStands) {
  EXPECT_EQ(fault(ask("DELETE", "/v1/orders?reason=%ff")), "400 reason");
  EXPECT_EQ(fault(ask("DELETE", "/v1/orders?reason=" + std::string(101, 'x'))), "400 reason");
  EXPECT_EQ(fault(ask("POST", "/v1/flatten", "{\"reason\": \"" + std::string(101, 'x') + "\"}")), "400 reason");
  EXPECT_TRUE(commands.empty());
  EXPECT_EQ(ask("DELETE", "/v1/orders?reason=f%c3%bcr").status, 202u);
  EXPECT_EQ(commands[0].words.reason.text(), "f\u00fcr");
}

TEST_F(CommandRoutes, ListsCommandsNewestFirst) {
  CommandEvent close;
  close.type = CommandType::ClosePosition;
  close.instrument = 0;
  close.quantity = shares(40);
  close.strategy = 0;
  const OperatorCommand command{close, {OperatorNote("less"), OperatorNote("k-7")}};
  EventNumber number = 9;
  for (const Event& event : events_of(command, at_minute(3))) board.apply(turn_of(number++, event));
  const Json page = Json::parse(ask("GET", "/v1/commands?direction=desc&limit=1").body);
  ASSERT_EQ(page["commands"].size(), 1U);
  const Json& row = page["commands"][0];
  EXPECT_EQ(row["event"], 11);
  EXPECT_EQ(row["command"], "close_position");
  EXPECT_EQ(row["symbol"], "AAPL");
  EXPECT_EQ(row["strategy"], "fast");
  EXPECT_EQ(row["quantity"], "40");
  EXPECT_EQ(row["note"], "less");
  EXPECT_EQ(row["key"], "k-7");
  EXPECT_EQ(page["next"], 11);
  const Json older = Json::parse(ask("GET", "/v1/commands?direction=desc&after=11").body);
  ASSERT_EQ(older["commands"].size(), 1U);
  EXPECT_EQ(older["commands"][0]["event"], 7);
}

}  // namespace
}  // namespace bellwether
