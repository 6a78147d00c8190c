#include "storage/log_backup.hpp"

#include "storage/log_place.hpp"
#include "storage/sqlite_event_schema.hpp"
#include "storage/staged_log.hpp"

namespace bellwether {
namespace {

/// The journal is in memory and nothing is synced: a copy that does not come to its end is thrown away.
constexpr const char* kStagingSettings = "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF";

Expected<void> copy(SqliteConnection& source, const std::string& path) {
  auto target = SqliteConnection::open(path, SqliteAccess::Create);
  if (!target) return target.error();
  if (auto set = target->execute(kStagingSettings); !set) return set;
  return source.copy_into(*target);
}

}  // namespace

Expected<LogBackup> back_up_log(const std::string& log, const std::string& target) {
  const auto from = absolute_log_path(log);
  if (!from) return from.error();
  if (!is_taken(*from)) return Error{*from, "there is no such event log"};
  const auto to = absolute_log_path(target);
  if (!to) return to.error();
  auto known = open_known_log(*from);
  if (!known) return known.error();
  auto staged = StagedLog::begin(*to);
  if (!staged) return staged.error();
  // One moment for all of it: without a transaction of its own, the copy would begin anew at every commit.
  if (auto begun = known->reader.execute("BEGIN"); !begun) return begun.error();
  if (const auto head = read_head(known->reader); !head) return head.error();
  if (auto copied = copy(known->reader, staged->path()); !copied) return Error{*to, copied.error().message};
  auto check = staged->publish();
  if (!check) return check.error();
  return LogBackup{std::move(*check), *to, staged->removed_leftover()};
}

}  // namespace bellwether
