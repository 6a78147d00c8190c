#include "storage/log_place.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "storage/file_lock.hpp"
#include "storage/sqlite_event_schema.hpp"

namespace bellwether {
namespace {

namespace fs = std::filesystem;

/// A reader's connection. Where nobody writes the log, it makes no file beside it and changes none.
Expected<SqliteConnection> open_reader(const std::string& path, SqliteAccess& access) {
  const std::string rest = write_ahead_path(path);
  if (FileLock::held(log_lock_path(path))) {
    access = SqliteAccess::ReadOnly;
  } else if (is_taken(rest) && !is_empty_file(rest)) {
    access = SqliteAccess::ReadOnlyAlone;
  } else {
    access = SqliteAccess::ReadOnlyUnchanging;
  }
  return SqliteConnection::open(path, access);
}

}  // namespace

Expected<std::string> absolute_log_path(const std::string& path) {
  if (path.empty()) return Error{"", "the path of the event log is empty"};
  std::error_code failed;
  const fs::path absolute = fs::weakly_canonical(fs::absolute(path, failed), failed);
  if (failed) return Error{path, failed.message()};
  const fs::path folder = absolute.parent_path();
  if (!fs::is_directory(folder, failed)) return Error{path, "its folder " + folder.string() + " does not exist"};
  if (fs::is_directory(absolute, failed)) return Error{path, "a folder, not an event log"};
  if (fs::is_other(fs::status(absolute, failed))) return Error{path, "a device or a pipe, not an event log"};
  return absolute.string();
}

std::string log_lock_path(const std::string& path) { return path + ".lock"; }
std::string write_ahead_path(const std::string& path) { return path + "-wal"; }

bool is_taken(const std::string& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

bool is_empty_file(const std::string& path) {
  std::error_code failed;
  return fs::file_size(path, failed) == 0 && !failed;
}

void sync_folder_of(const std::string& path) {
  const int descriptor = ::open(fs::path(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

Expected<KnownLog> open_known_log(const std::string& path) {
  SqliteAccess access = SqliteAccess::ReadOnly;
  auto reader = open_reader(path, access);
  if (!reader) return reader.error();
  if (auto known = check_event_log_identity(*reader); !known) return known.error();
  return KnownLog{std::move(*reader), access};
}

}  // namespace bellwether
