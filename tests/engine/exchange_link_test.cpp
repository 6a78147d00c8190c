#include "engine/exchange_link.hpp"

#include "tests/support/venue.hpp"

namespace bellwether {
namespace {

using namespace testing;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// A link whose events a test makes pass.
class LinkScene {
 public:
  explicit LinkScene(const EngineConfig& given) : config(given), link(config) {
    pass(session_event(EventType::SessionOpen, 0));
  }
  LinkScene(const LinkScene&) = delete;
  LinkScene& operator=(const LinkScene&) = delete;

  void pass(const Event& event, std::vector<OrderCommand> commands = {}) {
    log.emplace_back(event, commands);
    link.take(event, commands);
  }
  void pass_time(Timestamp t) { pass(Event::of(t, TimerEvent{})); }
  OrderId send(const OrderSpec& spec, Timestamp now) {
    OrderCommand command;
    command.id = {++last_order, 1, 0, OrderLeg::Entry};
    command.strategy = 0;
    command.spec = spec;
    pass(Event::of(now, TimerEvent{}), {command});
    return command.id;
  }
  std::vector<Event> collect(Timestamp now) {
    std::vector<Event> events;
    link.collect(now, events);
    return events;
  }

  EngineConfig config;
  ExchangeLink link;
  std::vector<std::pair<Event, std::vector<OrderCommand>>> log;
  EventNumber last_order = 0;
};

EngineConfig slow() {
  EngineConfig config = small_config();
  config.exchange.latency = {milliseconds(100), milliseconds(250), {}};
  return config;
}

TEST(ExchangeLink, MessagesTakeTheirTimeInBothDirections) {
  LinkScene scene(slow());
  const Timestamp now = at_minute(1);
  scene.send(limit_order(Side::Buy, 10, "9"), now);
  EXPECT_EQ(scene.link.next_arrival(), now + milliseconds(100));
  EXPECT_EQ(scene.link.next_report(), kNever);
  scene.pass_time(now + milliseconds(99));
  EXPECT_EQ(scene.link.next_report(), kNever);
  scene.pass_time(now + milliseconds(100));
  EXPECT_EQ(scene.link.next_report(), now + milliseconds(350));
  EXPECT_TRUE(scene.collect(now + milliseconds(349)).empty());
  const auto events = scene.collect(now + milliseconds(350));
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].time, now + milliseconds(350));
  EXPECT_EQ(events[0].report.time, now + milliseconds(100)) << "when it happened at the exchange";
}

/// An order fills on nothing that the exchange saw before the order reached it.
TEST(ExchangeLink, AnOrderOnItsWayFillsNothing) {
  EngineConfig config = slow();
  config.exchange.latency.commands = seconds(90);
  LinkScene scene(config);
  scene.send(market_order(Side::Buy, 10), at_minute(1));
  for (int minute = 2; minute <= 3; ++minute) scene.pass(bar_event(0, minute, "10"));
  EXPECT_TRUE(scene.link.exchange().books().is_flat());
  // It came half a minute into the third bar: it fills in the fourth.
  scene.pass(bar_event(0, 4, "10"));
  EXPECT_EQ(scene.link.exchange().books().net_quantity(0), shares(10));
}

TEST(ExchangeLink, MessagesKeepTheirOrderWhateverTheJitter) {
  EngineConfig config = slow();
  config.exchange.latency.jitter = seconds(5);
  LinkScene scene(config);
  std::vector<OrderId> sent;
  for (int i = 0; i < 50; ++i) {
    sent.push_back(scene.send(limit_order(Side::Buy, 1 + i, "9"), at_minute(1) + milliseconds(i)));
  }
  scene.pass_time(at_minute(5));
  const auto events = scene.collect(at_minute(10));
  ASSERT_EQ(events.size(), sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) EXPECT_EQ(events[i].report.order, sent[i]);
}

TEST(ExchangeLink, WhatIsLostRepeatedAndLateIsSoInItsShare) {
  EngineConfig config = slow();
  config.exchange.faults.lost_commands = 0.2;
  config.exchange.faults.lost_reports = 0.2;
  config.exchange.faults.repeated_reports = 0.2;
  config.exchange.faults.late_reports = 0.2;
  config.exchange.faults.late_by = seconds(60);
  LinkScene scene(config);
  constexpr int kOrders = 4'000;
  for (int i = 0; i < kOrders; ++i) scene.send(limit_order(Side::Buy, 1, "9", TimeInForce::Gtc), at_minute(1));
  scene.pass_time(at_minute(2));
  const double arrived = static_cast<double>(scene.link.exchange().orders().size());
  EXPECT_NEAR(arrived / kOrders, 0.8, 0.03);
  const double at_once = static_cast<double>(scene.collect(at_minute(1) + seconds(2)).size());
  const double in_all = at_once + static_cast<double>(scene.collect(at_minute(60)).size());
  EXPECT_NEAR(in_all / arrived, 0.8 * 1.2, 0.04);
  EXPECT_NEAR(at_once / in_all, 0.8, 0.04);
}

TEST(ExchangeLink, ARestartLosesWhatIsUnderWayAndTellsOfTheConnection) {
  EngineConfig config = slow();
  config.exchange.faults.restarts_per_session = 1;
  config.exchange.faults.restart_for = std::chrono::minutes(5);
  LinkScene scene(config);
  const auto events = scene.collect(kNever - std::chrono::hours(1));
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].type, EventType::Connection);
  EXPECT_FALSE(events[0].connection.up);
  EXPECT_TRUE(events[1].connection.up);
  EXPECT_EQ(events[1].time - events[0].time, std::chrono::minutes(5));
  for (const Event& event : events) scene.pass(event);
  const OrderId lost = scene.send(limit_order(Side::Buy, 1, "9"), events[0].time + seconds(1));
  scene.pass_time(events[1].time);
  EXPECT_FALSE(scene.link.exchange().orders().contains(lost));
  const OrderId kept = scene.send(limit_order(Side::Buy, 1, "9"), events[1].time);
  scene.pass_time(events[1].time + seconds(1));
  EXPECT_TRUE(scene.link.exchange().orders().contains(kept));
}

/// The log alone brings the link back: what had been said and is not in it is said again, and nothing else.
TEST(ExchangeLink, AfterACrashWhatTheLogLacksIsSaidAgain) {
  EngineConfig config = slow();
  config.exchange.faults.repeated_reports = 0.3;
  config.exchange.faults.late_reports = 0.3;
  config.exchange.faults.late_by = seconds(20);
  LinkScene scene(config);
  for (int i = 0; i < 30; ++i) scene.send(limit_order(Side::Buy, 1 + i, "11", TimeInForce::Gtc), at_minute(1));
  scene.pass(bar_event(0, 3, "10"));
  std::vector<Event> said = scene.collect(at_minute(4));
  ASSERT_GT(said.size(), 60U);
  for (std::size_t i = 0; i < said.size() / 2; ++i) scene.pass(said[i]);
  ExchangeLink again(scene.config);
  for (const auto& [event, commands] : scene.log) again.take(event, commands);
  std::vector<Event> rest;
  again.collect(at_minute(4), rest);
  ASSERT_EQ(rest.size(), said.size() - said.size() / 2);
  for (std::size_t i = 0; i < rest.size(); ++i) EXPECT_EQ(rest[i].report, said[said.size() / 2 + i].report);
  // And so does a snapshot.
  ByteWriter out;
  scene.link.save(out);
  ExchangeLink loaded(scene.config);
  ByteReader in(out.str());
  loaded.load(in);
  ASSERT_TRUE(in.done());
  std::vector<Event> from_snapshot;
  loaded.collect(at_minute(4), from_snapshot);
  EXPECT_EQ(from_snapshot, rest);
}

}  // namespace
}  // namespace bellwether
