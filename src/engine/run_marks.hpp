// What the account does while bars pass in which nothing else happens: the whole of a bar's work but the strategy's.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "engine/market.hpp"

namespace bellwether {

class Portfolio;
class RiskStage;

/// Consecutive intraday bars of one instrument within one session.
struct BarRun {
  InstrumentIndex instrument;
  std::span<const Bar> bars;
  Duration interval;
  bool synthetic;
};

/// The equities between which no breaker acts: above `floor`, up to `peak`.
struct EquityBounds {
  Money floor;
  Money peak;
};

/// Marks the account bar by bar along a run: equity after each, the range that prices went through, the breakers.
/// Everything that a bar touches stands in this one small object, so that a loop over it stays in registers.
class RunMarks {
 public:
  /// `last_start`: of the last bar that may be taken. `equity` is where the equities go, one for each bar of `run`.
  RunMarks(const BarRun& run, Timestamp last_start, const Portfolio& portfolio, RiskStage& risk, Money* equity);

  /// Takes the next bar. False, and nothing has changed, where the bar must take the long way: it does not follow the
  /// one before without a gap, lies behind the last start, or would trip a breaker.
  bool take(const Bar& bar) {
    if (bar.start != next_start_ || bar.start > last_start_) return false;
    if (in_market_) {
      const Money equity = rest_ + value_at(bar.close);
      if (equity <= bounds_.floor || equity > bounds_.peak) [[unlikely]] {
        bounds_ = settle(*risk_, equity);
        if (equity <= bounds_.floor) return false;
      }
      low_ = std::min(low_, bar.low);
      high_ = std::max(high_, bar.high);
      *next_equity_++ = equity;
    }
    next_start_ = next_start_ + interval_;
    return true;
  }

  /// When the last bar taken closed; the first bar's start before there is one.
  [[nodiscard]] Timestamp last_close() const { return next_start_; }
  [[nodiscard]] bool in_market() const { return in_market_; }
  [[nodiscard]] Price low() const { return low_; }
  [[nodiscard]] Price high() const { return high_; }

 private:
  [[nodiscard]] Money value_at(Price close) const {
    // Whole shares are valued in 64 bits, and mostly come out in whole units.
    std::int64_t product = 0;
    if (!whole_shares_ || __builtin_mul_overflow(close.raw(), shares_, &product)) [[unlikely]] {
      return rounded_value(close, quantity_);
    }
    const std::int64_t value = product / 1'000;
    if (value * 1'000 != product) [[unlikely]]
      return rounded_value(close, quantity_);
    return Money::from_raw(value);
  }
  static Money rounded_value(Price close, Quantity quantity);
  /// Raises the peak from which the breakers measure; gives the bounds that hold from there.
  static EquityBounds settle(RiskStage& risk, Money equity);

  Timestamp next_start_;
  Timestamp last_start_;
  Duration interval_;
  bool in_market_;
  bool whole_shares_;
  std::int64_t shares_;
  Quantity quantity_;
  Money rest_;  // Of the account: all but the instrument's market value.
  EquityBounds bounds_;
  Price low_;
  Price high_;
  Money* next_equity_;
  RiskStage* risk_;
};

}  // namespace bellwether
