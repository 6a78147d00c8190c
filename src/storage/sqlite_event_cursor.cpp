#include "storage/sqlite_event_cursor.hpp"

#include <sqlite3.h>

#include "storage/event_batch.hpp"
#include "storage/segment_archive.hpp"

namespace bellwether {
namespace {

/// Small batches are read together until they hold so many events.
constexpr std::size_t kReadEvents = kBatchEventsMax;

}  // namespace

Expected<std::size_t> SqliteEventCursor::next(std::vector<Event>& events, std::vector<LoggedCommand>& commands) {
  events.clear();
  commands.clear();
  if (failed_) return *failed_;
  if (auto read = read_in_transaction(events, commands); !read) {
    events.clear();
    commands.clear();
    failed_ = read.error();
    return *failed_;
  }
  return events.size() + commands.size();
}

Expected<void> SqliteEventCursor::open() {
  auto connection = SqliteConnection::open(path_, access_);
  if (!connection) return connection.error();
  if (auto known = check_event_log_identity(*connection); !known) return known.error();
  auto select_head = connection->prepare(kSelectHead);
  if (!select_head) return select_head.error();
  auto select_batches = connection->prepare(
      "SELECT sequence, first_event, last_event, checksum, payload FROM batches WHERE sequence >= ?1 AND sequence <= "
      "?2 "
      "ORDER BY sequence");
  if (!select_batches) return select_batches.error();
  source_.emplace(Source{std::move(*connection), std::move(*select_head), std::move(*select_batches)});
  return {};
}

Expected<void> SqliteEventCursor::read_in_transaction(std::vector<Event>& events,
                                                      std::vector<LoggedCommand>& commands) {
  if (!source_) {
    if (auto opened = open(); !opened) return opened.error();
  }
  if (auto begun = source_->connection.execute("BEGIN"); !begun) return begun.error();
  Expected<void> result;
  const auto head = read_head(source_->connection, source_->select_head);
  if (!head) {
    result = head.error();
  } else {
    if (!sought_) result = seek(*head);
    if (result) result = read_batches(*head, events, commands);
  }
  source_->select_batches.reset();
  source_->connection.roll_back();
  return result;
}

Expected<void> SqliteEventCursor::seek(const LogHead& head) {
  auto select = source_->connection.prepare("SELECT last_event FROM batches WHERE sequence = ?1");
  if (!select) return select.error();
  const auto present = read_first_present(source_->connection);
  if (!present) return present.error();
  if (after_ < present->note.after) {
    return Error{path_, "its events up to " + std::to_string(present->note.after) + " are archived"};
  }
  std::uint64_t low = present->first_batch;
  std::uint64_t high = head.batches + 1;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const int code = select->bind(1, middle).step();
    if (code != SQLITE_ROW && code != SQLITE_DONE) return source_->connection.error("cannot be read");
    if (code == SQLITE_DONE) return damaged("batch " + std::to_string(middle) + " is missing");
    const EventNumber last = select->number(0);
    select->reset();
    if (last > after_) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  next_sequence_ = low;
  sought_ = true;
  return {};
}

Expected<void> SqliteEventCursor::read_batches(const LogHead& head, std::vector<Event>& events,
                                               std::vector<LoggedCommand>& commands) {
  SqliteStatement& select = source_->select_batches;
  select.bind(1, next_sequence_).bind(2, head.batches);
  while (next_sequence_ <= head.batches && events.size() < kReadEvents && commands.size() < kBatchCommandsMax) {
    const int code = select.step();
    const auto behind = [this] { return placed_ ? " behind event " + std::to_string(last_event_) : std::string(); };
    if (code != SQLITE_ROW && code != SQLITE_DONE) return source_->connection.error("cannot be read" + behind());
    const BatchHeader header{select.number(0), select.number(1), select.number(2)};
    if (code == SQLITE_DONE || header.sequence != next_sequence_) {
      return damaged("batch " + std::to_string(next_sequence_) + behind() + " is missing");
    }
    const bool continues = placed_ ? header.first_event == last_event_ + 1 : header.first_event - 1 <= after_;
    if (!continues) return damaged(header.describe() + " does not continue the log" + behind());
    if (auto decoded = decode_batch(header, select.blob(4), select.number(3), after_, events, commands); !decoded) {
      return damaged(decoded.error().message);
    }
    last_event_ = header.last_event;
    placed_ = true;
    ++next_sequence_;
  }
  if (next_sequence_ > head.batches && placed_ && last_event_ != head.last_event) {
    return damaged("it ends at event " + std::to_string(last_event_) + " where its head says " +
                   std::to_string(head.last_event));
  }
  return {};
}

Error SqliteEventCursor::damaged(const std::string& what) const { return Error{path_, "the file is damaged: " + what}; }

}  // namespace bellwether
