// bellwether log and bellwether replay: what a recorded session was, and whether it would be the same again.
#include <iostream>
#include <nlohmann/json.hpp>

#include "actors/recovery.hpp"
#include "app/commands.hpp"
#include "app/config_command.hpp"
#include "app/session_log.hpp"
#include "config/json.hpp"

namespace bellwether {
namespace {

int fail(const Error& error) {
  print_errors({&error, 1}, std::cerr);
  return kExitFailed;
}

int fail(std::span<const Error> errors, int code) {
  print_errors(errors, std::cerr);
  return code;
}

/// An event's type, or for reports the kind of report too.
bool is_type(const Event& event, const std::string& type) {
  return type.empty() || token(event.type) == type ||
         (event.type == EventType::Report && token(event.report.type) == type) ||
         (event.type == EventType::Command && token(event.command.type) == type);
}

bool is_known_type(const std::string& type) {
  for (std::size_t i = 0; i < kEventTypeCount; ++i) {
    if (token(static_cast<EventType>(i)) == type) return true;
  }
  for (std::size_t i = 0; i < kReportTypeCount; ++i) {
    if (token(static_cast<ReportType>(i)) == type) return true;
  }
  for (std::size_t i = 0; i < kCommandTypeCount; ++i) {
    if (token(static_cast<CommandType>(i)) == type) return true;
  }
  return type.empty() || type == "order_command";
}

struct OpenLog {
  std::unique_ptr<SqliteEventLog> log;
  EngineConfig config;
};

/// The log, or the exit code once the errors are printed.
std::variant<OpenLog, int> open_log(const std::string& path, const StrategyRegistry& registry,
                                    const std::vector<std::string>& settings) {
  auto log = SqliteEventLog::open(path, OpenMode::ReadOnly);
  if (!log) return fail(log.error());
  auto config = configuration_of(**log, registry, settings);
  if (const auto* errors = std::get_if<std::vector<Error>>(&config)) {
    return fail(*errors, settings.empty() ? kExitFailed : kExitUsage);
  }
  return OpenLog{std::move(*log), session_engine_config(std::get<AppConfig>(config))};
}

/// Reads the whole log, its checksums with it.
Expected<void> check_whole(EventLog& log) {
  auto cursor = log.read(0);
  std::vector<Event> events;
  std::vector<LoggedCommand> commands;
  for (;;) {
    const auto count = cursor->next(events, commands);
    if (!count) return count.error();
    if (*count == 0) return {};
  }
}

}  // namespace

int log_command(const LogCommandOptions& options) {
  if (!is_known_type(options.type)) {
    std::cerr
        << "error: --type: '" << options.type
        << "' is none; there are bar, trade, quote, session_open, session_close, corporate_action, report, timer, "
           "command, command_note, connection, order_command, and the reports accepted, fill, canceled, expired, "
           "rejected, ...\n";
    return kExitUsage;
  }
  const StrategyRegistry registry = StrategyRegistry::built_in();
  auto opened = open_log(options.log, registry, options.settings);
  if (const int* code = std::get_if<int>(&opened)) return *code;
  const OpenLog& open = std::get<OpenLog>(opened);
  // Of a log that is damaged anywhere nothing is shown.
  if (auto whole = check_whole(*open.log); !whole) return fail(whole.error());
  const Names names(open.config);
  auto cursor = open.log->read(options.after);
  std::vector<Event> events;
  std::vector<LoggedCommand> commands;
  for (;;) {
    auto count = cursor->next(events, commands);
    if (!count) return fail(count.error());
    if (*count == 0) return std::cout.flush() ? kExitDone : kExitFailed;
    for (const Event& event : events) {
      if (!is_type(event, options.type)) continue;
      std::cout << (options.json ? json_of(event, names).dump() : readable(event, names)) << '\n';
    }
    if (!options.type.empty() && options.type != "order_command") continue;
    for (const LoggedCommand& command : commands) {
      Json json = json_of(command.command, names);
      if (options.json) {
        Json line;
        line["caused_by"] = command.event;
        line["type"] = "order_command";
        line["command"] = std::move(json);
        std::cout << line.dump() << '\n';
      } else {
        std::cout << "  after " << command.event << " order command " << json.dump() << '\n';
      }
    }
  }
}

int replay_command(const std::string& path, const std::vector<std::string>& settings) {
  const StrategyRegistry registry = StrategyRegistry::built_in();
  auto opened = open_log(path, registry, settings);
  if (const int* code = std::get_if<int>(&opened)) return *code;
  const OpenLog& open = std::get<OpenLog>(opened);
  auto engine = Engine::make(open.config, registry);
  if (!engine) return fail(engine.error());
  auto result = replay(**engine, *open.log, has_ended(*open.log));
  if (!result) return fail(result.error());
  if (result->difference) {
    std::cout << "different: " << *result->difference << "\n";
    return kExitFailed;
  }
  std::cout << "identical: " << result->events << " events, " << result->commands << " order commands\n";
  return kExitDone;
}

}  // namespace bellwether
