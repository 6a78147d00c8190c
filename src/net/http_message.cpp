#include "net/http_message.hpp"

#include <nlohmann/json.hpp>

namespace bellwether {

HttpResponse error_response(unsigned status, const std::string& code, const std::string& message,
                            const std::string& field) {
  using Json = nlohmann::ordered_json;
  Json error = {{"code", code}, {"message", message}};
  if (!field.empty()) error["field"] = field;
  return {status, "application/json",
          Json{{"error", std::move(error)}}.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

}  // namespace bellwether
