// The command line: one program, one subcommand for each thing it does.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "app/broken_invariant.hpp"
#include "app/commands.hpp"
#include "app/config_command.hpp"
#include "app/ctl_options.hpp"
#include "config/json_value.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX has it in no header

namespace {

using bellwether::kExitUsage;

/// What every subcommand that needs a configuration takes. The short flags stand for configuration keys.
struct CommonOptions {
  std::string config_file;
  std::vector<std::string> settings;
  std::string strategy;
  std::vector<std::string> symbols;
  std::vector<bellwether::ConfigurationFlag> flags;
};

/// "5min" stands for minutes made into bars of five.
void add_timeframe(CommonOptions& options, const std::string& value) {
  constexpr std::string_view kMinutes = "min";
  const bool made = value.size() > kMinutes.size() && value.ends_with(kMinutes) && value[0] >= '1' && value[0] <= '9';
  options.flags.push_back({"--timeframe", "data.timeframe", made ? "minute" : value});
  if (!made) return;
  options.flags.push_back({"--timeframe", "data.interval", value.substr(0, value.size() - kMinutes.size()) + "m"});
}

void add_set(CLI::App& command, CommonOptions& options) {
  command.add_option("--set", options.settings, "Sets one configuration key: --set account.initial_cash=50000")
      ->type_name("KEY=VALUE")
      ->take_all();
}

/// A flag that stands for the configuration key `path`.
void add_key(CLI::App& command, CommonOptions& options, const char* flag, const char* path, const char* meaning) {
  command.add_option_function<std::string>(
      flag,
      [&options, flag, path](const std::string& value) {
        options.flags.push_back({flag, path, value});
      },
      meaning);
}

void add_common(CLI::App& command, CommonOptions& options) {
  command.add_option("--config", options.config_file, "Configuration file (JSON)");
  add_set(command, options);
  command.add_option("--strategy", options.strategy, "Trades this strategy alone, with its default parameters");
  command.add_option("--symbol", options.symbols, "Symbols, several by commas or repeated")->delimiter(',')->take_all();
  add_key(command, options, "--start", "data.start", "First date, as 2005-01-31");
  add_key(command, options, "--end", "data.end", "Last date");
  add_key(command, options, "--data", "data.directory", "Folder with daily/SYMBOL.csv, minute/SYMBOL/DATE.csv, ...");
  command.add_option_function<std::string>(
      "--timeframe", [&options](const std::string& value) { add_timeframe(options, value); },
      "daily, hour, minute, tick, or bars made from minutes such as 5min");
  add_key(command, options, "--output", "output.directory", "Folder for the results");
  command.add_flag_callback(
      "--strict",
      [&options] {
        options.flags.push_back({"--strict", "data.strict", "true"});
      },
      "Refuses data with bad rows instead of dropping them");
}

void add_run(CLI::App& command, CommonOptions& options) {
  command.add_flag_callback(
      "--exit-at-end",
      [&options] {
        options.flags.push_back({"--exit-at-end", "run.exit_at_end", "true"});
      },
      "Exits at the end of the data instead of serving on");
  add_key(command, options, "--speed", "run.speed",
          "demo (all in under a minute), max, or a multiple of real time such as 1");
  add_key(command, options, "--log", "run.log", "Event log");
  add_key(command, options, "--port", "api.port", "Of the API");
}

/// What the subcommands of `log` are given.
struct LogOptions {
  bellwether::LogCommandOptions print;
  std::string file;  ///< Of `check`, `segments` and `rebuild`; where `backup` puts the copy.
  bool json = false;
  bellwether::LogArchiveOptions archive;
};

/// What is wrong with a number that counts from 1; empty where nothing is.
std::string one_or_more(const std::string& given) {
  const bool digits = !given.empty() && given.find_first_not_of("0123456789") == std::string::npos;
  const bool zero = given.find_first_not_of('0') == std::string::npos;
  return digits && !zero ? "" : "found " + given + ", allowed is a whole number from 1 on";
}

/// The subcommands that look after the file of a log.
void add_log_files(CLI::App& log, LogOptions& options, CommonOptions& common) {
  log.require_subcommand(0, 1);
  CLI::App* backup = log.add_subcommand("backup", "Copy the log, in use or not, into one file that is a whole log");
  backup->add_option("FILE", options.file, "The copy; must not exist")->required();
  backup->add_option("--config", common.config_file, "Configuration file (JSON) whose run.log is copied");
  add_key(*backup, common, "--log", "run.log", "Event log");
  add_set(*backup, common);
  CLI::App* check = log.add_subcommand("check", "Prove that a log or a backup is whole");
  check->add_option("LOG", options.file, "Event log")->required();
  CLI::App* segments = log.add_subcommand("segments", "List the segments of a log and what changed between them");
  segments->add_option("LOG", options.file, "Event log")->required();
  segments->add_flag("--json", options.json, "One JSON object a line");
  CLI::App* archive = log.add_subcommand("archive", "Move the events of closed segments into files of their own");
  archive->add_option("LOG", options.archive.log, "Event log that nobody writes")->required();
  CLI::Option* before =
      archive->add_option("--before", options.archive.before, "Segments with a lower number")->check(one_or_more);
  archive->add_option("--keep", options.archive.keep, "All but so many of the newest, the current one included")
      ->excludes(before)
      ->check(one_or_more);
  archive->add_option("--to", options.archive.folder, "Folder for the files; that of the log unless given");
  CLI::App* rebuild = log.add_subcommand("rebuild", "Make the books of an account anew from its log");
  rebuild->add_option("LOG", options.file, "Event log that nobody writes")->required();
}

/// Everything that the process was given.
bellwether::ConfigurationSources sources_of(const CommonOptions& options) {
  bellwether::ConfigurationSources sources{options.config_file, {}, options.settings, {}};
  if (!options.strategy.empty()) {
    sources.flags.push_back(
        {"--strategy", "strategies", "[{\"type\":" + bellwether::json_quoted(options.strategy) + "}]"});
  }
  if (!options.symbols.empty()) {
    std::string list;
    for (const std::string& symbol : options.symbols) list += (list.empty() ? "" : ",") + symbol;
    sources.flags.push_back({"--symbol", "data.symbols", list});
  }
  sources.flags.insert(sources.flags.end(), options.flags.begin(), options.flags.end());
  for (char** variable = environ; *variable != nullptr; ++variable) sources.environment.emplace_back(*variable);
  return sources;
}

/// Settings for a recorded session or result: what stands for a flag comes first, so that --set has the last word.
std::vector<std::string> recorded_settings(const CommonOptions& options) {
  std::vector<std::string> settings;
  for (const auto& given : options.flags) settings.push_back(given.path + "=" + given.value);
  settings.insert(settings.end(), options.settings.begin(), options.settings.end());
  return settings;
}

/// `bellwether log` and its subcommands.
int run_log(const CLI::App& log, const LogOptions& options, const bellwether::ConfigurationSources& sources) {
  if (log.got_subcommand("backup")) return bellwether::log_backup_command(sources, options.file);
  if (log.got_subcommand("check")) return bellwether::log_check_command(options.file);
  if (log.got_subcommand("segments")) return bellwether::log_segments_command(options.file, options.json);
  if (log.got_subcommand("rebuild")) return bellwether::rebuild_command(options.file);
  if (log.got_subcommand("archive")) return bellwether::log_archive_command(options.archive);
  if (!options.print.log.empty()) return bellwether::log_command(options.print);
  std::cerr << "error: LOG is required, or one of the subcommands: bellwether log --help\n";
  return kExitUsage;
}

/// Says what a word that is no subcommand was meant to be. False: the first argument is one, or an option.
bool is_mistyped_subcommand(const CLI::App& program, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return false;
  std::vector<std::string> names;
  for (const CLI::App* command : program.get_subcommands({})) names.push_back(command->get_name());
  const std::string given = argv[1];
  if (std::find(names.begin(), names.end(), given) != names.end()) return false;
  const std::string_view nearest =
      bellwether::nearest_name(given, std::vector<std::string_view>(names.begin(), names.end()));
  std::cerr << "error: there is no subcommand '" << given << "'";
  if (!nearest.empty()) std::cerr << "; did you mean '" << nearest << "'?";
  std::cerr << "\nbellwether --help lists what there is\n";
  return true;
}

/// Says which of the arguments are options that `command` has not, nor the subcommand of it that was named, and what
/// they were meant to be.
void name_unknown_options(const CLI::App& command, int argc, char** argv) {
  std::vector<std::string> names;
  std::vector<const CLI::App*> levels = {&command};
  for (const CLI::App* below : command.get_subcommands()) levels.push_back(below);
  for (const CLI::App* level : levels) {
    for (const CLI::Option* option : level->get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  for (int i = 2; i < argc; ++i) {
    const std::string given = std::string(argv[i]).substr(0, std::string_view(argv[i]).find('='));
    if (!given.starts_with("--") || given == "--") continue;
    if (std::find(names.begin(), names.end(), given) != names.end()) continue;
    const std::string_view nearest =
        bellwether::nearest_name(given, std::vector<std::string_view>(names.begin(), names.end()));
    std::cerr << "error: " << command.get_name() << " has no option '" << given << "'";
    if (!nearest.empty()) std::cerr << "; did you mean '" << nearest << "'?";
    std::cerr << "\n";
  }
}

/// Whether all that was printed has left the process; where not, says so on standard error.
bool printed_everything() {
  errno = 0;
  std::cout.flush();
  if (std::cout && std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return true;
  std::cerr << "error: cannot write all of the output to standard output"
            << (errno != 0 ? ": " + std::generic_category().message(errno) : std::string())
            << "; what stands there is not complete\n";
  return false;
}

int run_program(int argc, char** argv) {
  CLI::App program("Bellwether: live trading engine and backtester", "bellwether");
  program.require_subcommand(1);
  program.set_version_flag("--version", "bellwether " BELLWETHER_VERSION);
  bellwether::install_invariant_handler();
  CommonOptions common;
  CLI::App* backtest = program.add_subcommand("backtest", "Run strategies over historical data and write the results");
  add_common(*backtest, common);
  CLI::App* run = program.add_subcommand("run", "Trade on paper and serve the API");
  add_common(*run, common);
  add_run(*run, common);
  LogOptions log_options;
  CLI::App* log = program.add_subcommand("log", "Print a recorded session, or look after its file");
  log->add_option("LOG", log_options.print.log, "Event log; one that has the name of a subcommand as ./NAME");
  log->add_option("--after", log_options.print.after, "Only events after this number")
      ->check([](const std::string& given) {
        return given.starts_with('-') ? "found " + given + ", allowed is the number of an event" : std::string();
      });
  log->add_option("--type", log_options.print.type, "Only events of this type: bar, report, fill, order_command, ...");
  log->add_flag("--json", log_options.print.json, "One JSON object a line");
  add_set(*log, common);
  add_log_files(*log, log_options, common);
  std::string replay_log;
  CLI::App* replay = program.add_subcommand("replay", "Re-execute a recorded session and compare its order commands");
  replay->add_option("LOG", replay_log, "Event log")->required();
  add_set(*replay, common);
  bellwether::ResultsCommandOptions results_options;
  CLI::App* results = program.add_subcommand("results", "Write the results of a span of sessions of an account");
  results->add_option("--config", common.config_file, "Configuration file (JSON) that names the event log");
  results->add_option("--log", results_options.log, "Event log");
  results->add_option("--from", results_options.from, "First session, as 2026-01-31; without it, the account's first");
  results->add_option("--to", results_options.to, "Last session; without it, up to now");
  results->add_option("--output", results_options.output, "Folder for the results");
  add_set(*results, common);
  bellwether::CtlOptions ctl;
  bellwether::add_ctl(program, ctl);
  std::string result_file;
  CLI::App* verify = program.add_subcommand("verify", "Re-run a backtest from its receipt and compare the result");
  verify->add_option("RESULT", result_file, "result.json of a backtest")->required();
  add_set(*verify, common);
  add_key(*verify, common, "--data", "data.directory", "Data folder, where it is not where it was");
  bool markdown = false;
  bool schema = false;
  CLI::App* config = program.add_subcommand("config", "Show the configuration in effect");
  add_common(*config, common);
  config->add_flag("--markdown", markdown, "Write the documentation of all keys instead");
  config->add_flag("--schema", schema, "Write a JSON Schema of the configuration file instead");
  add_set(*program.add_subcommand("strategies", "List the strategies and their parameters"), common);
  add_set(*program.add_subcommand("version", "Print the version"), common);
  if (is_mistyped_subcommand(program, argc, argv)) return kExitUsage;
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0 && !program.get_subcommands().empty()) {
      name_unknown_options(*program.get_subcommands().front(), argc, argv);
    }
    return program.exit(error) == 0 ? 0 : kExitUsage;
  }
  const std::string name = program.get_subcommands().front()->get_name();
  if (name == "version" || name == "strategies") {
    if (!bellwether::check_settings(common.settings, std::cerr)) return kExitUsage;
    if (name == "version") {
      std::cout << "bellwether " BELLWETHER_VERSION "\n";
    } else {
      bellwether::strategies_command(std::cout);
    }
    return 0;
  }
  if (name == "config") {
    using enum bellwether::ConfigView;
    return config_command(sources_of(common), markdown ? Markdown : schema ? Schema : Effective, std::cout, std::cerr);
  }
  if (name == "backtest") return bellwether::backtest_command(sources_of(common));
  if (name == "run") return bellwether::run_command(sources_of(common));
  if (name == "ctl") return bellwether::ctl_command(ctl);
  if (name == "results") {
    results_options.sources = sources_of(common);
    return bellwether::results_command(results_options);
  }
  const std::vector<std::string> settings = recorded_settings(common);
  if (name == "log") {
    log_options.print.settings = settings;
    return run_log(*log, log_options, sources_of(common));
  }
  if (name == "replay") return bellwether::replay_command(replay_log, settings);
  return bellwether::verify_command(result_file, settings);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int code = run_program(argc, argv);
    // A session goes on without its terminal, and ends as well.
    const bool session = argc > 1 && std::string_view(argv[1]) == "run";
    return session || printed_everything() || code != 0 ? code : bellwether::kExitFailed;
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << "\n";
  }
  return bellwether::kExitFailed;
}
