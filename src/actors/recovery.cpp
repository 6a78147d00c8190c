#include "actors/recovery.hpp"

#include <algorithm>
#include <deque>

#include "actors/snapshot_seal.hpp"

namespace bellwether {
namespace {

/// Reads a log entry by entry, events and commands apart.
class LogReader {
 public:
  /// Events behind `after` and up to `upto`, with what they caused.
  explicit LogReader(EventLog& log, EventNumber after, EventNumber upto = std::numeric_limits<EventNumber>::max())
      : cursor_(log.read(after)), upto_(upto) {}

  /// The next event without taking it; null at the end or after an error.
  const Event* peek_event() {
    while (events_.empty() && load()) {
    }
    return events_.empty() ? nullptr : &events_.front();
  }
  const LoggedCommand* peek_command() {
    while (commands_.empty() && load()) {
    }
    return commands_.empty() ? nullptr : &commands_.front();
  }
  void take_event() { events_.pop_front(); }
  void take_command() { commands_.pop_front(); }
  void drop_commands() { commands_.clear(); }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  bool load() {
    if (ended_ || passed_) return false;
    auto count = cursor_->next(event_batch_, command_batch_);
    if (!count) error_ = count.error();
    if (!count || *count == 0) {
      ended_ = true;
      return false;
    }
    for (const Event& event : event_batch_) {
      if (event.number <= upto_) events_.push_back(event);
    }
    for (const LoggedCommand& command : command_batch_) {
      if (command.event <= upto_) commands_.push_back(command);
    }
    // Commands may stand behind their events.
    passed_ |= !event_batch_.empty() && event_batch_.front().number > upto_;
    return !passed_;
  }

  std::unique_ptr<EventLogCursor> cursor_;
  EventNumber upto_;
  bool passed_ = false;  // A batch has come that lies behind it.
  std::vector<Event> event_batch_;
  std::vector<LoggedCommand> command_batch_;
  std::deque<Event> events_;
  std::deque<LoggedCommand> commands_;
  std::optional<Error> error_;
  bool ended_ = false;
};

std::string text(const Event& event) {
  return "event " + std::to_string(event.number) + " (" + std::string(token(event.type)) + " at " +
         format_rfc3339(event.time) + ")";
}

std::string text(const OrderCommand& command) {
  return std::string(token(command.kind)) + " " + command.id.client_order_id() + " " +
         std::string(token(command.spec.side)) + " " + command.spec.quantity.to_string() + " " +
         std::string(token(command.spec.type)) + " limit " + command.spec.limit_price.to_string() + " stop " +
         command.spec.stop_price.to_string();
}

/// Compares a re-execution with the log, and keeps what the log lacks.
class Verifier final : public TurnObserver {
 public:
  explicit Verifier(LogReader& log) : log_(log) {}

  void on_turn(const Turn& turn) override {
    compare_event(turn.event);
    for (const OrderCommand& command : turn.commands) compare_command({turn.event.number, command});
  }
  [[nodiscard]] const std::optional<std::string>& difference() const { return difference_; }
  std::vector<Event> missing_events;
  std::vector<LoggedCommand> missing_commands;
  std::uint64_t compared = 0;

 private:
  void compare_event(const Event& event) {
    const Event* logged = log_.peek_event();
    if (logged == nullptr) {
      missing_events.push_back(event);
      return;
    }
    if (!(*logged == event)) differ("the log holds " + text(*logged) + ", the re-execution gave " + text(event));
    log_.take_event();
    ++compared;
  }
  void compare_command(const LoggedCommand& command) {
    const LoggedCommand* logged = log_.peek_command();
    if (logged == nullptr) {
      missing_commands.push_back(command);
      return;
    }
    if (!(*logged == command)) {
      differ("after event " + std::to_string(command.event) + " the log holds the command " + text(logged->command) +
             ", the re-execution gave " + text(command.command));
    }
    log_.take_command();
  }
  void differ(std::string what) {
    if (!difference_) difference_ = std::move(what);
  }

  LogReader& log_;
  std::optional<std::string> difference_;
};

/// After a re-execution: a command of the log that it did not give.
std::optional<std::string> left_over(LogReader& log) {
  const LoggedCommand* command = log.peek_command();
  if (command == nullptr) return std::nullopt;
  return "the log holds the command " + text(command->command) + " after event " + std::to_string(command->event) +
         ", the re-execution gave none";
}

/// Finds where the last step of a log begins. Its first events are the fills that its market event brings; answers of
/// the venue to the step before may stand directly in front of them and are counted in.
class LastStep {
 public:
  void pass(const Event& event) {
    if (event.type == EventType::Report) {
      if (reports_begin_ == 0) reports_begin_ = event.number;
      return;
    }
    const bool follows = event.type == EventType::Command && !is_from_operator(event);
    if (!follows) begin_ = reports_begin_ != 0 ? reports_begin_ : event.number;
    reports_begin_ = 0;
  }
  [[nodiscard]] EventNumber begin() const { return begin_; }

 private:
  EventNumber begin_ = 0;
  EventNumber reports_begin_ = 0;  // Of the run of reports under way; 0: none is.
};

std::string name_of_snapshot(EventNumber event) { return "the snapshot of event " + std::to_string(event); }

/// The state in a snapshot of the log, checked but for what it means.
Expected<std::string> state_of_snapshot(EventLog& log, EventNumber event) {
  const auto snapshot = log.snapshot(event);
  if (!snapshot) return snapshot.error();
  if (event > log.last_event()) return Error{"log", name_of_snapshot(event) + " lies behind the end of the log"};
  const auto state = state_of(*snapshot);
  if (!state) return Error{"log", name_of_snapshot(event) + " cannot be used: " + state.error().message};
  return std::string(*state);
}

/// Brings a fresh runner to the state of a snapshot. After an Error the runner is of no use.
Expected<void> load_snapshot(BacktestRunner& runner, EventLog& log, EventNumber event) {
  const auto state = state_of_snapshot(log, event);
  if (!state) return state.error();
  ByteReader reader(*state);
  runner.load(reader);
  if (reader.done() && runner.last_event() == event) return {};
  return Error{"log", name_of_snapshot(event) + " does not fit this configuration and data"};
}

/// Re-executes what the log holds behind the runner's last event, and appends what the log lacks of the last step.
Expected<void> catch_up(BacktestRunner& runner, EventLog& log, const std::function<bool()>& go_on, Recovery& recovery) {
  LogReader reader(log, runner.last_event());
  Verifier verifier(reader);
  runner.set_observer(&verifier);
  while (const Event* next = reader.peek_event()) {
    if (go_on && !go_on()) {
      recovery.interrupted = true;
      return {};
    }
    if (is_from_operator(*next)) {
      runner.take(*next);
    } else if (!runner.step()) {
      return Error{"log", "the data end before " + text(*next) + " of the log"};
    }
    if (verifier.difference()) return Error{"log", *verifier.difference()};
  }
  runner.set_observer(nullptr);
  if (reader.error()) return *reader.error();
  if (const auto left = left_over(reader)) return Error{"log", *left};
  recovery.replayed = verifier.compared;
  recovery.completed = verifier.missing_events.size();
  if (verifier.missing_events.empty() && verifier.missing_commands.empty()) return {};
  return log.append(verifier.missing_events, verifier.missing_commands);
}

}  // namespace

Expected<Recovery> recover(const MakeRunner& make, EventLog& log, const std::function<bool()>& go_on) {
  std::vector<Error> unusable;
  auto events = log.snapshot_events();
  if (!events) unusable.push_back(events.error());
  std::vector<EventNumber> begins = events ? *events : std::vector<EventNumber>();
  begins.push_back(0);
  for (const EventNumber begin : begins) {
    auto runner = make();
    if (!runner) return runner.error();
    Recovery recovery;
    auto brought = begin == 0 ? Expected<void>() : load_snapshot(**runner, log, begin);
    if (brought) {
      recovery.snapshot_event = begin;
      brought = catch_up(**runner, log, go_on, recovery);
    }
    if (brought) {
      recovery.runner = std::move(*runner);
      recovery.unusable = std::move(unusable);
      return recovery;
    }
    if (begin == 0) return brought.error();
    unusable.push_back(brought.error());
  }
  return Error{"log", "there is nothing to recover from"};
}

namespace {

/// Goes up whenever what is carried from segment to segment is written otherwise.
constexpr std::uint32_t kCarriedFormat = 1;

/// Brings fresh parts to the state of a snapshot of a session by the clock.
Expected<void> load_live_snapshot(LiveRecovery& recovery, EventLog& log, EventNumber event) {
  const auto state = state_of_snapshot(log, event);
  if (!state) return state.error();
  ByteReader in(*state);
  recovery.engine->load(in);
  recovery.intake->load(in);
  recovery.keys->load(in);
  in.u64();  // A position in a data set: there is none.
  recovery.last_event = in.u64();
  recovery.last_time = in.time();
  if (in.done() && recovery.last_event == event) return {};
  return Error{"log", name_of_snapshot(event) + " does not fit this configuration"};
}

/// Brings them to where the current segment begins.
Expected<void> open_segment_again(LiveRecovery& recovery, EventLog& log, const SegmentNote& segment,
                                  const LiveRecoveryPorts& ports) {
  auto opening = log.segment_opening(segment.number);
  if (!opening) return opening.error();
  auto engine = ports.open_engine(opening->state);
  if (!engine) return engine.error();
  recovery.engine = std::move(*engine);
  if (!opening->broker.empty()) {
    if (auto loaded = load_carried_state(opening->broker, *recovery.intake, *recovery.keys); !loaded) return loaded;
  }
  recovery.last_event = segment.after;
  recovery.last_time = opening->opened;
  return {};
}

/// Re-executes what the log holds behind the recovery's last event, and appends what it lacks of commands.
Expected<void> catch_up_live(LiveRecovery& recovery, EventLog& log, const LiveRecoveryPorts& ports) {
  LogReader reader(log, recovery.last_event);
  Verifier verifier(reader);
  while (const Event* logged = reader.peek_event()) {
    const Event event = *logged;
    const Turn& turn = recovery.engine->process(event);
    verifier.on_turn(turn);
    if (verifier.difference()) return Error{"log", *verifier.difference()};
    recovery.intake->replay(turn);
    recovery.keys->pass(turn);
    recovery.last_event = event.number;
    recovery.last_time = event.time;
    if (ports.visit && !ports.visit(turn)) {
      recovery.interrupted = true;
      return {};
    }
  }
  if (reader.error()) return *reader.error();
  if (const auto left = left_over(reader)) return Error{"log", *left};
  recovery.replayed = verifier.compared;
  recovery.first = recovery.intake->take_unseen();
  if (verifier.missing_commands.empty()) return {};
  return log.append({}, verifier.missing_commands);
}

/// One attempt: from a snapshot, or from where the segment begins.
Expected<LiveRecovery> attempt_live(EventLog& log, const LiveRecoveryPorts& ports, const SegmentNote& segment,
                                    std::optional<EventNumber> snapshot) {
  LiveRecovery recovery;
  recovery.intake = ports.make_intake();
  recovery.keys = std::make_shared<CommandKeys>();
  Expected<void> brought;
  if (snapshot) {
    auto engine = ports.make_engine();
    if (!engine) return engine.error();
    recovery.engine = std::move(*engine);
    brought = load_live_snapshot(recovery, log, *snapshot);
  } else {
    brought = open_segment_again(recovery, log, segment, ports);
  }
  if (!brought) return brought.error();
  recovery.begun_at = recovery.last_event;
  if (ports.begin) ports.begin(recovery);
  if (auto caught_up = catch_up_live(recovery, log, ports); !caught_up) return caught_up.error();
  return recovery;
}

}  // namespace

std::string carried_state(const LiveIntake& intake, const CommandKeys& keys) {
  ByteWriter out;
  out.u32(kCarriedFormat);
  intake.save(out);
  keys.save(out);
  return out.take();
}

Expected<void> load_carried_state(std::string_view bytes, LiveIntake& intake, CommandKeys& keys) {
  ByteReader in(bytes);
  const std::uint32_t format = in.u32();
  if (format != kCarriedFormat) {
    return Error{"log", "what the segment keeps of the exchange is in format " + std::to_string(format) +
                            "; this version reads " + std::to_string(kCarriedFormat)};
  }
  intake.load(in);
  keys.load(in);
  if (!in.done()) return Error{"log", "what the segment keeps of the exchange does not fit its configuration"};
  return {};
}

Expected<LiveRecovery> recover_live(EventLog& log, const LiveRecoveryPorts& ports) {
  const auto segments = log.segments();
  if (!segments) return segments.error();
  std::vector<Error> unusable;
  const auto snapshots = log.snapshot_events();
  if (!snapshots) unusable.push_back(snapshots.error());
  std::vector<std::optional<EventNumber>> begins;
  if (snapshots) begins.assign(snapshots->begin(), snapshots->end());
  std::erase_if(begins, [&](const auto& event) { return *event > ports.snapshots_upto; });
  begins.push_back(std::nullopt);
  for (const auto& begin : begins) {
    auto recovery = attempt_live(log, ports, segments->back(), begin);
    if (recovery) {
      recovery->unusable = std::move(unusable);
      return recovery;
    }
    if (!begin) return recovery.error();
    unusable.push_back(recovery.error());
  }
  return Error{"log", "there is nothing to recover from"};
}

Expected<bool> rebuild_record(BacktestRunner& runner, const EngineConfig& config, Engine& fresh, EventLog& log,
                              const std::function<bool(const Turn&)>& visit) {
  SessionRecorder recorder(config);
  EventNumber last = 0;
  const auto replayed = replay_turns(fresh, log, 0, runner.last_event(), [&](const Turn& turn) {
    if (!visit(turn)) return false;
    recorder.apply(turn);
    last = turn.event.number;
    return true;
  });
  if (!replayed) return replayed.error();
  if (last < runner.last_event()) return false;
  runner.set_recorder(std::move(recorder));
  return true;
}

Expected<Replay> replay(Engine& engine, EventLog& log, EventNumber after, EventNumber upto, bool ended) {
  Replay result;
  LogReader reader(log, after, upto);
  Verifier verifier(reader);
  LastStep last_step;
  while (const Event* logged = reader.peek_event()) {
    const Event event = *logged;
    verifier.on_turn(engine.process(event));
    last_step.pass(event);
    ++result.events;
    result.commands += engine.turn().commands.size();
    if (verifier.difference()) break;
  }
  if (reader.error()) return *reader.error();
  result.difference = verifier.difference();
  if (!result.difference) result.difference = left_over(reader);
  const std::vector<LoggedCommand>& missing = verifier.missing_commands;
  result.commands -= missing.size();
  if (!result.difference && !missing.empty() && (ended || missing.front().event < last_step.begin())) {
    result.difference = "after event " + std::to_string(missing.front().event) + " the log holds no command, " +
                        "the re-execution gave " + text(missing.front().command) + "; " +
                        std::to_string(missing.size()) + " are missing in all";
  }
  return result;
}

Expected<std::uint64_t> count_operator_commands(EventLog& log) {
  const auto cursor = log.read(0);
  std::vector<Event> events;
  std::vector<LoggedCommand> commands;
  std::uint64_t found = 0;
  for (;;) {
    const auto count = cursor->next(events, commands);
    if (!count) return count.error();
    if (*count == 0) return found;
    found += static_cast<std::uint64_t>(std::count_if(events.begin(), events.end(), is_operator_command));
  }
}

Expected<void> replay_turns(Engine& engine, EventLog& log, EventNumber after, EventNumber upto,
                            const std::function<bool(const Turn&)>& visit) {
  LogReader reader(log, after);
  for (const Event* event = reader.peek_event(); event != nullptr && event->number <= upto;
       event = reader.peek_event()) {
    reader.drop_commands();  // They come out of the re-execution.
    const Turn& turn = engine.process(*event);
    if (!visit(turn)) break;
    reader.take_event();
  }
  if (reader.error()) return *reader.error();
  return {};
}

}  // namespace bellwether
