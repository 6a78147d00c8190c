// Adjustment of prices, and corporate actions, by the factors of Apple around its 7:1 split of 2014-06-09 and its
// dividend of 2.65 on 2012-08-09. Prices and factors are those of the LEAN engine's sample data; results are worked out
// by hand.
#include "engine/adjustment.hpp"

#include "engine/calendar.hpp"

namespace bellwether {
namespace {

Date date(const char* text) { return *Date::parse(text); }
Price price(const char* text) { return *Price::parse(text); }

Bar close_bar(const char* day, const char* close, std::int64_t volume) {
  const Price p = price(close);
  return {SessionCalendar::us_equity().find(date(day))->open, p, p, p, p, Quantity::from_int(volume)};
}

BarSeries apple() {
  return {"AAPL",
          kDailyInterval,
          false,
          {close_bar("2012-08-08", "619.86", 8'514'316), close_bar("2012-08-09", "620.73", 7'670'673),
           close_bar("2014-06-06", "645.57", 12'116'671), close_bar("2014-06-09", "93.7", 72'875'948)}};
}

const AdjustmentFactors kFactors{{{date("2005-02-25"), 861'365'700, 17'857'100},
                                  {date("2012-08-08"), 861'365'700, 35'714'300},
                                  {date("2014-06-06"), 865'063'900, 35'714'300},
                                  {date("2020-08-28"), 865'063'900, 250'000'000},
                                  {date("2050-12-31"), 1'000'000'000, 1'000'000'000}}};

TEST(Adjustment, LeavesRawPricesAlone) {
  BarSeries series = apple();
  ASSERT_TRUE(adjust(series, kFactors, AdjustmentMode::Raw));
  EXPECT_EQ(series.bars, apple().bars);
}

TEST(Adjustment, MakesPricesContinuousAcrossASplit) {
  BarSeries series = apple();
  ASSERT_TRUE(adjust(series, kFactors, AdjustmentMode::Split));
  EXPECT_EQ(series.bars[2].close, price("23.056080651"));             // 645.57 x 0.0357143
  EXPECT_EQ(series.bars[3].close, price("23.425"));                   // 93.7 x 0.25
  EXPECT_EQ(series.bars[2].volume, Quantity::from_int(339'266'652));  // 12116671 / 0.0357143 = 339266652.29
  EXPECT_EQ(series.bars[3].volume, Quantity::from_int(291'503'792));  // 72875948 / 0.25
}

TEST(Adjustment, AppliesDividendsInTotalMode) {
  BarSeries series = apple();
  ASSERT_TRUE(adjust(series, kFactors, AdjustmentMode::Total));
  EXPECT_EQ(series.bars[3].high, price("20.264121858"));  // 93.7 x 0.25 x 0.8650639 = 20.2641218575, to even
  EXPECT_EQ(series.bars[3].volume, Quantity::from_int(291'503'792));
}

TEST(Adjustment, LeavesBarsAfterTheLastRowAlone) {
  BarSeries series = apple();
  ASSERT_TRUE(adjust(series, {{{date("2012-08-08"), 500'000'000, 500'000'000}}}, AdjustmentMode::Total));
  EXPECT_EQ(series.bars[0].close, price("154.965"));  // 619.86 / 4
  EXPECT_EQ(series.bars[1].close, price("620.73"));
}

TEST(Adjustment, RefusesWhatLeavesTheRangeOfANumber) {
  BarSeries large = apple();
  const auto too_large =
      adjust(large, {{{date("2050-12-31"), 1'000'000'000, 9'000'000'000'000'000'000}}}, AdjustmentMode::Total);
  ASSERT_FALSE(too_large);
  EXPECT_THAT(too_large.error().text(), testing::HasSubstr("AAPL: the bar at 2012-08-08T13:30:00Z"));
  BarSeries small = apple();
  EXPECT_FALSE(adjust(small, {{{date("2050-12-31"), 1, 1}}}, AdjustmentMode::Total));
}

TEST(CorporateActions, GivesSplitsAndDividendsForRawPrices) {
  const auto actions = corporate_actions(kFactors, apple(), AdjustmentMode::Raw);
  ASSERT_EQ(actions.size(), 2u);
  // 619.86 x (1 - 0.8613657 / 0.8650639) = 2.6499386; the factors' seven digits tell it from 2.65.
  // 0.8650639 / 0.8613657 = 1.0042934145.
  EXPECT_EQ(actions[0], (CorporateAction{date("2012-08-09"), 1'000'000'000, price("2.64994"), 1'004'293'415}));
  EXPECT_EQ(actions[1], (CorporateAction{date("2014-06-09"), 7'000'000'000, {}, 7'000'000'000}));
}

TEST(CorporateActions, ScalesDividendsToSplitAdjustedPrices) {
  const auto actions = corporate_actions(kFactors, apple(), AdjustmentMode::Split);
  ASSERT_EQ(actions.size(), 1u);
  // 2.6499386 x 0.0357143
  EXPECT_EQ(actions[0], (CorporateAction{date("2012-08-09"), 1'000'000'000, price("0.09464"), 1'004'293'415}));
}

std::vector<std::pair<std::string, std::int64_t>> traded_shares(AdjustmentMode mode) {
  std::vector<std::pair<std::string, std::int64_t>> shares;
  for (const CorporateAction& each :
       with_traded_shares(corporate_actions(kFactors, apple(), mode), kFactors, apple(), mode)) {
    shares.emplace_back(each.ex_date.to_string() + (each.is_announced() ? " announced" : ""),
                        each.traded_share_billionths);
  }
  return shares;
}

TEST(CorporateActions, TellWhatAShareOfAdjustedDataStandsFor) {
  using Shares = std::vector<std::pair<std::string, std::int64_t>>;
  // A share of the time after both splits was 1/28 of one before the first, 1/4 between them.
  EXPECT_EQ(traded_shares(AdjustmentMode::Split),
            (Shares{{"2012-08-08", 35'714'300}, {"2012-08-09 announced", 35'714'300}, {"2014-06-09", 250'000'000}}));
  // 0.8613657 x 0.0357143 = 0.030763073..., 0.8650639 x 0.0357143 = 0.030895151..., 0.8650639 x 0.25.
  EXPECT_EQ(traded_shares(AdjustmentMode::Total),
            (Shares{{"2012-08-08", 30'763'073}, {"2012-08-09", 30'895'152}, {"2014-06-09", 216'265'975}}));
  EXPECT_EQ(traded_shares(AdjustmentMode::Raw),
            (Shares{{"2012-08-09 announced", 1'000'000'000}, {"2014-06-09 announced", 1'000'000'000}}));
}

TEST(CorporateActions, TellThatASharesStandsForItselfAfterTheLastSplit) {
  const AdjustmentFactors factors{{{date("2012-08-08"), 1'000'000'000, 500'000'000}}};
  const auto actions = with_traded_shares({}, factors, apple(), AdjustmentMode::Split);
  ASSERT_EQ(actions.size(), 2U);
  EXPECT_EQ(actions[0].traded_share_billionths, 500'000'000);
  EXPECT_EQ(actions[1].ex_date, date("2012-08-09"));
  EXPECT_EQ(actions[1].traded_share_billionths, 1'000'000'000);
  EXPECT_TRUE(with_traded_shares({}, {}, apple(), AdjustmentMode::Split).empty());
}

TEST(CorporateActions, GivesNoneForTotalPricesOrOutsideOfTheBars) {
  EXPECT_TRUE(corporate_actions(kFactors, apple(), AdjustmentMode::Total).empty());
  BarSeries one = apple();
  one.bars.erase(one.bars.begin() + 1, one.bars.end());
  EXPECT_TRUE(corporate_actions(kFactors, one, AdjustmentMode::Raw).empty());
  EXPECT_TRUE(corporate_actions(kFactors, {}, AdjustmentMode::Raw).empty());
}

TEST(CorporateActions, FallOnTheNextSessionWithABar) {
  // A Friday's row; the Monday after is 2014-06-09.
  BarSeries series = apple();
  series.bars.erase(series.bars.begin(), series.bars.begin() + 2);
  const auto actions = corporate_actions(kFactors, series, AdjustmentMode::Raw);
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].ex_date, date("2014-06-09"));
}

TEST(CorporateActions, KnowsReverseAndUnevenSplits) {
  const auto ratio = [](std::int64_t before) {
    const AdjustmentFactors factors{{{date("2014-06-06"), 1'000'000'000, before}}};
    return corporate_actions(factors, apple(), AdjustmentMode::Raw).at(0).split_ratio_billionths;
  };
  EXPECT_EQ(ratio(8'000'000'000), 125'000'000);  // 1:8
  EXPECT_EQ(ratio(666'666'700), 1'500'000'000);  // 3:2
  EXPECT_EQ(ratio(111'110'990), 9'000'000'000);  // 9:1, rounded to six digits
  EXPECT_EQ(ratio(997'307'000), 1'002'700'272);  // A stock dividend: 1 / 0.997307 = 1.0027002718
}

TEST(CorporateActions, TakesTheRegularCloseForADividend) {
  // Minutes: 15:59 New York closes at 100, after hours trade at 110; a dividend of 1 % of 100.
  const Session session = *SessionCalendar::us_equity().session(date("2014-06-06"));
  const auto minute = [](Timestamp start, std::int64_t p) {
    const Price v = Price::from_int(p);
    return Bar{start, v, v, v, v, Quantity::from_int(1)};
  };
  const BarSeries series{"T",
                         kMinuteInterval,
                         false,
                         {minute(session.close - kMinuteInterval, 100), minute(session.close, 110),
                          minute(session.open + std::chrono::hours(72), 99)}};
  const auto actions =
      corporate_actions({{{date("2014-06-06"), 990'000'000, 1'000'000'000}}}, series, AdjustmentMode::Raw);
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].dividend, Price::from_int(1));
}

TEST(SharesAfterSplit, AreExactForRatiosOfWholeNumbers) {
  struct Case {
    std::int64_t ratio;
    std::int64_t before, after;
  };
  for (const Case& each : {Case{333'333'333, 69, 23},
                           {666'666'667, 69, 46},
                           {33'333'333, 60, 2},
                           {1'500'000'000, 4, 6},
                           {142'857'143, 7'000'000, 1'000'000},
                           {7'000'000'000, 3, 21}}) {
    EXPECT_EQ(shares_after_split(Quantity::from_int(each.before), each.ratio), Quantity::from_int(each.after));
    EXPECT_EQ(shares_after_split(-Quantity::from_int(each.before), each.ratio), -Quantity::from_int(each.after));
  }
  // A stock dividend of 0.27 % is no ratio of small whole numbers: 100 x 1.002700272.
  EXPECT_EQ(shares_after_split(Quantity::from_int(100), 1'002'700'272).to_string(), "100.2700272");
}

TEST(FactorsBefore, BringEarlierPricesIntoThoseOfADate) {
  // 2:1 after the 3rd, 7:1 after the 6th, 4:1 after the 10th; a dividend after the 6th and one after the 10th.
  const auto on = [](unsigned day) { return Date::from_ymd(2014, 6, day); };
  const AdjustmentFactors factors{
      {{on(3), 900'000'000, 17'857'143}, {on(6), 900'000'000, 35'714'286}, {on(10), 960'000'000, 250'000'000}}};
  // Of the 9th: divided by what holds on that date, 0.96 and 0.25.
  const auto raw = factors_before(factors, on(9), AdjustmentMode::Raw).rows;
  ASSERT_EQ(raw.size(), 2U);
  EXPECT_EQ(raw[0], (AdjustmentFactor{on(3), 937'500'000, 71'428'572}));
  EXPECT_EQ(raw[1], (AdjustmentFactor{on(6), 937'500'000, 142'857'144}));
  EXPECT_EQ(factors_before(factors, on(11), AdjustmentMode::Raw).rows.back().split_factor, 250'000'000);
  EXPECT_TRUE(factors_before(factors, on(3), AdjustmentMode::Raw).rows.empty());
  // Prices adjusted for splits lack the dividends alone, those adjusted for both nothing.
  EXPECT_EQ(factors_before(factors, on(9), AdjustmentMode::Split).rows.front(),
            (AdjustmentFactor{on(3), 937'500'000, 1'000'000'000}));
  EXPECT_TRUE(factors_before(factors, on(9), AdjustmentMode::Total).rows.empty());
}

}  // namespace
}  // namespace bellwether
