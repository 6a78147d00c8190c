#include "storage/inode_lock.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <set>
#include <utility>

namespace bellwether {
namespace {

/// The locked byte. SQLite locks bytes from 2^30 on, and no log grows to 2^61.
constexpr off_t kLockedByte = off_t{1} << 61;

/// The files that this process holds. Whether a file is among them is asked before it is opened: to open and close it
/// once more would release SQLite's locks on it.
class HeldFiles {
 public:
  bool insert(const FileIdentity& file) {
    const std::lock_guard lock(mutex_);
    return files_.insert(file).second;
  }
  void erase(const FileIdentity& file) {
    const std::lock_guard lock(mutex_);
    files_.erase(file);
  }

 private:
  std::mutex mutex_;
  std::set<FileIdentity> files_;
};

HeldFiles& held_files() {
  static HeldFiles files;
  return files;
}

/// 0, or why the byte cannot be locked. A lock of the open file, not of the process: other locks do not touch it.
int lock_byte(int descriptor) {
  struct flock range {};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  range.l_start = kLockedByte;
  range.l_len = 1;
  return ::fcntl(descriptor, F_OFD_SETLK, &range) == 0 ? 0 : errno;
}

constexpr const char* kHeld = "in use by another process, which writes the same file, maybe under another name";

}  // namespace

std::optional<FileIdentity> FileIdentity::of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileIdentity{status.st_dev, status.st_ino};
}

Expected<InodeLock> InodeLock::acquire(const std::string& path) {
  const auto identity = FileIdentity::of(path);
  if (!identity) return Error{path, std::string("cannot be locked: ") + std::strerror(errno)};
  if (!held_files().insert(*identity)) return Error{path, kHeld};
  InodeLock lock(::open(path.c_str(), O_RDWR | O_CLOEXEC), *identity);
  if (lock.descriptor_ < 0) return Error{path, std::string("cannot be opened for writing: ") + std::strerror(errno)};
  const int failed = lock_byte(lock.descriptor_);
  if (failed == EAGAIN || failed == EACCES) return Error{path, kHeld};
  if (failed != 0 && failed != EINVAL && failed != ENOLCK && failed != ENOTSUP) {
    return Error{path, std::string("cannot be locked: ") + std::strerror(failed)};
  }
  return lock;
}

InodeLock::InodeLock(InodeLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), identity_(std::exchange(other.identity_, {})) {}

InodeLock& InodeLock::operator=(InodeLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(identity_, other.identity_);
  return *this;
}

InodeLock::~InodeLock() {
  if (identity_ == FileIdentity()) return;
  if (descriptor_ >= 0) ::close(descriptor_);
  held_files().erase(identity_);
}

}  // namespace bellwether
