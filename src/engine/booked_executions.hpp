// Which executions of a venue have been taken: a report may come twice, or after a later one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/bytes.hpp"

namespace bellwether {

/// A set of execution ids, kept as runs of successive ones. Bounded: past kRunsMax runs the lowest gap is given up, and
/// what might still come in it counts as taken, since to book an execution twice is worse than to miss one that a
/// comparison with the venue brings to light.
class BookedExecutions {
 public:
  static constexpr std::size_t kRunsMax = 1'024;

  /// Successive ids.
  struct Run {
    std::uint64_t first;
    std::uint64_t last;

    bool operator==(const Run&) const = default;
  };

  /// Takes `id`, which is not 0. False where it has been taken before.
  bool take(std::uint64_t id) {
    if (!runs_.empty() && id == runs_.back().last + 1) [[likely]] {
      ++runs_.back().last;
      return true;
    }
    return take_out_of_order(id);
  }

  /// Ascending, with a gap between any two.
  [[nodiscard]] const std::vector<Run>& runs() const { return runs_; }
  /// Takes what `runs` gave, in place of all that has been taken.
  void restore(std::vector<Run> runs) { runs_ = std::move(runs); }

  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  bool take_out_of_order(std::uint64_t id);

  std::vector<Run> runs_;
};

}  // namespace bellwether
