#include "api/server.hpp"

#include <filesystem>
#include <future>
#include <nlohmann/json.hpp>
#include <thread>

#include "actors/session_board.hpp"
#include "api/routes.hpp"
#include "config/json.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using namespace bellwether::testing;

class ApiServerTest : public ::testing::Test {
 protected:
  ApiServerTest() : board(small_config(), StrategyRegistry::built_in()) {
    config.port = 0;
    config.body_bytes_max = 1000;
    config.header_bytes_max = 2000;
    for (const Turn& turn : small_session()) board.apply(turn);
    board.set_phase(SessionPhase::Trading);
  }

  ApiPorts ports() {
    ApiPorts p;
    p.session = fixed_session(board);
    p.control = [](const SessionView&, const OperatorCommand&) -> Expected<CommandReceipt> {
      return CommandReceipt{9};
    };
    p.metrics = [] { return std::string("up 1\n"); };
    return p;
  }
  std::uint16_t serve() {
    auto started = ApiServer::start(config, ports());
    EXPECT_TRUE(started.has_value());
    server = std::move(*started);
    return server->port();
  }

  SessionBoard board;
  ApiConfig config;
  std::unique_ptr<ApiServer> server;
};

TEST_F(ApiServerTest, AnswersRequestsOfOneConnectionInOrder) {
  HttpClient client(serve());
  EXPECT_EQ(client.ask("GET", "/health/live").body, R"({"live":true})");
  EXPECT_EQ(client.ask("GET", "/metrics").body.rfind("up 1\n# HELP bellwether_api_", 0), 0u);
  EXPECT_EQ(client.ask("POST", "/v1/halt", R"({"reason":"test"})").status, 202u);
  const HttpAnswer missing = client.ask("GET", "/nothing");
  EXPECT_EQ(missing.status, 404u);
  EXPECT_EQ(missing.headers.at("Content-Type"), "application/json");
}

TEST_F(ApiServerTest, CountsConnectionsAndThoseBeyondTheLimit) {
  config.connections_max = 1;
  const std::uint16_t port = serve();
  auto stream = std::make_unique<StreamClient>(port, "/v1/stream");
  EXPECT_EQ(HttpClient(port).ask("GET", "/metrics").status, 503u);
  EXPECT_EQ(HttpClient(port).ask("GET", "/health/live").status, 200u);
  EXPECT_EQ(HttpClient(port).ask("GET", "/health/ready").status, 200u);
  stream.reset();
  HttpAnswer answer;
  while (answer.status != 200u) answer = HttpClient(port).ask("GET", "/metrics");
  const std::string metrics = answer.body;
  EXPECT_EQ(metrics.find("bellwether_api_refusals_total{limit=\"connections_max\"} 0\n"), std::string::npos) << metrics;
  EXPECT_NE(metrics.find("bellwether_api_connections 1\n"), std::string::npos);
  EXPECT_NE(metrics.find("bellwether_api_streams 0\n"), std::string::npos);
}

TEST_F(ApiServerTest, CountsBodiesAndHeadersBeyondTheLimit) {
  const std::uint16_t port = serve();
  EXPECT_EQ(HttpClient(port).ask("POST", "/v1/halt", std::string(5000, ' ')).status, 413u);
  EXPECT_EQ(HttpClient(port).ask("GET", "/", "", "X-Long: " + std::string(4000, 'x') + "\r\n").status, 431u);
  const std::string metrics = HttpClient(port).ask("GET", "/metrics").body;
  EXPECT_NE(metrics.find("bellwether_api_refusals_total{limit=\"body_bytes_max\"} 1\n"), std::string::npos) << metrics;
  EXPECT_NE(metrics.find("bellwether_api_refusals_total{limit=\"header_bytes_max\"} 1\n"), std::string::npos);
}

TEST_F(ApiServerTest, AsksForTheTokenOnEveryRouteButHealth) {
  config.access.token = "0123456789abcdef";
  const std::uint16_t port = serve();
  std::size_t guarded = 0;
  ApiMetrics metrics;
  for (const Route& route : make_routes(ports(), session_stream(fixed_session(board), StreamLimits(), metrics))) {
    std::string target = route.path;
    if (const std::size_t brace = target.find('{'); brace != std::string::npos)
      target.replace(brace, std::string::npos, "x");
    const HttpAnswer without = HttpClient(port).ask(route.method, target);
    const HttpAnswer with =
        HttpClient(port).ask(route.method, target, "", "Authorization: Bearer 0123456789abcdef\r\n");
    EXPECT_NE(with.status, 401u) << target;
    if (target.rfind("/health/", 0) == 0) {
      EXPECT_EQ(without.status, 200u) << target;
      continue;
    }
    ++guarded;
    EXPECT_EQ(without.status, 401u) << target;
    EXPECT_EQ(without.headers.count("WWW-Authenticate"), 1u) << target;
  }
  EXPECT_GE(guarded, 12u);
  EXPECT_EQ(StreamClient(port, "/v1/stream").status(), 401u);
  EXPECT_EQ(StreamClient(port, "/v1/stream", "Bearer 0123456789abcdef").status(), 101u);
}

TEST_F(ApiServerTest, RefusesAnAddressThatOthersReachWithoutAToken) {
  for (const char* host : {"0.0.0.0", "::", "192.0.2.1"}) {
    config.host = host;
    const auto started = ApiServer::start(config, ports());
    ASSERT_FALSE(started.has_value()) << host;
    EXPECT_EQ(started.error().field, "api.host");
    EXPECT_NE(started.error().message.find("api.token_file"), std::string::npos) << started.error().message;
  }
  config.host = "0.0.0.0";
  config.access.token = "0123456789abcdef";
  EXPECT_EQ(HttpClient(serve()).ask("GET", "/v1/status").status, 401u);
}

TEST_F(ApiServerTest, SaysThatThePortIsInUse) {
  config.port = serve();
  const auto second = ApiServer::start(config, ports());
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().field, "api.port");
  EXPECT_NE(second.error().message.find("in use"), std::string::npos);
}

TEST_F(ApiServerTest, RefusesAnAddressThatIsNone) {
  config.host = "localhost:80";
  const auto started = ApiServer::start(config, ports());
  ASSERT_FALSE(started.has_value());
  EXPECT_EQ(started.error().field, "api.host");
}

TEST_F(ApiServerTest, StopsWhileClientsAreConnected) {
  const std::uint16_t port = serve();
  HttpClient idle(port);
  EXPECT_EQ(idle.ask("GET", "/health/live").status, 200u);
  HttpClient half(port);
  half.send_raw("GET / HTT");
  StreamClient stream(port, "/v1/stream");
  ASSERT_TRUE(stream.connected());
  auto stopped = std::async(std::launch::async, [&] { server->stop(); });
  EXPECT_FALSE(stream.read().has_value());
  EXPECT_EQ(stream.close_code(), 1001u);
  EXPECT_TRUE(idle.ended_by_server());
  ASSERT_EQ(stopped.wait_for(std::chrono::seconds(10)), std::future_status::ready);
  server->stop();
}

TEST_F(ApiServerTest, RunsCommandsWithoutHoldingUpOtherRequests) {
  std::promise<void> release;
  ApiPorts p = ports();
  p.control = [gate = release.get_future().share()](const SessionView&,
                                                    const OperatorCommand&) -> Expected<CommandReceipt> {
    gate.wait();
    return CommandReceipt{9};
  };
  auto started = ApiServer::start(config, p);
  ASSERT_TRUE(started.has_value());
  HttpClient commander((*started)->port());
  commander.send_raw("POST /v1/halt HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(HttpClient((*started)->port()).ask("GET", "/health/live").status, 200u);
  release.set_value();
  EXPECT_EQ(commander.read_answer().status, 202u);
}

}  // namespace
}  // namespace bellwether
