// The routes of the API.
#pragma once

#include <variant>
#include <vector>

#include "api/ports.hpp"
#include "api/route.hpp"

namespace bellwether {

/// All routes. What `ports` refers to must outlive them.
std::vector<Route> make_routes(const ApiPorts& ports);

/// The event after which a stream begins, or why there can be none.
std::variant<EventNumber, ApiResponse> stream_start(const SessionView& session, const RouteArguments& arguments);

}  // namespace bellwether
