// What an operator's commands ask of the stages, one command at a time.
#include "engine/operator_command.hpp"

#include "engine/manual_strategy.hpp"
#include "tests/support/engine_setup.hpp"
#include "tests/support/market_walk.hpp"
#include "tests/support/risk_scene.hpp"
#include "tests/support/scripted_strategy.hpp"

namespace bellwether {
namespace {

using namespace testing;

TEST(OperatorCommand, StandsInTheLogBehindItsNotes) {
  OperatorCommand command{{CommandType::Halt, HaltReason::Operator, true}, {OperatorNote("why"), OperatorNote("k-1")}};
  const std::vector<Event> events = events_of(command, at_minute(3));
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].note, (CommandNoteEvent{CommandNoteEvent::Kind::Key, OperatorNote("k-1")}));
  EXPECT_EQ(events[1].note, (CommandNoteEvent{CommandNoteEvent::Kind::Reason, OperatorNote("why")}));
  EXPECT_EQ(events[2].command, (CommandEvent{CommandType::Halt, HaltReason::Operator, true, 2}));
  for (const Event& event : events) {
    EXPECT_EQ(event.time, at_minute(3));
    EXPECT_TRUE(is_from_operator(event));
  }
  command.words = {};
  EXPECT_EQ(events_of(command, at_minute(3)).size(), 1U);
}

TEST(OperatorCommand, IsToldFromABreakersHalt) {
  const auto by = [](HaltReason reason) { return Event::of(at_minute(1), CommandEvent{CommandType::Halt, reason}); };
  EXPECT_TRUE(is_operator_command(by(HaltReason::Operator)));
  EXPECT_FALSE(is_operator_command(by(HaltReason::Drawdown)));
  EXPECT_FALSE(is_operator_command(Event::of(at_minute(1), CommandNoteEvent{})));
}

/// The events numbered from `first` on, taken into `notes`; gives the last of them.
Event pass(CommandNotes& notes, std::vector<Event> events, EventNumber first) {
  for (Event& event : events) {
    event.number = first++;
    if (event.type == EventType::CommandNote) notes.add(event);
  }
  return events.back();
}

TEST(CommandNotes, GivesACommandItsOwnNotesAlone) {
  const OperatorCommand full{{CommandType::Flatten}, {OperatorNote("why"), OperatorNote("k-1")}};
  const OperatorCommand keyed{{CommandType::Resume}, {{}, OperatorNote("k-2")}};
  const OperatorCommand bare{{CommandType::Resume}};
  CommandNotes notes;
  EXPECT_EQ(notes.of(pass(notes, events_of(full, at_minute(1)), 5)), full.words);
  EXPECT_EQ(notes.of(pass(notes, events_of(keyed, at_minute(1)), 8)), keyed.words);
  EXPECT_EQ(notes.of(pass(notes, events_of(bare, at_minute(1)), 10)), CommandWords());
}

TEST(CommandNotes, LeavesNotesWhoseCommandWasLostToNobody) {
  const OperatorCommand lost{{CommandType::Flatten}, {OperatorNote("lost"), OperatorNote("k-1")}};
  for (const std::size_t kept : {1U, 2U}) {
    std::vector<Event> head = events_of(lost, at_minute(1));
    head.resize(kept);
    for (const OperatorCommand& next :
         {OperatorCommand{{CommandType::Resume}}, OperatorCommand{{CommandType::Resume}, {OperatorNote("b"), {}}},
          OperatorCommand{{CommandType::Resume}, {{}, OperatorNote("k-3")}}}) {
      CommandNotes notes;
      pass(notes, head, 1);
      EXPECT_EQ(notes.of(pass(notes, events_of(next, at_minute(1)), 1 + kept)), next.words);
    }
  }
}

/// Two scripted strategies and `manual` on two instruments.
class CommandScene : public SignalScene {
 public:
  CommandScene() : SignalScene(with_manual()) {}

  Turn& give(const CommandEvent& command) { return on(Event::of(at_minute(minute_), command)); }
  /// An order that a strategy sends at a bar.
  OrderId order(StrategyIndex strategy, const OrderSpec& spec) {
    OrderId id;
    script().on_bar = [&](const BarView&, Context& context) {
      if (seen_++ == strategy) id = context.submit(spec);
    };
    seen_ = 0;
    bar(0, ++minute_, "10");
    script() = {};
    return id;
  }
  void hold(StrategyIndex strategy, std::int64_t quantity) {
    next_positions.push_back({strategy, 0, shares(quantity), price("10"), Money()});
    bar(0, ++minute_, "10");
  }
  Turn& end(OrderId id, StrategyIndex strategy, ReportType type = ReportType::Canceled) {
    ExecutionReport report = answer(id, Side::Buy, type);
    report.strategy = strategy;
    return on(Event::of(report));
  }

 private:
  static EngineConfig with_manual() {
    EngineConfig config = scripted_config(2);
    add_manual_strategy(config);
    return config;
  }
  StrategyIndex seen_ = 0;
  int minute_ = 0;
};

std::vector<OrderId> cancelled(const Turn& turn) {
  std::vector<OrderId> ids;
  for (const Intent& each : turn.intents) {
    if (each.command.kind == CommandKind::Cancel) ids.push_back(each.command.target);
  }
  return ids;
}

/// By strategy, what was submitted.
std::vector<std::pair<StrategyIndex, OrderSpec>> sent(const Turn& turn) {
  std::vector<std::pair<StrategyIndex, OrderSpec>> orders;
  for (const Intent& each : turn.intents) {
    if (each.command.kind == CommandKind::Submit) orders.emplace_back(each.command.strategy, each.command.spec);
  }
  return orders;
}

using Sent = std::vector<std::pair<StrategyIndex, OrderSpec>>;

CommandEvent command_of(CommandType type, StrategyIndex strategy = kNoStrategy,
                        InstrumentIndex instrument = kNoInstrument, std::int64_t quantity = 0) {
  CommandEvent command;
  command.type = type;
  command.strategy = strategy;
  command.instrument = instrument;
  command.quantity = shares(quantity);
  return command;
}

TEST(SignalStageCommands, CancelsTheOneOrderThatIsNamed) {
  CommandScene scene;
  const OrderId first = scene.order(0, limit_order(Side::Buy, 10, "9"));
  const OrderId second = scene.order(1, limit_order(Side::Buy, 10, "9"));
  CommandEvent command = command_of(CommandType::CancelOrder);
  command.order = second;
  const Turn& turn = scene.give(command);
  ASSERT_EQ(turn.intents.size(), 1U);
  EXPECT_EQ(turn.intents[0].command.target, second);
  EXPECT_EQ(turn.intents[0].command.strategy, 1);
  // Under way, or of no order: nothing more.
  EXPECT_TRUE(scene.give(command).intents.empty());
  command.order = {77, 1, 0};
  EXPECT_TRUE(scene.give(command).intents.empty());
  command.order = first;
  scene.end(first, 0);
  EXPECT_TRUE(scene.give(command).intents.empty());
}

TEST(SignalStageCommands, CancelsAllOrdersOrThoseOfOneInstrument) {
  CommandScene scene;
  OrderSpec other = limit_order(Side::Buy, 10, "9");
  other.instrument = 1;
  OrderSpec bracket = limit_order(Side::Buy, 20, "9");
  bracket.order_class = OrderClass::Bracket;
  bracket.stop_loss = price("8");
  const OrderId ibm = scene.order(0, other);
  const OrderId entry = scene.order(1, bracket);
  EXPECT_EQ(cancelled(scene.give(command_of(CommandType::CancelAll, kNoStrategy, 1))), std::vector<OrderId>{ibm});
  EXPECT_EQ(cancelled(scene.give(command_of(CommandType::CancelAll))),
            (std::vector<OrderId>{entry, entry.with_leg(OrderLeg::StopLoss)}));
}

TEST(SignalStageCommands, ClosesWhatEveryStrategyHolds) {
  CommandScene scene;
  scene.hold(0, 100);
  scene.hold(1, -30);
  EXPECT_EQ(sent(scene.give(command_of(CommandType::ClosePosition, kNoStrategy, 0))),
            (Sent{{0, market_order(Side::Sell, 100)}, {1, market_order(Side::Buy, 30)}}));
}

TEST(SignalStageCommands, ClosesOfOneStrategyAlone) {
  CommandScene scene;
  scene.hold(0, 100);
  scene.hold(1, 30);
  EXPECT_EQ(sent(scene.give(command_of(CommandType::ClosePosition, 1, 0))), (Sent{{1, market_order(Side::Sell, 30)}}));
  EXPECT_TRUE(scene.give(command_of(CommandType::ClosePosition, 2, 0)).intents.empty());
  EXPECT_TRUE(scene.give(command_of(CommandType::ClosePosition, 0, 1)).intents.empty());
  EXPECT_TRUE(scene.give(command_of(CommandType::ClosePosition, 0, 99)).intents.empty());
}

TEST(SignalStageCommands, ClosesAPartAndNeverThroughZero) {
  for (const std::int64_t held : {100, -100}) {
    CommandScene scene;
    scene.hold(0, held);
    const Side exit = held > 0 ? Side::Sell : Side::Buy;
    EXPECT_EQ(sent(scene.give(command_of(CommandType::ClosePosition, 0, 0, 40))), (Sent{{0, market_order(exit, 40)}}));
    CommandScene much;
    much.hold(0, held);
    EXPECT_EQ(sent(much.give(command_of(CommandType::ClosePosition, 0, 0, 999))), (Sent{{0, market_order(exit, 100)}}));
  }
}

TEST(SignalStageCommands, TakesAPartFromTheStrategiesInTheirOrder) {
  CommandScene scene;
  scene.hold(0, 30);
  scene.hold(1, 40);
  EXPECT_EQ(sent(scene.give(command_of(CommandType::ClosePosition, kNoStrategy, 0, 50))),
            (Sent{{0, market_order(Side::Sell, 30)}, {1, market_order(Side::Sell, 20)}}));
}

TEST(SignalStageCommands, ClosesAPartOnceTheOrdersOfThePositionHaveEnded) {
  CommandScene scene;
  scene.hold(0, 100);
  const OrderId exit = scene.order(0, limit_order(Side::Sell, 80, "11"));
  const Turn& asked = scene.give(command_of(CommandType::ClosePosition, 0, 0, 40));
  EXPECT_EQ(cancelled(asked), std::vector<OrderId>{exit});
  EXPECT_TRUE(sent(asked).empty());
  EXPECT_EQ(sent(scene.end(exit, 0)), (Sent{{0, market_order(Side::Sell, 40)}}));
}

TEST(SignalStageCommands, ClosesASecondPartBesideTheFirst) {
  CommandScene scene;
  scene.hold(0, 100);
  const CommandEvent part = command_of(CommandType::ClosePosition, 0, 0, 40);
  const OrderId first = scene.give(part).intents.at(0).command.id;
  EXPECT_TRUE(scene.give(part).intents.empty());  // The first one's order stands before it.
  scene.next_positions.push_back({0, 0, shares(60), price("10"), Money()});
  ExecutionReport fill = scene.answer(first, Side::Sell, ReportType::Fill);
  fill.last_quantity = shares(40);
  fill.last_price = price("10");
  EXPECT_EQ(sent(scene.on(Event::of(fill))), (Sent{{0, market_order(Side::Sell, 40)}}));
}

// The order that was to be cancelled filled meanwhile: more is closed than was asked for, and nothing is bought back.
TEST(SignalStageCommands, BuysNothingBackWhereMoreThanThePartHasBeenClosed) {
  for (const std::int64_t left : {20, 0, 60}) {
    CommandScene scene;
    scene.hold(0, 100);
    const OrderId exit = scene.order(0, limit_order(Side::Sell, 80, "11"));
    scene.give(command_of(CommandType::ClosePosition, 0, 0, 40));
    scene.hold(0, left);
    EXPECT_TRUE(sent(scene.end(exit, 0)).empty());
  }
}

TEST(SignalStageCommands, APauseCancelsEntriesAndLeavesExits) {
  CommandScene scene;
  scene.hold(0, 100);
  const OrderId exit = scene.order(0, limit_order(Side::Sell, 100, "11"));
  const OrderId entry = scene.order(0, limit_order(Side::Buy, 10, "9"));
  const OrderId other = scene.order(1, limit_order(Side::Buy, 10, "9"));
  EXPECT_EQ(cancelled(scene.give(command_of(CommandType::PauseStrategy, 0))), std::vector<OrderId>{entry});
  EXPECT_NE(exit, other);
  EXPECT_TRUE(scene.give(command_of(CommandType::PauseStrategy, 99)).intents.empty());
}

TEST(SignalStageCommands, ResumingAStrategyTriesAgainWhatWasDenied) {
  CommandScene scene;
  OrderId aimed;
  script().on_bar = [&](const BarView&, Context& context) {
    if (!aimed.exists()) aimed = context.target_position(0, shares(10));
  };
  scene.bar(0, 1, "10");
  script() = {};
  ExecutionReport denial = scene.answer(aimed, Side::Buy, ReportType::Denied);
  denial.denied = DenyReason::StrategyPaused;
  EXPECT_TRUE(scene.on(Event::of(denial)).intents.empty());
  EXPECT_TRUE(scene.give(command_of(CommandType::ResumeStrategy, 1)).intents.empty());
  EXPECT_EQ(sent(scene.give(command_of(CommandType::ResumeStrategy, 0))), (Sent{{0, market_order(Side::Buy, 10)}}));
}

TEST(SignalStageCommands, AnOrderByHandIsThatOfTheManualStrategy) {
  CommandScene scene;
  ASSERT_EQ(manual_strategy(scene.config), StrategyIndex{2});
  CommandEvent command = command_of(CommandType::SubmitOrder, 2);
  command.spec = limit_order(Side::Buy, 10, "9");
  const Turn& turn = scene.give(command);
  EXPECT_EQ(sent(turn), (Sent{{2, command.spec}}));
  EXPECT_EQ(turn.intents[0].command.id, (OrderId{turn.event.number, 1, 0}));
  command.strategy = 3;
  EXPECT_TRUE(scene.give(command).intents.empty());
  command.strategy = 2;
  command.spec.instrument = 2;
  EXPECT_TRUE(scene.give(command).intents.empty());
}

TEST(ManualStrategy, LetsASoleStrategyRunOverManyBars) {
  EngineConfig config = scripted_config(1);
  add_manual_strategy(config);
  const auto stage = SignalStage::make(config, scripted_registry());
  ASSERT_TRUE(stage);
  EXPECT_TRUE((*stage)->may_run(0));
  EXPECT_FALSE(manual_strategy(scripted_config(1)));
}

TEST(ManualStrategy, ChangesNothingUntilAnOrderIsPlaced) {
  const BarSeries series = minute_walk(3'000, 7);
  for (const char* type : {"buy_and_hold", "sma_cross", "donchian_breakout", "rsi_reversion"}) {
    EngineConfig config = config_with(type);
    EngineConfig with_manual = config;
    add_manual_strategy(with_manual);
    const auto record_of = [&](const EngineConfig& each) {
      FeedSource source;
      source.instrument = 0;
      source.bars = series.bars;
      source.interval = series.interval;
      auto runner = BacktestRunner::make(each, StrategyRegistry::built_in(),
                                         MarketFeed({source}, {}, SessionCalendar::us_equity()))
                        .value();
      runner->run();
      return runner->take_record();
    };
    const SessionRecord without = record_of(config);
    const SessionRecord with = record_of(with_manual);
    EXPECT_FALSE(without.orders.empty()) << type;
    EXPECT_EQ(with.orders, without.orders) << type;
    EXPECT_EQ(with.fills, without.fills) << type;
    EXPECT_EQ(with.trades, without.trades) << type;
    EXPECT_EQ(with.daily, without.daily) << type;
    EXPECT_EQ(with.counts, without.counts) << type;
  }
}

TEST(RiskStagePause, LetsOnlyPassWhatShrinksAPosition) {
  RiskScene scene;
  scene.hold(0, Side::Buy, 100);
  scene.on(Event::of(at_minute(1), command_of(CommandType::PauseStrategy, 0)));
  EXPECT_EQ(scene.send(market_order(Side::Buy, 10), 1), DenyReason::StrategyPaused);
  EXPECT_EQ(scene.send(limit_order(Side::Sell, 150, "11"), 1), DenyReason::StrategyPaused);
  EXPECT_EQ(scene.send(limit_order(Side::Sell, 40, "11"), 1), DenyReason::None);
  EXPECT_EQ(scene.cancel(scene.last_id, 1), DenyReason::None);
  scene.strategy = 1;
  EXPECT_EQ(scene.send(market_order(Side::Buy, 10), 1), DenyReason::None);
  scene.strategy = 0;
  scene.on(Event::of(at_minute(2), command_of(CommandType::Resume)));
  EXPECT_EQ(scene.send(market_order(Side::Buy, 10), 2), DenyReason::StrategyPaused);
  scene.on(Event::of(at_minute(2), command_of(CommandType::ResumeStrategy, 0)));
  EXPECT_EQ(scene.send(market_order(Side::Buy, 10), 2), DenyReason::None);
}

TEST(RiskStagePause, StandsInASnapshot) {
  RiskScene scene;
  scene.on(Event::of(at_minute(1), command_of(CommandType::PauseStrategy, 1)));
  ByteWriter saved;
  scene.stage.save(saved);
  RiskScene restored;
  ByteReader in(saved.str());
  restored.stage.load(in);
  ASSERT_TRUE(in.done());
  EXPECT_EQ(restored.send(market_order(Side::Buy, 10), 1), DenyReason::None);
  restored.strategy = 1;
  EXPECT_EQ(restored.send(market_order(Side::Buy, 20), 1), DenyReason::StrategyPaused);
}

}  // namespace
}  // namespace bellwether
