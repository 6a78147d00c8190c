// What an event log looks like as an SQLite file: its tables, its marks of identity and its head.
//
// `batches` holds the log itself, one row per batch; `segments` says where each segment begins and with what. `head` is
// one row that says how far the log goes and seals the metadata, so that rows that went missing at the end are noticed.
// Every row that matters carries a checksum of its own: SQLite's pages have none.
#pragma once

#include <map>
#include <string>

#include "storage/event_log.hpp"
#include "storage/sqlite_connection.hpp"

namespace bellwether {

constexpr std::int64_t kEventLogApplicationId = 0x42576c67;  ///< "BWlg".
constexpr std::int64_t kEventLogSchemaVersion = 3;

using Metadata = std::map<std::string, std::string>;

/// How far the log goes.
struct LogHead {
  std::uint64_t batches = 0;
  EventNumber last_event = 0;
  std::uint64_t metadata_checksum = 0;
  std::uint64_t segments = 1;
  std::uint64_t chain = 0;  ///< Over the checksums of all batches, in their order.

  [[nodiscard]] std::uint64_t checksum() const;
  bool operator==(const LogHead&) const = default;
};

std::uint64_t metadata_checksum(const Metadata& metadata);
std::uint64_t snapshot_checksum(const Snapshot& snapshot);

/// Lays an empty file out as an event log, in one transaction.
Expected<void> write_event_log_schema(SqliteConnection& connection, const Metadata& metadata);

/// Refuses a file that is not an event log, or one of a schema that this version does not know.
Expected<void> check_event_log_identity(SqliteConnection& connection);

/// The chain with one more batch.
std::uint64_t chained(std::uint64_t chain, std::uint64_t batch_checksum);

constexpr const char* kSelectHead =
    "SELECT batches, last_event, metadata_checksum, segments, chain, checksum FROM head WHERE id = 1";
/// Reads the head with a statement of kSelectHead; checks its seal.
Expected<LogHead> read_head(const SqliteConnection& connection, SqliteStatement& select_head);
Expected<LogHead> read_head(SqliteConnection& connection);
constexpr const char* kUpdateHead =
    "UPDATE head SET batches = ?1, last_event = ?2, metadata_checksum = ?3, segments = ?4, chain = ?5, checksum = ?6 "
    "WHERE id = 1";
/// Writes the head with a statement of kUpdateHead. False as SqliteStatement::run.
bool update_head(SqliteStatement& update, const LogHead& head);

/// Reads the metadata; checks it against the head's seal.
Expected<Metadata> read_metadata(SqliteConnection& connection, const LogHead& head);

}  // namespace bellwether
