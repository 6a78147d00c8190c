#include "api/route_parameters.hpp"

#include "api/openapi.hpp"
#include "engine/event.hpp"
#include "engine/new_york_time.hpp"

namespace bellwether {

RouteParameter order_parameter(std::string name, std::string meaning) {
  return {.name = std::move(name),
          .kind = RouteParameter::Kind::Text,
          .meaning = std::move(meaning),
          .maximum = 64,
          .pattern = "^bw-[0-9]+-[0-9]+-[0-9]+(-tp|-sl)?$",
          .example = "bw-1-42-0"};
}

RouteParameter symbol_parameter(std::string meaning) {
  return {.name = "symbol",
          .kind = RouteParameter::Kind::Text,
          .meaning = std::move(meaning),
          .maximum = 32,
          .pattern = "^[A-Za-z0-9_-][A-Za-z0-9._-]*$",
          .example = "AAPL"};
}

RouteParameter strategy_parameter(std::string meaning) {
  return {.name = "strategy",
          .kind = RouteParameter::Kind::Text,
          .meaning = std::move(meaning),
          .maximum = 64,
          .pattern = "^[A-Za-z0-9_-]+$",
          .example = "trend"};
}

RouteParameter choice_parameter(std::string name, std::string meaning, std::vector<std::string> choices,
                                std::optional<std::string> default_value) {
  return {.name = std::move(name),
          .kind = RouteParameter::Kind::Choice,
          .meaning = std::move(meaning),
          .default_value = std::move(default_value),
          .choices = std::move(choices)};
}

RouteParameter limit_parameter() {
  constexpr std::uint64_t kPageRowsMax = 1000;
  return {.name = "limit",
          .kind = RouteParameter::Kind::Integer,
          .meaning = "Most rows of a page.",
          .default_value = "100",
          .minimum = 1,
          .maximum = kPageRowsMax};
}

RouteParameter event_parameter(std::string name, std::string meaning, std::optional<std::string> default_value) {
  return {.name = std::move(name),
          .kind = RouteParameter::Kind::Integer,
          .meaning = std::move(meaning),
          .default_value = std::move(default_value),
          .maximum = kEventNumberMax};
}

RouteParameter trade_parameter(std::string name, std::string meaning) {
  return {.name = std::move(name),
          .kind = RouteParameter::Kind::Text,
          .meaning = std::move(meaning),
          .maximum = 24,
          .pattern = "^[0-9]{1,16}-[0-9]{1,5}$",
          .example = "42-0"};
}

RouteParameter time_parameter(std::string name, std::string meaning) {
  return {
      .name = std::move(name),
      .kind = RouteParameter::Kind::Text,
      .meaning = std::move(meaning) + " RFC 3339, or a date of New York.",
      .maximum = 40,
      .pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2}))?$",
      .example = "2026-01-31T14:30:00Z"};
}

RouteParameter date_parameter(std::string name, std::string meaning) {
  return {.name = std::move(name),
          .kind = RouteParameter::Kind::Text,
          .meaning = std::move(meaning),
          .maximum = 10,
          .pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
          .example = "2026-01-31"};
}

Expected<Timestamp> parse_time_or_date(const std::string& text, DayEnd end) {
  constexpr std::size_t kDateCharacters = 10;
  if (text.size() > kDateCharacters) return parse_rfc3339(text);
  const auto date = Date::parse(text);
  if (!date) return date.error();
  return from_new_york(end == DayEnd::First ? *date : *date + 1, Duration(0));
}

RouteParameter decimal_parameter(std::string name, std::string meaning) {
  return {.name = std::move(name),
          .kind = RouteParameter::Kind::Text,
          .meaning = std::move(meaning),
          .maximum = 20,
          .pattern = "^[0-9]+(\\.[0-9]{1,9})?$",
          .example = "12.5"};
}

RouteParameter reason_parameter() {
  return {.name = "reason",
          .kind = RouteParameter::Kind::Text,
          .meaning = "Why, in words: at most 100 bytes of UTF-8. Stays in the event log and is shown as `note`.",
          .maximum = OperatorNote::kBytesMax,
          .pattern = "^[^\\x00-\\x1f\\x7f]+$",
          .example = "maintenance"};
}

RouteParameter key_parameter() {
  return {.name = kKeyHeader,
          .kind = RouteParameter::Kind::Text,
          .meaning =
              "Makes a repeat harmless: the same command with the same key is carried out once and answered as "
              "the first time; another command with it is refused. 1 to 64 printable ASCII characters without "
              "spaces.",
          .maximum = 64,
          .pattern = "^[!-~]+$",
          .example = "2b1c8e52-halt"};
}

}  // namespace bellwether
