// How far each stage has come: counters that any thread may read, for queue depths and back-pressure.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace bellwether {

enum class Station : std::uint8_t { Sequencer, Position, Signal, Risk, Order, Released, Recorder };
constexpr std::size_t kStationCount = 7;

/// One writer for each station; events passed since the start.
class ConveyorProgress {
 public:
  void passed(Station station) {
    auto& count = counts_[static_cast<std::size_t>(station)];
    count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }
  /// Market data has arrived; monotonic clock.
  void market_arrived(std::int64_t now_ns) { last_market_ns_.store(now_ns, std::memory_order_relaxed); }
  /// 0: none so far.
  [[nodiscard]] std::int64_t last_market_ns() const { return last_market_ns_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t count(Station station) const {
    return counts_[static_cast<std::size_t>(station)].load(std::memory_order_acquire);
  }
  /// Events between two stations.
  [[nodiscard]] std::uint64_t between(Station earlier, Station later) const {
    const std::uint64_t done = count(later);
    const std::uint64_t begun = count(earlier);
    return begun > done ? begun - done : 0;
  }

 private:
  std::array<std::atomic<std::uint64_t>, kStationCount> counts_{};
  std::atomic<std::int64_t> last_market_ns_ = 0;
};

}  // namespace bellwether
