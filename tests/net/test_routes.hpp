// Routes that serve nothing but tests.
#pragma once

#include "net/router.hpp"

namespace bellwether::testing {

/// Reads `name=text` with `&` between members, or fails with "unreadable" at an `!`; a body needs no JSON here.
inline std::variant<std::vector<BodyMember>, std::string> read_pairs(const std::string& body) {
  std::vector<BodyMember> members;
  for (std::size_t begin = 0; begin < body.size();) {
    const std::size_t end = std::min(body.find('&', begin), body.size());
    const std::string pair = body.substr(begin, end - begin);
    if (pair.find('!') != std::string::npos) return "unreadable";
    const std::string text = pair.substr(pair.find('=') + 1);
    const bool boolean = text == "true" || text == "false";
    members.push_back(
        {pair.substr(0, pair.find('=')),
         text == "?" ? BodyMember::Kind::Other : (boolean ? BodyMember::Kind::Boolean : BodyMember::Kind::Text), text});
    begin = end + 1;
  }
  return members;
}

/// GET /ping; GET /alive, for health; GET /list with a query; GET /thing/{id}; DELETE /thing/{id} with a header; POST
/// /act with a body; POST /need with one that must be there. Each answers with
/// its arguments.
inline std::vector<Route> test_routes() {
  using Kind = RouteParameter::Kind;
  const auto echo = [](std::vector<std::string> names) {
    return [names](const RouteArguments& arguments) {
      std::string body;
      for (const std::string& name : names) {
        if (arguments.has(name)) body += name + "=" + arguments.text(name) + ";";
      }
      return HttpResponse{200, "text/plain", body};
    };
  };
  std::vector<Route> routes;
  routes.push_back({.method = "GET", .path = "/ping", .name = "ping", .summary = "", .handle = echo({})});
  routes.push_back(
      {.method = "GET", .path = "/alive", .name = "alive", .summary = "", .handle = echo({}), .health = true});
  routes.push_back(
      {.method = "GET",
       .path = "/list",
       .name = "list",
       .summary = "",
       .query =
           {{.name = "count", .kind = Kind::Integer, .meaning = "", .default_value = "5", .minimum = 1, .maximum = 9},
            {.name = "word", .meaning = "", .maximum = 4},
            {.name = "colour", .kind = Kind::Choice, .meaning = "", .choices = {"red", "green"}},
            {.name = "all", .kind = Kind::Boolean, .meaning = ""}},
       .handle = echo({"count", "word", "colour", "all"})});
  routes.push_back({.method = "GET", .path = "/thing/{id}", .name = "thing", .summary = "", .handle = echo({"id"})});
  routes.push_back(
      {.method = "GET",
       .path = "/part/{code}",
       .name = "part",
       .summary = "",
       .segments = {{.name = "code", .meaning = "", .maximum = 8, .pattern = "^[a-z]+-[0-9]+$", .example = "a-1"}},
       .query = {{.name = "note", .meaning = "", .maximum = 8, .pattern = "^[^\\x00-\\x1f\\x7f]+$"}},
       .handle = echo({"code", "note"})});
  routes.push_back({.method = "DELETE",
                    .path = "/thing/{id}",
                    .name = "drop",
                    .summary = "",
                    .headers = {{.name = "Its-Key", .meaning = "", .maximum = 8, .pattern = "^[!-~]+$"}},
                    .handle = echo({"id", "Its-Key"})});
  routes.push_back({.method = "POST",
                    .path = "/need",
                    .name = "need",
                    .summary = "",
                    .body = {{.name = "what", .meaning = "a thing", .maximum = 9, .required = true}},
                    .handle = echo({"what"})});
  routes.push_back(
      {.method = "POST",
       .path = "/act",
       .name = "act",
       .summary = "",
       .body = {{.name = "why", .meaning = "", .maximum = 10}, {.name = "hard", .kind = Kind::Boolean, .meaning = ""}},
       .handle = echo({"why", "hard"})});
  return routes;
}

}  // namespace bellwether::testing
