#include "app/session_log.hpp"

#include <filesystem>

#include "app/configuration.hpp"
#include "storage/file_bytes.hpp"

namespace bellwether {
namespace {

constexpr const char* kConfiguration = "configuration";
constexpr const char* kConfigurationHash = "configuration_sha256";
constexpr const char* kData = "data";
constexpr const char* kVersion = "engine_version";
constexpr const char* kEnded = "ended";

/// A name beside `path` that is free: path.1, path.2, ...
std::string free_name(const std::string& path) {
  for (int i = 1;; ++i) {
    std::string name = path + "." + std::to_string(i);
    if (!std::filesystem::exists(name)) return name;
  }
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
  if (entry(kVersion) != BELLWETHER_VERSION) return differs("engine version " + entry(kVersion));
  if (entry(kConfigurationHash) != sha256_hex(canonical_configuration(config))) return differs("another configuration");
  if (entry(kData) != data.fingerprint_text()) return differs("other data");
  return {};
}

}  // namespace

Expected<OpenedLog> open_session_log(const AppConfig& config, const MarketDataSet& data) {
  OpenedLog opened;
  const std::string& path = config.run.log;
  if (std::filesystem::exists(path)) {
    auto log = SqliteEventLog::open(path, OpenMode::ReadWrite);
    if (!log) return log.error();
    if (!(*log)->metadata().contains(kEnded)) {
      if (auto belongs = check_belongs(**log, config, data); !belongs) return belongs.error();
      opened.continues = (*log)->last_event() > 0;
      opened.log = std::move(*log);
      return opened;
    }
    log->reset();
    opened.kept_as = free_name(path);
    std::error_code failed;
    std::filesystem::rename(path, opened.kept_as, failed);
    if (failed) return Error{"run.log", path + ": cannot be renamed to " + opened.kept_as + ": " + failed.message()};
  }
  Metadata metadata;
  metadata[kConfiguration] = canonical_json(effective_configuration(config));
  metadata[kConfigurationHash] = sha256_hex(canonical_configuration(config));
  metadata[kData] = data.fingerprint_text();
  metadata[kVersion] = BELLWETHER_VERSION;
  auto log = SqliteEventLog::create(path, metadata);
  if (!log) return log.error();
  opened.log = std::move(*log);
  return opened;
}

Expected<void> note_end(EventLog& log) { return log.put_metadata(kEnded, "true"); }

Expected<AppConfig> configuration_of(const EventLog& log, const StrategyRegistry& registry) {
  const auto found = log.metadata().find(kConfiguration);
  if (found == log.metadata().end()) return Error{"log", "holds no configuration: it was not written by a session"};
  auto document = parse_json(found->second, "the log's configuration");
  if (!document) return document.error();
  auto checked = check_configuration(*document, registry.types());
  if (const auto* errors = std::get_if<std::vector<Error>>(&checked)) return errors->front();
  return std::get<AppConfig>(checked);
}

}  // namespace bellwether
