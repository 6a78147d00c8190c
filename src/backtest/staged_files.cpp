#include "backtest/staged_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace bellwether {
namespace {

Error refused(const std::filesystem::path& path, int number) {
  return {path.string(), std::string("cannot be written: ") + std::strerror(number)};
}

/// Writes all of `bytes` and waits until the disk has them; 0, or the error number.
int write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(file) == 0 ? 0 : errno;
}

}  // namespace

Expected<StagedFiles> StagedFiles::open(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return Error{folder.string(), "cannot be made: " + error.message()};
  if (!std::filesystem::is_directory(folder, error)) return Error{folder.string(), "is not a folder"};
  return StagedFiles(folder);
}

StagedFiles::StagedFiles(StagedFiles&& other) noexcept
    : folder_(std::move(other.folder_)), staged_(std::move(other.staged_)), removed_(std::move(other.removed_)) {
  other.staged_.clear();
}

StagedFiles::~StagedFiles() {
  for (const Staged& file : staged_) ::unlink(file.temporary.c_str());
}

Expected<void> StagedFiles::add(const std::string& name, std::string_view bytes) {
  const std::filesystem::path target = folder_ / name;
  std::string temporary = (folder_ / ("." + name + ".XXXXXX")).string();
  const int file = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (file < 0) return refused(target, errno);
  staged_.push_back({temporary, target});
  int failure = write_all(file, bytes);
  if (failure == 0 && ::fchmod(file, 0644) != 0) failure = errno;
  if (::close(file) != 0 && failure == 0) failure = errno;
  if (failure != 0) return refused(target, failure);
  return {};
}

Expected<void> StagedFiles::commit() {
  while (!staged_.empty()) {
    const Staged& file = staged_.front();
    if (std::rename(file.temporary.c_str(), file.final.c_str()) != 0) return refused(file.final, errno);
    staged_.erase(staged_.begin());
  }
  for (const std::string& name : removed_) ::unlink((folder_ / name).c_str());
  removed_.clear();
  return {};
}

}  // namespace bellwether
