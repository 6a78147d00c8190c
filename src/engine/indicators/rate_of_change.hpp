// Rate of change over a number of bars.
#pragma once

#include "engine/decimal.hpp"
#include "engine/indicators/price_window.hpp"

namespace bellwether {

/// price / (price of `period` updates before) - 1, a fraction: 0.05 is a rise of 5% (TA-Lib's ROCP, pandas'
/// pct_change). 0 where the earlier price is 0, as in TA-Lib.
///
/// Warm-up: ready at update `period` + 1. The range of values is that of PriceWindow.
class RateOfChange {
 public:
  /// `period` from 1 to PriceWindow::kMaxLength.
  explicit RateOfChange(std::int64_t period) : window_(period) {}

  void update(Price price) {
    ready_ = window_.full();
    before_ = window_.push(price.raw());
  }

  [[nodiscard]] bool ready() const { return ready_; }
  /// A fraction. Asked before `ready()`, a broken invariant.
  [[nodiscard]] double value() const {
    BELLWETHER_INVARIANT(ready(), "rate of change asked before its warm-up");
    if (before_ == 0) return 0;
    return static_cast<double>(Int128{window_.at_age(0)} - before_) / static_cast<double>(before_);
  }
  [[nodiscard]] std::int64_t period() const { return window_.length(); }

  void reset() {
    window_.reset();
    before_ = 0;
    ready_ = false;
  }
  template <class Writer>
  void save(Writer& out) const {
    window_.save(out);
    out.u8(ready_ ? 1 : 0);
    out.i64(before_);
  }
  template <class Reader>
  void load(Reader& in) {
    window_.load(in);
    ready_ = in.u8() != 0;
    before_ = in.i64();
    if (before_ > window_.limit() || before_ < -window_.limit() || (ready_ && !window_.full())) in.fail();
    if (!in.ok()) reset();
  }

 private:
  PriceWindow window_;
  std::int64_t before_ = 0;  ///< The price that the newest is compared with.
  bool ready_ = false;
};

}  // namespace bellwether
