#include "storage/file_watch.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "storage/log_place.hpp"

namespace bellwether {
namespace {

using Left = FileFault::Left;

// https://sqlite.org/fileformat2.html sections 1.3 and 4.1.
constexpr std::size_t kAheadHeaderBytes = 32;
constexpr std::uint64_t kFrameHeaderBytes = 24;
constexpr std::uint64_t kBlockBytes = 4096;        // Of a file system, at most as a rule.
constexpr std::uint32_t kAheadMagic = 0x377f0682;  // Or one more.
constexpr std::string_view kMainMagic("SQLite format 3\0", 16);
constexpr std::int64_t kIndexBytesMin = 32'768;

std::string index_path(const std::string& path) { return path + "-shm"; }

std::uint32_t big_endian(const std::string& bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

std::string cut_text(std::int64_t from, std::int64_t to) {
  return "has been cut short from " + std::to_string(from) + " to " + std::to_string(to) +
         " bytes by another program while it was being written";
}

constexpr const char* kReplaced = "has been replaced by another file while it was being written";
constexpr const char* kChanged = "has been changed by another program while it was being written";

/// The beginning of a file, less where it is shorter.
std::string head_of(int descriptor, std::size_t size) {
  std::string bytes(size, '\0');
  const ssize_t got = ::pread(descriptor, bytes.data(), bytes.size(), 0);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

/// Whether the byte at `at` was written once: the part of a file that was cut and then written behind its end is a
/// hole. File systems that know of no holes say so of every byte.
bool is_written(int descriptor, std::int64_t at) {
  const off_t written = ::lseek(descriptor, at, SEEK_DATA);
  return written < 0 ? errno == EINVAL : written == at;
}

}  // namespace

/// The time is asked for only where it is needed: a file whose time somebody has looked at gets a new one at its next
/// write, which then costs a commit tens of microseconds more.
std::optional<FileWatch::Seen> FileWatch::see(int folder, const char* path, bool with_time) {
  struct statx status {};
  const unsigned fields = STATX_INO | STATX_SIZE | (with_time ? STATX_MTIME : 0U);
  if (::statx(folder, path, AT_EMPTY_PATH, fields, &status) != 0) return std::nullopt;
  Seen seen{{makedev(status.stx_dev_major, status.stx_dev_minor), status.stx_ino},
            static_cast<std::int64_t>(status.stx_size)};
  if (with_time) seen.modified_ns = status.stx_mtime.tv_sec * 1'000'000'000 + status.stx_mtime.tv_nsec;
  return seen;
}

Expected<FileWatch> FileWatch::begin(const std::string& path, int main) {
  FileWatch watch(path, main);
  const std::string ahead = write_ahead_path(path);
  watch.ahead_descriptor_ = ::open(ahead.c_str(), O_RDONLY | O_CLOEXEC);
  if (watch.ahead_descriptor_ < 0) return Error{ahead, std::string("cannot be opened: ") + std::strerror(errno)};
  const auto seen_main = see(main, "", true);
  const auto seen_ahead = see(watch.ahead_descriptor_, "", false);
  const auto seen_index = see(AT_FDCWD, index_path(path).c_str(), false);
  if (!seen_main || !seen_ahead || !seen_index)
    return Error{path, std::string("cannot be watched: ") + std::strerror(errno)};
  watch.main_ = *seen_main;
  watch.ahead_ = *seen_ahead;
  watch.index_ = *seen_index;
  std::string header = head_of(watch.ahead_descriptor_, kAheadHeaderBytes);
  if (!watch.continues(header)) return Error{ahead, kChanged};
  if (header.size() == kAheadHeaderBytes) watch.header_ = std::move(header);
  if (auto misplaced = watch.look_at_names()) return misplaced->error;
  return watch;
}

FileWatch::FileWatch(FileWatch&& other) noexcept
    : path_(std::move(other.path_)),
      main_descriptor_(other.main_descriptor_),
      ahead_descriptor_(std::exchange(other.ahead_descriptor_, -1)),
      main_(other.main_),
      ahead_(other.ahead_),
      index_(other.index_),
      header_(std::move(other.header_)),
      frames_(other.frames_) {}

FileWatch& FileWatch::operator=(FileWatch&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(main_descriptor_, other.main_descriptor_);
  std::swap(ahead_descriptor_, other.ahead_descriptor_);
  std::swap(main_, other.main_);
  std::swap(ahead_, other.ahead_);
  std::swap(index_, other.index_);
  std::swap(header_, other.header_);
  std::swap(frames_, other.frames_);
  return *this;
}

FileWatch::~FileWatch() {
  if (ahead_descriptor_ >= 0) ::close(ahead_descriptor_);
}

/// Whether a write-ahead file that had the header `header_` may have this one after a write of its owner.
bool FileWatch::continues(const std::string& header) const {
  if (header.size() < kAheadHeaderBytes) return header_.empty();
  if ((big_endian(header, 0) & ~1U) != kAheadMagic) return false;
  // SQLite raises the first salt by one whenever it begins the file anew; its count of that, at 12, is each
  // connection's own. It may begin anew without raising it while no commit stands in the file.
  return frames_ == 0 || header == header_ || big_endian(header, 16) == big_endian(header_, 16) + 1;
}

FileFault FileWatch::fault(const std::string& file, const std::string& what, Left left) const {
  return {{file, what}, left, main_.identity, ahead_.identity};
}

/// A name that does not lead to the main file any more.
FileFault FileWatch::main_misplaced(const std::string& what) const {
  struct stat open {};
  const bool deleted = ::fstat(main_descriptor_, &open) != 0 || open.st_nlink == 0;
  if (!what.empty()) return fault(path_, what, deleted ? Left::Nothing : Left::All);
  std::error_code ignored;
  const bool folder = std::filesystem::is_directory(std::filesystem::path(path_).parent_path(), ignored);
  return fault(path_,
               std::string(deleted ? "has been deleted" : "has been moved away") + (folder ? "" : " with its folder") +
                   " while it was being written",
               deleted ? Left::Nothing : Left::All);
}

/// Whether the name of the main file leads to it, and it is as it was left.
std::optional<FileFault> FileWatch::look_at_main() const {
  const auto main = see(AT_FDCWD, path_.c_str(), true);
  if (!main && (errno == ENOENT || errno == ENOTDIR)) return main_misplaced("");
  if (!main) return main_misplaced(std::string("cannot be looked at any more: ") + std::strerror(errno));
  if (main->identity != main_.identity) return main_misplaced(kReplaced);
  if (main->size < main_.size) return fault(path_, cut_text(main_.size, main->size), Left::Nothing);
  if (main->size != main_.size || main->modified_ns != main_.modified_ns) return fault(path_, kChanged, Left::Nothing);
  return std::nullopt;
}

/// Whether the name of a file beside it leads to the file that is open.
std::optional<FileFault> FileWatch::look_at_side(const std::string& name, const FileIdentity& known) const {
  const auto seen = see(AT_FDCWD, name.c_str(), false);
  if (!seen) return fault(name, "has been deleted or moved away while it was in use", Left::All);
  if (seen->identity != known) return fault(name, kReplaced, Left::All);
  return std::nullopt;
}

/// Whether each name leads to the file that is open, and the main file is as it was left.
std::optional<FileFault> FileWatch::look_at_names() const {
  if (auto found = look_at_main()) return found;
  if (auto found = look_at_side(write_ahead_path(path_), ahead_.identity)) return found;
  const std::string index = index_path(path_);
  if (auto found = look_at_side(index, index_.identity)) return found;
  const auto size = see(AT_FDCWD, index.c_str(), false).value_or(index_).size;
  if (size < kIndexBytesMin) return fault(index, cut_text(index_.size, size), Left::MainFile);
  return std::nullopt;
}

std::optional<FileFault> FileWatch::look() {
  auto misplaced = look_at_names();
  if (misplaced && misplaced->left != Left::All) return misplaced;
  const std::string name = write_ahead_path(path_);
  const auto ahead = see(ahead_descriptor_, "", true);
  if (!ahead) return fault(name, std::strerror(errno), Left::MainFile);
  if (ahead->size < ahead_.size) return fault(name, cut_text(ahead_.size, ahead->size), Left::MainFile);
  const std::string header = head_of(ahead_descriptor_, header_.size());
  const bool touched = ahead_.modified_ns != 0 && ahead->modified_ns != ahead_.modified_ns;
  if (touched || ahead->size != ahead_.size || header != header_) return fault(name, kChanged, Left::MainFile);
  ahead_.modified_ns = ahead->modified_ns;
  return misplaced;
}

std::optional<FileFault> FileWatch::wrote_ahead(std::uint64_t frames) {
  auto misplaced = look_at_main();
  if (misplaced && misplaced->left != Left::All) return misplaced;
  const std::string name = write_ahead_path(path_);
  if (!misplaced) misplaced = look_at_side(name, ahead_.identity);
  const auto ahead = see(ahead_descriptor_, "", false);
  if (!ahead) return fault(name, std::strerror(errno), Left::MainFile);
  std::string header = head_of(ahead_descriptor_, kAheadHeaderBytes);
  if (!continues(header)) return fault(name, kChanged, Left::MainFile);
  if (header.size() == kAheadHeaderBytes) header_ = std::move(header);
  const std::uint64_t page_bytes = header_.empty() ? 0 : big_endian(header_, 8);
  const std::uint64_t frame_bytes = kFrameHeaderBytes + page_bytes;
  const auto end = static_cast<std::int64_t>(frames * frame_bytes);
  // What a cut took away ends where the newest frames begin. They may fill the rest of a block, so the look goes to the
  // block before.
  const bool grown = frames > frames_ && frames_ > 1;
  const auto before = static_cast<std::int64_t>(grown ? frames_ * frame_bytes - kBlockBytes : 0);
  if (ahead->size < end) return fault(name, cut_text(ahead_.size, ahead->size), Left::MainFile);
  if (frames > 0 && !is_written(ahead_descriptor_, before)) return fault(name, kChanged, Left::MainFile);
  ahead_ = *ahead;
  frames_ = frames;
  return misplaced;
}

std::optional<FileFault> FileWatch::folded() {
  const auto main = see(main_descriptor_, "", true);
  if (!main) return fault(path_, std::strerror(errno), Left::Nothing);
  if (main->size < main_.size) return fault(path_, cut_text(main_.size, main->size), Left::Nothing);
  if (head_of(main_descriptor_, kMainMagic.size()) != kMainMagic) return fault(path_, kChanged, Left::Nothing);
  main_ = *main;
  return std::nullopt;
}

}  // namespace bellwether
