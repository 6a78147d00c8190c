#include "app/logging.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace bellwether {
namespace {

using testing::HasSubstr;
using testing::Not;

LogRecord record_of(std::span<const LogField> fields, std::string_view message = "order rejected") {
  // 2025-01-02T03:04:05.123456Z
  return {Severity::Error, "order_rejected", message, fields, {1'735'787'045'123'456'000}, LogPlace::here()};
}

TEST(JsonLogLine, HasTheNamesThatCloudLoggingReads) {
  const std::vector<LogField> fields = {{"symbol", "AAPL"}, {"quantity", Quantity::from_int(5)},
                                        {"events", 7u},     {"ratio", 0.5},
                                        {"late", true},     {"offset", -3}};
  const auto json = nlohmann::json::parse(json_log_line(record_of(fields)));
  EXPECT_EQ(json["severity"], "ERROR");
  EXPECT_EQ(json["message"], "order rejected");
  EXPECT_EQ(json["time"], "2025-01-02T03:04:05.123456Z");
  EXPECT_EQ(json["event"], "order_rejected");
  EXPECT_EQ(json["symbol"], "AAPL");
  EXPECT_EQ(json["quantity"], "5");
  EXPECT_EQ(json["events"], 7);
  EXPECT_EQ(json["ratio"], 0.5);
  EXPECT_EQ(json["late"], true);
  EXPECT_EQ(json["offset"], -3);
  const auto& where = json["logging.googleapis.com/sourceLocation"];
  EXPECT_THAT(where["file"].get<std::string>(), testing::EndsWith("logging_test.cpp"));
  EXPECT_TRUE(where["line"].is_string());
  EXPECT_THAT(where["function"].get<std::string>(), HasSubstr("record_of"));
}

TEST(LogLines, HideSecrets) {
  const std::vector<LogField> fields = {{"api_key", "hunter2"},
                                        {"SecretId", "hunter2"},
                                        {"db_password", "hunter2"},
                                        {"access_token", "hunter2"},
                                        {"authorization", "hunter2"}};
  EXPECT_THAT(json_log_line(record_of(fields)), Not(HasSubstr("hunter2")));
  EXPECT_THAT(text_log_line(record_of(fields), false), Not(HasSubstr("hunter2")));
  EXPECT_THAT(text_log_line(record_of(fields), false), HasSubstr("api_key=[redacted]"));
  EXPECT_FALSE(is_secret("symbol"));
}

TEST(LogLines, CannotBeFakedByTheirTexts) {
  const std::vector<LogField> fields = {{"text", "a\nERROR b\x1b[2J"}, {"severity", "INFO"}};
  const LogRecord record = record_of(fields, "line\r\none \xff");
  const std::string json_line = json_log_line(record);
  EXPECT_THAT(json_line, Not(HasSubstr("\n")));
  const auto json = nlohmann::json::parse(json_line);
  EXPECT_EQ(json["severity"], "ERROR");
  EXPECT_EQ(json["field_severity"], "INFO");
  const std::string text = text_log_line(record, false);
  EXPECT_THAT(text, Not(HasSubstr("\n")));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(LogLines, NumbersThatJsonLacksAreTexts) {
  const std::vector<LogField> fields = {{"a", std::nan("")}, {"b", -std::numeric_limits<double>::infinity()}};
  const auto json = nlohmann::json::parse(json_log_line(record_of(fields)));
  EXPECT_EQ(json["a"], "nan");
  EXPECT_EQ(json["b"], "-inf");
}

TEST(TextLogLine, IsReadable) {
  const std::vector<LogField> fields = {{"symbol", "AAPL"}, {"why", "too late"}};
  EXPECT_EQ(text_log_line(record_of(fields), false), "03:04:05 ERROR    order rejected  symbol=AAPL  why=\"too late\"");
  EXPECT_THAT(text_log_line(record_of(fields), true), HasSubstr("\x1b[31mERROR"));
}

TEST(LogEvent, WritesOneLineToStderrFromItsLevelOn) {
  configure_logging({LogFormat::JsonLines, LogLevel::Warning});
  int stepped_aside = 0;
  set_before_log([&] { ++stepped_aside; });
  testing::internal::CaptureStderr();
  log_event(Severity::Notice, "quiet", "not written");
  log_event(Severity::Warning, "loud", "written", {{"n", 1}});
  const std::string out = testing::internal::GetCapturedStderr();
  set_before_log({});
  configure_logging({});
  EXPECT_EQ(stepped_aside, 1);
  ASSERT_THAT(out, testing::EndsWith("}\n"));
  const auto json = nlohmann::json::parse(out);
  EXPECT_EQ(json["event"], "loud");
  EXPECT_EQ(json["n"], 1);
}

}  // namespace
}  // namespace bellwether
