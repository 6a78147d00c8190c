// The routes of the configuration: what is in force, and its change.
#pragma once

#include <vector>

#include "api/ports.hpp"
#include "net/route.hpp"

namespace bellwether {

/// Appends them. What `ports` refers to must outlive them.
void add_configuration_routes(const ApiPorts& ports, std::vector<Route>& out);

}  // namespace bellwether
