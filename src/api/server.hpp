// The API as a server: its routes, its stream and its metrics on the network.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "api/ports.hpp"
#include "api/session_stream.hpp"
#include "net/server.hpp"

namespace bellwether {

/// What the server bears, and what its streams do.
struct ApiConfig : ServerConfig, StreamLimits {};

class ApiServer {
 public:
  /// Whether `config` may listen where it wants to: an address that other machines reach needs a token.
  static Expected<void> check(const ApiConfig& config);
  /// Listens and serves. The Error names the part of the configuration at fault, or says that the port is in use.
  static Expected<std::unique_ptr<ApiServer>> start(const ApiConfig& config, const ApiPorts& ports);
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;
  /// Stops.
  ~ApiServer();

  /// The port it listens on.
  [[nodiscard]] std::uint16_t port() const;
  /// As `HttpServer::stop`.
  void stop();

 private:
  struct Running;
  explicit ApiServer(std::unique_ptr<Running> running);
  std::unique_ptr<Running> running_;
};

}  // namespace bellwether
