// The segments of a log as its operator sees them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/segment_archive.hpp"

namespace bellwether {

struct SegmentSummary {
  SegmentNote note;
  EventNumber last_event = 0;  ///< Before the next segment; the first is the one after `note.after`.
  std::uint64_t bytes = 0;     ///< Of its events and order commands, or of the file that it is archived in.
  bool current = false;
  std::optional<SegmentArchive> archive;
  std::optional<std::string> archive_path;  ///< Where that file is now; nothing where it is missing.
};

/// All segments of the log at `path`, oldest first, as of this moment. Reads none of their events.
Expected<std::vector<SegmentSummary>> list_segments(const std::string& path);

}  // namespace bellwether
