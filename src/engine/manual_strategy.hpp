// The strategy under which orders by hand stand. It decides nothing by itself.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "engine/engine_config.hpp"
#include "engine/trade_record.hpp"

namespace bellwether {

class Strategy;

/// Id and type of the strategy. No strategy of a configuration may have the id.
inline constexpr std::string_view kManualStrategy = "manual";

/// Adds it behind all others, for all instruments. Market data do not reach it, so that it changes nothing until an
/// operator places an order.
void add_manual_strategy(EngineConfig& config);
/// Nothing where orders by hand are not taken.
std::optional<StrategyIndex> manual_strategy(const EngineConfig& config);
std::unique_ptr<Strategy> make_manual_strategy();

}  // namespace bellwether
