// A session is killed at many points of its log; every continuation ends as the session would have ended, and no order
// is sent twice.
#include "actors/recovery.hpp"

#include <atomic>
#include <set>
#include <thread>

#include "actors/paper_session.hpp"
#include "actors/snapshot_seal.hpp"
#include "engine/manual_strategy.hpp"
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
    add_manual_strategy(config_);
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

  /// What the operator of the reference asks for after a step: something of every kind.
  static std::vector<OperatorCommand> commands_at(int step) {
    const auto command = [](CommandType type) {
      OperatorCommand made;
      made.command.type = type;
      made.words = {OperatorNote("a test"), OperatorNote("k-" + std::string(token(type)))};
      return made;
    };
    OperatorCommand made;
    switch (step) {
      case 520:
        made = command(CommandType::SubmitOrder);
        made.command.strategy = 1;
        made.command.spec.instrument = 0;
        made.command.spec.quantity = Quantity::from_int(40);
        made.command.spec.order_class = OrderClass::Bracket;
        made.command.spec.stop_loss_offset = Price::from_int(1);
        return {made};
      case 625: made = command(CommandType::PauseStrategy); break;
      case 690: made = command(CommandType::ResumeStrategy); break;
      case 580:
        made = command(CommandType::ClosePosition);
        made.command.instrument = 0;
        made.command.quantity = Quantity::from_int(30);
        return {made};
      case 600:
        made = command(CommandType::CancelOrder);
        made.command.order = {1, 1, 0};
        return {made, command(CommandType::CancelAll)};
      case 620: return {command(CommandType::Flatten)};
      case 700:
        made = command(CommandType::Halt);
        made.command.reason = HaltReason::Operator;
        made.command.flatten = true;
        return {made};
      case 800: return {OperatorCommand{{CommandType::Resume}}};
      default: return {};
    }
    made.command.strategy = 0;
    return {made};
  }

  [[nodiscard]] Reference reference() const {
    Reference result;
    auto whole = runner();
    LogTurns observer(result.log);
    whole->set_observer(&observer);
    for (int step = 0; whole->step(); ++step) {
      for (const OperatorCommand& command : commands_at(step)) whole->command(command);
    }
    result.record = bytes_of(*whole);
    return result;
  }

  [[nodiscard]] MakeRunner make() const {
    return [this] { return Expected<std::unique_ptr<BacktestRunner>>(runner()); };
  }

  /// Brings a recovered runner the record of what came before its snapshot.
  void rebuild(BacktestRunner& runner, EventLog& log) const {
    auto fresh = Engine::make(config_, StrategyRegistry::built_in());
    const auto rebuilt = rebuild_record(runner, config_, **fresh, log, [](const Turn&) { return true; });
    ASSERT_TRUE(rebuilt) << rebuilt.error().text();
    ASSERT_TRUE(*rebuilt);
  }

  static std::string bytes_of(BacktestRunner& runner) {
    ByteWriter out;
    runner.save(out);
    runner.recorder().save(out);
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
    for (const Event& event : log.events) {
      if (is_from_operator(event)) points.insert(event.number);
    }
    points.erase(0);
    return points;
  }

  /// A session that nobody kills and that gets the operator's commands of `log` at the same places gives this log.
  void expect_undisturbed(const MemoryLog& log) const {
    auto undisturbed = runner();
    MemoryLog expected;
    LogTurns observer(expected);
    undisturbed->set_observer(&observer);
    while (true) {
      const EventNumber next = undisturbed->last_event();
      if (next < log.last_event() && is_from_operator(log.events[next])) {
        undisturbed->take(log.events[next]);
      } else if (!undisturbed->step()) {
        break;
      }
    }
    ASSERT_EQ(log.events, expected.events);
    ASSERT_EQ(log.commands, expected.commands);
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
      const auto recovery = recover(make(), log);
      ASSERT_TRUE(recovery) << "cut after event " << point << ": " << recovery.error().text();
      BacktestRunner* continued = recovery->runner.get();
      LogTurns observer(log);
      continued->set_observer(&observer);
      // The operator's commands that had not been given yet are given again, at the same place.
      while (true) {
        const auto next = continued->last_event();
        if (next < whole.log.last_event() && is_from_operator(whole.log.events[next])) {
          continued->take(whole.log.events[next]);
        } else if (!continued->step()) {
          break;
        }
      }
      ASSERT_TRUE(bytes_of(*continued) == whole.record) << "cut after event " << point;
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
  log.snapshots.push_back(sealed_snapshot(first->last_event(), snapshot.str()));
  const auto recovery = recover(make(), log);
  ASSERT_TRUE(recovery) << recovery.error().text();
  EXPECT_TRUE(recovery->unusable.empty());
  EXPECT_EQ(recovery->snapshot_event, first->last_event());
  EXPECT_EQ(recovery->replayed, whole.log.last_event() - first->last_event());
  rebuild(*recovery->runner, log);
  EXPECT_EQ(bytes_of(*recovery->runner), whole.record);
}

/// Every way to spoil a snapshot: each byte of the seal, bytes all over the state, cuts, and other versions.
std::vector<std::pair<std::string, Snapshot>> spoiled(const Snapshot& sound) {
  std::vector<std::pair<std::string, Snapshot>> all;
  const auto add = [&](const std::string& how, std::string bytes) {
    all.emplace_back(how, Snapshot{sound.event, std::move(bytes)});
  };
  for (std::size_t at = 0; at < sound.bytes.size(); at += at < 64 ? 1 : 13) {
    std::string bytes = sound.bytes;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
    add("byte " + std::to_string(at) + " flipped", bytes);
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{15}, std::size_t{16}, std::size_t{17},
                                 sound.bytes.size() / 2, sound.bytes.size() - 1}) {
    add("cut to " + std::to_string(size) + " bytes", sound.bytes.substr(0, size));
  }
  add("with a byte too many", sound.bytes + '\0');
  const std::string state(*state_of(sound));
  // Sealed as it should be, and yet not the state of this program.
  const auto sealed = [&](const std::string& other) { return sealed_snapshot(sound.event, other).bytes; };
  add("without state", sealed(""));
  add("with half of the state", sealed(state.substr(0, state.size() / 2)));
  add("with state of zeros", sealed(std::string(state.size(), '\0')));
  add("with more state", sealed(state + state));
  return all;
}

TEST_F(Recovery, PassesOverWhateverIsWrongWithASnapshot) {
  const Reference whole = reference();
  MemoryLog sound = cut(whole.log, whole.log.last_event(), false);
  auto first = runner();
  first->set_fast_runs(false);
  for (const EventNumber event : {400, 600}) {
    while (first->last_event() < event) first->step();
    ByteWriter state;
    first->save(state);
    sound.snapshots.push_back(sealed_snapshot(first->last_event(), state.str()));
  }
  const auto all = spoiled(sound.snapshots.back());
  ASSERT_GT(all.size(), 80U);
  for (std::size_t i = 0; i < all.size(); ++i) {
    SCOPED_TRACE(all[i].first);
    MemoryLog log = sound;
    log.snapshots.back() = all[i].second;
    const bool both = i % 2 == 1;  // The older one is spoiled too: the whole log serves.
    if (both) log.snapshots.front().bytes.resize(20);
    const auto recovery = recover(make(), log);
    ASSERT_TRUE(recovery) << recovery.error().text();
    EXPECT_EQ(recovery->unusable.size(), both ? 2U : 1U);
    EXPECT_THAT(recovery->unusable[0].message, ::testing::HasSubstr("the snapshot of event"));
    EXPECT_EQ(recovery->snapshot_event, both ? 0U : log.snapshots.front().event);
    rebuild(*recovery->runner, log);
    ASSERT_EQ(bytes_of(*recovery->runner), whole.record);
  }
}

TEST_F(Recovery, ASnapshotDoesNotGrowWithWhatWasTraded) {
  const auto size_after = [&](EventNumber events) {
    auto some = runner();
    some->set_fast_runs(false);
    while (some->last_event() < events) some->step();
    ByteWriter out;
    some->save(out);
    return out.str().size();
  };
  EXPECT_LT(size_after(2'000), size_after(200) + 2'000);  // Open orders alone differ.
}

TEST_F(Recovery, GivesUpWhenToldToAndLeavesTheLogAsItWas) {
  const Reference whole = reference();
  MemoryLog log = cut(whole.log, whole.log.commands.front().event, true);
  const std::size_t commands = log.commands.size();
  int steps = 0;
  const auto recovery = recover(make(), log, [&] { return ++steps < 5; });
  ASSERT_TRUE(recovery);
  EXPECT_TRUE(recovery->interrupted);
  EXPECT_LT(recovery->runner->last_event(), log.last_event());
  EXPECT_EQ(log.commands.size(), commands);
  auto fresh = Engine::make(config_, StrategyRegistry::built_in());
  const auto again = recover(make(), log);
  ASSERT_TRUE(again);
  const auto rebuilt =
      rebuild_record(*again->runner, config_, **fresh, log, [](const Turn& turn) { return turn.event.number < 3; });
  ASSERT_TRUE(rebuilt);
  EXPECT_FALSE(*rebuilt);
}

TEST_F(Recovery, RefusesACommandOfTheLogThatNothingCaused) {
  MemoryLog log = reference().log;
  LoggedCommand stray = log.commands.back();
  stray.event = log.last_event();
  log.commands.push_back(stray);
  const auto recovery = recover(make(), log);
  ASSERT_FALSE(recovery);
  EXPECT_THAT(recovery.error().text(), ::testing::HasSubstr("the re-execution gave none"));
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
    auto recovered = recover(make(), log);
    ASSERT_TRUE(recovered);
    const std::unique_ptr<BacktestRunner> continued = std::move(recovered->runner);
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
    const auto recovery = recover(make(), log);
    ASSERT_TRUE(recovery) << recovery.error().text();
    EXPECT_EQ(recovery->snapshot_event, log.snapshots.back().event);
    rebuild(*recovery->runner, log);
    EXPECT_EQ(bytes_of(*recovery->runner), bytes_of(*undisturbed));
  }
}

/// A log whose process is killed once it holds event `last`: nothing is written any more. `told`: whoever wrote the
/// last group still learns that it is durable, so that what waits for it leaves.
class DyingLog final : public MemoryLog {
 public:
  DyingLog(EventNumber last, bool told) : last_(last), told_(told) {}

  Expected<void> append(std::span<const Event> new_events, std::span<const LoggedCommand> new_commands) override {
    const std::uint64_t room = last_ - std::min<std::uint64_t>(last_, events.size());
    if (room == 0) return Error{"log", "killed"};
    if (new_events.size() < room || (new_events.size() == room && told_)) {
      auto appended = MemoryLog::append(new_events, new_commands);
      committed_.store(events.size());
      return appended;
    }
    // The kill comes before the group's commit is known, and the group's commands had not been written.
    std::vector<LoggedCommand> kept;
    for (const LoggedCommand& command : new_commands) {
      if (command.event < last_) kept.push_back(command);
    }
    if (auto appended = MemoryLog::append(new_events.first(room), kept); !appended) return appended;
    return Error{"log", "killed"};
  }
  /// The last event that its writer knows to be durable. From any thread.
  [[nodiscard]] EventNumber committed() const { return committed_.load(); }

 private:
  EventNumber last_;
  bool told_;
  std::atomic<EventNumber> committed_ = 0;
};

/// One life of a session: what the venue received, and what the operator was answered.
struct Life {
  std::vector<OrderCommand> received;
  std::vector<EventNumber> answered;
};

#ifdef __SANITIZE_THREAD__
constexpr std::size_t kPointsStep = 8;  // The thread sanitizer looks at threads, not at points, and is slow.
#else
constexpr std::size_t kPointsStep = 1;
#endif

TEST_F(Recovery, ASessionKilledAnywhereSendsNoOrderTwiceAndLosesNoAnsweredCommand) {
  const Reference whole = reference();
  const auto points = cuts(whole.log);
  ASSERT_GE(points.size(), 200U);
  std::size_t killed_before_send = 0;
  std::size_t halts_kept = 0;
  std::size_t index = 0;
  for (const EventNumber point : points) {
    if (++index % kPointsStep != 0) continue;
    SCOPED_TRACE("killed at event " + std::to_string(point));
    DyingLog dying(point, index / kPointsStep % 2 == 0);
    Life first;
    const auto give = [](PaperSession& session, Life& life, const CommandEvent& command) {
      const OperatorNote key("k-" + std::to_string(life.answered.size()));
      if (const auto answer = session.command({command, {OperatorNote("a test"), key}})) {
        life.answered.push_back(answer->event);
      }
    };
    {
      auto begin = runner();
      std::atomic<std::size_t> received = 0;
      PaperSessionOptions options;
      options.snapshot_every_events = 500;
      options.on_order_command = [&](const OrderCommand& command) {
        EXPECT_LE(command.id.event, dying.committed());
        first.received.push_back(command);
        received.fetch_add(1);
      };
      PaperSession session(*begin, options, &dying, nullptr, nullptr);
      session.start();
      // An operator halts after some orders, and resumes.
      while (received.load() < index % 40 && session.outcome() == PaperSession::Outcome::Running)
        std::this_thread::yield();
      give(session, first, {CommandType::Halt, HaltReason::Operator, false});
      give(session, first, {CommandType::Resume, HaltReason::None, false});
      ASSERT_NE(session.wait(std::chrono::seconds(60)), PaperSession::Outcome::Running);
      session.stop();
    }
    for (const EventNumber answer : first.answered) {
      ASSERT_LE(answer, dying.last_event());
      ASSERT_EQ(dying.events[answer - 1].type, EventType::Command);
    }
    halts_kept += first.answered.size();

    MemoryLog log = dying;
    const auto recovery = recover(make(), log);
    ASSERT_TRUE(recovery) << recovery.error().text();
    BacktestRunner* continued = recovery->runner.get();
    const std::size_t caught_up = log.commands.size();
    Life second;
    {
      PaperSessionOptions options;
      options.on_order_command = [&](const OrderCommand& command) { second.received.push_back(command); };
      PaperSession session(*continued, options, &log, nullptr, nullptr);
      session.start();
      // The halt may have been all that was left.
      give(session, second, {CommandType::Resume, HaltReason::None, false});
      ASSERT_EQ(session.wait(std::chrono::seconds(60)), PaperSession::Outcome::Ended) << session.failure();
      session.stop();
    }
    // What the two lives sent are the log's commands, each once; between the two the venue of the second life got those
    // that the first had logged but not sent.
    std::vector<OrderCommand> all;
    for (const LoggedCommand& command : log.commands) all.push_back(command.command);
    ASSERT_LE(first.received.size(), caught_up);
    ASSERT_TRUE(std::equal(first.received.begin(), first.received.end(), all.begin()));
    ASSERT_EQ(second.received,
              std::vector<OrderCommand>(all.begin() + static_cast<std::ptrdiff_t>(caught_up), all.end()));
    if (first.received.size() < caught_up) ++killed_before_send;
    ASSERT_NO_FATAL_FAILURE(expect_undisturbed(log));
  }
  EXPECT_GT(killed_before_send, 20U / kPointsStep);
  EXPECT_GT(halts_kept, 20U / kPointsStep);
}

/// The process dies between a command's notes and the command: it is as if nothing had been said, and the key is free.
TEST_F(Recovery, NotesWithoutTheirCommandChangeNothing) {
  const Reference whole = reference();
  std::size_t lone = 0;
  for (const Event& event : whole.log.events) {
    if (event.type != EventType::CommandNote) continue;
    MemoryLog log = cut(whole.log, event.number, false);
    const auto recovery = recover(make(), log);
    ASSERT_TRUE(recovery) << recovery.error().text();
    EXPECT_EQ(recovery->runner->last_event(), event.number);
    // The session goes on as it would have without the note, but for the numbers of its events.
    MemoryLog before = cut(whole.log, event.number - 1, false);
    const auto without = recover(make(), before);
    ASSERT_TRUE(without);
    recovery->runner->run();
    without->runner->run();
    const SessionRecord& with_note = recovery->runner->record();
    const SessionRecord& no_note = without->runner->record();
    EXPECT_EQ(with_note.daily, no_note.daily);
    EXPECT_EQ(with_note.trades, no_note.trades);
    ASSERT_EQ(with_note.fills.size(), no_note.fills.size());
    for (std::size_t i = 0; i < no_note.fills.size(); ++i) {
      EXPECT_EQ(with_note.fills[i].report.last_price, no_note.fills[i].report.last_price);
      EXPECT_EQ(with_note.fills[i].report.last_quantity, no_note.fills[i].report.last_quantity);
    }
    ++lone;
  }
  EXPECT_EQ(lone, 16U);
}

/// What the reference's operator asked for has had its effect, or the tests around prove little.
TEST_F(Recovery, TheReferenceHoldsWhatTheOperatorAskedFor) {
  const Reference whole = reference();
  std::map<CommandType, EventNumber> given;
  std::size_t by_hand = 0;
  std::size_t paused = 0;
  for (const Event& event : whole.log.events) {
    if (is_operator_command(event)) given[event.command.type] = event.number;
    if (event.type != EventType::Report) continue;
    if (event.report.type == ReportType::Fill && event.report.strategy == 1) ++by_hand;
    if (event.report.denied == DenyReason::StrategyPaused) ++paused;
  }
  EXPECT_EQ(given.size(), kCommandTypeCount);
  EXPECT_GE(by_hand, 2U);
  EXPECT_GE(paused, 1U);
  const auto caused_by = [&](CommandType type) {
    return std::count_if(whole.log.commands.begin(), whole.log.commands.end(),
                         [&](const LoggedCommand& each) { return each.event == given[type]; });
  };
  EXPECT_EQ(caused_by(CommandType::SubmitOrder), 1);
  EXPECT_GE(caused_by(CommandType::ClosePosition), 1);
  EXPECT_GE(caused_by(CommandType::Flatten), 1);
}

/// Wherever the first life ended, the operator's flatten behind the last event leaves no order open, and the log that
/// holds it recovers to the same.
TEST_F(Recovery, FlattenAfterTheEndOfTheDataLeavesNoOpenOrder) {
  config_ = testing::config_with("buy_and_hold", {}, {"A", "B"});
  for (const bool recovered : {false, true}) {
    MemoryLog log;
    auto begin = runner();
    if (recovered) {
      LogTurns observer(log);
      begin->set_observer(&observer);
      begin->run();
      begin = std::move(recover(make(), log)->runner);
    }
    {
      PaperSession session(*begin, {}, &log, nullptr, nullptr);
      session.start();
      ASSERT_EQ(session.wait(std::chrono::seconds(60)), PaperSession::Outcome::Ended) << session.failure();
      for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(session.command({{CommandType::Halt, HaltReason::Operator, true}, {OperatorNote("late"), {}}}));
      }
      session.stop();
    }
    const auto rejected = [](const Event& event) {
      return event.type == EventType::Report && event.report.type == ReportType::Rejected &&
             event.report.rejected == RejectReason::NoMarket;
    };
    EXPECT_TRUE(std::any_of(log.events.begin(), log.events.end(), rejected));
    const auto recovery = recover(make(), log);
    ASSERT_TRUE(recovery) << recovery.error().text();
    rebuild(*recovery->runner, log);
    for (const OrderRow& order : recovery->runner->record().orders) EXPECT_TRUE(is_terminal(order.state));
    const auto& positions = recovery->runner->record().positions;
    EXPECT_FALSE(positions.empty());
  }
}

TEST_F(Recovery, ReplayMissesCommandsThatALogShouldHold) {
  const Reference whole = reference();
  const auto replayed = [&](MemoryLog log, bool ended) {
    auto engine = Engine::make(config_, StrategyRegistry::built_in());
    return *replay(**engine, log, 0, log.last_event(), ended);
  };
  EXPECT_FALSE(replayed(whole.log, true).difference);
  EXPECT_EQ(replayed(whole.log, true).commands, whole.log.commands.size());
  MemoryLog without = whole.log;
  without.commands.clear();
  for (const bool ended : {false, true}) {
    const Replay result = replayed(without, ended);
    ASSERT_TRUE(result.difference);
    EXPECT_THAT(*result.difference, ::testing::HasSubstr("the log holds no command"));
    EXPECT_EQ(result.commands, 0U);
  }
  // A log cut behind the event that caused a command, whose process died before it wrote the command. The command
  // before it is many bars older.
  const auto& commands = whole.log.commands;
  const auto found = std::adjacent_find(commands.begin(), commands.end(),
                                        [](const auto& a, const auto& b) { return b.event > a.event + 20; });
  ASSERT_NE(found, commands.end());
  const LoggedCommand& some = *std::next(found);
  const MemoryLog killed = cut(whole.log, some.event, true);
  EXPECT_FALSE(replayed(killed, false).difference);
  EXPECT_EQ(replayed(killed, false).commands, killed.commands.size());
  EXPECT_TRUE(replayed(killed, true).difference);
  // Only those of the last step may be missing, not those of the step before.
  MemoryLog older = cut(whole.log, some.event, true);
  const EventNumber last = older.commands.back().event;
  std::erase_if(older.commands, [&](const LoggedCommand& command) { return command.event == last; });
  EXPECT_TRUE(replayed(older, false).difference);
}

TEST_F(Recovery, RefusesALogOfOtherData) {
  const Reference whole = reference();
  MemoryLog log = cut(whole.log, whole.log.last_event(), false);
  series_[0].bars[100].close += Price::from_raw(10'000'000);
  const auto recovery = recover(make(), log);
  ASSERT_FALSE(recovery);
  EXPECT_THAT(recovery.error().text(), ::testing::HasSubstr("the log holds event"));
}

}  // namespace
}  // namespace bellwether
