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
#include "app/live_view.hpp"
#include "app/logging.hpp"
#include "app/session_log.hpp"
#include "backtest/backtest.hpp"
#include "backtest/result_files.hpp"
#include "backtest/result_text.hpp"
#include "backtest/staged_files.hpp"

namespace bellwether {
namespace {

using std::chrono::steady_clock;

/// A whole demonstration takes about so long.
constexpr double kDemoSeconds = 40.0;

std::atomic<int> received_signal{0};

void on_signal(int signal) { received_signal.store(signal); }

void install_signal_handlers() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  // A terminal that is closed sends SIGHUP.
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

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

Timestamp now() {
  return {std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

int fail(const Error& error) {
  log_event(Severity::Error, "start_failed", error.text(), {});
  return kExitFailed;
}

int refuse(std::span<const Error> errors) {
  for (const Error& error : errors) log_event(Severity::Error, "bad_configuration", error.text(), {});
  return kExitUsage;
}

BoardConfig board_config(const AppConfig& config) {
  const ApiSettings& api = config.api;
  BoardConfig board;
  board.synthetic_data = config.data.synthetic_minutes;
  board.ended_orders = api.ended_orders_max;
  board.fills = api.fills_max;
  board.stream_changes = api.stream_changes_max;
  return board;
}

/// Everything that lives as long as the session, in the order of its making.
struct Running {
  Running(AppConfig app, ApiConfig api_server, MarketDataSet set)
      : config(std::move(app)),
        api_config(std::move(api_server)),
        data(std::move(set)),
        engine(session_engine_config(config)),
        board(engine, registry, board_config(config)),
        metrics(engine, BELLWETHER_VERSION, now()) {}

  AppConfig config;
  ApiConfig api_config;
  MarketDataSet data;
  StrategyRegistry registry = StrategyRegistry::built_in();
  EngineConfig engine;
  SessionBoard board;
  EngineMetrics metrics;
  OpenedLog log;
  std::unique_ptr<PaperSession> session;
  std::atomic<PaperSession*> trading = nullptr;  // What the API's threads see of it, from its start on.
  std::unique_ptr<ApiServer> api;
  std::atomic<bool> flatten_incomplete = false;
};

bool interrupted() { return received_signal.load() != 0; }

/// Where the session begins: a fresh runner, or one that the log brought to where a former process was, board, metrics
/// and the keys of commands with it. Null where a signal came meanwhile.
Expected<std::unique_ptr<BacktestRunner>> starting_point(Running& running, PaperSessionOptions& options) {
  const auto make = [&running] { return BacktestRunner::make(running.engine, running.registry, running.data.feed()); };
  if (!running.log.continues) return make();
  running.board.set_phase(SessionPhase::Recovering);
  const auto begin = steady_clock::now();
  auto recovery = recover(make, *running.log.log, [] { return !interrupted(); });
  if (!recovery) return recovery.error();
  for (const Error& error : recovery->unusable) {
    log_event(Severity::Warning, "snapshot_unusable", error.text(),
              {{"action", recovery->snapshot_event == 0 ? "the whole log is re-executed" : "an older snapshot serves"},
               {"snapshot_event", recovery->snapshot_event}});
  }
  if (recovery->interrupted) return std::unique_ptr<BacktestRunner>();
  auto engine = Engine::make(running.engine, running.registry);
  if (!engine) return engine.error();
  std::unique_ptr<BacktestRunner> runner = std::move(recovery->runner);
  const auto rebuilt = rebuild_record(*runner, running.engine, **engine, *running.log.log, [&](const Turn& turn) {
    running.board.apply(turn);
    running.metrics.apply(turn);
    options.keys.pass(turn);
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

/// A halt is never silent: a line for each, and one for its end.
void tell_halt(const Turn& turn) {
  const EventNumber number = turn.event.number;
  if (!turn.halted) return log_event(Severity::Notice, "resumed", "trading goes on", {{"event_number", number}});
  const std::string reason(token(turn.halt_reason));
  log_event(Severity::Warning, "halted", "trading is halted: " + reason,
            {{"reason", reason}, {"event_number", number}, {"time", format_rfc3339(turn.event.time)}});
}

HistorySource history_of(const Running& running) {
  const std::string path = running.config.run.log;
  return [&running, path](EventNumber, EventNumber upto, const TurnVisitor& visit) -> Expected<void> {
    auto log = SqliteEventLog::open(path, OpenMode::ReadOnly);
    if (!log) return log.error();
    auto engine = Engine::make(running.engine, running.registry);
    if (!engine) return engine.error();
    return replay_turns(**engine, **log, upto, visit);
  };
}

/// What a command to flatten cannot do, in words; empty where it can.
std::string left_by_flatten(const Running& running, const CommandEvent& command) {
  const SessionStatus status = running.board.status();
  if (!closes_positions(command) || status.phase != SessionPhase::Finished || status.open_positions == 0) return "";
  return std::to_string(status.open_positions) +
         " positions stay open: the market data have ended, and there is no price at which they could be closed";
}

void tell_command(Running& running, const OperatorCommand& command, const CommandReceipt& receipt) {
  const char* const what = receipt.key_taken    ? "is refused: its key stands for another"
                           : receipt.event == 0 ? "waits for its turn"
                           : receipt.repeated   ? "had been taken before"
                                                : "has been taken";
  log_event(Severity::Notice, "operator_command", what,
            {{"command", std::string(token(command.command.type))},
             {"flatten", command.command.flatten},
             {"note", std::string(command.words.reason.text())},
             {"event_number", receipt.event}});
  if (receipt.key_taken) return;
  if (const std::string left = left_by_flatten(running, command.command); !left.empty()) {
    log_event(Severity::Warning, "flatten_incomplete", left, {{"event_number", receipt.event}});
    running.flatten_incomplete.store(true);
  }
}

Expected<void> start_api(Running& running) {
  if (!running.config.api.enabled) return {};
  const ApiConfig& api = running.api_config;
  ApiPorts ports;
  ports.session = &running.board;
  ports.control = [&running](const OperatorCommand& command) -> Expected<CommandReceipt> {
    PaperSession* session = running.trading.load();
    if (session == nullptr) return Error{"", "the session has not begun"};
    auto receipt = session->command(command);
    if (receipt && !command.only_ask) tell_command(running, command, *receipt);
    return receipt;
  };
  ports.metrics = [&running] {
    if (PaperSession* session = running.trading.load()) session->measure();
    return running.metrics.text();
  };
  auto server = ApiServer::start(api, ports);
  if (!server) return server.error();
  running.api = std::move(*server);
  log_event(Severity::Info, "api_started",
            "the API listens on http://" + (api.host.find(':') == std::string::npos ? api.host : "[" + api.host + "]") +
                ":" + std::to_string(running.api->port()),
            {});
  return {};
}

/// `fills` are those of the frame before; the newest are added to them.
LiveFrame frame_of(const Running& running, double events_per_second, std::vector<FillRow> fills) {
  constexpr std::size_t kShown = 10;
  constexpr std::size_t kPage = 1000;
  LiveFrame frame;
  for (bool more = true; more;) {
    auto page = running.board.fills(fills.empty() ? 0 : fills.back().event, kPage);
    more = page.more;
    fills.insert(fills.end(), page.rows.begin(), page.rows.end());
    if (fills.size() > kShown) fills.erase(fills.begin(), fills.end() - kShown);
  }
  frame.fills = std::move(fills);
  frame.data_end = running.data.last_time();
  frame.data_events = running.data.market_events();
  frame.status = running.board.status();
  frame.account = running.board.account();
  frame.positions = running.board.positions();
  OrderFilter filter;
  filter.limit = 5;
  filter.newest_first = true;
  frame.orders = running.board.orders(filter).rows;
  frame.events_per_second = events_per_second;
  frame.config = &running.engine;
  return frame;
}

/// Shows the session until it ends, fails or a signal comes.
PaperSession::Outcome watch(Running& running, LiveView& view) {
  auto last_look = steady_clock::now();
  EventNumber last_event = running.board.last_event();
  std::vector<FillRow> fills;
  for (;;) {
    const auto outcome = running.session->wait(std::chrono::milliseconds(100));
    if (outcome != PaperSession::Outcome::Running || received_signal.load() != 0) return outcome;
    const auto look = steady_clock::now();
    if (look - last_look < std::chrono::milliseconds(250)) continue;
    const EventNumber event = running.board.last_event();
    const std::chrono::duration<double> seconds = look - last_look;
    LiveFrame frame = frame_of(running, static_cast<double>(event - last_event) / seconds.count(), std::move(fills));
    view.show(frame);
    fills = std::move(frame.fills);
    last_look = look;
    last_event = event;
  }
}

/// Statistics and result files of a session that came to its end.
Expected<void> conclude(Running& running) {
  const auto record = running.session->record();
  if (!record) return Error{"", "the record of the session cannot be had"};
  // The recorder may still take in what the conveyor has finished with: the end came through the venue.
  RunResult result = finish_run(running.config, running.registry, *record, running.data);
  const auto commands = count_operator_commands(*running.log.log);
  if (!commands) return commands.error();
  result.receipt.operator_commands = *commands;
  std::cout << summary_text(result) << std::flush;
  if (auto written = write_results(result, running.config.output.directory); !written) return written.error();
  std::cout << "\nresult " << result.receipt.result_sha256 << " in " << running.config.output.directory << std::endl;
  return note_end(*running.log.log);
}

int serve(Running& running) {
  LiveView view(stdout);
  auto outcome = watch(running, view);
  view.show(frame_of(running, 0, {}));
  view.finish();
  if (outcome == PaperSession::Outcome::Ended) {
    running.board.set_phase(SessionPhase::Finished);
    log_event(Severity::Notice, "session_ended", "the market data have ended", {});
    if (auto concluded = conclude(running); !concluded) {
      log_event(Severity::Error, "results_failed", concluded.error().text(), {});
      return kExitFailed;
    }
    if (!running.config.run.exit_at_end) {
      std::cout << "The service stays up; Ctrl-C ends it." << std::endl;
      while (received_signal.load() == 0 && running.session->outcome() == PaperSession::Outcome::Ended) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
      }
    }
  }
  return kExitDone;
}

/// Ends the session before the API, so that whoever follows it sees its end. Gives the process's exit code.
int stop(Running& running, int code) {
  running.board.set_phase(SessionPhase::Stopping);
  running.session->stop();
  if (running.session->outcome() == PaperSession::Outcome::Failed) {
    log_event(Severity::Critical, "session_failed", running.session->failure(),
              {{"action", "trading is halted and the process ends"}});
    code = kExitFailed;
  }
  if (running.api) running.api->stop();
  if (running.flatten_incomplete.load()) {
    std::cout << "Not flat: " << running.board.status().open_positions
              << " positions are open, since flatten came after the end of the market data." << std::endl;
  }
  log_event(Severity::Info, "stopped", "the session has stopped", {{"exit_code", code}});
  return code;
}

/// A signal came before the session began.
int stop_early(Running& running) {
  if (running.api) running.api->stop();
  log_event(Severity::Info, "stopped", "stopped before the session began", {});
  return kExitDone;
}

int run_session(AppConfig config, ApiConfig api, MarketDataSet data) {
  Running running(std::move(config), std::move(api), std::move(data));
  running.board.set_history(history_of(running));
  // Before the log: where the port is in use, none is made.
  if (auto started = start_api(running); !started) return fail(started.error());
  auto opened = open_session_log(running.config, running.data);
  if (!opened) return fail(opened.error());
  running.log = std::move(*opened);
  if (!running.log.kept_as.empty()) {
    log_event(Severity::Notice, "log_kept", "the log of a session that had ended was kept as " + running.log.kept_as,
              {{"run.keep_logs", running.config.run.keep_logs}});
  }
  for (const std::string& removed : running.log.removed) {
    log_event(Severity::Notice, "log_removed", "the oldest log that was kept is removed: " + removed, {});
  }
  PaperSessionOptions options;
  auto runner = starting_point(running, options);
  if (!runner) {
    // A log in which nothing stands is of use to nobody.
    if (!running.log.continues && running.log.kept_as.empty()) SqliteEventLog::discard(std::move(running.log.log));
    return fail(runner.error());
  }
  if (!*runner) return stop_early(running);
  options.pace = pace_of(running.config, running.data);
  options.pace.data_start = (*runner)->last_event() > 0 ? (*runner)->last_time() : running.data.first_time();
  options.on_halt = tell_halt;
  options.log_queue_max = running.config.run.log_queue_max;
  options.recorder_lag_max = running.config.run.recorder_lag_max;
  options.snapshot_every_events = running.config.run.snapshot_every_events;
  options.on_snapshot_error = [](const Error& error) {
    log_event(Severity::Error, "snapshot_failed", error.text(), {{"action", "the session goes on without it"}});
  };
  running.session =
      std::make_unique<PaperSession>(**runner, options, running.log.log.get(), &running.board, &running.metrics);
  running.board.set_phase(SessionPhase::Trading);
  log_event(Severity::Info, "session_started", "paper trading begins",
            {{"market_events", running.data.market_events()}, {"log", running.config.run.log}});
  running.session->start();
  running.trading.store(running.session.get());
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
  if (auto proved = prove_writable(config.output.directory); !proved) return fail(proved.error());
  auto data = MarketDataSet::load(config, registry);
  if (!data) return fail(data.error());
  for (const std::string& warning : data->warnings()) log_event(Severity::Warning, "data", warning, {});
  return run_session(std::move(config), std::move(*api), std::move(*data));
}

}  // namespace bellwether
