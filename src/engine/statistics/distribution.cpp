#include "engine/statistics/distribution.hpp"

#include <algorithm>
#include <cmath>

#include "engine/statistics/elementary.hpp"
#include "engine/statistics/returns.hpp"

namespace bellwether::statistics {
namespace {

/// The smallest 1, 2 or 5 times a power of ten that is not below `width`, which is positive.
double round_width(double width) {
  double power = 1;
  while (power > width) power /= 10;
  while (power * 10 <= width) power *= 10;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (power * factor >= width) return power * factor;
  }
  return power * 10;
}

/// 2 IQR / n^(1/3); 0 where the middle half of the values is one value.
double freedman_diaconis(std::span<const double> sorted) {
  const double spread = sorted[(sorted.size() - 1) * 3 / 4] - sorted[(sorted.size() - 1) / 4];
  return 2 * spread / power(static_cast<double>(sorted.size()), 1.0 / 3);
}

}  // namespace

Histogram histogram(std::span<const double> values, std::size_t bins_max) {
  Histogram out;
  if (values.empty()) return out;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const double range = sorted.back() - sorted.front();
  // Two bins are spare: the edges are multiples of the width, not the extremes.
  const double least = range / static_cast<double>(bins_max - 2);
  out.width = round_width(std::max({freedman_diaconis(sorted), least, 1e-6}));
  const double first = std::floor(sorted.front() / out.width);
  const auto bins = static_cast<std::size_t>(std::floor(sorted.back() / out.width) - first) + 1;
  out.low = first * out.width;
  out.counts.assign(bins, 0);
  for (const double value : sorted) {
    const auto bin = static_cast<std::size_t>(std::max(std::floor(value / out.width) - first, 0.0));
    ++out.counts[std::min(bin, bins - 1)];
  }
  const auto deviation = standard_deviation(values);
  if (!deviation || *deviation == 0) return out;
  const double center = mean(values);
  const auto below = [&](std::size_t edge) {
    return normal_cdf((out.low + static_cast<double>(edge) * out.width - center) / *deviation);
  };
  for (std::size_t i = 0; i < bins; ++i) {
    out.normal.push_back(static_cast<double>(values.size()) * (below(i + 1) - below(i)));
  }
  return out;
}

}  // namespace bellwether::statistics
