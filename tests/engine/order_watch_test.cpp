// What the risk stage does about a venue that is silent, or says what cannot be.
#include "engine/order_watch.hpp"

#include "tests/support/risk_scene.hpp"

namespace bellwether {
namespace {

using namespace testing;
using std::chrono::minutes;
using std::chrono::seconds;

EngineConfig silent() {
  EngineConfig config = small_config();
  config.exchange.asynchronous = true;
  config.orders.acknowledge_within = seconds(10);
  config.orders.ask_at_least_every = seconds(60);
  return config;
}

class OrderWatchTest : public ::testing::Test {
 protected:
  OrderWatchTest() : scene_(silent()) {}

  /// The next deadline comes; what it makes the stage ask and say.
  Turn& wait() {
    const Timestamp due = scene_.stage.next_timer().at;
    EXPECT_NE(due, kNever);
    return feed(scene_.on(Event::of(due, TimerEvent{})));
  }
  /// What the stage itself causes enters next.
  Turn& feed(Turn& turn) {
    queries_ = 0;
    for (const Intent& intent : turn.intents) queries_ += intent.command.kind == CommandKind::Query ? 1 : 0;
    const std::vector<Event> caused = turn.follow_ups;
    for (const Event& event : caused) scene_.on(event);
    return scene_.turn;
  }
  OrderId sent(const OrderSpec& spec) {
    EXPECT_EQ(scene_.send(spec), DenyReason::None);
    return scene_.last_id;
  }
  [[nodiscard]] OrderState state(OrderId id) const {
    const OpenOrder* order = scene_.stage.open_orders().find(id);
    return order == nullptr ? OrderState::Filled : order->state;
  }
  [[nodiscard]] const OrderWatch& watch() const { return scene_.stage.order_watch(); }
  void never_came(OrderId id) {
    ExecutionReport report = scene_.answer(id, 0, Side::Buy, ReportType::Rejected);
    report.rejected = RejectReason::NeverArrived;
    feed(scene_.on(Event::of(report)));
  }

  RiskScene scene_;
  int queries_ = 0;
};

TEST_F(OrderWatchTest, AnOverdueAnswerMakesAnOrderUnknownAndTheVenueIsAsked) {
  const OrderId id = sent(limit_order(Side::Buy, 10, "9"));
  EXPECT_EQ(scene_.stage.next_timer().at, at_minute(0) + seconds(10));
  wait();
  EXPECT_EQ(queries_, 1);
  EXPECT_EQ(state(id), OrderState::Unknown);
  EXPECT_EQ(watch().unknown(), 1U);
}

/// An exchange that answers nothing for an hour is asked less and less often, and the order is never sent again.
TEST_F(OrderWatchTest, ItIsAskedAgainWithMoreAndMoreTimeBetween) {
  sent(limit_order(Side::Buy, 10, "9"));
  std::vector<std::int64_t> gaps;
  Timestamp last = at_minute(0);
  while (scene_.stage.next_timer().at < at_minute(60)) {
    const Timestamp due = scene_.stage.next_timer().at;
    gaps.push_back((due - last).count() / 1'000'000'000);
    last = due;
    wait();
    EXPECT_EQ(queries_, 1);
  }
  ASSERT_GE(gaps.size(), 5U);
  EXPECT_EQ((std::vector<std::int64_t>{gaps.begin(), gaps.begin() + 5}),
            (std::vector<std::int64_t>{10, 20, 40, 60, 60}));
  EXPECT_LE(gaps.size(), 63U);
}

TEST_F(OrderWatchTest, AnUnknownOrderCountsAtItsWorst) {
  scene_.config.account.shorting = false;
  sent(limit_order(Side::Buy, 9'000, "10"));
  wait();
  EXPECT_EQ(scene_.send(limit_order(Side::Buy, 2'000, "10"), 1), DenyReason::BuyingPower);
}

TEST_F(OrderWatchTest, WhatTheVenueSaysSettlesIt) {
  const OrderId id = sent(limit_order(Side::Buy, 10, "9"));
  wait();
  scene_.say(id, 0, Side::Buy, ReportType::Accepted);
  EXPECT_EQ(state(id), OrderState::Working);
  EXPECT_EQ(watch().unknown(), 0U);
}

/// Once proves nothing: what was sent may still be under way.
TEST_F(OrderWatchTest, AnOrderEndsAsNeverArrivedOnceTheVenueHasSaidSoTwice) {
  const OrderId id = sent(limit_order(Side::Buy, 10, "9"));
  wait();
  never_came(id);
  EXPECT_EQ(state(id), OrderState::Unknown);
  wait();
  EXPECT_EQ(queries_, 1);
  never_came(id);
  EXPECT_EQ(scene_.stage.open_orders().find(id), nullptr);
  EXPECT_EQ(watch().unknown(), 0U);
}

TEST_F(OrderWatchTest, AnOrderThatTurnsUpAfterAllIsCancelled) {
  const OrderId id = sent(limit_order(Side::Buy, 10, "9"));
  wait();
  never_came(id);
  wait();
  never_came(id);
  Turn& turn = scene_.on(Event::of(scene_.answer(id, 0, Side::Buy, ReportType::Accepted)));
  ASSERT_EQ(turn.intents.size(), 1U);
  EXPECT_EQ(turn.intents[0].command.kind, CommandKind::Cancel);
  EXPECT_EQ(turn.intents[0].command.target, id);
}

TEST_F(OrderWatchTest, AnIdThatTheVenueKnowsIsAskedAboutAndNotGivenUp) {
  const OrderId id = sent(limit_order(Side::Buy, 10, "9"));
  ExecutionReport report = scene_.answer(id, 0, Side::Buy, ReportType::Rejected);
  report.rejected = RejectReason::DuplicateId;
  feed(scene_.on(Event::of(report)));
  EXPECT_EQ(queries_, 1);
  EXPECT_EQ(state(id), OrderState::Unknown);
}

TEST_F(OrderWatchTest, ACancelThatComesTooLateForAnOrderThatWeHoldMakesItUnknown) {
  const OrderId id = sent(limit_order(Side::Buy, 10, "9"));
  scene_.say(id, 0, Side::Buy, ReportType::Accepted);
  ASSERT_EQ(scene_.cancel(id), DenyReason::None);
  ExecutionReport report = scene_.answer(id, 0, Side::Buy, ReportType::CancelRejected);
  report.rejected = RejectReason::TooLate;
  feed(scene_.on(Event::of(report)));
  EXPECT_EQ(queries_, 1);
  EXPECT_EQ(state(id), OrderState::Unknown);
}

/// A cancellation that tells of more executions than have come leaves the order open, until they have.
TEST_F(OrderWatchTest, AGapInTheQuantitiesIsNoticed) {
  const OrderId id = sent(limit_order(Side::Buy, 10, "9"));
  scene_.say(id, 0, Side::Buy, ReportType::Accepted);
  ExecutionReport report = scene_.answer(id, 0, Side::Buy, ReportType::Canceled);
  report.cumulative_quantity = shares(4);
  feed(scene_.on(Event::of(report)));
  EXPECT_EQ(state(id), OrderState::Unknown);
  EXPECT_EQ(queries_, 0) << "they may be on their way";
  wait();
  EXPECT_EQ(queries_, 1);
  ExecutionReport fill = scene_.answer(id, 0, Side::Buy, ReportType::Fill);
  fill.last_quantity = fill.cumulative_quantity = shares(4);
  fill.last_price = price("9");
  feed(scene_.on(Event::of(fill)));
  EXPECT_EQ(scene_.stage.position(0), shares(4));
  report.execution_id += 100;
  feed(scene_.on(Event::of(report)));
  EXPECT_EQ(scene_.stage.open_orders().find(id), nullptr);
}

TEST_F(OrderWatchTest, AFillOfAnotherSideMakesTheOrderUnknownAndMovesThePosition) {
  const OrderId id = sent(limit_order(Side::Buy, 10, "9"));
  scene_.say(id, 0, Side::Buy, ReportType::Accepted);
  ExecutionReport fill = scene_.answer(id, 0, Side::Sell, ReportType::Fill);
  fill.last_quantity = fill.cumulative_quantity = shares(4);
  fill.last_price = price("9");
  feed(scene_.on(Event::of(fill)));
  EXPECT_EQ(state(id), OrderState::Unknown);
  EXPECT_EQ(scene_.stage.position(0), -shares(4));
  EXPECT_TRUE(scene_.stage.open_orders().find(id)->filled.is_zero());
}

TEST_F(OrderWatchTest, ALostConnectionHaltsUntilEveryOrderIsKnown) {
  const OrderId waits = sent(limit_order(Side::Buy, 10, "9"));
  const OrderId works = sent(limit_order(Side::Buy, 10, "8"));
  scene_.say(works, 0, Side::Buy, ReportType::Accepted);
  feed(scene_.on(Event::of(at_minute(0), ConnectionEvent{false, false})));
  EXPECT_EQ(scene_.stage.halt_reason(), HaltReason::ConnectionLost);
  EXPECT_EQ(state(waits), OrderState::Unknown);
  EXPECT_EQ(state(works), OrderState::Working);
  while (scene_.stage.next_timer().at < at_minute(60)) {
    wait();
    EXPECT_EQ(queries_, 0) << "without a connection there is nobody to ask";
  }
  feed(scene_.on(Event::of(at_minute(61), ConnectionEvent{false, true})));
  EXPECT_EQ(queries_, 2);
  EXPECT_TRUE(scene_.stage.halted());
  ExecutionReport report = scene_.answer(waits, 0, Side::Buy, ReportType::Accepted);
  report.time = at_minute(61);
  feed(scene_.on(Event::of(report)));
  EXPECT_FALSE(scene_.stage.halted());
}

TEST_F(OrderWatchTest, AnOperatorsHaltDoesNotEndWithTheReconnection) {
  feed(scene_.on(Event::of(at_minute(0), ConnectionEvent{false, false})));
  CommandEvent halt;
  halt.reason = HaltReason::Operator;
  feed(scene_.on(Event::of(at_minute(0), halt)));
  feed(scene_.on(Event::of(at_minute(1), ConnectionEvent{false, true})));
  EXPECT_TRUE(scene_.stage.halted());
}

TEST_F(OrderWatchTest, AQuietOrderIsAskedAboutInASession) {
  const OrderId id = sent(limit_order(Side::Buy, 10, "9", TimeInForce::Gtc));
  scene_.say(id, 0, Side::Buy, ReportType::Accepted);
  EXPECT_EQ(scene_.stage.next_timer().at, at_minute(0) + minutes(5));
  wait();
  EXPECT_EQ(queries_, 1);
  EXPECT_EQ(state(id), OrderState::Working) << "nothing is wrong with it";
  scene_.say(id, 0, Side::Buy, ReportType::Accepted);
  scene_.on(session_event(EventType::SessionClose, 390));
  while (scene_.stage.next_timer().at != kNever) {
    wait();
    EXPECT_EQ(queries_, 0) << "nobody is asked overnight";
  }
}

TEST_F(OrderWatchTest, AVenueThatAnswersAtOnceIsNotWatched) {
  RiskScene scene;
  ASSERT_EQ(scene.send(limit_order(Side::Buy, 10, "9")), DenyReason::None);
  EXPECT_EQ(scene.stage.next_timer().at, kNever);
}

}  // namespace
}  // namespace bellwether
