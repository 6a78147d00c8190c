// The routes that show the past of session or account: orders, executions, round trips, equity and commands.
#pragma once

#include <vector>

#include "api/ports.hpp"
#include "net/route.hpp"

namespace bellwether {

/// Appends them. What `ports` refers to must outlive them.
void add_past_routes(const ApiPorts& ports, std::vector<Route>& out);

}  // namespace bellwether
