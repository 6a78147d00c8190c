// Reads a log whose oldest segments are archived as if they were not: through their files, then through the log.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "storage/log_place.hpp"
#include "storage/sqlite_event_cursor.hpp"
#include "storage/sqlite_segments.hpp"

namespace bellwether {

/// Opens the file of an archived segment. An error names segment and file where it is not there or is no log.
Expected<KnownLog> open_archive(const std::string& log, const SegmentNote& note);

class ArchiveCursor final : public EventLogCursor {
 public:
  /// Reads what follows event `after` of the log at `path`. A file that is not there is an error when it is its turn.
  ArchiveCursor(std::string path, SqliteAccess access, EventNumber after)
      : path_(std::move(path)), access_(access), after_(after) {}

  Expected<std::size_t> next(std::vector<Event>& events, std::vector<LoggedCommand>& commands) override;

 private:
  struct Part {
    SegmentNote segment;
    SegmentNote next;
  };

  Expected<void> list_archives();
  static Expected<void> check_is(KnownLog& file, const Part& part);
  /// The cursor of the next file, or of the log itself behind the last one.
  Expected<void> open_next();

  std::string path_;
  SqliteAccess access_;
  EventNumber after_;
  bool listed_ = false;
  std::vector<Part> archives_;  // That are still to be read, the next one last.
  EventNumber archived_until_ = 0;
  std::unique_ptr<SqliteEventCursor> current_;
  bool in_log_ = false;
  std::optional<Error> failed_;
};

}  // namespace bellwether
