// bellwether run: a session of paper trading with its log, its API and its view on the terminal, from start to stop.
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "actors/metrics.hpp"
#include "actors/paper_session.hpp"
#include "actors/recovery.hpp"
#include "actors/session_board.hpp"
#include "api/server.hpp"
#include "app/api_settings.hpp"
#include "app/commands.hpp"
#include "app/config_command.hpp"
#include "app/live_run.hpp"
#include "app/logging.hpp"
#include "app/running_session.hpp"
#include "backtest/backtest.hpp"
#include "backtest/result_files.hpp"
#include "backtest/result_text.hpp"
#include "backtest/staged_files.hpp"

namespace bellwether {
namespace {

using std::chrono::steady_clock;

/// A whole demonstration takes about so long.
constexpr double kDemoSeconds = 40.0;

Pace pace_of(const AppConfig& config, const MarketDataSet& data) {
  Pace pace;
  switch (config.run.speed.kind) {
    case RunSpeed::Kind::Max: break;
    case RunSpeed::Kind::Demo:
      pace.kind = Pace::Kind::EventsPerSecond;
      pace.value = static_cast<double>(data.market_events()) / kDemoSeconds;
      break;
    case RunSpeed::Kind::Factor:
      pace.kind = Pace::Kind::TimesRealTime;
      pace.value = config.run.speed.factor;
      break;
  }
  return pace;
}

int refuse(std::span<const Error> errors) {
  for (const Error& error : errors) log_event(Severity::Error, "bad_configuration", error.text(), {});
  return kExitUsage;
}

/// Where the session begins: a fresh runner, or one that the log brought to where a former process was, board, metrics
/// and the keys of commands with it. Null where a signal came meanwhile.
Expected<std::unique_ptr<BacktestRunner>> starting_point(Running& running, PaperSessionOptions& options) {
  const auto make = [&running] {
    return BacktestRunner::make(running.now->engine, running.registry, running.data.feed());
  };
  if (!running.log.continues) return make();
  running.now->board.set_phase(SessionPhase::Recovering);
  const auto begin = steady_clock::now();
  auto recovery = recover(make, *running.log.log, [] { return !interrupted(); });
  if (!recovery) return recovery.error();
  for (const Error& error : recovery->unusable) {
    log_event(Severity::Warning, "snapshot_unusable", error.text(),
              {{"action", recovery->snapshot_event == 0 ? "the whole log is re-executed" : "an older snapshot serves"},
               {"snapshot_event", recovery->snapshot_event}});
  }
  if (recovery->interrupted) return std::unique_ptr<BacktestRunner>();
  auto engine = Engine::make(running.now->engine, running.registry);
  if (!engine) return engine.error();
  std::unique_ptr<BacktestRunner> runner = std::move(recovery->runner);
  const auto rebuilt = rebuild_record(*runner, running.now->engine, **engine, *running.log.log, [&](const Turn& turn) {
    running.now->board.apply(turn);
    running.metrics.apply(turn);
    options.keys->pass(turn);
    return !interrupted();
  });
  if (!rebuilt) return rebuilt.error();
  if (!*rebuilt) return std::unique_ptr<BacktestRunner>();
  options.last_snapshot = recovery->snapshot_event;
  const std::chrono::duration<double> seconds = steady_clock::now() - begin;
  log_event(Severity::Notice, "recovered", "the session continues from its log",
            {{"last_event", runner->last_event()},
             {"snapshot_event", recovery->snapshot_event},
             {"replayed_events", recovery->replayed},
             {"completed_events", recovery->completed},
             {"seconds", seconds.count()}});
  return runner;
}

/// Statistics and result files of a session that came to its end.
Expected<void> conclude(Running& running) {
  const auto record = running.session->record();
  if (!record) return Error{"", "the record of the session cannot be had"};
  // The recorder may still take in what the conveyor has finished with: the end came through the venue.
  RunResult result = finish_run(running.now->config, running.registry, *record, running.data);
  const auto commands = count_operator_commands(*running.log.log);
  if (!commands) return commands.error();
  result.receipt.operator_commands = *commands;
  std::cout << summary_text(result) << std::flush;
  if (auto written = write_results(result, running.now->config.output.directory); !written) return written.error();
  std::cout << "\nresult " << result.receipt.result_sha256 << " in " << running.now->config.output.directory
            << std::endl;
  return note_end(*running.log.log);
}

int serve(Running& running) {
  LiveView view(stdout);
  auto outcome = watch(running, view, {});
  view.show(frame_of(running, 0, {}));
  view.finish();
  if (outcome == PaperSession::Outcome::Ended) {
    running.now->board.set_phase(SessionPhase::Finished);
    log_event(Severity::Notice, "session_ended", "the market data have ended", {});
    if (auto concluded = conclude(running); !concluded) {
      log_event(Severity::Error, "results_failed", concluded.error().text(), {});
      return kExitFailed;
    }
    if (!running.now->config.run.exit_at_end) {
      std::cout << "The service stays up; Ctrl-C ends it." << std::endl;
      while (!interrupted() && running.session->outcome() == PaperSession::Outcome::Ended) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
      }
    }
  }
  return kExitDone;
}

int run_session(AppConfig config, ApiConfig api, MarketDataSet data) {
  Running running({std::move(config)}, std::move(api), std::move(data));
  // Before the log: where the port is in use, none is made.
  if (auto started = start_api(running); !started) return fail_to_start(started.error());
  if (auto opened = open_log(running); !opened) return fail_to_start(opened.error());
  PaperSessionOptions options = session_options(running);
  auto runner = starting_point(running, options);
  if (!runner) {
    // A log in which nothing stands is of use to nobody.
    if (!running.log.continues && running.log.kept_as.empty()) SqliteEventLog::discard(std::move(running.log.log));
    return fail_to_start(runner.error());
  }
  if (!*runner) return stop_early(running);
  options.pace = pace_of(running.now->config, running.data);
  options.pace.data_start = (*runner)->last_event() > 0 ? (*runner)->last_time() : running.data.first_time();
  running.session =
      std::make_unique<PaperSession>(**runner, options, running.log.log.get(), &running.now->board, &running.metrics);
  running.now->board.set_phase(SessionPhase::Trading);
  log_event(Severity::Info, "session_started", "paper trading begins",
            {{"market_events", running.data.market_events()}, {"log", running.now->config.run.log}});
  running.session->start();
  running.let_in(running.session.get());
  return stop(running, serve(running));
}

}  // namespace

int run_command(const ConfigurationSources& sources) {
  const StrategyRegistry registry = StrategyRegistry::built_in();
  auto loaded = load_configuration(sources, registry.types());
  configure_logging(logging_configuration(sources));
  if (const auto* errors = std::get_if<std::vector<Error>>(&loaded)) return refuse(*errors);
  AppConfig config = std::get<AppConfig>(loaded);
  if (auto missing = missing_for_a_run(config); !missing.empty()) return refuse(missing);
  std::vector<std::string> unwise;
  auto api = config.api.enabled ? api_config(config.api, unwise) : ApiConfig();
  if (!api) return refuse({&api.error(), 1});
  for (const std::string& warning : unwise) log_event(Severity::Warning, "unwise_configuration", warning, {});
  install_signal_handlers();
  if (auto proved = prove_writable(config.output.directory); !proved) return fail_to_start(proved.error());
  if (config.market_data.source == MarketDataOrigin::Simulated) {
    return run_by_the_clock(sources, config, std::move(*api));
  }
  auto data = MarketDataSet::load(config, registry);
  if (!data) return fail_to_start(data.error());
  for (const std::string& warning : data->warnings()) log_event(Severity::Warning, "data", warning, {});
  return run_session(std::move(config), std::move(*api), std::move(*data));
}

}  // namespace bellwether
