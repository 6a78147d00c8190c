// What becomes of a position that a strategy asks for when orders end before it is reached.
#include "tests/support/scripted_strategy.hpp"

namespace bellwether {
namespace {

using namespace testing;

using Specs = std::vector<OrderSpec>;

/// A strategy that does what a test says, at a bar of its own.
class GoalScene : public SignalScene {
 public:
  GoalScene() : GoalScene(scripted_config()) {}
  explicit GoalScene(const EngineConfig& given) : SignalScene(given) {
    script().on_bar = [this](const BarView&, Context& context) {
      if (act_) std::exchange(act_, nullptr)(context);
    };
  }

  Turn& do_at_bar(std::function<void(Context&)> act) {
    act_ = std::move(act);
    return bar(0, ++minute_, "10");
  }
  /// Asks for a position; the id is that of the order which leaves at once.
  OrderId aim(std::int64_t target, const OrderOptions& options = {}) {
    OrderId id;
    do_at_bar([&](Context& context) { id = context.target_position(0, shares(target), options); });
    return id;
  }
  Turn& next_bar() { return bar(0, ++minute_, "10"); }
  Turn& next_session() { return on(session_event(EventType::SessionOpen, 1'440)); }
  Turn& refuse(OrderId id, DenyReason reason, Side side = Side::Buy) {
    ExecutionReport report = answer(id, side, ReportType::Denied);
    report.denied = reason;
    return on(Event::of(report));
  }
  Turn& command(CommandType type) {
    CommandEvent event;
    event.type = type;
    if (type == CommandType::PauseStrategy) event.strategy = 0;
    return on(Event::of(at_minute(minute_), event));
  }
  /// The position is `quantity` from now on, by an order that is no part of the test.
  void hold(std::int64_t quantity) {
    OrderId id;
    const Side side = quantity > 0 ? Side::Buy : Side::Sell;
    do_at_bar([&](Context& context) { id = context.submit(market_order(side, std::abs(quantity))); });
    fill(id, side, std::abs(quantity), 0, quantity);
  }

 private:
  std::function<void(Context&)> act_;
  int minute_ = 0;
};

Specs sent(const Turn& turn) {
  Specs specs;
  for (const Intent& each : turn.intents) {
    if (each.command.kind == CommandKind::Submit) specs.push_back(each.command.spec);
  }
  return specs;
}

std::vector<OrderId> cancelled(const Turn& turn) {
  std::vector<OrderId> ids;
  for (const Intent& each : turn.intents) {
    if (each.command.kind == CommandKind::Cancel) ids.push_back(each.command.target);
  }
  return ids;
}

OrderId last_sent(const Turn& turn) { return turn.intents.back().command.id; }

TEST(Goal, SendsTheRestAgainWhereTheOrderEnds) {
  for (const ReportType end : {ReportType::Expired, ReportType::Canceled}) {
    GoalScene scene;
    const OrderId first = scene.aim(100);
    EXPECT_TRUE(scene.fill(first, Side::Buy, 30, 70, 30).intents.empty());
    const Turn& ended = scene.say(first, Side::Buy, end);
    ASSERT_EQ(sent(ended), Specs{market_order(Side::Buy, 70)});
    EXPECT_TRUE(scene.fill(last_sent(ended), Side::Buy, 70, 0, 100).intents.empty());
  }
}

// Of two orders that end at the close, and what was asked for at that instant, one order for the next session remains.
TEST(Goal, SendsOneOrderForAllThatEndsAtTheClose) {
  GoalScene scene;
  scene.on(session_event(EventType::SessionOpen, 0));
  const OrderId first = scene.aim(100);
  const OrderId second = scene.aim(170);
  scene.fill(first, Side::Buy, 30, 70, 30);
  OrderId third;
  script().on_bar = [&](const BarView&, Context& context) { third = context.target_position(0, shares(200)); };
  EXPECT_TRUE(scene.bar(0, 390, "10").intents.empty());
  EXPECT_FALSE(third.exists());
  EXPECT_TRUE(scene.say(first, Side::Buy, ReportType::Expired).intents.empty());
  EXPECT_TRUE(scene.say(second, Side::Buy, ReportType::Expired).intents.empty());
  EXPECT_EQ(sent(scene.on(session_event(EventType::SessionClose, 390))), Specs{market_order(Side::Buy, 170)});
}

TEST(Goal, IsOverOnceItIsReached) {
  GoalScene scene;
  scene.fill(scene.aim(100), Side::Buy, 100, 0, 100);
  const OrderId sale = last_sent(scene.do_at_bar([](Context& context) {
    EXPECT_FALSE(context.target(0));
    context.sell(0, shares(40));
  }));
  EXPECT_TRUE(scene.fill(sale, Side::Sell, 40, 0, 60).intents.empty());
  EXPECT_TRUE(scene.next_session().intents.empty());
}

TEST(Goal, IsKnownToItsStrategyUntilItIsReached) {
  GoalScene scene;
  const OrderId order = scene.aim(100);
  scene.refuse(order, DenyReason::OrderNotional);
  std::optional<Quantity> target;
  scene.do_at_bar([&](Context& context) { target = context.target(0); });
  EXPECT_EQ(target, shares(100));
  scene.do_at_bar([&](Context& context) {
    context.target_position(0, Quantity());
    target = context.target(0);
  });
  EXPECT_EQ(target, std::nullopt);
}

// Each refusal, and what makes the next try worth while: the next price, a position that shrinks, the next session.
TEST(Goal, IsTriedAgainOnceWhatRefusedItMayHaveChanged) {
  struct Case {
    DenyReason reason;
    bool at_price, with_room;
  };
  for (const Case& each :
       {Case{DenyReason::OrderRate, true, false}, Case{DenyReason::StaleMarketData, true, false},
        Case{DenyReason::NoMarketData, true, false}, Case{DenyReason::BuyingPower, false, true},
        Case{DenyReason::GrossExposure, false, true}, Case{DenyReason::PositionNotional, false, true},
        Case{DenyReason::PositionQuantity, false, true}, Case{DenyReason::OrderNotional, false, false},
        Case{DenyReason::Halted, false, false}, Case{DenyReason::ShortingNotAllowed, false, false}}) {
    const auto again = [&](auto&& happens) {
      GoalScene scene;
      scene.next_positions.push_back({0, 1, shares(50), price("10"), Money()});
      EXPECT_TRUE(scene.refuse(scene.aim(100), each.reason).intents.empty());
      const Specs specs = sent(happens(scene));
      EXPECT_TRUE(specs.empty() || specs == Specs{market_order(Side::Buy, 100)});
      return !specs.empty();
    };
    EXPECT_EQ(again([](GoalScene& scene) -> Turn& { return scene.next_bar(); }), each.at_price) << token(each.reason);
    EXPECT_EQ(again([](GoalScene& scene) -> Turn& {
                // Another instrument's position shrinks by a fill.
                ExecutionReport report = scene.answer({1, 1, 7, OrderLeg::Entry}, Side::Sell, ReportType::Fill);
                report.instrument = 1;
                report.last_quantity = shares(20);
                report.last_price = price("10");
                scene.next_positions.push_back({0, 1, shares(30), price("10"), Money()});
                return scene.on(Event::of(report));
              }),
              each.with_room)
        << token(each.reason);
    EXPECT_EQ(again([](GoalScene& scene) -> Turn& { return scene.next_session(); }), !each.at_price)
        << token(each.reason);
  }
}

TEST(Goal, IsTriedAgainWhenTradingIsResumed) {
  GoalScene scene;
  scene.refuse(scene.aim(100), DenyReason::Halted);
  EXPECT_EQ(sent(scene.command(CommandType::Resume)), Specs{market_order(Side::Buy, 100)});
}

TEST(Goal, IsTriedAtMostOnceASecondOnTicks) {
  GoalScene scene;
  scene.refuse(scene.aim(100), DenyReason::OrderRate);
  const Timestamp refused = scene.turn.event.time;
  const auto tick = [&](Duration after) {
    return sent(scene.on(Event::of(0, Trade{refused + after, price("10"), shares(1)})));
  };
  EXPECT_TRUE(tick(std::chrono::milliseconds(999)).empty());
  EXPECT_EQ(tick(std::chrono::seconds(1)).size(), 1U);
  EXPECT_TRUE(tick(std::chrono::seconds(5)).empty());  // Its order is on its way.
}

TEST(Goal, TriesWhatFillsAtOnceOrNotAtAllAgainAtTheNextPrice) {
  OrderOptions options;
  options.time_in_force = TimeInForce::Ioc;
  GoalScene scene;
  const OrderId first = scene.aim(100, options);
  scene.fill(first, Side::Buy, 30, 70, 30);
  EXPECT_TRUE(scene.say(first, Side::Buy, ReportType::Canceled).intents.empty());
  EXPECT_EQ(sent(scene.next_bar()), Specs{market_order(Side::Buy, 70, TimeInForce::Ioc)});
}

TEST(Goal, IsTriedOnceWhereTheStrategyWantsItSo) {
  OrderOptions options;
  options.one_try = true;
  for (const ReportType end : {ReportType::Expired, ReportType::Canceled, ReportType::Denied, ReportType::Rejected}) {
    GoalScene scene;
    EXPECT_TRUE(scene.say(scene.aim(100, options), Side::Buy, end).intents.empty()) << token(end);
    EXPECT_TRUE(scene.next_session().intents.empty()) << token(end);
    EXPECT_TRUE(scene.next_bar().intents.empty()) << token(end);
  }
}

TEST(Goal, IsGivenUpWhereTheStrategyActsOtherwise) {
  const std::pair<const char*, std::function<void(Context&, OrderId)>> acts[] = {
      {"cancel", [](Context& context, OrderId order) { context.cancel(order); }},
      {"cancel all", [](Context& context, OrderId) { context.cancel_all(0); }},
      {"replace", [](Context& context, OrderId order) { context.replace(order, market_order(Side::Buy, 10)); }}};
  for (const auto& [name, act] : acts) {
    GoalScene scene;
    const OrderId order = scene.aim(100);
    scene.say(order, Side::Buy, ReportType::Accepted);
    scene.do_at_bar([&](Context& context) { act(context, order); });
    EXPECT_TRUE(sent(scene.say(order, Side::Buy, ReportType::Canceled)).empty()) << name;
    EXPECT_TRUE(sent(scene.next_session()).empty()) << name;
  }
}

TEST(Goal, IsGivenUpWhileItWaitsWhereItsLastOrderIsCancelled) {
  GoalScene scene;
  const OrderId order = scene.aim(100);
  scene.refuse(order, DenyReason::OrderNotional);
  scene.do_at_bar([&](Context& context) { context.cancel(order); });
  EXPECT_TRUE(sent(scene.next_session()).empty());
}

TEST(Goal, IsNotBoughtBackAfterItsStop) {
  OrderOptions options;
  options.stop_loss = price("9");
  GoalScene scene;
  const OrderId entry = scene.aim(100, options);
  scene.fill(entry, Side::Buy, 30, 70, 30);
  const OrderId rest = last_sent(scene.say(entry, Side::Buy, ReportType::Expired));
  // The stop of the first part fills before the rest has come: the rest may fill, but nothing is bought anew.
  scene.fill(entry.with_leg(OrderLeg::StopLoss), Side::Sell, 30, 0, 0);
  EXPECT_TRUE(sent(scene.say(rest, Side::Buy, ReportType::Expired)).empty());
  EXPECT_TRUE(sent(scene.next_session()).empty());
}

TEST(Goal, KeepsToItsExitWhenItsTargetFillsInPart) {
  GoalScene scene;
  OrderOptions options;
  options.take_profit = price("12");
  const OrderId entry = scene.aim(100, options);
  scene.fill(entry, Side::Buy, 100, 0, 100);
  scene.aim(0);  // Cancels the leg first.
  const OrderId leg = entry.with_leg(OrderLeg::Target);
  scene.fill(leg, Side::Sell, 40, 60, 60);
  EXPECT_EQ(sent(scene.say(leg, Side::Sell, ReportType::Canceled)), Specs{market_order(Side::Sell, 60)});
}

// A halt or a pause ends what makes a position grow; what shrinks it goes on.
TEST(Goal, KeepsItsExitWhereTheOperatorHaltsOrPauses) {
  struct Case {
    std::int64_t held, target, left;
  };
  for (const CommandType type : {CommandType::PauseStrategy, CommandType::Halt}) {
    for (const Case& each : {Case{0, 100, 0}, Case{50, 100, 0}, Case{100, 40, -60}, Case{100, -100, -100},
                             Case{-100, -150, 0}, Case{-100, 30, 100}}) {
      GoalScene scene;
      if (each.held != 0) scene.hold(each.held);
      const OrderId order = scene.aim(each.target);
      const Side side = each.target > each.held ? Side::Buy : Side::Sell;
      scene.command(type);
      const Turn& ended = scene.say(order, side, ReportType::Canceled);
      const std::string name = std::to_string(each.held) + " to " + std::to_string(each.target);
      if (each.left == 0) {
        EXPECT_TRUE(sent(ended).empty()) << name;
        EXPECT_TRUE(sent(scene.next_session()).empty()) << name;
      } else {
        EXPECT_EQ(sent(ended), Specs{market_order(side, std::abs(each.left))}) << name;
      }
    }
  }
}

TEST(Goal, IsGivenUpWhereTheOperatorCancelsAllOrders) {
  for (const std::int64_t target : {100, 20, 0, -10}) {
    GoalScene scene;
    scene.hold(50);
    const OrderId order = scene.aim(target);
    EXPECT_EQ(cancelled(scene.command(CommandType::CancelAll)), std::vector<OrderId>{order});
    EXPECT_TRUE(scene.say(order, target > 50 ? Side::Buy : Side::Sell, ReportType::Canceled).intents.empty());
    EXPECT_TRUE(scene.next_session().intents.empty());
  }
}

TEST(Goal, CancelsAnEntryOnItsWayWhereThePositionIsToBeClosed) {
  GoalScene scene;
  const OrderId entry = scene.aim(100);
  const Turn& closing = scene.do_at_bar([](Context& context) { context.close(0); });
  EXPECT_EQ(cancelled(closing), std::vector<OrderId>{entry});
  scene.fill(entry, Side::Buy, 20, 80, 20);
  EXPECT_EQ(sent(scene.say(entry, Side::Buy, ReportType::Canceled)), Specs{market_order(Side::Sell, 20)});
}

TEST(Goal, GrowsWithASplit) {
  OrderOptions options;
  options.type = OrderType::Limit;
  options.limit_price = price("9");
  GoalScene scene;
  const OrderId order = scene.aim(100, options);
  scene.fill(order, Side::Buy, 30, 70, 30);
  scene.next_positions.push_back({0, 0, shares(90), price("3.33"), Money()});
  scene.on(Event::of(at_minute(2), 0, split_of(3'000'000'000)));
  // The order has been carried through: 70 of the old shares are 210. Where the venue cancels it, they are sent anew.
  EXPECT_EQ(sent(scene.say(order, Side::Buy, ReportType::Canceled)), Specs{limit_order(Side::Buy, 210, "3")});
}

// Long 200, an order for 300 on its way to short 100; two for three. 133.33 are held, 200 are sold: short 66.67.
TEST(Goal, TradesNoLotThatARoundingOfASplitMakes) {
  GoalScene scene;
  scene.hold(200);
  const OrderId order = scene.aim(-100);
  scene.next_positions.push_back({0, 0, shares(133), price("15"), Money()});
  scene.on(Event::of(at_minute(2), 0, split_of(666'666'667)));
  EXPECT_TRUE(scene.fill(order, Side::Sell, 200, 0, -67).intents.empty());
  EXPECT_TRUE(scene.next_session().intents.empty());
}

TEST(Goal, GoesOnFromASnapshot) {
  for (const DenyReason reason : {DenyReason::OrderRate, DenyReason::BuyingPower, DenyReason::OrderNotional}) {
    GoalScene scene;
    scene.refuse(scene.aim(100), reason);
    ByteWriter saved;
    scene.stage->save(saved);
    GoalScene restored;
    ByteReader in(saved.str());
    restored.stage->load(in);
    ASSERT_TRUE(in.done());
    restored.last_event = scene.last_event;
    const Specs at_price = sent(restored.bar(0, 5, "10"));
    const Specs at_open = sent(restored.next_session());
    EXPECT_EQ(at_price.empty(), reason != DenyReason::OrderRate);
    EXPECT_EQ(at_open.empty(), reason == DenyReason::OrderRate);
  }
}

/// A venue that refuses a cancel is not asked for it again in the same breath: that would never end.
TEST(Goal, ARefusedCancelIsAskedForAgainAWhileLater) {
  GoalScene scene;
  const OrderId buy = scene.aim(100);
  scene.say(buy, Side::Buy, ReportType::Accepted);
  Turn& turn = scene.do_at_bar([](Context& context) { context.close(0); });
  ASSERT_EQ(cancelled(turn), std::vector{buy});
  ExecutionReport refused = scene.answer(buy, Side::Buy, ReportType::CancelRejected);
  refused.rejected = RejectReason::Unsupported;
  EXPECT_TRUE(scene.on(Event::of(refused)).intents.empty());
  EXPECT_EQ(cancelled(scene.next_bar()), std::vector{buy});
}

EngineConfig answers_later() {
  EngineConfig config = scripted_config();
  config.exchange.asynchronous = true;
  return config;
}

/// Lost on the way, or of an order whose fate is not known: a cancel waits until the venue has said where it stands.
TEST(UnknownOrder, ACancelWaitsUntilItsFateIsKnown) {
  GoalScene scene(answers_later());
  OrderId id;
  scene.do_at_bar([&](Context& context) { id = context.submit(limit_order(Side::Buy, 10, "9")); });
  scene.say(id, Side::Buy, ReportType::Lost);
  EXPECT_TRUE(scene.do_at_bar([&](Context& context) { context.cancel(id); }).intents.empty());
  EXPECT_TRUE(scene.do_at_bar([&](Context& context) { context.cancel_all(0); }).intents.empty());
  EXPECT_EQ(cancelled(scene.say(id, Side::Buy, ReportType::Accepted)), std::vector{id}) << "once";
  scene.say(id, Side::Buy, ReportType::Lost);
  EXPECT_EQ(cancelled(scene.say(id, Side::Buy, ReportType::Accepted)), std::vector{id}) << "the cancel had got lost";
  scene.say(id, Side::Buy, ReportType::Canceled);
  EXPECT_TRUE(scene.next_bar().intents.empty());
}

TEST(UnknownOrder, NothingIsCancelledThatHasEnded) {
  GoalScene scene(answers_later());
  OrderId id;
  scene.do_at_bar([&](Context& context) { id = context.submit(limit_order(Side::Buy, 10, "9")); });
  scene.say(id, Side::Buy, ReportType::Lost);
  scene.do_at_bar([&](Context& context) { context.cancel(id); });
  ExecutionReport never = scene.answer(id, Side::Buy, ReportType::Rejected);
  never.rejected = RejectReason::NeverArrived;
  never.execution_id = 0;
  EXPECT_TRUE(scene.on(Event::of(never)).intents.empty());
}

TEST(UnknownOrder, AReplacementWaitsTooAndGoesOnFromASnapshot) {
  GoalScene scene(answers_later());
  OrderId id;
  OrderId replacement;
  scene.do_at_bar([&](Context& context) { id = context.submit(limit_order(Side::Buy, 10, "9")); });
  scene.say(id, Side::Buy, ReportType::Lost);
  EXPECT_TRUE(
      scene.do_at_bar([&](Context& context) { replacement = context.replace(id, limit_order(Side::Buy, 10, "8")); })
          .intents.empty());
  EXPECT_TRUE(replacement.exists());
  ByteWriter out;
  scene.stage->save(out);
  scene.stage = SignalStage::make(scene.config, scripted_registry()).value();
  ByteReader in(out.str());
  scene.stage->load(in);
  ASSERT_TRUE(in.done());
  const Turn& turn = scene.say(id, Side::Buy, ReportType::Accepted);
  ASSERT_EQ(turn.intents.size(), 1U);
  EXPECT_EQ(turn.intents[0].command.kind, CommandKind::Replace);
  EXPECT_EQ(turn.intents[0].command.id, replacement);
  EXPECT_EQ(turn.intents[0].command.spec.limit_price, price("8"));
}

/// All that an unknown order may still fill counts, so nothing is bought in its place.
TEST(UnknownOrder, AGoalDoesNotRunInCirclesAroundIt) {
  GoalScene scene(answers_later());
  const OrderId id = scene.aim(100);
  EXPECT_TRUE(scene.say(id, Side::Buy, ReportType::Lost).intents.empty());
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(scene.next_bar().intents.empty());
  EXPECT_TRUE(scene.do_at_bar([](Context& context) { context.close(0); }).intents.empty());
  // It works: now it can be cancelled, and closed when it has ended.
  EXPECT_EQ(cancelled(scene.say(id, Side::Buy, ReportType::Accepted)), std::vector{id});
  EXPECT_TRUE(scene.say(id, Side::Buy, ReportType::Canceled).intents.empty());
}

TEST(UnknownOrder, WhatNeverArrivedIsDecidedAnewAtTheNextPrice) {
  GoalScene scene(answers_later());
  const OrderId id = scene.aim(100);
  scene.say(id, Side::Buy, ReportType::Lost);
  ExecutionReport never = scene.answer(id, Side::Buy, ReportType::Rejected);
  never.rejected = RejectReason::NeverArrived;
  never.execution_id = 0;
  EXPECT_TRUE(scene.on(Event::of(never)).intents.empty());
  const Specs again = sent(scene.next_bar());
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].quantity, shares(100));
}

}  // namespace
}  // namespace bellwether
