#include "api/json_response.hpp"

#include <nlohmann/json.hpp>

namespace bellwether {

HttpResponse json_response(const Json& json, unsigned status) {
  return {status, "application/json", json.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

}  // namespace bellwether
