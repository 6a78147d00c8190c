// One call over plain HTTP, and all the ways in which none comes about.
#include "net/http_call.hpp"

#include "net/network.hpp"
#include "tests/net/test_routes.hpp"

namespace bellwether {
namespace {

using Reply = std::variant<HttpReply, std::string>;

TEST(ParseHttpUrl, TakesHostAndPort) {
  struct Case {
    const char* url;
    const char* host;
    std::uint16_t port;
  };
  for (const Case& each : {Case{"http://127.0.0.1:8080", "127.0.0.1", 8080}, Case{"http://host/", "host", 80},
                           Case{"http://[::1]:9", "::1", 9}, Case{"http://[::1]", "::1", 80}}) {
    const auto parsed = parse_http_url(each.url);
    ASSERT_TRUE(std::holds_alternative<HttpCall>(parsed)) << each.url;
    EXPECT_EQ(std::get<HttpCall>(parsed).host, each.host);
    EXPECT_EQ(std::get<HttpCall>(parsed).port, each.port);
  }
}

TEST(ParseHttpUrl, SaysWhatIsWrong) {
  for (const char* url : {"", "https://host", "host:80", "http://", "http://:80", "http://host:", "http://host:0",
                          "http://host:65536", "http://host:80x", "http://[::1", "http://[::1]x", "http://a/b"}) {
    EXPECT_TRUE(std::holds_alternative<std::string>(parse_http_url(url))) << url;
  }
}

TEST(PercentEncoded, LeavesNothingThatAPathTakesForItsOwn) {
  EXPECT_EQ(percent_encoded("BRK.B-1_~"), "BRK.B-1_~");
  EXPECT_EQ(percent_encoded("a/b?c&d e%\xc3\xbc"), "a%2Fb%3Fc%26d%20e%25%C3%BC");
}

class Nobody final : public ServerObserver {
  void refused(ServerLimit) override {}
  void connections(std::size_t) override {}
};

TEST(HttpCall, BringsHeadersAndBodyAndTheReply) {
  ServerConfig config;
  config.port = 0;
  Nobody nobody;
  auto started = HttpServer::start(config, testing::test_routes(), testing::read_pairs, nobody);
  ASSERT_TRUE(std::holds_alternative<std::unique_ptr<HttpServer>>(started));
  HttpCall call;
  call.host = "127.0.0.1";
  call.port = std::get<std::unique_ptr<HttpServer>>(started)->port();
  call.method = "DELETE";
  call.target = "/thing/" + percent_encoded("a/b");
  call.headers = {{"Its-Key", "k-1"}};
  EXPECT_EQ(std::get<HttpReply>(call_http(call)).body, "id=a/b;Its-Key=k-1;");
  call.method = "POST";
  call.target = "/need";
  call.body = "what=tea";
  EXPECT_EQ(std::get<HttpReply>(call_http(call)).body, "what=tea;");
  call.body.clear();
  EXPECT_EQ(std::get<HttpReply>(call_http(call)).status, 400u);
}

TEST(HttpCall, GivesUpOnAServerThatSaysNothing) {
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor silent(io, {boost::asio::ip::make_address("127.0.0.1"), 0});
  HttpCall call;
  call.host = "127.0.0.1";
  call.port = silent.local_endpoint().port();
  call.timeout = std::chrono::milliseconds(50);
  const Reply reply = call_http(call);
  ASSERT_TRUE(std::holds_alternative<std::string>(reply));
  EXPECT_NE(std::get<std::string>(reply).find("no answer within"), std::string::npos);
}

TEST(HttpCall, SaysWhyThereIsNoReply) {
  HttpCall call;
  call.host = "127.0.0.1";
  call.port = 1;
  const Reply refused = call_http(call);
  ASSERT_TRUE(std::holds_alternative<std::string>(refused));
  EXPECT_EQ(std::get<std::string>(refused), "Connection refused");
}

}  // namespace
}  // namespace bellwether
