#include "storage/staged_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "storage/log_place.hpp"

namespace bellwether {
namespace {

namespace fs = std::filesystem;

/// Whether there was anything.
bool remove_all_of(const std::string& path) {
  bool any = false;
  std::error_code ignored;
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) any = fs::remove(path + suffix, ignored) || any;
  return any;
}

Expected<void> sync_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return Error{path, std::string("cannot be opened: ") + std::strerror(errno)};
  const bool synced = ::fsync(descriptor) == 0;
  const int failed = errno;
  ::close(descriptor);
  if (!synced) return Error{path, std::string("cannot be brought to the disk: ") + std::strerror(failed)};
  return {};
}

Error taken(const std::string& target) { return Error{target, "exists already, and is not replaced"}; }

/// Where the file system cannot rename without replacing, the name is looked at before.
Expected<void> rename_to_new(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  if (errno == EEXIST) return taken(to);
  if (errno == EINVAL || errno == ENOSYS) {
    if (is_taken(to)) return taken(to);
    if (::rename(from.c_str(), to.c_str()) == 0) return {};
  }
  return Error{to, std::string("cannot be given its name: ") + std::strerror(errno)};
}

/// Makes an empty file; false where there is one.
Expected<bool> create_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (descriptor < 0 && errno != EEXIST) return Error{path, std::string("cannot be made: ") + std::strerror(errno)};
  if (descriptor >= 0) ::close(descriptor);
  return descriptor >= 0;
}

}  // namespace

Expected<StagedLog> StagedLog::begin(const std::string& target) {
  if (is_taken(target)) return taken(target);
  const std::string path = target + ".unfinished";
  auto created = create_file(path);
  if (!created) return Error{target, created.error().message};
  const bool leftover = !*created;
  if (leftover) {
    // Of a process that was killed, unless one holds it.
    const auto abandoned = InodeLock::acquire(path);
    if (!abandoned) return Error{target, "is being made: " + path + " is " + abandoned.error().message};
    remove_all_of(path);
    created = create_file(path);
    if (!created) return Error{target, created.error().message};
  }
  auto file = InodeLock::acquire(path);
  if (!file) return Error{target, "is being made by another process"};
  if (is_taken(target)) {
    remove_all_of(path);
    return taken(target);
  }
  return StagedLog(target, path, std::move(*file), leftover);
}

StagedLog::~StagedLog() {
  if (file_) remove_all_of(path_);
}

Expected<LogCheck> StagedLog::publish() {
  if (auto synced = sync_file(path_); !synced) return Error{target_, synced.error().message};
  LogCheck check = check_log_alone(path_);
  if (!check.whole()) return Error{target_, "the copy is not whole: " + check.findings.front().what};
  if (auto renamed = rename_to_new(path_, target_); !renamed) return renamed.error();
  sync_folder_of(target_);
  check.path = target_;
  return check;
}

}  // namespace bellwether
