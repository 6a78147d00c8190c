#include "app/running_session.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "actors/recovery.hpp"
#include "app/commands.hpp"
#include "app/logging.hpp"
#include "app/segment_replay.hpp"

namespace bellwether {
namespace {

using std::chrono::steady_clock;

std::atomic<int> received_signal{0};

std::atomic<bool> reloads_at_hangup{false};
std::atomic<bool> received_hangup{false};

void on_signal(int signal) {
  if (signal == SIGHUP && reloads_at_hangup.load()) return received_hangup.store(true);
  received_signal.store(signal);
}

/// Whether the terminal that the process was started from has been closed.
bool terminal_has_gone() {
  static const bool had_one = ::isatty(STDIN_FILENO) == 1 || ::isatty(STDOUT_FILENO) == 1;
  if (!had_one) return false;
  const int terminal = ::open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (terminal >= 0) ::close(terminal);
  return terminal < 0;
}

/// A mapped file has become shorter than what is read of it. SQLite maps the `-shm` of a log and nothing else is mapped
/// for writing, so the signal comes from within SQLite and interrupts neither the allocator nor the logging.
void on_cut_mapping(int) {
  log_event(Severity::Critical, "session_failed",
            "the -shm file of the event log has been cut short by another program while it was in use",
            {{"action", "the process ends"}});
  std::_Exit(kExitFailed);
}

HistorySource history_of(const Running& running, const Generation& generation) {
  const std::string path = generation.config.run.log;
  return [&registry = running.registry, path](EventNumber after, EventNumber upto,
                                              const TurnVisitor& visit) -> Expected<void> {
    auto log = SqliteEventLog::open(path, OpenMode::ReadOnly);
    if (!log) return log.error();
    return replay_segments(**log, registry, after, upto, visit);
  };
}

/// What a command to flatten cannot do, in words; empty where it can.
std::string left_by_flatten(const Running& running, const CommandEvent& command) {
  const SessionStatus status = running.generation()->board.status();
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

void reload_at_hangup() {
  terminal_has_gone();  // Notes whether there is one.
  reloads_at_hangup.store(true);
}

bool take_hangup() {
  if (!received_hangup.exchange(false)) return false;
  if (!terminal_has_gone()) return true;
  received_signal.store(SIGHUP);
  return false;
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
  // The past of an account without end is in its books.
  if (config.market_data.source == MarketDataOrigin::Simulated) {
    board.trades = board.equity_points = board.session_closes = 0;
  }
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
  auto opened = open_session_log(running.now->config, running.data);
  if (!opened) return opened.error();
  running.log = std::move(*opened);
  if (!running.log.kept_as.empty()) {
    log_event(Severity::Notice, "log_kept", "the log of a session that had ended was kept as " + running.log.kept_as,
              {{"run.keep_logs", running.now->config.run.keep_logs}});
  }
  for (const std::string& removed : running.log.removed) {
    log_event(Severity::Notice, "log_removed", "the oldest log that was kept is removed: " + removed, {});
  }
  return {};
}

PaperSessionOptions session_options(const Running& running) {
  PaperSessionOptions options;
  options.on_halt = tell_halt;
  options.log_queue_max = running.now->config.run.log_queue_max;
  options.recorder_lag_max = running.now->config.run.recorder_lag_max;
  options.snapshot_every_events = running.now->config.run.snapshot_every_events;
  options.on_snapshot_error = [](const Error& error) {
    log_event(Severity::Error, "snapshot_failed", error.text(), {{"action", "the session goes on without it"}});
  };
  return options;
}

void set_history(const Running& running, Generation& generation) {
  generation.board.set_history(history_of(running, generation));
}

Expected<void> start_api(Running& running, ApiPorts ports) {
  set_history(running, *running.now);
  if (!running.now->config.api.enabled) return {};
  const ApiConfig& api = running.api_config;
  ports.session = [&running] {
    auto generation = running.generation();
    const SessionView* view = &generation->board;
    return SessionViewPtr(std::move(generation), view);
  };
  ports.control = [&running](const SessionView& seen, const OperatorCommand& command) -> Expected<CommandReceipt> {
    const std::shared_lock lock(running.changing);
    if (running.trading == nullptr) return Error{"", "the session has not begun"};
    if (seen.is_superseded()) {
      return Error{"", "the configuration has just changed, and the command was not carried out; send it again"};
    }
    auto receipt = running.trading->command(command);
    if (receipt && !command.only_ask) tell_command(running, command, *receipt);
    return receipt;
  };
  ports.metrics = [&running] {
    const std::shared_lock lock(running.changing);
    if (running.trading != nullptr) running.trading->measure();
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
    auto page = running.now->board.fills(fills.empty() ? 0 : fills.back().event, kPage);
    more = page.more;
    fills.insert(fills.end(), page.rows.begin(), page.rows.end());
    if (fills.size() > kShown) fills.erase(fills.begin(), fills.end() - kShown);
  }
  frame.fills = std::move(fills);
  frame.data_end = running.data.last_time();
  frame.data_events = running.data.market_events();
  frame.status = running.now->board.status();
  frame.account = running.now->board.account();
  frame.positions = running.now->board.positions();
  OrderFilter filter;
  filter.limit = 5;
  filter.newest_first = true;
  frame.orders = running.now->board.orders(filter).rows;
  frame.events_per_second = events_per_second;
  frame.config = std::shared_ptr<const EngineConfig>(running.now, &running.now->engine);
  return frame;
}

PaperSession::Outcome watch(Running& running, LiveView& view, const std::function<bool()>& look_after) {
  auto last_look = steady_clock::now();
  EventNumber last_event = running.now->board.last_event();
  std::vector<FillRow> fills;
  std::shared_ptr<Generation> shown = running.now;
  for (;;) {
    const auto outcome = running.session->wait(std::chrono::milliseconds(100));
    if (outcome != PaperSession::Outcome::Running || received_signal.load() != 0) return outcome;
    if (look_after && !look_after()) return PaperSession::Outcome::Failed;
    // Indices of another configuration mean other things.
    if (std::exchange(shown, running.now) != running.now) fills.clear();
    const auto look = steady_clock::now();
    if (look - last_look < std::chrono::milliseconds(250)) continue;
    const EventNumber event = running.now->board.last_event();
    const std::chrono::duration<double> seconds = look - last_look;
    LiveFrame frame = frame_of(running, static_cast<double>(event - last_event) / seconds.count(), std::move(fills));
    view.show(frame);
    fills = std::move(frame.fills);
    last_look = look;
    last_event = event;
  }
}

void fail_session(Running& running, const std::string& why) {
  running.now->board.fail(why);
  log_event(Severity::Critical, "session_failed", why, {{"action", "trading is halted and the process ends"}});
}

int stop(Running& running, int code) {
  running.now->board.set_phase(SessionPhase::Stopping);
  if (running.session) running.session->stop();
  if (running.session && running.session->outcome() == PaperSession::Outcome::Failed) {
    log_event(Severity::Critical, "session_failed", running.session->failure(),
              {{"action", "trading is halted and the process ends"}});
    code = kExitFailed;
  }
  if (running.api) running.api->stop();
  if (running.flatten_incomplete.load()) {
    std::cout << "Not flat: " << running.now->board.status().open_positions
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
