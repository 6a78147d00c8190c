// Segments whose events are in a file of their own: what the log notes about such a file, and how it is found.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/sqlite_event_schema.hpp"
#include "storage/sqlite_segments.hpp"

namespace bellwether {

/// The file that an archived segment is in. It is a log by itself, whose earlier segments are archived too.
struct SegmentArchive {
  std::string file;  ///< Its absolute path when it was made.
  std::string sha256;
  std::uint64_t bytes = 0;

  bool operator==(const SegmentArchive&) const = default;
};

/// The text of SegmentNote::archive.
std::string archive_text(const SegmentArchive& archive);
/// What such a text says. An error where it is none.
Expected<SegmentArchive> read_archive_text(const std::string& text);

/// The name of the file for a segment of the log at `log`, without its folder.
std::string archive_name(const std::string& log, std::uint64_t segment);
/// Where the file is now: where it was made or, after log and files have moved together, beside the log; nothing where
/// it is in neither place.
std::optional<std::string> find_archive(const std::string& log, const SegmentArchive& archive);
/// SHA-256 of a file of any size, in hexadecimal.
Expected<std::string> sha256_of_file(const std::string& path);
/// Whether the file of an archived segment is there and is the one that was made. An error names segment and file.
Expected<void> check_archive(const std::string& log, const SegmentNote& note);

/// Whether a log is the file of an archived segment: metadata of such a file say so, beside those of the segment.
bool is_segment_file(const Metadata& metadata);
/// The metadata of that file.
Metadata segment_file_metadata(const SegmentNote& note);
/// Everything behind this event of the log at `log` can be read: what is before is archived in files that are not there
/// or, where the log is itself the file of a segment, is not its own.
EventNumber readable_after(const std::string& log, const Metadata& metadata, const std::vector<SegmentRow>& segments);

/// The first segment whose events are in the log itself. Archived are always the oldest ones.
const SegmentRow& first_present(const std::vector<SegmentRow>& segments);
/// The same from the file. An error where all are said to be archived.
Expected<SegmentRow> read_first_present(SqliteConnection& connection);

}  // namespace bellwether
