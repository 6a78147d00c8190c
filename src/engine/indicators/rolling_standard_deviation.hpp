// Standard deviation of prices over a window.
#pragma once

#include <cmath>
#include <cstdint>

#include "engine/decimal.hpp"
#include "engine/indicators/price_window.hpp"

namespace bellwether {

/// What the sum of squared deviations is divided by.
enum class DeviationKind : std::uint8_t {
  Population,  ///< n, as TA-Lib's STDDEV and Bollinger bands.
  Sample,      ///< n - 1, as pandas' rolling().std().
};

/// sqrt((n x sum of squares - square of sum) / divisor) over the last n = `period` values. The bracket is an exact
/// integer, so there is neither cancellation nor drift, and n equal values give exactly 0.
///
/// Warm-up: ready at update `period`. The range of values is that of PriceWindow.
class RollingStandardDeviation {
 public:
  /// `period` from 1 (Sample: 2) to PriceWindow::kMaxLength.
  explicit RollingStandardDeviation(std::int64_t period, DeviationKind kind = DeviationKind::Population)
      : window_(period) {
    BELLWETHER_INVARIANT(kind == DeviationKind::Population || period >= 2, "a sample deviation needs two values");
    const double n = static_cast<double>(period);
    divisor_ = kind == DeviationKind::Population ? n * n : n * (n - 1.0);
  }

  /// One value in raw units of price (billionths).
  void update(std::int64_t raw) {
    const std::int64_t leaving = window_.push(raw);
    sum_ = sum_ - leaving + raw;
    squares_ += Int128{raw} * raw - Int128{leaving} * leaving;
  }
  void update(Price price) { update(price.raw()); }

  [[nodiscard]] bool ready() const { return window_.full(); }
  /// In price units. Asked before `ready()`, a broken invariant.
  [[nodiscard]] double value() const {
    BELLWETHER_INVARIANT(ready(), "deviation asked before its warm-up");
    const Int128 bracket = Int128{period()} * squares_ - Int128{sum_} * sum_;
    return std::sqrt(static_cast<double>(bracket) / divisor_) / static_cast<double>(Price::kScale);
  }
  /// Mean of the same window in price units. Asked before `ready()`, a broken invariant.
  [[nodiscard]] double mean() const {
    BELLWETHER_INVARIANT(ready(), "mean asked before its warm-up");
    return static_cast<double>(sum_) / (static_cast<double>(period()) * static_cast<double>(Price::kScale));
  }
  [[nodiscard]] std::int64_t period() const { return window_.length(); }

  void reset() {
    window_.reset();
    sum_ = 0;
    squares_ = 0;
  }
  template <class Writer>
  void save(Writer& out) const {
    window_.save(out);
  }
  template <class Reader>
  void load(Reader& in) {
    window_.load(in);
    sum_ = 0;
    squares_ = 0;
    for (std::int64_t age = 0; age < window_.size(); ++age) {
      const std::int64_t raw = window_.at_age(age);
      sum_ += raw;
      squares_ += Int128{raw} * raw;
    }
  }

 private:
  PriceWindow window_;
  double divisor_ = 1;
  std::int64_t sum_ = 0;
  Int128 squares_ = 0;
};

}  // namespace bellwether
