// Proof that a log, or a backup of one, is whole: everything that carries a checksum is read and compared, and what is
// wrong is listed rather than the first of it reported.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/event_log.hpp"

namespace bellwether {

/// One thing about a log that is not as it should be.
struct LogFinding {
  std::string what;    ///< Names the file, the part of it and what is wrong with that.
  std::string advice;  ///< What to do about it.
};

/// No more findings than this are listed; `LogCheck::unlisted` counts the others.
constexpr std::size_t kLogFindingsMax = 50;

/// What was checked, and what was found.
struct LogCheck {
  std::string path;  ///< Absolute, without symbolic links.
  std::vector<LogFinding> findings;
  std::uint64_t unlisted = 0;
  EventNumber last_event = 0;
  std::uint64_t events = 0;    ///< In the file itself, without what is archived.
  std::uint64_t commands = 0;  ///< Order commands.
  std::uint64_t batches = 0;   ///< Rows that hold them.
  std::uint64_t snapshots = 0;
  std::uint64_t segments = 0;  ///< Those that are archived included.
  std::uint64_t archived = 0;  ///< Segments whose events are in files of their own.
  std::uint64_t bytes = 0;     ///< Of the file and what stands in its write-ahead file.

  [[nodiscard]] bool whole() const { return findings.empty(); }
};

/// Checks the log at `path` as it is at this moment; a service that writes it goes on meanwhile. Reads all of it and
/// changes nothing. Memory does not grow with the log.
LogCheck check_log(const std::string& path);
/// The same without a look at the files that its archived segments are in.
LogCheck check_log_alone(const std::string& path);

}  // namespace bellwether
