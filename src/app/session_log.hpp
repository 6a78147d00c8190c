// The event log of a session and what it says about itself: enough to continue, replay and print it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backtest/market_data_set.hpp"
#include "config/configuration.hpp"
#include "storage/sqlite_event_log.hpp"

namespace bellwether {

/// A log opened for a session, and whether it continues one.
struct OpenedLog {
  std::unique_ptr<SqliteEventLog> log;
  bool continues = false;
  std::string kept_as;  ///< Where a log of a session that had ended was kept, when a new one took its place.
  std::vector<std::string> removed;  ///< Logs kept of earlier sessions, beyond those that config.run.keep_logs keeps.
};

/// Opens `config.run.log` for the session of this configuration and data: continues what it holds, or begins. A log of
/// a session that had come to its end is kept under another name. An Error where the log belongs to another
/// configuration or other data, or is in use.
Expected<OpenedLog> open_session_log(const AppConfig& config, const MarketDataSet& data);

/// Notes that the session came to its end.
Expected<void> note_end(EventLog& log);
/// Whether the session of a log came to its end.
bool has_ended(const EventLog& log);

/// The configuration that a log was written under, with `settings` laid over it as check_configuration() allows.
LoadedConfiguration configuration_of(const EventLog& log, const StrategyRegistry& registry,
                                     const std::vector<std::string>& settings);

}  // namespace bellwether
