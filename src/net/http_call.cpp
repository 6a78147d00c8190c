#include "net/http_call.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <optional>

namespace bellwether {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::uint64_t kReplyBytesMax = 16U << 20;

using Outcome = std::variant<HttpReply, std::string>;

http::request<http::string_body> request_of(const HttpCall& call) {
  http::request<http::string_body> request;
  request.method_string(call.method);
  request.target(call.target);
  request.version(11);
  const bool brackets = call.host.find(':') != std::string::npos;
  request.set(http::field::host, (brackets ? "[" + call.host + "]" : call.host) + ":" + std::to_string(call.port));
  request.set(http::field::connection, "close");
  for (const auto& [name, value] : call.headers) request.set(name, value);
  if (!call.body.empty()) request.set(http::field::content_type, "application/json");
  request.body() = call.body;
  if (!call.body.empty() || call.method == "POST") request.content_length(call.body.size());
  return request;
}

asio::awaitable<void> converse(const HttpCall& call, beast::tcp_stream& stream, std::optional<Outcome>& outcome) {
  tcp::resolver resolver(stream.get_executor());
  const auto [unknown, endpoints] = co_await resolver.async_resolve(call.host, std::to_string(call.port), kAwait);
  if (unknown) {
    outcome = unknown.message();
    co_return;
  }
  const auto [unreachable, endpoint] = co_await stream.async_connect(endpoints, kAwait);
  if (unreachable) {
    outcome = unreachable.message();
    co_return;
  }
  const auto request = request_of(call);
  const auto [unsent, sent] = co_await http::async_write(stream, request, kAwait);
  if (unsent) {
    outcome = unsent.message();
    co_return;
  }
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(kReplyBytesMax);
  const auto [unread, bytes] = co_await http::async_read(stream, buffer, parser, kAwait);
  if (unread) {
    outcome = "the answer is no HTTP: " + unread.message();
    co_return;
  }
  outcome = HttpReply{parser.get().result_int(), parser.get().body()};
}

}  // namespace

Outcome call_http(const HttpCall& call) {
  asio::io_context io;
  beast::tcp_stream stream(io);
  std::optional<Outcome> outcome;
  asio::co_spawn(io, converse(call, stream, outcome), asio::detached);
  io.run_for(call.timeout);
  if (outcome) return *outcome;
  return "no answer within " + std::to_string(call.timeout.count() / 1000) + " s";
}

std::variant<HttpCall, std::string> parse_http_url(const std::string& url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return "must begin with http://";
  std::string rest = url.substr(kScheme.size());
  if (rest.ends_with('/')) rest.pop_back();
  HttpCall call;
  const bool brackets = rest.starts_with('[');
  const std::size_t end = brackets ? rest.find(']') : rest.find(':');
  if (brackets && end == std::string::npos) return "has a '[' without a ']'";
  call.host = brackets ? rest.substr(1, end - 1) : rest.substr(0, end);
  rest = end == std::string::npos ? "" : rest.substr(brackets ? end + 1 : end);
  if (call.host.empty() || call.host.find('/') != std::string::npos) return "must be of the form http://host:port";
  if (rest.empty()) return call;
  const char* const last = rest.data() + rest.size();
  const auto [stop, error] = std::from_chars(rest.data() + 1, last, call.port);
  if (rest.front() != ':' || error != std::errc() || stop != last || call.port == 0) {
    return "must be of the form http://host:port, with a port from 1 to 65535";
  }
  return call;
}

std::string percent_encoded(const std::string& text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', kDigits[byte / 16], kDigits[byte % 16]};
    }
  }
  return out;
}

}  // namespace bellwether
