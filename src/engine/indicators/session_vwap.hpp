// Volume-weighted average price since the session's start.
#pragma once

#include <cstdint>

#include "engine/decimal.hpp"
#include "engine/market.hpp"

namespace bellwether {

/// Sum of price x volume over sum of volume, exact until the last division. A bar counts with its typical price
/// (high + low + close) / 3, a trade with its own. The owner calls `reset()` where a session starts.
///
/// Warm-up: ready at the first update since the reset that has volume.
class SessionVwap {
 public:
  void update(const Bar& bar) { add(Int128{bar.high.raw()} + bar.low.raw() + bar.close.raw(), bar.volume); }
  void update(const Trade& trade) { add(Int128{trade.price.raw()} * 3, trade.size); }

  [[nodiscard]] bool ready() const { return volume_ > 0; }
  /// In price units. Asked before `ready()`, a broken invariant.
  [[nodiscard]] double value() const {
    BELLWETHER_INVARIANT(ready(), "VWAP asked before there was volume");
    return static_cast<double>(turnover_) / (3.0 * static_cast<double>(volume_)) / static_cast<double>(Price::kScale);
  }

  /// Starts a session.
  void reset() { turnover_ = volume_ = 0; }

  template <class Writer>
  void save(Writer& out) const {
    save_wide(out, turnover_);
    save_wide(out, volume_);
  }
  template <class Reader>
  void load(Reader& in) {
    turnover_ = load_wide(in);
    volume_ = load_wide(in);
    if (volume_ < 0) in.fail();
    if (!in.ok()) reset();
  }

 private:
  /// `three_prices` is three times the price in raw units.
  void add(Int128 three_prices, Quantity volume) {
    BELLWETHER_INVARIANT(!volume.is_negative(), "negative volume");
    Int128 product = 0;
    const bool overflow = __builtin_mul_overflow(three_prices, Int128{volume.raw()}, &product) ||
                          __builtin_add_overflow(turnover_, product, &turnover_);
    BELLWETHER_INVARIANT(!overflow, "turnover of a session out of the range of 128 bits");
    volume_ += volume.raw();
  }
  template <class Writer>
  static void save_wide(Writer& out, Int128 value) {
    out.u64(static_cast<std::uint64_t>(value));
    out.i64(static_cast<std::int64_t>(value >> 64));
  }
  template <class Reader>
  static Int128 load_wide(Reader& in) {
    const std::uint64_t low = in.u64();
    return (Int128{in.i64()} << 64) | low;
  }

  Int128 turnover_ = 0;  ///< Sum of three times price x volume, in units of 10^-18.
  Int128 volume_ = 0;    ///< In raw units of quantity.
};

}  // namespace bellwether
