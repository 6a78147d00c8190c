// Donchian channel.
#pragma once

#include <functional>

#include "engine/indicators/rolling_extreme.hpp"
#include "engine/market.hpp"

namespace bellwether {

/// Highest high and lowest low of the last `period` bars, the newest included, exact. A breakout rule compares a bar
/// with the channel as it was before that bar: read, then update.
///
/// Warm-up: ready at update `period`.
class DonchianChannel {
 public:
  /// `period` from 1 to PriceWindow::kMaxLength.
  explicit DonchianChannel(std::int64_t period) : highest_(period), lowest_(period) {}

  void update(Price high, Price low) {
    highest_.update(high.raw());
    lowest_.update(low.raw());
  }
  void update(const Bar& bar) { update(bar.high, bar.low); }

  [[nodiscard]] bool ready() const { return highest_.ready(); }
  /// Asked before `ready()`, broken invariants.
  [[nodiscard]] Price upper() const { return Price::from_raw(highest_.value()); }
  [[nodiscard]] Price lower() const { return Price::from_raw(lowest_.value()); }
  /// Middle of the channel in price units.
  [[nodiscard]] double value() const { return (upper().to_double() + lower().to_double()) / 2.0; }
  [[nodiscard]] std::int64_t period() const { return highest_.period(); }

  void rescale(std::int64_t ratio_billionths) {
    highest_.rescale(ratio_billionths);
    lowest_.rescale(ratio_billionths);
  }
  void reset() {
    highest_.reset();
    lowest_.reset();
  }
  template <class Writer>
  void save(Writer& out) const {
    highest_.save(out);
    lowest_.save(out);
  }
  template <class Reader>
  void load(Reader& in) {
    highest_.load(in);
    lowest_.load(in);
    if (!in.ok()) reset();
  }

 private:
  RollingExtreme<std::greater<>> highest_;
  RollingExtreme<std::less<>> lowest_;
};

}  // namespace bellwether
