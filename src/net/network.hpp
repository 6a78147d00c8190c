// What the server's connections share, and the base of those that are WebSockets. Brings in Asio and Beast: only the
// server's own files and the handlers of streams include this.
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
#include <list>
#include <optional>
#include <set>

#include "net/router.hpp"
#include "net/server.hpp"

namespace bellwether {

namespace network {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::awaitable;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
using BeastRequest = http::request<http::string_body>;
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
  /// Connections that may be cut to make room, in that order. `Connection::cut` takes itself out.
  using Queue = std::list<Connection*>;

  Hub(const ServerConfig& server_config, Router server_router, ServerObserver& server_observer)
      : config(server_config),
        router(std::move(server_router)),
        observer(server_observer),
        workers(server_config.worker_threads) {}

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

  const ServerConfig config;
  const Router router;
  ServerObserver& observer;
  asio::io_context io{1};
  asio::thread_pool workers;  // For what may block.
  tcp::acceptor acceptor{io};
  asio::steady_timer check_timer{io};
  asio::steady_timer stop_timer{io};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work{io.get_executor()};
  std::set<Connection*> connections;
  Queue idle;                    // Between two requests, the longest so first.
  Queue spares;                  // Beyond the limit, for health; the oldest first.
  std::size_t open_sockets = 0;  // All.
  std::size_t taken = 0;         // Of `connections_max`.
  std::atomic<bool> stopping = false;
};

/// A request that asks to become a WebSocket, checked.
struct Upgrade {
  BeastRequest request;
  StreamHandler* handler = nullptr;
  RouteArguments arguments;
};

/// Serves requests until the connection ends, or until one asks for a WebSocket; `stream` is then free for it.
awaitable<std::optional<Upgrade>> serve_requests(Hub& hub, beast::tcp_stream& stream);

/// Serves one request on a connection beyond the limit: answered where it asks for health, else 503.
awaitable<void> serve_health(Hub& hub, beast::tcp_stream& stream);

}  // namespace network

/// Serves the WebSockets of one route. Network thread only.
class StreamHandler {
 public:
  StreamHandler() = default;
  StreamHandler(const StreamHandler&) = delete;
  StreamHandler& operator=(const StreamHandler&) = delete;
  virtual ~StreamHandler() = default;

  /// Why there can be no WebSocket with these arguments; nothing where there can.
  [[nodiscard]] virtual std::optional<HttpResponse> refuse(const RouteArguments& arguments) const = 0;
  /// Serves one until it ends; takes the socket out of `stream`. `refuse` has just let it pass.
  virtual network::awaitable<void> serve(network::Hub& hub, network::beast::tcp_stream& stream,
                                         const network::BeastRequest& request, const RouteArguments& arguments) = 0;
};

}  // namespace bellwether
