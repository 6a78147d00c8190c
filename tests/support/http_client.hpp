// A client for tests: HTTP and WebSocket over loopback, each step with a time limit.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace bellwether::testing {

struct HttpAnswer {
  unsigned status = 0;  ///< 0: the connection ended without an answer.
  std::string body;
  std::map<std::string, std::string> headers;
};

/// One connection.
class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();

  /// Writes bytes as they are. False: the connection has ended.
  bool send_raw(const std::string& bytes);
  /// Reads one answer; `head`: without body.
  HttpAnswer read_answer(bool head = false);
  HttpAnswer ask(const std::string& method, const std::string& target, const std::string& body = "",
                 const std::string& more_headers = "");
  /// Whether the server ends the connection within the time limit, sending nothing more.
  bool ended_by_server();

 private:
  struct Socket;
  std::unique_ptr<Socket> socket_;
};

/// One WebSocket.
class StreamClient {
 public:
  StreamClient(std::uint16_t port, const std::string& target, const std::string& authorization = "");
  StreamClient(const StreamClient&) = delete;
  StreamClient& operator=(const StreamClient&) = delete;
  ~StreamClient();

  [[nodiscard]] bool connected() const;
  /// Status of the answer to the handshake; 101 where it succeeded.
  [[nodiscard]] unsigned status() const;
  /// The next message; nothing when the stream has ended.
  std::optional<std::string> read();
  /// After the end: why the server closed.
  [[nodiscard]] std::string close_reason() const;
  [[nodiscard]] unsigned close_code() const;

 private:
  struct Socket;
  std::unique_ptr<Socket> socket_;
};

}  // namespace bellwether::testing
