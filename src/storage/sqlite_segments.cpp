#include "storage/sqlite_segments.hpp"

#include <sqlite3.h>

#include "engine/bytes.hpp"
#include "storage/checksum.hpp"
#include "storage/file_bytes.hpp"

namespace bellwether {
namespace {

constexpr const char* kSelectNotes =
    "SELECT number, after_event, first_batch, opened, chain, metadata, state_sha256, broker_sha256, archive, checksum "
    "FROM segments WHERE number >= ?1 ORDER BY number LIMIT ?2";

std::string name_of(std::uint64_t number) { return "segment " + std::to_string(number); }

std::string hash_of(const std::string& bytes) { return bytes.empty() ? std::string() : sha256_hex(bytes); }

std::string encoded(const std::map<std::string, std::string>& metadata) {
  ByteWriter out;
  for (const auto& [key, value] : metadata) {
    out.string(key);
    out.string(value);
  }
  return out.take();
}

std::map<std::string, std::string> decoded(std::string_view bytes) {
  std::map<std::string, std::string> metadata;
  ByteReader in(bytes);
  while (in.ok() && !in.done()) {
    std::string key = in.string();
    metadata[std::move(key)] = in.string();
  }
  return metadata;
}

std::uint64_t seal_of(const SegmentRow& row) {
  const SegmentNote& note = row.note;
  ByteWriter words;
  for (const std::uint64_t number : {note.number, note.after, row.first_batch, note.chain}) words.u64(number);
  words.time(note.opened);
  words.string(encoded(note.metadata));
  for (const std::string* text : {&note.state_sha256, &note.broker_sha256, &note.archive}) words.string(*text);
  return xxh64(words.str(), note.number);
}

Error damaged(const SqliteConnection& connection, const std::string& what) {
  return Error{connection.path(), "the file is damaged: " + what};
}

SegmentRow row_of(const SqliteStatement& select) {
  SegmentRow row;
  row.note.number = select.number(0);
  row.note.after = select.number(1);
  row.first_batch = select.number(2);
  row.note.opened = Timestamp{select.integer(3)};
  row.note.chain = select.number(4);
  row.note.metadata = decoded(select.blob(5));
  row.note.state_sha256 = select.text(6);
  row.note.broker_sha256 = select.text(7);
  row.note.archive = select.text(8);
  return row;
}

Expected<std::vector<SegmentRow>> select_rows(SqliteConnection& connection, std::uint64_t first, std::uint64_t limit) {
  auto select = connection.prepare(kSelectNotes);
  if (!select) return select.error();
  select->bind(1, first).bind(2, limit);
  std::vector<SegmentRow> rows;
  int code = select->step();
  for (; code == SQLITE_ROW; code = select->step()) {
    rows.push_back(row_of(*select));
    if (select->number(9) != seal_of(rows.back())) {
      return damaged(connection, "the entry of its " + name_of(rows.back().note.number) + " has a wrong checksum");
    }
  }
  if (code != SQLITE_DONE) return connection.error("its segments cannot be read");
  return rows;
}

}  // namespace

Expected<void> insert_segment(SqliteConnection& connection, const SegmentPlace& place, const SegmentOpening& opening) {
  SegmentRow row;
  row.note = {
      place.number,     place.after, opening.opened, place.chain, hash_of(opening.state), hash_of(opening.broker),
      opening.metadata, {}};
  row.first_batch = place.first_batch;
  auto insert = connection.prepare("INSERT INTO segments VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
  if (!insert) return insert.error();
  const std::string metadata = encoded(opening.metadata);
  const bool inserted = insert->bind(1, place.number)
                            .bind(2, place.after)
                            .bind(3, place.first_batch)
                            .bind(4, opening.opened.ns)
                            .bind(5, place.chain)
                            .bind_blob(6, metadata)
                            .bind_text(7, row.note.state_sha256)
                            .bind_text(8, row.note.broker_sha256)
                            .bind_text(9, "")
                            .bind(10, seal_of(row))
                            .bind_blob(11, opening.state)
                            .bind_blob(12, opening.broker)
                            .run();
  if (!inserted) return connection.error("a segment cannot be written");
  return {};
}

Expected<std::vector<SegmentRow>> read_segments(SqliteConnection& connection, std::uint64_t count) {
  auto rows = select_rows(connection, 0, count + 1);
  if (!rows) return rows;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const SegmentRow& row = (*rows)[i];
    if (row.note.number != i + 1) return damaged(connection, "its " + name_of(i + 1) + " is missing");
    if (i == 0) continue;
    const SegmentRow& before = (*rows)[i - 1];
    if (row.note.after < before.note.after || row.first_batch < before.first_batch) {
      return damaged(connection, "its " + name_of(i + 1) + " begins before the one before it");
    }
  }
  if (rows->size() != count) {
    return damaged(connection, "it holds " + std::to_string(rows->size()) + " segments where its head says " +
                                   std::to_string(count));
  }
  return rows;
}

Expected<SegmentRow> read_segment(SqliteConnection& connection, std::uint64_t number) {
  auto rows = select_rows(connection, number, 1);
  if (!rows) return rows.error();
  if (rows->empty() || rows->front().note.number != number) {
    return damaged(connection, "its " + name_of(number) + " is missing");
  }
  return std::move(rows->front());
}

Expected<SegmentOpening> read_segment_opening(SqliteConnection& connection, std::uint64_t number) {
  auto row = read_segment(connection, number);
  if (!row) return row.error();
  auto select = connection.prepare("SELECT state, broker FROM segments WHERE number = ?1");
  if (!select) return select.error();
  if (select->bind(1, number).step() != SQLITE_ROW) return connection.error("a segment cannot be read");
  SegmentOpening opening{row->note.opened, std::move(row->note.metadata), std::string(select->blob(0)),
                         std::string(select->blob(1))};
  if (hash_of(opening.state) != row->note.state_sha256) {
    return damaged(connection, "the opening state of its " + name_of(number) + " is not the one that was written");
  }
  if (hash_of(opening.broker) != row->note.broker_sha256) {
    return damaged(connection, "the broker's state of its " + name_of(number) + " is not the one that was written");
  }
  return opening;
}

Expected<void> note_archive(SqliteConnection& connection, std::uint64_t number, const std::string& archive) {
  auto row = read_segment(connection, number);
  if (!row) return row.error();
  row->note.archive = archive;
  auto update = connection.prepare(
      "UPDATE segments SET archive = ?2, checksum = ?3, state = x'', broker = x'' WHERE number = ?1");
  if (!update) return update.error();
  if (!update->bind(1, number).bind_text(2, archive).bind(3, seal_of(*row)).run()) {
    return connection.error("a segment cannot be written");
  }
  return {};
}

}  // namespace bellwether
