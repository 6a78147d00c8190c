#include "actors/live_intake.hpp"

#include <gtest/gtest.h>

#include "actors/live_clock.hpp"
#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

Timestamp second(std::int64_t s) { return Timestamp::from_seconds(s); }

/// A source or a broker in a test's hand.
struct Script {
  std::vector<Event> due;
  void collect(Timestamp now, std::vector<Event>& out) {
    while (!due.empty() && due.front().time <= now) {
      out.push_back(due.front());
      due.erase(due.begin());
    }
  }
  [[nodiscard]] Timestamp next() const { return due.empty() ? kNever : due.front().time; }
};

class ScriptedMarket final : public MarketDataSource {
 public:
  explicit ScriptedMarket(Script& script) : script_(&script) {}
  void collect(Timestamp now, std::vector<Event>& out) override { script_->collect(now, out); }
  [[nodiscard]] Timestamp next_message() const override { return script_->next(); }

 private:
  Script* script_;
};

class ScriptedBroker final : public Broker {
 public:
  ScriptedBroker(Script& script, std::vector<EventNumber>& taken, Timestamp& look)
      : script_(&script), taken_(&taken), look_(&look) {}
  [[nodiscard]] BrokerCapabilities capabilities() const override { return {}; }
  void take(const Event& event, std::span<const OrderCommand>) override { taken_->push_back(event.number); }
  void collect(Timestamp now, std::vector<Event>& out) override { script_->collect(now, out); }
  [[nodiscard]] Timestamp next_message() const override { return script_->next(); }
  [[nodiscard]] Timestamp next_look() const override { return *look_; }
  void change_configuration(const EngineConfig&, const CarryOver&) override {}
  void ask_books(Timestamp, std::function<void(const Expected<BrokerBooks>&)>) override {}

 private:
  Script* script_;
  std::vector<EventNumber>* taken_;
  Timestamp* look_;
};

class LiveIntakeTest : public ::testing::Test {
 protected:
  LiveIntakeTest() : intake_(std::make_unique<ScriptedBroker>(messages_, taken_, look_)) {
    intake_.set_market(std::make_unique<ScriptedMarket>(market_));
  }
  static Event message(std::int64_t s) { return Event::of(second(s), ConnectionEvent{false, true}); }
  static Event price(std::int64_t s) {
    return Event::of(0, Trade{second(s), Price::from_int(10), Quantity::from_int(1)});
  }
  std::vector<std::pair<EventType, std::int64_t>> collect(std::int64_t now) {
    std::vector<Event> events;
    intake_.collect(second(now), events);
    std::vector<std::pair<EventType, std::int64_t>> result;
    for (const Event& event : events) result.emplace_back(event.type, event.time.ns / 1'000'000'000);
    return result;
  }
  void pass(const Event& event, const NextTimer& next = {}) {
    Turn turn;
    turn.begin(event);
    turn.next_timer = next;
    std::vector<Event> caused;
    intake_.passed(turn, caused);
  }

  Script market_;
  Script messages_;
  std::vector<EventNumber> taken_;
  Timestamp look_ = kNever;
  LiveIntake intake_;
};

using enum EventType;
using Seen = std::vector<std::pair<EventType, std::int64_t>>;

TEST_F(LiveIntakeTest, WhatIsDueComesInTheOrderOfTime) {
  market_.due = {price(2), price(5), price(9)};
  messages_.due = {message(1), message(5)};
  intake_.set_next_timer({second(5), TimerEvent{}});
  EXPECT_EQ(intake_.next_due(), second(1));
  EXPECT_EQ(collect(6), (Seen{{Connection, 1}, {Trade, 2}, {Connection, 5}, {Trade, 5}, {Timer, 5}}));
  EXPECT_EQ(intake_.next_due(), second(9));
}

/// A timer that is under way is not due again before it has passed, whatever passes before it.
TEST_F(LiveIntakeTest, ATimerComesOnce) {
  intake_.set_next_timer({second(5), TimerEvent{0, 7}});
  EXPECT_EQ(collect(5).size(), 1U);
  EXPECT_TRUE(collect(6).empty());
  pass(price(4), {second(5), TimerEvent{0, 7}});
  EXPECT_TRUE(collect(7).empty());
  EXPECT_EQ(intake_.next_due(), kNever);
  pass(Event::of(second(5), TimerEvent{0, 7}), {second(8), TimerEvent{}});
  EXPECT_EQ(intake_.next_due(), second(8));
  EXPECT_EQ(collect(8), (Seen{{Timer, 8}}));
}

/// The exchange must see that it is later when a command reaches it.
TEST_F(LiveIntakeTest, TheBrokerIsGivenTheTimeThatItNeeds) {
  look_ = second(3);
  intake_.set_next_timer({second(5), TimerEvent{0, 7}});
  EXPECT_EQ(intake_.next_due(), second(3));
  EXPECT_EQ(collect(3), (Seen{{Timer, 3}}));
  look_ = kNever;
  pass(Event::of(second(3), TimerEvent{}), {second(5), TimerEvent{0, 7}});
  EXPECT_EQ(collect(5), (Seen{{Timer, 5}}));
}

/// A clock that is set back makes deadlines wait, and one that is set forward, or a machine that slept, makes all that
/// was passed over due at once, each with its own time.
TEST_F(LiveIntakeTest, AClockThatJumpsLosesNothing) {
  market_.due = {price(10), price(20), price(30)};
  EXPECT_EQ(collect(12), (Seen{{Trade, 10}}));
  EXPECT_TRUE(collect(2).empty());
  EXPECT_TRUE(collect(19).empty());
  EXPECT_EQ(collect(100'000), (Seen{{Trade, 20}, {Trade, 30}}));
}

TEST_F(LiveIntakeTest, WhatTheEngineCausedAndTheLogLacksComesFirstAfterARestart) {
  Turn turn;
  turn.begin(price(1));
  turn.event.number = 1;
  CommandEvent halt;
  halt.reason = HaltReason::DailyLoss;
  turn.follow_ups = {Event::of(second(1), halt), Event::of(second(1), TimerEvent{})};
  intake_.replay(turn);
  Turn seen;
  seen.begin(Event::of(second(1), halt));
  seen.event.number = 2;
  intake_.replay(seen);
  const std::vector<Event> first = intake_.take_unseen();
  // The halt is in the log. A broker that outlives us is asked what it has.
  ASSERT_EQ(first.size(), 3U);
  EXPECT_EQ(first[0].type, Timer);
  EXPECT_EQ(first[1].type, Connection);
  EXPECT_FALSE(first[1].connection.up);
  EXPECT_TRUE(first[2].connection.up);
}

TEST(LiveClock, RunsFasterFromABeginningAndNeverSleepsLongerThanASecond) {
  const Timestamp begin = second(1'000'000);
  const LiveClock fast(1'000, begin);
  EXPECT_GE(fast.now(), begin);
  EXPECT_LT(fast.now(), begin + std::chrono::hours(24));
  EXPECT_EQ(fast.until(kNever), std::chrono::seconds(1));
  EXPECT_EQ(fast.until(begin - std::chrono::hours(1)).count(), 0);
  EXPECT_LE(fast.until(begin + std::chrono::seconds(100)), std::chrono::milliseconds(100));
  const LiveClock ending(1e6, kNever - std::chrono::nanoseconds(1));
  EXPECT_LE(ending.now(), kNever) << "no clock runs over the end";
  EXPECT_GE(ending.now(), kNever - std::chrono::nanoseconds(1));
  const LiveClock real;
  EXPECT_LT((real.now() - LiveClock::wall()).count(), 1'000'000'000);
}

}  // namespace
}  // namespace bellwether
