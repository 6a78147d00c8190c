// How often returns of a size occur, beside the normal distribution of the same mean and deviation.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace bellwether::statistics {

/// Equally wide bins; bin i holds low + i width <= value < low + (i + 1) width.
struct Histogram {
  double low = 0;
  double width = 0;
  std::vector<std::uint64_t> counts;
  /// How many values the normal distribution with the mean and sample deviation of the values puts into each bin;
  /// empty where they do not vary.
  std::vector<double> normal;
};

/// Bins from the least to the greatest value: their width is a 1, 2 or 5 times a power of ten and their edges multiples
/// of it, so that zero is an edge; as many as Freedman and Diaconis (1981) ask for, `bins_max` at most. Empty for no
/// values. `bins_max` is 4 at least.
Histogram histogram(std::span<const double> values, std::size_t bins_max);

}  // namespace bellwether::statistics
