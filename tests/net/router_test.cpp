#include "net/router.hpp"

#include "tests/net/test_routes.hpp"

namespace bellwether {
namespace {

using namespace bellwether::testing;

HttpResponse ask(const std::string& method, const std::string& target, const std::string& body = "",
                 const std::string& content_type = "application/json") {
  const Router router(test_routes(), AccessRules(), read_pairs);
  return router.handle({method, target, "127.0.0.1:8080", "", body.empty() ? "" : content_type, body});
}

/// Whether the answer names this field as the one at fault.
bool blames(const HttpResponse& response, const std::string& field) {
  return response.body.find("\"field\":\"" + field + "\"") != std::string::npos;
}

TEST(Router, FillsInDefaultsAndDecodesArguments) {
  EXPECT_EQ(ask("GET", "/ping").status, 200u);
  EXPECT_EQ(ask("GET", "/list").body, "count=5;");
  EXPECT_EQ(ask("GET", "/list?count=9&word=a%20+b&colour=red&all=true").body, "count=9;word=a  b;colour=red;all=true;");
  EXPECT_EQ(ask("GET", "/thing/a%2Fb+c").body, "id=a/b+c;");
}

TEST(Router, NamesTheParameterThatIsBad) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"count=0", "count"},      {"count=10", "count"},        {"count=-1", "count"},   {"count=", "count"},
      {"count=1e0", "count"},    {"count=1&count=1", "count"}, {"word=", "word"},       {"word=12345", "word"},
      {"colour=blue", "colour"}, {"all=yes", "all"},           {"nothing=1", "nothing"}};
  for (const auto& [query, field] : cases) {
    const HttpResponse response = ask("GET", "/list?" + query);
    EXPECT_EQ(response.status, 400u) << query;
    EXPECT_TRUE(blames(response, field)) << query << response.body;
  }
}

TEST(Router, HoldsTextsToTheirPatterns) {
  EXPECT_EQ(ask("GET", "/part/ab-12").body, "code=ab-12;");
  for (const char* code : {"ab", "ab-", "-12", "AB-12", "ab-12x", "xab-12!", "ab-12%0a", "ab%00-12", "abcdef-12"}) {
    const HttpResponse response = ask("GET", std::string("/part/") + code);
    EXPECT_EQ(response.status, 400u) << code;
    EXPECT_TRUE(blames(response, "code")) << response.body;
    EXPECT_NE(response.body.find("such as a-1"), std::string::npos) << response.body;
  }
  EXPECT_EQ(ask("GET", "/part/a-1?note=%c3%bc~%20!").body, "code=a-1;note=\u00fc~ !;");
  for (const char* note : {"%00", "a%0ab", "%1b", "%7f", "%1f"}) {
    EXPECT_TRUE(blames(ask("GET", std::string("/part/a-1?note=") + note), "note")) << note;
  }
}

TEST(Router, ReadsAHeaderWhateverTheCaseOfItsName) {
  const Router router(test_routes(), AccessRules(), read_pairs);
  const auto drop = [&](std::vector<std::pair<std::string, std::string>> headers) {
    HttpRequest request{"DELETE", "/thing/7", "localhost", "", "", "ignored"};
    request.headers = std::move(headers);
    return router.handle(request);
  };
  EXPECT_EQ(drop({}).body, "id=7;");
  EXPECT_EQ(drop({{"Other", "x"}, {"its-KEY", "a-1"}}).body, "id=7;Its-Key=a-1;");
  using Headers = std::vector<std::pair<std::string, std::string>>;
  for (const Headers& bad : {Headers{{"Its-Key", ""}}, Headers{{"Its-Key", "a b"}}, Headers{{"Its-Key", "123456789"}},
                             Headers{{"Its-Key", "\xc3\xbc"}}, Headers{{"Its-Key", "a"}, {"its-key", "a"}}}) {
    const HttpResponse response = drop(bad);
    EXPECT_EQ(response.status, 400u);
    EXPECT_TRUE(blames(response, "Its-Key")) << response.body;
  }
}

TEST(Router, MissesAMemberThatIsNeeded) {
  EXPECT_EQ(ask("POST", "/need", "what=tea").body, "what=tea;");
  const HttpResponse response = ask("POST", "/need");
  EXPECT_EQ(response.status, 400u);
  EXPECT_TRUE(blames(response, "what")) << response.body;
}

TEST(Router, RefusesAQueryWithABrokenPercentSign) {
  for (const char* query : {"word=%4", "word=%", "word=%zz", "%zz=1"}) {
    EXPECT_EQ(ask("GET", std::string("/list?") + query).status, 400u) << query;
  }
  EXPECT_EQ(ask("GET", "/list?word=%41").body, "count=5;word=A;");
}

TEST(Router, AnswersUnknownPathsAndMethods) {
  for (const char* path : {"/", "/nothing", "/thing/", "/thing/a/b", "/ping/", "ping"}) {
    EXPECT_EQ(ask("GET", path).status, 404u) << path;
  }
  const HttpResponse response = ask("DELETE", "/list");
  EXPECT_EQ(response.status, 405u);
  EXPECT_EQ(response.headers, (std::vector<std::pair<std::string, std::string>>{{"Allow", "GET, HEAD"}}));
  EXPECT_EQ(ask("GET", "/act").headers[0].second, "POST");
  EXPECT_EQ(ask("HEAD", "/list").status, 200u);
}

TEST(Router, ChecksTheMembersOfABody) {
  EXPECT_EQ(ask("POST", "/act").status, 200u);
  EXPECT_EQ(ask("POST", "/act", "why=because&hard=true").body, "why=because;hard=true;");
  EXPECT_EQ(ask("POST", "/act", "!").body, R"({"error":{"code":"bad_json","message":"unreadable"}})");
  EXPECT_TRUE(blames(ask("POST", "/act", "hard=yes"), "hard"));
  EXPECT_TRUE(blames(ask("POST", "/act", "hard=?"), "hard"));
  EXPECT_TRUE(blames(ask("POST", "/act", "why=true"), "why"));
  EXPECT_TRUE(blames(ask("POST", "/act", "why=12345678901"), "why"));
  EXPECT_TRUE(blames(ask("POST", "/act", "when=now"), "when"));
}

TEST(Router, TakesABodyOfTypeJsonOnly) {
  EXPECT_EQ(ask("POST", "/act", "why=x", "application/x-www-form-urlencoded").status, 415u);
  EXPECT_EQ(ask("POST", "/act", "why=x", "").status, 415u);
  EXPECT_EQ(ask("POST", "/act", "why=x", "Application/JSON ; charset=utf-8").status, 200u);
}

TEST(Router, ChecksHostThenTokenThenTheRest) {
  const Router router(test_routes(), {.token = "0123456789abcdef"}, read_pairs);
  const auto status = [&](const std::string& target, const std::string& host, const std::string& token) {
    HttpRequest request{"GET", target, host, "", "", ""};
    request.authorization = token;
    return router.handle(request).status;
  };
  EXPECT_EQ(status("/nothing", "evil.example", ""), 403u);
  EXPECT_EQ(status("/alive", "evil.example", ""), 403u);
  EXPECT_EQ(status("/alive", "localhost", ""), 200u);
  EXPECT_EQ(status("/ping", "localhost", ""), 401u);
  EXPECT_EQ(status("/list?count=x", "localhost", ""), 401u);
  EXPECT_EQ(status("/nothing", "localhost", ""), 401u);  // A stranger does not learn what there is.
  EXPECT_EQ(status("/act", "localhost", ""), 401u);
  EXPECT_EQ(status("/ping", "localhost", "Bearer 0123456789abcdef"), 200u);
  EXPECT_EQ(status("/nothing", "localhost", "Bearer 0123456789abcdef"), 404u);
  EXPECT_EQ(status("/act", "localhost", "Bearer 0123456789abcdef"), 405u);
}

TEST(Router, RefusesPagesOfOtherSitesWhereTheyCouldAct) {
  const Router router(test_routes(), AccessRules(), read_pairs);
  const auto status = [&](const std::string& method, const std::string& target) {
    return router.handle({method, target, "localhost", "https://evil.example", "", ""}).status;
  };
  EXPECT_EQ(status("POST", "/act"), 403u);
  EXPECT_EQ(status("GET", "/ping"), 200u);
}

}  // namespace
}  // namespace bellwether
