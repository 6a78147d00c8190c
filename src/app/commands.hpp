// The subcommands that run something. Each returns the process's exit code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/configuration.hpp"

namespace bellwether {

constexpr int kExitDone = 0;
constexpr int kExitFailed = 1;         ///< Failed, refuted or different.
constexpr int kExitUsage = 2;          ///< Wrong call or configuration.
constexpr int kExitNotVerifiable = 3;  ///< `verify`: the result does not follow from its receipt alone.
constexpr int kExitInvariant = 70;     ///< A broken invariant.

int backtest_command(const ConfigurationSources& sources);
int run_command(const ConfigurationSources& sources);
/// `settings` of these are "KEY=VALUE" each, laid over the recorded configuration; those that would change its result
/// are refused.
int replay_command(const std::string& path, const std::vector<std::string>& settings);
int verify_command(const std::string& file, const std::vector<std::string>& settings);

struct LogCommandOptions {
  std::string log;
  std::uint64_t after = 0;
  std::string type;  ///< Event type or report type; empty: all.
  bool json = false;
  std::vector<std::string> settings;
};
int log_command(const LogCommandOptions& options);
/// Makes the books of an account anew from its log, which nobody may write meanwhile.
int rebuild_command(const std::string& path);

struct ResultsCommandOptions {
  std::string log;               ///< Empty: that of the configuration.
  std::string from;              ///< First session, as 2026-01-31; empty: the account's.
  std::string to;                ///< Last session; empty: up to now.
  std::string output;            ///< Folder; empty: one of the span's name in that of the configuration.
  ConfigurationSources sources;  ///< Where no log is named.
};
/// Writes the results of a span of sessions of an account.
int results_command(const ResultsCommandOptions& options);

/// `bellwether log backup`: of `run.log` of the configuration, or of the log that takes its place.
int log_backup_command(const ConfigurationSources& sources, const std::string& target);
int log_check_command(const std::string& path);
int log_segments_command(const std::string& path, bool json);

struct LogArchiveOptions {
  std::string log;
  std::optional<std::uint64_t> before;  ///< Segments with lower numbers;
  std::optional<std::uint64_t> keep;    ///< or all but so many of the newest. One of the two.
  std::string folder;                   ///< Empty: that of the log.
};
int log_archive_command(const LogArchiveOptions& options);

}  // namespace bellwether
