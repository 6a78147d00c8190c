#include "brokers/simulated/simulated_market.hpp"

#include <gtest/gtest.h>

#include <map>

namespace bellwether {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

SimulatedMarketOptions options(bool round_the_clock = false, std::uint64_t seed = 1) {
  SimulatedMarketOptions made;
  made.seed = seed;
  made.instruments = {{"AAPL"}, {"MSFT"}};
  made.round_the_clock = round_the_clock;
  return made;
}

Timestamp at(std::string_view text) { return *parse_rfc3339(text); }

std::vector<Event> collected(SimulatedMarket& market, Timestamp now) {
  std::vector<Event> events;
  market.collect(now, events);
  return events;
}

/// Everything up to a time, looked at every so often, as by a clock.
std::vector<Event> lived(SimulatedMarket& market, Timestamp from, Timestamp to, Duration step) {
  std::vector<Event> events;
  for (Timestamp now = from; now <= to; now = now + step) market.collect(now, events);
  return events;
}

TEST(SimulatedMarket, OpensGivesEveryBarAndCloses) {
  const Timestamp begin = at("2026-11-24T14:00:00Z");
  SimulatedMarket market(options(), {begin, std::nullopt, true});
  EXPECT_EQ(market.next_message(), at("2026-11-24T14:30:00Z"));
  const auto events = lived(market, begin, at("2026-11-24T22:00:00Z"), minutes(1));
  ASSERT_EQ(events.size(), 2U + 2 * 390);
  EXPECT_EQ(events.front().type, EventType::SessionOpen);
  EXPECT_EQ(events.back().type, EventType::SessionClose);
  EXPECT_EQ(events.back().time, at("2026-11-24T21:00:00Z"));
  Timestamp last = begin;
  for (const Event& event : events) {
    EXPECT_GE(event.time, last);
    last = event.time;
    if (event.type != EventType::Bar) continue;
    const Bar& bar = event.bar.bar;
    EXPECT_EQ(bar.start + minutes(1), event.time);
    EXPECT_TRUE(event.bar.synthetic);
    EXPECT_LE(bar.low, std::min(bar.open, bar.close));
    EXPECT_GE(bar.high, std::max(bar.open, bar.close));
    EXPECT_TRUE(bar.low.is_positive() && bar.volume.is_positive());
  }
  EXPECT_EQ(market.next_message(), at("2026-11-25T14:30:00Z"));
}

/// One bar opens where the one before closed, and a restart goes on with the same prices.
TEST(SimulatedMarket, IsAFunctionOfSeedSymbolAndTime) {
  const Timestamp open = at("2026-11-24T14:30:00Z");
  const SimulatedMarket one(options(), {});
  const SimulatedMarket other(options(true), {open, std::nullopt, false});
  const SimulatedMarket seeded(options(false, 2), {});
  std::size_t differ = 0;
  for (int i = 0; i < 500; ++i) {
    const Timestamp t = open + minutes(i);
    const Bar bar = one.bar_of(0, t, t + minutes(1));
    EXPECT_EQ(bar, other.bar_of(0, t, t + minutes(1)));
    EXPECT_EQ(bar.close, one.bar_of(0, t + minutes(1), t + minutes(2)).open);
    differ += bar == seeded.bar_of(0, t, t + minutes(1)) ? 0 : 1;
  }
  EXPECT_GT(differ, 490U);
}

/// Who sleeps through days opens and closes their sessions all the same, and does not trade on prices of yesterday.
TEST(SimulatedMarket, LeavesOutOldBarsButNoSession) {
  const Timestamp begin = at("2026-11-24T14:00:00Z");
  SimulatedMarket market(options(), {begin, std::nullopt, true});
  collected(market, at("2026-11-24T15:00:00Z"));
  const auto events = collected(market, at("2026-12-01T15:00:00Z"));
  std::map<EventType, int> count;
  for (const Event& event : events) ++count[event.type];
  // The 24th closes, the 25th, the 27th and the 30th open and close, the 1st opens.
  EXPECT_EQ(count[EventType::SessionClose], 4);
  EXPECT_EQ(count[EventType::SessionOpen], 4);
  EXPECT_LE(count[EventType::Bar], 2 * (SimulatedMarket::kBarsBehindMax + 1));
  EXPECT_GT(count[EventType::Bar], 0);
}

TEST(SimulatedMarket, AnEarlyCloseAndAHolidayAreKept) {
  const Timestamp begin = at("2026-11-25T22:00:00Z");  // The eve of Thanksgiving.
  SimulatedMarket market(options(), {begin, std::nullopt, true});
  EXPECT_EQ(market.session().date, Date::from_ymd(2026, 11, 27));
  EXPECT_EQ(market.session().close, at("2026-11-27T18:00:00Z"));
  EXPECT_TRUE(market.session().early_close);
}

/// Sessions stand in New York's hours: the days on which its clocks change move them in UTC.
TEST(SimulatedMarket, TheHourChangesWithNewYorksClocks) {
  const SimulatedMarket before(options(), {at("2026-03-06T12:00:00Z"), std::nullopt, false});
  const SimulatedMarket after(options(), {at("2026-03-09T12:00:00Z"), std::nullopt, false});
  EXPECT_EQ(before.session().open, at("2026-03-06T14:30:00Z"));
  EXPECT_EQ(after.session().open, at("2026-03-09T13:30:00Z"));
}

/// A leap day is a day as any other, and one session follows the other without a gap.
TEST(SimulatedMarket, RoundTheClockOneSessionFollowsTheOther) {
  const Timestamp begin = at("2028-02-28T23:58:30Z");
  SimulatedMarket market(options(true), {begin, std::nullopt, true});
  const auto events = lived(market, begin, at("2028-03-01T00:01:00Z"), minutes(1));
  std::vector<std::string> sessions;
  for (const Event& event : events) {
    if (event.type == EventType::SessionOpen) sessions.push_back("open " + event.session.date.to_string());
    if (event.type == EventType::SessionClose) sessions.push_back("close " + event.session.date.to_string());
  }
  EXPECT_EQ(sessions, (std::vector<std::string>{"open 2028-02-28", "close 2028-02-28", "open 2028-02-29",
                                                "close 2028-02-29", "open 2028-03-01"}));
}

/// The process died between the last bars and the close: the close is told, though its time is not past the log's end.
TEST(SimulatedMarket, ASessionThatTheLogLeftOpenIsClosed) {
  const Timestamp close = at("2026-11-24T21:00:00Z");
  const Session* day = SessionCalendar::us_equity().find(Date::from_ymd(2026, 11, 24));
  const SessionEvent session{day->date, day->open, day->close, day->early_close};
  SimulatedMarket market(options(), {close, session, false});
  const auto events = collected(market, at("2026-11-25T14:30:00Z"));
  ASSERT_GE(events.size(), 2U);
  std::vector<EventType> types;
  for (const Event& event : events) {
    if (event.type != EventType::Bar) types.push_back(event.type);
  }
  EXPECT_EQ(types, (std::vector<EventType>{EventType::SessionClose, EventType::SessionOpen}));
}

TEST(SimulatedMarket, TellsDailyHistoryBeforeAllElseAndAfterEachClose) {
  SimulatedMarketOptions wanted = options();
  wanted.daily_history_sessions = 3;
  const Timestamp begin = at("2026-11-24T20:59:30Z");
  SimulatedMarket market(wanted, {begin, std::nullopt, true});
  const auto events = collected(market, at("2026-11-24T21:00:00Z"));
  std::size_t history = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (events[i].type != EventType::Bar || !events[i].bar.history) continue;
    ++history;
    EXPECT_EQ(events[i].bar.interval_ns, kDailyInterval.count());
  }
  EXPECT_EQ(history, 2U * (3 + 1));
  EXPECT_TRUE(events[0].bar.history);
  EXPECT_EQ(events[0].time, at("2026-11-19T21:00:00Z"));
}

/// The past that a strategy is shown is what it would have seen.
TEST(SimulatedMarket, ItsPastIsWhatWasGiven) {
  const Timestamp begin = at("2026-11-24T14:00:00Z");
  for (const Duration interval : {Duration(minutes(1)), Duration(minutes(7))}) {
    SimulatedMarketOptions made = options();
    made.bar_interval = interval;
    SimulatedMarket market(made, {begin, std::nullopt, false});
    const Timestamp now = at("2026-11-27T17:33:20Z");  // After a holiday, on a day that closes early.
    std::vector<Bar> given;
    for (const Event& event : lived(market, begin, now, minutes(1))) {
      if (event.type == EventType::Bar && event.instrument == 1) given.push_back(event.bar.bar);
    }
    for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{60}, std::size_t{500}}) {
      const std::size_t few = std::min(count, given.size());
      const auto spans = market.bars_before(now, few);
      ASSERT_EQ(spans.size(), few);
      for (std::size_t i = 0; i < few; ++i) {
        EXPECT_EQ(market.bar_of(1, spans[i].start, spans[i].end), given[given.size() - few + i]) << i;
      }
    }
  }
}

}  // namespace
}  // namespace bellwether
