// A session of actors: operators' commands, the death of an actor, a log that cannot be written, stopping.
#include "actors/paper_session.hpp"

#include <future>
#include <mutex>
#include <thread>

#include "actors/clock.hpp"
#include "actors/metrics.hpp"
#include "actors/recovery.hpp"
#include "actors/session_board.hpp"
#include "tests/support/engine_setup.hpp"
#include "tests/support/gated_log.hpp"
#include "tests/support/market_walk.hpp"
#include "tests/support/memory_log.hpp"

namespace bellwether {
namespace {

using testing::GatedLog;
using testing::MemoryLog;

/// Throws at its 100th bar.
class Faulty final : public StrategyBase<Faulty> {
 public:
  void on_bar(const BarView&, Context&) override {
    if (++bars_ == 100) throw std::runtime_error("out of luck");
  }

 private:
  int bars_ = 0;
};

class PaperSessionTest : public ::testing::Test {
 protected:
  explicit PaperSessionTest(const std::string& strategy = "sma_cross")
      : config_(testing::config_with(strategy)), series_(testing::minute_walk(2'000, 5)) {}

  std::unique_ptr<BacktestRunner> runner(const StrategyRegistry& registry = StrategyRegistry::built_in()) {
    FeedSource source;
    source.instrument = 0;
    source.bars = series_.bars;
    source.interval = series_.interval;
    auto made = BacktestRunner::make(config_, registry, MarketFeed({source}, {}, SessionCalendar::us_equity()));
    return std::move(*made);
  }

  EngineConfig config_;
  BarSeries series_;
};

TEST_F(PaperSessionTest, EndsWhenAnActorDies) {
  StrategyRegistry registry = StrategyRegistry::built_in();
  StrategyType faulty;
  faulty.name = "faulty";
  faulty.make = [](const StrategyConfig&) -> StrategyType::Made { return {std::make_unique<Faulty>()}; };
  registry.add(faulty);
  config_.strategies[0].type = "faulty";
  auto start = runner(registry);
  MemoryLog log;
  PaperSession session(*start, {}, &log, nullptr, nullptr);
  session.start();
  ASSERT_EQ(session.wait(std::chrono::seconds(20)), PaperSession::Outcome::Failed);
  EXPECT_THAT(session.failure(), ::testing::HasSubstr("signal"));
  session.stop();
  // Nothing was traded on after the death; what was numbered before is in the log.
  EXPECT_GE(log.last_event(), 100U);
  EXPECT_LE(log.last_event(), 110U);
}

TEST_F(PaperSessionTest, EndsWhenTheLogCannotBeWritten) {
  auto start = runner();
  MemoryLog log;
  log.refuse_after = 500;
  PaperSession session(*start, {}, &log, nullptr, nullptr);
  session.start();
  ASSERT_EQ(session.wait(std::chrono::seconds(20)), PaperSession::Outcome::Failed);
  EXPECT_THAT(session.failure(), ::testing::HasSubstr("the disk is full"));
}

TEST_F(PaperSessionTest, TakesAnOperatorsHaltAsANumberedEvent) {
  auto start = runner();
  MemoryLog log;
  PaperSessionOptions options;
  options.pace = {Pace::Kind::EventsPerSecond, 2'000, {}};
  PaperSession session(*start, options, &log, nullptr, nullptr);
  session.start();
  const auto halt = session.command({{CommandType::Halt, HaltReason::Operator, true}, {OperatorNote("not today"), {}}});
  ASSERT_TRUE(halt) << halt.error().text();
  ASSERT_EQ(session.wait(std::chrono::seconds(20)), PaperSession::Outcome::Ended) << session.failure();
  // After the end of the data, too.
  const auto resume = session.command({CommandType::Resume, HaltReason::None, false});
  ASSERT_TRUE(resume) << resume.error().text();
  session.stop();
  EXPECT_EQ(log.events[halt->event - 1].type, EventType::Command);
  EXPECT_EQ(log.events[halt->event - 1].command.type, CommandType::Halt);
  EXPECT_EQ(log.events[resume->event - 1].command.type, CommandType::Resume);
  EXPECT_EQ(log.events[halt->event - 2].note.text.text(), "not today");
  // Halted from the beginning: nothing was bought.
  EXPECT_TRUE(std::none_of(log.events.begin(), log.events.end(), [](const Event& event) {
    return event.type == EventType::Report && event.report.type == ReportType::Fill;
  }));
  // And the log, the operator's commands among its events, recovers.
  const auto make = [this] { return Expected<std::unique_ptr<BacktestRunner>>(runner()); };
  const auto recovery = recover(make, log);
  ASSERT_TRUE(recovery) << recovery.error().text();
  EXPECT_EQ(recovery->runner->last_event(), log.last_event());
  // Whoever follows the record sees the operator's words again.
  SessionBoard board(config_, StrategyRegistry::built_in());
  auto engine = Engine::make(config_, StrategyRegistry::built_in());
  ASSERT_TRUE(rebuild_record(*recovery->runner, config_, **engine, log, [&](const Turn& turn) {
    board.apply(turn);
    return true;
  }));
  const auto commands = board.commands(0, 10, false).rows;
  ASSERT_EQ(commands.size(), 2u);
  EXPECT_EQ(commands[0].event, halt->event);
  EXPECT_EQ(commands[0].words.reason.text(), "not today");
}

TEST_F(PaperSessionTest, StopsInTheMiddleWithEveryNumberedEventInTheLog) {
  auto start = runner();
  MemoryLog log;
  PaperSessionOptions options;
  options.pace = {Pace::Kind::EventsPerSecond, 1'000, {}};
  PaperSession session(*start, options, &log, nullptr, nullptr);
  session.start();
  EXPECT_EQ(session.wait(std::chrono::milliseconds(200)), PaperSession::Outcome::Running);
  session.stop();
  EXPECT_GT(log.last_event(), 0U);
  EXPECT_LT(log.last_event(), 2'000U);
  EXPECT_EQ(session.progress().count(Station::Sequencer), session.progress().count(Station::Recorder));
}

/// With a log that holds every commit back until the test allows it, and a strategy that trades often.
class LogBeforeAct : public PaperSessionTest {
 protected:
  LogBeforeAct() : PaperSessionTest("sma_cross"), board_(config_, StrategyRegistry::built_in()), start_(runner()) {
    options_.on_order_command = [this](const OrderCommand& command) {
      received_.fetch_add(1);
      if (command.id.event > log_.committed()) early_.fetch_add(1);
    };
  }
  /// The number of the first event that causes an order, found without actors.
  EventNumber first_order() {
    auto reference = runner();
    struct Find final : TurnObserver {
      void on_turn(const Turn& turn) override {
        if (found == 0 && !turn.commands.empty()) found = turn.event.number;
      }
      EventNumber found = 0;
    } find;
    reference->set_observer(&find);
    while (find.found == 0 && reference->step()) {
    }
    return find.found;
  }
  /// Starts, and waits until the conveyor stands before the closed gate with the first order at its end.
  void start_and_stall(PaperSession& session) {
    session.start();
    while (session.progress().count(Station::Order) < first_order_) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }

  GatedLog log_;
  SessionBoard board_;
  PaperSessionOptions options_;
  std::atomic<int> received_ = 0;
  std::atomic<int> early_ = 0;
  EventNumber first_order_ = first_order();
  std::unique_ptr<BacktestRunner> start_;
};

TEST_F(LogBeforeAct, TheVenueGetsNoOrderBeforeTheCommitOfTheEventThatCausedIt) {
  PaperSession session(*start_, options_, &log_, &board_, nullptr);
  start_and_stall(session);
  EXPECT_EQ(received_.load(), 0);
  EXPECT_EQ(session.progress().count(Station::Sequencer), first_order_);  // The venue has answered nothing.
  while (session.outcome() == PaperSession::Outcome::Running) log_.allow(1);
  EXPECT_EQ(session.outcome(), PaperSession::Outcome::Ended) << session.failure();
  EXPECT_EQ(early_.load(), 0);
  EXPECT_GT(received_.load(), 10);
  log_.open();
}

TEST_F(LogBeforeAct, NobodySeesAnEventBeforeItsCommit) {
  PaperSession session(*start_, options_, &log_, &board_, nullptr);
  start_and_stall(session);
  EXPECT_EQ(board_.last_event(), 0U);
  log_.open();
  while (session.outcome() == PaperSession::Outcome::Running) {
    const EventNumber seen = board_.last_event();
    ASSERT_LE(seen, log_.committed());
  }
  EXPECT_EQ(board_.last_event(), log_.last_event());
}

TEST_F(LogBeforeAct, AHaltIsAnsweredOnceItIsDurable) {
  options_.pace = {Pace::Kind::EventsPerSecond, 1, {}};
  PaperSession session(*start_, options_, &log_, &board_, nullptr);
  session.start();
  auto halt = std::async(std::launch::async, [&] {
    return session.command({CommandType::Halt, HaltReason::Operator, false});
  });
  EXPECT_EQ(halt.wait_for(std::chrono::milliseconds(100)), std::future_status::timeout);
  log_.open();
  const auto answer = halt.get();
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_LE(answer->event, log_.committed());
}

TEST_F(LogBeforeAct, AStopWaitsForWhatTheVenueStillAnswers) {
  PaperSession session(*start_, options_, &log_, &board_, nullptr);
  start_and_stall(session);
  auto stopped = std::async(std::launch::async, [&] { session.stop(); });
  EXPECT_EQ(stopped.wait_for(std::chrono::milliseconds(100)), std::future_status::timeout);
  log_.open();
  stopped.get();
  // The order that waited for its event has left, and the venue's answer to it is the last event.
  EXPECT_EQ(received_.load(), 1);
  EXPECT_EQ(log_.last_event(), first_order_ + 1);
  EXPECT_EQ(log_.events.back().type, EventType::Report);
  EXPECT_EQ(session.progress().count(Station::Sequencer), first_order_ + 1);
  EXPECT_EQ(session.progress().count(Station::Recorder), first_order_ + 1);
  EXPECT_EQ(board_.last_event(), first_order_ + 1);
}

TEST_F(LogBeforeAct, AStopThatTheDiskHoldsUpLeavesTheOrderUnsent) {
  PaperSession session(*start_, options_, &log_, &board_, nullptr);
  start_and_stall(session);
  auto stopped = std::async(std::launch::async, [&] { session.stop(); });
  EXPECT_EQ(stopped.wait_for(std::chrono::milliseconds(2'500)), std::future_status::timeout);
  log_.open();
  stopped.get();
  EXPECT_EQ(received_.load(), 0);
  EXPECT_EQ(log_.last_event(), first_order_);
}

class ActorDeath : public PaperSessionTest, public ::testing::WithParamInterface<const char*> {
 protected:
  ActorDeath() { series_ = testing::minute_walk(200'000, 5); }
};

TEST_P(ActorDeath, HaltsTradingAtOnceAndIsShown) {
  auto start = runner();
  MemoryLog log;
  SessionBoard board(config_, StrategyRegistry::built_in());
  EngineMetrics metrics(config_, "1", {});
  PaperSession session(*start, {}, &log, &board, &metrics);
  session.start();
  while (session.progress().count(Station::Sequencer) < 1'000) std::this_thread::yield();
  ASSERT_TRUE(session.kill(GetParam()));
  ASSERT_EQ(session.wait(std::chrono::seconds(20)), PaperSession::Outcome::Failed);
  EXPECT_THAT(session.failure(), ::testing::HasSubstr("actor " + std::string(GetParam()) + " died"));
  // The little that was under way comes to rest; nothing new enters.
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const std::uint64_t numbered = session.progress().count(Station::Sequencer);
  const std::uint64_t released = session.progress().count(Station::Released);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(session.progress().count(Station::Sequencer), numbered);
  EXPECT_EQ(session.progress().count(Station::Released), released);
  EXPECT_LT(numbered, 200'000U);
  const SessionStatus status = board.status();
  EXPECT_EQ(status.phase, SessionPhase::Failed);
  EXPECT_TRUE(status.halted);
  EXPECT_EQ(status.halt_reason, HaltReason::ActorFailed);
  EXPECT_THAT(metrics.text(), ::testing::HasSubstr("bellwether_halts_total{reason=\"actor_failed\"} 1\n"));
  EXPECT_THAT(metrics.text(), ::testing::HasSubstr("bellwether_halted 1\n"));
  const auto begin = std::chrono::steady_clock::now();
  const auto refused = session.command({CommandType::Halt, HaltReason::Operator, false});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("takes no command any more"));
  session.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
  EXPECT_EQ(session.outcome(), PaperSession::Outcome::Failed);
  EXPECT_EQ(log.last_event(), session.progress().count(Station::Sequencer));
}

INSTANTIATE_TEST_SUITE_P(EveryActor, ActorDeath,
                         ::testing::Values("supervisor", "venue", "recorder", "order", "risk", "signal", "position",
                                           "sequencer", "market_data", "clock"),
                         [](const auto& instance) { return std::string(instance.param); });

TEST_F(PaperSessionTest, FailsWhenAnActorDiesAfterTheEndOfTheData) {
  auto start = runner();
  PaperSession session(*start, {}, nullptr, nullptr, nullptr);
  session.start();
  ASSERT_EQ(session.wait(std::chrono::seconds(20)), PaperSession::Outcome::Ended);
  ASSERT_TRUE(session.kill("risk"));
  for (int i = 0; i < 2'000 && session.outcome() == PaperSession::Outcome::Ended; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(session.outcome(), PaperSession::Outcome::Failed);
}

TEST_F(PaperSessionTest, TellsOfEachHaltAndOfItsEnd) {
  auto start = runner();
  std::mutex mutex;
  std::vector<std::pair<EventNumber, HaltReason>> told;
  PaperSessionOptions options;
  options.pace = {Pace::Kind::EventsPerSecond, 10'000, {}};
  options.on_halt = [&](const Turn& turn) {
    const std::lock_guard lock(mutex);
    told.emplace_back(turn.event.number, turn.halted ? turn.halt_reason : HaltReason::None);
  };
  PaperSession session(*start, options, nullptr, nullptr, nullptr);
  session.start();
  const auto halt = session.command({CommandType::Halt, HaltReason::Operator, false});
  const auto resume = session.command({CommandType::Resume, HaltReason::None, false});
  ASSERT_TRUE(halt && resume);
  ASSERT_EQ(session.wait(std::chrono::seconds(20)), PaperSession::Outcome::Ended);
  session.stop();
  const std::lock_guard lock(mutex);
  EXPECT_THAT(told, ::testing::ElementsAre(std::pair(halt->event, HaltReason::Operator),
                                           std::pair(resume->event, HaltReason::None)));
}

TEST_F(PaperSessionTest, MeasuresEveryStageAndTheAgeOfTheData) {
  auto start = runner();
  EngineMetrics metrics(config_, "1", Timestamp{});
  PaperSession session(*start, {}, nullptr, nullptr, &metrics);
  session.measure();
  EXPECT_THAT(metrics.text(), ::testing::HasSubstr("bellwether_data_age_seconds Nan"));
  session.start();
  ASSERT_EQ(session.wait(std::chrono::seconds(20)), PaperSession::Outcome::Ended);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  session.measure();
  const std::string text = metrics.text();
  session.stop();
  const std::string name = "\nbellwether_data_age_seconds ";
  const double age = std::strtod(text.c_str() + text.find(name) + name.size(), nullptr);
  EXPECT_GE(age, 0.05);
  EXPECT_LT(age, 30);
  for (const char* stage : {"sequencer", "position", "signal", "risk", "order", "venue", "recorder", "total"}) {
    EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("bellwether_stage_latency_seconds_count{stage=\"" +
                                                          std::string(stage) + "\"} 0")));
  }
}

TEST(Clock, AllowsEverythingBeyondTheRangeOfTime) {
  // From 2009-01-02 at a billion times real time: 10 s are 317 years of the data's time, whose range ends in 2262.
  const Pace fast{Pace::Kind::TimesRealTime, 1e9, Timestamp::from_seconds(1'230'906'600)};
  EXPECT_EQ(allowance_of(fast, 1).until, Timestamp::from_seconds(2'230'906'600));
  EXPECT_EQ(allowance_of(fast, 10).until, kNever);
  EXPECT_EQ(allowance_of(fast, 1e6).until, kNever);
  EXPECT_GT(allowance_of({Pace::Kind::EventsPerSecond, 1e12, {}}, 1e12).events, std::uint64_t{1} << 62);
}

}  // namespace
}  // namespace bellwether
