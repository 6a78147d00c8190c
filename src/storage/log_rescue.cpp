#include "storage/log_rescue.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>

namespace bellwether {
namespace {

namespace fs = std::filesystem;

std::string note_path(const std::string& path) { return path + ".lost"; }

/// Renames the write-ahead file, so that SQLite does not take it for that of the file beside it.
void put_aside(const std::string& path) {
  const std::string ahead = path + "-wal";
  std::error_code failed;
  std::string aside = ahead + ".aside";
  for (int number = 2; fs::exists(aside, failed); ++number) aside = ahead + ".aside." + std::to_string(number);
  fs::rename(ahead, aside, failed);
}

}  // namespace

void leave_in_order(const std::string& path, const FileFault& fault, EventNumber durable) {
  const auto main = FileIdentity::of(path);
  const bool in_its_place = main == fault.main;
  if (fault.left == FileFault::Left::MainFile && in_its_place) {
    std::ofstream(note_path(path)) << fault.error.text() << ", and events up to " << durable
                                   << " had been committed by then\n";
    return;
  }
  // What is folded into the main file is needed no more; beside another main file, or a spoilt one, it would do harm.
  const bool ours = FileIdentity::of(path + "-wal") == fault.ahead;
  if (main && (in_its_place || ours)) put_aside(path);
}

Expected<void> check_nothing_lost(const std::string& path) {
  const std::string note = note_path(path);
  std::ifstream in(note);
  if (!in) return {};
  std::string line;
  std::getline(in, line);
  return Error{path, "committed events are lost: " + line + ". Restore a backup, or remove " + note +
                         " to go on from what is left; orders of the lost events may still be at the broker"};
}

Expected<InodeLock> own_log_file(const std::string& path) {
  auto file = InodeLock::acquire(path);
  if (!file) return file;
  if (auto whole = check_nothing_lost(path); !whole) return whole.error();
  std::error_code failed;
  const auto names = fs::hard_link_count(path, failed);
  if (failed || names == 1) return file;
  return Error{path, "has " + std::to_string(names) +
                         " names (hard links). SQLite keeps under each of them what is not in the file yet, so a log "
                         "written under two is soon damaged: remove the other names, or use a copy made by `bellwether "
                         "log backup`"};
}

}  // namespace bellwether
