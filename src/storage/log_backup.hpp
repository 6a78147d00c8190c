// A copy of a log as of one moment, made while the log is written, that is a whole log by itself.
#pragma once

#include <cstdint>
#include <string>

#include "engine/expected.hpp"
#include "storage/log_check.hpp"

namespace bellwether {

struct LogBackup {
  LogCheck check;         ///< Of the copy, before it got its name.
  std::string path;       ///< Of the copy; absolute.
  bool leftover = false;  ///< What an earlier backup of this name had left when it was killed has been removed.
};

/// Copies the log at `log` to `target`, which must not exist. The log's writer goes on meanwhile; its write-ahead file
/// is not begun anew before the copy is done. `target` appears whole, synced and checked, or not at all: a process that
/// is killed leaves nothing but `target`.unfinished, which the next backup to it removes.
Expected<LogBackup> back_up_log(const std::string& log, const std::string& target);

}  // namespace bellwether
