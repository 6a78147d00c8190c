// Wilder's average true range.
#pragma once

#include "engine/indicators/exponential_moving_average.hpp"
#include "engine/indicators/true_range.hpp"
#include "engine/market.hpp"

namespace bellwether {

/// Wilder's average of the true range (New Concepts in Technical Trading Systems, 1978; as TA-Lib's ATR). The first bar
/// only gives its close.
///
/// Warm-up: ready at update `period` + 1.
class AverageTrueRange {
 public:
  explicit AverageTrueRange(std::int64_t period) : average_(ExponentialMovingAverage::wilder(period)) {}

  void update(Price high, Price low, Price close) {
    const bool first = !range_.has_previous();
    const Price range = range_.update(high, low, close);
    if (!first) average_.update(range);
  }
  void update(const Bar& bar) { update(bar.high, bar.low, bar.close); }

  [[nodiscard]] bool ready() const { return average_.ready(); }
  /// In price units. Asked before `ready()`, a broken invariant.
  [[nodiscard]] double value() const { return average_.value(); }
  [[nodiscard]] std::int64_t period() const { return average_.period(); }

  void rescale(std::int64_t ratio_billionths) {
    range_.rescale(ratio_billionths);
    average_.rescale(ratio_billionths);
  }
  void reset() {
    range_.reset();
    average_.reset();
  }
  template <class Writer>
  void save(Writer& out) const {
    range_.save(out);
    average_.save(out);
  }
  template <class Reader>
  void load(Reader& in) {
    range_.load(in);
    average_.load(in);
    if (!in.ok()) reset();
  }

 private:
  TrueRange range_;
  ExponentialMovingAverage average_;
};

}  // namespace bellwether
