// Reads an event log of sqlite_event_schema.hpp, batch by batch, over a connection of its own.
#pragma once

#include <optional>

#include "storage/event_log.hpp"
#include "storage/sqlite_event_schema.hpp"

namespace bellwether {

class SqliteEventCursor final : public EventLogCursor {
 public:
  /// Reads what follows event `after` of the log at `path`; nothing is opened before the first `next`.
  SqliteEventCursor(std::string path, SqliteAccess access, EventNumber after)
      : path_(std::move(path)), access_(access), after_(after) {}

  Expected<std::size_t> next(std::vector<Event>& events, std::vector<LoggedCommand>& commands) override;

 private:
  struct Source {
    SqliteConnection connection;
    SqliteStatement select_head;
    SqliteStatement select_batches;
  };

  Expected<void> open();
  /// One consistent view of the file, from the head to the last row that is read.
  Expected<void> read_in_transaction(std::vector<Event>& events, std::vector<LoggedCommand>& commands);
  /// Finds the batch that holds the event behind `after_`.
  Expected<void> seek(const LogHead& head);
  Expected<void> read_batches(const LogHead& head, std::vector<Event>& events, std::vector<LoggedCommand>& commands);
  [[nodiscard]] Error damaged(const std::string& what) const;

  std::string path_;
  SqliteAccess access_;
  EventNumber after_;
  std::optional<Source> source_;
  std::optional<Error> failed_;
  bool sought_ = false;
  std::uint64_t next_sequence_ = 1;
  EventNumber last_event_ = 0;  ///< Of the batch before next_sequence_; only valid once `placed_`.
  bool placed_ = false;         ///< Whether a batch has been read since `seek`.
};

}  // namespace bellwether
