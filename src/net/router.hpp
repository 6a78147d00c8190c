// Finds the route of a request and checks everything about the request before the route's handler sees it.
#pragma once

#include <functional>
#include <optional>
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
  Router(std::vector<Route> routes, const AccessRules& access, BodyReader read_body)
      : routes_(std::move(routes)), access_(access), read_body_(std::move(read_body)) {}

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
  [[nodiscard]] Match find(const std::string& method, const std::string& path) const;

  std::vector<Route> routes_;
  Access access_;
  BodyReader read_body_;
};

}  // namespace bellwether
