#include "storage/sqlite_event_log.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>

#include "storage/archive_cursor.hpp"
#include "storage/log_place.hpp"
#include "storage/log_rescue.hpp"
#include "storage/segment_archive.hpp"
#include "storage/sqlite_event_cursor.hpp"
#include "storage/sqlite_segments.hpp"
#include "storage/write_ahead_check.hpp"

namespace bellwether {
namespace {

namespace fs = std::filesystem;

/// Largest snapshot and metadata value: SQLite's own limit for a value is a billion bytes.
constexpr std::size_t kValueBytesMax = 512'000'000;

/// Those that are kept, and damaged ones that nobody deletes.
constexpr std::size_t kSnapshotsListedMax = 100;

/// `synchronous = FULL` syncs the write-ahead file at every commit. That file is never kept above 64 MB.
constexpr const char* kWriterSettings =
    "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY";

/// The write-ahead file is folded into the main file whenever it has grown to so many frames, one page (4 kB) each.
constexpr int kFramesUntilFold = 4096;

constexpr const char* kSideFiles[] = {"-wal", "-shm"};

void remove_file(const std::string& path) {
  std::error_code ignored;
  fs::remove(path, ignored);
}

/// The name beside `path` for the newest log that is kept.
std::string free_name(const std::string& path) {
  const auto numbers = kept_log_numbers(path);
  return path + "." + std::to_string(numbers.empty() ? 1 : numbers.back() + 1);
}

/// Lays a whole log out at `path` and closes it again.
Expected<void> write_new_file(const std::string& path, const Metadata& metadata) {
  auto connection = SqliteConnection::open(path, SqliteAccess::Create);
  if (!connection) return connection.error();
  // Space that archived events took can be given back.
  auto set = connection->execute("PRAGMA synchronous = EXTRA; PRAGMA auto_vacuum = INCREMENTAL");
  if (!set) return set.error();
  if (auto written = write_event_log_schema(*connection, metadata); !written) return written.error();
  const auto mode = connection->query_text("PRAGMA journal_mode = WAL");
  if (!mode) return mode.error();
  if (*mode != "wal") return Error{path, "the file system cannot hold a write-ahead log"};
  return {};
}

/// Reads head and metadata as of one moment, and checks that the log's last batch is there and sound.
Expected<LogContents> read_contents(SqliteConnection& reader, SqliteAccess access) {
  if (auto begun = reader.execute("BEGIN"); !begun) return begun.error();
  const auto head = read_head(reader);
  if (!head) return head.error();
  auto metadata = read_metadata(reader, *head);
  const auto segment = read_segment(reader, head->segments);
  const auto present = read_first_present(reader);
  reader.roll_back();
  if (!metadata) return metadata.error();
  if (!segment) return segment.error();
  if (!present) return present.error();
  if (segment->note.after > head->last_event) {
    return Error{reader.path(), "the file is damaged: its last segment begins behind its end"};
  }
  if (head->last_event > present->note.after) {
    SqliteEventCursor tail(reader.path(), access, head->last_event - 1);
    std::vector<Event> events;
    std::vector<LoggedCommand> commands;
    if (auto read = tail.next(events, commands); !read) return read.error();
  }
  return LogContents{*head, segment->note.after, present->note.after, std::move(*metadata)};
}

}  // namespace

SqliteEventLog::SqliteEventLog(SqliteConnection connection, SqliteAccess access, std::optional<FileLock> lock,
                               LogContents contents)
    : lock_(std::move(lock)),
      connection_(std::move(connection)),
      access_(access),
      head_(contents.head),
      segment_after_(contents.segment_after),
      archived_until_(contents.archived_until),
      metadata_(std::move(contents.metadata)),
      last_event_(contents.head.last_event) {}

Expected<std::unique_ptr<SqliteEventLog>> SqliteEventLog::create(const std::string& path, const Metadata& metadata) {
  const auto absolute = absolute_log_path(path);
  if (!absolute) return absolute.error();
  if (is_taken(*absolute)) return Error{*absolute, "exists already"};
  auto lock = FileLock::acquire(log_lock_path(*absolute));
  if (!lock) return Error{*absolute, lock.error().message};
  if (is_taken(*absolute)) return Error{*absolute, "exists already"};
  auto created = create_locked(*absolute, metadata, std::move(*lock));
  if (!created) remove_file(log_lock_path(*absolute));
  return created;
}

Expected<std::unique_ptr<SqliteEventLog>> SqliteEventLog::create_locked(const std::string& path,
                                                                        const Metadata& metadata, FileLock lock) {
  const std::string rest = write_ahead_path(path);
  if (is_taken(rest) && !is_empty_file(rest)) {
    return Error{rest, "the rest of an event log whose main file is gone; restore that file or remove this one"};
  }
  for (const char* suffix : kSideFiles) remove_file(path + suffix);
  const std::string unfinished = path + ".new";
  const auto remove_unfinished = [&unfinished] {
    for (const char* suffix : {"", "-journal", "-wal", "-shm"}) remove_file(unfinished + suffix);
  };
  remove_unfinished();
  if (auto written = write_new_file(unfinished, metadata); !written) {
    remove_unfinished();
    return Error{path, "cannot be created: " + written.error().message};
  }
  std::error_code failed;
  fs::rename(unfinished, path, failed);
  if (failed) {
    remove_unfinished();
    return Error{path, "cannot be created: " + failed.message()};
  }
  sync_folder_of(path);
  return open_locked(path, OpenMode::ReadWrite, std::move(lock));
}

void SqliteEventLog::discard(std::unique_ptr<SqliteEventLog> log) {
  const std::string path = log->connection_.path();
  const std::optional<FileLock> lock = std::move(log->lock_);  // Held until the files are gone.
  log.reset();
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) remove_file(path + suffix);
}

std::vector<std::uint64_t> kept_log_numbers(const std::string& path) {
  std::vector<std::uint64_t> numbers;
  const std::string prefix = fs::path(path).filename().string() + ".";
  std::error_code failed;
  const auto folder = fs::absolute(path, failed).parent_path();
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(prefix)) continue;
    std::uint64_t number = 0;
    const char* last = name.data() + name.size();
    const auto read = std::from_chars(name.data() + prefix.size(), last, number);
    if (read.ec == std::errc() && read.ptr == last && name[prefix.size()] != '0') numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

Expected<SqliteEventLog::Replaced> SqliteEventLog::replace(std::unique_ptr<SqliteEventLog> log,
                                                           const Metadata& metadata) {
  const std::string path = log->connection_.path();
  if (auto folded = log->fold_write_ahead_file(); !folded) return folded.error();
  FileLock lock = std::move(*log->lock_);
  log.reset();
  Replaced replaced;
  replaced.kept_as = free_name(path);
  std::error_code failed;
  fs::rename(path, replaced.kept_as, failed);
  if (failed) return Error{path, "cannot be renamed to " + replaced.kept_as + ": " + failed.message()};
  // Somebody who has the former log open goes on reading it through its own side files.
  for (const char* suffix : kSideFiles) fs::rename(path + suffix, replaced.kept_as + suffix, failed);
  auto made = create_locked(path, metadata, std::move(lock));
  if (!made) return made.error();
  replaced.log = std::move(*made);
  return replaced;
}

/// Brings everything into the main file and empties the write-ahead file.
Expected<void> SqliteEventLog::fold_write_ahead_file() {
  const auto busy = connection_.query_integer("PRAGMA wal_checkpoint(TRUNCATE)");
  if (!busy) return busy.error();
  const std::string rest = write_ahead_path(connection_.path());
  if (*busy == 0 && (!is_taken(rest) || is_empty_file(rest))) return {};
  return Error{connection_.path(), "another process reads it; it cannot be put aside before that has ended"};
}

Expected<void> SqliteEventLog::sync_commits(bool on) {
  const std::lock_guard lock(mutex_);
  return connection_.execute(on ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
}

Expected<std::unique_ptr<SqliteEventLog>> SqliteEventLog::open(const std::string& path, OpenMode mode) {
  const auto absolute = absolute_log_path(path);
  if (!absolute) return absolute.error();
  if (!is_taken(*absolute)) return Error{*absolute, "there is no such event log"};
  std::optional<FileLock> lock;
  if (mode == OpenMode::ReadWrite) {
    // First of all, so that no lock file appears beside somebody else's.
    if (auto known = open_known_log(*absolute); !known) return known.error();
    auto acquired = FileLock::acquire(log_lock_path(*absolute));
    if (!acquired) return Error{*absolute, acquired.error().message};
    lock = std::move(*acquired);
  }
  return open_locked(*absolute, mode, std::move(lock));
}

Expected<std::unique_ptr<SqliteEventLog>> SqliteEventLog::open_locked(const std::string& path, OpenMode mode,
                                                                      std::optional<FileLock> lock) {
  // First as a reader, so that a file that turns out to be somebody else's is left as it was.
  auto known = open_known_log(path);
  if (!known) return known.error();
  auto& [reader, access] = *known;
  std::optional<InodeLock> file;
  if (mode == OpenMode::ReadWrite) {
    auto owned = own_log_file(path);
    if (!owned) return owned.error();
    file = std::move(*owned);
  }
  // While another process writes, its write-ahead file is in motion; that process checked it when it began.
  const auto in_use = [&] { return mode == OpenMode::ReadOnly && FileLock::held(log_lock_path(path)); };
  if (!in_use()) {
    if (auto sound = check_write_ahead_file(write_ahead_path(path)); !sound && !in_use()) return sound.error();
  }
  auto contents = read_contents(reader, access);
  if (!contents) return contents.error();
  if (mode == OpenMode::ReadOnly) {
    return std::unique_ptr<SqliteEventLog>(
        new SqliteEventLog(std::move(reader), access, std::nullopt, std::move(*contents)));
  }
  auto writer = SqliteConnection::open(path, SqliteAccess::ReadWrite);
  if (!writer) return writer.error();
  std::unique_ptr<SqliteEventLog> log(
      new SqliteEventLog(std::move(*writer), SqliteAccess::ReadOnly, std::move(lock), std::move(*contents)));
  log->file_ = std::move(file);
  if (auto started = log->start_writing(); !started) return started.error();
  return log;
}

Expected<void> SqliteEventLog::start_writing() {
  const auto mode = connection_.query_text("PRAGMA journal_mode = WAL");
  if (!mode) return mode.error();
  if (*mode != "wal") return connection_.error("cannot be opened for writing");
  if (auto set = connection_.execute(kWriterSettings); !set) return set.error();
  connection_.count_frames(&frames_);
  auto insert_batch = connection_.prepare(
      "INSERT INTO batches(sequence, first_event, last_event, checksum, payload) VALUES(?1, ?2, ?3, ?4, ?5)");
  if (!insert_batch) return insert_batch.error();
  auto update = connection_.prepare(kUpdateHead);
  if (!update) return update.error();
  auto insert_snapshot =
      connection_.prepare("INSERT OR REPLACE INTO snapshots(event, checksum, bytes) VALUES(?1, ?2, ?3)");
  if (!insert_snapshot) return insert_snapshot.error();
  auto drop_snapshot = connection_.prepare("DELETE FROM snapshots WHERE event = ?1");
  if (!drop_snapshot) return drop_snapshot.error();
  auto put_metadata = connection_.prepare("INSERT OR REPLACE INTO metadata(key, value) VALUES(?1, ?2)");
  if (!put_metadata) return put_metadata.error();
  statements_.emplace(Statements{std::move(*insert_batch), std::move(*update), std::move(*insert_snapshot),
                                 std::move(*drop_snapshot), std::move(*put_metadata)});
  // A write that changes nothing tells now, not at the first event, that the file cannot be written.
  if (auto written = transact("cannot be opened for writing", head_, [] { return true; }); !written) return written;
  auto watch = FileWatch::begin(connection_.path(), file_->descriptor());
  if (!watch) return watch.error();
  watch_ = std::move(*watch);
  return {};
}

Expected<void> SqliteEventLog::check_writable() const {
  if (!statements_) return Error{connection_.path(), "opened for reading only"};
  return {};
}

Expected<void> SqliteEventLog::check_continues(std::span<const Event> events,
                                               std::span<const LoggedCommand> commands) const {
  EventNumber last = head_.last_event;
  for (const Event& event : events) {
    if (event.number != last + 1) {
      return Error{connection_.path(), "event " + std::to_string(event.number) +
                                           " does not continue the log, which ends at event " + std::to_string(last)};
    }
    last = event.number;
  }
  for (const LoggedCommand& command : commands) {
    if (command.event == 0 || command.event > last) {
      return Error{connection_.path(), "a command names event " + std::to_string(command.event) +
                                           " as its cause, but the log ends at event " + std::to_string(last)};
    }
  }
  return {};
}

template <typename Writes>
Expected<void> SqliteEventLog::transact(const char* doing, LogHead& head, Writes&& writes) {
  if (spoilt_) return *spoilt_;
  Expected<void> result = connection_.execute("BEGIN IMMEDIATE");
  if (result && !(writes() && update_head(statements_->update_head, head))) result = connection_.error("");
  if (result) result = connection_.execute("COMMIT");
  if (result) return settle_files();
  Error error = connection_.error(doing);
  connection_.roll_back();
  // Where another program is behind the failure, that is the error to tell.
  if (auto settled = settle_files(); !settled) return settled;
  return error;
}

Expected<void> SqliteEventLog::settle_files() {
  if (!watch_) return {};
  if (auto fault = watch_->wrote_ahead(static_cast<std::uint64_t>(frames_))) return give_up(*fault);
  if (frames_ < kFramesUntilFold) return {};
  connection_.fold();  // Where it fails, or a reader stands in its way, the next commit tries again.
  if (auto fault = watch_->folded()) return give_up(*fault);
  return {};
}

Expected<void> SqliteEventLog::look_at_files() {
  if (spoilt_) return *spoilt_;
  if (!watch_) return {};
  if (auto fault = watch_->look()) return give_up(*fault);
  return {};
}

Error SqliteEventLog::give_up(const FileFault& fault) {
  spoilt_ = fault.error;
  FileFault rest = fault;
  if (rest.left == FileFault::Left::All && !connection_.fold()) rest.left = FileFault::Left::MainFile;
  connection_.keep_files_on_close();
  leave_in_order(connection_.path(), rest, head_.last_event);
  return *spoilt_;
}

Expected<void> SqliteEventLog::check_files() {
  const std::lock_guard lock(mutex_);
  return look_at_files();
}

bool SqliteEventLog::insert_batches(std::span<const Event> events, std::span<const LoggedCommand> commands,
                                    LogHead& head) {
  while (!events.empty() || !commands.empty()) {
    const auto some_events = events.first(std::min(events.size(), kBatchEventsMax));
    events = events.subspan(some_events.size());
    // A command may stand beside its event or behind it, so the commands go with the last of the events.
    const auto some_commands = commands.first(events.empty() ? std::min(commands.size(), kBatchCommandsMax) : 0);
    commands = commands.subspan(some_commands.size());
    const BatchHeader header{head.batches + 1, head.last_event + 1, head.last_event + some_events.size()};
    encode_batch(payload_, some_events, some_commands);
    const std::uint64_t checksum = batch_checksum(header, payload_.str());
    const bool inserted = statements_->insert_batch.bind(1, header.sequence)
                              .bind(2, header.first_event)
                              .bind(3, header.last_event)
                              .bind(4, checksum)
                              .bind_blob(5, payload_.str())
                              .run();
    if (!inserted) return false;
    head.batches = header.sequence;
    head.last_event = header.last_event;
    head.chain = chained(head.chain, checksum);
  }
  return true;
}

Expected<void> SqliteEventLog::append(std::span<const Event> events, std::span<const LoggedCommand> commands) {
  const std::lock_guard lock(mutex_);
  if (auto writable = check_writable(); !writable) return writable;
  if (auto continues = check_continues(events, commands); !continues) return continues;
  if (events.empty() && commands.empty()) return {};
  LogHead head = head_;
  auto written = transact("cannot be written", head, [&] { return insert_batches(events, commands, head); });
  if (!written) return written;
  head_ = head;
  last_event_.store(head_.last_event, std::memory_order_release);
  return {};
}

Expected<void> SqliteEventLog::put_snapshot(const Snapshot& snapshot) {
  const std::lock_guard lock(mutex_);
  if (auto writable = check_writable(); !writable) return writable;
  if (snapshot.event > head_.last_event) {
    return Error{connection_.path(), "a snapshot of event " + std::to_string(snapshot.event) +
                                         ", but the log ends at event " + std::to_string(head_.last_event)};
  }
  if (snapshot.bytes.size() > kValueBytesMax) {
    return Error{connection_.path(), "a snapshot of " + std::to_string(snapshot.bytes.size()) + " bytes; at most " +
                                         std::to_string(kValueBytesMax) + " are allowed"};
  }
  return transact("a snapshot cannot be written", head_, [&] {
    return statements_->insert_snapshot.bind(1, snapshot.event)
               .bind(2, snapshot_checksum(snapshot))
               .bind_blob(3, snapshot.bytes)
               .run() &&
           drop_old_snapshots(kSnapshotsKept);
  });
}

/// Drops all snapshots of the segment but the newest that are sound. A damaged one stays: to delete it, SQLite would
/// follow its pages and free them, and these may by now be those of events.
bool SqliteEventLog::drop_old_snapshots(std::size_t keep) {
  const auto events = list_snapshots();
  if (!events) return false;
  std::size_t sound = 0;
  for (const EventNumber event : *events) {
    if (!read_snapshot(event) || ++sound <= keep) continue;
    if (!statements_->drop_snapshot.bind(1, event).run()) return false;
  }
  return true;
}

Expected<std::vector<EventNumber>> SqliteEventLog::list_snapshots() {
  auto select = connection_.prepare("SELECT event FROM snapshots WHERE event > ?2 ORDER BY event DESC LIMIT ?1");
  if (!select) return select.error();
  select->bind(1, std::uint64_t{kSnapshotsListedMax}).bind(2, segment_after_);
  std::vector<EventNumber> events;
  int code = select->step();
  for (; code == SQLITE_ROW; code = select->step()) events.push_back(select->number(0));
  if (code != SQLITE_DONE) return connection_.error("its snapshots cannot be read");
  return events;
}

Expected<Snapshot> SqliteEventLog::read_snapshot(EventNumber event) {
  const std::string name = "the snapshot of event " + std::to_string(event);
  auto select = connection_.prepare("SELECT checksum, bytes FROM snapshots WHERE event = ?1");
  if (!select) return select.error();
  const int code = select->bind(1, event).step();
  if (code == SQLITE_DONE) return Error{connection_.path(), name + " is missing"};
  if (code != SQLITE_ROW) return connection_.error(name + " cannot be read");
  Snapshot snapshot{event, std::string(select->blob(1))};
  if (select->number(0) != snapshot_checksum(snapshot)) {
    return Error{connection_.path(), name + " is damaged: its checksum is wrong"};
  }
  return snapshot;
}

Expected<std::vector<EventNumber>> SqliteEventLog::snapshot_events() {
  const std::lock_guard lock(mutex_);
  return list_snapshots();
}

Expected<Snapshot> SqliteEventLog::snapshot(EventNumber event) {
  const std::lock_guard lock(mutex_);
  return read_snapshot(event);
}

bool SqliteEventLog::replace_metadata(const Metadata& metadata) {
  if (!connection_.execute("DELETE FROM metadata")) return false;
  for (const auto& [key, value] : metadata) {
    if (!statements_->put_metadata.bind_text(1, key).bind_text(2, value).run()) return false;
  }
  return true;
}

Expected<void> SqliteEventLog::open_segment(const SegmentOpening& opening) {
  const std::lock_guard lock(mutex_);
  if (auto writable = check_writable(); !writable) return writable;
  if (std::max(opening.state.size(), opening.broker.size()) > kValueBytesMax) {
    return Error{connection_.path(), "the opening state of a segment is too large"};
  }
  LogHead head = head_;
  ++head.segments;
  head.metadata_checksum = metadata_checksum(opening.metadata);
  const SegmentPlace place{head.segments, head.last_event, head.batches + 1, head.chain};
  auto written = transact("a segment cannot be opened", head, [&] {
    return drop_old_snapshots(0) && insert_segment(connection_, place, opening) && replace_metadata(opening.metadata);
  });
  if (!written) return written;
  head_ = head;
  segment_after_ = place.after;
  metadata_ = opening.metadata;
  return {};
}

Expected<std::vector<SegmentNote>> SqliteEventLog::segments() {
  const std::lock_guard lock(mutex_);
  auto rows = read_segments(connection_, head_.segments);
  if (!rows) return rows.error();
  std::vector<SegmentNote> notes;
  for (SegmentRow& row : *rows) notes.push_back(std::move(row.note));
  return notes;
}

Expected<EventNumber> SqliteEventLog::readable_after() {
  const std::lock_guard lock(mutex_);
  const auto rows = read_segments(connection_, head_.segments);
  if (!rows) return rows.error();
  return bellwether::readable_after(connection_.path(), metadata_, *rows);
}

Expected<SegmentOpening> SqliteEventLog::segment_opening(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  const auto row = read_segment(connection_, number);
  if (row && !row->note.archive.empty()) {
    auto archive = open_archive(connection_.path(), row->note);
    if (!archive) return archive.error();
    return read_segment_opening(archive->reader, number);
  }
  return read_segment_opening(connection_, number);
}

Expected<void> SqliteEventLog::put_metadata(const std::string& key, const std::string& value) {
  const std::lock_guard lock(mutex_);
  if (auto writable = check_writable(); !writable) return writable;
  if (key.size() + value.size() > kValueBytesMax) return Error{connection_.path(), "metadata " + key + " is too long"};
  Metadata metadata = metadata_;
  metadata[key] = value;
  LogHead head = head_;
  head.metadata_checksum = metadata_checksum(metadata);
  auto written = transact("the metadata cannot be written", head,
                          [&] { return statements_->put_metadata.bind_text(1, key).bind_text(2, value).run(); });
  if (!written) return written;
  head_ = head;
  metadata_ = std::move(metadata);
  return {};
}

std::unique_ptr<EventLogCursor> SqliteEventLog::read(EventNumber after) {
  if (after < archived_until_) return std::make_unique<ArchiveCursor>(connection_.path(), access_, after);
  return std::make_unique<SqliteEventCursor>(connection_.path(), access_, after);
}

}  // namespace bellwether
