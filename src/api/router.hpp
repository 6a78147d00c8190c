// Finds the route of a request and checks everything about the request before the route's handler sees it.
#pragma once

#include <string>
#include <vector>

#include "api/route.hpp"

namespace bellwether {

/// Who may ask. Guards against web pages that reach for a local service through the user's browser.
struct ApiAccess {
  /// The server listens on the loopback interface alone: the Host header must name it.
  bool loopback = true;
  /// Further values of Host, without port.
  std::vector<std::string> allowed_hosts = {};
};

class Router {
 public:
  Router(std::vector<Route> routes, ApiAccess access) : routes_(std::move(routes)), access_(std::move(access)) {}

  /// A checked request: its route and arguments, or the response that refuses it.
  struct Match {
    const Route* route = nullptr;  ///< Null: refused.
    RouteArguments arguments;
    ApiResponse refusal;
  };
  [[nodiscard]] Match match(const ApiRequest& request) const;

  /// `match`, then the route's handler.
  [[nodiscard]] ApiResponse handle(const ApiRequest& request) const;

  [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

 private:
  [[nodiscard]] Match find(const std::string& method, const std::string& path) const;
  /// Refuses a Host that is not ours and, where the request `acts`, an Origin that is not.
  [[nodiscard]] std::optional<ApiResponse> refuse_stranger(const ApiRequest& request, bool acts) const;

  std::vector<Route> routes_;
  ApiAccess access_;
};

}  // namespace bellwether
