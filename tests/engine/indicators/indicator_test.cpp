// Properties of the indicators: incremental equals naive, snapshots continue bit for bit, edge cases worked by hand.
#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <span>

#include "engine/bytes.hpp"
#include "engine/indicators/indicators.hpp"

namespace bellwether {
namespace {

std::vector<std::int64_t> random_raws() {
  return *rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(1, 1'000'000'000'000'000));
}

Price cents(std::int64_t c) { return Price::from_raw(c * (Price::kScale / 100)); }

/// The last `period` values up to index `end`, exclusive.
std::span<const std::int64_t> window(const std::vector<std::int64_t>& values, std::size_t end, std::size_t period) {
  return std::span(values).subspan(end - period, period);
}

RC_GTEST_PROP(SimpleMovingAverage, HasTheExactSumOfItsWindow, ()) {
  const auto values = random_raws();
  const auto period = *rc::gen::inRange<std::size_t>(1, 20);
  SimpleMovingAverage average(static_cast<std::int64_t>(period));
  for (std::size_t i = 0; i < values.size(); ++i) {
    average.update(values[i]);
    RC_ASSERT(average.ready() == (i + 1 >= period));
    std::int64_t sum = 0;
    for (const std::int64_t v : window(values, i + 1, std::min(i + 1, period))) sum += v;
    RC_ASSERT(average.sum() == sum);
  }
}

RC_GTEST_PROP(RollingStandardDeviation, EqualsTwoPassesOverItsWindow, ()) {
  const auto values = random_raws();
  const auto period = *rc::gen::inRange<std::size_t>(2, 20);
  RollingStandardDeviation deviation(static_cast<std::int64_t>(period), DeviationKind::Sample);
  for (std::size_t i = 0; i < values.size(); ++i) {
    deviation.update(values[i]);
    RC_ASSERT(deviation.ready() == (i + 1 >= period));
    if (!deviation.ready()) continue;
    long double mean = 0, squares = 0;
    for (const std::int64_t v : window(values, i + 1, period)) mean += static_cast<long double>(v) / 1e9L;
    mean /= static_cast<long double>(period);
    for (const std::int64_t v : window(values, i + 1, period)) {
      const long double distance = static_cast<long double>(v) / 1e9L - mean;
      squares += distance * distance;
    }
    const double expected = static_cast<double>(std::sqrt(squares / static_cast<long double>(period - 1)));
    RC_ASSERT(std::abs(deviation.value() - expected) <= 1e-9 * (1 + expected));
  }
}

RC_GTEST_PROP(RollingExtreme, EqualsASearchOfItsWindow, ()) {
  // Few distinct values, so that ties and long falling runs occur.
  const auto values = *rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(-5, 6));
  const auto period = *rc::gen::inRange<std::size_t>(1, 12);
  RollingExtreme<std::greater<>> highest(static_cast<std::int64_t>(period));
  RollingExtreme<std::less<>> lowest(static_cast<std::int64_t>(period));
  for (std::size_t i = 0; i < values.size(); ++i) {
    highest.update(values[i]);
    lowest.update(values[i]);
    RC_ASSERT(highest.ready() == (i + 1 >= period));
    if (!highest.ready()) continue;
    const auto held = window(values, i + 1, period);
    RC_ASSERT(highest.value() == *std::max_element(held.begin(), held.end()));
    RC_ASSERT(lowest.value() == *std::min_element(held.begin(), held.end()));
  }
}

RC_GTEST_PROP(RateOfChange, ComparesWithThePriceOnePeriodBefore, ()) {
  const auto values = random_raws();
  const auto period = *rc::gen::inRange<std::size_t>(1, 12);
  RateOfChange rate(static_cast<std::int64_t>(period));
  for (std::size_t i = 0; i < values.size(); ++i) {
    rate.update(Price::from_raw(values[i]));
    RC_ASSERT(rate.ready() == (i >= period));
    if (!rate.ready()) continue;
    const double expected = static_cast<double>(values[i]) / static_cast<double>(values[i - period]) - 1.0;
    RC_ASSERT(std::abs(rate.value() - expected) <= 1e-12 * (1 + std::abs(expected)));
  }
}

/// Gives an indicator the next bar, by whichever way it takes one.
template <class Indicator>
void feed(Indicator& indicator, std::int64_t raw) {
  Bar bar;
  bar.close = Price::from_raw(raw);
  bar.high = bar.close + Price::from_raw(raw % 7919);
  bar.low = bar.close - Price::from_raw(raw % 104'729);
  bar.volume = Quantity::from_int(raw % 1000);
  if constexpr (requires { indicator.update(bar); }) {
    indicator.update(bar);
  } else {
    indicator.update(bar.close);
  }
}

template <class Indicator>
std::string saved(const Indicator& indicator) {
  ByteWriter out;
  indicator.save(out);
  return out.take();
}

/// Saves after a part of the series, loads into an object that had seen other values, and continues both.
template <class Indicator>
void continues_identically(const Indicator& fresh, const std::vector<std::int64_t>& values, std::size_t split) {
  Indicator straight = fresh;
  for (std::size_t i = 0; i < split; ++i) feed(straight, values[i]);
  Indicator restored = fresh;
  feed(restored, 123'456'789);
  const std::string bytes = saved(straight);
  ByteReader in(bytes);
  restored.load(in);
  RC_ASSERT(in.done());
  for (std::size_t i = split; i < values.size(); ++i) {
    feed(straight, values[i]);
    feed(restored, values[i]);
    RC_ASSERT(straight.ready() == restored.ready());
    if (!straight.ready()) continue;
    RC_ASSERT(std::bit_cast<std::uint64_t>(straight.value()) == std::bit_cast<std::uint64_t>(restored.value()));
  }
  RC_ASSERT(saved(straight) == saved(restored));
  straight.reset();
  RC_ASSERT(saved(straight) == saved(fresh));
}

RC_GTEST_PROP(Indicators, ContinueIdenticallyFromASnapshotTakenAnywhere, ()) {
  const auto values = random_raws();
  const auto split = *rc::gen::inRange<std::size_t>(0, values.size() + 1);
  continues_identically(SimpleMovingAverage(5), values, split);
  continues_identically(ExponentialMovingAverage(5), values, split);
  continues_identically(ExponentialMovingAverage(5, EmaSeed::FirstValue), values, split);
  continues_identically(RelativeStrengthIndex(4), values, split);
  continues_identically(AverageTrueRange(4), values, split);
  continues_identically(EmaTrueRange(4), values, split);
  continues_identically(Macd(3, 6, 2), values, split);
  continues_identically(BollingerBands(6), values, split);
  continues_identically(DonchianChannel(6), values, split);
  continues_identically(RollingStandardDeviation(6), values, split);
  continues_identically(RateOfChange(3), values, split);
  continues_identically(SessionVwap(), values, split);
}

template <class Indicator>
void refuses_a_foreign_snapshot(Indicator indicator, const std::string& bytes) {
  const std::string fresh = saved(indicator);
  feed(indicator, 5'000'000'000);
  ByteReader in(bytes);
  indicator.load(in);
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(saved(indicator), fresh);
}

TEST(Indicators, RefuseTheSnapshotOfAnotherPeriodAndAreReset) {
  refuses_a_foreign_snapshot(SimpleMovingAverage(5), saved(SimpleMovingAverage(6)));
  refuses_a_foreign_snapshot(ExponentialMovingAverage(5), saved(ExponentialMovingAverage(6)));
  refuses_a_foreign_snapshot(ExponentialMovingAverage(5), saved(ExponentialMovingAverage(5, EmaSeed::FirstValue)));
  refuses_a_foreign_snapshot(RelativeStrengthIndex(5), saved(RelativeStrengthIndex(6)));
  refuses_a_foreign_snapshot(AverageTrueRange(5), saved(AverageTrueRange(6)));
  refuses_a_foreign_snapshot(Macd(3, 6, 2), saved(Macd(3, 7, 2)));
  refuses_a_foreign_snapshot(BollingerBands(5), saved(BollingerBands(6)));
  refuses_a_foreign_snapshot(DonchianChannel(5), saved(DonchianChannel(6)));
  refuses_a_foreign_snapshot(RateOfChange(5), saved(RateOfChange(6)));
}

TEST(Indicators, RefuseATruncatedSnapshotAndAreReset) {
  DonchianChannel channel(4);
  SimpleMovingAverage average(4);
  SessionVwap vwap;
  for (std::int64_t raw = 9'000'000'000; raw > 1'000'000'000; raw -= 1'000'000'001) {
    feed(channel, raw);
    feed(average, raw);
    feed(vwap, raw);
  }
  const auto cut = [](std::string bytes) { return bytes.substr(0, bytes.size() - 1); };
  refuses_a_foreign_snapshot(DonchianChannel(4), cut(saved(channel)));
  refuses_a_foreign_snapshot(SimpleMovingAverage(4), cut(saved(average)));
  refuses_a_foreign_snapshot(SessionVwap(), cut(saved(vwap)));
}

TEST(RelativeStrengthIndex, IsFiftyWithoutMovementAndAtItsEndsInOneWayMarkets) {
  RelativeStrengthIndex flat(2), rising(2), falling(2);
  for (int i = 0; i < 5; ++i) {
    flat.update(cents(1000));
    rising.update(cents(1000 + i));
    falling.update(cents(1000 - i));
  }
  EXPECT_EQ(flat.value(), 50.0);
  EXPECT_EQ(rising.value(), 100.0);
  EXPECT_EQ(falling.value(), 0.0);
}

TEST(RollingStandardDeviation, IsExactlyZeroAfterALargeValueHasLeftTheWindow) {
  RollingStandardDeviation deviation(3);
  deviation.update(Price::from_int(1'000'000'000));
  for (int i = 0; i < 3; ++i) deviation.update(Price::from_raw(3));
  EXPECT_EQ(deviation.value(), 0.0);
}

TEST(EmaTrueRange, StartsFromHighMinusLowAndCountsGaps) {
  EmaTrueRange range(3);  // alpha = 1/2
  range.update(cents(1010), cents(1000), cents(1005));
  EXPECT_DOUBLE_EQ(range.value(), 0.10);
  // Gap up: high - previous close = 10.50 - 10.05 = 0.45; (0.10 + 0.45) / 2.
  range.update(cents(1050), cents(1040), cents(1045));
  EXPECT_DOUBLE_EQ(range.value(), 0.275);
}

TEST(SessionVwap, WeighsTradesByTheirSize) {
  SessionVwap vwap;
  vwap.update(Trade{{}, cents(1000), Quantity::from_int(1)});
  vwap.update(Trade{{}, cents(1100), Quantity::from_int(3)});
  EXPECT_DOUBLE_EQ(vwap.value(), 10.75);  // (10 + 33) / 4
}

TEST(DonchianChannel, IsReadBeforeTheUpdateForABreakout) {
  DonchianChannel channel(2);
  channel.update(cents(1010), cents(1000));
  channel.update(cents(1020), cents(990));
  EXPECT_EQ(channel.upper(), cents(1020));
  EXPECT_EQ(channel.lower(), cents(990));
  EXPECT_DOUBLE_EQ(channel.value(), 10.05);
  channel.update(cents(1005), cents(1001));
  channel.update(cents(1004), cents(1002));
  EXPECT_EQ(channel.upper(), cents(1005));
  EXPECT_EQ(channel.lower(), cents(1001));
}

TEST(IndicatorsDeathTest, AValueBeforeTheWarmUpOrOutOfRangeIsABrokenInvariant) {
  SimpleMovingAverage average(2);
  average.update(1);
  EXPECT_DEATH((void)average.value(), "before its warm-up");
  EXPECT_DEATH(average.update(std::numeric_limits<std::int64_t>::max() / 2 + 1), "too large for the window");
  EXPECT_DEATH(SimpleMovingAverage(0), "length out of range");
  EXPECT_DEATH(Macd(12, 12, 9), "fast period");
}

}  // namespace
}  // namespace bellwether
