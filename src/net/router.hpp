// Finds the route of a request and checks everything about the request before the route's handler sees it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <regex>
#include <string>
#include <variant>
#include <vector>

#include "net/access.hpp"
#include "net/route.hpp"

namespace bellwether {

/// A member of a request's body.
struct BodyMember {
  enum class Kind : std::uint8_t { Text, Boolean, Other };

  std::string name;
  Kind kind = Kind::Other;
  std::string text;  ///< Text: the characters. Boolean: "true" or "false".
};

/// Reads a body that must be one JSON object: its members, or what is wrong with it. Must refuse a key that is given
/// twice: which of two values is meant, two readers may see differently.
using BodyReader = std::function<std::variant<std::vector<BodyMember>, std::string>(const std::string& body)>;

class Router {
 public:
  /// Every pattern of the routes must be a regular expression.
  Router(std::vector<Route> routes, const AccessRules& access, BodyReader read_body);

  /// A checked request: its route and arguments, or the response that refuses it.
  struct Match {
    const Route* route = nullptr;  ///< Null: refused.
    RouteArguments arguments;
    HttpResponse refusal;
  };
  [[nodiscard]] Match match(const HttpRequest& request) const;

  /// `match`, then the route's handler.
  [[nodiscard]] HttpResponse handle(const HttpRequest& request) const;

  [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

 private:
  /// Why `value` does not fit `parameter`; nothing where it does.
  [[nodiscard]] std::optional<std::string> misfit(const RouteParameter& parameter, const std::string& value) const;
  [[nodiscard]] std::optional<HttpResponse> read_segments(const Route& route, const RouteArguments& arguments) const;
  [[nodiscard]] std::optional<HttpResponse> read_query(const Route& route, std::string_view query,
                                                       RouteArguments& arguments) const;
  [[nodiscard]] std::optional<HttpResponse> read_headers(const Route& route, const HttpRequest& request,
                                                         RouteArguments& arguments) const;
  [[nodiscard]] std::optional<HttpResponse> read_body(const Route& route, const HttpRequest& request,
                                                      RouteArguments& arguments) const;
  [[nodiscard]] Match find(const std::string& method, const std::string& path) const;

  std::vector<Route> routes_;
  Access access_;
  BodyReader body_reader_;
  std::map<std::string, std::regex> patterns_;  // By their text.
};

}  // namespace bellwether
