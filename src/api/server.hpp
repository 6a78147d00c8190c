// The HTTP and WebSocket server of the API. One thread does the network; a few more wait where a request has to.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/ports.hpp"

namespace bellwether {

/// Where the server listens and what it bears. What goes beyond a limit is refused or disconnected.
struct ApiConfig {
  std::string host = "127.0.0.1";  ///< Address of the interface; other than loopback opens the API to the network.
  std::uint16_t port = 8080;       ///< 0: any free one.
  /// Further values of the Host and Origin headers to answer to, without port.
  std::vector<std::string> allowed_hosts = {};
  std::size_t connections_max = 256;                    ///< More are answered 503 and closed.
  std::size_t header_bytes_max = 16 * 1024;             ///< Larger: 431.
  std::size_t body_bytes_max = 64 * 1024;               ///< Larger: 413.
  Duration request_timeout = std::chrono::seconds(10);  ///< For one request to arrive and for its response to leave.
  Duration idle_timeout = std::chrono::seconds(60);     ///< Of a connection between two requests, and of a stream.
  Duration stream_interval = std::chrono::milliseconds(20);  ///< At which streams look for new changes.
  std::size_t stream_batch_changes = 512;                    ///< Read for a stream at a time.
  Duration stream_write_timeout = std::chrono::seconds(10);  ///< For a client to take one message, else it is cut off.
  std::size_t stream_buffer_bytes = 256 * 1024;  ///< That the system keeps for a client which has not taken them.
  std::size_t history_readers_max = 2;  ///< Streams that read the event log at one time; more are told to come back.
  Duration stop_timeout = std::chrono::seconds(1);  ///< For connections to end by themselves when the server stops.
};

class ApiServer {
 public:
  /// Listens and serves. The Error names the part of the configuration at fault, or says that the port is in use.
  static Expected<std::unique_ptr<ApiServer>> start(const ApiConfig& config, const ApiPorts& ports);
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;
  /// Stops.
  ~ApiServer();

  /// The port it listens on.
  [[nodiscard]] std::uint16_t port() const;
  /// Lets requests that have arrived be answered, tells streams that the server goes, and closes what is left after
  /// `stop_timeout`. Returns when all is closed.
  void stop();

 private:
  struct Running;
  explicit ApiServer(std::unique_ptr<Running> running);
  std::unique_ptr<Running> running_;
};

}  // namespace bellwether
