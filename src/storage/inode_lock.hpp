// One owner per file, whatever names it has: a second link, a bind mount and a name given later all lead to one lock.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "engine/expected.hpp"

namespace bellwether {

/// What a file is, apart from its names.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;

  auto operator<=>(const FileIdentity&) const = default;
  /// Of the file that `path` names now; nothing where there is none that can be looked at.
  static std::optional<FileIdentity> of(const std::string& path);
};

/// Holds a file for as long as it lives; the operating system releases it when its holder ends, however it ends. It
/// keeps a descriptor of the file open. To close that releases every POSIX lock that the process has on the file, those
/// of SQLite among them: an InodeLock must outlive the connection that writes the file.
class InodeLock {
 public:
  /// An error if another InodeLock holds the same file, in this process or any other, or if it cannot be opened for
  /// writing. On file systems without such locks, it only keeps other threads of this process out.
  static Expected<InodeLock> acquire(const std::string& path);

  InodeLock(InodeLock&& other) noexcept;
  InodeLock& operator=(InodeLock&& other) noexcept;
  InodeLock(const InodeLock&) = delete;
  InodeLock& operator=(const InodeLock&) = delete;
  ~InodeLock();

  /// Open for reading and writing.
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  InodeLock(int descriptor, FileIdentity identity) : descriptor_(descriptor), identity_(identity) {}
  int descriptor_ = -1;
  FileIdentity identity_;
};

}  // namespace bellwether
