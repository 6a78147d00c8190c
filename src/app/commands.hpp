// The subcommands that run something. Each returns the process's exit code: 0 done, 1 failed or refuted, 2 wrong call.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "app/configuration.hpp"

namespace bellwether {

constexpr int kExitDone = 0;
constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;

int backtest_command(const ConfigurationSources& sources);
int run_command(const ConfigurationSources& sources);
int replay_command(const std::string& log);
int verify_command(const std::string& result, const std::optional<std::string>& data_directory);

struct LogCommandOptions {
  std::string log;
  std::uint64_t after = 0;
  std::string type;  ///< Event type or report type; empty: all.
  bool json = false;
};
int log_command(const LogCommandOptions& options);

}  // namespace bellwether
