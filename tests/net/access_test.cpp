#include "net/access.hpp"

namespace bellwether {
namespace {

bool takes_host(const AccessRules& rules, const std::string& host, const std::string& address = "") {
  HttpRequest request;
  request.host = host;
  request.address = address;
  const auto refusal = Access(rules).refuse_host(request);
  EXPECT_EQ(refusal ? refusal->status : 403u, 403u);
  return !refusal;
}

bool takes_origin(const AccessRules& rules, const std::string& host, const std::string& origin) {
  HttpRequest request;
  request.host = host;
  request.origin = origin;
  const auto refusal = Access(rules).refuse_origin(request);
  EXPECT_EQ(refusal ? refusal->status : 403u, 403u);
  return !refusal;
}

TEST(Access, TakesNamesOfTheLoopbackInterface) {
  for (const char* host :
       {"localhost", "localhost:8080", "LocalHost:1", "localhost.", "localhost.:8080", "localhost:", "127.0.0.1",
        "127.0.0.1:8080", "127.9.8.7", "[::1]", "[::1]:8080", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]:80"}) {
    EXPECT_TRUE(takes_host({}, host)) << host;
    EXPECT_TRUE(takes_host({.hosts = {"0.0.0.0", "engine.example"}}, host)) << host;
  }
}

TEST(Access, RefusesNamesThatAreNotOurs) {
  for (const char* host : {"",
                           "evil.example",
                           "rebound.example:8080",
                           "127.evil.example",
                           "127.0.0.1.evil.example:80",
                           "localhost.evil.example",
                           "evil.example:80:80",
                           "localhost:80:80",
                           "localhost:x",
                           "localhost:8080@evil.example",
                           "user@localhost",
                           " localhost",
                           "localhost/",
                           "[::1",
                           "[::1]x",
                           "[::1]:x",
                           "[localhost]",
                           "[]",
                           "::1",
                           "192.168.1.5",
                           "0.0.0.0",
                           "[2001:db8::1]",
                           "128.0.0.1",
                           ".",
                           "localhost.."}) {
    EXPECT_FALSE(takes_host({}, host)) << host;
    EXPECT_FALSE(takes_host({.hosts = {"engine.example"}}, host, "10.0.0.1")) << host;
  }
}

TEST(Access, TakesTheNamesThatAreListedAndTheAddressThatWasAsked) {
  const AccessRules rules{.hosts = {"0.0.0.0", "Engine.Example", "2001:db8::1"}};
  for (const char* host : {"0.0.0.0:8080", "engine.example", "ENGINE.example.:443", "[2001:DB8:0::1]:8080"}) {
    EXPECT_TRUE(takes_host(rules, host)) << host;
  }
  EXPECT_FALSE(takes_host(rules, "sub.engine.example"));
  EXPECT_FALSE(takes_host(rules, "192.168.1.5"));
  EXPECT_TRUE(takes_host(rules, "192.168.1.5:8080", "192.168.1.5"));
  EXPECT_TRUE(takes_host(rules, "192.168.1.5:8080", "::ffff:192.168.1.5"));
  EXPECT_TRUE(takes_host(rules, "[fe80::1]:8080", "fe80::1%eth0"));
  EXPECT_FALSE(takes_host(rules, "192.168.1.6", "192.168.1.5"));
}

TEST(Access, TakesOriginsOfThisServerOnly) {
  const AccessRules rules{.hosts = {"dash.example"}};
  EXPECT_TRUE(takes_origin(rules, "localhost:8080", ""));
  EXPECT_TRUE(takes_origin(rules, "localhost:8080", "http://localhost:3000"));
  EXPECT_TRUE(takes_origin(rules, "127.1.2.3:8080", "http://127.0.0.1"));
  EXPECT_TRUE(takes_origin(rules, "[::1]:8080", "http://localhost:3000"));
  EXPECT_TRUE(takes_origin(rules, "192.168.1.5:8080", "http://192.168.1.5:8080"));
  EXPECT_TRUE(takes_origin(rules, "192.168.1.5:8080", "https://dash.example"));
  for (const char* origin :
       {"https://evil.example", "null", "http://127.evil.example:8080", "http://127.0.0.1.evil.example", "http://",
        "file://", "https://dash.example.evil.example"}) {
    EXPECT_FALSE(takes_origin(rules, "localhost:8080", origin)) << origin;
  }
  EXPECT_FALSE(takes_origin(rules, "192.168.1.5:8080", "http://localhost"));
  EXPECT_FALSE(takes_origin(rules, "", "null"));
}

TEST(Access, WantsTheTokenWhereThereIsOne) {
  const std::string token = "0123456789abcdef";
  const auto answer = [](const std::string& token_of_server, const std::string& header) {
    HttpRequest request;
    request.authorization = header;
    return Access({.token = token_of_server}).refuse_token(request);
  };
  EXPECT_FALSE(answer("", ""));
  EXPECT_FALSE(answer("", "Bearer anything"));
  for (const char* header : {"Bearer 0123456789abcdef", "bearer 0123456789abcdef", "BEARER   0123456789abcdef"}) {
    EXPECT_FALSE(answer(token, header)) << header;
  }
  for (const char* header :
       {"", "Bearer", "Bearer ", "Bearer0123456789abcdef", "Basic 0123456789abcdef", "0123456789abcdef"}) {
    const auto refusal = answer(token, header);
    ASSERT_TRUE(refusal) << header;
    EXPECT_EQ(refusal->status, 401u);
    EXPECT_EQ(refusal->headers[0].first, "WWW-Authenticate");
    EXPECT_EQ(refusal->headers[0].second.rfind("Bearer", 0), 0u);
  }
  for (const char* wrong : {"0123456789abcde", "0123456789abcdeF", "1123456789abcdef", "0123456789abcdef0",
                            "0123456789abcdef0123456789abcdef", "0123456789abcdef ", "0"}) {
    const auto refusal = answer(token, std::string("Bearer ") + wrong);
    ASSERT_TRUE(refusal) << wrong;
    EXPECT_EQ(refusal->headers[0].second, R"(Bearer error="invalid_token")");
  }
}

// Any token but the server's is refused, also one of equal length, or that begins as it does or repeats it.
RC_GTEST_PROP(Access, TakesExactlyTheToken, ()) {
  const std::string token = *rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab"))));
  const std::string given = *rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab"))));
  HttpRequest request;
  request.authorization = "Bearer " + given;
  RC_ASSERT(Access({.token = token}).refuse_token(request).has_value() == (given != token));
}

}  // namespace
}  // namespace bellwether
