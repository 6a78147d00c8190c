#include "engine/statistics/drawdown.hpp"

#include <algorithm>
#include <cmath>

namespace bellwether::statistics {
namespace {

constexpr std::size_t kBlock = 512;

struct Extent {
  std::int64_t low;
  std::int64_t high;
};

/// Lowest and highest of `values`, which must not be empty. Four lanes, so that the comparisons do not wait for each
/// other.
Extent extent(std::span<const Money> values) {
  const std::int64_t first = values[0].raw();
  std::int64_t low0 = first, low1 = first, low2 = first, low3 = first;
  std::int64_t high0 = first, high1 = first, high2 = first, high3 = first;
  std::size_t i = 0;
  for (; i + 4 <= values.size(); i += 4) {
    const std::int64_t v0 = values[i].raw(), v1 = values[i + 1].raw();
    const std::int64_t v2 = values[i + 2].raw(), v3 = values[i + 3].raw();
    low0 = v0 < low0 ? v0 : low0;
    low1 = v1 < low1 ? v1 : low1;
    low2 = v2 < low2 ? v2 : low2;
    low3 = v3 < low3 ? v3 : low3;
    high0 = v0 > high0 ? v0 : high0;
    high1 = v1 > high1 ? v1 : high1;
    high2 = v2 > high2 ? v2 : high2;
    high3 = v3 > high3 ? v3 : high3;
  }
  for (; i < values.size(); ++i) {
    low0 = std::min(low0, values[i].raw());
    high0 = std::max(high0, values[i].raw());
  }
  return {std::min(std::min(low0, low1), std::min(low2, low3)),
          std::max(std::max(high0, high1), std::max(high2, high3))};
}

/// Peaks are positive throughout: the running maximum starts at a positive initial equity.
class DrawdownScan {
 public:
  DrawdownScan(Money initial_equity, std::span<const Money> values)
      : values_(values), peak_(initial_equity.raw()), worst_peak_(peak_), worst_trough_(peak_) {}

  std::optional<Drawdown> run() {
    for (std::size_t begin = 0; begin < values_.size(); begin += kBlock) take_block(begin);
    if (worst_trough_ == worst_peak_) return std::nullopt;
    return Drawdown{Money::from_raw(worst_peak_), Money::from_raw(worst_trough_), find_peak(), worst_index_,
                    find_recovery()};
  }

 private:
  [[nodiscard]] std::size_t block_end(std::size_t begin) const { return std::min(begin + kBlock, values_.size()); }

  void take_block(std::size_t begin) {
    const auto block = values_.subspan(begin, block_end(begin) - begin);
    const auto [low, high] = extent(block);
    const std::int64_t top = std::max(peak_, high);
    // Every point of the block is at least `low`, below a peak of at most `top`. The bound needs a trough >= 0.
    const bool may_be_deeper = worst_trough_ < 0 || Int128{low} * worst_peak_ < Int128{worst_trough_} * top;
    if (may_be_deeper) scan_points(begin, block);
    if (worst_trough_ != worst_peak_ && !recovery_block_ && high >= worst_peak_ &&
        worst_index_ / kBlock != begin / kBlock) {
      recovery_block_ = begin;
    }
    if (high >= peak_) peak_block_ = begin;
    peak_ = top;
  }

  void scan_points(std::size_t begin, std::span<const Money> block) {
    std::int64_t peak = peak_;
    std::optional<std::size_t> peak_block = peak_block_;
    std::int64_t low = peak;
    std::size_t low_index = 0;
    for (std::size_t i = 0; i < block.size(); ++i) {
      const std::int64_t value = block[i].raw();
      if (value >= peak) {
        if (low < peak) settle(peak, peak_block, low, begin + low_index);
        peak = low = value;
        peak_block = begin;
      } else if (value < low) {
        low = value;
        low_index = i;
      }
    }
    if (low < peak) settle(peak, peak_block, low, begin + low_index);
  }

  /// A fall from `peak` to `trough` is over or the block is: keep it if it is the deepest.
  void settle(std::int64_t peak, std::optional<std::size_t> peak_block, std::int64_t trough, std::size_t index) {
    if (Int128{trough} * worst_peak_ >= Int128{worst_trough_} * peak) return;
    worst_peak_ = peak;
    worst_peak_block_ = peak_block;
    worst_trough_ = trough;
    worst_index_ = index;
    recovery_block_.reset();
  }

  [[nodiscard]] std::optional<std::size_t> find_peak() const {
    if (!worst_peak_block_) return std::nullopt;
    std::size_t i = std::min(block_end(*worst_peak_block_), worst_index_);
    while (values_[--i].raw() != worst_peak_) {
    }
    return i;
  }

  [[nodiscard]] std::optional<std::size_t> find_recovery() const {
    const auto first_at_peak = [this](std::size_t from, std::size_t to) -> std::optional<std::size_t> {
      for (std::size_t i = from; i < to; ++i) {
        if (values_[i].raw() >= worst_peak_) return i;
      }
      return std::nullopt;
    };
    const std::size_t trough_block = worst_index_ / kBlock * kBlock;
    if (const auto found = first_at_peak(worst_index_ + 1, block_end(trough_block))) return found;
    if (!recovery_block_) return std::nullopt;
    return first_at_peak(*recovery_block_, block_end(*recovery_block_));
  }

  std::span<const Money> values_;
  std::int64_t peak_;
  std::optional<std::size_t> peak_block_;  // Where the block that last reached peak_ begins.
  std::int64_t worst_peak_;
  std::int64_t worst_trough_;  // Equal to worst_peak_ until there is a fall.
  std::optional<std::size_t> worst_peak_block_;
  std::size_t worst_index_ = 0;
  std::optional<std::size_t> recovery_block_;  // First block after the trough's that reaches worst_peak_.
};

}  // namespace

std::optional<Drawdown> maximum_drawdown(Money initial_equity, std::span<const Money> values) {
  BELLWETHER_INVARIANT(initial_equity.is_positive(), "drawdown from an equity that is not positive");
  return DrawdownScan(initial_equity, values).run();
}

std::vector<Drawdown> deepest_drawdowns(Money initial_equity, std::span<const Money> values, std::size_t count) {
  std::vector<Drawdown> deepest;
  if (!initial_equity.is_positive() || count == 0) return deepest;
  const auto deeper = [](const Drawdown& a, const Drawdown& b) {
    return Int128{a.trough.raw()} * b.peak.raw() < Int128{b.trough.raw()} * a.peak.raw();
  };
  Drawdown fall{initial_equity, initial_equity, std::nullopt, 0, std::nullopt};
  const auto settle = [&] {
    if (fall.trough == fall.peak) return;
    deepest.insert(std::upper_bound(deepest.begin(), deepest.end(), fall, deeper), fall);
    if (deepest.size() > count) deepest.pop_back();
  };
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] >= fall.peak) {
      fall.recovery_index = i;
      settle();
      fall = {values[i], values[i], i, i, std::nullopt};
    } else if (values[i] < fall.trough) {
      fall.trough = values[i];
      fall.trough_index = i;
    }
  }
  settle();
  return deepest;
}

double depth(const Drawdown& drawdown) {
  const Int128 fall = Int128{drawdown.trough.raw()} - drawdown.peak.raw();
  return static_cast<double>(fall) / static_cast<double>(drawdown.peak.raw());
}

std::optional<double> ulcer_index(Money initial_equity, std::span<const DailyEquity> daily) {
  if (daily.empty() || !initial_equity.is_positive()) return std::nullopt;
  Money peak = initial_equity;
  double sum = 0;
  for (const DailyEquity& day : daily) {
    peak = std::max(peak, day.equity);
    const double fall = (day.equity - peak).to_double() / peak.to_double();
    sum += fall * fall;
  }
  return std::sqrt(sum / static_cast<double>(daily.size()));
}

}  // namespace bellwether::statistics
