// An order by hand as a request's body has it.
#pragma once

#include <vector>

#include "config/json.hpp"
#include "net/route.hpp"

namespace bellwether {

/// The members of the body.
std::vector<RouteParameter> order_parameters();

/// The order that the members ask for. An Error names the one at fault.
Expected<OrderSpec> order_of(const RouteArguments& arguments, const EngineConfig& config, const Names& names);

}  // namespace bellwether
