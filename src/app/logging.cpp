#include "app/logging.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <mutex>

#include "config/json_value.hpp"

namespace bellwether {
namespace {

constexpr std::string_view kRedacted = "[redacted]";

struct LogSettings {
  std::atomic<bool> json{false};
  std::atomic<bool> colours{false};
  std::atomic<Severity> least{Severity::Info};
  std::mutex before_mutex;
  std::function<void()> before;
};

LogSettings& settings() {
  static LogSettings all;
  return all;
}

/// The lines come ready made; spdlog writes and flushes them, one at a time.
spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made = std::make_shared<spdlog::logger>("bellwether", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->set_level(spdlog::level::trace);
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *instance;
}

std::string value_json(const LogField& field) {
  if (is_secret(field.key)) return json_quoted(kRedacted);
  if (const auto* text = std::get_if<std::string>(&field.value)) return json_quoted(*text);
  if (const auto* flag = std::get_if<bool>(&field.value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&field.value)) return std::to_string(*number);
  if (const auto* number = std::get_if<std::uint64_t>(&field.value)) return std::to_string(*number);
  const double number = std::get<double>(field.value);
  if (std::isnan(number)) return "\"nan\"";
  if (std::isinf(number)) return number > 0 ? "\"inf\"" : "\"-inf\"";
  return JsonValue::of_number(number).text;
}

/// The path from the source folder on, whatever the build was called with.
std::string_view source_file(std::string_view path) {
  const std::size_t at = path.rfind("src/");
  return at == std::string_view::npos ? path : path.substr(at);
}

/// Control characters as escapes, so that no text can steer the terminal or fake a line.
std::string printable(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code >= 0x20 && code != 0x7f) {
      out += c;
    } else {
      out += {'\\', 'x', kDigits[code >> 4], kDigits[code & 15]};
    }
  }
  return out;
}

std::string value_text(const LogField& field) {
  if (is_secret(field.key)) return std::string(kRedacted);
  const auto* text = std::get_if<std::string>(&field.value);
  if (text == nullptr) return value_json(field);
  const bool plain = !text->empty() && text->find_first_of(" =\"") == std::string::npos;
  return printable(plain ? *text : json_quoted(*text));
}

std::string_view colour_of(Severity severity) {
  switch (severity) {
    case Severity::Debug: return "\x1b[2m";
    case Severity::Info: return "";
    case Severity::Notice: return "\x1b[36m";
    case Severity::Warning: return "\x1b[33m";
    case Severity::Error:
    case Severity::Critical: break;
  }
  return "\x1b[31m";
}

/// Names that a log line has of its own.
bool is_reserved(std::string_view key) {
  constexpr std::string_view kReserved[] = {"severity", "message", "time", "event"};
  return key.starts_with("logging.googleapis.com/") ||
         std::find(std::begin(kReserved), std::end(kReserved), key) != std::end(kReserved);
}

}  // namespace

std::string_view token(Severity severity) {
  constexpr std::string_view kNames[] = {"DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL"};
  return kNames[static_cast<std::size_t>(severity)];
}

bool is_secret(std::string_view key) {
  std::string lower(key);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c); });
  for (const char* part : {"key", "secret", "token", "password", "credential", "authorization", "cookie"}) {
    if (lower.find(part) != std::string::npos) return true;
  }
  return false;
}

std::string json_log_line(const LogRecord& record) {
  std::string line = "{\"severity\":\"" + std::string(token(record.severity)) +
                     "\",\"message\":" + json_quoted(record.message) + ",\"time\":\"" + format_rfc3339(record.time) +
                     "\",\"event\":" + json_quoted(record.event);
  for (const LogField& field : record.fields) {
    line +=
        "," + json_quoted((is_reserved(field.key) ? "field_" : "") + std::string(field.key)) + ":" + value_json(field);
  }
  return line + ",\"logging.googleapis.com/sourceLocation\":{\"file\":" + json_quoted(source_file(record.where.file)) +
         ",\"line\":\"" + std::to_string(record.where.line) + "\",\"function\":" + json_quoted(record.where.function) +
         "}}";
}

std::string text_log_line(const LogRecord& record, bool colours) {
  std::string name(token(record.severity));
  name.resize(8, ' ');
  // The time of day alone: who watches a terminal knows the date.
  const Timestamp seconds{record.time.ns - record.time.ns % 1'000'000'000};
  std::string line = format_rfc3339(seconds).substr(11, 8) + " ";
  line += colours ? std::string(colour_of(record.severity)) + name + "\x1b[0m" : name;
  line += " " + printable(record.message);
  for (const LogField& field : record.fields) line += "  " + printable(field.key) + "=" + value_text(field);
  return line;
}

void log_event(Severity severity, std::string_view event, std::string_view message,
               std::initializer_list<LogField> fields, LogPlace where) {
  LogSettings& all = settings();
  if (severity < all.least) return;
  const auto now = std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch());
  const LogRecord record{severity, event, message, {fields.begin(), fields.size()}, {now.count()}, where};
  const std::string line = all.json ? json_log_line(record) : text_log_line(record, all.colours);
  const std::lock_guard lock(all.before_mutex);
  if (all.before) all.before();
  logger().log(spdlog::level::info, spdlog::string_view_t(line));
}

void configure_logging(const LoggingConfig& config) {
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  LogSettings& all = settings();
  all.json = config.format == LogFormat::JsonLines || (config.format == LogFormat::Auto && !terminal);
  all.colours = terminal && !all.json;
  all.least = static_cast<Severity>(config.level);  // Levels are the severities up to Error.
}

void set_before_log(std::function<void()> before) {
  const std::lock_guard lock(settings().before_mutex);
  settings().before = std::move(before);
}

}  // namespace bellwether
