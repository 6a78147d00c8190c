// The routes that act: on orders, positions, strategies and the session as a whole.
#pragma once

#include <vector>

#include "api/ports.hpp"
#include "net/route.hpp"

namespace bellwether {

/// Appends them. What `ports` refers to must outlive them.
void add_command_routes(const ApiPorts& ports, std::vector<Route>& out);

}  // namespace bellwether
