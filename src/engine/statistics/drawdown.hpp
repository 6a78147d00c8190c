// Falls of equity below its highest value so far.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "engine/equity_curve.hpp"

namespace bellwether::statistics {

/// A maximum drawdown, by indices into the values that were scanned.
struct Drawdown {
  Money peak;
  Money trough;
  /// Last point at the peak before the trough; absent when the peak is the initial equity and no point has it.
  std::optional<std::size_t> peak_index;
  std::size_t trough_index = 0;
  /// First point at or above the peak after the trough.
  std::optional<std::size_t> recovery_index;
};

/// The deepest fall below the running maximum that starts at `initial_equity`, the first of equally deep ones;
/// nothing when no value lies below that maximum. Exact. `initial_equity` must be positive.
///
/// One pass without a division: blocks are reduced to their lowest and highest value, and only a block that could
/// hold a deeper fall is looked at point by point; falls are compared as trough x other peak in 128 bits.
std::optional<Drawdown> maximum_drawdown(Money initial_equity, std::span<const Money> values);

/// trough / peak - 1, negative.
double depth(const Drawdown& drawdown);

/// The deepest falls from a peak until it is reached again, the deepest first, of equally deep ones the earlier; at
/// most `count`. The first is maximum_drawdown(). Exact; a fall of a point below the initial equity has no peak_index.
/// Empty when `initial_equity` is not positive.
std::vector<Drawdown> deepest_drawdowns(Money initial_equity, std::span<const Money> values, std::size_t count);

/// sqrt(mean(d^2)), d the drawdown of each session's close below the highest one so far and the initial equity
/// (Martin and McCann 1989). Nothing without sessions or when the initial equity is not positive.
std::optional<double> ulcer_index(Money initial_equity, std::span<const DailyEquity> daily);

}  // namespace bellwether::statistics
