// Group commit: a thread of its own appends to the event log whatever has come in while the last commit was on its way.
// A lone event is committed at once; under load, one sync serves many events.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "storage/event_log.hpp"

namespace bellwether {

struct LogWriterOptions {
  /// So many events and commands may wait for the next commit; `enqueue` blocks while there are that many. At least 1.
  std::size_t capacity = 16'384;
  /// The log is asked at such intervals whether its files are still what they were, also while nothing is to be
  /// written.
  std::chrono::milliseconds look_every{250};
};

/// Called from the writer's thread, one at a time; each may be empty. None of them may call `flush` or `enqueue`.
struct LogWriterCallbacks {
  /// After a commit: every event up to and including `durable` is on the disk, and so are all commands that were
  /// enqueued before it.
  std::function<void(EventNumber durable)> on_commit = {};
  /// Once, when the log refused to be written, or another program spoilt its files. Nothing is written from then on.
  std::function<void(const Error&)> on_error = {};
  /// When a snapshot could not be stored. The writer goes on.
  std::function<void(const Error&)> on_snapshot_error = {};
  /// After a commit: how long it took and how many events it held, which may be none.
  std::function<void(double seconds, std::size_t events)> on_commit_time = {};
};

/// Appends to one log, which must outlive it. Events must be enqueued in the order of their numbers, a command not
/// before its event; `enqueue` and `flush` may be called from several threads.
///
/// After the log's first error the writer has failed for good: what was waiting and what still comes is discarded,
/// `enqueue` no longer blocks, and `flush` gives the error.
class LogWriter {
 public:
  explicit LogWriter(EventLog& log, LogWriterCallbacks callbacks = {}, LogWriterOptions options = {});
  /// Closes.
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  void enqueue(const Event& event) { enqueue(std::span(&event, 1)); }
  void enqueue(std::span<const Event> events);
  void enqueue(const LoggedCommand& command);
  /// Stores a snapshot once its event is durable. One that still waits gives way to a newer one.
  void enqueue(Snapshot snapshot);

  /// Waits until all that was enqueued before is durable.
  Expected<void> flush();
  /// Writes what is waiting and ends the thread: no callback is called any more. Nothing may be enqueued afterwards.
  void close();
  /// Number of the last durable event.
  [[nodiscard]] EventNumber durable() const { return durable_.load(std::memory_order_acquire); }
  /// How many events and commands wait for the next commit.
  [[nodiscard]] std::size_t waiting() const;

 private:
  /// What one commit writes.
  struct Group {
    std::vector<Event> events;
    std::vector<LoggedCommand> commands;
    std::optional<Snapshot> snapshot;

    [[nodiscard]] std::size_t entries() const { return events.size() + commands.size(); }
    [[nodiscard]] bool empty() const { return entries() == 0 && !snapshot; }
    void clear();
  };

  void run();
  void commit(const Group& group);
  /// Waits until there is something to write or to end; looks at the log's files every so often meanwhile.
  void wait_for_work(std::unique_lock<std::mutex>& lock);
  void fail(const Error& error);
  /// Waits for room. False if the writer has failed.
  bool wait_for_room(std::unique_lock<std::mutex>& lock);
  void wake_writer();

  EventLog& log_;
  const LogWriterCallbacks callbacks_;
  const std::size_t capacity_;
  const std::chrono::milliseconds look_every_;
  std::atomic<EventNumber> durable_;

  mutable std::mutex mutex_;
  std::condition_variable work_;     // The writer waits here for something to do,
  std::condition_variable room_;     // producers for room,
  std::condition_variable settled_;  // and `flush` for the end of a commit.
  Group incoming_;
  bool writer_idle_ = false;
  bool stopping_ = false;
  std::chrono::steady_clock::time_point looked_ = {};  // Of the writer's thread alone.
  std::uint64_t groups_begun_ = 0;
  std::uint64_t groups_done_ = 0;
  std::optional<Error> failure_;

  std::thread thread_;
};

}  // namespace bellwether
