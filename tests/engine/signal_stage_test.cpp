// What strategies may ask for and what becomes of it, with a strategy that each test writes for itself.
#include "engine/signal_stage.hpp"

#include "tests/support/scripted_strategy.hpp"

namespace bellwether {
namespace {

using namespace testing;

TEST(Context, GivesTheSameIdsOnEveryRun) {
  EngineConfig config = scripted_config(2);
  config.epoch = 9;
  script().on_bar = [](const BarView& view, Context& context) {
    context.buy(view.instrument, shares(1));
    context.sell(view.instrument, shares(2));
  };
  SignalScene scene(config);
  scene.on(session_event(EventType::SessionOpen, 0));
  const Turn& turn = scene.bar(0, 1, "10");
  ASSERT_EQ(turn.intents.size(), 4U);
  for (std::uint16_t i = 0; i < 4; ++i) {
    EXPECT_EQ(turn.intents[i].command.id, (OrderId{2, 9, i, OrderLeg::Entry}));
    EXPECT_EQ(turn.intents[i].command.strategy, i / 2);
  }
}

TEST(Context, RoundsPricesToTicks) {
  EngineConfig config = scripted_config();
  config.instruments[0].tick = price("0.05");
  script().on_bar = [](const BarView&, Context& context) {
    OrderOptions options;
    options.type = OrderType::StopLimit;
    options.limit_price = price("10.024");
    options.stop_price = price("9.976");
    options.take_profit = price("12.03");
    options.stop_loss_offset = price("0.333333333");
    context.buy(0, shares(1), options);
  };
  SignalScene scene(config);
  const OrderSpec spec = scene.bar(0, 1, "10").intents.at(0).command.spec;
  EXPECT_EQ(spec.limit_price, price("10"));
  EXPECT_EQ(spec.stop_price, price("10"));
  EXPECT_EQ(spec.take_profit, price("12.05"));
  EXPECT_EQ(spec.stop_loss_offset, price("0.35"));
  EXPECT_EQ(spec.order_class, OrderClass::Bracket);
}

TEST(Context, TradesTheDifferenceToATargetCountingOpenOrders) {
  const EngineConfig config = scripted_config();
  std::int64_t target = 100;
  script().on_bar = [&](const BarView&, Context& context) { context.target_position(0, shares(target)); };
  SignalScene scene(config);
  const OrderId first = scene.bar(0, 1, "10").intents.at(0).command.id;
  EXPECT_TRUE(scene.bar(0, 2, "10").intents.empty());  // 100 are on their way.
  target = 170;
  const OrderSpec more = scene.bar(0, 3, "10").intents.at(0).command.spec;
  EXPECT_EQ(more, market_order(Side::Buy, 70));
  scene.fill(first, Side::Buy, 60, 40, 60);
  EXPECT_TRUE(scene.bar(0, 4, "10").intents.empty());  // 60 held + 40 + 70 on their way.
}

TEST(Context, CancelsOrdersOfTheOtherSideBeforeItTradesToATarget) {
  const EngineConfig config = scripted_config();
  std::int64_t target = 200;
  script().on_bar = [&](const BarView&, Context& context) { context.target_position(0, shares(target)); };
  SignalScene scene(config);
  const OrderId buy = scene.bar(0, 1, "10").intents.at(0).command.id;
  scene.fill(buy, Side::Buy, 120, 80, 120);
  target = 0;
  const Turn& turn = scene.bar(0, 2, "10");
  ASSERT_EQ(turn.intents.size(), 1U);
  EXPECT_EQ(turn.intents[0].command.kind, CommandKind::Cancel);
  EXPECT_EQ(turn.intents[0].command.target, buy);
  const Turn& ended = scene.say(buy, Side::Buy, ReportType::Canceled);
  ASSERT_EQ(ended.intents.size(), 1U);
  EXPECT_EQ(ended.intents[0].command.spec, market_order(Side::Sell, 120));
}

TEST(Context, CancelsLegsThatGuardMoreThanATargetLeaves) {
  const EngineConfig config = scripted_config();
  int step = 0;
  script().on_bar = [&](const BarView&, Context& context) {
    if (++step == 1) context.submit(bracket(market_order(Side::Buy, 100), "", "9"));
    if (step == 2) context.target_position(0, shares(150));
    if (step == 3) context.target_position(0, shares(40));
  };
  SignalScene scene(config);
  const OrderId id = scene.bar(0, 1, "10").intents.at(0).command.id;
  scene.fill(id, Side::Buy, 100, 0, 100);
  const OrderCommand more = scene.bar(0, 2, "10").intents.at(0).command;
  EXPECT_EQ(more.spec, market_order(Side::Buy, 50));
  scene.fill(more.id, Side::Buy, 50, 0, 150);
  const Turn& turn = scene.bar(0, 3, "10");
  ASSERT_EQ(turn.intents.size(), 1U);
  EXPECT_EQ(turn.intents[0].command.target, stop_of(id));
  const Turn& ended = scene.say(stop_of(id), Side::Sell, ReportType::Canceled);
  ASSERT_EQ(ended.intents.size(), 1U);
  EXPECT_EQ(ended.intents[0].command.spec, market_order(Side::Sell, 110));
}

TEST(Context, ClosesAgainWhatAnOrderLeftOpen) {
  const EngineConfig config = scripted_config();
  int step = 0;
  script().on_bar = [&](const BarView&, Context& context) {
    if (++step == 1) context.buy(0, shares(100));
    if (step == 2) context.close(0);
  };
  SignalScene scene(config);
  scene.fill(scene.bar(0, 1, "10").intents.at(0).command.id, Side::Buy, 100, 0, 100);
  const OrderId first = scene.bar(0, 2, "10").intents.at(0).command.id;
  EXPECT_TRUE(scene.fill(first, Side::Sell, 30, 70, 70).intents.empty());
  const Turn& expired = scene.say(first, Side::Sell, ReportType::Expired);
  ASSERT_EQ(expired.intents.size(), 1U);
  EXPECT_EQ(expired.intents[0].command.spec, market_order(Side::Sell, 70));
  const OrderId second = expired.intents[0].command.id;
  EXPECT_TRUE(scene.say(second, Side::Sell, ReportType::Denied).intents.empty());  // Not at once again.
  const Turn& next = scene.on(session_event(EventType::SessionOpen, 1'440));
  ASSERT_EQ(next.intents.size(), 1U);
  EXPECT_EQ(next.intents[0].command.spec, market_order(Side::Sell, 70));
  EXPECT_TRUE(scene.fill(next.intents[0].command.id, Side::Sell, 70, 0, 0).intents.empty());
  EXPECT_TRUE(scene.on(session_event(EventType::SessionOpen, 2'880)).intents.empty());
}

TEST(Context, LeavesProtectiveLegsOutOfWhatIsPending) {
  const EngineConfig config = scripted_config();
  Quantity pending;
  bool first = true;
  script().on_bar = [&](const BarView&, Context& context) {
    if (first) context.submit(bracket(market_order(Side::Buy, 100), "12", "9"));
    first = false;
    pending = context.pending(0);
  };
  SignalScene scene(config);
  const OrderId id = scene.bar(0, 1, "10").intents.at(0).command.id;
  EXPECT_EQ(pending, shares(100));
  scene.fill(id, Side::Buy, 100, 0, 100);
  scene.bar(0, 2, "10");
  EXPECT_EQ(pending, Quantity());
}

TEST(Context, ClosesOnceTheCancelsOfOpenOrdersAreConfirmed) {
  const EngineConfig config = scripted_config();
  int step = 0;
  script().on_bar = [&](const BarView&, Context& context) {
    if (++step == 1) context.submit(bracket(market_order(Side::Buy, 100), "12", "9"));
    if (step == 2) context.close(0);
  };
  SignalScene scene(config);
  const OrderId id = scene.bar(0, 1, "10").intents.at(0).command.id;
  scene.fill(id, Side::Buy, 100, 0, 100);
  const Turn& turn = scene.bar(0, 2, "10");
  ASSERT_EQ(turn.intents.size(), 2U);
  for (const Intent& intent : turn.intents) EXPECT_EQ(intent.command.kind, CommandKind::Cancel);
  EXPECT_TRUE(scene.say(target_of(id), Side::Sell, ReportType::Canceled).intents.empty());
  const Turn& last = scene.say(stop_of(id), Side::Sell, ReportType::Canceled);
  ASSERT_EQ(last.intents.size(), 1U);
  EXPECT_EQ(last.intents[0].command.kind, CommandKind::Submit);
  EXPECT_EQ(last.intents[0].command.spec, market_order(Side::Sell, 100));
}

TEST(Context, ClosesNothingWhereTheStopFilledBeforeItsCancel) {
  const EngineConfig config = scripted_config();
  int step = 0;
  script().on_bar = [&](const BarView&, Context& context) {
    if (++step == 1) context.submit(bracket(market_order(Side::Buy, 100), "", "9"));
    if (step == 2) context.close(0);
  };
  SignalScene scene(config);
  const OrderId id = scene.bar(0, 1, "10").intents.at(0).command.id;
  scene.fill(id, Side::Buy, 100, 0, 100);
  scene.bar(0, 2, "10");
  EXPECT_TRUE(scene.fill(stop_of(id), Side::Sell, 100, 0, 0).intents.empty());
}

TEST(Context, ReplacesNothingWhileACancelOrReplacementIsUnderWay) {
  const EngineConfig config = scripted_config();
  int step = 0;
  OrderId order;
  std::vector<OrderId> given;
  script().on_bar = [&](const BarView&, Context& context) {
    if (++step == 1) order = context.submit(limit_order(Side::Buy, 100, "9"));
    if (step == 2) {
      given.push_back(context.replace(order, limit_order(Side::Buy, 50, "9")));
      given.push_back(context.replace(order, limit_order(Side::Buy, 40, "9")));
      context.cancel(order);
      given.push_back(context.replace(order, limit_order(Side::Buy, 30, "9")));
    }
  };
  SignalScene scene(config);
  scene.bar(0, 1, "10");
  EXPECT_EQ(scene.bar(0, 2, "10").intents.size(), 2U);
  ASSERT_EQ(given.size(), 3U);
  EXPECT_TRUE(given[0].exists());
  EXPECT_FALSE(given[1].exists());
  EXPECT_FALSE(given[2].exists());
}

TEST(Context, SizesByTheEquityAtTheLastPriceInWholeLots) {
  EngineConfig config = scripted_config();
  config.instruments[0].lot = shares(10);
  Quantity before;
  Quantity after;
  script().on_session_open = [&](const SessionEvent&, Context& context) { before = context.quantity_for(0, 0.5); };
  script().on_bar = [&](const BarView&, Context& context) { after = context.quantity_for(0, 0.5); };
  SignalScene scene(config);
  scene.on(session_event(EventType::SessionOpen, 0));
  scene.bar(0, 1, "7");
  EXPECT_EQ(before, Quantity());
  EXPECT_EQ(after, shares(7'140));  // 50000 / 7 = 7142.86
}

TEST(SignalStage, RunsTimersInTheOrderOfTheirTimes) {
  const EngineConfig config = scripted_config();
  std::vector<std::uint32_t> fired;
  script().on_session_open = [](const SessionEvent&, Context& context) {
    context.set_timer(at_minute(5), 50);
    context.set_timer(at_minute(3), 30);
    context.set_timer(at_minute(3), 20);
  };
  script().on_timer = [&](std::uint32_t tag, Context& context) {
    fired.push_back(tag);
    if (tag == 30) context.set_timer(at_minute(4), 40);
  };
  SignalScene scene(config);
  NextTimer next = scene.on(session_event(EventType::SessionOpen, 0)).next_timer;
  while (next.at != kNever) next = scene.on(Event::of(next.at, next.timer)).next_timer;
  EXPECT_EQ(fired, (std::vector<std::uint32_t>{20, 30, 40, 50}));
}

TEST(SignalStage, PassesOverAHeartbeatOfTheClock) {
  const EngineConfig config = scripted_config();
  int fired = 0;
  script().on_timer = [&](std::uint32_t, Context&) { ++fired; };
  SignalScene scene(config);
  scene.on(Event::of(at_minute(1), TimerEvent{}));
  EXPECT_EQ(fired, 0);
}

TEST(SignalStage, SendsNothingThatIsAskedForOnHistoryBars) {
  const EngineConfig config = scripted_config();
  int bars = 0;
  script().on_bar = [&](const BarView& view, Context& context) {
    ++bars;
    EXPECT_TRUE(view.history);
    EXPECT_FALSE(context.last_price(0));
    context.buy(0, shares(1));
    context.close(0);
    context.target_position(0, shares(5));
  };
  SignalScene scene(config);
  Event history = bar_event(0, 1, "10");
  history.bar.history = true;
  EXPECT_TRUE(scene.on(history).intents.empty());
  EXPECT_EQ(bars, 1);
}

TEST(SignalStage, TellsAStrategyOfAFillOnce) {
  const EngineConfig config = scripted_config();
  int fills = 0;
  script().on_bar = [](const BarView&, Context& context) { context.buy(0, shares(100)); };
  script().on_fill = [&](const ExecutionReport&, Context& context) {
    ++fills;
    EXPECT_EQ(context.position(0).quantity, shares(100));
  };
  SignalScene scene(config);
  const OrderId id = scene.bar(0, 1, "10").intents.at(0).command.id;
  const Event fill = scene.fill(id, Side::Buy, 100, 0, 100).event;
  // The venue says it again after the order has ended.
  scene.turn.begin(fill);
  scene.turn.verdict = ReportVerdict::Repeated;
  scene.stage->advance(scene.turn);
  EXPECT_EQ(fills, 1);
}

TEST(SignalStage, CancelsEntriesButKeepsStopsOnAHalt) {
  const EngineConfig config = scripted_config();
  int step = 0;
  script().on_bar = [&](const BarView&, Context& context) {
    if (++step == 1) context.submit(bracket(market_order(Side::Buy, 100), "", "9"));
    if (step == 2) context.submit(limit_order(Side::Buy, 10, "8"));
  };
  SignalScene scene(config);
  const OrderId entry = scene.bar(0, 1, "10").intents.at(0).command.id;
  scene.fill(entry, Side::Buy, 100, 0, 100);
  const OrderId resting = scene.bar(0, 2, "10").intents.at(0).command.id;
  const Turn& turn = scene.on(Event::of(at_minute(2), CommandEvent{CommandType::Halt, HaltReason::Operator, false}));
  ASSERT_EQ(turn.intents.size(), 1U);
  EXPECT_EQ(turn.intents[0].command.kind, CommandKind::Cancel);
  EXPECT_EQ(turn.intents[0].command.target, resting);
}

TEST(SignalStage, KeepsOnAHaltWhatCanOnlyShrinkAPosition) {
  const EngineConfig config = scripted_config();
  int step = 0;
  script().on_bar = [&](const BarView&, Context& context) {
    if (++step == 1) context.buy(0, shares(100));
    if (step != 2) return;
    context.submit(stop_order(Side::Sell, 60, "9", TimeInForce::Gtc));
    context.submit(limit_order(Side::Sell, 41, "12"));  // With the stop it could turn the position.
    context.submit(limit_order(Side::Sell, 40, "13"));
  };
  SignalScene scene(config);
  scene.fill(scene.bar(0, 1, "10").intents.at(0).command.id, Side::Buy, 100, 0, 100);
  const OrderId turning = scene.bar(0, 2, "10").intents.at(1).command.id;
  const Turn& turn = scene.on(Event::of(at_minute(2), CommandEvent{CommandType::Halt, HaltReason::Operator, false}));
  ASSERT_EQ(turn.intents.size(), 1U);
  EXPECT_EQ(turn.intents[0].command.target, turning);
}

TEST(SignalStage, LetsNoStrategyEndAFlattenBeforeItHasDone) {
  const EngineConfig config = scripted_config();
  int step = 0;
  script().on_bar = [&](const BarView&, Context& context) {
    if (++step == 1) context.buy(0, shares(100));
    if (step == 2) context.target_position(0, shares(100));
    if (step == 2) context.buy(0, shares(5));
  };
  SignalScene scene(config);
  scene.fill(scene.bar(0, 1, "10").intents.at(0).command.id, Side::Buy, 100, 0, 100);
  const Turn& halt = scene.on(Event::of(at_minute(1), CommandEvent{CommandType::Halt, HaltReason::Drawdown, true}));
  const OrderId first = halt.intents.at(0).command.id;
  EXPECT_EQ(halt.intents[0].command.spec, market_order(Side::Sell, 100));
  const OrderId asked = scene.bar(0, 2, "10").intents.at(0).command.id;
  scene.say(asked, Side::Buy, ReportType::Denied);
  scene.fill(first, Side::Sell, 30, 70, 70);
  const Turn& expired = scene.say(first, Side::Sell, ReportType::Expired);
  ASSERT_EQ(expired.intents.size(), 1U);
  EXPECT_EQ(expired.intents[0].command.spec, market_order(Side::Sell, 70));
}

TEST(SignalStage, FlattensOnAHaltThatSaysSo) {
  const EngineConfig config = scripted_config();
  int step = 0;
  script().on_bar = [&](const BarView&, Context& context) {
    if (++step == 1) context.submit(bracket(market_order(Side::Buy, 100), "", "9"));
  };
  SignalScene scene(config);
  const OrderId entry = scene.bar(0, 1, "10").intents.at(0).command.id;
  scene.fill(entry, Side::Buy, 100, 0, 100);
  const Turn& halt = scene.on(Event::of(at_minute(2), CommandEvent{CommandType::Halt, HaltReason::Drawdown, true}));
  ASSERT_EQ(halt.intents.size(), 1U);
  EXPECT_EQ(halt.intents[0].command.target, stop_of(entry));
  const Turn& after = scene.say(stop_of(entry), Side::Sell, ReportType::Canceled);
  ASSERT_EQ(after.intents.size(), 1U);
  EXPECT_EQ(after.intents[0].command.spec, market_order(Side::Sell, 100));
}

TEST(SignalStage, NamesTheStrategiesThereAreWhereOneIsUnknown) {
  EngineConfig config = scripted_config();
  config.strategies[0].type = "nobody";
  const auto made = SignalStage::make(config, StrategyRegistry::built_in());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().field, "strategy");
  EXPECT_THAT(made.error().message, ::testing::HasSubstr("buy_and_hold, sma_cross"));
}

TEST(SignalStage, ContinuesFromASnapshot) {
  const EngineConfig config = scripted_config();
  int step = 0;
  script().on_session_open = [](const SessionEvent&, Context& context) { context.set_timer(at_minute(7), 5); };
  script().on_bar = [&](const BarView&, Context& context) {
    if (++step == 1) context.submit(bracket(market_order(Side::Buy, 100), "12", "9"));
    if (step == 2) context.close(0);
  };
  SignalScene scene(config);
  scene.on(session_event(EventType::SessionOpen, 0));
  const OrderId id = scene.bar(0, 1, "10").intents.at(0).command.id;
  scene.fill(id, Side::Buy, 100, 0, 100);
  scene.bar(0, 2, "10");
  ByteWriter out;
  scene.stage->save(out);
  SignalScene other(config);
  ByteReader in(out.str());
  other.stage->load(in);
  ASSERT_TRUE(in.done());
  other.execution_id = scene.execution_id;
  EXPECT_EQ(other.stage->next_timer(), (NextTimer{at_minute(7), {0, 5}}));
  other.say(target_of(id), Side::Sell, ReportType::Canceled);
  EXPECT_EQ(other.say(stop_of(id), Side::Sell, ReportType::Canceled).intents.size(), 1U);
}

}  // namespace
}  // namespace bellwether
