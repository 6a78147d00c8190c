// Indicators against values that TA-Lib and pandas gave, bar by bar: the value where the outside library has one, not
// ready where it has none. That pins the warm-up rules to the exact update.
#include <cmath>
#include <limits>
#include <span>

#include "engine/indicators/indicators.hpp"

namespace bellwether {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Prices in cents, volume in shares.
struct ReferenceBar {
  std::int64_t high;
  std::int64_t low;
  std::int64_t close;
  std::int64_t volume;
};

#include "tests/engine/indicators/reference_vectors.inc"

constexpr double kTolerance = 1e-9;
constexpr int kBarsPerSession = 20;

Bar bar_of(const ReferenceBar& row) {
  const auto cents = [](std::int64_t c) { return Price::from_raw(c * (Price::kScale / 100)); };
  Bar bar;
  bar.high = cents(row.high);
  bar.low = cents(row.low);
  bar.close = cents(row.close);
  bar.open = bar.close;
  bar.volume = Quantity::from_int(row.volume);
  return bar;
}

/// Feeds every bar by `update(bar, index)` and compares `value()` with `expected` after each.
template <class Indicator, class Update, class Value>
void expect_series(Indicator indicator, std::span<const double> expected, Update update, Value value) {
  ASSERT_EQ(expected.size(), std::size(kBars));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    update(indicator, bar_of(kBars[i]), i);
    ASSERT_EQ(indicator.ready(), !std::isnan(expected[i])) << "after update " << i + 1;
    if (!indicator.ready()) continue;
    ASSERT_NEAR(value(indicator), expected[i], kTolerance) << "after update " << i + 1;
  }
}

const auto kByClose = [](auto& indicator, const Bar& bar, std::size_t) { indicator.update(bar.close); };
const auto kByBar = [](auto& indicator, const Bar& bar, std::size_t) { indicator.update(bar); };
const auto kValue = [](const auto& indicator) { return indicator.value(); };

TEST(IndicatorReference, SimpleMovingAverageEqualsTaLib) {
  expect_series(SimpleMovingAverage(10), kSma10, kByClose, kValue);
}

TEST(IndicatorReference, ExponentialAverageSeededByAverageEqualsTaLib) {
  expect_series(ExponentialMovingAverage(10), kEma10, kByClose, kValue);
}

TEST(IndicatorReference, ExponentialAverageSeededByFirstValueEqualsPandas) {
  expect_series(ExponentialMovingAverage(10, EmaSeed::FirstValue), kEmaFirstValue10, kByClose, kValue);
}

TEST(IndicatorReference, RelativeStrengthIndexEqualsTaLib) {
  expect_series(RelativeStrengthIndex(14), kRsi14, kByClose, kValue);
}

TEST(IndicatorReference, AverageTrueRangeEqualsTaLib) { expect_series(AverageTrueRange(14), kAtr14, kByBar, kValue); }

TEST(IndicatorReference, EmaTrueRangeEqualsPandas) { expect_series(EmaTrueRange(14), kEmaTrueRange14, kByBar, kValue); }

TEST(IndicatorReference, MacdEqualsTaLib) {
  const Macd macd(5, 12, 4);
  expect_series(macd, kMacdLine, kByClose, kValue);
  expect_series(macd, kMacdSignal, kByClose, [](const Macd& m) { return m.signal(); });
  expect_series(macd, kMacdHistogram, kByClose, [](const Macd& m) { return m.histogram(); });
}

TEST(IndicatorReference, MacdSeededByFirstValueEqualsPandas) {
  const Macd macd(5, 12, 4, EmaSeed::FirstValue);
  expect_series(macd, kMacdFirstValueLine, kByClose, kValue);
  expect_series(macd, kMacdFirstValueSignal, kByClose, [](const Macd& m) { return m.signal(); });
}

TEST(IndicatorReference, BollingerBandsEqualTaLib) {
  const BollingerBands bands(10, 2.5);
  expect_series(bands, kBollingerUpper, kByClose, [](const BollingerBands& b) { return b.upper(); });
  expect_series(bands, kBollingerMiddle, kByClose, kValue);
  expect_series(bands, kBollingerLower, kByClose, [](const BollingerBands& b) { return b.lower(); });
}

TEST(IndicatorReference, DonchianChannelEqualsTaLibMaxAndMin) {
  const DonchianChannel channel(7);
  expect_series(channel, kDonchianUpper, kByBar, [](const DonchianChannel& c) { return c.upper().to_double(); });
  expect_series(channel, kDonchianLower, kByBar, [](const DonchianChannel& c) { return c.lower().to_double(); });
}

TEST(IndicatorReference, StandardDeviationEqualsTaLibAndPandas) {
  expect_series(RollingStandardDeviation(10), kPopulationDeviation10, kByClose, kValue);
  expect_series(RollingStandardDeviation(10, DeviationKind::Sample), kSampleDeviation10, kByClose, kValue);
}

TEST(IndicatorReference, RateOfChangeEqualsTaLib) { expect_series(RateOfChange(5), kRateOfChange5, kByClose, kValue); }

TEST(IndicatorReference, SessionVwapEqualsPandasAndWaitsForVolume) {
  const auto by_session = [](SessionVwap& vwap, const Bar& bar, std::size_t i) {
    if (i % kBarsPerSession == 0) vwap.reset();
    vwap.update(bar);
  };
  expect_series(SessionVwap(), kSessionVwap, by_session, kValue);
}

}  // namespace
}  // namespace bellwether
