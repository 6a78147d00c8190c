// What the account does while bars pass in which nothing else happens: the whole of a bar's work but the strategy's.
#pragma once

#include <cstdint>
#include <span>

#include "engine/market.hpp"

namespace bellwether {

class Portfolio;
class RiskStage;

/// The equities between which no breaker acts: above `floor`, up to `peak`.
struct EquityBounds {
  Money floor;
  Money peak;
};

/// Marks the account bar by bar along a run: equity after each, the range that prices went through, the breakers.
/// Everything that a bar touches stands in this one small object, so that a loop over it stays in registers.
class RunMarks {
 public:
  /// `equity` is where the equities go, one for each bar of `run` while there is a position.
  RunMarks(const BarRun& run, const Portfolio& portfolio, RiskStage& risk, Money* equity);

  /// Takes the first of `bars`, which follow those taken before, up to one that would trip a breaker and must take the
  /// long way. Ends before a bar that makes a new peak of the equity, unless it is the first. Returns how many.
  std::size_t take(std::span<const Bar> bars);
  /// Keeps only `bars`, the first of those that the last `take` took; at least one.
  void keep(std::span<const Bar> bars);

  [[nodiscard]] bool in_market() const { return in_market_; }
  [[nodiscard]] Price low() const { return range_.low; }
  [[nodiscard]] Price high() const { return range_.high; }

 private:
  struct Range {
    Price low;
    Price high;
  };
  std::size_t mark(std::span<const Bar> bars);
  template <typename Valued>
  std::size_t mark_with(std::span<const Bar> bars, Valued valued);
  static Range widened(Range range, const Bar& bar);

  /// Raises the peak from which the breakers measure; gives the bounds that hold from there.
  [[nodiscard]] EquityBounds settle(Money equity) const;

  RiskStage* risk_;
  InstrumentIndex instrument_;
  bool in_market_;
  bool refuses_;  // Out of the market the equity stands still: either every bar passes or none.
  bool whole_shares_;
  std::int64_t shares_;
  Quantity quantity_;
  Money rest_;  // Of the account: all but the instrument's market value.
  EquityBounds bounds_;
  Range range_;
  Range range_before_;  // The last `take`.
  Money* next_equity_;
  Money* equity_before_;  // The last `take`.
};

}  // namespace bellwether
