#include "app/account_log.hpp"

#include <filesystem>

#include "app/session_log.hpp"

namespace bellwether {
namespace {

Expected<OpenedAccount> open_existing(const AppConfig& wanted, const StrategyRegistry& registry) {
  auto log = SqliteEventLog::open(wanted.run.log, OpenMode::ReadWrite);
  if (!log) return log.error();
  const Metadata& metadata = (*log)->metadata();
  const auto data = metadata.find("data");
  if (has_ended(**log) || (data != metadata.end() && !data->second.empty())) {
    return Error{"run.log", wanted.run.log + " is the log of a session on a data set; name another log"};
  }
  const std::string version = engine_version_of(metadata);
  if (compare_versions(version, BELLWETHER_VERSION) > 0) {
    return Error{"run.log", wanted.run.log + " was last written by version " + version +
                                ", which is newer than this one (" BELLWETHER_VERSION "): start that version"};
  }
  auto setup = setup_of(metadata, registry);
  if (const auto* errors = std::get_if<std::vector<Error>>(&setup)) {
    return Error{"run.log", wanted.run.log + " cannot be gone on with: " + errors->front().text()};
  }
  return OpenedAccount{std::move(*log), std::get<AccountSetup>(std::move(setup)), version, false};
}

}  // namespace

Expected<OpenedAccount> open_account_log(const AppConfig& wanted, const StrategyRegistry& registry) {
  std::error_code unknown;  // Whatever is wrong with the path, creating the log tells.
  const bool exists = std::filesystem::exists(wanted.run.log, unknown);
  auto opened = exists ? open_existing(wanted, registry) : Expected<OpenedAccount>(OpenedAccount());
  if (!opened) return opened;
  if (!exists) {
    opened->setup.config = wanted;
    opened->written_by = BELLWETHER_VERSION;
    opened->is_new = true;
    auto made = SqliteEventLog::create(wanted.run.log, metadata_of(opened->setup));
    if (!made) return made.error();
    opened->log = std::move(*made);
  }
  if (auto set = opened->log->sync_commits(wanted.run.durable); !set) return set.error();
  return opened;
}

}  // namespace bellwether
