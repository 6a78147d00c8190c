// The log of an account that trades by the clock: opened by whatever version may go on with it.
#pragma once

#include "app/account_config.hpp"
#include "storage/sqlite_event_log.hpp"

namespace bellwether {

struct OpenedAccount {
  std::unique_ptr<SqliteEventLog> log;
  AccountSetup setup;      ///< Of the current segment.
  std::string written_by;  ///< Version of the program that opened that segment.
  bool is_new = false;
};

/// Opens `wanted.run.log` for writing; makes it, with this configuration, where there is none. An Error where it is the
/// log of a data set, was written by a newer version, or cannot be read.
Expected<OpenedAccount> open_account_log(const AppConfig& wanted, const StrategyRegistry& registry);

}  // namespace bellwether
