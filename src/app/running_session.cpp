#include "app/running_session.hpp"

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "actors/recovery.hpp"
#include "app/commands.hpp"
#include "app/logging.hpp"

namespace bellwether {
namespace {

using std::chrono::steady_clock;

std::atomic<int> received_signal{0};

void on_signal(int signal) { received_signal.store(signal); }

/// A mapped file has become shorter than what is read of it. SQLite maps the `-shm` of a log and nothing else is mapped
/// for writing, so the signal comes from within SQLite and interrupts neither the allocator nor the logging.
void on_cut_mapping(int) {
  log_event(Severity::Critical, "session_failed",
            "the -shm file of the event log has been cut short by another program while it was in use",
            {{"action", "the process ends"}});
  std::_Exit(kExitFailed);
}

HistorySource history_of(const Running& running) {
  const std::string path = running.config.run.log;
  return [&running, path](EventNumber, EventNumber upto, const TurnVisitor& visit) -> Expected<void> {
    auto log = SqliteEventLog::open(path, OpenMode::ReadOnly);
    if (!log) return log.error();
    auto engine = Engine::make(running.engine, running.registry);
    if (!engine) return engine.error();
    return replay_turns(**engine, **log, upto, [&](const Turn& turn) { return visit(turn, running.engine); });
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

}  // namespace

void install_signal_handlers() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  // A terminal that is closed sends SIGHUP.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGBUS, on_cut_mapping);
}

bool interrupted() { return received_signal.load() != 0; }

int fail_to_start(const Error& error) {
  log_event(Severity::Error, "start_failed", error.text(), {});
  return kExitFailed;
}

BoardConfig board_config(const AppConfig& config) {
  const ApiSettings& api = config.api;
  BoardConfig board;
  board.synthetic_data = config.data.synthetic_minutes || config.market_data.source == MarketDataOrigin::Simulated;
  board.ended_orders = api.ended_orders_max;
  board.fills = api.fills_max;
  board.stream_changes = api.stream_changes_max;
  return board;
}

void tell_halt(const Turn& turn) {
  const EventNumber number = turn.event.number;
  if (!turn.halted) return log_event(Severity::Notice, "resumed", "trading goes on", {{"event_number", number}});
  const std::string reason(token(turn.halt_reason));
  log_event(Severity::Warning, "halted", "trading is halted: " + reason,
            {{"reason", reason}, {"event_number", number}, {"time", format_rfc3339(turn.event.time)}});
}

Expected<void> open_log(Running& running) {
  auto opened = open_session_log(running.config, running.data);
  if (!opened) return opened.error();
  running.log = std::move(*opened);
  if (!running.log.kept_as.empty()) {
    log_event(Severity::Notice, "log_kept", "the log of a session that had ended was kept as " + running.log.kept_as,
              {{"run.keep_logs", running.config.run.keep_logs}});
  }
  for (const std::string& removed : running.log.removed) {
    log_event(Severity::Notice, "log_removed", "the oldest log that was kept is removed: " + removed, {});
  }
  return {};
}

PaperSessionOptions session_options(const Running& running) {
  PaperSessionOptions options;
  options.on_halt = tell_halt;
  options.log_queue_max = running.config.run.log_queue_max;
  options.recorder_lag_max = running.config.run.recorder_lag_max;
  options.snapshot_every_events = running.config.run.snapshot_every_events;
  options.on_snapshot_error = [](const Error& error) {
    log_event(Severity::Error, "snapshot_failed", error.text(), {{"action", "the session goes on without it"}});
  };
  return options;
}

Expected<void> start_api(Running& running) {
  running.board.set_history(history_of(running));
  if (!running.config.api.enabled) return {};
  const ApiConfig& api = running.api_config;
  ApiPorts ports;
  ports.session = fixed_session(running.board);
  ports.control = [&running](const SessionView&, const OperatorCommand& command) -> Expected<CommandReceipt> {
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

PaperSession::Outcome watch(Running& running, LiveView& view, const std::function<void()>& look_after) {
  auto last_look = steady_clock::now();
  EventNumber last_event = running.board.last_event();
  std::vector<FillRow> fills;
  for (;;) {
    const auto outcome = running.session->wait(std::chrono::milliseconds(100));
    if (outcome != PaperSession::Outcome::Running || received_signal.load() != 0) return outcome;
    if (look_after) look_after();
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

int stop_early(Running& running) {
  if (running.api) running.api->stop();
  log_event(Severity::Info, "stopped", "stopped before the session began", {});
  return kExitDone;
}

}  // namespace bellwether
