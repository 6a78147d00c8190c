// The books of an account while it runs: opened beside its log, written behind its turns, and asked.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "engine/session_view.hpp"
#include "storage/book_opening.hpp"
#include "storage/book_reader.hpp"
#include "storage/book_writer.hpp"

namespace bellwether {

/// Gives `writer` the turns behind what it has written, up to event `upto` of `log`, with the configuration that each
/// segment began with. `history` re-executes the log.
Expected<void> bring_books_up(BookWriter& writer, EventLog& log, EventNumber upto, const HistorySource& history);

/// Functions are for the thread that runs the account, but for those of the view.
class AccountPast {
 public:
  /// `seen` gives the last event that was shown to anyone: answers wait a moment for the books to come so far.
  AccountPast(const std::string& log_path, std::function<EventNumber()> seen);
  AccountPast(const AccountPast&) = delete;
  AccountPast& operator=(const AccountPast&) = delete;
  ~AccountPast();

  /// Opens the books of `log`, and brings them to where its current segment begins, or further. Books that are missing
  /// or cannot be trusted are made anew, which is told. An Error where there can be none: those of a later version, or
  /// a disk that refuses. Where the past cannot be re-executed, that is told, and the books stay where they are.
  Expected<void> open(EventLog& log, const HistorySource& history);
  /// From the next turn on, indices are those of `config`.
  void begin_segment(const EngineConfig& config);

  /// Null before `open`.
  [[nodiscard]] BookWriter* writer() const { return writer_.get(); }
  [[nodiscard]] const PastView& view() const { return reader_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// Waits until the books hold all that they were given, for what is then read of them.
  void settle();

 private:
  void wait_a_moment() const;

  const std::string path_;
  const std::function<EventNumber()> seen_;
  std::unique_ptr<BookWriter> writer_;
  std::atomic<BookWriter*> written_by_ = nullptr;  // What other threads see of it.
  BookReader reader_;
};

}  // namespace bellwether
