// Exponential average of the true range, started from the first bar.
#pragma once

#include "engine/indicators/exponential_moving_average.hpp"
#include "engine/indicators/true_range.hpp"
#include "engine/market.hpp"

namespace bellwether {

/// Average true range by alpha = 2 / (period + 1) rather than Wilder's 1 / period, started from the first bar's
/// high - low: pandas' ewm(span=period, adjust=False) of the true range.
///
/// Warm-up: ready at update 1.
class EmaTrueRange {
 public:
  explicit EmaTrueRange(std::int64_t period) : average_(period, EmaSeed::FirstValue) {}

  void update(Price high, Price low, Price close) { average_.update(range_.update(high, low, close)); }
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
