// Wilder's relative strength index.
#pragma once

#include "engine/indicators/exponential_moving_average.hpp"

namespace bellwether {

/// 100 x gain / (gain + loss), where gain and loss are Wilder's averages of the rises and falls from value to value
/// (New Concepts in Technical Trading Systems, 1978; as TA-Lib's RSI). Where both averages are 0 the index is 50:
/// a price that does not move is neither oversold nor overbought (TA-Lib gives 0 there).
///
/// Warm-up: ready at update `period` + 1.
class RelativeStrengthIndex {
 public:
  explicit RelativeStrengthIndex(std::int64_t period)
      : gain_(ExponentialMovingAverage::wilder(period)), loss_(ExponentialMovingAverage::wilder(period)) {}

  void update(Price price) {
    if (has_previous_) [[likely]] {
      const double change = (price - previous_).to_double();
      gain_.update(change > 0 ? change : 0.0);
      loss_.update(change < 0 ? -change : 0.0);
    }
    previous_ = price;
    has_previous_ = true;
  }

  [[nodiscard]] bool ready() const { return gain_.ready(); }
  /// From 0 to 100. Asked before `ready()`, a broken invariant.
  [[nodiscard]] double value() const {
    const double movement = gain_.value() + loss_.value();
    return movement == 0 ? 50.0 : 100.0 * (gain_.value() / movement);
  }
  [[nodiscard]] std::int64_t period() const { return gain_.period(); }

  void rescale(std::int64_t ratio_billionths) {
    gain_.rescale(ratio_billionths);
    loss_.rescale(ratio_billionths);
    previous_ = scaled(previous_, 1'000'000'000, ratio_billionths);
  }
  void reset() {
    gain_.reset();
    loss_.reset();
    previous_ = Price();
    has_previous_ = false;
  }
  template <class Writer>
  void save(Writer& out) const {
    out.u8(has_previous_ ? 1 : 0);
    out.i64(previous_.raw());
    gain_.save(out);
    loss_.save(out);
  }
  template <class Reader>
  void load(Reader& in) {
    has_previous_ = in.u8() != 0;
    previous_ = Price::from_raw(in.i64());
    gain_.load(in);
    loss_.load(in);
    if (!in.ok()) reset();
  }

 private:
  ExponentialMovingAverage gain_;
  ExponentialMovingAverage loss_;
  Price previous_;
  bool has_previous_ = false;
};

}  // namespace bellwether
