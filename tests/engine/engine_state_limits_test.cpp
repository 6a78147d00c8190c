// An account that arrives at limits which it exceeds already: nothing is lost, and what comes next is held against
// them.
#include "tests/support/engine_scene.hpp"

namespace bellwether {
namespace {

using namespace testing;

EngineConfig unlimited() {
  EngineConfig config = scripted_config();
  config.exchange.asynchronous = true;
  config.risk.refuse_duplicates = false;
  return config;
}

HaltReason halt_of(const Turn& turn) {
  for (const Event& each : turn.follow_ups) {
    if (each.type == EventType::Command && each.command.type == CommandType::Halt) return each.command.reason;
  }
  return HaltReason::None;
}

DenyReason verdict_on(EngineScene& scene, Side side, std::int64_t quantity) {
  const Turn& turn = scene.act(0, 0, [&](Context& context) { context.submit(market_order(side, quantity)); });
  return turn.intents.at(0).denied;
}

TEST(EngineStateLimits, ALowerDrawdownTripsAtTheNextEvent) {
  EngineConfig wide = unlimited();
  wide.risk.drawdown = 0.5;
  EngineScene scene(wide);
  scene.hold(0, 0, 1'000);
  scene.bar(0, "9");  // From 100,000 to 99,000.
  EXPECT_EQ(scene.engine->risk_stage().halt_reason(), HaltReason::None);
  EngineConfig narrow = unlimited();
  narrow.risk.drawdown = 0.005;
  ASSERT_TRUE(scene.reopen(narrow));
  EXPECT_EQ(scene.engine->risk_stage().halt_reason(), HaltReason::None);
  EXPECT_EQ(halt_of(scene.bar(0, "9")), HaltReason::Drawdown);
}

TEST(EngineStateLimits, ALowerDailyLossTripsAtTheNextEvent) {
  EngineScene scene(unlimited());
  scene.hold(0, 0, 1'000);
  scene.bar(0, "9");
  EngineConfig narrow = unlimited();
  narrow.risk.daily_loss = 0.005;
  ASSERT_TRUE(scene.reopen(narrow));
  EXPECT_EQ(halt_of(scene.bar(1, "10")), HaltReason::DailyLoss);
}

TEST(EngineStateLimits, AHigherMaintenanceMarginCallsAtTheNextEvent) {
  EngineConfig margin = unlimited();
  margin.account.leverage = 4;
  EngineScene scene(margin);
  scene.hold(0, 0, 30'000);  // Worth 300,000, of which 25 % are 75,000.
  margin.account.maintenance_long = 0.5;
  ASSERT_TRUE(scene.reopen(margin));
  EXPECT_EQ(halt_of(scene.bar(1, "10")), HaltReason::MarginCall);
}

TEST(EngineStateLimits, AnOrderAboveALowerLimitIsDenied) {
  EngineScene scene(unlimited());
  EXPECT_EQ(verdict_on(scene, Side::Buy, 100), DenyReason::None);
  EngineConfig low = unlimited();
  low.risk.order_quantity = shares(99);
  ASSERT_TRUE(scene.reopen(low));
  EXPECT_EQ(verdict_on(scene, Side::Buy, 100), DenyReason::OrderQuantity);
  EXPECT_EQ(verdict_on(scene, Side::Buy, 99), DenyReason::None);
}

TEST(EngineStateLimits, APositionAboveALowerLimitStaysAndMayOnlyShrink) {
  EngineScene scene(unlimited());
  scene.hold(0, 0, 100);
  EngineConfig low = unlimited();
  low.risk.position_quantity = shares(50);
  ASSERT_TRUE(scene.reopen(low));
  EXPECT_EQ(scene.engine->risk_stage().position(0), shares(100));
  EXPECT_EQ(verdict_on(scene, Side::Buy, 1), DenyReason::PositionQuantity);
  EXPECT_EQ(verdict_on(scene, Side::Sell, 10), DenyReason::None);
}

TEST(EngineStateLimits, OpenOrdersBeyondALowerLimitStay) {
  EngineScene scene(unlimited());
  for (const char* limit : {"9", "8", "7"}) scene.rest(0, 0, 10, limit);
  EngineConfig low = unlimited();
  low.risk.open_orders = 2;
  ASSERT_TRUE(scene.reopen(low));
  EXPECT_EQ(scene.engine->risk_stage().open_orders().size(), 3U);
  EXPECT_EQ(verdict_on(scene, Side::Buy, 1), DenyReason::OpenOrderCount);
}

TEST(EngineStateLimits, OrdersBeforeCountAgainstALowerRate) {
  EngineConfig often = unlimited();
  often.risk.orders_per_second = 5;
  EngineScene scene(often);
  const auto buy_two = [](Context& context) {
    context.buy(0, shares(1));
    context.buy(0, shares(2));
  };
  const Turn& first = scene.act(0, 0, buy_two);
  ASSERT_EQ(first.commands.size(), 2U);
  EngineConfig rarely = unlimited();
  rarely.risk.orders_per_second = 2;
  ASSERT_TRUE(scene.reopen(rarely));
  --scene.minute;  // The next bar comes in the same second.
  EXPECT_EQ(verdict_on(scene, Side::Buy, 3), DenyReason::OrderRate);
  ++scene.minute;
  EXPECT_EQ(verdict_on(scene, Side::Buy, 3), DenyReason::None);
}

TEST(EngineStateLimits, AHigherRateKnowsTheOrdersBefore) {
  EngineConfig rarely = unlimited();
  rarely.risk.orders_per_second = 2;
  EngineScene scene(rarely);
  for (std::int64_t i = 1; i <= 3; ++i) verdict_on(scene, Side::Buy, i);
  EngineConfig often = unlimited();
  often.risk.orders_per_second = 3;
  ASSERT_TRUE(scene.reopen(often));
  --scene.minute;
  // One of the two that were kept lies within the second.
  const auto buys = [](Context& context) {
    for (std::int64_t i = 4; i <= 6; ++i) context.buy(0, shares(i));
  };
  const Turn& turn = scene.act(0, 0, buys);
  ASSERT_EQ(turn.intents.size(), 3U);
  EXPECT_EQ(turn.intents[1].denied, DenyReason::None);
  EXPECT_EQ(turn.intents[2].denied, DenyReason::OrderRate);
}

}  // namespace
}  // namespace bellwether
