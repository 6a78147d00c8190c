// The last values of a series, in raw units: the fixed ring under every indicator that looks back over a window.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "engine/decimal.hpp"
#include "engine/invariant.hpp"

namespace bellwether {

/// Ring of the last `length` values. Allocates once, at construction.
///
/// Every value must lie within plus or minus `limit()` = (2^63 - 1) / length, so that no sum over the window can leave
/// 64 bits and no n x (sum of squares) can leave 128; a value beyond it is a broken invariant. For prices in billionths
/// and a length of 200 that is 46 million, for the greatest length 8,796.
class PriceWindow {
 public:
  static constexpr std::int64_t kMaxLength = std::int64_t{1} << 20;

  /// `length` from 1 to kMaxLength.
  explicit PriceWindow(std::int64_t length) {
    BELLWETHER_INVARIANT(length >= 1 && length <= kMaxLength, "window length out of range");
    length_ = static_cast<std::uint64_t>(length);
    limit_ = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / length_;
    values_.resize(std::bit_ceil(length_));
    mask_ = values_.size() - 1;
  }

  /// Adds a value and returns the one that leaves: that of `length` pushes ago, 0 while the window fills.
  std::int64_t push(std::int64_t value) {
    BELLWETHER_INVARIANT(static_cast<std::uint64_t>(value) + limit_ <= 2 * limit_, "value too large for the window");
    const std::uint64_t seen = seen_;
    std::int64_t* const ring = values_.data();
    // Slots not written yet hold 0, so filling up needs no branch.
    const std::int64_t leaving = ring[(seen - length_) & mask_];
    ring[seen & mask_] = value;
    seen_ = seen + 1;
    return leaving;
  }

  [[nodiscard]] bool full() const { return seen_ >= length_; }
  [[nodiscard]] std::int64_t length() const { return static_cast<std::int64_t>(length_); }
  /// Number of values held, at most `length()`.
  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(std::min(seen_, length_)); }
  [[nodiscard]] std::int64_t limit() const { return static_cast<std::int64_t>(limit_); }
  /// The value of `age` pushes before the newest, 0 <= age < length(); 0 where there were not so many pushes.
  [[nodiscard]] std::int64_t at_age(std::int64_t age) const {
    return values_[(seen_ - 1 - static_cast<std::uint64_t>(age)) & mask_];
  }

  /// Sum of the newest `count` values, or of as many as there are; count <= length().
  [[nodiscard]] std::int64_t sum(std::int64_t count) const {
    std::int64_t total = 0;
    for (std::int64_t age = 0; age < std::min(count, size()); ++age) total += at_age(age);
    return total;
  }

  /// Divides the values by a split's ratio (CorporateAction); none leaves the range.
  void rescale(std::int64_t ratio_billionths) {
    for (std::int64_t& value : values_) {
      const Int128 scaled = divide(Int128{value} * 1'000'000'000, ratio_billionths, Rounding::HalfEven);
      value = static_cast<std::int64_t>(std::clamp<Int128>(scaled, -limit(), limit()));
    }
  }

  void reset() {
    std::fill(values_.begin(), values_.end(), 0);
    seen_ = 0;
  }

  template <class Writer>
  void save(Writer& out) const {
    out.i64(length());
    out.i64(size());
    for (std::int64_t age = size() - 1; age >= 0; --age) out.i64(at_age(age));
  }

  /// Takes the state that a window of the same length saved. Anything else fails the reader and leaves it empty.
  template <class Reader>
  void load(Reader& in) {
    reset();
    const std::int64_t saved_length = in.i64();
    const std::int64_t count = in.i64();
    bool good = saved_length == length() && count >= 0 && count <= length();
    for (std::int64_t i = 0; good && i < count; ++i) {
      const std::int64_t value = in.i64();
      good = value <= limit() && value >= -limit();
      if (good) push(value);
    }
    if (!good) in.fail();
    if (!in.ok()) reset();
  }

  /// Pushes many values: the window's state in local variables, put back at the end. Nothing else may touch the window
  /// meanwhile.
  class Pass {
   public:
    explicit Pass(PriceWindow& window)
        : window_(&window),
          ring_(window.values_.data()),
          mask_(window.mask_),
          limit_(window.limit_),
          seen_(window.seen_) {}
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    ~Pass() { window_->seen_ = seen_; }

    [[nodiscard]] std::int64_t at_age(std::int64_t age) const {
      return ring_[(seen_ - 1 - static_cast<std::uint64_t>(age)) & mask_];
    }
    /// True for values from 0 to `limit()`.
    [[nodiscard]] bool admits(std::int64_t value) const { return static_cast<std::uint64_t>(value) <= limit_; }
    /// `value` must be one that `admits` allows.
    void push(std::int64_t value) { ring_[seen_++ & mask_] = value; }

   private:
    PriceWindow* window_;
    std::int64_t* ring_;
    std::uint64_t mask_;
    std::uint64_t limit_;
    std::uint64_t seen_;
  };

 private:
  std::vector<std::int64_t> values_;  ///< A power of two of slots, so that a mask finds them.
  std::uint64_t mask_ = 0;
  std::uint64_t length_ = 0;
  std::uint64_t limit_ = 0;
  std::uint64_t seen_ = 0;
};

}  // namespace bellwether
