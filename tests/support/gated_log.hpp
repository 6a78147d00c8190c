// An event log in memory that commits when the test says so.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "tests/support/memory_log.hpp"

namespace bellwether::testing {

/// Closed at first: every append waits.
class GatedLog final : public MemoryLog {
 public:
  Expected<void> append(std::span<const Event> new_events, std::span<const LoggedCommand> new_commands) override {
    {
      std::unique_lock lock(mutex_);
      opened_.wait(lock, [this] { return open_ || permits_ > 0; });
      if (!open_) --permits_;
    }
    auto appended = MemoryLog::append(new_events, new_commands);
    committed_.store(events.size());
    return appended;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }
  /// Lets so many appends through.
  void allow(int appends) {
    const std::lock_guard lock(mutex_);
    permits_ += appends;
    opened_.notify_all();
  }
  /// Number of the last event that is committed. From any thread.
  [[nodiscard]] EventNumber committed() const { return committed_.load(); }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
  int permits_ = 0;
  std::atomic<EventNumber> committed_ = 0;
};

}  // namespace bellwether::testing
