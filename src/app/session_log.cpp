#include "app/session_log.hpp"

#include <filesystem>

#include "app/session_differences.hpp"
#include "storage/file_bytes.hpp"
#include "storage/file_lock.hpp"

namespace bellwether {
namespace {

constexpr const char* kConfiguration = "configuration";
constexpr const char* kConfigurationHash = "configuration_sha256";
constexpr const char* kData = "data";
constexpr const char* kVersion = "engine_version";
constexpr const char* kEnded = "ended";

/// Whether a file is the log of a session that has ended and that nobody writes.
bool may_be_removed(const std::string& path) {
  if (FileLock::held(path + ".lock")) return false;
  const auto log = SqliteEventLog::open(path, OpenMode::ReadOnly);
  return log && has_ended(**log);
}

/// Removes the oldest logs kept beside `path` but `keep`; gives their names. Other files of such names stay.
std::vector<std::string> remove_oldest(const std::string& path, std::uint64_t keep) {
  std::vector<std::string> removed;
  const auto numbers = kept_log_numbers(path);
  for (std::size_t i = 0; i + keep < numbers.size(); ++i) {
    const std::string name = path + "." + std::to_string(numbers[i]);
    if (!may_be_removed(name)) continue;
    std::error_code failed;
    if (!std::filesystem::remove(name, failed)) continue;
    for (const char* beside : {"-wal", "-shm", ".lock"}) std::filesystem::remove(name + beside, failed);
    removed.push_back(name);
  }
  return removed;
}

Expected<void> check_belongs(const EventLog& log, const AppConfig& config, const MarketDataSet& data) {
  const auto entry = [&](const char* key) {
    const auto found = log.metadata().find(key);
    return found == log.metadata().end() ? std::string() : found->second;
  };
  const auto differs = [&](const std::string& what) {
    return Error{"run.log", config.run.log + " belongs to a session with " + what +
                                "; continue it with the same, or name another log"};
  };
  if (entry(kVersion) != BELLWETHER_VERSION) {
    return differs("engine version " + entry(kVersion) + " (this is " BELLWETHER_VERSION ")");
  }
  if (entry(kConfigurationHash) != sha256_hex(canonical_configuration(config))) {
    return differs("another configuration (" + listed(configuration_differences(entry(kConfiguration), config)) + ")");
  }
  if (entry(kData) != data.fingerprint_text()) {
    return differs("other data (" + listed(data_differences(entry(kData), data.fingerprint_text())) + ")");
  }
  return {};
}

Metadata metadata_of(const AppConfig& config, const MarketDataSet& data) {
  Metadata metadata;
  metadata[kConfiguration] = canonical_json(effective_configuration(config));
  metadata[kConfigurationHash] = sha256_hex(canonical_configuration(config));
  metadata[kData] = data.fingerprint_text();
  metadata[kVersion] = BELLWETHER_VERSION;
  return metadata;
}

/// The log to continue, or a new one.
Expected<OpenedLog> open_or_create(const AppConfig& config, const MarketDataSet& data) {
  OpenedLog opened;
  const std::string& path = config.run.log;
  std::error_code unknown;  // Whatever is wrong with the path, creating the log tells.
  if (std::filesystem::exists(path, unknown)) {
    auto log = SqliteEventLog::open(path, OpenMode::ReadWrite);
    if (!log) return log.error();
    if (!(*log)->metadata().contains(kEnded)) {
      if (auto belongs = check_belongs(**log, config, data); !belongs) return belongs.error();
      opened.continues = (*log)->last_event() > 0;
      opened.log = std::move(*log);
      return opened;
    }
    auto replaced = SqliteEventLog::replace(std::move(*log), metadata_of(config, data));
    if (!replaced) return replaced.error();
    opened.log = std::move(replaced->log);
    opened.kept_as = replaced->kept_as;
    opened.removed = remove_oldest(path, config.run.keep_logs);
    return opened;
  }
  auto log = SqliteEventLog::create(path, metadata_of(config, data));
  if (!log) return log.error();
  opened.log = std::move(*log);
  return opened;
}

}  // namespace

Expected<OpenedLog> open_session_log(const AppConfig& config, const MarketDataSet& data) {
  auto opened = open_or_create(config, data);
  if (!opened) return opened;
  if (auto set = opened->log->sync_commits(config.run.durable); !set) return set.error();
  return opened;
}

Expected<void> note_end(EventLog& log) { return log.put_metadata(kEnded, "true"); }

bool has_ended(const EventLog& log) { return log.metadata().contains(kEnded); }

LoadedConfiguration configuration_of(const EventLog& log, const StrategyRegistry& registry,
                                     const std::vector<std::string>& settings) {
  const auto found = log.metadata().find(kConfiguration);
  if (found == log.metadata().end()) {
    return std::vector<Error>{{"log", "holds no configuration: it was not written by a session"}};
  }
  const auto document = parse_json(found->second, "the log's configuration");
  if (!document) return std::vector<Error>{document.error()};
  return check_configuration(*document, registry.types(), settings);
}

}  // namespace bellwether
