#include "storage/log_segments.hpp"

#include <sqlite3.h>

#include "storage/log_place.hpp"
#include "storage/sqlite_event_schema.hpp"

namespace bellwether {
namespace {

/// Of the rows that hold the events of the batches from `first` to before `end`.
Expected<std::uint64_t> bytes_of(SqliteConnection& connection, std::uint64_t first, std::uint64_t end) {
  auto sum = connection.prepare(
      "SELECT coalesce(sum(length(payload)), 0) FROM batches WHERE sequence >= ?1 AND sequence < ?2");
  if (!sum) return sum.error();
  if (sum->bind(1, first).bind(2, end).step() != SQLITE_ROW) return connection.error("its events cannot be measured");
  return sum->number(0);
}

}  // namespace

Expected<std::vector<SegmentSummary>> list_segments(const std::string& path) {
  const auto absolute = absolute_log_path(path);
  if (!absolute) return absolute.error();
  if (!is_taken(*absolute)) return Error{*absolute, "there is no such event log"};
  auto known = open_known_log(*absolute);
  if (!known) return known.error();
  if (auto begun = known->reader.execute("BEGIN"); !begun) return begun.error();
  const auto head = read_head(known->reader);
  if (!head) return head.error();
  auto rows = read_segments(known->reader, head->segments);
  if (!rows) return rows.error();
  std::vector<SegmentSummary> summaries;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const bool current = i + 1 == rows->size();
    SegmentSummary& summary = summaries.emplace_back();
    summary.last_event = current ? head->last_event : (*rows)[i + 1].note.after;
    summary.current = current;
    const std::uint64_t end = current ? head->batches + 1 : (*rows)[i + 1].first_batch;
    summary.note = std::move((*rows)[i].note);
    if (summary.note.archive.empty()) {
      const auto bytes = bytes_of(known->reader, (*rows)[i].first_batch, end);
      if (!bytes) return bytes.error();
      summary.bytes = *bytes;
      continue;
    }
    auto archive = read_archive_text(summary.note.archive);
    if (!archive) return Error{*absolute, "segment " + std::to_string(i + 1) + " " + archive.error().message};
    summary.bytes = archive->bytes;
    summary.archive_path = find_archive(*absolute, *archive);
    summary.archive = std::move(*archive);
  }
  return summaries;
}

}  // namespace bellwether
