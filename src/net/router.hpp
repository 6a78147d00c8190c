// Finds the route of a request and checks everything about the request before the route's handler sees it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

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

/// Who may ask. Guards against web pages that reach for a local service through the user's browser.
struct HostAccess {
  /// The server listens on the loopback interface alone: the Host header must name it.
  bool loopback = true;
  /// Further values of Host, without port.
  std::vector<std::string> allowed_hosts = {};
};

class Router {
 public:
  Router(std::vector<Route> routes, HostAccess access, BodyReader read_body)
      : routes_(std::move(routes)), access_(std::move(access)), read_body_(std::move(read_body)) {}

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
  /// Refuses a Host that is not ours and, where the request `acts`, an Origin that is not.
  [[nodiscard]] std::optional<HttpResponse> refuse_stranger(const HttpRequest& request, bool acts) const;

  std::vector<Route> routes_;
  HostAccess access_;
  BodyReader read_body_;
};

}  // namespace bellwether
