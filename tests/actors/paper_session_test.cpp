// A session of actors: operators' commands, the death of an actor, a log that cannot be written, stopping.
#include "actors/paper_session.hpp"

#include "actors/recovery.hpp"
#include "tests/support/engine_setup.hpp"
#include "tests/support/market_walk.hpp"
#include "tests/support/memory_log.hpp"

namespace bellwether {
namespace {

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
  const auto halt = session.command({CommandType::Halt, HaltReason::Operator, true});
  ASSERT_TRUE(halt) << halt.error().text();
  ASSERT_EQ(session.wait(std::chrono::seconds(20)), PaperSession::Outcome::Ended) << session.failure();
  // After the end of the data, too.
  const auto resume = session.command({CommandType::Resume, HaltReason::None, false});
  ASSERT_TRUE(resume) << resume.error().text();
  session.stop();
  EXPECT_EQ(log.events[*halt - 1].type, EventType::Command);
  EXPECT_EQ(log.events[*halt - 1].command.type, CommandType::Halt);
  EXPECT_EQ(log.events[*resume - 1].command.type, CommandType::Resume);
  // Halted from the beginning: nothing was bought.
  EXPECT_TRUE(std::none_of(log.events.begin(), log.events.end(), [](const Event& event) {
    return event.type == EventType::Report && event.report.type == ReportType::Fill;
  }));
  // And the log, the operator's commands among its events, recovers.
  auto again = runner();
  const auto recovery = recover(*again, log);
  ASSERT_TRUE(recovery) << recovery.error().text();
  EXPECT_EQ(again->last_event(), log.last_event());
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

}  // namespace
}  // namespace bellwether
