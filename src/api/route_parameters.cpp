#include "api/route_parameters.hpp"

#include "engine/event.hpp"

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
