// Writes an account's books behind its turns, on a thread of its own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "storage/account_books.hpp"
#include "storage/book_keeper.hpp"

namespace bellwether {

struct BookWriterOptions {
  /// So many rows may wait for the disk. Where they are more, the books stop, so that nobody waits for them.
  std::size_t rows_max = 262'144;
  /// A transaction waits so long for others to join it, unless somebody waits for it.
  std::chrono::milliseconds gather = std::chrono::milliseconds(20);
  /// After a refusal by the disk, it is asked again after so long.
  std::chrono::milliseconds retry = std::chrono::milliseconds(1'000);
};

/// From the writer's thread or that of `apply`, one at a time; may be empty. Must not call the writer.
struct BookWriterCallbacks {
  /// The disk refused a transaction, after others that it took. What is to be written stays, and is tried again.
  std::function<void(const Error&)> on_error = {};
  /// The books have stopped, and why. What they held is sound; they go on after a restart, or once they are rebuilt.
  std::function<void(const Error&)> on_stop = {};
};

/// Takes durable turns, one after the other; `apply` never waits for the disk. From any thread.
class BookWriter {
 public:
  explicit BookWriter(AccountBooks books, BookWriterCallbacks callbacks = {}, BookWriterOptions options = {});
  /// Closes.
  ~BookWriter();
  BookWriter(const BookWriter&) = delete;
  BookWriter& operator=(const BookWriter&) = delete;

  /// From the next turn on, indices are those of `config`. To be called before the first turn.
  Expected<void> begin_segment(const EngineConfig& config);
  /// Takes a turn. One that the books hold already changes nothing. Where one is missing in front of it, the books
  /// stop: they never say what is not so.
  void apply(const Turn& turn);

  /// The same for turns of the past, while nobody trades: waits for room instead of stopping the books, as long as the
  /// disk takes what it is given.
  void catch_up(const Turn& turn);

  /// The last event of which all is written.
  [[nodiscard]] EventNumber written() const;
  /// The last event that was given, whether or not the books took it.
  [[nodiscard]] EventNumber given() const;
  [[nodiscard]] bool has_stopped() const;

  /// Waits until all that was given is written. An Error where the disk refuses or the books have stopped.
  Expected<void> flush();
  /// Waits until `event` is written, at most for `patience`.
  void wait_for(EventNumber event, std::chrono::milliseconds patience);
  /// Writes what waits, with one attempt, and ends the thread. Nothing may be given afterwards.
  void close();

 private:
  void take(const Turn& turn);
  void run();
  void gather(std::unique_lock<std::mutex>& lock);
  bool write(const BookChanges& changes);
  void stop(Error why);

  AccountBooks books_;  // The thread's.
  const BookWriterCallbacks callbacks_;
  const BookWriterOptions options_;

  mutable std::mutex mutex_;         // Guards everything below.
  std::condition_variable work_;     // The thread waits here for something to do,
  std::condition_variable settled_;  // and others for a transaction.
  std::unique_ptr<const EngineConfig> config_;
  BookKeeper keeper_;
  bool is_new_ = false;  // Something waits to be taken.
  bool hurry_ = false;   // Somebody waits for what waits.
  bool closing_ = false;
  EventNumber given_ = 0;
  EventNumber written_ = 0;
  std::optional<Error> refusal_;  // The disk's last answer, where it was one,
  std::uint64_t refusals_ = 0;    // and how many there were.
  std::optional<Error> stopped_;

  std::thread thread_;
};

}  // namespace bellwether
