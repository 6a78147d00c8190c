#include "api/server.hpp"

#include "api/api_metrics.hpp"
#include "api/request_body.hpp"
#include "api/routes.hpp"

namespace bellwether {

struct ApiServer::Running {
  ApiMetrics metrics;
  std::unique_ptr<HttpServer> server;
};

ApiServer::ApiServer(std::unique_ptr<Running> running) : running_(std::move(running)) {}
ApiServer::~ApiServer() = default;

Expected<void> ApiServer::check(const ApiConfig& config) {
  switch (reach_of(config.host)) {
    case Reach::NoAddress:
      return Error{"api.host", "found '" + config.host + "'; allowed is an IP address such as 127.0.0.1, or localhost"};
    case Reach::ThisMachine: return {};
    case Reach::Network: break;
  }
  if (!config.access.token.empty()) return {};
  return Error{"api.host", "found '" + config.host +
                               "', where other machines can halt trading and read the account; let api.token_file name "
                               "a file with a token that they must bring, or listen on 127.0.0.1"};
}

/// Requests about the past that are under work at one time; more wait.
constexpr std::size_t kPastReaders = 4;

Expected<std::unique_ptr<ApiServer>> ApiServer::start(const ApiConfig& config, const ApiPorts& ports) {
  if (auto fit = check(config); !fit) return fit.error();
  auto running = std::make_unique<Running>();
  // The session's metrics and the API's own, one after the other.
  ApiPorts with_own_metrics = ports;
  with_own_metrics.metrics = [&metrics = running->metrics, session = ports.metrics] {
    return (session ? session() : std::string()) + metrics.text();
  };
  ServerConfig server = config;
  server.worker_threads = config.history_readers_max + 1 + kPastReaders;
  auto started =
      HttpServer::start(server, make_routes(with_own_metrics, session_stream(ports.session, config, running->metrics)),
                        read_request_body, running->metrics);
  if (const auto* error = std::get_if<ListenError>(&started)) {
    const bool port = error->kind == ListenError::Kind::PortInUse || error->kind == ListenError::Kind::PortForbidden;
    return Error{port ? "api.port" : "api.host", error->message};
  }
  running->server = std::move(std::get<std::unique_ptr<HttpServer>>(started));
  return std::unique_ptr<ApiServer>(new ApiServer(std::move(running)));
}

std::uint16_t ApiServer::port() const { return running_->server->port(); }

void ApiServer::stop() { running_->server->stop(); }

}  // namespace bellwether
