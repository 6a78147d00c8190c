// The routes of the API.
#pragma once

#include <memory>
#include <vector>

#include "api/ports.hpp"
#include "net/route.hpp"

namespace bellwether {

/// All routes; `stream` serves /v1/stream. What `ports` refers to must outlive them.
std::vector<Route> make_routes(const ApiPorts& ports, std::shared_ptr<StreamHandler> stream);

}  // namespace bellwether
