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
