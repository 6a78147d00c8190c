#include "actors/paper_session.hpp"

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include "actors/clock.hpp"
#include "actors/market_replay.hpp"
#include "actors/order.hpp"
#include "actors/recorder.hpp"
#include "actors/sequencer.hpp"
#include "actors/stages.hpp"
#include "actors/supervisor.hpp"
#include "actors/venue.hpp"

namespace bellwether {
namespace {

struct SystemConfig : caf::actor_system_config {
  explicit SystemConfig(const PaperSessionOptions& options) {
    set("scheduler.policy", options.deterministic ? caf::atom("testing") : caf::atom("sharing"));
    set("scheduler.max-threads", options.threads);
  }
};

}  // namespace

struct PaperSession::Actors {
  Actors(BacktestRunner& runner, const PaperSessionOptions& session_options, EventLog* log, SessionBoard* board,
         EngineMetrics* metrics)
      : options(session_options), config(session_options), system(config), begin(runner.release()) {
    ports.board = board;
    ports.metrics = metrics;
    ports.progress = &progress;
    if (log != nullptr) open_log(*log);
  }

  void open_log(EventLog& log) {
    LogWriterCallbacks callbacks;
    callbacks.on_commit = [this](EventNumber durable) {
      if (order_handle) caf::anon_send(order_handle, durable_atom::value, durable);
    };
    callbacks.on_error = [this](const Error& error) {
      if (supervisor_handle) caf::anon_send(supervisor_handle, log_atom::value, error.text());
    };
    if (ports.metrics != nullptr) {
      callbacks.on_commit_time = [this](double seconds, std::size_t entries) {
        ports.metrics->observe_commit(seconds, entries);
      };
    }
    LogWriterOptions writer_options;
    writer_options.capacity = options.log_queue_max;
    writer = std::make_unique<LogWriter>(log, callbacks, writer_options);
    ports.log = writer.get();
  }

  void settle(Outcome outcome, const std::string& why) {
    const std::lock_guard lock(mutex);
    if (state != Outcome::Running) return;
    state = outcome;
    failure_text = why;
    settled.notify_all();
  }

  void spawn();
  void run_test_scheduler() {
    auto& scheduler = dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
    while (scheduler.run() > 0 || scheduler.trigger_timeout()) {
    }
  }

  PaperSessionOptions options;
  ConveyorProgress progress;
  SessionPorts ports;
  std::unique_ptr<LogWriter> writer;
  SystemConfig config;
  caf::actor_system system;
  BacktestRunner::Parts begin;
  supervisor_actor supervisor_handle;
  venue_actor venue_handle;
  recorder_actor recorder_handle;
  order_actor order_handle;
  market_data_actor market_data_handle;
  clock_actor clock_handle;
  std::vector<caf::strong_actor_ptr> all;
  mutable std::mutex mutex;
  std::condition_variable settled;
  Outcome state = Outcome::Running;
  std::string failure_text;
  bool stopped = false;
};

void PaperSession::Actors::spawn() {
  SupervisorCallbacks callbacks;
  callbacks.on_failure = [this](const std::string& what) { settle(Outcome::Failed, what); };
  callbacks.on_end = [this] { settle(Outcome::Ended, {}); };
  supervisor_handle = system.spawn(supervisor, callbacks);
  Engine& engine = *begin.engine;
  VenueStart start;
  start.simulator = std::make_shared<FillSimulator>(std::move(begin.venue));
  start.feed_position = begin.feed.position() - (begin.held ? 1 : 0);
  start.next_timer = engine.next_timer();
  start.last_event = begin.last_event;
  start.last_time = begin.last_time;
  start.last_snapshot = options.last_snapshot;
  const VenueOptions venue_options{options.snapshot_every_events};
  venue_handle = system.spawn(venue, ports, venue_options, start, supervisor_handle);
  recorder_handle =
      system.spawn(recorder, ports, std::make_shared<SessionRecorder>(std::move(begin.recorder)), venue_handle);
  order_handle = system.spawn(order, ports, std::make_shared<OrderStage>(std::move(engine.order_stage())), venue_handle,
                              recorder_handle);
  auto risk_handle =
      system.spawn(risk, ports, std::make_shared<RiskStage>(std::move(engine.risk_stage())), order_handle);
  auto signal_handle =
      system.spawn(signal, ports, std::shared_ptr<SignalStage>(engine.release_signal_stage()), risk_handle);
  auto position_handle =
      system.spawn(position, ports, std::make_shared<PositionStage>(std::move(engine.position_stage())), signal_handle);
  auto sequencer_handle = system.spawn(sequencer, ports, begin.last_event, begin.last_time, position_handle);
  market_data_handle = system.spawn(market_data, ports, std::make_shared<MarketFeed>(std::move(begin.feed)), begin.held,
                                    options.recorder_lag_max, venue_handle);
  clock_handle = system.spawn(clock, options.pace, market_data_handle);
  const auto watch = [&](const auto& handle, const char* name) {
    const auto pointer = caf::actor_cast<caf::strong_actor_ptr>(handle);
    all.push_back(pointer);
    caf::anon_send(supervisor_handle, watch_atom::value, pointer, std::string(name));
  };
  watch(venue_handle, "venue");
  watch(recorder_handle, "recorder");
  watch(order_handle, "order");
  watch(risk_handle, "risk");
  watch(signal_handle, "signal");
  watch(position_handle, "position");
  watch(sequencer_handle, "sequencer");
  watch(market_data_handle, "market_data");
  watch(clock_handle, "clock");
  caf::anon_send(venue_handle, start_atom::value, sequencer_handle, market_data_handle);
  caf::anon_send(clock_handle, start_atom::value);
}

PaperSession::PaperSession(BacktestRunner& runner, const PaperSessionOptions& options, EventLog* log,
                           SessionBoard* board, EngineMetrics* metrics)
    : actors_(std::make_unique<Actors>(runner, options, log, board, metrics)) {}

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

Expected<EventNumber> PaperSession::command(const CommandEvent& command) {
  constexpr auto kPatience = std::chrono::seconds(5);
  caf::scoped_actor self(actors_->system);
  Expected<EventNumber> answer = Error{"", "the session does not answer"};
  auto request = self->request(actors_->venue_handle, kPatience, command);
  if (actors_->options.deterministic) actors_->run_test_scheduler();
  request.receive([&](EventNumber event) { answer = event; },
                  [&](const caf::error& error) {
                    answer = Error{"", actors_->system.render(error)};
                  });
  return answer;
}

std::shared_ptr<const SessionRecord> PaperSession::record() {
  caf::scoped_actor self(actors_->system);
  RecordPtr record;
  auto request = self->request(actors_->recorder_handle, std::chrono::seconds(30), record_atom::value);
  if (actors_->options.deterministic) actors_->run_test_scheduler();
  request.receive([&](const RecordPtr& answer) { record = answer; }, [](const caf::error&) {});
  return record;
}

void PaperSession::stop() {
  Actors& actors = *actors_;
  if (std::exchange(actors.stopped, true)) return;
  if (actors.venue_handle) {
    caf::anon_send(actors.clock_handle, stop_atom::value);
    caf::anon_send(actors.market_data_handle, stop_atom::value);
    if (actors.options.deterministic) actors.run_test_scheduler();
    // What is under way comes to its end: every event that was numbered passes the whole conveyor.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    while (!actors.options.deterministic && outcome() != Outcome::Failed &&
           std::chrono::steady_clock::now() < deadline &&
           actors.progress.between(Station::Sequencer, Station::Recorder) > 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  if (actors.writer) (void)actors.writer->flush();
  for (const caf::strong_actor_ptr& actor : actors.all) {
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  }
  if (actors.supervisor_handle) caf::anon_send_exit(actors.supervisor_handle, caf::exit_reason::user_shutdown);
  if (actors.options.deterministic) actors.run_test_scheduler();
  actors.all.clear();
  actors.writer.reset();
  actors.ports.log = nullptr;
  actors.supervisor_handle = nullptr;
  actors.venue_handle = nullptr;
  actors.recorder_handle = nullptr;
  actors.order_handle = nullptr;
  actors.market_data_handle = nullptr;
  actors.clock_handle = nullptr;
}

const ConveyorProgress& PaperSession::progress() const { return actors_->progress; }

std::size_t PaperSession::log_waiting() const { return actors_->writer ? actors_->writer->waiting() : 0; }

}  // namespace bellwether
