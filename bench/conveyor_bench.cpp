// The conveyor of a paper session: the time from an event's entry at the sequencer until the order command that it
// caused has arrived at the venue, and how many events a second a session can take. All actors are the real ones, with
// read model and metrics attached; only the clock is replaced by one that lets events in evenly.
#include <benchmark/benchmark.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include <algorithm>
#include <caf/all.hpp>
#include <filesystem>
#include <future>

#include "actors/market_replay.hpp"
#include "actors/metrics.hpp"
#include "actors/order.hpp"
#include "actors/paper_session.hpp"
#include "actors/recorder.hpp"
#include "actors/scheduler_config.hpp"
#include "actors/sequencer.hpp"
#include "actors/session_board.hpp"
#include "actors/stages.hpp"
#include "actors/supervisor.hpp"
#include "actors/venue.hpp"
#include "storage/sqlite_event_log.hpp"
#include "tests/support/engine_setup.hpp"
#include "tests/support/market_walk.hpp"

namespace bellwether {
namespace {

constexpr std::size_t kThreads = 2;
constexpr std::int64_t kSecond_ns = 1'000'000'000;

/// A log in a folder of its own, removed at the end.
class TemporaryLog {
 public:
  TemporaryLog() {
    folder_ = (std::filesystem::temp_directory_path() / "bellwether-bench-XXXXXX").string();
    BELLWETHER_INVARIANT(::mkdtemp(folder_.data()) != nullptr, "no temporary folder");
    auto created = SqliteEventLog::create(folder_ + "/log", {});
    BELLWETHER_INVARIANT(created.has_value(), "the log cannot be created");
    log = std::move(*created);
  }
  ~TemporaryLog() {
    log.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  TemporaryLog(const TemporaryLog&) = delete;
  TemporaryLog& operator=(const TemporaryLog&) = delete;

  std::unique_ptr<EventLog> log;

 private:
  std::string folder_;
};

/// A seeded walk and a strategy that sends an order on about every second bar.
struct Market {
  explicit Market(std::size_t bars)
      : walk(testing::minute_walk(bars, 1)),
        config(testing::config_with("sma_cross", {{"fast", std::int64_t{1}}, {"slow", std::int64_t{2}}})),
        board(config, StrategyRegistry::built_in()),
        metrics(config, "bench", Timestamp{}) {}

  std::unique_ptr<BacktestRunner> runner() const {
    FeedSource source;
    source.instrument = 0;
    source.bars = walk.bars;
    source.interval = walk.interval;
    return BacktestRunner::make(config, StrategyRegistry::built_in(),
                                MarketFeed({source}, {}, SessionCalendar::us_equity()))
        .value();
  }

  BarSeries walk;
  EngineConfig config;
  SessionBoard board;
  EngineMetrics metrics;
};

/// Nanoseconds, one for each order command.
struct Latencies {
  std::vector<std::int64_t> since_entry;   ///< Since the sequencer took the event.
  std::vector<std::int64_t> since_market;  ///< Since the market data was told to give the event out.
};

/// Stands before the venue and takes the time of every order command.
struct Gate {
  static inline const char* name = "gate";
  venue_actor venue;
  std::uint64_t market_events = 0;
  Latencies* latencies = nullptr;
  const std::vector<std::int64_t>* sent_ns = nullptr;
};

venue_actor::behavior_type gate(venue_actor::stateful_pointer<Gate> self, venue_actor venue, Latencies* latencies,
                                const std::vector<std::int64_t>* sent_ns) {
  self->state.latencies = latencies;
  return {
      [=](const Event& event, bool last) { self->send(venue, event, last); },
      [=](PassagePtr& passage) {
        const Turn& turn = passage->turn;
        if (turn.event.from_feed()) {
          const std::uint64_t index = self->state.market_events++;
          if (!turn.commands.empty()) {
            const std::int64_t now_ns = monotonic_ns();
            latencies->since_entry.push_back(now_ns - passage->entered_ns);
            latencies->since_market.push_back(now_ns - (*sent_ns)[index]);
          }
        }
        self->send(venue, std::move(passage));
      },
      [=](end_atom end) { self->send(venue, end); },
      [=](stored_atom stored) { self->send(venue, stored); },
      [=](tick_atom, std::uint64_t) {},
      [=](settle_atom settle) { self->send(venue, settle); },
      [=](const OperatorCommand& command) { return self->delegate(venue, command); },
      [=](stop_atom stop) { return self->delegate(venue, stop); },
      [=](start_atom, const sequencer_actor&, const market_data_actor&, const order_actor&) {},
  };
}

/// The actors of a paper session, with the gate between order stage and venue.
class Conveyor {
 public:
  Conveyor(Market& market, EventLog* log, Latencies* latencies, const std::vector<std::int64_t>* sent_ns)
      : parts_(market.runner()->release()) {
    ports_.board = &market.board;
    ports_.metrics = &market.metrics;
    ports_.progress = &progress_;
    ports_.closed = &closed_;
    if (log != nullptr) {
      writer_ = std::make_unique<LogWriter>(*log, LogWriterCallbacks{.on_commit = [this](EventNumber durable) {
        if (order_) caf::anon_send(order_, durable_atom::value, durable);
      }});
      ports_.log = writer_.get();
    }
    spawn(latencies, sent_ns);
  }
  ~Conveyor() {
    for (const caf::strong_actor_ptr& actor : all_) caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    if (writer_) writer_->close();
  }
  Conveyor(const Conveyor&) = delete;
  Conveyor& operator=(const Conveyor&) = delete;

  /// Lets in so many events in all.
  void allow(std::uint64_t events) { caf::anon_send(market_data_, Allowance{events, kBeginning}); }
  void wait_for_end() { ended_.get_future().wait(); }

 private:
  static constexpr Timestamp kBeginning{std::numeric_limits<std::int64_t>::min()};

  void spawn(Latencies* latencies, const std::vector<std::int64_t>* sent_ns) {
    const auto keep = [this](auto handle) {
      all_.push_back(caf::actor_cast<caf::strong_actor_ptr>(handle));
      return handle;
    };
    Engine& engine = *parts_.engine;
    VenueStart start;
    start.simulator = std::make_shared<FillSimulator>(std::move(parts_.venue));
    start.next_timer = engine.next_timer();
    start.last_time = parts_.last_time;
    SupervisorCallbacks callbacks;
    callbacks.on_death = [](const std::string&, const std::string&) {};
    callbacks.on_end = [this] { ended_.set_value(); };
    const auto watcher = keep(system_.spawn(supervisor, callbacks));
    const auto exchange = keep(system_.spawn(venue, ports_, VenueOptions{}, start, watcher));
    const auto recording = keep(system_.spawn(
        recorder, ports_, std::make_shared<SessionRecorder>(std::move(parts_.recorder)), HaltReason::None, exchange));
    const auto timed_exchange = keep(system_.spawn(gate, exchange, latencies, sent_ns));
    order_ = keep(system_.spawn(order, ports_, std::make_shared<OrderStage>(std::move(engine.order_stage())),
                                timed_exchange, recording));
    const auto risks =
        keep(system_.spawn(risk, ports_, std::make_shared<RiskStage>(std::move(engine.risk_stage())), order_));
    const auto signals =
        keep(system_.spawn(signal, ports_, std::shared_ptr<SignalStage>(engine.release_signal_stage()), risks));
    const auto positions = keep(
        system_.spawn(position, ports_, std::make_shared<PositionStage>(std::move(engine.position_stage())), signals));
    const auto numbers = keep(system_.spawn(sequencer, ports_, EventNumber{0}, parts_.last_time, positions));
    market_data_ = keep(system_.spawn(market_data, ports_, std::make_shared<MarketFeed>(std::move(parts_.feed)),
                                      std::optional<Event>(), PaperSessionOptions{}.recorder_lag_max, exchange));
    caf::anon_send(exchange, start_atom::value, numbers, market_data_, order_);
  }

  SchedulerConfig config_{kThreads, false};
  ConveyorProgress progress_;
  std::atomic<bool> closed_ = false;
  SessionPorts ports_;
  std::unique_ptr<LogWriter> writer_;
  BacktestRunner::Parts parts_;
  std::promise<void> ended_;
  std::vector<caf::strong_actor_ptr> all_;
  order_actor order_;
  market_data_actor market_data_;
  caf::actor_system system_{config_};
};

double percentile_us(std::vector<std::int64_t>& nanoseconds, double share) {
  BELLWETHER_INVARIANT(!nanoseconds.empty(), "no order was sent");
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(nanoseconds.size() - 1));
  const auto at = nanoseconds.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(nanoseconds.begin(), at, nanoseconds.end());
  return static_cast<double>(*at) * 1e-3;
}

/// One market event every 1/`rate` seconds for five seconds. With a log, an order waits until what caused it is
/// durable: about as long as the disk takes to sync, which bounds the rate.
void conveyor_latency(benchmark::State& state, bool with_log) {
  const std::int64_t rate = state.range(0);
  const auto count = static_cast<std::size_t>(5 * rate);
  Latencies latencies;
  for (auto _ : state) {
    Market market(count);
    std::optional<TemporaryLog> disk;
    if (with_log) disk.emplace();
    std::vector<std::int64_t> sent_ns(count + count / 100);  // Room for the sessions' opens and closes.
    Conveyor conveyor(market, disk ? disk->log.get() : nullptr, &latencies, &sent_ns);
    ::prctl(PR_SET_TIMERSLACK, 1);
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < sent_ns.size(); ++i) {
      std::this_thread::sleep_until(begin + std::chrono::nanoseconds(static_cast<std::int64_t>(i) * kSecond_ns / rate));
      sent_ns[i] = monotonic_ns();
      conveyor.allow(i + 1);
    }
    conveyor.wait_for_end();
  }
  state.counters["orders"] = static_cast<double>(latencies.since_entry.size());
  state.counters["p50_us"] = percentile_us(latencies.since_entry, 0.5);
  state.counters["p99_us"] = percentile_us(latencies.since_entry, 0.99);
  state.counters["p99.9_us"] = percentile_us(latencies.since_entry, 0.999);
  state.counters["since_market_p50_us"] = percentile_us(latencies.since_market, 0.5);
  state.counters["since_market_p99_us"] = percentile_us(latencies.since_market, 0.99);
}
BENCHMARK_CAPTURE(conveyor_latency, no_log, false)
    ->Arg(10'000)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(conveyor_latency, sqlite_log, true)
    ->Arg(500)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

/// A whole paper session as fast as it goes. Items are events: market events, and execution reports of the orders.
void conveyor_throughput(benchmark::State& state, bool with_log) {
  std::uint64_t events = 0;
  for (auto _ : state) {
    state.PauseTiming();
    Market market(static_cast<std::size_t>(state.range(0)));
    std::optional<TemporaryLog> disk;
    if (with_log) disk.emplace();
    const auto runner = market.runner();
    PaperSessionOptions options;
    options.threads = kThreads;
    PaperSession session(*runner, options, disk ? disk->log.get() : nullptr, &market.board, &market.metrics);
    state.ResumeTiming();
    session.start();
    while (session.wait(std::chrono::seconds(1)) == PaperSession::Outcome::Running) {
    }
    state.PauseTiming();
    events += session.progress().count(Station::Released);
    session.stop();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
}
BENCHMARK_CAPTURE(conveyor_throughput, no_log, false)->Arg(200'000)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(conveyor_throughput, sqlite_log, true)->Arg(10'000)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace bellwether

BENCHMARK_MAIN();
