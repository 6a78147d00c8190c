// An index of numbered slots by a hash, without an allocation of its own for each of them.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace bellwether {

/// Chains of slots of equal hash, the newest first. What a slot holds, and whether two of a hash are equal, its owner
/// knows.
class HashChains {
 public:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  /// `slot` is in no chain.
  void insert(std::uint32_t slot, std::uint32_t hash) {
    if (count_ >= buckets_.size()) grow();
    if (slot >= links_.size()) links_.resize(slot + std::size_t{1});
    ++count_;
    chain(slot, hash);
  }
  /// `slot` is in a chain.
  void erase(std::uint32_t slot) {
    std::uint32_t* at = &bucket(links_[slot].hash);
    while (*at != slot) at = &links_[*at].next;
    *at = links_[slot].next;
    --count_;
  }
  /// The newest slot of a hash, and the next older of the same; kNone where there is none.
  [[nodiscard]] std::uint32_t first(std::uint32_t hash) const {
    return count_ == 0 ? kNone : of_hash(buckets_[hash & (buckets_.size() - 1)], hash);
  }
  [[nodiscard]] std::uint32_t next(std::uint32_t slot) const { return of_hash(links_[slot].next, links_[slot].hash); }
  void clear() { *this = {}; }

 private:
  static constexpr std::size_t kFirstBuckets = 16;

  struct Link {
    std::uint32_t hash = 0;
    std::uint32_t next = kNone;
  };

  [[nodiscard]] std::uint32_t& bucket(std::uint32_t hash) { return buckets_[hash & (buckets_.size() - 1)]; }
  [[nodiscard]] std::uint32_t of_hash(std::uint32_t slot, std::uint32_t hash) const {
    while (slot != kNone && links_[slot].hash != hash) slot = links_[slot].next;
    return slot;
  }
  void chain(std::uint32_t slot, std::uint32_t hash) {
    std::uint32_t& head = bucket(hash);
    links_[slot] = {hash, head};
    head = slot;
  }
  void grow() {
    const std::vector<std::uint32_t> before = std::move(buckets_);
    buckets_.assign(before.empty() ? kFirstBuckets : before.size() * 2, kNone);
    std::vector<std::uint32_t> chained;
    for (std::uint32_t slot : before) {
      // From the oldest on, so that the newest is the first again.
      for (chained.clear(); slot != kNone; slot = links_[slot].next) chained.push_back(slot);
      for (; !chained.empty(); chained.pop_back()) chain(chained.back(), links_[chained.back()].hash);
    }
  }

  std::vector<std::uint32_t> buckets_;  // A power of two of them.
  std::vector<Link> links_;             // By slot.
  std::size_t count_ = 0;
};

}  // namespace bellwether
