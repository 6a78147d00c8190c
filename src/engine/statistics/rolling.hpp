// Figures of the sessions within a window that moves over the run.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "engine/statistics.hpp"

namespace bellwether::statistics {

/// The figures of the `window` sessions up to and including `session`; each absent where Statistics has none.
struct RollingPoint {
  std::size_t session = 0;  ///< Index into the returns.
  std::optional<double> volatility;
  std::optional<double> sharpe;
  std::optional<double> beta;  ///< Over the sessions of the window that the benchmark has a return for.
};

/// One point for each session from the `window`-th on, with the formulas of Statistics. `benchmark` is empty or as long
/// as `returns`; `window` is 2 at least. Linear in returns x window.
std::vector<RollingPoint> rolling_figures(std::span<const double> returns,
                                          std::span<const std::optional<double>> benchmark, std::size_t window,
                                          const StatisticsOptions& options);

}  // namespace bellwether::statistics
