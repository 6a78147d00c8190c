// The OpenAPI document of a table of routes.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "net/route.hpp"

namespace bellwether {

/// The largest event number that every reader of JSON holds exactly, 2^53 - 1.
constexpr std::uint64_t kEventNumberMax = (std::uint64_t{1} << 53) - 1;

/// OpenAPI 3.1. Every route appears, with what its requests are checked against.
nlohmann::ordered_json openapi_document(const std::vector<Route>& routes);

/// The schemas that `RouteAnswer::schema` names.
nlohmann::ordered_json api_schemas();

}  // namespace bellwether
