// Figures of completed round trips. The formulas stand with the members of Statistics.
#pragma once

#include <span>

#include "engine/statistics.hpp"

namespace bellwether::statistics {

/// Sums of round trips, of which the figures are made: of all of them, or of those that have something in common.
class TradeTally {
 public:
  /// Trades come in order of their exits.
  void take(const TradeRecord& trade);
  /// Sets the figures of Statistics that depend on trades alone, but for the R-multiples.
  void set(Statistics& out) const;
  [[nodiscard]] Money net_pnl() const;

 private:
  /// Wins or losses.
  struct Side {
    std::uint64_t count = 0;
    Int128 sum = 0;  // Millionths.
    Money extreme;   // The one farthest from zero.
    std::uint64_t streak = 0;
    std::uint64_t longest_streak = 0;

    void take(Money pnl);
  };

  Side wins_;
  Side losses_;
  std::uint64_t count_ = 0;
  Int128 pnl_ = 0;
  Int128 adverse_ = 0;
  Int128 favorable_ = 0;
  Int128 held_ns_ = 0;
};

/// Return on the largest position at its entry price: net_pnl / (entry_price x quantity). Nothing where that is not
/// positive.
std::optional<double> trade_return(const TradeRecord& trade);

/// Sets the figures of Statistics that depend on trades alone. `trades` are in order of their exits.
void add_trade_statistics(std::span<const TradeRecord> trades, Statistics& out);

}  // namespace bellwether::statistics
