#include "storage/log_archive.hpp"

#include <sqlite3.h>

#include <filesystem>
#include <optional>

#include "storage/file_lock.hpp"
#include "storage/inode_lock.hpp"
#include "storage/log_place.hpp"
#include "storage/log_rescue.hpp"
#include "storage/sqlite_event_schema.hpp"
#include "storage/staged_log.hpp"
#include "storage/write_ahead_check.hpp"

namespace bellwether {
namespace {

namespace fs = std::filesystem;

/// So much is deleted, or given back, in one transaction: what the write-ahead file grows to is bounded.
constexpr std::uint64_t kRowsAtOnce = 500;
constexpr const char* kGiveBackSome = "PRAGMA incremental_vacuum(1000)";

std::uint64_t size_of(const std::string& path) {
  std::error_code failed;
  const auto size = fs::file_size(path, failed);
  return failed ? 0 : size;
}

/// Where a segment ends: where the next begins.
struct SegmentSpan {
  SegmentRow row;
  SegmentRow next;

  [[nodiscard]] LogHead head() const {
    return {next.first_batch - 1, next.note.after, metadata_checksum(segment_file_metadata(row.note)), row.note.number,
            next.note.chain};
  }
};

/// Copies the rows of a query, column by column, with an insert that has as many parameters.
Expected<void> copy_rows(SqliteConnection& from, SqliteStatement& select, SqliteConnection& to, const char* insert_sql,
                         int columns) {
  auto insert = to.prepare(insert_sql);
  if (!insert) return insert.error();
  int code = select.step();
  for (; code == SQLITE_ROW; code = select.step()) {
    for (int column = 0; column < columns; ++column) insert->bind_column(column + 1, select, column);
    if (!insert->run()) return to.error("cannot be written");
  }
  if (code != SQLITE_DONE) return from.error("cannot be read");
  return {};
}

/// Turns a new log into the one that holds this segment and no other: head and metadata are those that the log had when
/// the segment was closed.
Expected<void> fill(SqliteConnection& from, SqliteConnection& to, const SegmentSpan& span) {
  if (auto begun = to.execute("BEGIN IMMEDIATE; DELETE FROM segments"); !begun) return begun;
  auto batches = from.prepare("SELECT * FROM batches WHERE sequence >= ?1 AND sequence < ?2 ORDER BY sequence");
  if (!batches) return batches.error();
  batches->bind(1, span.row.first_batch).bind(2, span.next.first_batch);
  auto copied = copy_rows(from, *batches, to, "INSERT INTO batches VALUES(?1, ?2, ?3, ?4, ?5)", 5);
  if (!copied) return copied;
  auto segments = from.prepare("SELECT * FROM segments WHERE number <= ?1 ORDER BY number");
  if (!segments) return segments.error();
  segments->bind(1, span.row.note.number);
  copied = copy_rows(from, *segments, to,
                     "INSERT INTO segments VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)", 12);
  if (!copied) return copied;
  auto update = to.prepare(kUpdateHead);
  if (!update) return update.error();
  if (!update_head(*update, span.head())) return to.error("cannot be written");
  return to.execute("COMMIT");
}

class Archiver {
 public:
  /// Owns the log until it ends.
  static Expected<Archiver> open(const std::string& path) {
    // First of all, so that no lock file appears beside somebody else's.
    if (auto known = open_known_log(path); !known) return known.error();
    auto lock = FileLock::acquire(log_lock_path(path));
    if (!lock)
      return Error{path, lock.error().message + "; archiving needs a log that nobody writes: stop the service"};
    auto file = own_log_file(path);
    if (!file) return file.error();
    if (auto sound = check_write_ahead_file(write_ahead_path(path)); !sound) return sound.error();
    auto connection = SqliteConnection::open(path, SqliteAccess::ReadWrite);
    if (!connection) return connection.error();
    if (auto set = connection->execute("PRAGMA synchronous = FULL"); !set) return set.error();
    return Archiver(std::move(*lock), std::move(*file), std::move(*connection));
  }

  Expected<std::vector<SegmentRow>> segments() {
    const auto head = read_head(connection_);
    if (!head) return head.error();
    return read_segments(connection_, head->segments);
  }

  Expected<SegmentArchive> archive(const SegmentSpan& span, const std::string& file) {
    if (is_taken(file)) {
      if (auto same = check_made(span, file); !same) return same.error();
    } else if (auto made = make(span, file); !made) {
      return made.error();
    }
    const auto sum = sha256_of_file(file);
    if (!sum) return sum.error();
    SegmentArchive archive{file, *sum, size_of(file)};
    if (auto recorded = record(span.row.note.number, archive); !recorded) return recorded.error();
    return archive;
  }

  /// Deletes the rows of archived segments and gives their space back to the file system.
  Expected<void> delete_archived() {
    const auto present = read_first_present(connection_);
    if (!present) return present.error();
    auto rows = connection_.prepare(
        "DELETE FROM batches WHERE sequence IN (SELECT sequence FROM batches WHERE sequence < ?1 LIMIT ?2)");
    if (!rows) return rows.error();
    rows->bind(1, present->first_batch).bind(2, kRowsAtOnce);
    do {
      if (!rows->run()) return connection_.error("archived events cannot be deleted");
    } while (connection_.changes() > 0);
    for (std::int64_t left = 1, before = 0; left > 0 && left != before;) {
      before = left;
      if (auto some = connection_.execute(kGiveBackSome); !some) return some;
      const auto free_pages = connection_.query_integer("PRAGMA freelist_count");
      if (!free_pages) return free_pages.error();
      left = *free_pages;
    }
    const auto folded = connection_.query_integer("PRAGMA wal_checkpoint(TRUNCATE)");
    if (!folded) return folded.error();
    return {};
  }

 private:
  Archiver(FileLock lock, InodeLock file, SqliteConnection connection)
      : lock_(std::move(lock)), file_(std::move(file)), connection_(std::move(connection)) {}

  Expected<void> make(const SegmentSpan& span, const std::string& file) {
    auto staged = StagedLog::begin(file);
    if (!staged) return staged.error();
    {
      auto made = SqliteConnection::open(staged->path(), SqliteAccess::Create);
      if (!made) return made.error();
      if (auto laid = write_event_log_schema(*made, segment_file_metadata(span.row.note)); !laid) return laid;
      if (auto filled = fill(connection_, *made, span); !filled) return Error{file, filled.error().message};
    }
    auto check = staged->publish();
    if (!check) return check.error();
    return {};
  }

  /// A process that was killed may have left the file without recording it.
  Expected<void> check_made(const SegmentSpan& span, const std::string& file) {
    const Error other{file, "exists already, and is not segment " + std::to_string(span.row.note.number) +
                                " of this log; name another folder, or remove it"};
    auto known = open_known_log(file);
    if (!known) return other;
    const auto head = read_head(known->reader);
    if (!head || *head != span.head()) return other;
    if (const LogCheck check = check_log_alone(file); !check.whole()) {
      return Error{file, "exists already, and is not whole: " + check.findings.front().what};
    }
    return {};
  }

  Expected<void> record(std::uint64_t number, const SegmentArchive& archive) {
    if (auto begun = connection_.execute("BEGIN IMMEDIATE"); !begun) return begun;
    Expected<void> noted = note_archive(connection_, number, archive_text(archive));
    if (noted) noted = connection_.execute("COMMIT");
    if (!noted) connection_.roll_back();
    return noted;
  }

  FileLock lock_;  // Both outlive the connection.
  InodeLock file_;
  SqliteConnection connection_;
};

}  // namespace

Expected<LogArchiving> archive_segments(const std::string& log, std::uint64_t before, const std::string& folder) {
  const auto path = absolute_log_path(log);
  if (!path) return path.error();
  if (!is_taken(*path)) return Error{*path, "there is no such event log"};
  const auto place =
      absolute_log_path(((folder.empty() ? fs::path(*path).parent_path() : fs::path(folder)) / "x").string());
  if (!place) return place.error();
  auto archiver = Archiver::open(*path);
  if (!archiver) return archiver.error();
  LogArchiving done;
  done.bytes_before = size_of(*path) + size_of(write_ahead_path(*path));
  const auto segments = archiver->segments();
  if (!segments) return segments.error();
  for (std::size_t i = 0; i + 1 < segments->size(); ++i) {
    const SegmentSpan span{(*segments)[i], (*segments)[i + 1]};
    const std::uint64_t number = span.row.note.number;
    if (number >= before || !span.row.note.archive.empty()) continue;
    auto archive = archiver->archive(span, (fs::path(*place).parent_path() / archive_name(*path, number)).string());
    if (!archive) return archive.error();
    done.moved.push_back({number, std::move(*archive)});
  }
  if (auto deleted = archiver->delete_archived(); !deleted) return deleted.error();
  done.bytes_after = size_of(*path) + size_of(write_ahead_path(*path));
  return done;
}

}  // namespace bellwether
