#include "api/openapi.hpp"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "config/json.hpp"

namespace bellwether {
namespace {

Json schema_of(const RouteParameter& parameter) {
  Json schema;
  switch (parameter.kind) {
    case RouteParameter::Kind::Integer:
      schema = {{"type", "integer"}, {"minimum", parameter.minimum}, {"maximum", parameter.maximum}};
      if (parameter.default_value) schema["default"] = std::stoull(*parameter.default_value);
      return schema;
    case RouteParameter::Kind::Text:
      schema = {{"type", "string"}, {"minLength", 1}, {"maxLength", parameter.maximum}};
      if (!parameter.pattern.empty()) schema["pattern"] = parameter.pattern;
      if (!parameter.example.empty()) schema["examples"] = {parameter.example};
      break;
    case RouteParameter::Kind::Choice: schema = {{"type", "string"}, {"enum", parameter.choices}}; break;
    case RouteParameter::Kind::Boolean: schema = {{"type", "boolean"}}; break;
  }
  if (parameter.default_value) schema["default"] = *parameter.default_value;
  return schema;
}

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

Json parameters_of(const Route& route) {
  Json list = Json::array();
  for (const RouteParameter& segment : route.segments) {
    list.push_back({{"name", segment.name},
                    {"in", "path"},
                    {"required", true},
                    {"description", segment.meaning},
                    {"schema", schema_of(segment)}});
  }
  for (const RouteParameter& parameter : route.query) {
    list.push_back({{"name", parameter.name},
                    {"in", "query"},
                    {"required", false},
                    {"description", parameter.meaning},
                    {"schema", schema_of(parameter)}});
  }
  for (const RouteParameter& header : route.headers) {
    list.push_back({{"name", header.name},
                    {"in", "header"},
                    {"required", false},
                    {"description", header.meaning},
                    {"schema", schema_of(header)}});
  }
  return list;
}

Json body_of(const Route& route) {
  Json properties = Json::object();
  for (const RouteParameter& member : route.body) {
    properties[member.name] = schema_of(member);
    properties[member.name]["description"] = member.meaning;
  }
  Json schema = {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
  for (const RouteParameter& member : route.body) {
    if (member.required) schema["required"].push_back(member.name);
  }
  return {{"required", schema.contains("required")}, {"content", {{"application/json", {{"schema", schema}}}}}};
}

Json reference(const std::string& schema) { return {{"$ref", "#/components/schemas/" + schema}}; }

Json refusal(const std::string& meaning) {
  return {{"description", meaning}, {"content", {{"application/json", {{"schema", reference("Error")}}}}}};
}

Json answers_of(const Route& route) {
  Json answers = Json::object();
  for (const RouteAnswer& answer : route.answers) {
    Json& json = answers[std::to_string(answer.status)];
    json["description"] = answer.meaning;
    if (answer.status == 101) {
      json["x-message"] = reference(answer.schema);
      continue;
    }
    const Json schema = answer.schema.empty() ? Json{{"type", "string"}} : reference(answer.schema);
    json["content"][answer.content_type]["schema"] = schema;
  }
  if (!route.health) answers["401"] = refusal("The token is missing or wrong; only a server that has one asks for it.");
  answers["default"] = refusal("The request was refused; the body says why.");
  return answers;
}

}  // namespace

nlohmann::ordered_json openapi_document(const std::vector<Route>& routes) {
  Json document;
  document["openapi"] = "3.1.0";
  document["info"] = {{"title", "Bellwether"},
                      {"version", BELLWETHER_VERSION},
                      {"description",
                       "Watches and controls a trading session. Decimal numbers are strings, event numbers are JSON "
                       "numbers, times RFC 3339 in UTC."}};
  document["security"] = Json::array({Json{{"token", Json::array()}}});
  document["paths"] = Json::object();
  for (const Route& route : routes) {
    Json operation = {{"operationId", route.name}, {"summary", route.summary}, {"parameters", parameters_of(route)}};
    if (!route.body.empty()) operation["requestBody"] = body_of(route);
    operation["responses"] = answers_of(route);
    if (route.health) operation["security"] = Json::array();  // Without token.
    document["paths"][route.path][lower_case(route.method)] = std::move(operation);
  }
  document["components"]["schemas"] = api_schemas();
  document["components"]["securitySchemes"]["token"] = {
      {"type", "http"},
      {"scheme", "bearer"},
      {"description", "What the file holds that `api.token_file` names. A server without one asks for none."}};
  return document;
}

}  // namespace bellwether
