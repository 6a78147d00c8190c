// A log file in the making: under a name of its own until it is complete, checked and on the disk.
#pragma once

#include <string>

#include "storage/file_lock.hpp"
#include "storage/log_check.hpp"

namespace bellwether {

/// Holds the place of one file. What it was given under `path()` goes away with it, unless `publish` succeeded.
class StagedLog {
 public:
  /// For the file `target`, an absolute path. An error where that exists or another process makes it.
  static Expected<StagedLog> begin(const std::string& target);

  StagedLog(StagedLog&& other) noexcept = default;
  StagedLog& operator=(StagedLog&& other) = delete;
  StagedLog(const StagedLog&) = delete;
  StagedLog& operator=(const StagedLog&) = delete;
  ~StagedLog();

  /// Where the file is to be made.
  [[nodiscard]] const std::string& path() const { return path_; }
  /// Whether a process that was killed had left something there.
  [[nodiscard]] bool removed_leftover() const { return removed_leftover_; }
  /// Syncs the file, checks all of it and gives it its name. Nothing may have it open any more. An existing file is
  /// never replaced.
  Expected<LogCheck> publish();

 private:
  StagedLog(std::string target, FileLock lock);

  std::string target_;
  std::string path_;
  std::optional<FileLock> lock_;
  bool removed_leftover_ = false;
};

}  // namespace bellwether
