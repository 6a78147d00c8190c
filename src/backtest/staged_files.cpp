#include "backtest/staged_files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace bellwether {
namespace {

constexpr std::string_view kStagingPrefix = ".staging-";

Error refused(const std::filesystem::path& path, int number) {
  return {path.string(), std::string("cannot be written: ") + std::strerror(number)};
}

/// Writes all of `bytes`; 0, or the error number.
int write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

/// Removes staging folders that nobody holds the lock of.
void remove_stale(const std::filesystem::path& folder) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (!entry.path().filename().string().starts_with(kStagingPrefix)) continue;
    const int lock = ::open(entry.path().c_str(), O_DIRECTORY | O_CLOEXEC);
    if (lock < 0) continue;
    if (::flock(lock, LOCK_EX | LOCK_NB) == 0) std::filesystem::remove_all(entry.path(), ignored);
    ::close(lock);
  }
}

}  // namespace

Expected<StagedFiles> StagedFiles::open(const std::filesystem::path& folder) {
  StagedFiles files(folder);
  if (auto made = files.make_folder(); !made) return made.error();
  remove_stale(folder);
  if (auto made = files.make_staging(); !made) return made.error();
  return files;
}

Expected<void> StagedFiles::make_folder() {
  std::error_code error;
  const auto whole = std::filesystem::absolute(folder_);
  auto present = whole;  // The nearest that is there: the folder itself, or one above it.
  for (; !std::filesystem::exists(present, error); present = present.parent_path()) {
    if (error || present == present.parent_path()) break;
    made_ = present;
  }
  if (!error && !std::filesystem::is_directory(present, error)) {
    return Error{folder_.string(), present == whole ? "is there and is no folder; name another one"
                                                    : "cannot be made: " + present.string() + " is no folder"};
  }
  std::filesystem::create_directories(folder_, error);
  if (error) return Error{folder_.string(), "cannot be made: " + error.message()};
  return {};
}

Expected<void> StagedFiles::make_staging() {
  // Another process may take the new folder for a leftover before it is locked.
  for (int attempt = 0; attempt < 3; ++attempt) {
    std::string path = (folder_ / (std::string(kStagingPrefix) + "XXXXXX")).string();
    if (::mkdtemp(path.data()) == nullptr) return refused(folder_, errno);
    staging_ = path;
    lock_ = ::open(path.c_str(), O_DIRECTORY | O_CLOEXEC);
    if (lock_ < 0) return refused(folder_, errno);
    if (::flock(lock_, LOCK_EX | LOCK_NB) == 0 && std::filesystem::exists(staging_)) return {};
    ::close(std::exchange(lock_, -1));
  }
  return Error{folder_.string(), "cannot be written: another process is clearing it"};
}

StagedFiles::StagedFiles(StagedFiles&& other) noexcept
    : folder_(std::move(other.folder_)),
      made_(std::exchange(other.made_, {})),
      staging_(std::exchange(other.staging_, {})),
      lock_(std::exchange(other.lock_, -1)),
      staged_(std::move(other.staged_)),
      removed_(std::move(other.removed_)) {}

StagedFiles::~StagedFiles() {
  std::error_code ignored;
  if (!staging_.empty()) std::filesystem::remove_all(staging_, ignored);
  if (lock_ >= 0) ::close(lock_);
  if (made_.empty()) return;
  // Only what is empty goes.
  for (auto each = std::filesystem::absolute(folder_);; each = each.parent_path()) {
    if (::rmdir(each.c_str()) != 0 || each == made_) return;
  }
}

Expected<void> StagedFiles::add(const std::string& name, std::string_view bytes) {
  return add(name, [bytes](const TextSink& sink) { sink(bytes); });
}

Expected<void> StagedFiles::add(const std::string& name, const std::function<void(const TextSink&)>& write) {
  const std::filesystem::path target = folder_ / name;
  const int file = ::open((staging_ / name).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return refused(target, errno);
  staged_.push_back(name);
  int failure = 0;
  write([&](std::string_view bytes) {
    if (failure == 0) failure = write_all(file, bytes);
  });
  if (failure == 0 && ::fsync(file) != 0) failure = errno;
  if (::close(file) != 0 && failure == 0) failure = errno;
  if (failure != 0) return refused(target, failure);
  return {};
}

Expected<void> StagedFiles::commit() {
  for (const std::string& name : staged_) {
    if (std::rename((staging_ / name).c_str(), (folder_ / name).c_str()) != 0) return refused(folder_ / name, errno);
  }
  staged_.clear();
  for (const std::string& name : removed_) ::unlink((folder_ / name).c_str());
  removed_.clear();
  return {};
}

Expected<void> prove_writable(const std::filesystem::path& folder) {
  auto files = StagedFiles::open(folder);
  if (!files) return files.error();
  return files->add("probe", "x");
}

}  // namespace bellwether
