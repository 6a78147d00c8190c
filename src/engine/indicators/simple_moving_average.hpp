// Simple moving average over exact prices.
#pragma once

#include <cstdint>

#include "engine/decimal.hpp"
#include "engine/indicators/price_window.hpp"

namespace bellwether {

/// Mean of the last `period` values, kept as an exact integer sum: it cannot drift, and two averages of different
/// periods can be compared without rounding.
///
/// Warm-up: ready at update `period`. The range of values is that of PriceWindow.
class SimpleMovingAverage {
 public:
  /// `period` from 1 to PriceWindow::kMaxLength.
  explicit SimpleMovingAverage(std::int64_t period)
      : window_(period), units_(static_cast<double>(period) * static_cast<double>(Price::kScale)) {}

  /// One value in raw units of price (billionths).
  void update(std::int64_t raw) {
    const std::int64_t leaving = window_.push(raw);
    sum_ = sum_ - leaving + raw;
  }
  void update(Price price) { update(price.raw()); }

  [[nodiscard]] bool ready() const { return window_.full(); }
  /// The average in price units. Asked before `ready()`, a broken invariant.
  [[nodiscard]] double value() const {
    BELLWETHER_INVARIANT(ready(), "average asked before its warm-up");
    return static_cast<double>(sum_) / units_;
  }
  /// Exact sum of the window in raw units; before `ready()`, of the values seen so far.
  [[nodiscard]] std::int64_t sum() const { return sum_; }
  [[nodiscard]] std::int64_t period() const { return window_.length(); }

  void rescale(std::int64_t ratio_billionths) {
    window_.rescale(ratio_billionths);
    sum_ = window_.sum(window_.length());
  }
  void reset() {
    window_.reset();
    sum_ = 0;
  }
  template <class Writer>
  void save(Writer& out) const {
    window_.save(out);
  }
  template <class Reader>
  void load(Reader& in) {
    window_.load(in);
    sum_ = window_.sum(window_.length());
  }

 private:
  PriceWindow window_;
  double units_;  ///< period x raw units per price unit.
  std::int64_t sum_ = 0;
};

}  // namespace bellwether
