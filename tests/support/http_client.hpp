// A client for tests: HTTP and WebSocket over loopback, each step with a time limit.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <chrono>
#include <map>
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
  explicit HttpClient(std::uint16_t port) : stream_(io_) {
    stream_.socket().connect({boost::asio::ip::make_address("127.0.0.1"), port}, error_);
  }

  /// Writes bytes as they are. False: the connection has ended.
  bool send_raw(const std::string& bytes) {
    return run([&](auto done) { boost::asio::async_write(stream_, boost::asio::buffer(bytes), done); });
  }
  /// Reads one answer; `head`: without body.
  HttpAnswer read_answer(bool head = false) {
    boost::beast::http::response_parser<boost::beast::http::string_body> parser;
    parser.skip(head);
    if (!run([&](auto done) { boost::beast::http::async_read(stream_, buffer_, parser, done); })) return {};
    HttpAnswer answer{parser.get().result_int(), parser.get().body(), {}};
    for (const auto& field : parser.get()) {
      answer.headers[std::string(field.name_string())] = std::string(field.value());
    }
    return answer;
  }
  HttpAnswer ask(const std::string& method, const std::string& target, const std::string& body = "",
                 const std::string& more_headers = "") {
    send_raw(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + more_headers +
             (body.empty()
                  ? ""
                  : "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n") +
             "\r\n" + body);
    return read_answer(method == "HEAD");
  }
  /// Whether the server ends the connection within the time limit, sending nothing more.
  bool ended_by_server() {
    char byte = 0;
    run([&](auto done) { stream_.async_read_some(boost::asio::buffer(&byte, 1), done); });
    return error_ == boost::asio::error::eof || error_ == boost::asio::error::connection_reset;
  }

 private:
  template <typename Start>
  bool run(Start&& start) {
    stream_.expires_after(std::chrono::seconds(10));
    start([this](boost::system::error_code error, std::size_t) { error_ = error; });
    io_.restart();
    io_.run();
    return !error_;
  }

  boost::asio::io_context io_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  boost::system::error_code error_;
};

/// One WebSocket.
class StreamClient {
 public:
  StreamClient(std::uint16_t port, const std::string& target, const std::string& authorization = "") : socket_(io_) {
    auto& tcp = boost::beast::get_lowest_layer(socket_);
    tcp.socket().connect({boost::asio::ip::make_address("127.0.0.1"), port}, error_);
    boost::beast::websocket::stream_base::timeout limits{};
    limits.handshake_timeout = std::chrono::seconds(10);
    limits.idle_timeout = std::chrono::seconds(10);
    socket_.set_option(limits);
    if (!authorization.empty()) {
      socket_.set_option(boost::beast::websocket::stream_base::decorator(
          [authorization](auto& request) { request.set(boost::beast::http::field::authorization, authorization); }));
    }
    run([&](auto done) { socket_.async_handshake(answer_, "localhost", target, done); });
  }

  [[nodiscard]] bool connected() const { return !error_; }
  /// Status of the answer to the handshake; 101 where it succeeded.
  [[nodiscard]] unsigned status() const { return answer_.result_int(); }
  /// The next message; nothing when the stream has ended.
  std::optional<std::string> read() {
    boost::beast::flat_buffer buffer;
    run([&](auto done) {
      socket_.async_read(buffer, [done](boost::system::error_code error, std::size_t) mutable { done(error); });
    });
    if (error_) return std::nullopt;
    return boost::beast::buffers_to_string(buffer.data());
  }
  /// After the end: why the server closed.
  [[nodiscard]] std::string close_reason() const { return std::string(socket_.reason().reason.c_str()); }
  [[nodiscard]] unsigned close_code() const { return socket_.reason().code; }

 private:
  template <typename Start>
  void run(Start&& start) {
    bool done = false;  // The WebSocket's own timers keep the context busy beyond the operation.
    start([this, &done](boost::system::error_code error) {
      error_ = error;
      done = true;
    });
    io_.restart();
    while (!done && io_.run_one() != 0) {
    }
  }

  boost::asio::io_context io_;
  boost::beast::websocket::stream<boost::beast::tcp_stream> socket_;
  boost::beast::websocket::response_type answer_;
  boost::system::error_code error_;
};

}  // namespace bellwether::testing
