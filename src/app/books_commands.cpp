// bellwether log rebuild and bellwether results: an account's books made anew from its log, and results read from them.
#include <iostream>

#include "app/account_past.hpp"
#include "app/account_results.hpp"
#include "app/commands.hpp"
#include "app/config_command.hpp"
#include "app/segment_replay.hpp"
#include "backtest/result_files.hpp"
#include "backtest/result_text.hpp"
#include "config/configuration.hpp"
#include "storage/sqlite_event_log.hpp"

namespace bellwether {
namespace {

int fail(const Error& error, int code = kExitFailed) {
  print_errors({&error, 1}, std::cerr);
  return code;
}

Expected<std::optional<Date>> date_of(const char* flag, const std::string& text) {
  if (text.empty()) return std::optional<Date>();
  const auto date = Date::parse(text);
  if (!date) return Error{flag, date.error().message};
  return std::optional(*date);
}

/// The log that the command is about: named, or that of the configuration.
Expected<std::string> log_of(const ResultsCommandOptions& options, const StrategyRegistry& registry) {
  if (!options.log.empty()) return options.log;
  const auto loaded = load_configuration(options.sources, registry.types());
  if (const auto* errors = std::get_if<std::vector<Error>>(&loaded)) return errors->front();
  return std::get<AppConfig>(loaded).run.log;
}

std::string text_of(const SessionSpan& span, const SessionRecord& record) {
  const auto session = [&](const std::optional<Date>& asked, bool first) {
    if (asked) return asked->to_string();
    if (record.daily.empty()) return std::string("now");
    return (first ? record.daily.front() : record.daily.back()).session.to_string();
  };
  return session(span.from, true) + "_" + session(span.to, false);
}

}  // namespace

int rebuild_command(const std::string& path) {
  const StrategyRegistry registry = StrategyRegistry::built_in();
  // Held while the books are written: nobody else writes them.
  auto log = SqliteEventLog::open(path, OpenMode::ReadWrite);
  if (!log) return fail(log.error());
  auto books = replace_books(books_path(path));
  if (!books) return fail(books.error());
  BookWriter writer(std::move(*books));
  const auto up = bring_books_up(writer, **log, (*log)->last_event(),
                                 [&](EventNumber after, EventNumber upto, const TurnVisitor& visit) {
                                   return replay_segments(**log, registry, after, upto, visit);
                                 });
  if (!up) return fail(up.error());
  std::cout << "rebuilt: " << books_path(path) << " holds " << writer.written() << " events\n";
  return kExitDone;
}

int results_command(const ResultsCommandOptions& options) {
  const StrategyRegistry registry = StrategyRegistry::built_in();
  const auto from = date_of("--from", options.from);
  if (!from) return fail(from.error(), kExitUsage);
  const auto to = date_of("--to", options.to);
  if (!to) return fail(to.error(), kExitUsage);
  const auto path = log_of(options, registry);
  if (!path) return fail(path.error(), kExitUsage);
  auto log = SqliteEventLog::open(*path, OpenMode::ReadOnly);
  if (!log) return fail(log.error());
  const auto setup = setup_of((*log)->metadata(), registry);
  if (const auto* errors = std::get_if<std::vector<Error>>(&setup)) {
    print_errors(*errors, std::cerr);
    return kExitFailed;
  }
  const AccountSetup& account = std::get<AccountSetup>(setup);
  const SessionSpan span{*from, *to};
  const auto read = account_result(books_path(*path), span, account, registry);
  if (!read) return fail(read.error());
  const std::string folder = options.output.empty()
                                 ? account.config.output.directory + "/" + text_of(span, read->result.record)
                                 : options.output;
  std::cout << summary_text(read->result);
  if (auto written = write_results(read->result, folder); !written) return fail(written.error());
  std::cout << "\nresult " << read->result.receipt.result_sha256 << " in " << folder << ", up to event "
            << read->last_event << std::endl;
  return kExitDone;
}

}  // namespace bellwether
