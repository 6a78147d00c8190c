// Highest or lowest of the last values.
#pragma once

#include <bit>
#include <cstdint>
#include <functional>
#include <vector>

#include "engine/indicators/price_window.hpp"
#include "engine/invariant.hpp"

namespace bellwether {

/// The extreme of the last `period` values by a monotonic queue: only values that can still become the extreme are
/// kept, best first. O(1) amortised per update; allocates once, at construction. `Better` is std::greater<> for the
/// highest, std::less<> for the lowest.
///
/// Warm-up: ready at update `period`.
template <class Better>
class RollingExtreme {
 public:
  /// `period` from 1 to PriceWindow::kMaxLength.
  explicit RollingExtreme(std::int64_t period) : period_(static_cast<std::uint64_t>(period)) {
    BELLWETHER_INVARIANT(period >= 1 && period <= PriceWindow::kMaxLength, "period out of range");
    queue_.resize(std::bit_ceil(period_));
    mask_ = queue_.size() - 1;
  }

  void update(std::int64_t value) {
    if (head_ != tail_ && at(head_).update + period_ <= seen_) ++head_;
    // A value no better than a newer one can never be the extreme again.
    while (head_ != tail_ && !Better()(at(tail_ - 1).value, value)) --tail_;
    queue_[tail_++ & mask_] = {seen_++, value};
  }

  [[nodiscard]] bool ready() const { return seen_ >= period_; }
  /// Asked before `ready()`, a broken invariant.
  [[nodiscard]] std::int64_t value() const {
    BELLWETHER_INVARIANT(ready(), "extreme asked before its warm-up");
    return at(head_).value;
  }
  [[nodiscard]] std::int64_t period() const { return static_cast<std::int64_t>(period_); }

  void rescale(std::int64_t ratio_billionths) {
    for (std::uint64_t i = head_; i != tail_; ++i) {
      std::int64_t& value = queue_[i & mask_].value;
      value = narrow(divide(Int128{value} * 1'000'000'000, ratio_billionths, Rounding::HalfEven));
    }
  }
  void reset() { head_ = tail_ = seen_ = 0; }

  template <class Writer>
  void save(Writer& out) const {
    out.u64(period_);
    out.u64(seen_);
    out.u64(tail_ - head_);
    for (std::uint64_t i = head_; i != tail_; ++i) {
      out.u64(at(i).update);
      out.i64(at(i).value);
    }
  }
  /// Takes the state that an object of the same period saved. Anything else fails the reader and resets.
  template <class Reader>
  void load(Reader& in) {
    reset();
    const std::uint64_t period = in.u64();
    const std::uint64_t seen = in.u64();
    const std::uint64_t count = in.u64();
    bool good = period == period_ && count <= period_ && count <= seen && (count == 0) == (seen == 0);
    for (; good && tail_ < count; ++tail_) {
      const Entry entry{in.u64(), in.i64()};
      const bool in_window = entry.update < seen && entry.update + period_ >= seen;
      const bool in_order =
          tail_ == 0 || (at(tail_ - 1).update < entry.update && Better()(at(tail_ - 1).value, entry.value));
      good = in_window && in_order;
      queue_[tail_ & mask_] = entry;
    }
    seen_ = seen;
    if (count > 0 && at(tail_ - 1).update + 1 != seen) good = false;
    if (!good) in.fail();
    if (!in.ok()) reset();
  }

 private:
  struct Entry {
    std::uint64_t update = 0;  ///< Number of the update that brought the value, from 0.
    std::int64_t value = 0;
  };
  [[nodiscard]] const Entry& at(std::uint64_t i) const { return queue_[i & mask_]; }

  std::vector<Entry> queue_;
  std::uint64_t mask_ = 0;
  std::uint64_t period_;
  std::uint64_t head_ = 0;  ///< The extreme.
  std::uint64_t tail_ = 0;  ///< One past the newest.
  std::uint64_t seen_ = 0;
};

}  // namespace bellwether
