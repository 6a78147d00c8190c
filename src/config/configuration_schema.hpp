// The one table of configuration keys: where each value lives, what it may be and what it means. Reading, overrides,
// error messages, documentation and the JSON Schema all come from it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/app_config.hpp"
#include "config/json_value.hpp"
#include "engine/strategy.hpp"

namespace bellwether {

/// An enumeration whose enumerators are the choices of its key, in order.
struct ChoiceRef {
  unsigned char* index;
};

/// Where a value lives in an AppConfig; its alternative is the key's type.
using FieldRef =
    std::variant<bool*, std::uint32_t*, std::uint64_t*, double*, std::string*, std::vector<std::string>*, HostNames*,
                 Money*, Price*, Quantity*, Duration*, ChoiceRef, RunSpeed*, std::optional<double>*,
                 std::optional<std::uint32_t>*, std::optional<Money>*, std::optional<Price>*, std::optional<Quantity>*,
                 std::optional<Duration>*, std::optional<Date>*>;

/// What a key decides.
enum class Effect : std::uint8_t {
  Result,   ///< The result of a backtest: part of the configuration's hash.
  Source,   ///< Where the data is found: recorded with a result, not hashed.
  Process,  ///< How the process runs and shows things.
};

struct ConfigKey {
  std::string_view path;  ///< "account.leverage".
  FieldRef (*field)(AppConfig&);
  Effect effect = Effect::Process;
  double minimum = 0;  ///< Bounds of numbers, inclusive; of the length of texts.
  double maximum = 0;
  std::vector<std::string_view> choices = {};
  std::string_view meaning;

  /// "BELLWETHER_ACCOUNT__LEVERAGE".
  [[nodiscard]] std::string environment_name() const;
  /// "a number from 0.1 to 100", "one of raw, split, total", ...
  [[nodiscard]] std::string allowed() const;
  [[nodiscard]] bool optional() const;
};

/// Every key but `strategies`, in the order of the documentation.
std::span<const ConfigKey> config_keys();
/// Null where there is none of that path.
const ConfigKey* find_config_key(std::string_view path);

/// Writes `value` to the key's place in `config`; the Error's field is the path.
Expected<void> assign(const ConfigKey& key, const JsonValue& value, AppConfig& config);

/// The value as it stands in a configuration file; null for an absent one.
JsonValue config_value(const ConfigKey& key, const AppConfig& config);

/// config/README.md.
std::string configuration_markdown(std::span<const StrategyType> strategies);
/// A JSON Schema (draft 2020-12) of the configuration file.
std::string configuration_json_schema(std::span<const StrategyType> strategies);

}  // namespace bellwether
