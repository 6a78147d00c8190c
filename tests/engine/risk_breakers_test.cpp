// The breakers of the risk stage, halts, runs of bars and snapshots.
#include "engine/risk_stage.hpp"
#include "tests/support/risk_scene.hpp"

namespace bellwether {
namespace {

using namespace testing;
using D = DenyReason;

EngineConfig with_breakers(std::optional<double> daily_loss, std::optional<double> drawdown) {
  EngineConfig config = small_config();
  config.risk.daily_loss = daily_loss;
  config.risk.drawdown = drawdown;
  return config;
}

/// The reason of the only follow-up of an event after which the equity is `equity`; None where there is no follow-up.
HaltReason halted_by(RiskScene& scene, std::string_view equity, int minute = 1) {
  scene.equity = money(equity);
  const Turn& turn = scene.on(bar_event(0, minute, "10"));
  if (turn.follow_ups.empty()) return HaltReason::None;
  EXPECT_EQ(turn.follow_ups.size(), 1U);
  EXPECT_EQ(turn.follow_ups.front().type, EventType::Command);
  EXPECT_EQ(turn.follow_ups.front().command.type, CommandType::Halt);
  EXPECT_TRUE(turn.halted);
  return turn.follow_ups.front().command.reason;
}

TEST(RiskBreakers, HaltOnTheDailyLossOnce) {
  RiskScene scene(with_breakers(0.02, {}));
  EXPECT_EQ(halted_by(scene, "98000.000001"), HaltReason::None);
  EXPECT_EQ(halted_by(scene, "98000"), HaltReason::DailyLoss);
  EXPECT_EQ(halted_by(scene, "97000"), HaltReason::None);
  EXPECT_EQ(scene.stage.halt_reason(), HaltReason::DailyLoss);
}

TEST(RiskBreakers, MeasureTheDailyLossFromTheSessionsStart) {
  RiskScene scene(with_breakers(0.02, {}));
  EXPECT_EQ(halted_by(scene, "110000"), HaltReason::None);
  EXPECT_EQ(halted_by(scene, "99000"), HaltReason::None);
  scene.on(session_event(EventType::SessionClose, 390));
  scene.on(session_event(EventType::SessionOpen, 1'440));
  EXPECT_EQ(halted_by(scene, "97021"), HaltReason::None);  // 99000 x 0.98 = 97020
  EXPECT_EQ(halted_by(scene, "97020"), HaltReason::DailyLoss);
}

TEST(RiskBreakers, HaltOnTheFallFromTheHighestEquity) {
  RiskScene scene(with_breakers({}, 0.1));
  EXPECT_EQ(halted_by(scene, "120000"), HaltReason::None);
  EXPECT_EQ(halted_by(scene, "108000.000001"), HaltReason::None);
  EXPECT_EQ(halted_by(scene, "108000"), HaltReason::Drawdown);
}

TEST(RiskBreakers, HaltOnSilenceOfAllMarketDataWithinASession) {
  EngineConfig config = small_config();
  config.risk.data_staleness = std::chrono::minutes(2);
  RiskScene scene(config);
  scene.price_at(1, 1, "10");
  EXPECT_TRUE(scene.on(Event::of(at_minute(3), TimerEvent{})).follow_ups.empty());
  const Turn& turn = scene.on(Event::of(at_minute(3) + Duration(1), TimerEvent{}));
  ASSERT_EQ(turn.follow_ups.size(), 1U);
  EXPECT_EQ(turn.follow_ups.front().command.reason, HaltReason::StaleData);
}

TEST(RiskBreakers, DoNotHaltOnSilenceOutsideOfASession) {
  EngineConfig config = small_config();
  config.risk.data_staleness = std::chrono::minutes(2);
  RiskScene scene(config);
  scene.on(session_event(EventType::SessionClose, 390));
  EXPECT_TRUE(scene.on(Event::of(at_minute(900), TimerEvent{})).follow_ups.empty());
}

TEST(RiskBreakers, HaltOnALostConnectionWithoutFlattening) {
  EngineConfig config = small_config();
  config.risk.flatten_on_halt = true;
  RiskScene scene(config);
  EXPECT_TRUE(scene.on(Event::of(at_minute(1), ConnectionEvent{false, true})).follow_ups.empty());
  const Turn& turn = scene.on(Event::of(at_minute(1), ConnectionEvent{false, false}));
  ASSERT_EQ(turn.follow_ups.size(), 1U);
  EXPECT_EQ(turn.follow_ups.front().command.reason, HaltReason::ConnectionLost);
  EXPECT_FALSE(turn.follow_ups.front().command.flatten);
}

TEST(RiskBreakers, AskToFlattenWhereConfigured) {
  EngineConfig config = with_breakers(0.02, {});
  config.risk.flatten_on_halt = true;
  RiskScene scene(config);
  scene.equity = money("98000");
  EXPECT_TRUE(scene.on(bar_event(0, 1, "10")).follow_ups.front().command.flatten);
}

TEST(RiskBreakers, FlattenAnAccountThatAnOperatorHasHalted) {
  EngineConfig config = with_breakers({}, 0.1);
  config.risk.flatten_on_halt = true;
  RiskScene scene(config);
  scene.on(Event::of(at_minute(1), CommandEvent{CommandType::Halt, HaltReason::Operator, false}));
  EXPECT_EQ(halted_by(scene, "90000"), HaltReason::Drawdown);
  EXPECT_TRUE(scene.turn.follow_ups.front().command.flatten);
  EXPECT_EQ(halted_by(scene, "80000"), HaltReason::None);  // It has flattened.
}

TEST(RiskBreakers, LeaveAnAccountAloneThatAnOperatorHasHaltedWhereTheyDoNotFlatten) {
  RiskScene scene(with_breakers({}, 0.1));
  scene.on(Event::of(at_minute(1), CommandEvent{CommandType::Halt, HaltReason::Operator, false}));
  EXPECT_EQ(halted_by(scene, "90000"), HaltReason::None);
  EXPECT_EQ(scene.stage.halt_reason(), HaltReason::Operator);
}

TEST(RiskBreakers, LetEachStrategyCloseItsOwnPositionWhileHalted) {
  EngineConfig config = small_config();
  config.account.shorting = true;
  RiskScene scene(config);
  scene.hold(0, Side::Buy, 100);
  scene.strategy = 1;
  scene.hold(0, Side::Sell, 60);
  scene.on(Event::of(at_minute(1), CommandEvent{CommandType::Halt, HaltReason::Operator, true}));
  EXPECT_EQ(scene.send(market_order(Side::Sell, 1)), D::Halted);
  EXPECT_EQ(scene.send(market_order(Side::Buy, 60)), D::None);
  scene.strategy = 0;
  EXPECT_EQ(scene.send(market_order(Side::Sell, 100)), D::None);
}

TEST(RiskBreakers, TellWhenSilenceWillHaveLastedTooLong) {
  EngineConfig config = small_config();
  config.risk.data_staleness = std::chrono::minutes(2);
  RiskScene scene(config);
  scene.price_at(1, 5, "10");
  EXPECT_EQ(scene.stage.next_timer().at, at_minute(7) + Duration(1));
  scene.on(session_event(EventType::SessionClose, 390));
  EXPECT_EQ(scene.stage.next_timer().at, kNever);
}

TEST(RiskBreakers, LetOnlyCancelsAndReducingOrdersPassWhileHalted) {
  RiskScene scene;
  scene.hold(0, Side::Buy, 100);
  ASSERT_EQ(scene.send(limit_order(Side::Buy, 10, "9")), D::None);
  const OrderId open = scene.last_id;
  scene.on(Event::of(at_minute(1), CommandEvent{CommandType::Halt, HaltReason::Operator, false}));
  EXPECT_TRUE(scene.stage.halted());
  EXPECT_EQ(scene.send(market_order(Side::Buy, 1)), D::Halted);
  EXPECT_EQ(scene.send(market_order(Side::Sell, 101)), D::Halted);
  EXPECT_EQ(scene.send(market_order(Side::Sell, 60)), D::None);
  EXPECT_EQ(scene.send(market_order(Side::Sell, 41)), D::Halted);  // With the 60 it could turn the position.
  EXPECT_EQ(scene.send(market_order(Side::Sell, 40)), D::None);
  EXPECT_EQ(scene.cancel(open), D::None);
}

TEST(RiskBreakers, LetAShortBeBoughtBackWhileHalted) {
  EngineConfig config = small_config();
  config.account.shorting = true;
  RiskScene scene(config);
  scene.hold(0, Side::Sell, 100);
  scene.on(Event::of(at_minute(1), CommandEvent{CommandType::Halt, HaltReason::Operator, false}));
  EXPECT_EQ(scene.send(market_order(Side::Sell, 1)), D::Halted);
  EXPECT_EQ(scene.send(market_order(Side::Buy, 101)), D::Halted);
  EXPECT_EQ(scene.send(market_order(Side::Buy, 100)), D::None);
}

TEST(RiskBreakers, DenyOrdersOfTheVeryEventThatTripsThem) {
  RiskScene scene(with_breakers(0.02, {}));
  scene.equity = money("98000");
  EXPECT_EQ(scene.send(market_order(Side::Buy, 1)), D::DailyLoss);
}

TEST(RiskBreakers, DenyByTheBreakerThatTripped) {
  RiskScene scene(with_breakers({}, 0.1));
  EXPECT_EQ(halted_by(scene, "90000"), HaltReason::Drawdown);
  EXPECT_EQ(scene.send(market_order(Side::Buy, 1)), D::Drawdown);
}

TEST(RiskBreakers, HaltForAnOperatorWhoGivesNoReason) {
  RiskScene scene;
  scene.on(Event::of(at_minute(1), CommandEvent{CommandType::Halt, HaltReason::None, false}));
  EXPECT_EQ(scene.stage.halt_reason(), HaltReason::Operator);
}

TEST(RiskBreakers, MeasureFromTheEquityAtWhichAnOperatorResumes) {
  RiskScene scene(with_breakers(0.02, 0.1));
  EXPECT_EQ(halted_by(scene, "98000"), HaltReason::DailyLoss);
  scene.on(Event::of(at_minute(1), CommandEvent{CommandType::Resume, HaltReason::None, false}));
  EXPECT_FALSE(scene.stage.halted());
  EXPECT_EQ(scene.send(market_order(Side::Buy, 1)), D::None);
  EXPECT_EQ(halted_by(scene, "96041"), HaltReason::None);  // 98000 x 0.98 = 96040
  EXPECT_EQ(halted_by(scene, "96040"), HaltReason::DailyLoss);
}

// --- Runs of bars

RC_GTEST_PROP(RiskRuns, StopWhereBarByBarABreakerWouldTrip, ()) {
  const auto daily = *rc::gen::element(std::optional<double>(), std::optional<double>(0.01));
  const auto drawdown = *rc::gen::element(std::optional<double>(), std::optional<double>(0.015));
  RiskScene one(with_breakers(daily, drawdown));
  RiskScene run(with_breakers(daily, drawdown));
  std::int64_t level = 100'000;
  const int bars = *rc::gen::inRange(1, 40);
  for (int minute = 1; minute <= bars; ++minute) {
    level += *rc::gen::inRange<std::int64_t>(-900, 1'000);
    one.equity = Money::from_int(level);
    const bool trips = !one.on(bar_event(0, minute, "10")).follow_ups.empty();
    // A run asks for new bounds at every new peak.
    if (one.equity > run.stage.bounds(0, one.equity).peak) run.stage.raise_peak(one.equity);
    RC_ASSERT((one.equity <= run.stage.bounds(0, one.equity).floor) == trips);
    if (trips) return;
    run.stage.finish_run(0, at_minute(minute), price("10"), one.equity);
    ByteWriter a;
    one.stage.save(a);
    ByteWriter b;
    run.stage.save(b);
    RC_ASSERT(a.str() == b.str());
  }
}

// --- Snapshots

TEST(RiskBreakers, ContinueFromASnapshot) {
  EngineConfig config = with_breakers(0.02, 0.1);
  config.risk.orders_per_second = 2;
  config.risk.position_quantity = shares(200);
  RiskScene scene(config);
  scene.hold(0, Side::Buy, 100);
  ASSERT_EQ(scene.send(limit_order(Side::Buy, 60, "9"), 1), D::None);
  EXPECT_EQ(halted_by(scene, "120000", 2), HaltReason::None);
  ByteWriter out;
  scene.stage.save(out);
  RiskScene other(config);
  ByteReader in(out.str());
  other.stage.load(in);
  ASSERT_TRUE(in.done());
  other.equity = money("120000");
  EXPECT_EQ(other.send(market_order(Side::Buy, 41), 3), D::PositionQuantity);
  EXPECT_EQ(other.send(market_order(Side::Buy, 40), 3), D::None);
  EXPECT_EQ(halted_by(other, "108001", 4), HaltReason::None);
  EXPECT_EQ(halted_by(other, "98000", 4), HaltReason::DailyLoss);
  for (std::size_t size = 0; size < out.size(); ++size) {
    ByteReader truncated(std::string_view(out.str()).substr(0, size));
    other.stage.load(truncated);
    EXPECT_FALSE(truncated.ok()) << size;
  }
}

}  // namespace
}  // namespace bellwether
