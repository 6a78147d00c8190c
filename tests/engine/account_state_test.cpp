#include "engine/account_state.hpp"

#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A long of two lots in AAPL, with an order and a goal there and a cancel that waits. Sound.
AccountState sound() {
  AccountState state;
  state.last_event = 50;
  state.cash.cash = money("1000");
  state.instruments = {{"AAPL", price("10"), price("10"), price("10"), at_minute(1)}, {"IBM"}};
  state.strategies.resize(1);
  state.strategies[0].id = "s";
  state.strategies[0].type = "sma_cross";
  AccountPosition& position = state.positions.emplace_back();
  position.strategy = "s";
  position.symbol = "AAPL";
  position.quantity = shares(100);
  position.cost = money("1000");
  position.lots = {{shares(60), money("600")}, {shares(40), money("400")}};
  AccountOrder& order = state.orders.emplace_back();
  order.id = {7, 1, 0};
  order.strategy = "s";
  order.symbol = "AAPL";
  order.spec.quantity = shares(10);
  order.state = order.strategy_state = OrderState::Unknown;
  state.goals.push_back({"s", "AAPL", {PositionGoal::Kind::Target, PositionGoal::Wait::No, shares(110), {}, {}, {}}});
  AccountWaiting& waiting = state.waiting.emplace_back();
  waiting.strategy = "s";
  waiting.command.kind = CommandKind::Cancel;
  waiting.command.target = order.id;
  state.watched.push_back({order.id, at_minute(2), 1, false, true});
  state.booked = {{1, 5}, {7, 9}};
  state.timers.push_back({at_minute(3), "s", 0});
  return state;
}

struct Contradiction {
  const char* name;
  void (*make)(AccountState&);
  const char* text;  ///< Of the Error.
};

const Contradiction kContradictions[] = {
    {"a symbol twice", [](AccountState& s) { s.instruments[1].symbol = "AAPL"; },
     "instruments[1].symbol: is given twice"},
    {"no symbol", [](AccountState& s) { s.instruments[1].symbol = ""; }, "instruments[1].symbol: is empty"},
    {"a mark below zero", [](AccountState& s) { s.instruments[0].mark = price("-1"); },
     "instruments[0].mark: is below zero"},
    {"a strategy twice", [](AccountState& s) { s.strategies.push_back(s.strategies[0]); },
     "strategies[1].id: is given twice"},
    {"a parameter that is no number",
     [](AccountState& s) {
       s.strategies[0].parameters = {{"x", std::numeric_limits<double>::quiet_NaN()}};
     },
     "strategies[0].parameters.x: is not a number"},
    {"a position twice", [](AccountState& s) { s.positions.push_back(s.positions[0]); },
     "positions[1]: its strategy and symbol are given twice"},
    {"a position of nobody", [](AccountState& s) { s.positions[0].strategy = "t"; },
     "positions[0].strategy: 't' is not among the strategies"},
    {"a position in nothing", [](AccountState& s) { s.positions[0].symbol = "MSFT"; },
     "positions[0].symbol: 'MSFT' is not among the instruments"},
    {"lots that do not add up", [](AccountState& s) { s.positions[0].lots[1].quantity = shares(41); },
     "positions[0].lots: do not add up to the quantity, which is 100"},
    {"lots of nothing",
     [](AccountState& s) {
       s.positions[0].quantity = {};
       s.positions[0].lots = {{shares(1), {}}, {shares(-1), {}}};
     },
     "positions[0].lots: a position of zero has none"},
    {"a round trip of nothing",
     [](AccountState& s) {
       s.positions[0] = {"s", "AAPL"};
       s.positions[0].trip.events = 1;
     },
     "positions[0].round_trip: a position of zero has none"},
    {"more than any account",
     [](AccountState& s) {
       s.instruments[0].mark = Price::max();
       s.positions[0].quantity = Quantity::from_int(4'000'000'000);
       s.positions[0].lots = {{Quantity::from_int(4'000'000'000), {}}};
     },
     "positions: at their marks they are worth more than any account"},
    {"an order twice", [](AccountState& s) { s.orders.push_back(s.orders[0]); },
     "orders: order bw-1-7-0 is given twice"},
    {"an order of the future", [](AccountState& s) { s.orders[0].id.event = 51; },
     "orders[0].id: is not an order of an event up to the last one"},
    {"an order that has ended", [](AccountState& s) { s.orders[0].state = OrderState::Filled; },
     "orders[0].state: an open order has not ended"},
    {"an order of nobody", [](AccountState& s) { s.orders[0].state = s.orders[0].strategy_state = std::nullopt; },
     "orders[0].state: neither risk nor strategies have the order"},
    {"more filled than asked", [](AccountState& s) { s.orders[0].filled = shares(11); },
     "orders[0].filled: is above the quantity"},
    {"less than nothing filled", [](AccountState& s) { s.orders[0].filled = shares(-1); },
     "orders[0].filled: is below zero"},
    {"two goals", [](AccountState& s) { s.goals.push_back(s.goals[0]); },
     "goals[1]: its strategy and symbol are given twice"},
    {"a goal that is none", [](AccountState& s) { s.goals[0].goal.kind = PositionGoal::Kind::None; },
     "goals[0].kind: is none"},
    {"a submit that waits", [](AccountState& s) { s.waiting[0].command.kind = CommandKind::Submit; },
     "waiting[0].kind: only a cancel or a replacement waits"},
    {"a replacement in nothing", [](AccountState& s) { s.waiting[0].command.kind = CommandKind::Replace; },
     "waiting[0].symbol: is not among the instruments"},
    {"a watch twice", [](AccountState& s) { s.watched.push_back(s.watched[0]); },
     "watched: order bw-1-7-0 is given twice"},
    {"a run that ends before it begins",
     [](AccountState& s) {
       s.booked[1] = {9, 7};
     },
     "booked[1]: ends before it begins, or begins at 0"},
    {"runs without a gap", [](AccountState& s) { s.booked[1].first = 6; },
     "booked[1]: does not lie behind a gap after the one before"},
    {"a timer of nobody", [](AccountState& s) { s.timers[0].strategy = "t"; },
     "timers[0].strategy: is not among the strategies"},
    {"orders before earlier ones",
     [](AccountState& s) {
       s.breakers.recent_orders = {at_minute(2), at_minute(1)};
     },
     "breakers.recent_orders: are not in the order of time"},
    {"too much cash", [](AccountState& s) { s.cash.cash = Money::max(); }, "cash.cash: is out of range"},
    {"less cash than there can be",
     [](AccountState& s) { s.cash.cash = Money::from_raw(std::numeric_limits<std::int64_t>::min()); },
     "cash.cash: is out of range"},
    {"a peak out of range", [](AccountState& s) { s.breakers.peak_equity = Money::max(); },
     "breakers.peak_equity: is out of range"},
    {"a cost out of range", [](AccountState& s) { s.positions[0].cost = -Money::max(); },
     "positions[0].cost: is out of range"},
    {"a lot out of range", [](AccountState& s) { s.positions[0].lots[1].cost = Money::max(); },
     "positions[0].lots[1].cost: is out of range"},
    {"a round trip out of range", [](AccountState& s) { s.positions[0].trip.peak = Quantity::max(); },
     "positions[0].round_trip.peak: is out of range"},
    {"an order out of range", [](AccountState& s) { s.orders[0].spec.quantity = Quantity::max(); },
     "orders[0].quantity: is out of range"},
    {"a goal out of range", [](AccountState& s) { s.goals[0].goal.target = Quantity::max(); },
     "goals[0].target: is out of range"},
};

TEST(AccountState, SaysWhatContradictsItselfAndWhere) {
  ASSERT_TRUE(check(sound())) << check(sound()).error().text();
  for (const Contradiction& each : kContradictions) {
    AccountState state = sound();
    each.make(state);
    const auto checked = check(state);
    ASSERT_FALSE(checked) << each.name;
    EXPECT_EQ(checked.error().text(), each.text) << each.name;
  }
}

TEST(AccountState, TellsThePairsThatMustHaveAPlace) {
  AccountState state = sound();
  state.instruments.push_back({"MSFT"});
  state.goals.push_back(
      {"s", "MSFT", {PositionGoal::Kind::Target, PositionGoal::Wait::NextSession, shares(1), {}, {}, {}}});
  state.positions.push_back({"s", "IBM"});
  state.positions[1].fees = money("1");  // Of a position that is closed.
  EXPECT_THAT(held_pairs(state), ElementsAre(HeldPair{"s", "AAPL"}, HeldPair{"s", "MSFT"}));
}

}  // namespace
}  // namespace bellwether
