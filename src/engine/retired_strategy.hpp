// The strategy that takes over what a strategy leaves behind that the configuration no longer has.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/engine_config.hpp"

namespace bellwether {

class Strategy;

/// Its type. No strategy of a configuration file may have it: a program that changes a running configuration adds one
/// over the instruments in which a removed strategy still has a position, an order or a goal.
inline constexpr std::string_view kRetiredStrategy = "retired";

/// The id under which strategy `id` is retired. An account's state that names `id` in an instrument that it does not
/// trade any more is opened under this id.
std::string retired_id(std::string_view id);

/// Parameters of the type. `close`: its positions are closed, and all its orders cancelled, on the first chance in each
/// instrument. Else its orders that could open a position or make one grow are cancelled, and those that guard one
/// stay. Either way it opens nothing.
Parameters retired_parameters(bool close);
std::unique_ptr<Strategy> make_retired_strategy(const StrategyConfig& config);

}  // namespace bellwether
