#include "tests/support/http_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <chrono>
#include <functional>

namespace bellwether::testing {

struct HttpClient::Socket {
  using Done = std::function<void(boost::system::error_code, std::size_t)>;

  /// Runs one operation to its end. False: the connection has ended.
  bool run(const std::function<void(const Done&)>& start) {
    stream.expires_after(std::chrono::seconds(10));
    start([this](boost::system::error_code code, std::size_t) { error = code; });
    io.restart();
    io.run();
    return !error;
  }

  boost::asio::io_context io;
  boost::beast::tcp_stream stream{io};
  boost::beast::flat_buffer buffer;
  boost::system::error_code error;
};

HttpClient::HttpClient(std::uint16_t port) : socket_(std::make_unique<Socket>()) {
  socket_->stream.socket().connect({boost::asio::ip::make_address("127.0.0.1"), port}, socket_->error);
}

HttpClient::~HttpClient() = default;

bool HttpClient::send_raw(const std::string& bytes) {
  return socket_->run(
      [&](const auto& done) { boost::asio::async_write(socket_->stream, boost::asio::buffer(bytes), done); });
}

HttpAnswer HttpClient::read_answer(bool head) {
  boost::beast::http::response_parser<boost::beast::http::string_body> parser;
  parser.skip(head);
  const bool read = socket_->run(
      [&](const auto& done) { boost::beast::http::async_read(socket_->stream, socket_->buffer, parser, done); });
  if (!read) return {};
  HttpAnswer answer{parser.get().result_int(), parser.get().body(), {}};
  for (const auto& field : parser.get()) {
    answer.headers[std::string(field.name_string())] = std::string(field.value());
  }
  return answer;
}

HttpAnswer HttpClient::ask(const std::string& method, const std::string& target, const std::string& body,
                           const std::string& more_headers) {
  send_raw(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + more_headers +
           (body.empty()
                ? ""
                : "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n") +
           "\r\n" + body);
  return read_answer(method == "HEAD");
}

bool HttpClient::ended_by_server() {
  char byte = 0;
  socket_->run([&](const auto& done) { socket_->stream.async_read_some(boost::asio::buffer(&byte, 1), done); });
  return socket_->error == boost::asio::error::eof || socket_->error == boost::asio::error::connection_reset;
}

struct StreamClient::Socket {
  using Done = std::function<void(boost::system::error_code)>;

  void run(const std::function<void(const Done&)>& start) {
    bool done = false;  // The WebSocket's own timers keep the context busy beyond the operation.
    start([this, &done](boost::system::error_code code) {
      error = code;
      done = true;
    });
    io.restart();
    while (!done && io.run_one() != 0) {
    }
  }

  boost::asio::io_context io;
  boost::beast::websocket::stream<boost::beast::tcp_stream> stream{io};
  boost::beast::websocket::response_type answer;
  boost::system::error_code error;
};

StreamClient::StreamClient(std::uint16_t port, const std::string& target, const std::string& authorization)
    : socket_(std::make_unique<Socket>()) {
  using Stream = boost::beast::websocket::stream_base;
  auto& tcp = boost::beast::get_lowest_layer(socket_->stream);
  tcp.socket().connect({boost::asio::ip::make_address("127.0.0.1"), port}, socket_->error);
  Stream::timeout limits{};
  limits.handshake_timeout = std::chrono::seconds(10);
  limits.idle_timeout = std::chrono::seconds(10);
  socket_->stream.set_option(limits);
  if (!authorization.empty()) {
    socket_->stream.set_option(Stream::decorator(
        [authorization](auto& request) { request.set(boost::beast::http::field::authorization, authorization); }));
  }
  socket_->run([&](const auto& done) { socket_->stream.async_handshake(socket_->answer, "localhost", target, done); });
}

StreamClient::~StreamClient() = default;

bool StreamClient::connected() const { return !socket_->error; }

unsigned StreamClient::status() const { return socket_->answer.result_int(); }

std::optional<std::string> StreamClient::read() {
  boost::beast::flat_buffer buffer;
  socket_->run([&](const auto& done) {
    socket_->stream.async_read(buffer, [done](boost::system::error_code error, std::size_t) { done(error); });
  });
  if (socket_->error) return std::nullopt;
  return boost::beast::buffers_to_string(buffer.data());
}

std::string StreamClient::close_reason() const { return std::string(socket_->stream.reason().reason.c_str()); }

unsigned StreamClient::close_code() const { return socket_->stream.reason().code; }

}  // namespace bellwether::testing
