// What the process says about itself on stderr: JSON lines with the names that Google Cloud Logging reads, or readable
// text. Fields whose name speaks of a secret are never written out.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "config/app_config.hpp"
#include "engine/decimal.hpp"
#include "engine/time.hpp"

namespace bellwether {

enum class Severity : std::uint8_t { Debug, Info, Notice, Warning, Error, Critical };
/// "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL".
std::string_view token(Severity severity);

/// One named value of a log line. Texts must outlive the call.
struct LogField {
  using Value = std::variant<std::string, std::int64_t, std::uint64_t, double, bool>;

  LogField(std::string_view name, std::string_view text) : key(name), value(std::string(text)) {}
  LogField(std::string_view name, const char* text) : key(name), value(std::string(text)) {}
  LogField(std::string_view name, const std::string& text) : key(name), value(text) {}
  LogField(std::string_view name, bool flag) : key(name), value(flag) {}
  LogField(std::string_view name, double number) : key(name), value(number) {}
  template <std::signed_integral Integer>
  LogField(std::string_view name, Integer number) : key(name), value(static_cast<std::int64_t>(number)) {}
  template <std::unsigned_integral Integer>
  requires(!std::same_as<Integer, bool>) LogField(std::string_view name, Integer number)
      : key(name), value(static_cast<std::uint64_t>(number)) {}
  template <typename Tag, int Decimals>
  LogField(std::string_view name, Fixed<Tag, Decimals> amount) : key(name), value(amount.to_string()) {}
  LogField(std::string_view name, Timestamp time) : key(name), value(format_rfc3339(time)) {}

  std::string_view key;
  Value value;
};

/// Where in the source a line was logged.
struct LogPlace {
  const char* file;
  int line;
  const char* function;

  /// The place of the call in whose default arguments this stands.
  static constexpr LogPlace here(const char* file = __builtin_FILE(), int line = __builtin_LINE(),
                                 const char* function = __builtin_FUNCTION()) {
    return {file, line, function};
  }
};

/// One log line before it is written.
struct LogRecord {
  Severity severity = Severity::Info;
  std::string_view event;  ///< snake_case name for machines, such as "order_rejected".
  std::string_view message;
  std::span<const LogField> fields;
  Timestamp time;
  LogPlace where;
};

/// Writes a line if its severity is at least the configured level. From any thread; never fails.
void log_event(Severity severity, std::string_view event, std::string_view message,
               std::initializer_list<LogField> fields = {}, LogPlace where = LogPlace::here());

/// Sets format and level for the whole process; `auto` is text where stderr is a terminal. Until then: text, Info.
void configure_logging(const LoggingConfig& config);

/// Called before each line is written, so that a view on the same terminal can step aside; empty: none. Must not log.
void set_before_log(std::function<void()> before);

/// The line without line feed. Public for tests and for other sinks.
std::string json_log_line(const LogRecord& record);
std::string text_log_line(const LogRecord& record, bool colours);

/// Whether the value of a field of that name is hidden.
bool is_secret(std::string_view key);

}  // namespace bellwether
