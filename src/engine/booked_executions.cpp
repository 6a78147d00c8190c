#include "engine/booked_executions.hpp"

#include <algorithm>

namespace bellwether {

bool BookedExecutions::take_out_of_order(std::uint64_t id) {
  const auto after = std::upper_bound(runs_.begin(), runs_.end(), id,
                                      [](std::uint64_t wanted, const Run& run) { return wanted < run.first; });
  const bool has_before = after != runs_.begin();
  if (has_before && std::prev(after)->last >= id) return false;
  const bool joins_before = has_before && std::prev(after)->last + 1 == id;
  const bool joins_after = after != runs_.end() && after->first - 1 == id;
  if (joins_before && joins_after) {
    std::prev(after)->last = after->last;
    runs_.erase(after);
  } else if (joins_before) {
    std::prev(after)->last = id;
  } else if (joins_after) {
    after->first = id;
  } else {
    runs_.insert(after, {id, id});
    if (runs_.size() > kRunsMax) {
      runs_[1].first = runs_[0].first;
      runs_.erase(runs_.begin());
    }
  }
  return true;
}

void BookedExecutions::save(ByteWriter& out) const {
  out.u32(static_cast<std::uint32_t>(runs_.size()));
  for (const Run& run : runs_) {
    out.u64(run.first);
    out.u64(run.last);
  }
}

void BookedExecutions::load(ByteReader& in) {
  runs_.clear();
  const std::uint32_t count = in.u32();
  if (count > kRunsMax) in.fail();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    const std::uint64_t first = in.u64();
    const std::uint64_t last = in.u64();
    if (last < first || (!runs_.empty() && first <= runs_.back().last)) in.fail();
    runs_.push_back({first, last});
  }
}

}  // namespace bellwether
