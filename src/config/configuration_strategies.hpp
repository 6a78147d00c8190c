// The list `strategies` of a configuration: read, checked against the strategies' own parameter declarations, written.
#pragma once

#include <span>

#include "config/app_config.hpp"
#include "config/configuration_overrides.hpp"
#include "config/json_value.hpp"
#include "engine/strategy.hpp"

namespace bellwether {

/// Checks `list` and fills config.strategies; what is wrong goes to document.errors. `config.data.symbols` is read
/// before.
void check_strategies(const JsonValue& list, std::span<const StrategyType> types, ConfigurationDocument& document,
                      AppConfig& config);

/// The list with all defaults filled in.
JsonValue strategies_value(const AppConfig& config);

/// A parameter's value in a document.
JsonValue parameter_value(const ParameterValue& value);

/// Strategies that one session may have.
constexpr std::size_t kStrategiesMax = 1000;

}  // namespace bellwether
