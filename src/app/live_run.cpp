#include "app/live_run.hpp"

#include <iostream>

#include "actors/recovery.hpp"
#include "app/account_log.hpp"
#include "app/account_results.hpp"
#include "app/change_desk.hpp"
#include "app/commands.hpp"
#include "app/live_account.hpp"
#include "app/live_market.hpp"
#include "app/logging.hpp"
#include "app/running_session.hpp"
#include "backtest/backtest.hpp"
#include "backtest/result_files.hpp"
#include "brokers/simulated/simulated_market.hpp"

namespace bellwether {
namespace {

/// The results of a session that has closed, in a folder of their own.
void write_day(Running& running, const SessionEvent& session) {
  const std::string folder = running.now->config.output.directory + "/" + session.date.to_string();
  running.past->settle();
  const auto day =
      account_result(running.past->path(), {session.date, session.date}, running.now->setup, running.registry);
  const Expected<void> written = day ? write_results(day->result, folder) : Expected<void>(day.error());
  if (!written) {
    log_event(Severity::Error, "results_failed", written.error().text(), {{"session", session.date.to_string()}});
    return;
  }
  const AccountSummary account = running.now->board.account();
  log_event(Severity::Notice, "session_closed",
            "the session of " + session.date.to_string() + " has closed; its results are in " + folder,
            {{"session", session.date.to_string()},
             {"equity", account.account.equity.to_string()},
             {"day_profit", account.day_profit.to_string()},
             {"folder", folder}});
}

void take_notices(Running& running, SessionNotices& notices) {
  while (const auto event = notices.take()) {
    if (event->type == EventType::SessionOpen) {
      log_event(Severity::Notice, "session_opened", "the session of " + event->session.date.to_string() + " is open",
                {{"session", event->session.date.to_string()}, {"close", format_rfc3339(event->session.close)}});
      continue;
    }
    write_day(running, event->session);
    tell_waiting(running, event->session.close);
  }
}

/// Carries out what was asked for meanwhile, and what is due. False where the session has failed over it.
bool change_if_asked(Running& running, LiveAccount& account, ChangeDesk& desk) {
  if (take_hangup()) answer_change(account.change({}));
  while (auto pending = desk.take()) pending->answer.set_value(answer_change(account.change(pending->request)));
  if (!account.failed()) {
    if (auto rolled = account.roll_if_due(); !rolled) fail_session(running, rolled.error().text());
  } else {
    fail_session(running, "the account could not be brought into a new segment of its log");
  }
  return !account.failed();
}

ApiPorts ports_of(Running& running, ChangeDesk& desk) {
  ApiPorts ports;
  ports.change_configuration = [&desk](const ConfigurationRequest& request) {
    constexpr auto kPatience = std::chrono::seconds(30);
    const auto answer = desk.ask(request, kPatience);
    return answer.value_or(ConfigurationAnswer{
        504, error_json("not_known_yet", "the session has not come to the change yet, and may still carry it out")});
  };
  ports.configuration = [&running] { return running.configuration_text(); };
  ports.past = &running.past->view();
  ports.results = [&running](const std::optional<Date>& from, const std::optional<Date>& to) -> Expected<std::string> {
    const auto read = account_result(running.past->path(), {from, to}, running.setup(), running.registry);
    if (!read) return read.error();
    return result_json(read->result, fingerprints_of(read->result));
  };
  return ports;
}

}  // namespace

int run_by_the_clock(const ConfigurationSources& sources, const AppConfig& config, ApiConfig api) {
  const StrategyRegistry registry = StrategyRegistry::built_in();
  auto opened = open_account_log(config, registry);
  if (!opened) return fail_to_start(opened.error());
  Running running(opened->setup, std::move(api), MarketDataSet::of_bars({}));
  running.log.log = std::move(opened->log);
  running.log.continues = !opened->is_new;
  running.past = std::make_unique<AccountPast>(running.now->config.run.log,
                                               [&running] { return running.generation()->board.last_event(); });
  ChangeDesk desk;
  if (auto started = start_api(running, ports_of(running, desk)); !started) {
    if (opened->is_new) SqliteEventLog::discard(std::move(running.log.log));
    return fail_to_start(started.error());
  }
  LiveAccount account(running, sources);
  const auto brought = account.bring_back(!opened->is_new);
  if (!brought) return fail_to_start(brought.error());
  if (!*brought) return stop_early(running);
  if (auto changed = account.change_at_start(config, opened->written_by); !changed) {
    return fail_to_start(changed.error());
  }
  reload_at_hangup();
  account.start();
  log_event(Severity::Info, "session_started", "paper trading by the clock begins, on simulated prices",
            {{"clock.rate", running.now->config.clock.rate}, {"log", running.now->config.run.log}});
  running.let_in(running.session.get());
  LiveView view(stdout);
  watch(running, view, [&] {
    take_notices(running, account.notices());
    return change_if_asked(running, account, desk);
  });
  view.show(frame_of(running, 0, {}));
  view.finish();
  desk.close({409, error_json("refused", "the session stops and takes no change any more")});
  if (running.session) running.session->stop();
  int code = account.failed() ? kExitFailed : kExitDone;
  if (auto put_down = account.put_down(); !put_down) {
    log_event(Severity::Error, "put_down_failed", put_down.error().text(),
              {{"action", "the account goes on from its log, by this version alone"}});
    code = kExitFailed;
  }
  code = stop(running, code);
  if (code == kExitDone) {
    std::cout << "Stopped. The same command goes on with this account, from " << running.now->config.run.log << "."
              << std::endl;
  }
  return code;
}

}  // namespace bellwether
