// An HTTP and WebSocket server for a table of routes. One thread does the network; a few more wait where a request has
// to.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "net/router.hpp"

namespace bellwether {

/// Where the server listens and what it bears. What goes beyond a limit is refused or disconnected.
struct ServerConfig {
  /// Address of the interface, or localhost; other than loopback opens the server to the network.
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;  ///< 0: any free one.
  AccessRules access = {};    ///< `host` is among its hosts without being listed.
  /// A further one takes the place of the one that has been idle for longest. Where none is idle it is answered 503
  /// and closed, unless it asks for health: for that a few more are kept.
  std::size_t connections_max = 256;
  std::size_t header_bytes_max = 16 * 1024;  ///< Larger: 431.
  std::size_t body_bytes_max = 64 * 1024;    ///< Larger: 413.
  std::size_t worker_threads = 3;            ///< For the routes that block, and what else streams give them.
  /// For one request to arrive and for its response to leave.
  std::chrono::nanoseconds request_timeout = std::chrono::seconds(10);
  /// Of a connection between two requests, and of a WebSocket.
  std::chrono::nanoseconds idle_timeout = std::chrono::seconds(60);
  /// For connections to end by themselves when the server stops.
  std::chrono::nanoseconds stop_timeout = std::chrono::seconds(1);
};

enum class ServerLimit : std::uint8_t { Connections, HeaderBytes, BodyBytes };

/// Learns what a server bears. Called on the network's thread.
class ServerObserver {
 public:
  virtual ~ServerObserver() = default;
  /// A connection or request was turned away because `limit` was reached.
  virtual void refused(ServerLimit limit) = 0;
  /// So many connections are open, WebSockets included and those kept for health left out.
  virtual void connections(std::size_t open) = 0;
};

/// Why a server could not begin to listen.
struct ListenError {
  enum class Kind : std::uint8_t { BadHost, PortInUse, PortForbidden, CannotListen };

  Kind kind = Kind::CannotListen;
  std::string message;  ///< What was tried, and what to do.
};

/// Who can reach a server that listens on `host`.
enum class Reach : std::uint8_t { NoAddress, ThisMachine, Network };
Reach reach_of(const std::string& host);

class HttpServer {
 public:
  using Started = std::variant<std::unique_ptr<HttpServer>, ListenError>;
  /// Listens and serves. `observer` outlives the server.
  static Started start(const ServerConfig& config, std::vector<Route> routes, BodyReader read_body,
                       ServerObserver& observer);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  /// Stops.
  ~HttpServer();

  /// The port it listens on.
  [[nodiscard]] std::uint16_t port() const;
  /// Lets requests that have arrived be answered, tells WebSockets that the server goes, and closes what is left after
  /// `stop_timeout`. Returns when all is closed.
  void stop();

 private:
  struct Running;
  explicit HttpServer(std::unique_ptr<Running> running);
  std::unique_ptr<Running> running_;
};

}  // namespace bellwether
