// Short ways to an engine configuration in tests and benchmarks.
#pragma once

#include <string>
#include <vector>

#include "engine/engine_config.hpp"
#include "engine/strategy.hpp"

namespace bellwether::testing {

using GivenParameters = std::vector<std::pair<std::string, ParameterValue>>;

/// A configuration of one instrument for each symbol, and one strategy that trades them all.
inline EngineConfig config_with(const std::string& type, const GivenParameters& given = {},
                                const std::vector<std::string>& symbols = {"WALK"}) {
  EngineConfig config;
  StrategyConfig strategy;
  strategy.id = strategy.type = type;
  for (const std::string& symbol : symbols) {
    strategy.instruments.push_back(static_cast<InstrumentIndex>(config.instruments.size()));
    Instrument instrument;
    instrument.symbol = symbol;
    config.instruments.push_back(instrument);
  }
  const StrategyRegistry registry = StrategyRegistry::built_in();
  const StrategyType* found = registry.find(type);
  BELLWETHER_INVARIANT(found != nullptr, "unknown strategy in a test");
  auto checked = Parameters::check(found->parameters, given);
  BELLWETHER_INVARIANT(std::holds_alternative<Parameters>(checked), "bad parameters in a test");
  strategy.parameters = std::get<Parameters>(checked);
  config.strategies.push_back(strategy);
  return config;
}

}  // namespace bellwether::testing
