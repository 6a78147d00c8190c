// The configurations of a simulated node: what a person may want of the account from time to time, and what the engine
// then needs for the sake of what the account holds.
#pragma once

#include <string>
#include <vector>

#include "engine/account_state.hpp"
#include "engine/split_mix.hpp"
#include "engine/strategy.hpp"
#include "tests/simulation/whole_node.hpp"

namespace bellwether::testing {

/// No limit of positions that is ever wanted lies above it.
inline constexpr std::int64_t kPositionMax = 80;

/// What a person wants of the account, and may change while it runs.
struct NodeSetup {
  struct Wanted {
    std::string type;
    std::vector<std::string> symbols;
    std::int64_t fast = 2;  ///< Of sma_cross.
  };
  std::vector<std::string> symbols = {"A", "B"};
  std::vector<Wanted> strategies = {{"sma_cross", {"A", "B"}}, {"wild", {"A", "B"}}};
  std::int64_t position_max = kPositionMax;
  bool close_removed = true;  ///< What is removed is closed; otherwise its positions stay.
};

/// Another one: other limits, parameters and order, a strategy or a symbol less or more.
NodeSetup draw_setup(SplitMix64& draws);

/// What stays the same through a life: the account, the exchange and how orders are watched. Neither instruments nor
/// strategies are in it.
EngineConfig lasting_config(const SimulationOptions& options, SplitMix64& draws);

/// The engine's configuration: `lasting` and what is wanted, with retired strategies for the pairs of `held` that have
/// no other place.
EngineConfig engine_config(const EngineConfig& lasting, const NodeSetup& setup, std::uint64_t seed,
                           const std::vector<HeldPair>& held);

/// The strategies of a program of that version: each version has another layout of what its strategies save.
StrategyRegistry registry_of(std::uint32_t version);

}  // namespace bellwether::testing
