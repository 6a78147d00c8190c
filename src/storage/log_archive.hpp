// Moves the events of closed segments out of a log, into files that are logs by themselves, so that a log that never
// ends stays of a size that can be backed up.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/segment_archive.hpp"

namespace bellwether {

struct LogArchiving {
  struct Moved {
    std::uint64_t segment = 0;
    SegmentArchive archive;
  };
  std::vector<Moved> moved;
  std::uint64_t bytes_before = 0;  ///< Of the log.
  std::uint64_t bytes_after = 0;
};

/// Archives every segment of the log at `log` with a number below `before` that is not archived yet, oldest first, into
/// `folder` (empty: that of the log). The current segment is never archived. Nobody may write the log meanwhile: an
/// error says who does.
///
/// For each segment: its file is made under another name, synced, checked and renamed; its hash is recorded in the log
/// in one transaction; then the rows are deleted, and the space that they took is given back. Whatever a process that
/// is killed had done by then stands, and the next call goes on from there.
Expected<LogArchiving> archive_segments(const std::string& log, std::uint64_t before, const std::string& folder);

}  // namespace bellwether
