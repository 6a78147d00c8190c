// What is found wrong with a run's data.
#include "backtest/data_quality.hpp"

#include <gmock/gmock.h>

#include "engine/calendar.hpp"

namespace bellwether {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Date on(unsigned month, unsigned day) { return Date::from_ymd(2023, month, day); }
Session session(Date date) { return *SessionCalendar::us_equity().session(date); }
Bar bar(Timestamp start, std::int64_t close, std::int64_t volume = 100) {
  const Price price = Price::from_int(close);
  return {start, price, price + Price::from_int(1), price, price, Quantity::from_int(volume)};
}

/// Daily bars of January 2023, whose sessions begin on the 3rd: the 16th is a holiday. Closes by date.
BarSeries daily(const std::vector<std::pair<unsigned, std::int64_t>>& closes) {
  BarSeries series{"A", kDailyInterval, false, {}};
  for (const auto& [day, close] : closes) series.bars.push_back(bar(session(on(1, day)).open, close));
  return series;
}

DataQuality of(const BarSeries& series, std::vector<CorporateAction> actions = {}, const ReadReport& report = {},
               RunPeriod period = {on(1, 3), on(1, 31)}) {
  return assess(series, actions, report, period, true);
}

TEST(DataQuality, OfWholeDataIsClean) {
  BarSeries series{"A", kDailyInterval, false, {}};
  for (const Session& each : SessionCalendar::us_equity().between(on(1, 1), on(1, 31))) {
    series.bars.push_back(bar(each.open, 100));
  }
  const DataQuality quality = of(series);
  EXPECT_EQ(quality.sessions, 20U);  // 22 weekdays, less New Year's Monday and the holiday.
  EXPECT_EQ(quality.sessions_missing + quality.sessions_before + quality.sessions_after + quality.jumps, 0U);
  EXPECT_THAT(caveats_of(quality), IsEmpty());
}

TEST(DataQuality, CountsHolesAndNamesTheLongest) {
  // Between the 4th and the 6th: the 5th. Between the 12th and the 19th: the 13th, the 17th and the 18th.
  const DataQuality quality =
      of(daily({{3, 100}, {4, 100}, {6, 100}, {9, 100}, {10, 100}, {11, 100}, {12, 100}, {19, 100}, {20, 100}}), {}, {},
         {on(1, 3), on(1, 20)});
  EXPECT_EQ(quality.sessions_missing, 4U);
  EXPECT_EQ(quality.longest_hole, 3U);
  EXPECT_THAT(caveats_of(quality),
              ElementsAre("A: 4 sessions lacking of 13, the longest hole 3 sessions from 2023-01-13 to 2023-01-18"));
}

TEST(DataQuality, KnowsWhereASymbolBeginsLaterAndEndsEarlier) {
  const DataQuality quality = of(daily({{5, 100}, {6, 100}}));
  EXPECT_EQ(quality.sessions_before, 2U);  // The 3rd and the 4th.
  EXPECT_EQ(quality.sessions_after, 16U);
  EXPECT_THAT(caveats_of(quality), ElementsAre("A: begins on 2023-01-05, 2 sessions into the run",
                                               "A: ends on 2023-01-06, 16 sessions before the run's end"));
}

TEST(DataQuality, FindsJumpsWithoutACorporateAction) {
  const BarSeries series = daily({{3, 100}, {4, 50}, {5, 72}, {6, 71}});
  const RunPeriod period{on(1, 3), on(1, 6)};
  // 100 to 50, and 50 to 72, which is 44 %; one of 1 / 0.7 = 42.86 % is none.
  EXPECT_THAT(of(series, {}, {}, period).first_jumps,
              ElementsAre(PriceJump{on(1, 4), -0.5}, PriceJump{on(1, 5), 72.0 / 50.0 - 1}));
  const CorporateAction split{on(1, 4), 2'000'000'000, {}, 2'000'000'000};
  EXPECT_THAT(of(series, {split}, {}, period).first_jumps, ElementsAre(PriceJump{on(1, 5), 72.0 / 50.0 - 1}));
  EXPECT_THAT(caveats_of(of(series, {split}, {}, period)),
              ElementsAre("A: 1 session moves far without a corporate action: 2023-01-05 by 44.0 %"));
}

TEST(DataQuality, CountsTheBarsThatSessionsLack) {
  BarSeries series{"A", std::chrono::minutes(30), false, {}};
  const Session whole = session(on(1, 3));
  for (int i = 0; i < 13; ++i) series.bars.push_back(bar(whole.open + i * series.interval, 100 + i));
  const Session part = session(on(1, 4));
  for (int i = 0; i < 10; ++i) series.bars.push_back(bar(part.open + i * series.interval, 100 + i));
  const DataQuality quality = of(series, {}, {}, {on(1, 3), on(1, 4)});
  EXPECT_EQ(quality.bars_expected, 26U);
  EXPECT_EQ(quality.bars_missing, 3U);
  EXPECT_THAT(caveats_of(quality), ElementsAre("A: 11.5 % of the bars within its sessions are lacking"));  // 3 / 26
  EXPECT_EQ(assess(series, {}, {}, {on(1, 3), on(1, 4)}, false).bars_missing, 0U);
}

TEST(DataQuality, FindsStretchesWithoutLifeAndVolume) {
  BarSeries series{"A", kMinuteInterval, false, {}};
  const Session open = session(on(1, 3));
  for (int i = 0; i < 390; ++i) series.bars.push_back(bar(open.open + i * kMinuteInterval, 100 + i % 2));
  // Four bars of one price are no stretch yet; six are. A range above zero is life.
  for (int i = 10; i < 14; ++i) series.bars[static_cast<std::size_t>(i)].high = series.bars[10].close;
  for (int i = 10; i < 14; ++i) series.bars[static_cast<std::size_t>(i)].low = series.bars[10].close;
  for (int i = 10; i < 14; ++i) series.bars[static_cast<std::size_t>(i)].close = series.bars[10].close;
  EXPECT_EQ(of(series).stale_bars, 0U);
  for (int i = 50; i < 56; ++i) {
    Bar& each = series.bars[static_cast<std::size_t>(i)];
    each.open = each.high = each.low = each.close = Price::from_int(99);
    each.volume = {};
  }
  const DataQuality quality = of(series, {}, {}, {on(1, 3), on(1, 3)});
  EXPECT_EQ(quality.stale_bars, 6U);
  EXPECT_EQ(quality.zero_volume_bars, 6U);
  EXPECT_THAT(caveats_of(quality), ElementsAre("A: 1.5 % of its bars have no volume",  // 6 / 390
                                               "A: 1.5 % of its bars stand in stretches of one and the same price"));
}

TEST(DataQuality, TellsOfDroppedRows) {
  ReadReport report;
  report.dropped = 3;
  report.dropped_by_problem[static_cast<std::size_t>(RowProblem::Duplicate)] = 3;
  const DataQuality quality = of(daily({{3, 100}}), {}, report, {on(1, 3), on(1, 3)});
  EXPECT_EQ(quality.dropped_by[static_cast<std::size_t>(RowProblem::Duplicate)], 3U);
  EXPECT_THAT(caveats_of(quality), ElementsAre("A: 3 rows of its files dropped as faulty"));
}

}  // namespace
}  // namespace bellwether
