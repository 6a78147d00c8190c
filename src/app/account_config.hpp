// What a segment of an account's log is configured with: the configuration, and what was kept of configurations before.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "config/configuration.hpp"
#include "engine/strategy.hpp"
#include "storage/sqlite_event_schema.hpp"

namespace bellwether {

/// Positions and orders of a strategy that trades their symbols no more: see CarryOver.
struct RetiredSetup {
  std::string id;                    ///< "<strategy>.retired".
  std::vector<std::string> symbols;  ///< Those in which it holds something.
  bool close = false;                ///< It closes them; otherwise it keeps them as they are.

  bool operator==(const RetiredSetup&) const = default;
};

struct AccountSetup {
  AppConfig config;
  std::vector<RetiredSetup> retired = {};

  /// Those of the configuration, then those that are only held.
  [[nodiscard]] std::vector<std::string> symbols() const;
};

/// What the engine needs of it: instruments are `symbols()`; the retired strategies stand before the one for orders by
/// hand, which is the last.
EngineConfig account_engine_config(const AccountSetup& setup);

/// What a segment's metadata hold.
Metadata metadata_of(const AccountSetup& setup);
/// Reads them back, or everything that is wrong with them.
std::variant<AccountSetup, std::vector<Error>> setup_of(const Metadata& metadata, const StrategyRegistry& registry);

/// The version of the program that wrote a segment; empty where it does not say.
std::string engine_version_of(const Metadata& metadata);
/// Less than, equal to or greater than 0, as `a` is older than, the same as or newer than `b`: "0.10.0" is newer than
/// "0.9.2".
int compare_versions(std::string_view a, std::string_view b);

}  // namespace bellwether
