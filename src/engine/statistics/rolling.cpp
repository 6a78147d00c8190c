#include "engine/statistics/rolling.hpp"

#include <cmath>

#include "engine/statistics/returns.hpp"

namespace bellwether::statistics {

std::vector<RollingPoint> rolling_figures(std::span<const double> returns,
                                          std::span<const std::optional<double>> benchmark, std::size_t window,
                                          const StatisticsOptions& options) {
  BELLWETHER_INVARIANT(window >= 2, "window of fewer than two sessions");
  BELLWETHER_INVARIANT(benchmark.empty() || benchmark.size() == returns.size(), "benchmark of another length");
  std::vector<RollingPoint> points;
  const double root = std::sqrt(options.periods_per_year);
  std::vector<double> own;
  std::vector<double> other;
  for (std::size_t end = window; end <= returns.size(); ++end) {
    const auto within = returns.subspan(end - window, window);
    RollingPoint& point = points.emplace_back();
    point.session = end - 1;
    point.volatility = *standard_deviation(within) * root;
    point.sharpe = sharpe_ratio(within, options);
    if (benchmark.empty()) continue;
    own.clear();
    other.clear();
    for (std::size_t i = end - window; i < end; ++i) {
      if (!benchmark[i]) continue;
      own.push_back(returns[i]);
      other.push_back(*benchmark[i]);
    }
    point.beta = beta(own, other);
  }
  return points;
}

}  // namespace bellwether::statistics
