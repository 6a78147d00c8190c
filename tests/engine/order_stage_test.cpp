// What becomes of approved and of denied intents.
#include "engine/order_stage.hpp"

#include "tests/support/venue.hpp"

namespace bellwether {
namespace {

using namespace testing;

OrderCommand cancel_of(EventNumber event, OrderId target) {
  OrderCommand command;
  command.kind = CommandKind::Cancel;
  command.strategy = 0;
  command.id = {event, 1, 0, OrderLeg::Entry};
  command.target = target;
  command.spec.instrument = 0;
  return command;
}

TEST(OrderStage, SendsApprovedIntentsInTheirOrder) {
  OrderStage stage;
  Turn turn = turn_of(2, bar_event(0, 1, "10"));
  const OrderCommand first = submit(2, 0, Side::Buy, 100);
  OrderCommand second = submit(2, 1, Side::Sell, 50);
  second.id.index = 1;
  turn.intents = {{first, DenyReason::None}, {second, DenyReason::None}};
  stage.advance(turn);
  EXPECT_EQ(turn.commands, (std::vector<OrderCommand>{first, second}));
  EXPECT_TRUE(turn.follow_ups.empty());
}

TEST(OrderStage, ReportsADenialAsAnEvent) {
  OrderStage stage;
  Turn turn = turn_of(2, bar_event(0, 1, "10"));
  const OrderCommand command = submit(2, 0, Side::Sell, 100);
  turn.intents = {{command, DenyReason::ShortingNotAllowed}};
  stage.advance(turn);
  EXPECT_TRUE(turn.commands.empty());
  ASSERT_EQ(turn.follow_ups.size(), 1U);
  const ExecutionReport& report = turn.follow_ups[0].report;
  EXPECT_EQ(report.type, ReportType::Denied);
  EXPECT_EQ(report.order, command.id);
  EXPECT_EQ(report.denied, DenyReason::ShortingNotAllowed);
  EXPECT_EQ(report.side, Side::Sell);
  EXPECT_EQ(report.execution_id, 0U);
  EXPECT_EQ(report.time, at_minute(1));
}

TEST(OrderStage, ReportsADeniedCancelOnItsTarget) {
  OrderStage stage;
  Turn turn = turn_of(2, bar_event(0, 1, "10"));
  const OrderId target{1, 1, 0, OrderLeg::Entry};
  turn.intents = {{cancel_of(2, target), DenyReason::UnknownOrder}};
  stage.advance(turn);
  ASSERT_EQ(turn.follow_ups.size(), 1U);
  EXPECT_EQ(turn.follow_ups[0].report.type, ReportType::CancelRejected);
  EXPECT_EQ(turn.follow_ups[0].report.order, target);
  EXPECT_EQ(turn.follow_ups[0].report.rejected, RejectReason::UnknownOrder);
}

TEST(OrderStage, ReportsADeniedReplacementOnTheOldAndTheNewOrder) {
  OrderStage stage;
  Turn turn = turn_of(2, bar_event(0, 1, "10"));
  OrderCommand command = submit(2, 0, Side::Buy, 100);
  command.kind = CommandKind::Replace;
  command.target = {1, 1, 0, OrderLeg::Entry};
  turn.intents = {{command, DenyReason::OrderNotional}};
  stage.advance(turn);
  ASSERT_EQ(turn.follow_ups.size(), 2U);
  EXPECT_EQ(turn.follow_ups[0].report.type, ReportType::ReplaceRejected);
  EXPECT_EQ(turn.follow_ups[0].report.order, command.target);
  EXPECT_EQ(turn.follow_ups[0].report.related, command.id);
  EXPECT_EQ(turn.follow_ups[1].report.type, ReportType::Denied);
  EXPECT_EQ(turn.follow_ups[1].report.order, command.id);
}

}  // namespace
}  // namespace bellwether
