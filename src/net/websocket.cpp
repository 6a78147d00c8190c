#include "net/websocket.hpp"

#include <boost/asio/buffer.hpp>

namespace bellwether::network {
namespace {

constexpr std::size_t kMessageFromClientBytesMax = 4096;
constexpr std::size_t kReasonBytesMax = 123;

}  // namespace

WebSocketConnection::WebSocketConnection(Hub& hub, beast::tcp_stream stream, const WebSocketLimits& limits)
    : hub_(hub), limits_(limits), socket_(std::move(stream)), timer_(hub.io) {
  hub_.add(this);
}

WebSocketConnection::~WebSocketConnection() { hub_.remove(this); }

awaitable<void> WebSocketConnection::run(const BeastRequest& request) {
  error_code ignored;
  const asio::socket_base::send_buffer_size buffer(static_cast<int>(limits_.buffer_bytes));
  beast::get_lowest_layer(socket_).socket().set_option(buffer, ignored);
  websocket::stream_base::timeout timeout{};
  timeout.handshake_timeout = hub_.config.request_timeout;
  timeout.idle_timeout = hub_.config.idle_timeout;
  timeout.keep_alive_pings = true;
  socket_.set_option(timeout);
  socket_.read_message_max(kMessageFromClientBytesMax);
  const auto [error] = co_await socket_.async_accept(request, kAwait);
  if (error) co_return;
  socket_.text(true);
  asio::co_spawn(hub_.io, read_loop(shared_from_this()), asio::detached);
  co_await follow();
  cut();
}

void WebSocketConnection::cut() {
  gone_ = true;
  timer_.cancel();
  beast::get_lowest_layer(socket_).close();
}

void WebSocketConnection::check(SteadyTime now) {
  if (write_deadline_ && now > *write_deadline_) cut();
}

/// Answers pings, notices the client's leaving; what the client says is ignored.
awaitable<void> WebSocketConnection::read_loop(std::shared_ptr<WebSocketConnection> self) {
  beast::flat_buffer buffer;
  while (true) {
    const auto [error, bytes] = co_await self->socket_.async_read(buffer, kAwait);
    if (error) break;
    buffer.consume(bytes);
  }
  self->gone_ = true;
  self->timer_.cancel();
}

awaitable<bool> WebSocketConnection::send(const std::string& text) {
  if (gone_) co_return false;
  write_deadline_ = std::chrono::steady_clock::now() + limits_.write_timeout;
  const auto [error, bytes] = co_await socket_.async_write(asio::buffer(text), kAwait);
  write_deadline_.reset();
  if (error) gone_ = true;
  co_return !error;
}

awaitable<void> WebSocketConnection::wait(std::chrono::nanoseconds time) {
  timer_.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(time));
  co_await timer_.async_wait(kAwait);
}

awaitable<void> WebSocketConnection::close(websocket::close_code code, const std::string& reason) {
  // No character of UTF-8 is cut in two, or the client would see a fault of the protocol instead.
  std::size_t size = std::min(reason.size(), kReasonBytesMax);
  while (size > 0 && size < reason.size() && (static_cast<unsigned char>(reason[size]) & 0xC0) == 0x80) --size;
  const websocket::close_reason why(code, reason.substr(0, size));
  co_await socket_.async_close(why, kAwait);
}

}  // namespace bellwether::network
