// What the actors of a session share besides messages: the log, the observers, the progress counters. Plain pointers;
// the session owns the objects and outlives the actors.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>

#include "actors/conveyor_progress.hpp"
#include "actors/metrics.hpp"
#include "actors/session_board.hpp"
#include "storage/book_writer.hpp"
#include "storage/log_writer.hpp"

namespace bellwether {

struct SessionPorts {
  LogWriter* log = nullptr;          ///< Null: nothing is written, and everything counts as durable.
  SessionBoard* board = nullptr;     ///< Null: nobody watches.
  EngineMetrics* metrics = nullptr;  ///< Null: nobody watches.
  BookWriter* books = nullptr;       ///< Null: no books are kept.
  ConveyorProgress* progress = nullptr;
  /// Set for good when the session fails or ends: from then on no event enters and no command leaves.
  std::atomic<bool>* closed = nullptr;

  [[nodiscard]] bool is_closed() const { return closed->load(std::memory_order_acquire); }
  /// Called with the first turn on which trading is halted, halted for another reason or resumed, on the recorder's
  /// thread. May be empty.
  std::function<void(const Turn&)> on_halt = {};
  /// Called with every opening and closing of a session once it is recorded, on the recorder's thread. May be empty.
  std::function<void(const Turn&)> on_session = {};
};

/// Nanoseconds of the monotonic clock.
inline std::int64_t monotonic_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Runs one stage on a passage, and takes its time where somebody watches.
template <typename Work>
void timed(const SessionPorts& ports, Stage stage, Work&& work) {
  if (ports.metrics == nullptr) {
    work();
    return;
  }
  const std::int64_t begin = monotonic_ns();
  work();
  ports.metrics->observe_stage(stage, static_cast<double>(monotonic_ns() - begin) * 1e-9);
}

}  // namespace bellwether
