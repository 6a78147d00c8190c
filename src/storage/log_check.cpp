#include "storage/log_check.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "storage/event_batch.hpp"
#include "storage/file_lock.hpp"
#include "storage/log_place.hpp"
#include "storage/log_rescue.hpp"
#include "storage/segment_archive.hpp"
#include "storage/sqlite_event_schema.hpp"
#include "storage/sqlite_segments.hpp"
#include "storage/write_ahead_check.hpp"

namespace bellwether {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRestore = "restore a backup; `bellwether log check BACKUP` tells whether it is whole";
constexpr const char* kPutBack =
    "put the file back where it was, or beside the log; until then all but the replay of this segment goes on";
constexpr const char* kSnapshotsServe = "nothing: a restart takes an older snapshot or replays the segment";

std::uint64_t size_of(const std::string& path) {
  std::error_code failed;
  const auto size = fs::file_size(path, failed);
  return failed ? 0 : size;
}

/// Goes through one log and gathers what is wrong with it.
class LogChecker {
 public:
  LogChecker(const std::string& path, bool with_archives) : path_(path), with_archives_(with_archives) {
    result_.path = path;
  }

  LogCheck run() {
    check_surroundings();
    if (open()) {
      check_pages();
      if (read_head_and_metadata()) {
        check_segments();
        check_batches();
        check_snapshots();
      }
    }
    result_.bytes = size_of(path_) + size_of(write_ahead_path(path_));
    return std::move(result_);
  }

 private:
  void find(const std::string& what, const std::string& advice) {
    if (result_.findings.size() < kLogFindingsMax) {
      result_.findings.push_back({what, advice});
    } else {
      ++result_.unlisted;
    }
  }
  void find(const Error& error, const std::string& advice) { find(error.text(), advice); }
  void find_damage(const std::string& what) { find(path_ + ": " + what, kRestore); }

  /// Names and files beside the log.
  void check_surroundings() {
    std::error_code failed;
    if (const auto names = fs::hard_link_count(path_, failed); !failed && names > 1) {
      find(path_ + ": has " + std::to_string(names) + " names (hard links), and is not written as long as it has",
           "remove the other names");
    }
    if (const auto whole = check_nothing_lost(path_); !whole) find(whole.error(), kRestore);
    // While a process writes, its write-ahead file is in motion; that process checked it when it began.
    if (FileLock::held(log_lock_path(path_))) return;
    const auto sound = check_write_ahead_file(write_ahead_path(path_));
    if (!sound && !FileLock::held(log_lock_path(path_))) find(sound.error(), kRestore);
  }

  bool open() {
    auto known = open_known_log(path_);
    if (!known) {
      find(known.error(), kRestore);
      return false;
    }
    connection_.emplace(std::move(known->reader));
    // One moment for all of it.
    const auto begun = connection_->execute("BEGIN");
    if (!begun) find(begun.error(), kRestore);
    return begun.has_value();
  }

  /// SQLite's own structure: pages that are used twice, lost or out of order.
  void check_pages() {
    auto check = connection_->prepare("PRAGMA integrity_check(20)");
    if (!check) return find(check.error(), kRestore);
    int code = check->step();
    for (; code == SQLITE_ROW; code = check->step()) {
      std::string found(check->text(0));
      std::replace(found.begin(), found.end(), '\n', ' ');
      if (found != "ok") find_damage("SQLite's structure is damaged: " + found);
    }
    if (code != SQLITE_DONE) find(connection_->error("SQLite's structure cannot be read"), kRestore);
  }

  bool read_head_and_metadata() {
    const auto head = read_head(*connection_);
    if (!head) {
      find(head.error(), kRestore);
      return false;
    }
    head_ = *head;
    result_.last_event = head_.last_event;
    result_.segments = head_.segments;
    const auto metadata = read_metadata(*connection_, head_);
    if (!metadata) find(metadata.error(), kRestore);
    // The other segments of the file of one are not its own.
    if (metadata && is_segment_file(*metadata)) with_archives_ = false;
    return true;
  }

  void check_segments() {
    auto rows = read_segments(*connection_, head_.segments);
    if (!rows) return find(rows.error(), kRestore);
    segments_ = std::move(*rows);
    for (const SegmentRow& row : segments_) {
      if (!row.note.archive.empty()) {
        check_archived(row.note);
        continue;
      }
      const auto opening = read_segment_opening(*connection_, row.note.number);
      if (!opening) find(opening.error(), kRestore);
    }
  }

  void check_archived(const SegmentNote& note) {
    ++result_.archived;
    if (!with_archives_) return;
    const auto there = check_archive(path_, note);
    if (!there) find(there.error(), kPutBack);
  }

  /// Those that are archived may still stand there, where archiving was cut short; nobody reads them.
  void check_batches() {
    auto select = connection_->prepare(
        "SELECT sequence, first_event, last_event, checksum, payload FROM batches WHERE sequence >= ?1 "
        "ORDER BY sequence");
    if (!select) return find(select.error(), kRestore);
    if (!segments_.empty()) {
      const SegmentRow& first = first_present(segments_);
      entered_ = first.note.number - 1;
      sequence_ = first.first_batch - 1;
      last_event_ = first.note.after;
      chain_ = first.note.chain;
    }
    select->bind(1, sequence_ + 1);
    int code = select->step();
    for (; code == SQLITE_ROW; code = select->step()) {
      check_batch({select->number(0), select->number(1), select->number(2)}, select->blob(4), select->number(3));
    }
    if (code != SQLITE_DONE) return find(connection_->error("its events cannot be read"), kRestore);
    if (sequence_ != head_.batches || last_event_ != head_.last_event) {
      find_damage("it ends at event " + std::to_string(last_event_) + " where its head says " +
                  std::to_string(head_.last_event));
    } else if (chain_ && *chain_ != head_.chain) {
      find_damage("its events are not those that its head seals");
    }
    enter_segments(head_.batches + 1);
  }

  void check_batch(const BatchHeader& header, std::string_view payload, std::uint64_t checksum) {
    if (header.sequence != sequence_ + 1) {
      find_damage(missing_text(header.sequence - 1));
      chain_.reset();
    } else if (header.first_event != last_event_ + 1) {
      find_damage(header.describe() + " does not continue the log behind event " + std::to_string(last_event_));
    }
    enter_segments(header.sequence);
    const auto decoded = decode_batch(header, payload, checksum, 0, events_, commands_);
    if (!decoded) find_damage(decoded.error().message);
    result_.events += events_.size();
    result_.commands += commands_.size();
    ++result_.batches;
    events_.clear();
    commands_.clear();
    if (chain_) chain_ = chained(*chain_, checksum);
    sequence_ = header.sequence;
    last_event_ = header.last_event;
  }

  /// What is missing between the last batch and `sequence`.
  [[nodiscard]] std::string missing_text(std::uint64_t sequence) const {
    const std::string first = std::to_string(sequence_ + 1);
    const std::string behind = " behind event " + std::to_string(last_event_);
    if (sequence == sequence_ + 1) return "batch " + first + behind + " is missing";
    return "batches " + first + " to " + std::to_string(sequence) + behind + " are missing";
  }

  /// Compares where the segments that begin with batch `sequence` say that they begin with what was read so far.
  void enter_segments(std::uint64_t sequence) {
    for (; entered_ < segments_.size() && segments_[entered_].first_batch <= sequence; ++entered_) {
      const SegmentRow& row = segments_[entered_];
      const std::string name = "its segment " + std::to_string(row.note.number);
      if (row.first_batch != sequence) {
        if (chain_) find_damage(name + " begins within a batch");
        continue;
      }
      if (row.note.after != last_event_) {
        find_damage(name + " begins behind event " + std::to_string(row.note.after) +
                    " where the events before end at " + std::to_string(last_event_));
      }
      if (chain_ && row.note.chain != *chain_)
        find_damage("the events before " + name + " are not those that it seals");
    }
  }

  void check_snapshots() {
    auto select = connection_->prepare("SELECT event, checksum, bytes FROM snapshots ORDER BY event");
    if (!select) return find(select.error(), kSnapshotsServe);
    int code = select->step();
    for (; code == SQLITE_ROW; code = select->step()) {
      const Snapshot snapshot{select->number(0), std::string(select->blob(2))};
      ++result_.snapshots;
      if (select->number(1) == snapshot_checksum(snapshot)) continue;
      find(path_ + ": the snapshot of event " + std::to_string(snapshot.event) + " is damaged: its checksum is wrong",
           kSnapshotsServe);
    }
    if (code != SQLITE_DONE) find(connection_->error("its snapshots cannot be read"), kSnapshotsServe);
  }

  const std::string path_;
  bool with_archives_;
  LogCheck result_;
  std::optional<SqliteConnection> connection_;
  LogHead head_;
  std::vector<SegmentRow> segments_;
  std::size_t entered_ = 0;  // So many segments begin at or before the batch that is looked at.
  std::uint64_t sequence_ = 0;
  EventNumber last_event_ = 0;
  std::optional<std::uint64_t> chain_ = 0;  // Nothing behind a gap.
  std::vector<Event> events_;
  std::vector<LoggedCommand> commands_;
};

LogCheck check(const std::string& path, bool with_archives) {
  const auto absolute = absolute_log_path(path);
  if (absolute && is_taken(*absolute)) return LogChecker(*absolute, with_archives).run();
  LogCheck result;
  result.path = path;
  result.findings.push_back(absolute ? LogFinding{*absolute + ": there is no such event log", "name a log or a backup"}
                                     : LogFinding{absolute.error().text(), "name a log or a backup"});
  return result;
}

}  // namespace

LogCheck check_log(const std::string& path) { return check(path, true); }
LogCheck check_log_alone(const std::string& path) { return check(path, false); }

}  // namespace bellwether
