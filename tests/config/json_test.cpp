#include "config/json.hpp"

#include <nlohmann/json.hpp>

#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using namespace bellwether::testing;

const Names kNames(small_config());

TEST(Json, WritesABarEvent) {
  Event event = bar_event(0, 1, "10.5");
  event.number = 7;
  EXPECT_EQ(json_of(event, kNames).dump(),
            R"({"event":7,"time":"2005-01-03T14:31:00Z","type":"bar","symbol":"AAPL","start":"2005-01-03T14:30:00Z",)"
            R"("open":"10.5","high":"10.5","low":"10.5","close":"10.5","volume":"1000","interval_seconds":60.0,)"
            R"("synthetic":false,"history":false})");
}

TEST(Json, NamesAnOrdersFieldsAndLeavesAbsentOnesNull) {
  OrderRow row;
  row.id = {42, 1, 0, OrderLeg::Target};
  row.strategy = 1;
  row.spec = submit(42, 1, Side::Sell, 3).spec;
  row.spec.type = OrderType::Limit;
  row.spec.limit_price = price("99.95");
  row.state = OrderState::Filled;
  row.filled = shares(3);
  row.filled_notional = money("300");
  const Json json = json_of(row, kNames);
  EXPECT_EQ(json["client_order_id"], "bw-1-42-0-tp");
  EXPECT_EQ(json["strategy"], "slow");
  EXPECT_EQ(json["symbol"], "IBM");
  EXPECT_EQ(json["limit_price"], "99.95");
  EXPECT_TRUE(json["stop_price"].is_null());
  EXPECT_EQ(json["average_fill_price"], "100");
  EXPECT_EQ(json["state"], "filled");
  EXPECT_TRUE(json["denied_reason"].is_null());
}

TEST(Json, GivesEachKindOfChangeItsType) {
  std::vector<std::string> types;
  std::vector<StateChange> changes;
  for (const Turn& turn : small_session()) append_state_changes(turn, changes);
  for (const StateChange& change : changes) types.push_back(json_of(change, kNames)["type"]);
  EXPECT_EQ(types, (std::vector<std::string>{"session_open", "account",                            // 1
                                             "order_command", "account",                           // 2
                                             "order_report",                                       // 3
                                             "fill", "position", "account",                        // 4
                                             "fill", "position", "account",                        // 5
                                             "account",                                            // 6
                                             "command", "account", "session_close", "account"}));  // 7, 8
}

TEST(Json, WritesOneStreamMessagePerEvent) {
  std::vector<StateChange> changes;
  append_state_changes(small_session()[6], changes);
  EXPECT_EQ(
      stream_message(changes, kNames),
      R"({"event":7,"time":"2005-01-03T14:32:00Z","changes":[{"type":"command","command":"halt",)"
      R"("reason":"operator","flatten":false,"strategy":null,"symbol":null,"client_order_id":null,"quantity":null,)"
      R"("order":null},{"type":"account","cash":"98945.7","equity":"100045.7",)"
      R"("gross_exposure":"0","realized_pnl":"0","fees":"0.3","realized_pnl_fifo":"0","dividends":"0"}]})");
}

TEST(Json, WritesParametersAsJsonSchema) {
  const std::vector<ParameterSpec> specs = {{"fast", std::int64_t{10}, 1, 500, "Bars of the fast average."},
                                            {"share", 0.5, 0, 1, "Of the equity."},
                                            {"side", std::string("long"), 0, 0, "Which way.", {"long", "both"}}};
  EXPECT_EQ(
      parameter_schema(specs).dump(),
      R"({"type":"object","properties":{)"
      R"("fast":{"type":"integer","description":"Bars of the fast average.","default":10,"minimum":1,"maximum":500},)"
      R"("share":{"type":"number","description":"Of the equity.","default":0.5,"minimum":0.0,"maximum":1.0},)"
      R"("side":{"type":"string","description":"Which way.","default":"long","enum":["long","both"]}},)"
      R"("additionalProperties":false})");
}

TEST(Names, ShowsAnIndexOutOfTheTable) {
  EXPECT_EQ(kNames.symbol(1), "IBM");
  EXPECT_EQ(kNames.symbol(9), "#9");
  EXPECT_EQ(kNames.symbol(kNoInstrument), "");
  EXPECT_EQ(kNames.find_strategy("slow"), StrategyIndex{1});
  EXPECT_FALSE(kNames.find_symbol("MSFT").has_value());
}

TEST(Readable, IsOneLinePerEvent) {
  const auto turns = small_session();
  EXPECT_EQ(readable(turns[3].event, kNames),
            "         4  2005-01-03T14:32:00Z            report            "
            "fill bw-1-2-0 buy 60 AAPL at 10.5 fee 0.3 leaves 40 [fast]");
  EXPECT_EQ(readable(turns[6].event, kNames),
            "         7  2005-01-03T14:32:00Z            command           halt: operator");
}

/// Without number, time and type.
std::string words_of(const Event& event) { return readable(event, kNames).substr(62); }

TEST(Readable, SaysWhatACommandIsAbout) {
  CommandEvent order;
  order.type = CommandType::SubmitOrder;
  order.strategy = 1;
  order.spec.instrument = 1;
  order.spec.side = Side::Sell;
  order.spec.type = OrderType::Limit;
  order.spec.quantity = shares(5);
  order.spec.limit_price = price("9.5");
  order.spec.order_class = OrderClass::Bracket;
  order.spec.stop_loss = price("11");
  EXPECT_EQ(words_of(Event::of(at_minute(1), order)),
            "submit_order sell 5 IBM limit day bracket limit 9.5 stop loss 11 [slow]");
  CommandEvent close;
  close.type = CommandType::ClosePosition;
  close.instrument = 0;
  close.quantity = shares(40);
  EXPECT_EQ(words_of(Event::of(at_minute(1), close)), "close_position 40 AAPL");
  CommandEvent cancel;
  cancel.type = CommandType::CancelOrder;
  cancel.order = {7, 1, 0};
  EXPECT_EQ(words_of(Event::of(at_minute(1), cancel)), "cancel_order bw-1-7-0");
  const CommandNoteEvent note{CommandNoteEvent::Kind::Key, OperatorNote("k-1")};
  EXPECT_EQ(words_of(Event::of(at_minute(1), note)), "key \"k-1\"");
}

TEST(Json, ShowsWhatACommandIsAbout) {
  CommandEvent order;
  order.type = CommandType::SubmitOrder;
  order.strategy = 1;
  order.spec.instrument = 1;
  order.spec.quantity = shares(5);
  const Json json = json_of(CommandRow{9, at_minute(1), order, {OperatorNote("why"), OperatorNote("k-1")}}, kNames);
  EXPECT_EQ(json["command"], "submit_order");
  EXPECT_EQ(json["strategy"], "slow");
  EXPECT_EQ(json["order"]["symbol"], "IBM");
  EXPECT_EQ(json["order"]["quantity"], "5");
  EXPECT_EQ(json["order"]["limit_price"], nullptr);
  EXPECT_EQ(json["note"], "why");
  EXPECT_EQ(json["key"], "k-1");
}

}  // namespace
}  // namespace bellwether
