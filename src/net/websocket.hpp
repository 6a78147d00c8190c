// The base of the WebSockets that a server speaks: handshake, reading, messages with a deadline, closing. One message
// is under way at a time, so a client's slowness costs the server no memory.
#pragma once

#include <boost/beast/websocket.hpp>

#include "net/network.hpp"

namespace bellwether::network {

namespace websocket = beast::websocket;

struct WebSocketLimits {
  std::chrono::nanoseconds write_timeout = std::chrono::seconds(10);  ///< For a client to take one message, else cut.
  std::size_t buffer_bytes = 256 * 1024;  ///< That the system keeps for a client which has not taken them.
};

/// Derive, and write what is sent in `follow`. Network thread only, but for what is marked.
class WebSocketConnection : public Connection, public std::enable_shared_from_this<WebSocketConnection> {
 public:
  WebSocketConnection(Hub& hub, beast::tcp_stream stream, const WebSocketLimits& limits);
  ~WebSocketConnection() override;

  /// Answers the handshake of `request`, follows, and ends.
  awaitable<void> run(const BeastRequest& request);

  void wind_up() final { timer_.cancel(); }
  void cut() final;
  void check(SteadyTime now) final;

 protected:
  /// Sends until it has nothing more to send, the server stops or the client has gone.
  virtual awaitable<void> follow() = 0;

  /// False: the client has gone. The text must outlive the call. Await it in a statement of its own: right of `&&` or
  /// `||`, g++ 12 destroys the awaitable even where it was never made.
  awaitable<bool> send(const std::string& text);
  /// Ends early when the server stops or the client goes.
  awaitable<void> wait(std::chrono::nanoseconds time);
  /// Says goodbye; the protocol has room for the first 123 bytes of `reason`.
  awaitable<void> close(websocket::close_code code, const std::string& reason);

  [[nodiscard]] Hub& hub() { return hub_; }
  /// From any thread.
  [[nodiscard]] bool stopping() const { return hub_.stopping; }
  /// Nothing more can be sent. From any thread.
  [[nodiscard]] bool gone() const { return gone_; }

 private:
  static awaitable<void> read_loop(std::shared_ptr<WebSocketConnection> self);

  Hub& hub_;
  WebSocketLimits limits_;
  websocket::stream<beast::tcp_stream> socket_;
  asio::steady_timer timer_;
  std::optional<SteadyTime> write_deadline_;
  std::atomic<bool> gone_ = false;
};

}  // namespace bellwether::network
