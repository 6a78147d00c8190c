// Every reason for which an order is denied, at its boundary. The last price is 10 and the equity 100,000.
#include "engine/risk_stage.hpp"

#include "tests/support/risk_scene.hpp"

namespace bellwether {
namespace {

using namespace testing;
using D = DenyReason;

EngineConfig with(const std::function<void(EngineConfig&)>& change) {
  EngineConfig config = small_config();
  change(config);
  return config;
}

OrderSpec buy(std::int64_t quantity) { return market_order(Side::Buy, quantity); }
OrderSpec sell(std::int64_t quantity) { return market_order(Side::Sell, quantity); }

TEST(RiskStage, DeniesAnOrderAboveTheNotionalOfOneOrder) {
  RiskScene scene(with([](EngineConfig& c) { c.risk.order_notional = money("1000"); }));
  EXPECT_EQ(scene.send(buy(101)), D::OrderNotional);
  EXPECT_EQ(scene.send(buy(100)), D::None);
  EXPECT_EQ(scene.send(limit_order(Side::Buy, 100, "10.01")), D::OrderNotional);  // At its limit.
  EXPECT_EQ(scene.send(stop_order(Side::Buy, 100, "10.01")), D::OrderNotional);   // At its stop.
}

TEST(RiskStage, DeniesAnOrderAboveTheQuantityOfOneOrder) {
  RiskScene scene(with([](EngineConfig& c) { c.risk.order_quantity = shares(100); }));
  EXPECT_EQ(scene.send(buy(101)), D::OrderQuantity);
  EXPECT_EQ(scene.send(buy(100)), D::None);
}

TEST(RiskStage, DeniesAnOrderThatCouldGrowThePositionAboveItsNotional) {
  RiskScene scene(with([](EngineConfig& c) { c.risk.position_notional = money("2000"); }));
  scene.hold(0, Side::Buy, 100);
  EXPECT_EQ(scene.send(buy(101)), D::PositionNotional);
  EXPECT_EQ(scene.send(buy(100)), D::None);
  EXPECT_EQ(scene.send(buy(1)), D::PositionNotional);  // The open order counts.
}

TEST(RiskStage, DeniesAnOrderThatCouldGrowThePositionAboveItsQuantity) {
  RiskScene scene(with([](EngineConfig& c) {
    c.risk.position_quantity = shares(200);
    c.account.shorting = true;
  }));
  scene.hold(0, Side::Buy, 100);
  EXPECT_EQ(scene.send(buy(101)), D::PositionQuantity);
  EXPECT_EQ(scene.send(buy(100)), D::None);
  EXPECT_EQ(scene.send(sell(300)), D::None);            // To 200 short at worst, no more than 200 long.
  EXPECT_EQ(scene.send(sell(1)), D::PositionQuantity);  // 201 short.
}

TEST(RiskStage, LetsAnOrderThatShrinksAPositionPassWhereTheLimitIsExceededAlready) {
  RiskScene scene(with([](EngineConfig& c) { c.risk.position_notional = money("2000"); }));
  scene.hold(0, Side::Buy, 200);
  scene.price_at(0, 1, "15");
  EXPECT_EQ(scene.send(sell(50), 1), D::None);
}

TEST(RiskStage, DeniesAnOrderAboveTheGrossExposure) {
  RiskScene scene(with([](EngineConfig& c) {
    c.risk.gross_exposure = 0.5;
    c.account.shorting = true;
  }));
  scene.hold(1, Side::Sell, 2'000);  // 20,000 of 50,000
  EXPECT_EQ(scene.send(buy(3'001)), D::GrossExposure);
  EXPECT_EQ(scene.send(buy(3'000)), D::None);
}

TEST(RiskStage, DeniesAnOrderAboveTheBuyingPower) {
  RiskScene scene;
  EXPECT_EQ(scene.send(buy(10'001)), D::BuyingPower);
  EXPECT_EQ(scene.send(limit_order(Side::Buy, 10'000, "10.01")), D::BuyingPower);
  EXPECT_EQ(scene.send(stop_order(Side::Buy, 10'000, "10.01")), D::BuyingPower);
  EXPECT_EQ(scene.send(buy(10'000)), D::None);
}

TEST(RiskStage, MultipliesTheBuyingPowerByTheLeverage) {
  RiskScene scene(with([](EngineConfig& c) { c.account.leverage = 2; }));
  EXPECT_EQ(scene.send(buy(20'001)), D::BuyingPower);
  EXPECT_EQ(scene.send(buy(20'000)), D::None);
}

TEST(RiskStage, DeniesSellThatWouldOpenShortWhenShortingIsOff) {
  RiskScene scene;
  EXPECT_EQ(scene.send(sell(1)), D::ShortingNotAllowed);
  scene.hold(0, Side::Buy, 100);
  EXPECT_EQ(scene.send(sell(101)), D::ShortingNotAllowed);
  EXPECT_EQ(scene.send(sell(60)), D::None);
  EXPECT_EQ(scene.send(sell(41)), D::ShortingNotAllowed);  // The 60 may fill first.
  EXPECT_EQ(scene.send(sell(40)), D::None);
}

TEST(RiskStage, DeniesAShortInAnInstrumentThatCannotBeShorted) {
  RiskScene scene(with([](EngineConfig& c) {
    c.account.shorting = true;
    c.instruments[0].shortable = false;
  }));
  EXPECT_EQ(scene.send(sell(1)), D::ShortingNotAllowed);
  OrderSpec other = sell(1);
  other.instrument = 1;
  EXPECT_EQ(scene.send(other), D::None);
}

TEST(RiskStage, DeniesAnOcoWithoutAPositionToEnd) {
  RiskScene scene;
  EXPECT_EQ(scene.send(oco(Side::Sell, 100, "12", "9")), D::ShortingNotAllowed);
  scene.hold(0, Side::Buy, 100);
  EXPECT_EQ(scene.send(oco(Side::Sell, 101, "12", "9")), D::ShortingNotAllowed);
  EXPECT_EQ(scene.send(oco(Side::Sell, 100, "12", "9")), D::None);
  EXPECT_EQ(scene.send(oco(Side::Sell, 1, "13", "8")), D::ShortingNotAllowed);
}

TEST(RiskStage, DeniesASellThatTheLegsOfABracketMaySellToo) {
  RiskScene scene;
  ASSERT_EQ(scene.send(bracket(buy(100), "12", "9")), D::None);
  const OrderId entry = scene.last_id;
  scene.fill(entry, 0, Side::Buy, 100, 0);
  EXPECT_EQ(scene.send(sell(1)), D::ShortingNotAllowed);
  scene.say(target_of(entry), 0, Side::Sell, ReportType::Canceled);
  EXPECT_EQ(scene.send(sell(1)), D::ShortingNotAllowed);
  scene.say(stop_of(entry), 0, Side::Sell, ReportType::Canceled);
  EXPECT_EQ(scene.send(sell(100)), D::None);
}

TEST(RiskStage, CountsTheLegsOfABracketAsFarAsItsEntryHasFilled) {
  RiskScene scene;
  ASSERT_EQ(scene.send(bracket(buy(100), "12", "9")), D::None);
  const OrderId entry = scene.last_id;
  scene.fill(entry, 0, Side::Buy, 85, 15);
  EXPECT_EQ(scene.send(oco(Side::Sell, 17, "12", "9")), D::ShortingNotAllowed);
  scene.hold(0, Side::Buy, 17);
  EXPECT_EQ(scene.send(oco(Side::Sell, 18, "12", "9")), D::ShortingNotAllowed);
  EXPECT_EQ(scene.send(oco(Side::Sell, 17, "12", "9")), D::None);
}

TEST(RiskStage, DeniesAPriceOutsideOfTheCollar) {
  RiskScene scene(with([](EngineConfig& c) { c.risk.price_collar = 0.1; }));
  EXPECT_EQ(scene.send(limit_order(Side::Buy, 1, "8.99")), D::PriceCollar);
  EXPECT_EQ(scene.send(limit_order(Side::Buy, 1, "9")), D::None);
  EXPECT_EQ(scene.send(limit_order(Side::Buy, 2, "11")), D::None);
  EXPECT_EQ(scene.send(limit_order(Side::Buy, 3, "11.01")), D::PriceCollar);
  EXPECT_EQ(scene.send(stop_order(Side::Buy, 1, "11.01")), D::PriceCollar);
  EXPECT_EQ(scene.send(buy(1)), D::None);
}

TEST(RiskStage, DeniesAnOrderOnAStalePrice) {
  RiskScene scene(with([](EngineConfig& c) { c.risk.stale_data_age = std::chrono::minutes(5); }));
  EXPECT_EQ(scene.send(buy(1), 5), D::None);
  EXPECT_EQ(scene.send(buy(2), 6), D::StaleMarketData);
  scene.price_at(1, 6, "10");  // Another instrument's.
  EXPECT_EQ(scene.send(buy(2), 6), D::StaleMarketData);
  scene.price_at(0, 6, "10");
  EXPECT_EQ(scene.send(buy(2), 6), D::None);
}

TEST(RiskStage, DeniesAnOrderBeforeTheFirstPrice) {
  const EngineConfig config = small_config();
  RiskStage stage(config);
  Turn turn = turn_of(1, Event::of(at_minute(0), TimerEvent{}));
  turn.intents.push_back({submit(1, 0, Side::Buy, 1), D::None});
  stage.advance(turn);
  EXPECT_EQ(turn.intents.front().denied, D::NoMarketData);
}

TEST(RiskStage, DeniesAnOrderAboveTheRateUntilASecondHasPassed) {
  RiskScene scene(with([](EngineConfig& c) { c.risk.orders_per_second = 2; }));
  const auto send_at = [&](std::int64_t ms, std::int64_t quantity) {
    scene.turn.begin(Event::of(at_minute(1) + std::chrono::milliseconds(ms), TimerEvent{}));
    scene.turn.account.equity = scene.equity;
    scene.turn.intents.push_back({submit(++scene.last_event, 0, Side::Buy, quantity), D::None});
    scene.stage.advance(scene.turn);
    return scene.turn.intents.front().denied;
  };
  EXPECT_EQ(send_at(0, 1), D::None);
  EXPECT_EQ(send_at(400, 2), D::None);
  EXPECT_EQ(send_at(999, 3), D::OrderRate);
  EXPECT_EQ(send_at(1'000, 4), D::None);
  EXPECT_EQ(send_at(1'399, 5), D::OrderRate);
  EXPECT_EQ(send_at(1'400, 6), D::None);
}

TEST(RiskStage, DeniesAnOrderAboveTheNumberOfOpenOrders) {
  RiskScene scene(with([](EngineConfig& c) { c.risk.open_orders = 2; }));
  EXPECT_EQ(scene.send(buy(1)), D::None);
  EXPECT_EQ(scene.send(buy(2)), D::None);
  const OrderId second = scene.last_id;
  EXPECT_EQ(scene.send(buy(3)), D::OpenOrderCount);
  scene.fill(second, 0, Side::Buy, 2, 0);
  EXPECT_EQ(scene.send(buy(3)), D::None);
}

TEST(RiskStage, DeniesADuplicateOfAnOpenOrder) {
  RiskScene scene;
  EXPECT_EQ(scene.send(limit_order(Side::Buy, 10, "9")), D::None);
  const OrderId first = scene.last_id;
  EXPECT_EQ(scene.send(limit_order(Side::Buy, 10, "9")), D::DuplicateOrder);
  EXPECT_EQ(scene.send(limit_order(Side::Buy, 11, "9")), D::None);
  EXPECT_EQ(scene.send(limit_order(Side::Buy, 10, "9.01")), D::None);
  EXPECT_EQ(scene.cancel(first), D::None);
  EXPECT_EQ(scene.send(limit_order(Side::Buy, 10, "9")), D::None);
}

TEST(RiskStage, LetsDuplicatesPassWhereTheyAreAllowed) {
  RiskScene scene(with([](EngineConfig& c) { c.risk.refuse_duplicates = false; }));
  EXPECT_EQ(scene.send(buy(10)), D::None);
  EXPECT_EQ(scene.send(buy(10)), D::None);
}

TEST(RiskStage, DeniesWhatIsAskedOfAnOrderThatIsNotOpen) {
  RiskScene scene;
  EXPECT_EQ(scene.cancel({99, 1, 0, OrderLeg::Entry}), D::UnknownOrder);
  EXPECT_EQ(scene.replace({99, 1, 0, OrderLeg::Entry}, buy(1)), D::UnknownOrder);
  EXPECT_EQ(scene.send(limit_order(Side::Buy, 10, "9")), D::None);
  EXPECT_EQ(scene.cancel(scene.last_id), D::None);
}

TEST(RiskStage, DeniesOrdersWhoseFieldsContradictEachOther) {
  RiskScene scene;
  const auto changed = [](OrderSpec spec, const std::function<void(OrderSpec&)>& change) {
    change(spec);
    return spec;
  };
  const OrderSpec limit = limit_order(Side::Buy, 10, "9");
  const OrderSpec group = bracket(limit, "12", "8");
  for (const OrderSpec& bad : {
           buy(0),
           buy(-1),
           changed(buy(1), [](OrderSpec& s) { s.quantity = *Quantity::parse("1.5"); }),  // Not a lot.
           changed(buy(1), [](OrderSpec& s) { s.limit_price = price("9"); }),
           changed(limit, [](OrderSpec& s) { s.limit_price = Price(); }),
           changed(limit, [](OrderSpec& s) { s.limit_price = price("-1"); }),
           changed(limit, [](OrderSpec& s) { s.stop_price = price("9"); }),
           changed(buy(1), [](OrderSpec& s) { s.type = OrderType::Stop; }),
           changed(buy(1), [](OrderSpec& s) { s.type = OrderType::TrailingStop; }),
           changed(buy(1), [](OrderSpec& s) { s.trail = price("1"); }),
           changed(limit, [](OrderSpec& s) { s.take_profit = price("12"); }),  // Simple, with a leg.
           changed(limit, [](OrderSpec& s) { s.order_class = OrderClass::Bracket; }),
           changed(group, [](OrderSpec& s) { s.time_in_force = TimeInForce::Ioc; }),
           bracket(limit, "8", "8"),
           bracket(limit_order(Side::Sell, 10, "9"), "10", "8"),
           changed(oco(Side::Sell, 10, "12", "8"), [](OrderSpec& s) { s.stop_loss = Price(); }),
           oco(Side::Sell, 10, "8", "12"),
           bracket(limit, "", "9"),  // A stop that the entry's price has reached.
           bracket(limit, "9", ""),  // A target without a gain.
           bracket(buy(1), "", "10"),
           bracket(stop_order(Side::Buy, 10, "11"), "10.5", "10"),
           stop_order(Side::Buy, 1, "11", TimeInForce::Opg),
           stop_order(Side::Buy, 1, "11", TimeInForce::Cls),
           changed(trailing_order(Side::Buy, 1, "1"), [](OrderSpec& s) { s.time_in_force = TimeInForce::Cls; }),
       }) {
    EXPECT_EQ(scene.send(bad), D::BadOrder);
  }
  EXPECT_EQ(scene.send(group), D::None);
  EXPECT_EQ(scene.send(limit_order(Side::Buy, 1, "9", TimeInForce::Opg)), D::None);
}

// --- Open, approved and unknown orders

TEST(RiskStage, CountsAnUnknownOrderUntilTheVenueSays) {
  RiskScene scene(with([](EngineConfig& c) { c.risk.position_quantity = shares(100); }));
  EXPECT_EQ(scene.send(limit_order(Side::Buy, 100, "9")), D::None);
  const OrderId lost = scene.last_id;
  scene.say(lost, 0, Side::Buy, ReportType::Lost);
  EXPECT_EQ(scene.send(buy(1)), D::PositionQuantity);
  scene.say(lost, 0, Side::Buy, ReportType::Canceled);
  EXPECT_EQ(scene.send(buy(100)), D::None);
}

TEST(RiskStage, CountsAnOrderWhoseCancelIsOnItsWay) {
  RiskScene scene(with([](EngineConfig& c) { c.risk.position_quantity = shares(100); }));
  EXPECT_EQ(scene.send(limit_order(Side::Buy, 100, "9")), D::None);
  const OrderId id = scene.last_id;
  EXPECT_EQ(scene.cancel(id), D::None);
  EXPECT_EQ(scene.send(buy(1)), D::PositionQuantity);
  scene.fill(id, 0, Side::Buy, 30, 70);
  scene.say(id, 0, Side::Buy, ReportType::Canceled);
  EXPECT_EQ(scene.send(buy(71)), D::PositionQuantity);
  EXPECT_EQ(scene.send(buy(70)), D::None);
}

TEST(RiskStage, CountsAReplacementInPlaceOfItsTargetAndBothUntilTheVenueAnswers) {
  RiskScene scene(with([](EngineConfig& c) { c.risk.position_quantity = shares(100); }));
  EXPECT_EQ(scene.send(limit_order(Side::Buy, 50, "9")), D::None);
  const OrderId old = scene.last_id;
  EXPECT_EQ(scene.replace(old, limit_order(Side::Buy, 101, "9")), D::PositionQuantity);
  EXPECT_EQ(scene.replace(old, limit_order(Side::Buy, 40, "9.5")), D::None);
  EXPECT_EQ(scene.send(buy(11)), D::PositionQuantity);
  scene.say(old, 0, Side::Buy, ReportType::Replaced);
  EXPECT_EQ(scene.send(buy(61)), D::PositionQuantity);
  EXPECT_EQ(scene.send(buy(60)), D::None);
}

TEST(RiskStage, HoldsAReplacementsTargetAgainstNoLimit) {
  RiskScene scene(with([](EngineConfig& c) { c.risk.open_orders = 1; }));
  scene.hold(0, Side::Buy, 100);
  EXPECT_EQ(scene.send(limit_order(Side::Sell, 100, "12")), D::None);
  const OrderId first = scene.last_id;
  EXPECT_EQ(scene.replace(first, limit_order(Side::Sell, 100, "11")), D::None);
  scene.say(first, 0, Side::Sell, ReportType::Replaced);
  EXPECT_EQ(scene.send(buy(1)), D::OpenOrderCount);
}

TEST(RiskStage, LetsATrailingStopTakeAnotherTrail) {
  RiskScene scene;
  scene.hold(0, Side::Buy, 100);
  EXPECT_EQ(scene.send(trailing_order(Side::Sell, 50, "1")), D::None);
  EXPECT_EQ(scene.replace(scene.last_id, trailing_order(Side::Sell, 50, "2")), D::None);
  EXPECT_EQ(scene.send(trailing_order(Side::Sell, 50, "2")), D::DuplicateOrder);
}

TEST(RiskStage, ReservesOpenOrdersAtTheirOwnPrices) {
  RiskScene scene;
  EXPECT_EQ(scene.send(stop_order(Side::Buy, 5'000, "20", TimeInForce::Gtc)), D::None);  // All of 100,000.
  EXPECT_EQ(scene.send(buy(1)), D::BuyingPower);
  OrderSpec other = buy(1);
  other.instrument = 1;
  EXPECT_EQ(scene.send(other), D::BuyingPower);
}

TEST(RiskStage, HoldsNoLimitOnSingleOrdersAgainstOneThatReducesAPosition) {
  RiskScene scene(with([](EngineConfig& c) {
    c.risk.order_notional = money("1500");
    c.risk.order_quantity = shares(150);
    c.risk.stale_data_age = std::chrono::minutes(5);
    c.risk.open_orders = 1;
    c.risk.orders_per_second = 1;
  }));
  scene.hold(0, Side::Buy, 101);
  scene.price_at(0, 1, "10");
  scene.turn.begin(Event::of(at_minute(1), TimerEvent{}));
  ASSERT_EQ(scene.send(buy(102), 1), D::None);
  scene.fill(scene.last_id, 0, Side::Buy, 102, 0);
  EXPECT_EQ(scene.send(limit_order(Side::Sell, 3, "12"), 1), D::None);
  EXPECT_EQ(scene.send(sell(200), 60), D::None);
}

TEST(RiskStage, DeniesASellOfWhatAnotherStrategyHolds) {
  RiskScene scene;
  scene.hold(0, Side::Buy, 100);
  scene.strategy = 1;
  EXPECT_EQ(scene.send(sell(1)), D::ShortingNotAllowed);
  scene.strategy = 0;
  EXPECT_EQ(scene.send(sell(100)), D::None);
}

TEST(RiskStage, CountsTheLegsOfAGroupAsOrders) {
  RiskScene scene(with([](EngineConfig& c) { c.risk.open_orders = 3; }));
  EXPECT_EQ(scene.send(buy(1)), D::None);
  EXPECT_EQ(scene.send(bracket(buy(2), "12", "9")), D::OpenOrderCount);
  EXPECT_EQ(scene.send(bracket(buy(2), "", "9")), D::None);
}

TEST(RiskStage, DeniesWhatNoAmountCanHold) {
  RiskScene scene(with([](EngineConfig& c) { c.account.shorting = true; }));
  scene.price_at(0, 1, "10000");
  EXPECT_EQ(scene.send(buy(1'000'000'000)), D::BuyingPower);
  EXPECT_EQ(scene.send(buy(9'000'000'000)), D::BuyingPower);
  EXPECT_EQ(scene.send(sell(9'000'000'000)), D::BuyingPower);
}

TEST(RiskStage, TakesARepeatedFillOnce) {
  RiskScene scene(with([](EngineConfig& c) { c.risk.position_quantity = shares(100); }));
  EXPECT_EQ(scene.send(buy(100)), D::None);
  ExecutionReport fill = scene.answer(scene.last_id, 0, Side::Buy, ReportType::Fill);
  fill.last_quantity = shares(50);
  fill.leaves_quantity = shares(50);
  scene.report(fill);
  scene.turn.begin(Event::of(fill));
  scene.turn.verdict = ReportVerdict::Repeated;
  scene.stage.advance(scene.turn);
  scene.fill(scene.last_id, 0, Side::Buy, 50, 0);
  EXPECT_EQ(scene.send(sell(100)), D::None);
  EXPECT_EQ(scene.send(sell(1)), D::ShortingNotAllowed);
}

TEST(RiskStage, AFillOfAnOrderThatHasEndedMovesThePosition) {
  RiskScene scene(with([](EngineConfig& c) { c.risk.position_quantity = shares(100); }));
  EXPECT_EQ(scene.send(buy(100)), D::None);
  const OrderId id = scene.last_id;
  scene.say(id, 0, Side::Buy, ReportType::Canceled);
  scene.fill(id, 0, Side::Buy, 60, 0);
  EXPECT_EQ(scene.send(buy(41)), D::PositionQuantity);
  EXPECT_EQ(scene.send(buy(40)), D::None);
}

TEST(RiskStage, AFillOfTooMuchCountsWhole) {
  RiskScene scene(with([](EngineConfig& c) { c.risk.position_quantity = shares(200); }));
  EXPECT_EQ(scene.send(buy(100)), D::None);
  scene.fill(scene.last_id, 0, Side::Buy, 150, 0);
  EXPECT_EQ(scene.send(buy(51)), D::PositionQuantity);
  EXPECT_EQ(scene.send(buy(50)), D::None);
}

TEST(RiskStage, KeepsItsExposureThroughASplit) {
  RiskScene scene(with([](EngineConfig& c) { c.risk.position_quantity = shares(300); }));
  scene.hold(0, Side::Buy, 100);
  scene.turn.begin(Event::of(at_minute(1), 0, split_of(2'000'000'000)));
  scene.turn.account.equity = scene.equity;
  scene.turn.positions.push_back({0, 0, shares(200), price("5"), Money()});
  scene.stage.advance(scene.turn);
  EXPECT_EQ(scene.send(buy(101)), D::PositionQuantity);
  EXPECT_EQ(scene.send(buy(100)), D::None);
  EXPECT_EQ(scene.send(sell(200)), D::None);
}

/// Indices are wide enough for ten thousand instruments.
TEST(RiskStage, TellsTenThousandInstrumentsApart) {
  EngineConfig config = small_config();
  config.instruments.assign(10'000, {"X"});
  config.account.leverage = 1;
  RiskScene scene(config);
  scene.price_at(9'999, 1, "10");
  OrderSpec spec = limit_order(Side::Buy, 6'000, "10");
  spec.instrument = 9'999;
  EXPECT_EQ(scene.send(spec, 1), DenyReason::None);
  OrderSpec other = limit_order(Side::Buy, 6'000, "10");
  EXPECT_EQ(scene.send(other, 1), DenyReason::BuyingPower) << "the open order of the last instrument counts";
  scene.fill(OrderId{scene.last_event - 1, 1, 0, OrderLeg::Entry}, 9'999, Side::Buy, 6'000, 0);
  EXPECT_EQ(scene.stage.position(9'999), shares(6'000));
  EXPECT_TRUE(scene.stage.position(0).is_zero());
}

}  // namespace
}  // namespace bellwether
