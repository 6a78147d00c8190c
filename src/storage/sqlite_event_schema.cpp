#include "storage/sqlite_event_schema.hpp"

#include <sqlite3.h>

#include <iterator>
#include <string_view>

#include "engine/bytes.hpp"
#include "storage/checksum.hpp"
#include "storage/sqlite_segments.hpp"

namespace bellwether {
namespace {

struct Table {
  const char* name;
  const char* sql;
};
constexpr Table kTables[] = {
    {"batches",
     "CREATE TABLE batches(sequence INTEGER PRIMARY KEY, first_event INTEGER NOT NULL, last_event INTEGER NOT NULL, "
     "checksum INTEGER NOT NULL, payload BLOB NOT NULL) STRICT"},
    {"head",
     "CREATE TABLE head(id INTEGER PRIMARY KEY, batches INTEGER NOT NULL, last_event INTEGER NOT NULL, "
     "metadata_checksum INTEGER NOT NULL, segments INTEGER NOT NULL, chain INTEGER NOT NULL, checksum INTEGER NOT "
     "NULL) "
     "STRICT"},
    {"metadata", "CREATE TABLE metadata(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID"},
    {"segments", kCreateSegments},
    {"snapshots",
     "CREATE TABLE snapshots(event INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT"},
};

Error not_a_log(const SqliteConnection& connection, const std::string& why) {
  return Error{connection.path(), "not a Bellwether event log: " + why};
}

/// The tables must be those of kTables, each with pages of its own.
Expected<void> check_tables(SqliteConnection& connection) {
  auto select = connection.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name");
  if (!select) return select.error();
  for (const Table& table : kTables) {
    const int code = select->step();
    if (code != SQLITE_ROW && code != SQLITE_DONE) return connection.error("cannot be read");
    if (code == SQLITE_DONE || select->text(0) != table.name || select->text(1) != table.sql) {
      return Error{connection.path(), std::string("the file is damaged: its table ") + table.name +
                                          " is missing or is not what this version makes"};
    }
  }
  if (select->step() != SQLITE_DONE) return Error{connection.path(), "the file is damaged: it has foreign tables"};
  const auto roots = connection.query_integer("SELECT count(DISTINCT rootpage) FROM sqlite_schema");
  if (!roots) return roots.error();
  if (*roots != std::ssize(kTables)) return Error{connection.path(), "the file is damaged: tables share their pages"};
  return {};
}

}  // namespace

std::uint64_t LogHead::checksum() const {
  ByteWriter words;
  words.u64(batches);
  words.u64(last_event);
  words.u64(metadata_checksum);
  words.u64(segments);
  words.u64(chain);
  return xxh64(words.str(), 0);
}

std::uint64_t chained(std::uint64_t chain, std::uint64_t batch_checksum) {
  ByteWriter word;
  word.u64(batch_checksum);
  return xxh64(word.str(), chain);
}

std::uint64_t metadata_checksum(const Metadata& metadata) {
  ByteWriter words;
  for (const auto& [key, value] : metadata) {
    words.string(key);
    words.string(value);
  }
  return xxh64(words.str(), metadata.size());
}

std::uint64_t snapshot_checksum(const Snapshot& snapshot) { return xxh64(snapshot.bytes, snapshot.event); }

Expected<void> write_event_log_schema(SqliteConnection& connection, const Metadata& metadata) {
  const std::string marks = "PRAGMA application_id = " + std::to_string(kEventLogApplicationId) +
                            "; PRAGMA user_version = " + std::to_string(kEventLogSchemaVersion);
  if (auto begun = connection.execute("BEGIN IMMEDIATE"); !begun) return begun.error();
  for (const Table& table : kTables) {
    if (auto made = connection.execute(table.sql); !made) return made.error();
  }
  if (auto marked = connection.execute(marks.c_str()); !marked) return marked.error();
  if (auto row = connection.execute("INSERT INTO head VALUES(1, 0, 0, 0, 0, 0, 0)"); !row) return row.error();
  auto insert = connection.prepare("INSERT INTO metadata VALUES(?1, ?2)");
  if (!insert) return insert.error();
  for (const auto& [key, value] : metadata) {
    if (!insert->bind_text(1, key).bind_text(2, value).run()) return connection.error("the metadata cannot be written");
  }
  if (auto first = insert_segment(connection, {1, 0, 1, 0}, {Timestamp(), metadata, {}, {}}); !first) return first;
  auto update = connection.prepare(kUpdateHead);
  if (!update) return update.error();
  const LogHead head{0, 0, metadata_checksum(metadata), 1, 0};
  if (!update_head(*update, head)) return connection.error("cannot be written");
  return connection.execute("COMMIT");
}

Expected<void> check_event_log_identity(SqliteConnection& connection) {
  const auto application = connection.query_integer("PRAGMA application_id");
  if (!application) {
    return connection.found_no_database() ? not_a_log(connection, "not an SQLite file") : application.error();
  }
  if (*application != kEventLogApplicationId) {
    const auto pages = connection.query_integer("PRAGMA page_count");
    if (pages && *pages == 0) return not_a_log(connection, "an empty file");
    return not_a_log(connection, "an SQLite file of another program");
  }
  const auto version = connection.query_integer("PRAGMA user_version");
  if (!version) return version.error();
  if (*version > kEventLogSchemaVersion) {
    return Error{connection.path(), "the event log has schema version " + std::to_string(*version) +
                                        "; this program reads up to version " + std::to_string(kEventLogSchemaVersion)};
  }
  if (*version < 1) return Error{connection.path(), "the file is damaged: schema version " + std::to_string(*version)};
  if (*version < kEventLogSchemaVersion) {
    return Error{connection.path(), "the event log has schema version " + std::to_string(*version) +
                                        ", of an earlier version of this program, which still reads it; this one reads "
                                        "version " +
                                        std::to_string(kEventLogSchemaVersion)};
  }
  return check_tables(connection);
}

Expected<LogHead> read_head(const SqliteConnection& connection, SqliteStatement& select_head) {
  const int code = select_head.step();
  if (code != SQLITE_ROW && code != SQLITE_DONE) {
    Error error = connection.error("its head cannot be read");
    select_head.reset();
    return error;
  }
  LogHead head;
  bool sealed = false;
  if (code == SQLITE_ROW) {
    head = LogHead{select_head.number(0), select_head.number(1), select_head.number(2), select_head.number(3),
                   select_head.number(4)};
    sealed = select_head.number(5) == head.checksum();
  }
  select_head.reset();
  if (!sealed) return Error{connection.path(), "the file is damaged: its head has a wrong checksum"};
  return head;
}

Expected<LogHead> read_head(SqliteConnection& connection) {
  auto select = connection.prepare(kSelectHead);
  if (!select) return select.error();
  return read_head(connection, *select);
}

bool update_head(SqliteStatement& update, const LogHead& head) {
  return update.bind(1, head.batches)
      .bind(2, head.last_event)
      .bind(3, head.metadata_checksum)
      .bind(4, head.segments)
      .bind(5, head.chain)
      .bind(6, head.checksum())
      .run();
}

Expected<Metadata> read_metadata(SqliteConnection& connection, const LogHead& head) {
  auto select = connection.prepare("SELECT key, value FROM metadata");
  if (!select) return select.error();
  Metadata metadata;
  int code = select->step();
  for (; code == SQLITE_ROW; code = select->step()) {
    metadata.emplace(select->text(0), select->text(1));
  }
  if (code != SQLITE_DONE) return connection.error("its metadata cannot be read");
  if (metadata_checksum(metadata) != head.metadata_checksum) {
    return Error{connection.path(), "the file is damaged: its metadata has a wrong checksum"};
  }
  return metadata;
}

}  // namespace bellwether
