// A command that comes twice, under one key or another.
#include "actors/command_keys.hpp"

#include <future>

#include "actors/paper_session.hpp"
#include "engine/manual_strategy.hpp"
#include "tests/support/engine_setup.hpp"
#include "tests/support/market_walk.hpp"
#include "tests/support/memory_log.hpp"
#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using namespace testing;

OperatorCommand command_of(CommandType type, std::string_view key, std::string_view reason = "") {
  OperatorCommand command;
  command.command.type = type;
  if (type == CommandType::Halt) command.command.reason = HaltReason::Operator;
  command.words = {OperatorNote(reason), OperatorNote(key)};
  return command;
}

/// Takes a command's events, of which the last has the number `last`.
void pass(CommandKeys& keys, const OperatorCommand& command, EventNumber last) {
  const std::vector<Event> events = events_of(command, at_minute(1));
  EventNumber number = last + 1 - events.size();
  for (const Event& event : events) keys.pass(turn_of(number++, event));
}

TEST(CommandKeys, AnswersARepeatAsTheFirstAndRefusesAnother) {
  CommandKeys keys;
  EXPECT_FALSE(keys.find(command_of(CommandType::Halt, "k")));
  pass(keys, command_of(CommandType::Halt, "k", "why"), 12);
  EXPECT_EQ(keys.find(command_of(CommandType::Halt, "k", "why")), (CommandReceipt{12, true}));
  for (const OperatorCommand& other :
       {command_of(CommandType::Halt, "k"), command_of(CommandType::Resume, "k", "why")}) {
    EXPECT_EQ(keys.find(other), (CommandReceipt{12, false, true}));
  }
  EXPECT_FALSE(keys.find(command_of(CommandType::Halt, "j", "why")));
  EXPECT_FALSE(keys.find(command_of(CommandType::Halt, "", "why")));
}

TEST(CommandKeys, KeepsWhatBecameOfAnOrder) {
  CommandKeys keys;
  OperatorCommand order = command_of(CommandType::SubmitOrder, "k");
  const std::vector<Event> events = events_of(order, at_minute(1));
  keys.pass(turn_of(1, events[0]));
  Turn turn = turn_of(2, events[1]);
  turn.intents.push_back({submit(2, 0, Side::Buy, 10), DenyReason::OrderNotional});
  keys.pass(turn);
  EXPECT_EQ(keys.find(order), (CommandReceipt{2, true, false, DenyReason::OrderNotional, 0}));
}

TEST(CommandKeys, TakesNoKeyFromANoteWhoseCommandWasLost) {
  CommandKeys keys;
  keys.pass(turn_of(1, events_of(command_of(CommandType::Flatten, "lost"), at_minute(1)).front()));
  pass(keys, command_of(CommandType::Resume, ""), 2);
  EXPECT_FALSE(keys.find(command_of(CommandType::Flatten, "lost")));
  EXPECT_FALSE(keys.find(command_of(CommandType::Resume, "lost")));
  EXPECT_EQ(keys.size(), 0U);
}

TEST(CommandKeys, ForgetsTheOldest) {
  CommandKeys keys(2);
  for (const EventNumber number : {2, 4, 6})
    pass(keys, command_of(CommandType::Resume, std::to_string(number)), number);
  EXPECT_EQ(keys.size(), 2U);
  EXPECT_FALSE(keys.find(command_of(CommandType::Resume, "2")));
  EXPECT_TRUE(keys.find(command_of(CommandType::Resume, "4")));
  EXPECT_TRUE(keys.find(command_of(CommandType::Resume, "6")));
}

TEST(CommandKeys, AreKnownAfterARestartAndUnderAnotherConfiguration) {
  EngineConfig before = config_with("buy_and_hold", {}, {"A", "B", "C"});
  EngineConfig after = config_with("buy_and_hold", {}, {"C", "B"});
  add_manual_strategy(before);
  add_manual_strategy(after);
  CommandKeys keys;
  OperatorCommand close = command_of(CommandType::ClosePosition, "close", "enough");
  close.command.strategy = 0;
  close.command.instrument = 2;
  OperatorCommand order = command_of(CommandType::SubmitOrder, "order");
  order.command.strategy = 1;
  order.command.spec = submit(2, 1, Side::Buy, 10).spec;
  order.command.spec.instrument = 1;
  OperatorCommand gone = command_of(CommandType::CancelAll, "gone");
  gone.command.instrument = 0;
  pass(keys, close, 3);
  pass(keys, order, 5);
  pass(keys, gone, 7);
  pass(keys, command_of(CommandType::Halt, "halt", "lunch"), 9);
  ByteWriter bytes;
  keys.save(bytes);
  CommandKeys again;
  ByteReader reader(bytes.str());
  again.load(reader);
  ASSERT_TRUE(reader.done());
  EXPECT_EQ(again.halt_note(), "lunch");
  for (const OperatorCommand& command : {close, order, gone}) EXPECT_EQ(again.find(command), keys.find(command));
  again.change_configuration(CarryOver(before, after));
  close.command.instrument = 0;
  EXPECT_EQ(again.find(close), (CommandReceipt{3, true}));
  EXPECT_TRUE(again.find(order)->repeated);
  EXPECT_TRUE(again.find(gone)->key_taken) << "its symbol is gone: it can be no repeat of it";
  again.load(reader = ByteReader(std::string_view(bytes.str()).substr(0, bytes.size() - 1)));
  EXPECT_FALSE(reader.ok());
}

class KeyedSession : public ::testing::Test {
 protected:
  KeyedSession() : config_(config_with("buy_and_hold", {})), series_(minute_walk(2'000, 5)) {
    add_manual_strategy(config_);
    options_.pace = {Pace::Kind::EventsPerSecond, 2'000, {}};
  }
  [[nodiscard]] std::unique_ptr<BacktestRunner> runner() const {
    FeedSource source;
    source.instrument = 0;
    source.bars = series_.bars;
    source.interval = series_.interval;
    return BacktestRunner::make(config_, StrategyRegistry::built_in(),
                                MarketFeed({source}, {}, SessionCalendar::us_equity()))
        .value();
  }
  std::size_t commands_in_log() const {
    return static_cast<std::size_t>(std::count_if(log_.events.begin(), log_.events.end(), is_operator_command));
  }

  EngineConfig config_;
  BarSeries series_;
  PaperSessionOptions options_;
  MemoryLog log_;
};

TEST_F(KeyedSession, CarriesOutACommandThatComesManyTimesAtOnceOnce) {
  auto start = runner();
  PaperSession session(*start, options_, &log_, nullptr, nullptr);
  session.start();
  const OperatorCommand halt = command_of(CommandType::Halt, "k-1", "why");
  std::vector<std::future<Expected<CommandReceipt>>> answers;
  for (int i = 0; i < 8; ++i) answers.push_back(std::async(std::launch::async, [&] { return session.command(halt); }));
  std::size_t repeated = 0;
  EventNumber event = 0;
  for (auto& each : answers) {
    const auto answer = each.get();
    ASSERT_TRUE(answer) << answer.error().text();
    if (event == 0) event = answer->event;
    EXPECT_EQ(answer->event, event);
    if (answer->repeated) ++repeated;
  }
  EXPECT_EQ(repeated, 7U);
  const auto other = session.command(command_of(CommandType::Resume, "k-1"));
  ASSERT_TRUE(other);
  EXPECT_TRUE(other->key_taken);
  EXPECT_EQ(other->event, event);
  session.stop();
  EXPECT_EQ(commands_in_log(), 1U);
}

TEST_F(KeyedSession, OnlyLooksUpWhatIsOnlyAsked) {
  auto start = runner();
  PaperSession session(*start, options_, &log_, nullptr, nullptr);
  session.start();
  OperatorCommand ask = command_of(CommandType::Flatten, "k-2");
  ask.only_ask = true;
  EXPECT_EQ(*session.command(ask), CommandReceipt());
  const auto given = session.command(command_of(CommandType::Flatten, "k-2"));
  ASSERT_TRUE(given);
  EXPECT_FALSE(given->repeated);
  EXPECT_EQ(session.command(ask)->event, given->event);
  EXPECT_TRUE(session.command(ask)->repeated);
  session.stop();
  EXPECT_EQ(commands_in_log(), 1U);
}

TEST_F(KeyedSession, PlacesAnOrderByHandAndSaysWhetherItMayLeave) {
  config_.risk.order_quantity = shares(100);
  auto start = runner();
  PaperSession session(*start, options_, &log_, nullptr, nullptr);
  session.start();
  OperatorCommand order = command_of(CommandType::SubmitOrder, "k-3");
  order.command.strategy = *manual_strategy(config_);
  order.command.spec.instrument = 0;
  order.command.spec.quantity = shares(1'000);
  const auto denied = session.command(order);
  ASSERT_TRUE(denied);
  // Before the first price there is none; after it the order is too large.
  EXPECT_TRUE(denied->denied == DenyReason::OrderQuantity || denied->denied == DenyReason::NoMarketData);
  EXPECT_EQ(denied->orders, 0U);
  EXPECT_EQ(session.command(order)->denied, denied->denied);
  session.stop();
  const auto report = std::find_if(log_.events.begin(), log_.events.end(), [&](const Event& event) {
    return event.type == EventType::Report && event.report.order == OrderId{denied->event, config_.epoch, 0};
  });
  ASSERT_NE(report, log_.events.end());
  EXPECT_EQ(report->report.type, ReportType::Denied);
  EXPECT_EQ(report->report.strategy, order.command.strategy);
}

}  // namespace
}  // namespace bellwether
