// Figures that reports show beyond those of Statistics: worked by hand, and held against Statistics.
#include <gmock/gmock.h>
#include <rapidcheck.h>

#include "engine/statistics/distribution.hpp"
#include "engine/statistics/drawdown.hpp"
#include "engine/statistics/returns.hpp"
#include "engine/statistics/rolling.hpp"
#include "engine/statistics/trades.hpp"

namespace bellwether {
namespace {

using namespace statistics;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

std::vector<Money> whole(std::initializer_list<int> values) {
  std::vector<Money> out;
  for (const int value : values) out.push_back(Money::from_int(value));
  return out;
}

TEST(DeepestDrawdowns, AreInOrderOfDepthWithPeakTroughAndRecovery) {
  //                                0    1    2   3    4    5    6    7
  const auto values = whole({100, 110, 99, 120, 108, 121, 60, 100});
  const auto found = deepest_drawdowns(Money::from_int(100), values, 5);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_DOUBLE_EQ(depth(found[0]), 60.0 / 121 - 1);  // 121 to 60, never recovered.
  EXPECT_THAT(found[0].peak_index, Optional(5u));
  EXPECT_EQ(found[0].trough_index, 6u);
  EXPECT_EQ(found[0].recovery_index, std::nullopt);
  EXPECT_DOUBLE_EQ(depth(found[1]), -0.1);  // 110 to 99; equal to 120 to 108, and before it.
  EXPECT_THAT(found[1].peak_index, Optional(1u));
  EXPECT_THAT(found[1].recovery_index, Optional(3u));
  EXPECT_DOUBLE_EQ(depth(found[2]), -0.1);
  EXPECT_THAT(found[2].peak_index, Optional(3u));
  EXPECT_EQ(deepest_drawdowns(Money::from_int(100), values, 2).size(), 2u);
}

TEST(DeepestDrawdowns, FallFromTheInitialEquityHasNoPeakPoint) {
  const auto found = deepest_drawdowns(Money::from_int(100), whole({90, 101}), 5);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].peak_index, std::nullopt);
  EXPECT_THAT(found[0].recovery_index, Optional(1u));
  EXPECT_THAT(deepest_drawdowns(Money::from_int(100), whole({100, 101, 101, 105}), 5), IsEmpty());
  EXPECT_THAT(deepest_drawdowns(Money(), whole({1}), 5), IsEmpty());
}

TEST(DeepestDrawdowns, TheFirstIsTheMaximumDrawdown) {
  EXPECT_TRUE(rc::check([](const std::vector<std::uint16_t>& raw) {
    std::vector<Money> values;
    for (const std::uint16_t each : raw) values.push_back(Money::from_int(each % 50));
    const auto found = deepest_drawdowns(Money::from_int(30), values, 3);
    const auto deepest = maximum_drawdown(Money::from_int(30), values);
    RC_ASSERT(found.empty() == !deepest);
    if (!deepest) return;
    RC_ASSERT(found[0].peak == deepest->peak);
    RC_ASSERT(found[0].trough == deepest->trough);
    RC_ASSERT(found[0].trough_index == deepest->trough_index);
    RC_ASSERT(found[0].peak_index == deepest->peak_index);
    RC_ASSERT(found[0].recovery_index == deepest->recovery_index);
  }));
}

TEST(RollingFigures, OfTheWholeRunAreThoseOfStatistics) {
  // Returns 1 %, -1 %, 2 %, 0: mean 0.005, deviations 0.005, -0.015, 0.015, -0.005, variance 0.0005 / 3.
  const std::vector<double> returns = {0.01, -0.01, 0.02, 0};
  // Benchmark twice as much in all but the third, which it has none for.
  const std::vector<std::optional<double>> benchmark = {0.02, -0.02, std::nullopt, 0.0};
  const StatisticsOptions options{.periods_per_year = 4};
  const auto points = rolling_figures(returns, benchmark, 4, options);
  ASSERT_EQ(points.size(), 1u);
  EXPECT_EQ(points[0].session, 3u);
  EXPECT_THAT(points[0].volatility, Optional(DoubleNear(2 * std::sqrt(0.0005 / 3), 1e-12)));
  EXPECT_THAT(points[0].sharpe, Optional(DoubleNear(2 * 0.005 / std::sqrt(0.0005 / 3), 1e-12)));
  EXPECT_THAT(points[0].beta, Optional(DoubleNear(0.5, 1e-12)));
  EXPECT_EQ(rolling_figures(returns, benchmark, 3, options).size(), 2u);
  EXPECT_THAT(rolling_figures(returns, benchmark, 5, options), IsEmpty());
  Statistics whole_run;
  add_return_statistics(returns, options, whole_run);
  EXPECT_EQ(points[0].sharpe, whole_run.sharpe);
  EXPECT_EQ(points[0].volatility, whole_run.annual_volatility);
}

TEST(RollingFigures, AreAbsentWhereNothingVaries) {
  const std::vector<double> still = {0, 0, 0};
  const auto points = rolling_figures(still, {}, 2, {});
  ASSERT_EQ(points.size(), 2u);
  EXPECT_THAT(points[0].volatility, Optional(0.0));
  EXPECT_EQ(points[0].sharpe, std::nullopt);
  EXPECT_EQ(points[0].beta, std::nullopt);
}

TEST(Correlation, OfALineIsOneAndOfItsOppositeMinusOne) {
  const std::vector<double> returns = {0.01, -0.02, 0.03};
  const std::vector<double> same = {0.02, -0.04, 0.06};
  const std::vector<double> opposite = {-0.01, 0.02, -0.03};
  const std::vector<double> still = {0, 0, 0};
  EXPECT_THAT(correlation(returns, same), Optional(DoubleNear(1, 1e-12)));
  EXPECT_THAT(correlation(returns, opposite), Optional(DoubleNear(-1, 1e-12)));
  EXPECT_EQ(correlation(returns, still), std::nullopt);
  EXPECT_EQ(correlation(still, returns), std::nullopt);
  // 1, 2, 3 with 1, 3, 2: covariance 1 / 2, both variances 1.
  const std::vector<double> a = {1, 2, 3};
  const std::vector<double> b = {1, 3, 2};
  EXPECT_THAT(correlation(a, b), Optional(DoubleNear(0.5, 1e-12)));
}

TEST(SingleSessions, LeaveOutThoseBehindAHole) {
  // Tuesday, Wednesday, Friday: Thursday was a session. Monday follows on Friday.
  std::vector<DailyEquity> daily;
  for (const unsigned day : {5, 6, 8, 11}) daily.push_back({Date::from_ymd(2010, 1, day), Money::from_int(1)});
  EXPECT_THAT(single_sessions(daily), ElementsAre(0, 1, 3));
}

TEST(Histogram, HasRoundBinsWithZeroAsAnEdge) {
  // Quartiles of the sorted six (ranks 1 and 3): -0.01 and 0.01; 2 x 0.02 / 6^(1/3) = 0.022, rounded up to 0.05.
  const std::vector<double> values = {-0.06, -0.01, 0.0, 0.01, 0.02, 0.06};
  const Histogram found = histogram(values, 41);
  EXPECT_DOUBLE_EQ(found.width, 0.05);
  EXPECT_DOUBLE_EQ(found.low, -0.1);
  EXPECT_THAT(found.counts, ElementsAre(1, 1, 3, 1));
  double sum = 0;
  for (const double each : found.normal) sum += each;
  EXPECT_GT(sum, 5);  // The normal distribution has a little outside of the bins.
  EXPECT_LT(sum, 6);
}

TEST(Histogram, OfNoneOneOrEqualValues) {
  EXPECT_THAT(histogram({}, 41).counts, IsEmpty());
  const std::vector<double> one = {0.013};
  EXPECT_THAT(histogram(one, 41).counts, ElementsAre(1));
  EXPECT_THAT(histogram(one, 41).normal, IsEmpty());
  const std::vector<double> equal = {0.0, 0.0, 0.0};
  EXPECT_THAT(histogram(equal, 41).counts, ElementsAre(3));
}

TEST(Histogram, HoldsEveryValueInABoundedNumberOfBins) {
  EXPECT_TRUE(rc::check([](const std::vector<std::int32_t>& raw) {
    std::vector<double> values;
    for (const std::int32_t each : raw) values.push_back(static_cast<double>(each) * 1e-9);
    const Histogram found = histogram(values, 41);
    std::uint64_t counted = 0;
    for (const std::uint64_t count : found.counts) counted += count;
    RC_ASSERT(counted == values.size());
    RC_ASSERT(found.counts.size() <= 41u);
  }));
}

TEST(TradeReturn, IsProfitOverTheLargestPositionAtItsEntryPrice) {
  TradeRecord trade;
  EXPECT_EQ(trade_return(trade), std::nullopt);
  trade.entry_price = Price::from_int(50);
  trade.quantity = Quantity::from_int(4);
  trade.net_pnl = Money::from_int(-10);
  EXPECT_THAT(trade_return(trade), Optional(-0.05));
}

}  // namespace
}  // namespace bellwether
