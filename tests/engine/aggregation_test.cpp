// Longer bars from shorter ones and from trades.
#include "engine/aggregation.hpp"

namespace bellwether {
namespace {

Timestamp at(const char* time) { return *parse_rfc3339(std::string("2013-10-07T") + time + "Z"); }

Bar bar(const char* time, int open, int high, int low, int close, int volume) {
  return {at(time),
          Price::from_int(open),
          Price::from_int(high),
          Price::from_int(low),
          Price::from_int(close),
          Quantity::from_int(volume)};
}

BarAggregator make(Duration interval, SessionHours hours = SessionHours::Regular) {
  return {interval, SessionCalendar::us_equity(), hours};
}

// The regular session of 2013-10-07 is 13:30 to 20:00 UTC.

TEST(BarAggregator, CompletesABarWithTheLastMinuteOfItsInterval) {
  BarAggregator aggregator = make(std::chrono::minutes(2));
  std::vector<Bar> bars;
  aggregator.update(bar("13:30:00", 10, 12, 9, 11, 100), kMinuteInterval, bars);
  EXPECT_TRUE(bars.empty());
  aggregator.update(bar("13:31:00", 11, 11, 8, 9, 50), kMinuteInterval, bars);
  EXPECT_EQ(bars, std::vector{bar("13:30:00", 10, 12, 8, 9, 150)});
}

TEST(BarAggregator, CompletesABarWithAGapAtItsEndWhenTheNextBegins) {
  BarAggregator aggregator = make(std::chrono::minutes(5));
  std::vector<Bar> bars;
  aggregator.update(bar("13:33:00", 10, 12, 9, 11, 100), kMinuteInterval, bars);
  aggregator.update(bar("13:41:00", 13, 14, 13, 14, 7), kMinuteInterval, bars);
  EXPECT_EQ(bars, std::vector{bar("13:30:00", 10, 12, 9, 11, 100)});
  aggregator.advance(at("13:44:59"), bars);
  EXPECT_EQ(bars.size(), 1u);
  aggregator.advance(at("13:45:00"), bars);
  EXPECT_EQ(bars.at(1), bar("13:40:00", 13, 14, 13, 14, 7));
  aggregator.flush(bars);
  EXPECT_EQ(bars.size(), 2u);
}

TEST(BarAggregator, AlignsHoursToTheOpenAndEndsTheLastAtTheClose) {
  BarAggregator aggregator = make(std::chrono::hours(1));
  std::vector<Bar> bars;
  aggregator.update(bar("14:29:00", 10, 10, 10, 10, 1), kMinuteInterval, bars);
  aggregator.update(bar("14:30:00", 11, 11, 11, 11, 1), kMinuteInterval, bars);
  aggregator.update(bar("19:59:00", 12, 12, 12, 12, 1), kMinuteInterval, bars);
  EXPECT_EQ(bars, (std::vector{bar("13:30:00", 10, 10, 10, 10, 1), bar("14:30:00", 11, 11, 11, 11, 1),
                               bar("19:30:00", 12, 12, 12, 12, 1)}));
}

TEST(BarAggregator, KeepsAVolumeThatIsTooLargeToAddUpAtTheMost) {
  BarAggregator aggregator = make(std::chrono::minutes(2));
  std::vector<Bar> bars;
  Bar first = bar("13:30:00", 1, 1, 1, 1, 1);
  Bar second = bar("13:31:00", 1, 1, 1, 1, 1);
  first.volume = second.volume = Quantity::from_int(9'000'000'000);
  aggregator.update(first, kMinuteInterval, bars);
  aggregator.update(second, kMinuteInterval, bars);
  EXPECT_EQ(bars.at(0).volume, Quantity::max());
}

TEST(BarAggregator, PassesOverWhatLiesOutsideOfRegularHours) {
  BarAggregator aggregator = make(kDailyInterval);
  std::vector<Bar> bars;
  aggregator.update(bar("13:29:00", 1, 1, 1, 1, 1), kMinuteInterval, bars);
  aggregator.update(bar("13:30:00", 2, 3, 2, 3, 1), kMinuteInterval, bars);
  aggregator.update(bar("20:00:00", 9, 9, 9, 9, 1), kMinuteInterval, bars);
  // 2013-10-06 and 2013-10-12 are days of a weekend.
  aggregator.update({at("13:30:00") + std::chrono::days(5), Price::from_int(1), Quantity::from_int(1)}, bars);
  EXPECT_TRUE(bars.empty());
  aggregator.flush(bars);
  EXPECT_EQ(bars, std::vector{bar("13:30:00", 2, 3, 2, 3, 1)});
}

TEST(BarAggregator, CountsTheWholeDateInExtendedHours) {
  std::vector<Bar> hours;
  BarAggregator hourly = make(std::chrono::hours(1), SessionHours::Extended);
  std::vector<Bar> days;
  BarAggregator daily = make(kDailyInterval, SessionHours::Extended);
  for (const Bar& input : {bar("08:00:00", 5, 5, 5, 5, 1), bar("13:29:00", 1, 1, 1, 1, 1),
                           bar("13:30:00", 2, 3, 2, 3, 1), bar("20:10:00", 9, 9, 9, 9, 1)}) {
    hourly.update(input, kMinuteInterval, hours);
    daily.update(input, kMinuteInterval, days);
  }
  hourly.flush(hours);
  daily.flush(days);
  EXPECT_EQ(hours, (std::vector{bar("07:30:00", 5, 5, 5, 5, 1), bar("12:30:00", 1, 1, 1, 1, 1),
                                bar("13:30:00", 2, 3, 2, 3, 1), bar("19:30:00", 9, 9, 9, 9, 1)}));
  EXPECT_EQ(days, std::vector{bar("13:30:00", 5, 9, 1, 9, 4)});
}

TEST(BarAggregator, MakesBarsFromTrades) {
  BarAggregator aggregator = make(kMinuteInterval);
  std::vector<Bar> bars;
  const auto trade = [&](const char* time, int price, int size) {
    aggregator.update({at(time), Price::from_int(price), Quantity::from_int(size)}, bars);
  };
  trade("13:29:59.999", 1, 1);
  trade("13:30:00", 10, 5);
  trade("13:30:30", 12, 5);
  trade("13:30:59.999999999", 11, 1);
  EXPECT_TRUE(bars.empty());
  trade("13:31:00", 20, 2);
  EXPECT_EQ(bars, std::vector{bar("13:30:00", 10, 12, 10, 11, 11)});
}

TEST(BarAggregator, TakesABarThatOverlapsTheOpenIntoTheFirstInterval) {
  BarAggregator aggregator = make(kDailyInterval);
  std::vector<Bar> bars;
  aggregator.update(bar("13:00:00", 10, 12, 9, 11, 100), std::chrono::hours(1), bars);
  aggregator.update(bar("19:00:00", 11, 13, 11, 12, 100), std::chrono::hours(1), bars);
  EXPECT_EQ(bars, std::vector{bar("13:30:00", 10, 13, 9, 12, 200)});
}

RC_GTEST_PROP(BarAggregatorProperty, GivesTheSameDayWithAnIntervalInBetween, ()) {
  const auto minutes = *rc::gen::inRange(1, 61);
  BarAggregator direct = make(kDailyInterval);
  BarAggregator middle = make(std::chrono::minutes(minutes));
  BarAggregator after_middle = make(kDailyInterval);
  std::vector<Bar> direct_days;
  std::vector<Bar> middle_bars;
  std::vector<Bar> middle_days;
  for (int i = 0; i < 390; ++i) {
    if (*rc::gen::inRange(0, 3) == 0) continue;
    const int price = *rc::gen::inRange(10, 100);
    Bar input = bar("13:30:00", price, price + 2, price - 2, price + 1, price);
    input.start = input.start + i * kMinuteInterval;
    direct.update(input, kMinuteInterval, direct_days);
    middle.update(input, kMinuteInterval, middle_bars);
  }
  middle.flush(middle_bars);
  for (const Bar& input : middle_bars) after_middle.update(input, std::chrono::minutes(minutes), middle_days);
  direct.flush(direct_days);
  after_middle.flush(middle_days);
  RC_ASSERT(direct_days == middle_days);
}

}  // namespace
}  // namespace bellwether
