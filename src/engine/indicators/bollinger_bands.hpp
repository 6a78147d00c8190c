// Bollinger bands.
#pragma once

#include "engine/indicators/rolling_standard_deviation.hpp"

namespace bellwether {

/// Simple moving average of the last `period` prices, plus and minus `width` population standard deviations of the same
/// prices (Bollinger on Bollinger Bands, 2001; as TA-Lib's BBANDS with a simple average).
///
/// Warm-up: ready at update `period`. The range of values is that of PriceWindow.
class BollingerBands {
 public:
  /// `width` in standard deviations, not negative.
  explicit BollingerBands(std::int64_t period, double width = 2.0) : deviation_(period), width_(width) {
    BELLWETHER_INVARIANT(width >= 0, "the width of bands must not be negative");
  }

  void update(Price price) { deviation_.update(price); }

  [[nodiscard]] bool ready() const { return deviation_.ready(); }
  /// In price units; asked before `ready()`, broken invariants. `value()` is the middle band.
  [[nodiscard]] double value() const { return deviation_.mean(); }
  [[nodiscard]] double upper() const { return deviation_.mean() + width_ * deviation_.value(); }
  [[nodiscard]] double lower() const { return deviation_.mean() - width_ * deviation_.value(); }
  [[nodiscard]] double deviation() const { return deviation_.value(); }
  [[nodiscard]] std::int64_t period() const { return deviation_.period(); }

  void reset() { deviation_.reset(); }
  template <class Writer>
  void save(Writer& out) const {
    deviation_.save(out);
  }
  template <class Reader>
  void load(Reader& in) {
    deviation_.load(in);
  }

 private:
  RollingStandardDeviation deviation_;
  double width_;
};

}  // namespace bellwether
