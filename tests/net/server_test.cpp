#include "net/server.hpp"

#include <future>
#include <mutex>

#include "net/websocket.hpp"
#include "tests/net/test_routes.hpp"
#include "tests/support/http_client.hpp"

namespace bellwether {
namespace {

using namespace bellwether::testing;

/// Keeps what it was told.
class Watcher final : public ServerObserver {
 public:
  void refused(ServerLimit limit) override {
    const std::lock_guard lock(mutex_);
    refused_.push_back(limit);
  }
  void connections(std::size_t open) override {
    const std::lock_guard lock(mutex_);
    open_ = open;
  }
  std::vector<ServerLimit> refusals() {
    const std::lock_guard lock(mutex_);
    return refused_;
  }
  std::size_t open() {
    const std::lock_guard lock(mutex_);
    return open_;
  }

 private:
  std::mutex mutex_;
  std::vector<ServerLimit> refused_;
  std::size_t open_ = 0;
};

/// More than fits: its 123rd and 124th byte are one character.
std::string long_reason() { return std::string(122, 'x') + "\u00fc and so on"; }

/// Counts from `from` up to 9, once in a millisecond, then says why it ends; is refused for 13.
class Counting final : public StreamHandler {
 public:
  [[nodiscard]] std::optional<HttpResponse> refuse(const RouteArguments& arguments) const override {
    if (arguments.integer("from") != 13) return std::nullopt;
    return error_response(400, "bad_luck", "13 brings no luck", "from");
  }
  network::awaitable<void> serve(network::Hub& hub, network::beast::tcp_stream& stream,
                                 const network::BeastRequest& request, const RouteArguments& arguments) override {
    class Connection final : public network::WebSocketConnection {
     public:
      Connection(network::Hub& hub, network::beast::tcp_stream stream, std::uint64_t from)
          : WebSocketConnection(hub, std::move(stream), {}), next_(from) {}

     private:
      network::awaitable<void> follow() override {
        for (; next_ < 10 && !stopping(); ++next_) {
          const std::string text = std::to_string(next_);
          if (!co_await send(text)) co_return;
          co_await wait(std::chrono::milliseconds(1));
        }
        while (next_ > 10 && !stopping() && !gone()) co_await wait(std::chrono::seconds(30));
        const std::string reason = stopping() ? "stopping" : long_reason();
        co_await close(network::websocket::close_code::normal, reason);
      }
      std::uint64_t next_;
    };
    const auto connection = std::make_shared<Connection>(hub, std::move(stream), arguments.integer("from"));
    co_await connection->run(request);
  }
};

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() : routes(test_routes()) {
    config.port = 0;
    config.body_bytes_max = 1000;
    config.header_bytes_max = 2000;
    routes.push_back({.method = "GET",
                      .path = "/count",
                      .name = "count",
                      .summary = "",
                      .query = {{.name = "from", .kind = RouteParameter::Kind::Integer, .meaning = "", .maximum = 100}},
                      .handle = [](const RouteArguments&) { return error_response(426, "upgrade_required", ""); },
                      .stream = std::make_shared<Counting>()});
  }

  std::uint16_t serve() {
    auto started = HttpServer::start(config, routes, read_pairs, watcher);
    if (const auto* error = std::get_if<ListenError>(&started)) {
      ADD_FAILURE() << error->message;
      return 0;
    }
    server = std::move(std::get<std::unique_ptr<HttpServer>>(started));
    return server->port();
  }
  ListenError refusal() {
    const auto started = HttpServer::start(config, routes, read_pairs, watcher);
    const auto* error = std::get_if<ListenError>(&started);
    if (error == nullptr) ADD_FAILURE() << "it listens";
    return error == nullptr ? ListenError{} : *error;
  }

  ServerConfig config;
  std::vector<Route> routes;
  Watcher watcher;
  std::unique_ptr<HttpServer> server;
};

TEST_F(ServerTest, AnswersRequestsOfOneConnectionInOrder) {
  HttpClient client(serve());
  EXPECT_EQ(client.ask("GET", "/list?count=3").body, "count=3;");
  EXPECT_EQ(client.ask("POST", "/act", "why=x").body, "why=x;");
  const HttpAnswer missing = client.ask("GET", "/nothing");
  EXPECT_EQ(missing.status, 404u);
  EXPECT_EQ(missing.headers.at("Content-Type"), "application/json");
}

TEST_F(ServerTest, AnswersPipelinedRequests) {
  HttpClient client(serve());
  const std::string head = " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  client.send_raw("GET /ping" + head + "GET /nothing" + head + "GET /list" + head);
  EXPECT_EQ(client.read_answer().status, 200u);
  EXPECT_EQ(client.read_answer().status, 404u);
  EXPECT_EQ(client.read_answer().status, 200u);
}

TEST_F(ServerTest, AnswersHeadWithLengthButNoBody) {
  HttpClient client(serve());
  const HttpAnswer head = client.ask("HEAD", "/list");
  EXPECT_EQ(head.status, 200u);
  EXPECT_TRUE(head.body.empty());
  EXPECT_EQ(head.headers.at("Content-Length"), "8");  // count=5;
}

TEST_F(ServerTest, ClosesAfterARequestThatAsksForIt) {
  HttpClient client(serve());
  EXPECT_EQ(client.ask("GET", "/ping", "", "Connection: close\r\n").status, 200u);
  EXPECT_TRUE(client.ended_by_server());
}

TEST_F(ServerTest, RefusesWhatIsNotHttp) {
  const std::uint16_t port = serve();
  for (const char* bytes : {"\x16\x03\x01\x02\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
                            "GET / HTTP/1.1\r\nHost localhost\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"}) {
    HttpClient client(port);
    client.send_raw(bytes);
    EXPECT_EQ(client.read_answer().status, 400u) << bytes;
  }
}

TEST_F(ServerTest, TellsWhoSpeaksTlsThatItDoesNot) {
  HttpClient client(serve());
  client.send_raw(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11));
  const HttpAnswer answer = client.read_answer();
  EXPECT_EQ(answer.status, 400u);
  EXPECT_NE(answer.body.find("http:// instead of https://"), std::string::npos) << answer.body;
}

TEST_F(ServerTest, AnswersWhereARouteThrows) {
  for (const bool blocks : {false, true}) {
    routes.push_back({.method = "GET",
                      .path = blocks ? "/throw/slowly" : "/throw",
                      .name = "throw",
                      .summary = "",
                      .handle = [](const RouteArguments&) -> HttpResponse { throw std::runtime_error("out of luck"); },
                      .blocks = blocks});
  }
  HttpClient client(serve());
  for (const char* path : {"/throw", "/throw/slowly", "/throw"}) {
    const HttpAnswer answer = client.ask("GET", path);
    EXPECT_EQ(answer.status, 500u);
    EXPECT_NE(answer.body.find(std::string("GET ") + path), std::string::npos) << answer.body;
    EXPECT_NE(answer.body.find("out of luck"), std::string::npos) << answer.body;
  }
  EXPECT_EQ(client.ask("GET", "/ping").status, 200u);
}

TEST_F(ServerTest, RefusesBodiesAndHeadersBeyondTheLimit) {
  const std::uint16_t port = serve();
  EXPECT_EQ(HttpClient(port).ask("POST", "/act", std::string(5000, ' ')).status, 413u);
  EXPECT_EQ(HttpClient(port).ask("GET", "/ping", "", "X-Long: " + std::string(4000, 'x') + "\r\n").status, 431u);
  HttpClient chunked(port);
  chunked.send_raw("POST /act HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" +
                   std::string(2000, 'x') + "\r\n0\r\n\r\n");
  EXPECT_EQ(chunked.read_answer().status, 413u);
  EXPECT_EQ(watcher.refusals(),
            (std::vector<ServerLimit>{ServerLimit::BodyBytes, ServerLimit::HeaderBytes, ServerLimit::BodyBytes}));
}

TEST_F(ServerTest, DropsAConnectionWhoseRequestDoesNotArrive) {
  config.request_timeout = std::chrono::milliseconds(100);
  config.idle_timeout = std::chrono::milliseconds(100);
  const std::uint16_t port = serve();
  HttpClient silent(port);
  EXPECT_TRUE(silent.ended_by_server());
  HttpClient half(port);
  half.send_raw("GET / HTTP/1.1\r\nHost: loc");
  EXPECT_TRUE(half.ended_by_server());
  EXPECT_EQ(HttpClient(port).ask("GET", "/ping").status, 200u);
}

TEST_F(ServerTest, CutsTheConnectionThatHasBeenIdleForLongestToTakeAFurtherOne) {
  config.connections_max = 3;
  const std::uint16_t port = serve();
  HttpClient first(port);
  HttpClient second(port);
  HttpClient third(port);
  for (HttpClient* client : {&first, &second, &third, &first}) EXPECT_EQ(client->ask("GET", "/ping").status, 200u);
  HttpClient fourth(port);
  EXPECT_EQ(fourth.ask("GET", "/ping").status, 200u);
  EXPECT_TRUE(second.ended_by_server());  // The first has asked again since.
  for (HttpClient* client : {&third, &first, &fourth}) EXPECT_EQ(client->ask("GET", "/ping").status, 200u);
  HttpClient silent(port);  // Has not asked for anything yet: idle too.
  EXPECT_TRUE(third.ended_by_server());
  for (HttpClient* client : {&silent, &first, &fourth}) EXPECT_EQ(client->ask("GET", "/ping").status, 200u);
  EXPECT_TRUE(watcher.refusals().empty());
  EXPECT_EQ(watcher.open(), 3u);
}

/// Takes every connection for what is not idle: streams, and requests that never end.
class FullServerTest : public ServerTest {
 protected:
  FullServerTest() {
    config.connections_max = 4;
    port = serve();
    for (int i = 0; i < 2; ++i) {
      streams.push_back(std::make_unique<StreamClient>(port, "/count?from=50"));
      EXPECT_TRUE(streams.back()->connected());
    }
    for (int i = 0; i < 2; ++i) {
      begin_request("GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n");
      EXPECT_EQ(slow.back()->read_answer().status, 200u);
    }
  }
  /// A client whose request never ends; it comes in one piece with the whole one before it.
  void begin_request(const std::string& whole_one = "") {
    slow.push_back(std::make_unique<HttpClient>(port));
    slow.back()->send_raw(whole_one + "GET /alive HTTP/1.1\r\nHost: loc");
  }

  std::uint16_t port = 0;
  std::vector<std::unique_ptr<StreamClient>> streams;
  std::vector<std::unique_ptr<HttpClient>> slow;
};

TEST_F(FullServerTest, RefusesAConnectionThatFindsNoneIdle) {
  HttpClient further(port);
  const HttpAnswer answer = further.ask("GET", "/ping");
  EXPECT_EQ(answer.status, 503u);
  EXPECT_NE(answer.body.find("all 4 connections are taken"), std::string::npos) << answer.body;
  EXPECT_TRUE(further.ended_by_server());
  EXPECT_EQ(watcher.refusals().back(), ServerLimit::Connections);
  EXPECT_EQ(StreamClient(port, "/count?from=50").status(), 503u);
}

TEST_F(FullServerTest, AnswersForHealthWhileAllConnectionsAreTaken) {
  for (int i = 0; i < 50; ++i) EXPECT_EQ(HttpClient(port).ask("GET", "/alive").status, 200u);
  EXPECT_EQ(watcher.open(), 4u);
}

TEST_F(FullServerTest, AnswersForHealthWhateverOthersBegin) {
  for (int i = 0; i < 60; ++i) begin_request();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(HttpClient(port).ask("GET", "/alive").status, 200u);
}

TEST_F(FullServerTest, TakesConnectionsAgainWhenOneHasEnded) {
  slow.pop_back();
  HttpAnswer answer;
  for (int i = 0; i < 1000 && answer.status != 200u; ++i) answer = HttpClient(port).ask("GET", "/ping");
  EXPECT_EQ(answer.status, 200u);
}

TEST_F(ServerTest, AsksForTheTokenOnEveryRouteButHealth) {
  config.access.token = "0123456789abcdef";
  const std::uint16_t port = serve();
  HttpClient client(port);
  for (const char* target : {"/ping", "/list", "/thing/1", "/count", "/nothing"}) {
    const HttpAnswer answer = client.ask("GET", target);
    EXPECT_EQ(answer.status, 401u) << target;
    EXPECT_EQ(answer.headers.at("WWW-Authenticate"), "Bearer");
  }
  EXPECT_EQ(client.ask("POST", "/act").status, 401u);
  EXPECT_EQ(client.ask("GET", "/alive").status, 200u);
  EXPECT_EQ(client.ask("GET", "/ping", "", "Authorization: Bearer 0123456789abcdeg\r\n").status, 401u);
  EXPECT_EQ(client.ask("GET", "/ping", "", "Authorization: Bearer 0123456789abcdef\r\n").status, 200u);
  const std::string twice = "Authorization: Bearer 0123456789abcdef\r\nAuthorization: Bearer x\r\n";
  EXPECT_EQ(client.ask("GET", "/ping", "", twice).status, 400u);
  EXPECT_EQ(StreamClient(port, "/count?from=50").status(), 401u);
  EXPECT_EQ(StreamClient(port, "/count?from=50", "Bearer 0123456789abcdeg").status(), 401u);
  EXPECT_EQ(StreamClient(port, "/count?from=50", "Bearer 0123456789abcdef").status(), 101u);
}

TEST_F(ServerTest, AnswersToItsOwnNamesOnly) {
  for (const std::string host : {"127.0.0.1", "localhost", "0.0.0.0"}) {
    config.host = host;
    config.access.hosts = {"proxy.example"};
    const std::uint16_t port = serve();
    const auto status = [&](const std::string& name) {
      HttpClient client(port);
      client.send_raw("GET /ping HTTP/1.1\r\nHost: " + name + "\r\n\r\n");
      return client.read_answer().status;
    };
    for (const std::string name : {"localhost", "127.0.0.1", "[::1]", "proxy.example"}) {
      EXPECT_EQ(status(name), 200u) << host << name;
      EXPECT_EQ(status(name + ":" + std::to_string(port)), 200u) << host << name;
    }
    for (const std::string name : {"evil.example", "10.1.2.3", "127.0.0.1.evil.example"}) {
      EXPECT_EQ(status(name), 403u) << host << name;
      EXPECT_EQ(status(name + ":" + std::to_string(port)), 403u) << host << name;
    }
    EXPECT_EQ(status(host + ":" + std::to_string(port)), 200u) << host;
  }
}

TEST(Reach, TellsThisMachineFromTheNetwork) {
  for (const char* host : {"127.0.0.1", "127.1.2.3", "::1", "localhost"}) {
    EXPECT_EQ(reach_of(host), Reach::ThisMachine) << host;
  }
  for (const char* host : {"0.0.0.0", "::", "192.168.1.5", "2001:db8::1", "::ffff:127.0.0.1", "128.0.0.1"}) {
    EXPECT_EQ(reach_of(host), Reach::Network) << host;
  }
  for (const char* host : {"", "example.org", "localhost:80", "[::1]", "127.0.0.1/8"}) {
    EXPECT_EQ(reach_of(host), Reach::NoAddress) << host;
  }
}

TEST_F(ServerTest, SaysThatThePortIsInUse) {
  config.port = serve();
  EXPECT_EQ(refusal().kind, ListenError::Kind::PortInUse);
  EXPECT_NE(refusal().message.find(std::to_string(config.port) + " on 127.0.0.1 is in use"), std::string::npos);
}

TEST_F(ServerTest, SaysThatTheAddressIsAnothers) {
  config.host = "192.0.2.1";  // Kept for documentation: no machine has it.
  const ListenError error = refusal();
  EXPECT_EQ(error.kind, ListenError::Kind::CannotListen);
  EXPECT_NE(error.message.find("no address of this machine"), std::string::npos) << error.message;
}

TEST_F(ServerTest, RefusesAnAddressThatIsNone) {
  for (const char* host : {"localhost:80", "", "256.0.0.1", "http://127.0.0.1"}) {
    config.host = host;
    EXPECT_EQ(refusal().kind, ListenError::Kind::BadHost) << host;
  }
}

TEST_F(ServerTest, RunsWhatBlocksWithoutHoldingUpOtherRequests) {
  std::promise<void> release;
  routes.push_back({.method = "POST",
                    .path = "/wait",
                    .name = "wait",
                    .summary = "",
                    .handle =
                        [gate = release.get_future().share()](const RouteArguments&) {
                          gate.wait();
                          return HttpResponse{202, "text/plain", ""};
                        },
                    .blocks = true});
  const std::uint16_t port = serve();
  HttpClient waiting(port);
  waiting.send_raw("POST /wait HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(HttpClient(port).ask("GET", "/ping").status, 200u);
  release.set_value();
  EXPECT_EQ(waiting.read_answer().status, 202u);
}

TEST_F(ServerTest, ServesAWebSocketAndSaysWhyItEnds) {
  StreamClient client(serve(), "/count?from=7");
  ASSERT_TRUE(client.connected());
  for (const char* text : {"7", "8", "9"}) EXPECT_EQ(client.read(), text);
  EXPECT_FALSE(client.read().has_value());
  EXPECT_EQ(client.close_code(), 1000u);
  EXPECT_EQ(client.close_reason(), std::string(122, 'x'));
}

TEST_F(ServerTest, AnswersARequestForAWebSocketThatCannotBe) {
  const std::uint16_t port = serve();
  EXPECT_EQ(StreamClient(port, "/count?from=13").status(), 400u);
  EXPECT_EQ(StreamClient(port, "/count?from=x").status(), 400u);
  EXPECT_EQ(StreamClient(port, "/ping").status(), 200u);
  EXPECT_EQ(HttpClient(port).ask("GET", "/count").status, 426u);
}

TEST_F(ServerTest, StopsWhileClientsAreConnected) {
  const std::uint16_t port = serve();
  HttpClient idle(port);
  EXPECT_EQ(idle.ask("GET", "/ping").status, 200u);
  HttpClient half(port);
  half.send_raw("GET / HTT");
  StreamClient stream(port, "/count?from=50");
  ASSERT_TRUE(stream.connected());
  auto stopped = std::async(std::launch::async, [&] { server->stop(); });
  EXPECT_FALSE(stream.read().has_value());
  EXPECT_EQ(stream.close_reason(), "stopping");
  EXPECT_TRUE(idle.ended_by_server());
  ASSERT_EQ(stopped.wait_for(std::chrono::seconds(10)), std::future_status::ready);
  server->stop();
}

}  // namespace
}  // namespace bellwether
