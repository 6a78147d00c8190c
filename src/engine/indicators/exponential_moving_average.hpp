// Exponential moving average, with the two usual ways to start it and the two usual weights.
#pragma once

#include <cstdint>

#include "engine/decimal.hpp"
#include "engine/indicators/price_window.hpp"

namespace bellwether {

/// What an exponential average starts from.
enum class EmaSeed : std::uint8_t {
  FirstValue,     ///< The first value, as pandas' ewm(adjust=False).
  SimpleAverage,  ///< The mean of the first `period` values, as TA-Lib.
};

/// average += alpha x (value - average), alpha = 2 / (period + 1); or 1 / period for Wilder's average.
///
/// Warm-up: ready at update 1 with EmaSeed::FirstValue, at update `period` with EmaSeed::SimpleAverage.
class ExponentialMovingAverage {
 public:
  /// `period` from 1 to PriceWindow::kMaxLength.
  explicit ExponentialMovingAverage(std::int64_t period, EmaSeed seed = EmaSeed::SimpleAverage)
      : ExponentialMovingAverage(period, 2.0 / (static_cast<double>(period) + 1.0),
                                 seed == EmaSeed::FirstValue ? 1 : period) {}

  /// Wilder's smoothing (New Concepts in Technical Trading Systems, 1978): alpha = 1 / period, started from the mean of
  /// the first `period` values; ready at update `period`.
  static ExponentialMovingAverage wilder(std::int64_t period) {
    return ExponentialMovingAverage(period, 1.0 / static_cast<double>(period), period);
  }

  void update(double value) {
    if (ready()) [[likely]] {
      average_ += alpha_ * (value - average_);
      return;
    }
    average_ += value;
    if (++seen_ == seed_length_) average_ /= static_cast<double>(seed_length_);
  }
  void update(Price price) { update(price.to_double()); }

  [[nodiscard]] bool ready() const { return seen_ == seed_length_; }
  /// In the unit of the input. Asked before `ready()`, a broken invariant.
  [[nodiscard]] double value() const {
    BELLWETHER_INVARIANT(ready(), "average asked before its warm-up");
    return average_;
  }
  [[nodiscard]] std::int64_t period() const { return period_; }

  void rescale(std::int64_t ratio_billionths) { average_ *= 1e9 / static_cast<double>(ratio_billionths); }
  void reset() {
    average_ = 0;
    seen_ = 0;
  }
  template <class Writer>
  void save(Writer& out) const {
    out.f64(alpha_);
    out.i64(seed_length_);
    out.i64(seen_);
    out.f64(average_);
  }
  /// Takes the state that an average of the same parameters saved. Anything else fails the reader and resets.
  template <class Reader>
  void load(Reader& in) {
    const double alpha = in.f64();
    const std::int64_t seed_length = in.i64();
    seen_ = in.i64();
    average_ = in.f64();
    if (alpha != alpha_ || seed_length != seed_length_ || seen_ < 0 || seen_ > seed_length_) in.fail();
    if (!in.ok()) reset();
  }

 private:
  ExponentialMovingAverage(std::int64_t period, double alpha, std::int64_t seed_length)
      : alpha_(alpha), period_(period), seed_length_(seed_length) {
    BELLWETHER_INVARIANT(period >= 1 && period <= PriceWindow::kMaxLength, "period out of range");
  }

  double alpha_;
  std::int64_t period_;
  std::int64_t seed_length_;  ///< Number of values whose mean the average starts from.
  std::int64_t seen_ = 0;     ///< Stops counting at seed_length_.
  double average_ = 0;        ///< Sum of the values while they are fewer than seed_length_.
};

}  // namespace bellwether
