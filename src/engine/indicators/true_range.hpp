// Wilder's true range of a bar.
#pragma once

#include <algorithm>

#include "engine/decimal.hpp"

namespace bellwether {

/// The larger of high - low, |high - previous close| and |low - previous close|, exact. Of the first bar, high - low.
class TrueRange {
 public:
  /// Takes the next bar and returns its true range.
  Price update(Price high, Price low, Price close) {
    const Price range = has_previous_ ? std::max(high, previous_close_) - std::min(low, previous_close_) : high - low;
    previous_close_ = close;
    has_previous_ = true;
    return range;
  }

  /// Whether the next bar has a bar before it.
  [[nodiscard]] bool has_previous() const { return has_previous_; }
  void rescale(std::int64_t ratio_billionths) {
    previous_close_ = scaled(previous_close_, 1'000'000'000, ratio_billionths);
  }
  void reset() { *this = TrueRange(); }

  template <class Writer>
  void save(Writer& out) const {
    out.u8(has_previous_ ? 1 : 0);
    out.i64(previous_close_.raw());
  }
  template <class Reader>
  void load(Reader& in) {
    has_previous_ = in.u8() != 0;
    previous_close_ = Price::from_raw(in.i64());
    if (!in.ok()) reset();
  }

 private:
  bool has_previous_ = false;
  Price previous_close_;
};

}  // namespace bellwether
