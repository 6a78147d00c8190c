#include "api/request_body.hpp"

#include "config/json_value.hpp"

namespace bellwether {

std::variant<std::vector<BodyMember>, std::string> read_request_body(const std::string& body) {
  const auto document = parse_json(body, "body");
  if (!document) return document.error().message;
  if (!document->is(JsonValue::Kind::Object)) return "the body must be one JSON object";
  std::vector<BodyMember> members;
  for (const auto& [name, value] : document->members) {
    if (value.is(JsonValue::Kind::Text)) {
      members.push_back({name, BodyMember::Kind::Text, value.text});
    } else if (value.is(JsonValue::Kind::Boolean)) {
      members.push_back({name, BodyMember::Kind::Boolean, value.boolean ? "true" : "false"});
    } else {
      members.push_back({name, BodyMember::Kind::Other, ""});
    }
  }
  return members;
}

}  // namespace bellwether
