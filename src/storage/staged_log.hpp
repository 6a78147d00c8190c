// A log file in the making: under a name of its own until it is complete, checked and on the disk.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "storage/inode_lock.hpp"
#include "storage/log_check.hpp"

namespace bellwether {

/// Holds the place of one file. What it was given under `path()` goes away with it, unless `publish` succeeded.
class StagedLog {
 public:
  /// For the file `target`, an absolute path. An error where that exists or another process makes it.
  static Expected<StagedLog> begin(const std::string& target);

  StagedLog(StagedLog&& other) noexcept
      : target_(std::move(other.target_)),
        path_(std::move(other.path_)),
        file_(std::exchange(other.file_, std::nullopt)),
        removed_leftover_(other.removed_leftover_) {}
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
  StagedLog(std::string target, std::string path, InodeLock file, bool removed_leftover)
      : target_(std::move(target)),
        path_(std::move(path)),
        file_(std::move(file)),
        removed_leftover_(removed_leftover) {}

  std::string target_;
  std::string path_;
  std::optional<InodeLock> file_;  // Nothing in what was moved from.
  bool removed_leftover_ = false;
};

}  // namespace bellwether
