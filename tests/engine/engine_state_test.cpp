// An account that goes on in an engine of another configuration: what stays, what is left behind, what is refused.
#include "engine/retired_strategy.hpp"
#include "tests/support/engine_scene.hpp"

namespace bellwether {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Indices = std::vector<StrategyIndex>;

/// s0 and s1, each trading AAPL and IBM, at a venue that answers later.
EngineConfig two_strategies() {
  EngineConfig config = scripted_config(2);
  config.exchange.asynchronous = true;
  return config;
}

StrategyConfig retired_from(const std::string& id, std::vector<InstrumentIndex> instruments, bool close = true) {
  return {retired_id(id), std::string(kRetiredStrategy), std::move(instruments), retired_parameters(close)};
}

/// What opening says where strategy `s1` of the scene holds something that `next` has no place for.
std::string refusal(EngineScene& scene, const EngineConfig& next) {
  const auto opened = scene.reopen(next);
  return opened ? "" : opened.error().text();
}

TEST(EngineState, NamesAPositionThatTheConfigurationHasNoPlaceFor) {
  EngineScene scene(two_strategies());
  scene.hold(1, 1, 30);
  EngineConfig without_strategy = two_strategies();
  without_strategy.strategies.pop_back();
  EXPECT_EQ(refusal(scene, without_strategy),
            "positions[0]: strategy 's1' has a position in IBM, and the configuration does not have the strategy");
  EngineConfig without_instrument = two_strategies();
  without_instrument.instruments.pop_back();
  for (StrategyConfig& each : without_instrument.strategies) each.instruments = {0};
  EXPECT_EQ(refusal(scene, without_instrument),
            "positions[0]: strategy 's1' has a position in IBM, and the configuration does not have the instrument");
  EngineConfig without_pair = two_strategies();
  without_pair.strategies[1].instruments = {0};
  EXPECT_EQ(
      refusal(scene, without_pair),
      "positions[0]: strategy 's1' has a position in IBM, and the strategy does not trade it in the configuration");
}

TEST(EngineState, NamesAnOpenOrderAndAGoalThatTheConfigurationHasNoPlaceFor) {
  EngineConfig without_strategy = two_strategies();
  without_strategy.strategies.pop_back();
  EngineScene order(two_strategies());
  order.rest(1, 0, 10, "9");
  EXPECT_THAT(refusal(order, without_strategy), HasSubstr("orders[0]: strategy 's1' has an open order in AAPL"));
  EngineScene goal(two_strategies());
  goal.act(1, 0, [](Context& context) { context.target_position(0, shares(10)); });
  AccountState state = goal.engine->state();
  ASSERT_EQ(state.goals.size(), 1U);
  state.orders.clear();
  const auto opened = goal.reopen(without_strategy, state);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().text(), HasSubstr("goals[0]: strategy 's1' has a goal in AAPL"));
}

TEST(EngineState, LeavesBehindWhatIsEmpty) {
  EngineScene scene(two_strategies());
  scene.hold(1, 1, 30);
  scene.hold(1, 1, -30);
  ASSERT_EQ(scene.engine->state().positions.size(), 0U);  // Bought and sold at 10: not even a profit is left.
  EngineConfig alone = two_strategies();
  alone.strategies.pop_back();
  alone.instruments.pop_back();
  alone.strategies[0].instruments = {0};
  const auto fresh = scene.reopen(alone);
  ASSERT_TRUE(fresh) << fresh.error().text();
  EXPECT_THAT(*fresh, ElementsAre(0));  // Its symbols are others.
  EXPECT_EQ(scene.engine->position_stage().portfolio().cash(), money("100000"));
}

TEST(EngineState, ARetiredStrategyTakesOverWhatARemovedOneHolds) {
  EngineScene scene(two_strategies());
  scene.hold(1, 1, 30);
  const OrderCommand order = scene.rest(1, 0, 10, "9");
  scene.act(1, 1, [](Context& context) { context.target_position(1, shares(50)); });
  EXPECT_THAT(held_pairs(scene.engine->state()), ElementsAre(HeldPair{"s1", "AAPL"}, HeldPair{"s1", "IBM"}));
  EngineConfig next = two_strategies();
  next.strategies[1] = retired_from("s1", {0, 1}, false);
  const auto fresh = scene.reopen(next);
  ASSERT_TRUE(fresh) << fresh.error().text();
  EXPECT_THAT(*fresh, IsEmpty());
  const AccountState state = scene.engine->state();
  EXPECT_THAT(held_pairs(state), ElementsAre(HeldPair{"s1.retired", "AAPL"}, HeldPair{"s1.retired", "IBM"}));
  ASSERT_EQ(state.positions.size(), 1U);
  EXPECT_EQ(state.positions[0].quantity, shares(30));
  ASSERT_EQ(state.goals.size(), 1U);
  EXPECT_EQ(state.goals[0].goal.target, shares(50));
  ASSERT_EQ(state.orders.size(), 2U);
  EXPECT_EQ(state.orders[0].id, order.id);
}

TEST(EngineState, ACancelThatWaitsGoesToWhoeverHasTheOrder) {
  EngineScene scene(two_strategies());
  OrderCommand order = scene.rest(1, 0, 10, "9");
  scene.say(order, ReportType::Lost);
  scene.act(1, 0, [&](Context& context) { context.cancel(order.id); });
  ASSERT_EQ(scene.engine->state().waiting.size(), 1U);
  EngineConfig next = two_strategies();
  next.strategies.insert(next.strategies.begin(), retired_from("s1", {0, 1}, false));
  next.strategies.pop_back();
  ASSERT_TRUE(scene.reopen(next));
  EXPECT_EQ(scene.engine->state().waiting.at(0).strategy, "s1.retired");
  order.strategy = 0;  // Where the heir stands.
  const Turn& turn = scene.say(order, ReportType::Accepted);
  ASSERT_EQ(turn.commands.size(), 1U);
  EXPECT_EQ(turn.commands[0].kind, CommandKind::Cancel);
  EXPECT_EQ(turn.commands[0].target, order.id);
}

TEST(EngineState, AStrategyThatIsNotRetiredTakesNothingOver) {
  EngineScene scene(two_strategies());
  scene.hold(1, 1, 30);
  EngineConfig next = two_strategies();
  next.strategies[1].id = "s1.retired";  // Of another type.
  EXPECT_THAT(refusal(scene, next), HasSubstr("does not have the strategy"));
}

TEST(EngineState, RefusesTwoPositionsForOnePlace) {
  EngineScene scene(two_strategies());
  scene.hold(0, 1, 20);
  scene.hold(1, 1, 30);
  AccountState state = scene.engine->state();
  state.strategies[1].id = "s0.retired";
  state.positions[1].strategy = "s0.retired";
  EngineConfig next = two_strategies();
  next.strategies[0] = retired_from("s0", {0, 1});
  const auto opened = scene.reopen(next, state);
  ASSERT_FALSE(opened);
  EXPECT_EQ(
      opened.error().text(),
      "positions[1]: strategy 's0.retired' has a position in IBM, and so has 's0': one strategy cannot hold both");
}

TEST(EngineState, RefusesALaterEpochThanItsOwn) {
  EngineConfig late = two_strategies();
  late.epoch = 3;
  EngineScene scene(late);
  EXPECT_THAT(refusal(scene, two_strategies()), HasSubstr("epoch: 3 is later than that of the engine, which is 1"));
}

TEST(EngineState, RefusesAContradiction) {
  EngineScene scene(two_strategies());
  scene.hold(0, 0, 20);
  AccountState state = scene.engine->state();
  state.positions[0].lots.clear();
  const auto opened = scene.reopen(two_strategies(), state);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().field, "positions[0].lots");
}

TEST(EngineState, KeepsHaltsAndPauses) {
  EngineScene scene(two_strategies());
  CommandEvent pause;
  pause.type = CommandType::PauseStrategy;
  pause.strategy = 1;
  scene.on(Event::of(at_minute(2), pause));
  scene.on(Event::of(at_minute(2), CommandEvent{CommandType::Halt, HaltReason::Operator, false}));
  ASSERT_TRUE(scene.reopen(two_strategies()));
  EXPECT_EQ(scene.engine->risk_stage().halt_reason(), HaltReason::Operator);
  scene.on(Event::of(at_minute(3), CommandEvent{CommandType::Resume}));
  const auto buys = [](Context& context) { context.buy(0, shares(1)); };
  EXPECT_EQ(scene.act(1, 0, buys).intents.at(0).denied, DenyReason::StrategyPaused);
  EXPECT_EQ(scene.act(0, 0, buys).intents.at(0).denied, DenyReason::None);
}

TEST(EngineState, WhereTheVenueAnswersAtOnceNothingIsWatchedAnyMore) {
  EngineScene scene(two_strategies());
  scene.rest(0, 0, 10, "9");
  ASSERT_NE(scene.engine->next_timer().at, kNever);
  EngineConfig instant = two_strategies();
  instant.exchange.asynchronous = false;
  ASSERT_TRUE(scene.reopen(instant));
  EXPECT_EQ(scene.engine->next_timer().at, kNever);
  EXPECT_EQ(scene.engine->risk_stage().open_orders().size(), 1U);
}

}  // namespace
}  // namespace bellwether
