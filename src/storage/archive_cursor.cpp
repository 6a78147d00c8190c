#include "storage/archive_cursor.hpp"

#include <algorithm>

#include "storage/segment_archive.hpp"
#include "storage/sqlite_event_schema.hpp"

namespace bellwether {

Expected<KnownLog> open_archive(const std::string& log, const SegmentNote& note) {
  const std::string name = "segment " + std::to_string(note.number);
  const auto archive = read_archive_text(note.archive);
  if (!archive) return Error{log, name + " " + archive.error().message};
  const auto file = find_archive(log, *archive);
  if (!file)
    return Error{log, name + " is archived in " + archive->file + ", which is neither there nor beside the log"};
  return open_known_log(*file);
}

Expected<void> ArchiveCursor::list_archives() {
  auto log = SqliteConnection::open(path_, access_);
  if (!log) return log.error();
  const auto head = read_head(*log);
  if (!head) return head.error();
  const auto rows = read_segments(*log, head->segments);
  if (!rows) return rows.error();
  for (std::size_t i = 0; i + 1 < rows->size() && !(*rows)[i].note.archive.empty(); ++i) {
    archived_until_ = (*rows)[i + 1].note.after;
    if (archived_until_ > after_) archives_.push_back({(*rows)[i].note, (*rows)[i + 1].note});
  }
  std::reverse(archives_.begin(), archives_.end());
  listed_ = true;
  return {};
}

/// A file may be whole and still not be the one whose turn it is.
Expected<void> ArchiveCursor::check_is(KnownLog& file, const Part& part) {
  const auto head = read_head(file.reader);
  if (!head) return head.error();
  const bool right =
      head->segments == part.segment.number && head->last_event == part.next.after && head->chain == part.next.chain;
  if (right) return {};
  return Error{file.reader.path(), "is not segment " + std::to_string(part.segment.number) + " of this log"};
}

Expected<void> ArchiveCursor::open_next() {
  if (archives_.empty()) {
    in_log_ = true;
    current_ = std::make_unique<SqliteEventCursor>(path_, access_, std::max(after_, archived_until_));
    return {};
  }
  const Part part = archives_.back();
  archives_.pop_back();
  auto archive = open_archive(path_, part.segment);
  if (!archive) return archive.error();
  if (auto right = check_is(*archive, part); !right) return right;
  current_ = std::make_unique<SqliteEventCursor>(archive->reader.path(), archive->access,
                                                 std::max(after_, part.segment.after));
  return {};
}

Expected<std::size_t> ArchiveCursor::next(std::vector<Event>& events, std::vector<LoggedCommand>& commands) {
  events.clear();
  commands.clear();
  if (failed_) return *failed_;
  Expected<void> ready;
  if (!listed_) ready = list_archives();
  if (ready && !current_) ready = open_next();
  while (ready) {
    auto count = current_->next(events, commands);
    if (!count || *count > 0 || in_log_) return count;
    ready = open_next();
  }
  failed_ = ready.error();
  return *failed_;
}

}  // namespace bellwether
