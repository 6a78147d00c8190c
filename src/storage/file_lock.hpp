// One owner per file: an advisory lock that the operating system releases when its holder ends, however it ends.
#pragma once

#include <string>

#include "engine/expected.hpp"

namespace bellwether {

/// Holds an exclusive lock on a lock file for as long as it lives. The file itself stays; it names the last holder's
/// process id.
class FileLock {
 public:
  /// Takes the lock, creating the file if need be. An error if another FileLock holds it, in this process or any other,
  /// or if the file cannot be made.
  static Expected<FileLock> acquire(const std::string& path);
  /// Whether anybody holds the lock now. A missing file means no.
  static bool held(const std::string& path);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace bellwether
