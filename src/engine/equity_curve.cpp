#include "engine/equity_curve.hpp"

#include <algorithm>

namespace bellwether {

void EquityCurve::append(Timestamp time, Money equity) {
  append_time(values_.size(), time);
  values_.push_back(equity);
}

void EquityCurve::append_time(std::size_t index, Timestamp time) {
  BELLWETHER_INVARIANT(index == 0 || time >= last_time_, "equity curve runs backward in time");
  if (runs_.empty()) {
    runs_.push_back({index, time, Duration(0)});
  } else if (Run& run = runs_.back(); index == run.first_index + 1) {
    run.step = time - run.first_time;
  } else if (time - last_time_ != run.step) {
    runs_.push_back({index, time, Duration(0)});
  }
  last_time_ = time;
}

void EquityCurve::append_times(Timestamp first, Duration step, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    // The first two points settle which run of times they belong to; the rest follows it.
    if (i >= 2 && runs_.back().step == step) {
      last_time_ = first + step * static_cast<std::int64_t>(count - 1);
      return;
    }
    append_time(values_.size() + i, first + step * static_cast<std::int64_t>(i));
  }
}

/// Asks for the memory that as many values as now will go to some appends later: runs are short, so the processor does
/// not foresee it.
void EquityCurve::prefetch(std::size_t count) const {
  constexpr std::size_t kAhead = 128;
  constexpr std::size_t kValuesPerLine = 64 / sizeof(Money);
  if (values_.size() + kAhead + count > values_.capacity()) return;
  const Money* const from = values_.data() + values_.size() + kAhead;
  for (std::size_t i = 0; i < count; i += kValuesPerLine) __builtin_prefetch(from + i, 1);
}

void EquityCurve::append_run(Timestamp first, Duration step, std::span<const Money> equity) {
  prefetch(equity.size());
  append_times(first, step, equity.size());
  values_.insert(values_.end(), equity.begin(), equity.end());
}

void EquityCurve::append_still(Timestamp first, Duration step, std::size_t count, Money equity) {
  prefetch(count);
  append_times(first, step, count);
  for (std::size_t i = 0; i < count; ++i) values_.push_back(equity);
}

Timestamp EquityCurve::time(std::size_t index) const {
  BELLWETHER_INVARIANT(index < values_.size(), "equity curve read past its end");
  const auto after = std::upper_bound(runs_.begin(), runs_.end(), index,
                                      [](std::size_t i, const Run& run) { return i < run.first_index; });
  const Run& run = *std::prev(after);
  return run.first_time + run.step * static_cast<std::int64_t>(index - run.first_index);
}

bool EquityCurve::operator==(const EquityCurve& other) const {
  if (values_ != other.values_) return false;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (time(i) != other.time(i)) return false;
  }
  return true;
}

void EquityCurve::save(ByteWriter& out) const {
  out.u64(values_.size());
  for (Money value : values_) out.fixed(value);
  out.u64(runs_.size());
  for (const Run& run : runs_) {
    out.u64(run.first_index);
    out.time(run.first_time);
    out.i64(run.step.count());
  }
  out.time(last_time_);
}

}  // namespace bellwether
