// The configuration as a whole: read from one JSON file, environment variables and --set, in this order of precedence,
// checked against the schema, and written in one canonical form for receipts.
#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "config/app_config.hpp"
#include "config/json_value.hpp"
#include "engine/strategy.hpp"

namespace bellwether {

/// A flag of the command line that stands for a configuration key.
struct ConfigurationFlag {
  std::string flag;  ///< "--start"; errors name it.
  std::string path;
  std::string value;
};

/// Where a configuration comes from. In rising order of precedence: file, environment, flags, settings.
struct ConfigurationSources {
  std::string file;  ///< Path; empty: none, all defaults.
  /// "NAME=value" each, as in the process environment; names that do not start with BELLWETHER_ are passed over, and
  /// one that does must name a key.
  std::vector<std::string> environment;
  /// "key=value" each: a dotted path, and a JSON value or plain text. Lists also by commas: "data.symbols=AAPL,MSFT".
  /// Entries of `strategies` go by their place or id: "strategies.0.parameters.fast=5".
  std::vector<std::string> settings;
  std::vector<ConfigurationFlag> flags = {};
};

/// A configuration, or everything that is wrong with it.
using LoadedConfiguration = std::variant<AppConfig, std::vector<Error>>;

/// Reads and checks all sources. `strategies` are the types that may be named.
LoadedConfiguration load_configuration(const ConfigurationSources& sources, std::span<const StrategyType> strategies);

/// Checks a document that is already read, such as the one of a receipt or a log. `settings` as in
/// ConfigurationSources may override it, but not in what decides a result.
LoadedConfiguration check_configuration(const JsonValue& root, std::span<const StrategyType> strategies,
                                        const std::vector<std::string>& settings = {});

/// The logging keys of all sources, as far as they are right: for saying what is wrong with the rest.
LoggingConfig logging_configuration(const ConfigurationSources& sources);

/// What `backtest` and `run` cannot do without and the configuration does not name.
std::vector<Error> missing_for_a_run(const AppConfig& config);

/// The largest configuration file that is read.
constexpr std::size_t kConfigurationBytesMax = 1 << 20;

/// Every key with its value in effect, for people and as a file that reads back to the same configuration.
JsonValue effective_configuration(const AppConfig& config);

/// The keys that decide a result, with where the data lies: what a receipt holds and `verify` re-runs.
JsonValue receipt_configuration(const AppConfig& config);

/// The text whose SHA-256 is a receipt's configuration_sha256: canonical JSON of all keys that decide a result,
/// defaults filled in, keys sorted. Where the data lies and how the process runs are no part of it.
std::string canonical_configuration(const AppConfig& config);

/// What the engine needs of it: instruments are data.symbols in their order.
EngineConfig engine_config(const AppConfig& config);
/// Of a session: as `engine_config`, and orders by hand are taken, under the strategy `manual`.
EngineConfig session_engine_config(const AppConfig& config);

/// Length of the bars that strategies see.
Duration bar_interval(const DataConfig& data);

StatisticsOptions statistics_options(const AppConfig& config);

/// The candidate that `name` most likely means, or "" when none is near.
std::string_view nearest_name(std::string_view name, std::span<const std::string_view> candidates);
/// Up to `most` candidates that `name` may mean, the nearest first.
std::vector<std::string_view> near_names(std::string_view name, std::span<const std::string_view> candidates,
                                         std::size_t most);

}  // namespace bellwether
