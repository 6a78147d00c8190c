#include "engine/retired_strategy.hpp"

#include "tests/support/engine_scene.hpp"

namespace bellwether {
namespace {

using namespace testing;
using ::testing::IsEmpty;

EngineConfig removed_later() {
  EngineConfig config = scripted_config();
  config.exchange.asynchronous = true;
  config.account.shorting = true;
  return config;
}

/// s0 of `removed_later` is retired.
EngineConfig retired(bool close) {
  EngineConfig config = removed_later();
  config.strategies[0] = {retired_id("s0"), std::string(kRetiredStrategy), {0, 1}, retired_parameters(close)};
  return config;
}

OrderCommand only_command(const Turn& turn) {
  EXPECT_EQ(turn.commands.size(), 1U);
  return turn.commands.empty() ? OrderCommand() : turn.commands[0];
}

/// 100 AAPL with a bracket's legs of which the entry has filled.
OrderCommand hold_guarded(EngineScene& scene) {
  const Turn& turn = scene.act(0, 0, [](Context& context) {
    OrderOptions options;
    options.take_profit = price("12");
    options.stop_loss = price("8");
    context.buy(0, shares(100), options);
  });
  const OrderCommand entry = turn.commands.at(0);
  scene.fill(entry, 100);
  for (const OrderLeg leg : {OrderLeg::Target, OrderLeg::StopLoss}) {
    OrderCommand order = entry;
    order.id = entry.id.with_leg(leg);
    order.spec.side = Side::Sell;
    scene.say(order, ReportType::Accepted);
  }
  return entry;
}

TEST(RetiredStrategy, ClosesALongAtTheFirstPrice) {
  EngineScene scene(removed_later());
  scene.hold(0, 0, 100);
  ASSERT_TRUE(scene.reopen(retired(true)));
  EXPECT_THAT(scene.bar(1, "10").commands, IsEmpty());  // It has nothing there.
  const OrderCommand close = only_command(scene.bar(0, "10"));
  EXPECT_EQ(close.spec.side, Side::Sell);
  EXPECT_EQ(close.spec.quantity, shares(100));
  scene.fill(close, 100);
  EXPECT_THAT(scene.bar(0, "10").commands, IsEmpty());
}

TEST(RetiredStrategy, ClosesAShort) {
  EngineScene scene(removed_later());
  scene.hold(0, 0, -40);
  ASSERT_TRUE(scene.reopen(retired(true)));
  const OrderCommand close = only_command(scene.bar(0, "10"));
  EXPECT_EQ(close.spec.side, Side::Buy);
  EXPECT_EQ(close.spec.quantity, shares(40));
}

TEST(RetiredStrategy, CancelsAllOrdersBeforeItCloses) {
  EngineScene scene(removed_later());
  const OrderCommand entry = hold_guarded(scene);
  ASSERT_TRUE(scene.reopen(retired(true)));
  const Turn& turn = scene.bar(0, "10");
  ASSERT_EQ(turn.commands.size(), 2U);
  EXPECT_EQ(turn.commands[0].target, entry.id.with_leg(OrderLeg::Target));
  EXPECT_EQ(turn.commands[1].target, entry.id.with_leg(OrderLeg::StopLoss));
  for (const OrderLeg leg : {OrderLeg::Target, OrderLeg::StopLoss}) {
    OrderCommand order = entry;
    order.id = entry.id.with_leg(leg);
    scene.say(order, ReportType::Canceled);
  }
  EXPECT_EQ(scene.engine->turn().commands.size(), 1U);
  EXPECT_EQ(scene.engine->turn().commands.at(0).spec.quantity, shares(100));
}

TEST(RetiredStrategy, CancelsAnEntryWithoutAPosition) {
  EngineScene scene(removed_later());
  const OrderCommand entry = scene.rest(0, 1, 10, "9");
  ASSERT_TRUE(scene.reopen(retired(true)));
  const OrderCommand cancel = only_command(scene.bar(1, "10"));
  EXPECT_EQ(cancel.kind, CommandKind::Cancel);
  EXPECT_EQ(cancel.target, entry.id);
  EXPECT_THAT(scene.say(entry, ReportType::Canceled).commands, IsEmpty());
}

TEST(RetiredStrategy, GivesUpWhatTheRemovedOneWasOnItsWayTo) {
  for (const bool close : {false, true}) {
    EngineScene scene(removed_later());
    const Turn& turn = scene.act(0, 0, [](Context& context) { context.target_position(0, shares(50)); });
    const OrderCommand entry = turn.commands.at(0);
    scene.say(entry, ReportType::Accepted);
    ASSERT_TRUE(scene.reopen(retired(close)));
    EXPECT_EQ(only_command(scene.bar(0, "10")).target, entry.id);
    EXPECT_THAT(scene.say(entry, ReportType::Canceled).commands, IsEmpty());
    EXPECT_THAT(scene.bar(0, "10").commands, IsEmpty());
    EXPECT_THAT(scene.engine->state().goals, IsEmpty());
  }
}

TEST(RetiredStrategy, LeavesWhatGuardsAPositionThatStays) {
  EngineScene scene(removed_later());
  hold_guarded(scene);
  const OrderCommand more = scene.rest(0, 0, 10, "9");
  ASSERT_TRUE(scene.reopen(retired(false)));
  EXPECT_EQ(only_command(scene.bar(0, "10")).target, more.id);
  scene.say(more, ReportType::Canceled);
  EXPECT_THAT(scene.bar(0, "10").commands, IsEmpty());
  EXPECT_EQ(scene.engine->risk_stage().open_orders().size(), 2U);
  EXPECT_EQ(scene.engine->risk_stage().position(0), shares(100));
}

TEST(RetiredStrategy, BeginsAtASessionsOpenToo) {
  EngineScene scene(removed_later());
  scene.hold(0, 0, 100);
  ASSERT_TRUE(scene.reopen(retired(true)));
  const OrderCommand close = only_command(scene.on(session_event(EventType::SessionOpen, 1'440)));
  EXPECT_EQ(close.spec.quantity, shares(100));
}

TEST(RetiredStrategy, GoesOnWhereAnOperatorCancelledItsOrder) {
  EngineScene scene(removed_later());
  scene.hold(0, 0, 100);
  ASSERT_TRUE(scene.reopen(retired(true)));
  const OrderCommand close = only_command(scene.bar(0, "10"));
  scene.say(close, ReportType::Accepted);
  CommandEvent cancel_all;
  cancel_all.type = CommandType::CancelAll;
  EXPECT_EQ(scene.on(Event::of(at_minute(scene.minute), cancel_all)).commands.size(), 1U);
  scene.say(close, ReportType::Canceled);
  EXPECT_EQ(only_command(scene.bar(0, "10")).spec.quantity, shares(100));
}

TEST(RetiredStrategy, GoesOnInTheNextEngineWhereItStood) {
  EngineScene scene(removed_later());
  scene.hold(0, 0, 100);
  ASSERT_TRUE(scene.reopen(retired(true)));
  const OrderCommand close = only_command(scene.bar(0, "10"));
  scene.say(close, ReportType::Accepted);
  const auto fresh = scene.reopen(retired(true));
  ASSERT_TRUE(fresh);
  EXPECT_THAT(*fresh, IsEmpty());
  // The order that closes the position is on its way: it is not asked for again.
  EXPECT_THAT(scene.bar(0, "10").commands, IsEmpty());
  EXPECT_THAT(scene.fill(close, 100).commands, IsEmpty());
}

TEST(RetiredStrategy, ClosesAfterAllWhereToldSoLater) {
  EngineScene scene(removed_later());
  scene.hold(0, 0, 100);
  ASSERT_TRUE(scene.reopen(retired(false)));
  EXPECT_THAT(scene.bar(0, "10").commands, IsEmpty());
  ASSERT_TRUE(scene.reopen(retired(true)));
  EXPECT_EQ(only_command(scene.bar(0, "10")).spec.quantity, shares(100));
}

TEST(RetiredStrategy, IsNoTypeOfTheRegistry) {
  EXPECT_EQ(StrategyRegistry::built_in().find(kRetiredStrategy), nullptr);
}

}  // namespace
}  // namespace bellwether
