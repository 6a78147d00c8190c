// The table of an event log's segments: where each begins, and with what.
#pragma once

#include <string>
#include <vector>

#include "storage/event_log.hpp"
#include "storage/sqlite_connection.hpp"

namespace bellwether {

/// The states come last: to list segments, SQLite does not follow their pages. Each row is sealed by a checksum, which
/// covers the states by their hashes.
constexpr const char* kCreateSegments =
    "CREATE TABLE segments(number INTEGER PRIMARY KEY, after_event INTEGER NOT NULL, first_batch INTEGER NOT NULL, "
    "opened INTEGER NOT NULL, chain INTEGER NOT NULL, metadata BLOB NOT NULL, state_sha256 TEXT NOT NULL, "
    "broker_sha256 TEXT NOT NULL, archive TEXT NOT NULL, checksum INTEGER NOT NULL, state BLOB NOT NULL, "
    "broker BLOB NOT NULL) STRICT";

/// Where a segment begins.
struct SegmentPlace {
  std::uint64_t number = 1;
  EventNumber after = 0;
  std::uint64_t first_batch = 1;  ///< Sequence of its first batch.
  std::uint64_t chain = 0;        ///< Of the log's head when it was opened.
};

/// Part of a transaction of the caller's.
Expected<void> insert_segment(SqliteConnection& connection, const SegmentPlace& place, const SegmentOpening& opening);

struct SegmentRow {
  SegmentNote note;
  std::uint64_t first_batch = 1;
};

/// All segments, oldest first. Checks seals and that they follow each other; `count` is what the head says.
Expected<std::vector<SegmentRow>> read_segments(SqliteConnection& connection, std::uint64_t count);
/// One of them, checked as above.
Expected<SegmentRow> read_segment(SqliteConnection& connection, std::uint64_t number);
/// The opening of a segment, checked against its hashes.
Expected<SegmentOpening> read_segment_opening(SqliteConnection& connection, std::uint64_t number);
/// Notes where the events of a segment are, and what it begins with: both are no longer kept here. Part of a
/// transaction of the caller's.
Expected<void> note_archive(SqliteConnection& connection, std::uint64_t number, const std::string& archive);

}  // namespace bellwether
