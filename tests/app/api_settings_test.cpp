#include "app/api_settings.hpp"

#include "tests/support/temporary_folder.hpp"

namespace bellwether {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class ApiSettingsTest : public ::testing::Test {
 protected:
  std::string token_file(const std::string& text, unsigned mode = 0600) {
    const std::string path = folder.file("token", text);
    fs::permissions(path, static_cast<fs::perms>(mode));
    return path;
  }
  std::string problem_with(const std::string& path) {
    const auto token = read_token(path);
    EXPECT_FALSE(token.has_value()) << path;
    if (token) return "";
    EXPECT_EQ(token.error().field, "api.token_file");
    EXPECT_THAT(token.error().message, HasSubstr(path));
    return token.error().message;
  }

  TemporaryFolder folder;
  ApiSettings settings;
  std::vector<std::string> warnings;
};

TEST_F(ApiSettingsTest, ReadsATokenWithoutTheBlanksAroundIt) {
  for (const char* text :
       {"abcdefghijklmno0", "abcdefghijklmno0\n", "  abcdefghijklmno0\r\n\n", "\tabcdefghijklmno0"}) {
    const auto token = read_token(token_file(text));
    ASSERT_TRUE(token.has_value()) << text;
    EXPECT_EQ(*token, "abcdefghijklmno0");
  }
  EXPECT_TRUE(read_token(token_file("aZ09-._~+/aZ09aZ09==")).has_value());
}

TEST_F(ApiSettingsTest, SaysWhyAFileHoldsNoToken) {
  EXPECT_THAT(problem_with((folder.path() / "none").string()), HasSubstr("No such file"));
  EXPECT_THAT(problem_with(folder.path().string()), HasSubstr("write a token"));
  EXPECT_THAT(problem_with(token_file("")), HasSubstr("is empty"));
  EXPECT_THAT(problem_with(token_file(" \n\t\n")), HasSubstr("is empty"));
  EXPECT_THAT(problem_with(token_file("abcdefghijklmno")), HasSubstr("has 15 characters; allowed are 16 or more"));
  for (const char* text :
       {"abcdefghijklmno0 abcdefghijklmno0", "abcdefghijklmno0\nabcdefghijklmno0", "abcdefghijklmno\xc3\xa4",
        "abcdefgh=ijklmnopq", "================", "\"abcdefghijklmno\""}) {
    EXPECT_THAT(problem_with(token_file(text)), HasSubstr("holds more than letters")) << text;
  }
  EXPECT_THAT(problem_with(token_file(std::string(5000, 'a'))), HasSubstr("more than 4096 bytes"));
}

TEST_F(ApiSettingsTest, RefusesAFileThatAnybodyMayWriteAndWarnsOfOneThatAnybodyMayRead) {
  EXPECT_THAT(problem_with(token_file("abcdefghijklmno0", 0602)), HasSubstr("chmod 600"));
  settings.token_file = token_file("abcdefghijklmno0", 0604);
  ASSERT_TRUE(api_config(settings, warnings).has_value());
  ASSERT_THAT(warnings, SizeIs(1));
  EXPECT_THAT(warnings[0], HasSubstr("chmod 600"));
  warnings.clear();
  settings.token_file = token_file("abcdefghijklmno0", 0640);
  ASSERT_TRUE(api_config(settings, warnings).has_value());
  EXPECT_TRUE(warnings.empty());
}

TEST_F(ApiSettingsTest, AnAddressThatOtherMachinesReachNeedsAToken) {
  for (const char* host : {"0.0.0.0", "::", "192.0.2.1", "::ffff:127.0.0.1"}) {
    settings.host = host;
    settings.token_file = "";
    const auto refused = api_config(settings, warnings);
    ASSERT_FALSE(refused.has_value()) << host;
    EXPECT_EQ(refused.error().field, "api.host");
    EXPECT_THAT(refused.error().message, HasSubstr("api.token_file"));
    settings.token_file = token_file("abcdefghijklmno0\n");
    const auto taken = api_config(settings, warnings);
    ASSERT_TRUE(taken.has_value()) << host;
    EXPECT_EQ(taken->access.token, "abcdefghijklmno0");
  }
  for (const char* host : {"127.0.0.1", "localhost", "::1"}) {
    settings.host = host;
    settings.token_file = "";
    EXPECT_TRUE(api_config(settings, warnings).has_value()) << host;
  }
  settings.host = "example.org";
  const auto no_address = api_config(settings, warnings);
  ASSERT_FALSE(no_address.has_value());
  EXPECT_EQ(no_address.error().field, "api.host");
}

}  // namespace
}  // namespace bellwether
