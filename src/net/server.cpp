#include "net/server.hpp"

#include <thread>

#include "net/network.hpp"

namespace bellwether {
namespace network {
namespace {

constexpr auto kCheckInterval = std::chrono::milliseconds(200);
constexpr auto kAcceptRetry = std::chrono::milliseconds(50);
/// Connections beyond the limit that are kept for who asks for health. More cut the oldest of them.
constexpr std::size_t kHealthConnections = 16;

/// Counts a socket for as long as its connection lasts.
class OpenSocket {
 public:
  OpenSocket(Hub& hub, bool spare) : hub_(hub), spare_(spare) {
    ++hub_.open_sockets;
    if (!spare_) hub_.observer.connections(++hub_.taken);
  }
  OpenSocket(const OpenSocket&) = delete;
  OpenSocket& operator=(const OpenSocket&) = delete;
  ~OpenSocket() {
    --hub_.open_sockets;
    if (!spare_) hub_.observer.connections(--hub_.taken);
    hub_.release_if_done();
  }

 private:
  Hub& hub_;
  bool spare_;
};

awaitable<void> serve(Hub& hub, tcp::socket socket, bool spare) {
  const OpenSocket counted(hub, spare);
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  beast::tcp_stream stream(std::move(socket));
  if (spare) {
    co_await serve_health(hub, stream);
    co_return;
  }
  const auto upgrade = co_await serve_requests(hub, stream);
  if (upgrade) co_await upgrade->handler->serve(hub, stream, upgrade->request, upgrade->arguments);
}

/// Makes room for one more connection; whether it is one of the spares.
bool seat_is_spare(Hub& hub) {
  if (hub.taken < hub.config.connections_max) return false;
  if (!hub.idle.empty()) {
    hub.idle.front()->cut();
    return false;
  }
  if (hub.spares.size() >= kHealthConnections) hub.spares.front()->cut();
  return true;
}

awaitable<void> accept(Hub& hub) {
  asio::steady_timer pause(hub.io);
  while (true) {
    auto [error, socket] = co_await hub.acceptor.async_accept(kAwait);
    if (hub.stopping) co_return;
    if (error) {
      if (error == asio::error::no_descriptors && !hub.idle.empty()) hub.idle.front()->cut();
      pause.expires_after(kAcceptRetry);
      co_await pause.async_wait(kAwait);
      continue;
    }
    // An exception ends its connection alone.
    asio::co_spawn(hub.io, serve(hub, std::move(socket), seat_is_spare(hub)), [](const std::exception_ptr&) {});
  }
}

awaitable<void> check(Hub& hub) {
  while (!hub.stopping) {
    hub.check_timer.expires_after(kCheckInterval);
    co_await hub.check_timer.async_wait(kAwait);
    const auto now = std::chrono::steady_clock::now();
    for (Connection* connection : std::set<Connection*>(hub.connections)) connection->check(now);
  }
}

/// On the network's thread.
void wind_up(Hub& hub) {
  error_code ignored;
  hub.acceptor.close(ignored);
  hub.check_timer.cancel();
  for (Connection* connection : std::set<Connection*>(hub.connections)) connection->wind_up();
  hub.stop_timer.expires_after(hub.config.stop_timeout);
  hub.stop_timer.async_wait([&hub](error_code error) {
    if (error) return;
    for (Connection* connection : std::set<Connection*>(hub.connections)) connection->cut();
  });
  hub.release_if_done();
}

std::optional<asio::ip::address> address_of(const std::string& host) {
  error_code error;
  const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
  if (error) return std::nullopt;
  return address;
}

std::optional<ListenError> listen(Hub& hub, const asio::ip::address& address) {
  const tcp::endpoint endpoint(address, hub.config.port);
  error_code error;
  hub.acceptor.open(endpoint.protocol(), error);
  if (!error) hub.acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) hub.acceptor.bind(endpoint, error);
  if (!error) hub.acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) return std::nullopt;
  const std::string port = std::to_string(hub.config.port);
  if (error == asio::error::address_in_use) {
    return ListenError{ListenError::Kind::PortInUse,
                       "port " + port + " on " + hub.config.host +
                           " is in use by another program; choose another one, or 0 for any that is free"};
  }
  if (error == asio::error::access_denied) {
    return ListenError{ListenError::Kind::PortForbidden, "this user may not listen on port " + port +
                                                             "; choose one above 1023, or 0 for any that is free"};
  }
  if (error == boost::system::errc::address_not_available) {
    return ListenError{
        ListenError::Kind::CannotListen,
        "found '" + hub.config.host + "', which is no address of this machine; `ip address` shows those"};
  }
  return ListenError{ListenError::Kind::CannotListen,
                     "cannot listen on " + hub.config.host + " port " + port + ": " + error.message()};
}

}  // namespace
}  // namespace network

Reach reach_of(const std::string& host) {
  const auto address = network::address_of(host);
  if (!address) return Reach::NoAddress;
  return address->is_loopback() ? Reach::ThisMachine : Reach::Network;
}

struct HttpServer::Running {
  Running(const ServerConfig& config, Router router, ServerObserver& observer)
      : hub(config, std::move(router), observer) {}

  network::Hub hub;
  std::uint16_t port = 0;
  std::thread thread;
};

HttpServer::HttpServer(std::unique_ptr<Running> running) : running_(std::move(running)) {}
HttpServer::~HttpServer() { stop(); }

HttpServer::Started HttpServer::start(const ServerConfig& config, std::vector<Route> routes, BodyReader read_body,
                                      ServerObserver& observer) {
  const auto address = network::address_of(config.host);
  if (!address) {
    return ListenError{ListenError::Kind::BadHost,
                       "found '" + config.host + "'; allowed is an IP address such as 127.0.0.1, or localhost"};
  }
  AccessRules access = config.access;
  access.hosts.push_back(config.host);
  Router router(std::move(routes), access, std::move(read_body));
  auto running = std::make_unique<Running>(config, std::move(router), observer);
  network::Hub& hub = running->hub;
  if (auto refused = network::listen(hub, *address)) return std::move(*refused);
  network::error_code error;
  running->port = hub.acceptor.local_endpoint(error).port();
  network::asio::co_spawn(hub.io, network::accept(hub), network::asio::detached);
  network::asio::co_spawn(hub.io, network::check(hub), network::asio::detached);
  running->thread = std::thread([&hub] { hub.io.run(); });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(running)));
}

std::uint16_t HttpServer::port() const { return running_->port; }

void HttpServer::stop() {
  network::Hub& hub = running_->hub;
  if (!running_->thread.joinable()) return;
  hub.stopping = true;
  network::asio::post(hub.io, [&hub] { network::wind_up(hub); });
  running_->thread.join();
  hub.workers.join();
}

}  // namespace bellwether
