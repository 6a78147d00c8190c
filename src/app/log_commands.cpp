// bellwether log and bellwether replay: what a recorded session was, and whether it would be the same again.
#include <algorithm>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "actors/recovery.hpp"
#include "app/commands.hpp"
#include "app/config_command.hpp"
#include "app/segment_replay.hpp"
#include "app/session_log.hpp"
#include "config/json.hpp"
#include "storage/segment_archive.hpp"

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

/// What the indices of each segment's events stand for.
class SegmentNames {
 public:
  /// `current`: of the last segment, which is all where the log holds one.
  SegmentNames(EventLog& log, const StrategyRegistry& registry, const EngineConfig& current) {
    const auto notes = log.segments();
    for (std::size_t i = 0; notes && i + 1 < notes->size(); ++i) {
      const auto setup = setup_of((*notes)[i].metadata, registry);
      // Of a version whose configuration this one cannot read, indices are shown as numbers.
      const auto* read = std::get_if<AccountSetup>(&setup);
      names_.emplace((*notes)[i].after, Names(read != nullptr ? account_engine_config(*read) : EngineConfig()));
    }
    const EventNumber last = notes && !notes->empty() ? notes->back().after : 0;
    names_.insert_or_assign(last, Names(current));
  }
  [[nodiscard]] const Names& at(EventNumber event) const {
    const auto behind = names_.lower_bound(event);
    return behind == names_.begin() ? behind->second : std::prev(behind)->second;
  }

 private:
  std::map<EventNumber, Names> names_;  // By the event before the segment's first.
};

/// Replays one segment and proves that the next one began as this one ended. Where they differ, the difference.
Expected<Replay> replay_segment(EventLog& log, const std::vector<SegmentNote>& notes, std::size_t index,
                                const StrategyRegistry& registry) {
  auto segment = open_segment(log, notes, index, registry);
  if (!segment) return segment.error();
  Engine& engine = *(*segment)->engine;
  const bool is_last = index + 1 == notes.size();
  auto result = replay(engine, log, (*segment)->note.after, (*segment)->last, !is_last || has_ended(log));
  if (!result || result->difference || is_last) return result;
  const auto same = begins_as_this_ended(log, notes[index + 1], engine, registry);
  if (!same) return same.error();
  if (!*same) {
    result->difference = "segment " + std::to_string(notes[index + 1].number) +
                         " does not begin with the state in which the one before it ends";
  }
  return result;
}

/// Behind which event all can be read; says so where that is not the beginning of the account.
Expected<EventNumber> begin_of(SqliteEventLog& log) {
  const auto begin = log.readable_after();
  if (!begin || *begin == 0 || is_segment_file(log.metadata())) return begin;
  std::cerr << "events up to " << *begin
            << " are archived in files that are not there; `bellwether log segments` names them\n";
  return begin;
}

/// Reads all that follows an event, its checksums with it.
Expected<void> check_whole(EventLog& log, EventNumber after) {
  auto cursor = log.read(after);
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
  const auto begin = begin_of(*open.log);
  if (!begin) return fail(begin.error());
  if (auto whole = check_whole(*open.log, *begin); !whole) return fail(whole.error());
  SegmentNames names(*open.log, registry, open.config);
  auto cursor = open.log->read(std::max(options.after, *begin));
  std::vector<Event> events;
  std::vector<LoggedCommand> commands;
  for (;;) {
    auto count = cursor->next(events, commands);
    if (!count) return fail(count.error());
    if (*count == 0) return std::cout.flush() ? kExitDone : kExitFailed;
    for (const Event& event : events) {
      if (!is_type(event, options.type)) continue;
      const Names& known = names.at(event.number);
      std::cout << (options.json ? json_of(event, known).dump() : readable(event, known)) << '\n';
    }
    if (!options.type.empty() && options.type != "order_command") continue;
    for (const LoggedCommand& command : commands) {
      Json json = json_of(command.command, names.at(command.event));
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
  SqliteEventLog& log = *std::get<OpenLog>(opened).log;
  const auto begin = begin_of(log);
  if (!begin) return fail(begin.error());
  const auto notes = log.segments();
  if (!notes) return fail(notes.error());
  std::uint64_t events = 0;
  std::uint64_t commands = 0;
  std::size_t proved = 0;
  for (std::size_t i = 0; i < notes->size(); ++i) {
    if ((*notes)[i].after < *begin) continue;
    const std::string version = engine_version_of((*notes)[i].metadata);
    if (version != BELLWETHER_VERSION) {
      std::cout << "segment " << (*notes)[i].number << ": version " << version << " proves it\n";
      continue;
    }
    auto result = replay_segment(log, *notes, i, registry);
    if (!result) return fail(result.error());
    if (result->difference) {
      std::cout << "different: " << *result->difference << "\n";
      return kExitFailed;
    }
    ++proved;
    events += result->events;
    commands += result->commands;
  }
  std::cout << "identical: " << events << " events, " << commands << " order commands";
  if (notes->size() > 1) std::cout << ", in " << proved << " of " << notes->size() << " segments";
  std::cout << "\n";
  return kExitDone;
}

}  // namespace bellwether
