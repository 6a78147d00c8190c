// Account equity after every market event of a session, compact enough to keep for millions of bars.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/bytes.hpp"
#include "engine/decimal.hpp"
#include "engine/time.hpp"

namespace bellwether {

/// Equity at the close of one session.
struct DailyEquity {
  Date session;
  Money equity;

  bool operator==(const DailyEquity&) const = default;
};

/// Equity by time. Values are stored one by one, times as runs of equal steps.
class EquityCurve {
 public:
  struct Point {
    Timestamp time;
    Money equity;
    bool operator==(const Point&) const = default;
  };

  /// Adds a point. `time` must not lie before the last one.
  void append(Timestamp time, Money equity);

  /// Adds points `step` apart, the first at `first`.
  void append_run(Timestamp first, Duration step, std::span<const Money> equity);
  /// Adds `count` points of the same equity, `step` apart, the first at `first`.
  void append_still(Timestamp first, Duration step, std::size_t count, Money equity);

  /// Room for `points` values without reallocation.
  void reserve(std::size_t points) { values_.reserve(points); }

  [[nodiscard]] std::size_t size() const { return values_.size(); }
  [[nodiscard]] bool empty() const { return values_.empty(); }
  [[nodiscard]] std::span<const Money> values() const { return values_; }
  /// O(log runs).
  [[nodiscard]] Timestamp time(std::size_t index) const;
  [[nodiscard]] Point operator[](std::size_t index) const { return {time(index), values_[index]}; }

  /// Calls `visit(Timestamp, Money)` for every point, in order.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t r = 0; r < runs_.size(); ++r) {
      const std::size_t end = r + 1 < runs_.size() ? runs_[r + 1].first_index : values_.size();
      Timestamp at = runs_[r].first_time;
      for (std::size_t i = runs_[r].first_index; i < end; ++i, at = at + runs_[r].step) visit(at, values_[i]);
    }
  }

  bool operator==(const EquityCurve& other) const;

  void save(ByteWriter& out) const;

 private:
  struct Run {
    std::size_t first_index;
    Timestamp first_time;
    Duration step;  // Zero until the run has a second point.
  };
  void append_time(std::size_t index, Timestamp time);
  void append_times(Timestamp first, Duration step, std::size_t count);
  void prefetch(std::size_t count) const;

  std::vector<Money> values_;
  std::vector<Run> runs_;
  Timestamp last_time_;
};

}  // namespace bellwether
