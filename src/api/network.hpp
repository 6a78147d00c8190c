// What the server's connections share. Brings in Asio and Beast: only the server's own files include this.
#pragma once

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <optional>
#include <set>

#include "api/api_metrics.hpp"
#include "api/router.hpp"
#include "api/routes.hpp"
#include "api/server.hpp"
#include "config/json.hpp"

namespace bellwether::network {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::awaitable;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
using HttpRequest = http::request<http::string_body>;
using SteadyTime = std::chrono::steady_clock::time_point;

/// A connection as the server sees it. Network thread only.
class Connection {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;

  /// The server stops: end when what is under way is done.
  virtual void wind_up() = 0;
  /// Close at once.
  virtual void cut() = 0;
  /// Called a few times a second: cut what has taken too long.
  virtual void check(SteadyTime) {}
};

/// State of a running server.
struct Hub {
  Hub(const ApiConfig& api_config, const ApiPorts& api_ports, bool loopback)
      : config(api_config),
        ports(with_own_metrics(api_ports)),
        names(api_ports.session->config()),
        router(make_routes(ports), ApiAccess{loopback, api_config.allowed_hosts}),
        workers(api_config.history_readers_max + 1) {}

  /// Connections register for as long as they live.
  void add(Connection* connection) { connections.insert(connection); }
  void remove(Connection* connection) {
    connections.erase(connection);
    release_if_done();
  }
  void release_if_done() {
    if (!stopping || open_sockets != 0) return;
    stop_timer.cancel();
    work.reset();
  }

  /// The session's metrics and the API's own, one after the other.
  ApiPorts with_own_metrics(ApiPorts given) {
    given.metrics = [this, session = given.metrics] { return (session ? session() : std::string()) + metrics.text(); };
    return given;
  }

  ApiMetrics metrics;
  const ApiConfig config;
  const ApiPorts ports;
  const Names names;
  const Router router;
  asio::io_context io{1};
  asio::thread_pool workers;  // For what may block: commands and history.
  tcp::acceptor acceptor{io};
  asio::steady_timer check_timer{io};
  asio::steady_timer stop_timer{io};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work{io.get_executor()};
  std::set<Connection*> connections;
  std::size_t open_sockets = 0;
  std::size_t streams = 0;
  std::size_t history_readers = 0;
  std::atomic<bool> stopping = false;
};

/// A request that asks to become a stream, checked.
struct Upgrade {
  HttpRequest request;
  EventNumber after = 0;
};

/// Serves requests until the connection ends, or until one asks for the stream; `stream` is then free for it.
awaitable<std::optional<Upgrade>> serve_requests(Hub& hub, beast::tcp_stream& stream);

/// Serves the stream until it ends; takes the socket out of `stream`.
awaitable<void> serve_stream(Hub& hub, beast::tcp_stream& stream, const Upgrade& upgrade);

}  // namespace bellwether::network
