// A session is killed at many points of its log; every continuation ends as the session would have ended, and no order
// is sent twice.
#include "actors/recovery.hpp"

#include <set>

#include "actors/paper_session.hpp"
#include "tests/support/engine_setup.hpp"
#include "tests/support/market_walk.hpp"
#include "tests/support/memory_log.hpp"

namespace bellwether {
namespace {

using testing::MemoryLog;

/// Brackets, partial fills, fees and a breaker on two symbols: many orders in few bars.
class Recovery : public ::testing::Test {
 protected:
  Recovery() : config_(testing::config_with("donchian_breakout", parameters(), {"A", "B"})) {
    config_.fees.per_share = *Money::parse("0.005");
    config_.fills.participation = 0.02;
    config_.fills.slippage = SlippageModel::Ticks;
    config_.fills.slippage_amount = 1;
    config_.risk.orders_per_second = 10;
    config_.risk.drawdown = 0.5;
    for (std::uint64_t seed : {11, 12}) series_.push_back(testing::minute_walk(900, seed));
  }

  static testing::GivenParameters parameters() {
    return {{"entry", std::int64_t{5}},
            {"exit", std::int64_t{5}},
            {"atr", std::int64_t{5}},
            {"stop_atr", 1.0},
            {"quantity", std::int64_t{300}}};
  }

  [[nodiscard]] std::unique_ptr<BacktestRunner> runner() const {
    std::vector<FeedSource> sources;
    for (std::size_t i = 0; i < series_.size(); ++i) {
      FeedSource source;
      source.instrument = static_cast<InstrumentIndex>(i);
      source.bars = series_[i].bars;
      source.interval = series_[i].interval;
      sources.push_back(source);
    }
    auto made = BacktestRunner::make(config_, StrategyRegistry::built_in(),
                                     MarketFeed(sources, {}, SessionCalendar::us_equity()));
    return std::move(*made);
  }

  /// What the session does when nobody kills it, with an operator's halt and resume in it.
  struct Reference {
    MemoryLog log;
    std::string record;
  };

  class LogTurns final : public TurnObserver {
   public:
    explicit LogTurns(MemoryLog& log) : log_(log) {}
    void on_turn(const Turn& turn) override {
      std::vector<LoggedCommand> commands;
      for (const OrderCommand& command : turn.commands) commands.push_back({turn.event.number, command});
      EXPECT_TRUE(log_.append({&turn.event, 1}, commands));
    }

   private:
    MemoryLog& log_;
  };

  [[nodiscard]] Reference reference() const {
    Reference result;
    auto whole = runner();
    LogTurns observer(result.log);
    whole->set_observer(&observer);
    for (int step = 0; whole->step(); ++step) {
      if (step == 700) whole->command({CommandType::Halt, HaltReason::Operator, true});
      if (step == 800) whole->command({CommandType::Resume, HaltReason::None, false});
    }
    result.record = bytes_of(*whole);
    return result;
  }

  static std::string bytes_of(BacktestRunner& runner) {
    ByteWriter out;
    runner.save(out);
    return out.take();
  }

  /// The first `events` of a log, and of the commands those that follow from them; without those of the last event
  /// where the process died between commit and send.
  static MemoryLog cut(const MemoryLog& whole, EventNumber events, bool before_send) {
    MemoryLog log;
    log.events.assign(whole.events.begin(), whole.events.begin() + static_cast<std::ptrdiff_t>(events));
    for (const LoggedCommand& command : whole.commands) {
      if (command.event < events || (command.event == events && !before_send)) log.commands.push_back(command);
    }
    return log;
  }

  /// Points to cut at: every event that caused or answered an order, and others in between.
  static std::set<EventNumber> cuts(const MemoryLog& log) {
    std::set<EventNumber> points;
    for (const LoggedCommand& command : log.commands)
      points.insert({command.event - 1, command.event, command.event + 1});
    for (EventNumber event = 1; event < log.last_event(); event += 17) points.insert(event);
    points.erase(0);
    return points;
  }

  EngineConfig config_;
  std::vector<BarSeries> series_;
};

TEST_F(Recovery, ContinuesFromEveryCutToTheSameEnd) {
  const Reference whole = reference();
  const auto points = cuts(whole.log);
  ASSERT_GE(points.size(), 200U);
  ASSERT_GT(whole.log.commands.size(), 50U);
  for (const EventNumber point : points) {
    for (const bool before_send : {false, true}) {
      MemoryLog log = cut(whole.log, point, before_send);
      auto continued = runner();
      const auto recovery = recover(*continued, log);
      ASSERT_TRUE(recovery) << "cut after event " << point << ": " << recovery.error().text();
      LogTurns observer(log);
      continued->set_observer(&observer);
      // The operator's commands that had not been given yet are given again, at the same place.
      while (true) {
        const auto next = continued->last_event();
        const bool given_here = next < whole.log.last_event() && whole.log.events[next].type == EventType::Command &&
                                (whole.log.events[next].command.type == CommandType::Resume ||
                                 whole.log.events[next].command.reason == HaltReason::Operator);
        if (given_here) {
          continued->command(whole.log.events[next].command);
        } else if (!continued->step()) {
          break;
        }
      }
      ASSERT_EQ(bytes_of(*continued), whole.record) << "cut after event " << point;
      ASSERT_EQ(log.events, whole.log.events) << "cut after event " << point;
      // Equal commands in equal order: none is lost, none is sent twice.
      ASSERT_EQ(log.commands, whole.log.commands) << "cut after event " << point;
    }
  }
}

TEST_F(Recovery, ContinuesFromASnapshotWithoutWhatCameBefore) {
  const Reference whole = reference();
  auto first = runner();
  first->set_fast_runs(false);
  while (first->last_event() < 600) first->step();
  ByteWriter snapshot;
  first->save(snapshot);
  MemoryLog log = cut(whole.log, whole.log.last_event(), false);
  log.snapshots.push_back({first->last_event(), snapshot.str()});
  auto continued = runner();
  const auto recovery = recover(*continued, log);
  ASSERT_TRUE(recovery) << recovery.error().text();
  EXPECT_EQ(recovery->snapshot_event, first->last_event());
  EXPECT_EQ(recovery->replayed, whole.log.last_event() - first->last_event());
  EXPECT_EQ(bytes_of(*continued), whole.record);
}

TEST_F(Recovery, ActorsContinueFromCutsToTheSameEnd) {
  // Without operator's commands: those come from outside and would have to be given again.
  auto undisturbed = runner();
  MemoryLog whole;
  LogTurns observer(whole);
  undisturbed->set_observer(&observer);
  undisturbed->run();
  for (EventNumber point = 1; point < whole.last_event(); point += whole.last_event() / 25) {
    MemoryLog log = cut(whole, point, point % 2 == 0);
    auto continued = runner();
    ASSERT_TRUE(recover(*continued, log));
    PaperSessionOptions options;
    options.snapshot_every_events = 500;
    {
      PaperSession session(*continued, options, &log, nullptr, nullptr);
      session.start();
      ASSERT_EQ(session.wait(std::chrono::seconds(60)), PaperSession::Outcome::Ended) << session.failure();
    }
    ASSERT_EQ(log.events, whole.events) << "cut after event " << point;
    ASSERT_EQ(log.commands, whole.commands) << "cut after event " << point;
    // The last snapshot that the actors made is one that a runner can go on from.
    ASSERT_FALSE(log.snapshots.empty());
    auto again = runner();
    const auto recovery = recover(*again, log);
    ASSERT_TRUE(recovery) << recovery.error().text();
    EXPECT_EQ(bytes_of(*again), bytes_of(*undisturbed));
  }
}

TEST_F(Recovery, RefusesALogOfOtherData) {
  const Reference whole = reference();
  MemoryLog log = cut(whole.log, whole.log.last_event(), false);
  series_[0].bars[100].close += Price::from_raw(10'000'000);
  auto other = runner();
  const auto recovery = recover(*other, log);
  ASSERT_FALSE(recovery);
  EXPECT_THAT(recovery.error().text(), ::testing::HasSubstr("the log holds event"));
}

}  // namespace
}  // namespace bellwether
