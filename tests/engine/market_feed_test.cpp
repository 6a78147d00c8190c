// The order of a feed's events around real sessions: 2013-11-27 (Wednesday), the early close of 2013-11-29, and Monday
// 2013-12-02, with Thanksgiving between.
#include "engine/market_feed.hpp"

#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using namespace testing;

const SessionCalendar& calendar() { return SessionCalendar::us_equity(); }
const Date kWednesday = Date::from_ymd(2013, 11, 27);
const Date kFriday = Date::from_ymd(2013, 11, 29);
const Date kMonday = Date::from_ymd(2013, 12, 2);

Bar bar_at(Timestamp start, std::string_view close = "10") {
  return {start, price(close), price(close), price(close), price(close), shares(1)};
}
Bar daily(Date date, std::string_view close = "10") { return bar_at(calendar().find(date)->open, close); }
Bar minute(Date date, int after_open) {
  return bar_at(calendar().find(date)->open + after_open * std::chrono::minutes(1));
}

FeedSource bars_of(InstrumentIndex instrument, const std::vector<Bar>& bars, Duration interval) {
  FeedSource source;
  source.instrument = instrument;
  source.bars = bars;
  source.interval = interval;
  return source;
}

std::vector<Event> all(MarketFeed& feed) {
  std::vector<Event> events;
  for (Event event; feed.next(event);) events.push_back(event);
  return events;
}

/// "type time" of each event, the time in UTC; bars, trades and quotes with their instrument.
std::vector<std::string> told(MarketFeed feed) {
  std::vector<std::string> result;
  for (const Event& event : all(feed)) {
    std::string text(token(event.type));
    if (event.instrument != kNoInstrument) text += " " + std::to_string(event.instrument);
    result.push_back(text + " " + format_rfc3339(event.time).substr(5, 11));
  }
  return result;
}

using Strings = std::vector<std::string>;

TEST(MarketFeed, PutsDailyBarsAtTheCloseOfTheirSessions) {
  const std::vector<Bar> bars = {daily(kWednesday), daily(kFriday), daily(kMonday)};
  EXPECT_EQ(told(MarketFeed({bars_of(0, bars, kDailyInterval)}, {}, calendar())),
            (Strings{"session_open 11-27T14:30", "bar 0 11-27T21:00", "session_close 11-27T21:00",
                     "session_open 11-29T14:30", "bar 0 11-29T18:00", "session_close 11-29T18:00",
                     "session_open 12-02T14:30", "bar 0 12-02T21:00", "session_close 12-02T21:00"}));
}

TEST(MarketFeed, MarksAnEarlyClose) {
  const std::vector<Bar> bars = {daily(kFriday)};
  MarketFeed feed({bars_of(0, bars, kDailyInterval)}, {}, calendar());
  const auto events = all(feed);
  EXPECT_TRUE(events.front().session.early_close);
  EXPECT_EQ(events.front().session.date, kFriday);
  EXPECT_EQ(events.front().session.close - events.front().session.open, std::chrono::minutes(210));
}

TEST(MarketFeed, MergesSourcesByTimeThenByTheirOrder) {
  const std::vector<Bar> first = {minute(kWednesday, 0), minute(kWednesday, 2)};
  const std::vector<Bar> second = {minute(kWednesday, 0), minute(kWednesday, 1)};
  EXPECT_EQ(told(MarketFeed({bars_of(1, first, kMinuteInterval), bars_of(0, second, kMinuteInterval)}, {}, calendar())),
            (Strings{"session_open 11-27T14:30", "bar 1 11-27T14:31", "bar 0 11-27T14:31", "bar 0 11-27T14:32",
                     "bar 1 11-27T14:33", "session_close 11-27T21:00"}));
}

/// Few sources and many are merged in different ways: to the same order.
TEST(MarketFeed, MergesManySourcesByTimeThenByTheirOrderToo) {
  for (const std::size_t count : {2U, 15U, 16U, 17U, 18U, 60U}) {
    std::vector<std::vector<Trade>> trades(count);
    std::vector<FeedSource> sources;
    const Timestamp open = SessionCalendar::us_equity().find(Date::from_ymd(2013, 10, 7))->open;
    std::uint64_t state = count;
    for (std::size_t i = 0; i < count; ++i) {
      Timestamp at = open;
      for (int n = 0; n < 50; ++n) {
        state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
        at = at + std::chrono::seconds(state >> 62);  // Often at the same time as others.
        trades[i].push_back({at, Price::from_int(10), Quantity::from_int(1)});
      }
      FeedSource source;
      source.instrument = static_cast<InstrumentIndex>(i);
      source.trades = trades[i];
      sources.push_back(source);
    }
    MarketFeed feed(sources, {}, SessionCalendar::us_equity());
    std::pair<Timestamp, InstrumentIndex> last{};
    std::size_t seen = 0;
    for (Event event; feed.next(event);) {
      if (event.type != EventType::Trade) continue;
      const std::pair<Timestamp, InstrumentIndex> present{event.time, event.instrument};
      EXPECT_LE(last, present) << count << " sources";
      last = present;
      ++seen;
    }
    EXPECT_EQ(seen, count * 50);
  }
}

TEST(MarketFeed, MergesTradesAndQuotes) {
  const Timestamp open = calendar().find(kWednesday)->open;
  const std::vector<Trade> trades = {{open + std::chrono::minutes(2), price("10"), shares(1)}};
  const std::vector<Quote> quotes = {{open + std::chrono::minutes(1), price("9"), shares(1), price("10"), shares(1)}};
  FeedSource trade_source;
  trade_source.instrument = 0;
  trade_source.trades = trades;
  FeedSource quote_source;
  quote_source.instrument = 0;
  quote_source.quotes = quotes;
  MarketFeed feed({trade_source, quote_source}, {}, calendar());
  EXPECT_EQ(feed.market_event_count(), 2U);
  EXPECT_EQ(told(feed), (Strings{"session_open 11-27T14:30", "quote 0 11-27T14:31", "trade 0 11-27T14:32",
                                 "session_close 11-27T21:00"}));
}

TEST(MarketFeed, OpensTheSessionOnlyWithItsFirstBarOfRegularHours) {
  const std::vector<Bar> bars = {minute(kWednesday, -30), minute(kWednesday, 0), minute(kWednesday, 400),
                                 minute(kFriday, -1)};
  EXPECT_EQ(told(MarketFeed({bars_of(0, bars, kMinuteInterval)}, {}, calendar())),
            (Strings{"bar 0 11-27T14:01", "session_open 11-27T14:30", "bar 0 11-27T14:31", "session_close 11-27T21:00",
                     "bar 0 11-27T21:11", "bar 0 11-29T14:30"}));
}

TEST(MarketFeed, AppliesCorporateActionsBeforeTheOpenOfTheirExDate) {
  const std::vector<Bar> bars = {daily(kWednesday), daily(kFriday), daily(kMonday)};
  CorporateAction before;
  before.ex_date = Date::from_ymd(2013, 11, 1);
  before.dividend = Price::from_int(1);
  CorporateAction holiday;
  holiday.ex_date = Date::from_ymd(2013, 11, 28);
  CorporateAction monday;
  monday.ex_date = kMonday;
  const std::vector<InstrumentActions> actions = {{0, {before, holiday, monday}}};
  EXPECT_EQ(told(MarketFeed({bars_of(0, bars, kDailyInterval)}, actions, calendar())),
            (Strings{"session_open 11-27T14:30", "bar 0 11-27T21:00", "session_close 11-27T21:00",
                     "corporate_action 0 11-29T14:30", "session_open 11-29T14:30", "bar 0 11-29T18:00",
                     "session_close 11-29T18:00", "corporate_action 0 12-02T14:30", "session_open 12-02T14:30",
                     "bar 0 12-02T21:00", "session_close 12-02T21:00"}));
}

TEST(MarketFeed, TellsWhatAShareStandsForBeforeTheFirstOpen) {
  const std::vector<Bar> bars = {daily(kWednesday)};
  CorporateAction share;
  share.ex_date = kWednesday;
  share.traded_share_billionths = 250'000'000;
  EXPECT_EQ(told(MarketFeed({bars_of(0, bars, kDailyInterval)}, {{0, {share}}}, calendar())),
            (Strings{"corporate_action 0 11-27T14:30", "session_open 11-27T14:30", "bar 0 11-27T21:00",
                     "session_close 11-27T21:00"}));
}

TEST(MarketFeed, AppliesCorporateActionsBeforeThePreMarketOfTheirExDate) {
  const std::vector<Bar> bars = {minute(kWednesday, 0), minute(kFriday, -60), minute(kFriday, 0)};
  CorporateAction friday;
  friday.ex_date = kFriday;
  EXPECT_EQ(told(MarketFeed({bars_of(0, bars, kMinuteInterval)}, {{0, {friday}}}, calendar())),
            (Strings{"session_open 11-27T14:30", "bar 0 11-27T14:31", "session_close 11-27T21:00",
                     "corporate_action 0 11-29T13:30", "bar 0 11-29T13:31", "session_open 11-29T14:30",
                     "bar 0 11-29T14:31", "session_close 11-29T18:00"}));
}

TEST(MarketFeed, EndsHoursOfTheClockWithTheHour) {
  // The first holds 09:30 to 10:00 New York time.
  const std::vector<Bar> bars = {minute(kWednesday, 0), minute(kWednesday, 30), minute(kWednesday, 330)};
  FeedSource hours = bars_of(0, bars, std::chrono::hours(1));
  hours.clock_aligned = true;
  EXPECT_EQ(told(MarketFeed({hours}, {}, calendar())),
            (Strings{"session_open 11-27T14:30", "bar 0 11-27T15:00", "bar 0 11-27T16:00", "bar 0 11-27T21:00",
                     "session_close 11-27T21:00"}));
}

TEST(MarketFeed, EndsABarThatTheCloseCutsShortAtTheClose) {
  // Hours from the open on: the last is 15:30 to 16:00.
  const std::vector<Bar> bars = {minute(kWednesday, 300), minute(kWednesday, 360)};
  EXPECT_EQ(
      told(MarketFeed({bars_of(0, bars, std::chrono::hours(1))}, {}, calendar())),
      (Strings{"session_open 11-27T14:30", "bar 0 11-27T20:30", "bar 0 11-27T21:00", "session_close 11-27T21:00"}));
}

TEST(MarketFeed, OpensNoSessionForHistory) {
  const std::vector<Bar> past = {daily(kWednesday)};
  const std::vector<Bar> bars = {minute(kFriday, 0)};
  FeedSource history = bars_of(0, past, kDailyInterval);
  history.history = true;
  MarketFeed feed({history, bars_of(0, bars, kMinuteInterval)}, {}, calendar());
  EXPECT_EQ(feed.market_event_count(), 1U);
  const auto events = all(feed);
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[0].type, EventType::Bar);
  EXPECT_TRUE(events[0].bar.history);
  EXPECT_EQ(events[1].type, EventType::SessionOpen);
  EXPECT_FALSE(events[2].bar.history);
}

TEST(MarketFeed, EndsAtOnceWithoutData) {
  MarketFeed feed({}, {}, calendar());
  Event event;
  EXPECT_FALSE(feed.next(event));
  EXPECT_FALSE(feed.next(event));
  EXPECT_EQ(feed.position(), 0U);
}

TEST(MarketFeed, ContinuesAnywhereAsIfItHadGivenOutWhatCameBefore) {
  const std::vector<Bar> bars = {minute(kWednesday, 0), minute(kWednesday, 389), minute(kFriday, 0),
                                 minute(kMonday, 5)};
  CorporateAction split;
  split.ex_date = kFriday;
  const MarketFeed fresh({bars_of(0, bars, kMinuteInterval)}, {{0, {split}}}, calendar());
  MarketFeed whole = fresh;
  const auto events = all(whole);
  ASSERT_EQ(events.size(), 11U);
  for (std::size_t count = 0; count <= events.size(); ++count) {
    MarketFeed feed = fresh;
    feed.skip_to(count);
    EXPECT_EQ(feed.position(), count);
    EXPECT_EQ(all(feed), std::vector<Event>(events.begin() + static_cast<std::ptrdiff_t>(count), events.end()));
  }
}

TEST(MarketFeed, StopsSkippingAtTheEnd) {
  const std::vector<Bar> bars = {minute(kWednesday, 0)};
  MarketFeed feed({bars_of(0, bars, kMinuteInterval)}, {}, calendar());
  feed.skip_to(100);
  EXPECT_EQ(feed.position(), 3U);
}

}  // namespace
}  // namespace bellwether
