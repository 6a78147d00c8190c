#include "config/account_state_json.hpp"

#include "engine/engine.hpp"
#include "tests/support/account_session.hpp"
#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using namespace testing;
using ::testing::HasSubstr;

/// One of everything, worked out by hand from docs/account-state.md.
constexpr std::string_view kText =
    R"({
"version":1,
"last_event":50,
"time":"2005-01-03T14:35:00Z",
"epoch":2,
"session_close":"2005-01-03T21:00:00Z",
"market_data_connected":true,
"venue_connected":false,
"cash":{"cash":"98999.7","realized":"-1.5","realized_fifo":"0","fees":"0.3","dividends":"0"},
"breakers":{"peak_equity":"100000","session_start_equity":"99999.9","last_market_time":"2005-01-03T14:31:00Z",)"
    R"("halt_reason":"connection_lost","flattening":true,"resuming":true,)"
    R"("recent_orders":["2005-01-03T14:31:00.000000001Z"]},
"instruments":[
{"symbol":"AAPL","mark":"10.5","strategy_price":"10","checked_price":"10","checked_at":"2005-01-03T14:31:00Z"},
{"symbol":"IBM"}
],
"strategies":[
{"id":"fast","type":"sma_cross","state_version":3,"symbols":["AAPL","IBM"],)"
    R"("parameters":{"fast":5,"allocation":1.0,"short":false,"name":"a\"b"},"paused":true,"saved":"00ff10"}
],
"positions":[
{"strategy":"fast","symbol":"AAPL","quantity":"100","cost":"1000","realized_average":"-1.5","realized_fifo":"0",)"
    R"("fees":"0.3","dividends":"0","lots":[{"quantity":"60","cost":"600"},{"quantity":"40","cost":"400"}],)"
    R"("round_trip":{"entry_time":"2005-01-03T14:31:00Z","opened":"100","closed":"0","peak":"100",)"
    R"("entry_notional":"1000","exit_notional":"0","realized":"0","fees":"0.3","mae":"-5","mfe":"50",)"
    R"("risk_quantity":"100","risk":"200","events":12}}
],
"orders":[
{"id":"bw-2-7-0-sl","strategy":"fast","symbol":"AAPL","side":"sell","type":"stop","time_in_force":"gtc",)"
    R"("quantity":"100","stop_price":"8","filled":"10","state":"working"},
{"id":"bw-2-8-1","strategy":"fast","symbol":"IBM","side":"buy","type":"limit","time_in_force":"day",)"
    R"("order_class":"bracket","quantity":"5","limit_price":"9","take_profit":"12","stop_loss_offset":"1",)"
    R"("state":"held","strategy_state":"working"},
{"id":"bw-2-9-0","strategy":"fast","symbol":"IBM","side":"buy","type":"trailing_stop","time_in_force":"day",)"
    R"("quantity":"5","trail":"0.5","strategy_state":"pending_new"},
{"id":"bw-2-9-1","strategy":"fast","symbol":"IBM","side":"buy","type":"market","time_in_force":"day",)"
    R"("quantity":"5","state":"unknown","strategy_state":"none"}
],
"goals":[
{"strategy":"fast","symbol":"IBM","kind":"target","wait":"next_price","not_before":"2005-01-03T14:32:00Z",)"
    R"("target":"-5","order":"bw-2-8-1","type":"limit","time_in_force":"ioc","limit_price":"9","one_try":true}
],
"waiting":[
{"kind":"cancel","strategy":"fast","target":"bw-2-7-0-sl"},
{"kind":"replace","strategy":"fast","target":"bw-2-8-1","id":"bw-2-10-0","symbol":"IBM","side":"buy",)"
    R"("type":"limit","time_in_force":"day","quantity":"6","limit_price":"9.5"}
],
"watched":[
{"id":"bw-2-7-0-sl","due":"2005-01-03T14:40:00Z","asked":2,"absent":true,"unknown":true},
{"id":"bw-2-8-1"}
],
"given_up":[
"bw-2-3-0"
],
"booked":[
{"first":1,"last":5},
{"first":18446744073709551615,"last":18446744073709551615}
],
"timers":[
{"at":"2005-01-03T15:00:00Z","strategy":"fast","tag":4294967295}
]
}
)";

OrderSpec spec_of(Side side, OrderType type, TimeInForce time_in_force, std::int64_t quantity) {
  OrderSpec spec;
  spec.side = side;
  spec.type = type;
  spec.time_in_force = time_in_force;
  spec.quantity = shares(quantity);
  return spec;
}

std::vector<AccountOrder> orders_of_text() {
  OrderSpec stop = spec_of(Side::Sell, OrderType::Stop, TimeInForce::Gtc, 100);
  stop.stop_price = price("8");
  OrderSpec group = spec_of(Side::Buy, OrderType::Limit, TimeInForce::Day, 5);
  group.order_class = OrderClass::Bracket;
  group.limit_price = price("9");
  group.take_profit = price("12");
  group.stop_loss_offset = price("1");
  OrderSpec trailing = spec_of(Side::Buy, OrderType::TrailingStop, TimeInForce::Day, 5);
  trailing.trail = price("0.5");
  const OrderSpec market = spec_of(Side::Buy, OrderType::Market, TimeInForce::Day, 5);
  return {{{7, 2, 0, OrderLeg::StopLoss}, "fast", "AAPL", stop, shares(10), OrderState::Working, OrderState::Working},
          {{8, 2, 1}, "fast", "IBM", group, {}, OrderState::Held, OrderState::Working},
          {{9, 2, 0}, "fast", "IBM", trailing, {}, std::nullopt, OrderState::PendingNew},
          {{9, 2, 1}, "fast", "IBM", market, {}, OrderState::Unknown, std::nullopt}};
}

AccountPosition position_of_text() {
  AccountPosition position;
  position.strategy = "fast";
  position.symbol = "AAPL";
  position.quantity = shares(100);
  position.cost = money("1000");
  position.realized_average = money("-1.5");
  position.fees = money("0.3");
  position.lots = {{shares(60), money("600")}, {shares(40), money("400")}};
  Position::RoundTrip& trip = position.trip;
  trip.entry_time = at_minute(1);
  trip.opened = trip.peak = trip.risk_quantity = shares(100);
  trip.entry_notional = money("1000");
  trip.fees = money("0.3");
  trip.mae = money("-5");
  trip.mfe = money("50");
  trip.risk = money("200");
  trip.events = 12;
  return position;
}

/// What `kText` says.
AccountState state_of_text() {
  AccountState state;
  state.last_event = 50;
  state.time = at_minute(5);
  state.epoch = 2;
  state.session_close = at_minute(390);
  state.venue_connected = false;
  state.cash = {money("98999.7"), money("-1.5"), {}, money("0.3"), {}};
  state.breakers = {money("100000"),
                    money("99999.9"),
                    at_minute(1),
                    HaltReason::ConnectionLost,
                    true,
                    true,
                    {at_minute(1) + Duration(1)}};
  state.instruments = {{"AAPL", price("10.5"), price("10"), price("10"), at_minute(1)}, {"IBM"}};
  state.strategies = {
      {"fast",
       "sma_cross",
       3,
       {"AAPL", "IBM"},
       {{"fast", std::int64_t{5}}, {"allocation", 1.0}, {"short", false}, {"name", std::string("a\"b")}},
       true,
       std::string("\x00\xff\x10", 3)}};
  state.positions = {position_of_text()};
  state.orders = orders_of_text();
  PositionGoal goal{PositionGoal::Kind::Target, PositionGoal::Wait::NextPrice, shares(-5), {}, {8, 2, 1}, at_minute(2)};
  goal.options.type = OrderType::Limit;
  goal.options.time_in_force = TimeInForce::Ioc;
  goal.options.limit_price = price("9");
  goal.options.one_try = true;
  state.goals = {{"fast", "IBM", goal}};
  OrderSpec replacement = spec_of(Side::Buy, OrderType::Limit, TimeInForce::Day, 6);
  replacement.limit_price = price("9.5");
  state.waiting = {{"fast", "", {CommandKind::Cancel, kNoStrategy, {}, {7, 2, 0, OrderLeg::StopLoss}, {}}},
                   {"fast", "IBM", {CommandKind::Replace, kNoStrategy, {10, 2, 0}, {8, 2, 1}, replacement}}};
  state.watched = {{{7, 2, 0, OrderLeg::StopLoss}, at_minute(10), 2, true, true}, {{8, 2, 1}}};
  state.given_up = {{3, 2, 0}};
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  state.booked = {{1, 5}, {kMost, kMost}};
  state.timers = {{at_minute(30), "fast", 4'294'967'295U}};
  return state;
}

TEST(AccountStateJson, WritesEveryFieldInItsPlace) { EXPECT_EQ(text_of(state_of_text()), kText); }

TEST(AccountStateJson, ReadsEveryField) {
  const auto state = account_state_of(kText);
  ASSERT_TRUE(state) << state.error().text();
  EXPECT_EQ(*state, state_of_text());
}

TEST(AccountStateJson, ReadsMembersInAnyOrderAndBlanks) {
  std::string text(kText);
  const std::string first = "\"version\":1,\n\"last_event\":50,\n";
  text.replace(text.find(first), first.size(), R"("last_event" : 50, "version":1, )");
  const auto state = account_state_of(text);
  ASSERT_TRUE(state) << state.error().text();
  EXPECT_EQ(text_of(*state), kText);
}

/// A change of the text, and what is said of it.
struct Fault {
  const char* from;
  const char* to;
  const char* error;
};

const Fault kFaults[] = {
    {R"("version":1)", R"("version":2)",
     "version: is 2, which a later version of the program wrote; this one knows versions up to 1"},
    {R"("version":1)", R"("version":0)", "version: must be 1 or above"},
    {R"("version":1,)", "", "version: is missing"},
    {R"("version":1)", R"("version":"1")", "version: must be a whole number from 0 to 18446744073709551615"},
    {R"("epoch":2)", R"("epoch":4294967296)", "epoch: must be a whole number from 0 to 4294967295"},
    {R"("epoch":2)", R"("epoch":2.0)", "epoch: must be a whole number from 0 to 4294967295"},
    {R"("epoch":2)", R"("epoch":-2)", "epoch: must be a whole number from 0 to 4294967295"},
    {R"("venue_connected":false)", R"("venue_connected":"no")", "venue_connected: must be true or false"},
    {R"("cash":"98999.7",)", "", "cash.cash: is missing"},
    {R"("cash":"98999.7")", R"("cash":98999.7)", "cash.cash: must be a decimal number between quotation marks"},
    {R"("cash":"98999.7")", R"("cash":"98999.7","gold":"1")", "cash.gold: is not known"},
    {R"("cash":"98999.7")", R"("cash":"98999.7","cash":"98999.7")", "cash.cash: is given twice"},
    {R"("halt_reason":"connection_lost")", R"("halt_reason":"rain")",
     R"(breakers.halt_reason: found "rain", allowed are none, operator, daily_loss)"},
    {R"("time":"2005-01-03T14:35:00Z")", R"("time":"yesterday, at noon")", "time: 'yesterday, at noon' is not a time"},
    {R"({"symbol":"IBM"})", R"({"symbol":7})", "instruments[1].symbol: must be a text"},
    {R"("IBM"],"parameters")", R"(null],"parameters")", "strategies[0].symbols[1]: must be a symbol"},
    {R"("fast":5)", R"("fast":[5])", "strategies[0].parameters.fast: must be true, false, a text or a number in range"},
    {R"("fast":5)", R"("fast":9223372036854775808)",
     "strategies[0].parameters.fast: must be true, false, a text or a number in range"},
    {R"("saved":"00ff10")", R"("saved":"00ff1")", "strategies[0].saved: must be bytes of two hexadecimal digits each"},
    {R"("saved":"00ff10")", R"("saved":"00fg10")", "strategies[0].saved: must be bytes of two hexadecimal digits each"},
    {R"({"quantity":"60","cost")", R"({"quantity":"61","cost")",
     "positions[0].lots: do not add up to the quantity, which is 100"},
    {R"({"quantity":"60","cost")", R"({"quantity":"0.0000000001","cost")", "positions[0].lots[0].quantity: "},
    {R"({"quantity":"60","cost")", R"({"cost")", "positions[0].lots[0].quantity: is missing"},
    {R"("lots":[)", R"("lots":{},"x":[)", "positions[0].lots: must be a list"},
    {R"("round_trip":{)", R"("trip":{)", "positions[0].round_trip: is missing"},
    {R"("id":"bw-2-8-1","strategy")", R"("id":"bw-2-8","strategy")", "orders[1].id: 'bw-2-8' is not of the form"},
    {R"("state":"held")", R"("state":"filled")",
     R"(orders[1].state: found "filled", allowed are pending_new, held, working)"},
    {R"(,"strategy_state":"pending_new")", "", "orders[2].state: neither risk nor strategies have the order"},
    {R"("kind":"target")", R"("kind":"none")", "goals[0].kind: is none"},
    {R"("kind":"cancel")", R"("kind":"submit")", "waiting[0].kind: only a cancel or a replacement waits"},
    {R"({"first":1,"last":5})", "[1,5]", "booked[0]: must be an object"},
    {R"("tag":4294967295)", R"("tag":true)", "timers[0].tag: must be a whole number"},
    {R"("timers":[)",
     R"("timers":[)"
     "\n]",
     "account state: line "},
    {"{\n", "[{\n", "account state: line "},
};

TEST(AccountStateJson, SaysWhatIsWrongAndWhere) {
  for (const Fault& fault : kFaults) {
    std::string text(kText);
    const std::size_t at = text.find(fault.from);
    ASSERT_NE(at, std::string::npos) << fault.from;
    text.replace(at, std::strlen(fault.from), fault.to);
    const auto state = account_state_of(text);
    ASSERT_FALSE(state) << fault.to;
    EXPECT_THAT(state.error().text(), ::testing::StartsWith(fault.error)) << fault.to;
  }
}

TEST(AccountStateJson, SaysThatADocumentIsNoObject) {
  for (const char* text : {"", "[]", "null", "\"state\""}) EXPECT_FALSE(account_state_of(text)) << text;
  EXPECT_THAT(account_state_of(std::string(100, '[')).error().text(), HasSubstr("nested more than 32 levels deep"));
}

TEST(AccountStateJson, ADamagedByteIsRefusedOrGivesAStateThatIsWrittenAsRead) {
  const AccountSession session(3);
  const auto engine = Engine::make(session.config(), wild_registry());
  for (std::size_t i = 0; i < 1'500; ++i) (*engine)->process(session.turns()[i].event);
  const std::string sound = text_of((*engine)->state());
  ASSERT_GT(sound.size(), 2'000U);
  SplitMix64 draws(1);
  std::size_t refused = 0;
  for (int i = 0; i < 2'000; ++i) {
    std::string text = sound;
    text[static_cast<std::size_t>(draws.up_to(std::ssize(text) - 1))] = static_cast<char>(draws.up_to(255));
    if (i % 4 == 0) text.resize(static_cast<std::size_t>(draws.up_to(std::ssize(text) - 1)));
    const auto state = account_state_of(text);
    refused += state ? 0 : 1;
    if (!state) continue;
    const auto again = account_state_of(text_of(*state));
    ASSERT_TRUE(again) << again.error().text();
    ASSERT_EQ(*again, *state);
  }
  EXPECT_GT(refused, 1'000U);
}

}  // namespace
}  // namespace bellwether
