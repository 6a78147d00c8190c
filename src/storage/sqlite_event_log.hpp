// The event log as one SQLite file in write-ahead mode. One process writes it at a time; others may read it meanwhile.
// Beside the file stand SQLite's own `-wal` and `-shm` while it is in use, and `.lock`, which stays. A symbolic link to
// the file is the file; other ways to it lead to the same lock, but would lead to another `-wal`, so a file that has
// two names is not written. What other programs do to the files while they are written is noticed: see FileWatch.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "storage/event_batch.hpp"
#include "storage/event_log.hpp"
#include "storage/file_lock.hpp"
#include "storage/file_watch.hpp"
#include "storage/inode_lock.hpp"
#include "storage/sqlite_event_schema.hpp"

namespace bellwether {

enum class OpenMode : std::uint8_t {
  ReadOnly,   ///< Possible while another process writes the log.
  ReadWrite,  ///< Exclusive.
};

/// The numbers of the files path.1, path.2, ... that there are, ascending: logs of former sessions.
std::vector<std::uint64_t> kept_log_numbers(const std::string& path);

/// What an open log knows of its file.
struct LogContents {
  LogHead head;
  EventNumber segment_after = 0;   ///< Where the current segment begins.
  EventNumber archived_until = 0;  ///< Events up to here are in files of their own.
  Metadata metadata;
};

/// See EventLog. Errors name the file, what is wrong with it and, where it applies, at which event.
class SqliteEventLog final : public EventLog {
 public:
  /// Makes a new log and opens it for writing. The file appears whole or not at all. An error if there is one already.
  static Expected<std::unique_ptr<SqliteEventLog>> create(const std::string& path, const Metadata& metadata);
  /// A new log in the place of a former one.
  struct Replaced {
    std::unique_ptr<SqliteEventLog> log;
    std::string kept_as;  ///< Where the former one is: its path with .1, .2, ... behind it.
  };
  /// Keeps `log`, which is open for writing, under another name and makes a new one in its place, owned throughout. On
  /// an error the former log is closed and stands where it was: it cannot be moved while another process reads what is
  /// not in its main file.
  static Expected<Replaced> replace(std::unique_ptr<SqliteEventLog> log, const Metadata& metadata);
  /// Removes a log that is open for writing, and what stands beside it.
  static void discard(std::unique_ptr<SqliteEventLog> log);
  /// Opens a log. Checks identity, schema, head and metadata; batches are checked as they are read.
  static Expected<std::unique_ptr<SqliteEventLog>> open(const std::string& path, OpenMode mode);

  Expected<void> append(std::span<const Event> events, std::span<const LoggedCommand> commands) override;
  Expected<void> check_files() override;
  Expected<void> put_snapshot(const Snapshot& snapshot) override;
  Expected<std::vector<EventNumber>> snapshot_events() override;
  Expected<Snapshot> snapshot(EventNumber event) override;
  Expected<void> open_segment(const SegmentOpening& opening) override;
  Expected<std::vector<SegmentNote>> segments() override;
  Expected<SegmentOpening> segment_opening(std::uint64_t number) override;
  [[nodiscard]] EventNumber last_event() const override { return last_event_.load(std::memory_order_acquire); }
  [[nodiscard]] const Metadata& metadata() const override { return metadata_; }
  Expected<void> put_metadata(const std::string& key, const std::string& value) override;
  [[nodiscard]] std::unique_ptr<EventLogCursor> read(EventNumber after) override;

  /// Everything behind this event can be read. What is before is archived in files that are not there.
  Expected<EventNumber> readable_after();

  /// Whether every commit waits for the disk, as it does at first. Without that, what is committed survives the end of
  /// the process, but not always a loss of power.
  Expected<void> sync_commits(bool on);

 private:
  struct Statements {
    SqliteStatement insert_batch;
    SqliteStatement update_head;
    SqliteStatement insert_snapshot;
    SqliteStatement drop_snapshot;
    SqliteStatement put_metadata;
  };

  SqliteEventLog(SqliteConnection connection, SqliteAccess access, std::optional<FileLock> lock, LogContents contents);
  static Expected<std::unique_ptr<SqliteEventLog>> create_locked(const std::string& path, const Metadata& metadata,
                                                                 FileLock lock);
  static Expected<std::unique_ptr<SqliteEventLog>> open_locked(const std::string& path, OpenMode mode,
                                                               std::optional<FileLock> lock);
  Expected<void> start_writing();
  Expected<void> fold_write_ahead_file();
  /// After a transaction: what the connection wrote is now what the files must hold.
  Expected<void> settle_files();
  Expected<void> look_at_files();
  Error give_up(const FileFault& fault);
  Expected<std::vector<EventNumber>> list_snapshots();
  Expected<Snapshot> read_snapshot(EventNumber event);
  bool drop_old_snapshots(std::size_t keep);
  bool replace_metadata(const Metadata& metadata);
  Expected<void> check_continues(std::span<const Event> events, std::span<const LoggedCommand> commands) const;
  Expected<void> check_writable() const;
  bool insert_batches(std::span<const Event> events, std::span<const LoggedCommand> commands, LogHead& head);
  /// Runs `writes`, which gives false on a failure, and the update of the head, as one durable transaction. On an error
  /// nothing of it happened.
  template <typename Writes>
  Expected<void> transact(const char* doing, LogHead& head, Writes&& writes);

  std::optional<FileLock> lock_;  // Both outlive the connection.
  std::optional<InodeLock> file_;
  int frames_ = 0;  // In the write-ahead file; the connection counts them.
  SqliteConnection connection_;
  SqliteAccess access_;
  std::optional<Statements> statements_;  // Set in a log that is open for writing.
  std::mutex mutex_;                      // Guards the connection and what follows.
  std::optional<FileWatch> watch_;        // Set in a log that is open for writing.
  std::optional<Error> spoilt_;           // What another program did to the files: nothing is written any more.
  LogHead head_;
  ByteWriter payload_;
  EventNumber segment_after_;         // The current segment's events are those behind this one.
  const EventNumber archived_until_;  // While a log is open for writing, nobody archives.
  Metadata metadata_;
  std::atomic<EventNumber> last_event_;
};

}  // namespace bellwether
