#include "actors/paper_session.hpp"

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include "actors/clock.hpp"
#include "actors/market_replay.hpp"
#include "actors/order.hpp"
#include "actors/recorder.hpp"
#include "actors/scheduler_config.hpp"
#include "actors/sequencer.hpp"
#include "actors/stages.hpp"
#include "actors/supervisor.hpp"
#include "actors/venue.hpp"

namespace bellwether {
namespace {

/// A thread that is none of CAF's and has asked an actor keeps the actor system's logger until it asks another system:
/// and a system waits in its destructor until nobody has its logger.
class ForeignThread {
 public:
  ForeignThread() = default;
  ForeignThread(const ForeignThread&) = delete;
  ForeignThread& operator=(const ForeignThread&) = delete;
  ~ForeignThread() { caf::logger::set_current_actor_system(nullptr); }
};

}  // namespace

struct PaperSession::Actors {
  Actors(BacktestRunner::Parts start, std::shared_ptr<LiveEntry> live_entry, const PaperSessionOptions& session_options,
         EventLog* log, SessionBoard* board, EngineMetrics* metrics)
      : options(session_options),
        config(session_options.threads, session_options.deterministic),
        system(config),
        begin(std::move(start)),
        live(std::move(live_entry)) {
    ports.board = board;
    ports.metrics = metrics;
    ports.books = options.books;
    ports.progress = &progress;
    ports.closed = &closed;
    ports.on_halt = options.on_halt;
    ports.on_session = options.on_session;
    if (metrics != nullptr) {
      metrics->set_queue_limit(Stage::Log, options.log_queue_max);
      metrics->set_queue_limit(Stage::Recorder, options.recorder_lag_max);
    }
    if (log != nullptr) open_log(*log);
  }

  void open_log(EventLog& log) {
    LogWriterCallbacks callbacks;
    callbacks.on_commit = [this](EventNumber durable) {
      if (order_handle) caf::anon_send(order_handle, durable_atom::value, durable);
    };
    callbacks.on_error = [this](const Error& error) { fail("the event log cannot be written: " + error.text()); };
    callbacks.on_snapshot_error = options.on_snapshot_error;
    if (ports.metrics != nullptr) {
      callbacks.on_commit_time = [this](double seconds, std::size_t events) {
        ports.metrics->observe_commit(seconds, events);
      };
    }
    LogWriterOptions writer_options;
    writer_options.capacity = options.log_queue_max;
    writer = std::make_unique<LogWriter>(log, callbacks, writer_options);
    ports.log = writer.get();
  }

  /// Called from any thread. Closing comes first: nothing may leave while the rest goes on.
  void fail(const std::string& why) {
    {
      const std::lock_guard lock(mutex);
      if (state == Outcome::Failed) return;
      closed.store(true, std::memory_order_release);
      state = Outcome::Failed;
      failure_text = why;
    }
    if (ports.board != nullptr) ports.board->fail(why);
    if (ports.metrics != nullptr) ports.metrics->count_failure();
    settled.notify_all();
    // Whoever waits for the answer to a command is told.
    if (venue_handle) caf::anon_send(venue_handle, stop_atom::value);
  }
  void on_death(const std::string& who, const std::string& why) {
    if (!stopping.load(std::memory_order_acquire)) fail("actor " + who + " died: " + why);
  }
  void end() {
    const std::lock_guard lock(mutex);
    if (state == Outcome::Running) state = Outcome::Ended;
    settled.notify_all();
  }

  void spawn();
  void watch(const caf::strong_actor_ptr& actor, const char* name);
  [[nodiscard]] bool let_finish(std::chrono::milliseconds patience);
  void end_actors();
  void run_test_scheduler() {
    auto& scheduler = dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
    while (scheduler.run() > 0 || scheduler.trigger_timeout()) {
    }
  }

  // What actors and writer use outlives them: they end with `system` and `writer`.
  PaperSessionOptions options;
  ConveyorProgress progress;
  std::atomic<bool> closed = false;
  std::atomic<bool> stopping = false;  // Actors end because they are told to.
  mutable std::mutex mutex;
  std::condition_variable settled;
  Outcome state = Outcome::Running;
  std::string failure_text;
  SessionPorts ports;
  std::unique_ptr<LogWriter> writer;
  SchedulerConfig config;
  caf::actor_system system;
  BacktestRunner::Parts begin;
  std::shared_ptr<LiveEntry> live;
  supervisor_actor supervisor_handle;
  venue_actor venue_handle;
  recorder_actor recorder_handle;
  order_actor order_handle;
  market_data_actor market_data_handle;
  clock_actor clock_handle;
  std::vector<std::pair<std::string, caf::strong_actor_ptr>> all;
  bool stopped = false;
  bool settled_at_stop = false;
  PaperSession::Left left;  // The stages, which their actors share.
};

void PaperSession::Actors::watch(const caf::strong_actor_ptr& actor, const char* name) {
  all.emplace_back(name, actor);
  caf::anon_send(supervisor_handle, watch_atom::value, actor, std::string(name));
}

void PaperSession::Actors::spawn() {
  SupervisorCallbacks callbacks;
  callbacks.on_death = [this](const std::string& who, const std::string& why) { on_death(who, why); };
  callbacks.on_end = [this] { end(); };
  supervisor_handle = system.spawn(supervisor, callbacks);
  const auto supervisor_pointer = caf::actor_cast<caf::strong_actor_ptr>(supervisor_handle);
  all.emplace_back("supervisor", supervisor_pointer);
  supervisor_pointer->get()->attach_functor(
      [this](const caf::error& reason) { on_death("supervisor", system.render(reason)); });
  Engine& engine = *begin.engine;
  const HaltReason halt = engine.risk_stage().halt_reason();
  VenueStart start;
  start.simulator = std::make_shared<FillSimulator>(std::move(begin.venue));
  start.link = std::move(begin.link);
  start.live = live;
  left.live = live;
  left.keys = options.keys;
  if (!begin.held) {
    Event next;
    if (begin.feed.next(next)) begin.held = next;
  }
  start.data_ended = !begin.held && !start.live;
  start.feed_position = begin.feed.position() - (begin.held ? 1 : 0);
  start.next_timer = engine.next_timer();
  start.last_event = begin.last_event;
  start.last_time = begin.last_time;
  start.last_snapshot = options.last_snapshot;
  start.keys = options.keys;
  const VenueOptions venue_options{options.snapshot_every_events, options.on_order_command};
  venue_handle = system.spawn(venue, ports, venue_options, start, supervisor_handle);
  std::shared_ptr<SessionRecorder> record;
  if (!start.live) record = std::make_shared<SessionRecorder>(std::move(begin.recorder));
  recorder_handle = system.spawn(recorder, ports, record, halt, venue_handle);
  order_handle = system.spawn(order, ports, std::make_shared<OrderStage>(std::move(engine.order_stage())), venue_handle,
                              recorder_handle);
  left.risk = std::make_shared<RiskStage>(std::move(engine.risk_stage()));
  left.signal = std::shared_ptr<SignalStage>(engine.release_signal_stage());
  left.position = std::make_shared<PositionStage>(std::move(engine.position_stage()));
  auto risk_handle = system.spawn(risk, ports, left.risk, order_handle);
  auto signal_handle = system.spawn(signal, ports, left.signal, risk_handle);
  auto position_handle = system.spawn(position, ports, left.position, signal_handle);
  auto sequencer_handle = system.spawn(sequencer, ports, begin.last_event, begin.last_time, position_handle);
  market_data_handle = system.spawn(market_data, ports, std::make_shared<MarketFeed>(std::move(begin.feed)), begin.held,
                                    options.recorder_lag_max, venue_handle);
  clock_handle = system.spawn(clock, options.pace, market_data_handle);
  const auto pointer = [](const auto& handle) { return caf::actor_cast<caf::strong_actor_ptr>(handle); };
  watch(pointer(venue_handle), "venue");
  watch(pointer(recorder_handle), "recorder");
  watch(pointer(order_handle), "order");
  watch(pointer(risk_handle), "risk");
  watch(pointer(signal_handle), "signal");
  watch(pointer(position_handle), "position");
  watch(pointer(sequencer_handle), "sequencer");
  watch(pointer(market_data_handle), "market_data");
  watch(pointer(clock_handle), "clock");
  caf::anon_send(venue_handle, start_atom::value, sequencer_handle, market_data_handle, order_handle);
  caf::anon_send(clock_handle, start_atom::value);
}

PaperSession::PaperSession(BacktestRunner& runner, const PaperSessionOptions& options, EventLog* log,
                           SessionBoard* board, EngineMetrics* metrics)
    : actors_(std::make_unique<Actors>(runner.release(), nullptr, options, log, board, metrics)) {}

PaperSession::PaperSession(BacktestRunner::Parts start, std::shared_ptr<LiveEntry> live,
                           const PaperSessionOptions& options, EventLog* log, SessionBoard* board,
                           EngineMetrics* metrics)
    : actors_(std::make_unique<Actors>(std::move(start), std::move(live), options, log, board, metrics)) {}

PaperSession::~PaperSession() { stop(); }

void PaperSession::start() { actors_->spawn(); }

PaperSession::Outcome PaperSession::wait(std::chrono::milliseconds timeout) {
  if (actors_->options.deterministic) actors_->run_test_scheduler();
  std::unique_lock lock(actors_->mutex);
  actors_->settled.wait_for(lock, timeout, [&] { return actors_->state != Outcome::Running; });
  return actors_->state;
}

PaperSession::Outcome PaperSession::outcome() const {
  const std::lock_guard lock(actors_->mutex);
  return actors_->state;
}

std::string PaperSession::failure() const {
  const std::lock_guard lock(actors_->mutex);
  return actors_->failure_text;
}

Expected<CommandReceipt> PaperSession::command(const OperatorCommand& command) {
  constexpr auto kPatience = std::chrono::seconds(1);
  const ForeignThread foreign;  // Outlives the actor that asks.
  caf::scoped_actor self(actors_->system);
  Expected<CommandReceipt> answer = Error{"", "the session does not answer; /v1/status shows what state it is in"};
  auto request = self->request(actors_->venue_handle, kPatience, command);
  if (actors_->options.deterministic) actors_->run_test_scheduler();
  request.receive([&](const CommandReceipt& receipt) { answer = receipt; },
                  [&](const caf::error& error) {
                    // The command stays where it waits, and is carried out when its turn comes.
                    if (error == caf::sec::request_timeout) {
                      answer = CommandReceipt();
                    } else if (error == caf::sec::request_receiver_down) {
                      answer = Error{"",
                                     "the session stops, has ended or has failed: it takes no command any more, and "
                                     "will not carry this one out; start `bellwether run` again"};
                    } else {
                      answer = Error{"", "the session could not take the command and will not carry it out (" +
                                             actors_->system.render(error) + "); /v1/status shows what state it is in"};
                    }
                  });
  return answer;
}

std::shared_ptr<const SessionRecord> PaperSession::record() {
  const ForeignThread foreign;
  caf::scoped_actor self(actors_->system);
  RecordPtr record;
  auto request = self->request(actors_->recorder_handle, std::chrono::seconds(30), record_atom::value);
  if (actors_->options.deterministic) actors_->run_test_scheduler();
  request.receive([&](const RecordPtr& answer) { record = answer; }, [](const caf::error&) {});
  return record;
}

/// Waits until every event that was numbered has passed the whole conveyor, is durable and recorded. False where that
/// takes too long.
bool PaperSession::Actors::let_finish(std::chrono::milliseconds patience) {
  caf::anon_send(clock_handle, stop_atom::value);
  caf::anon_send(market_data_handle, stop_atom::value);
  caf::scoped_actor self(system);
  auto finished = self->request(venue_handle, patience, stop_atom::value);
  if (options.deterministic) run_test_scheduler();
  bool settled_in_time = false;
  finished.receive([&](settle_atom) { settled_in_time = true; }, [](const caf::error&) {});
  return settled_in_time;
}

/// Ends all actors and waits for it: none of them touches the log, the board or the metrics any more.
void PaperSession::Actors::end_actors() {
  stopping.store(true, std::memory_order_release);
  closed.store(true, std::memory_order_release);
  std::vector<caf::strong_actor_ptr> actors;
  for (const auto& [name, actor] : all) actors.push_back(actor);
  for (const caf::strong_actor_ptr& actor : actors) caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  if (options.deterministic) run_test_scheduler();
  caf::scoped_actor self(system);
  self->wait_for(actors);
}

void PaperSession::stop(std::chrono::milliseconds patience) {
  Actors& actors = *actors_;
  if (std::exchange(actors.stopped, true)) return;
  if (actors.venue_handle && outcome() != Outcome::Failed) actors.settled_at_stop = actors.let_finish(patience);
  actors.end_actors();
  if (actors.writer) actors.writer->close();  // Where it fails, the outcome says so.
}

std::unique_ptr<PaperSession::Left> PaperSession::take_left() {
  Actors& actors = *actors_;
  BELLWETHER_INVARIANT(actors.stopped, "a session is taken apart once it has stopped");
  if (!actors.settled_at_stop || !actors.left.live || outcome() == Outcome::Failed) return nullptr;
  return std::make_unique<Left>(std::move(actors.left));
}

bool PaperSession::kill(std::string_view actor) {
  for (const auto& [name, pointer] : actors_->all) {
    if (name != actor) continue;
    caf::anon_send_exit(pointer, caf::exit_reason::kill);
    return true;
  }
  return false;
}

const ConveyorProgress& PaperSession::progress() const { return actors_->progress; }

void PaperSession::measure() const {
  const Actors& actors = *actors_;
  if (actors.ports.metrics == nullptr) return;
  EngineMetrics& metrics = *actors.ports.metrics;
  using enum Station;
  const auto queue = [&](Stage stage, Station before, Station after) {
    metrics.set_queue_depth(stage, actors.progress.between(before, after));
  };
  queue(Stage::Position, Sequencer, Position);
  queue(Stage::Signal, Position, Signal);
  queue(Stage::Risk, Signal, Risk);
  queue(Stage::Order, Risk, Order);
  queue(Stage::Venue, Order, Released);
  queue(Stage::Recorder, Order, Recorder);
  metrics.set_queue_depth(Stage::Log, actors.writer ? actors.writer->waiting() : 0);
  if (const BookWriter* books = actors.ports.books) {
    const EventNumber written = books->written();
    metrics.set_books(std::max(books->given(), written) - written, books->has_stopped());
  }
  const std::int64_t last_market_ns = actors.progress.last_market_ns();
  if (last_market_ns != 0) metrics.set_data_age(static_cast<double>(monotonic_ns() - last_market_ns) * 1e-9);
}

}  // namespace bellwether
