// One HTTP connection: reads requests one after the other, has the routes answer them, writes the responses in order.
#include <boost/beast/websocket/rfc6455.hpp>

#include "net/network.hpp"

namespace bellwether::network {
namespace {

constexpr std::size_t kReadBytes = 4096;
constexpr std::size_t kDrainBytesMax = 1 << 20;
constexpr auto kDrainTimeout = std::chrono::milliseconds(500);
constexpr auto kHealthTimeout = std::chrono::seconds(2);

std::string text_of(const BeastRequest& request, http::field field) { return std::string(request[field]); }

class HttpConnection final : public Connection {
 public:
  HttpConnection(Hub& hub, beast::tcp_stream& stream, bool spare)
      : hub_(hub),
        stream_(stream),
        spare_(spare),
        buffer_(hub.config.header_bytes_max + hub.config.body_bytes_max + 2 * kReadBytes) {
    hub_.add(this);
    if (spare_) wait_in(hub_.spares);
  }
  ~HttpConnection() override {
    wait_no_more();
    hub_.remove(this);
  }

  awaitable<std::optional<Upgrade>> run() {
    while (!hub_.stopping) {
      if (!co_await wait_for_bytes()) break;
      http::request_parser<http::string_body> parser;
      parser.header_limit(static_cast<std::uint32_t>(hub_.config.header_bytes_max));
      parser.body_limit(hub_.config.body_bytes_max);
      stream_.expires_after(spare_ ? kHealthTimeout : hub_.config.request_timeout);
      const auto [error, bytes] = co_await http::async_read(stream_, buffer_, parser, kAwait);
      if (error) {
        co_await refuse(error);
        break;
      }
      BeastRequest request = parser.release();
      Answer answer = co_await answer_to(request);
      if (answer.stream != nullptr) {
        stream_.expires_never();
        co_return Upgrade{std::move(request), answer.stream, std::move(answer.arguments)};
      }
      const bool keep = request.keep_alive() && !hub_.stopping && !spare_;
      if (!co_await write(answer.response, request.version(), request.method() == http::verb::head, keep)) break;
      if (!keep) break;
    }
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    co_return std::nullopt;
  }

  void wind_up() override {
    if (idle_) stream_.cancel();
  }
  void cut() override {
    wait_no_more();
    stream_.close();
  }

 private:
  /// A place in a queue of those that may be cut.
  struct Place {
    Hub::Queue* queue;
    Hub::Queue::iterator at;
  };

  struct Answer {
    HttpResponse response;
    StreamHandler* stream = nullptr;  // In place of a response: serve this one with `arguments`.
    RouteArguments arguments = {};
  };

  void wait_in(Hub::Queue& queue) { place_ = Place{&queue, queue.insert(queue.end(), this)}; }
  void wait_no_more() {
    if (place_) place_->queue->erase(place_->at);
    place_.reset();
  }

  awaitable<bool> wait_for_bytes() {
    if (buffer_.size() > 0) co_return true;
    stream_.expires_after(spare_ ? kHealthTimeout : hub_.config.idle_timeout);
    idle_ = true;
    if (!spare_) wait_in(hub_.idle);
    const auto [error, bytes] = co_await stream_.async_read_some(buffer_.prepare(kReadBytes), kAwait);
    if (!spare_) wait_no_more();
    idle_ = false;
    buffer_.commit(bytes);
    co_return !error;
  }

  std::string local_address() {
    error_code error;
    const tcp::endpoint local = stream_.socket().local_endpoint(error);
    return error ? "" : local.address().to_string();
  }

  /// What the route answers; a defect in it is an answer too.
  static HttpResponse handled(const Router::Match& match) {
    try {
      return match.route->handle(match.arguments);
    } catch (const std::exception& defect) {
      return error_response(500, "defect",
                            match.route->method + " " + match.route->path +
                                " could not be answered, which is a defect of this program: " + defect.what());
    }
  }

  awaitable<Answer> answer_to(const BeastRequest& request) {
    if (request.count(http::field::host) != 1) {
      co_return Answer{error_response(400, "bad_request", "a request needs one Host header", "Host")};
    }
    if (request.count(http::field::authorization) > 1) {
      co_return Answer{error_response(400, "bad_request", "a request has one Authorization header", "Authorization")};
    }
    std::vector<std::pair<std::string, std::string>> headers;
    for (const auto& field : request) headers.emplace_back(field.name_string(), field.value());
    Router::Match match = hub_.router.match(
        {std::string(request.method_string()), std::string(request.target()), text_of(request, http::field::host),
         text_of(request, http::field::origin), text_of(request, http::field::content_type), request.body(),
         text_of(request, http::field::authorization), local_address(), std::move(headers)});
    if (spare_ && (match.route == nullptr || !match.route->health)) {
      hub_.observer.refused(ServerLimit::Connections);
      co_return Answer{error_response(
          503, "too_many_connections",
          "all " + std::to_string(hub_.config.connections_max) + " connections are taken; try again in a while")};
    }
    if (match.route == nullptr) co_return Answer{match.refusal};
    if (match.route->stream && beast::websocket::is_upgrade(request)) {
      if (auto refusal = match.route->stream->refuse(match.arguments)) co_return Answer{std::move(*refusal)};
      co_return Answer{{}, match.route->stream.get(), std::move(match.arguments)};
    }
    if (!match.route->blocks) co_return Answer{handled(match)};
    HttpResponse response = co_await asio::co_spawn(
        hub_.workers, [&match]() -> awaitable<HttpResponse> { co_return handled(match); }, asio::use_awaitable);
    co_return Answer{std::move(response)};
  }

  template <typename Body>
  awaitable<bool> send(http::response<Body>& message, const HttpResponse& response, bool keep) {
    message.set(http::field::content_type, response.content_type);
    message.set(http::field::cache_control, "no-store");
    message.set("X-Content-Type-Options", "nosniff");
    for (const auto& [name, value] : response.headers) message.set(name, value);
    message.content_length(response.body.size());
    message.keep_alive(keep);
    stream_.expires_after(hub_.config.request_timeout);
    const auto [error, bytes] = co_await http::async_write(stream_, message, kAwait);
    co_return !error;
  }

  awaitable<bool> write(const HttpResponse& response, unsigned version, bool head, bool keep) {
    if (head) {
      http::response<http::empty_body> message(http::status(response.status), version);
      co_return co_await send(message, response, keep);
    }
    http::response<http::string_body> message(http::status(response.status), version);
    message.body() = response.body;
    co_return co_await send(message, response, keep);
  }

  [[nodiscard]] std::string what_is_wrong(error_code error) const {
    constexpr char kTlsHandshake = 0x16;
    const bool tls = buffer_.size() > 0 && *static_cast<const char*>(buffer_.data().data()) == kTlsHandshake;
    if (tls) return "this port does not speak TLS: ask it with http:// instead of https://";
    return "what was sent is no request of HTTP/1.1 (" + error.message() + ")";
  }

  /// Says why a request could not be read, then takes what is still on its way, so that the answer arrives.
  awaitable<void> refuse(error_code error) {
    if (error == http::error::end_of_stream ||
        error.category() != make_error_code(http::error::bad_method).category()) {
      co_return;
    }
    HttpResponse response = error_response(400, "bad_request", what_is_wrong(error));
    if (error == http::error::body_limit) {
      hub_.observer.refused(ServerLimit::BodyBytes);
      response = error_response(413, "body_too_large",
                                "a body has at most " + std::to_string(hub_.config.body_bytes_max) + " bytes");
    }
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      hub_.observer.refused(ServerLimit::HeaderBytes);
      response = error_response(431, "header_too_large",
                                "a header has at most " + std::to_string(hub_.config.header_bytes_max) + " bytes");
    }
    if (!co_await write(response, 11, false, false)) co_return;
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream_.expires_after(kDrainTimeout);
    std::array<char, kReadBytes> discarded{};
    for (std::size_t drained = 0; drained < kDrainBytesMax;) {
      const auto [end, bytes] = co_await stream_.async_read_some(asio::buffer(discarded), kAwait);
      if (end) break;
      drained += bytes;
    }
  }

  Hub& hub_;
  beast::tcp_stream& stream_;
  const bool spare_;
  beast::flat_buffer buffer_;
  std::optional<Place> place_;
  bool idle_ = false;
};

}  // namespace

awaitable<std::optional<Upgrade>> serve_requests(Hub& hub, beast::tcp_stream& stream) {
  HttpConnection connection(hub, stream, false);
  co_return co_await connection.run();
}

awaitable<void> serve_health(Hub& hub, beast::tcp_stream& stream) {
  HttpConnection connection(hub, stream, true);
  co_await connection.run();
}

}  // namespace bellwether::network
