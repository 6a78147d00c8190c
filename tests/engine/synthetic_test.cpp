// Minute bars made from daily bars: whatever the day, they add up to it.
#include "engine/synthetic.hpp"

#include "engine/aggregation.hpp"

namespace bellwether {
namespace {

const SessionCalendar& calendar() { return SessionCalendar::us_equity(); }

BarSeries one_day(Date date, Price open, Price high, Price low, Price close, Quantity volume) {
  return {"TEST", kDailyInterval, false, {{calendar().find(date)->open, open, high, low, close, volume}}};
}

std::vector<Bar> aggregated(const BarSeries& minutes) {
  BarAggregator aggregator(kDailyInterval, calendar());
  std::vector<Bar> days;
  for (const Bar& bar : minutes.bars) aggregator.update(bar, minutes.interval, days);
  aggregator.flush(days);
  return days;
}

const BarSeries kDay = one_day(Date::from_ymd(2013, 10, 7), *Price::parse("167.43"), *Price::parse("168.45"),
                               *Price::parse("167.25"), *Price::parse("167.42"), Quantity::from_int(81'489'219));

TEST(Synthetic, MakesAMinuteBarOfEachMinuteOfTheSession) {
  const BarSeries minutes = expand_daily(kDay, calendar(), 1);
  EXPECT_TRUE(minutes.synthetic);
  EXPECT_EQ(minutes.symbol, "TEST");
  EXPECT_EQ(minutes.interval, kMinuteInterval);
  ASSERT_EQ(minutes.bars.size(), 390u);
  EXPECT_EQ(format_rfc3339(minutes.bars.front().start), "2013-10-07T13:30:00Z");
  EXPECT_EQ(format_rfc3339(minutes.bars.back().start), "2013-10-07T19:59:00Z");
  // 2013-11-29, the day after Thanksgiving, closed at 13:00.
  const BarSeries early = expand_daily(one_day(Date::from_ymd(2013, 11, 29), Price::from_int(10), Price::from_int(12),
                                               Price::from_int(9), Price::from_int(11), Quantity::from_int(1'000)),
                                       calendar(), 1);
  EXPECT_EQ(early.bars.size(), 210u);
}

TEST(Synthetic, DependsOnSymbolDateAndSeed) {
  const BarSeries minutes = expand_daily(kDay, calendar(), 1);
  EXPECT_EQ(expand_daily(kDay, calendar(), 1).bars, minutes.bars);
  EXPECT_NE(expand_daily(kDay, calendar(), 2).bars, minutes.bars);
  BarSeries other = kDay;
  other.symbol = "OTHER";
  EXPECT_NE(expand_daily(other, calendar(), 1).bars, minutes.bars);
}

TEST(Synthetic, MovesThroughTheDayRatherThanStandingAtItsEdges) {
  const BarSeries minutes = expand_daily(kDay, calendar(), 1);
  const Bar& day = kDay.bars[0];
  const auto inside = std::count_if(minutes.bars.begin(), minutes.bars.end(),
                                    [&](const Bar& bar) { return bar.close > day.low && bar.close < day.high; });
  EXPECT_GT(inside, 340);
  for (const Bar& bar : minutes.bars) EXPECT_LT(bar.high - bar.low, *Price::parse("0.6")) << format_rfc3339(bar.start);
}

/// Sums over the minutes of many days of all shapes, some with open or close at an extreme.
struct Increments {
  double squares = 0;
  double neighbours = 0;  ///< Products of two that follow one another.
  double half_hours = 0;  ///< Squares of sums of thirty.
  std::size_t minutes = 0;

  void add(const std::vector<Bar>& bars) {
    constexpr std::size_t kHalfHour = 30;
    double before = 0;
    double sum = 0;
    for (std::size_t i = 0; i < bars.size(); ++i) {
      const double increment = (bars[i].close - bars[i].open).to_double();
      squares += increment * increment;
      neighbours += before * increment;
      sum += increment;
      if ((i + 1) % kHalfHour == 0) {
        half_hours += sum * sum;
        sum = 0;
      }
      before = increment;
      ++minutes;
    }
  }
};

TEST(Synthetic, HasNoTrendBetweenMinutes) {
  Increments all;
  Increments extreme;
  const auto sessions = calendar().between(Date::from_ymd(2009, 1, 1), Date::from_ymd(2010, 12, 31));
  ASSERT_GT(sessions.size(), 500u);
  const auto cents = [](std::int64_t amount) { return Price::from_raw(amount * 10'000'000); };
  std::int64_t day = 0;
  for (const Session& session : sessions) {
    if (session.close - session.open != 390 * kMinuteInterval) continue;
    ++day;
    // Low 100.00, a range of 4.00 to 7.99; open and close at any part of it.
    const std::int64_t range = 400 + day * 37 % 400;
    const std::int64_t open = day % 7 == 0 ? 0 : day % 11 == 0 ? range : day * 53 % range;
    const std::int64_t close = day % 13 == 0 ? range : day % 17 == 0 ? 0 : day * 91 % range;
    const BarSeries one = one_day(session.date, cents(10'000 + open), cents(10'000 + range), cents(10'000),
                                  cents(10'000 + close), Quantity::from_int(1'000'000));
    const BarSeries minutes = expand_daily(one, calendar(), 1);
    ASSERT_EQ(aggregated(minutes), one.bars) << session.date.to_string();
    const bool at_extreme = open == 0 || open == range || close == 0 || close == range;
    (at_extreme ? extreme : all).add(minutes.bars);
  }
  // A random walk has 0 and 1; what bends it to the extremes of the day costs a little.
  ASSERT_GT(all.minutes, 120'000u);
  EXPECT_NEAR(all.neighbours / all.squares, 0, 0.03);
  EXPECT_NEAR(all.half_hours / all.squares, 1, 0.2);
  ASSERT_GT(extreme.minutes, 20'000u);
  EXPECT_NEAR(extreme.neighbours / extreme.squares, 0, 0.03);
}

TEST(Synthetic, KeepsADayWithoutAnyMovement) {
  const BarSeries day = one_day(Date::from_ymd(2013, 10, 7), Price::from_int(5), Price::from_int(5), Price::from_int(5),
                                Price::from_int(5), Quantity{});
  for (const Bar& bar : expand_daily(day, calendar(), 3).bars) {
    EXPECT_EQ(bar.high, Price::from_int(5));
    EXPECT_EQ(bar.low, Price::from_int(5));
    EXPECT_TRUE(bar.volume.is_zero());
  }
}

RC_GTEST_PROP(SyntheticProperty, AddsUpToTheDayExactly, ()) {
  const std::int64_t step = *rc::gen::element<std::int64_t>(10'000'000, 100'000, 1);
  const std::int64_t low = *rc::gen::inRange<std::int64_t>(1, 1'000'000);
  const std::int64_t high = low + *rc::gen::inRange<std::int64_t>(0, low + 1);
  const auto price = [&] { return Price::from_raw(*rc::gen::inRange<std::int64_t>(low, high + 1) * step); };
  const auto sessions = calendar().between(Date::from_ymd(2000, 1, 1), Date::from_ymd(2020, 1, 1));
  const Session& session = sessions[*rc::gen::inRange<std::size_t>(0, sessions.size())];
  const std::int64_t lot = *rc::gen::element<std::int64_t>(1, 1'000'000'000);
  const Quantity volume = Quantity::from_raw(*rc::gen::inRange<std::int64_t>(0, 9'000'000'000) * lot);
  const BarSeries day =
      one_day(session.date, price(), Price::from_raw(high * step), Price::from_raw(low * step), price(), volume);
  const BarSeries minutes = expand_daily(day, calendar(), *rc::gen::arbitrary<std::uint64_t>());

  RC_ASSERT(aggregated(minutes) == day.bars);
  Price last = day.bars[0].open;
  for (const Bar& bar : minutes.bars) {
    RC_ASSERT(bar.open == last);
    RC_ASSERT(bar.low <= std::min(bar.open, bar.close) && std::max(bar.open, bar.close) <= bar.high);
    RC_ASSERT(!bar.volume.is_negative());
    for (const Price p : {bar.open, bar.high, bar.low, bar.close}) RC_ASSERT(p.raw() % step == 0);
    last = bar.close;
  }
}

}  // namespace
}  // namespace bellwether
