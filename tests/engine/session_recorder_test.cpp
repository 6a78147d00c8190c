// What the record of a session holds after a small session made by hand.
#include "engine/session_recorder.hpp"

#include "tests/support/venue.hpp"

namespace bellwether {
namespace {

using namespace testing;

SessionRecorder recorded(const std::vector<Turn>& turns) {
  static const EngineConfig config = small_config();
  SessionRecorder recorder(config);
  for (const Turn& turn : turns) recorder.apply(turn);
  return recorder;
}

TEST(SessionRecorder, RecordsOrdersFillsAndEquity) {
  const SessionRecorder recorder = recorded(small_session());
  const SessionRecord& record = recorder.record();
  ASSERT_EQ(record.orders.size(), 1U);
  const OrderRow& order = record.orders[0];
  EXPECT_EQ(order.state, OrderState::Filled);
  EXPECT_EQ(order.created, at_minute(1));
  EXPECT_EQ(order.updated, at_minute(2));
  EXPECT_EQ(order.filled, shares(100));
  EXPECT_EQ(order.filled_notional, money("1054"));
  EXPECT_EQ(order.average_price(), price("10.54"));
  EXPECT_EQ(order.fees, money("0.3"));
  ASSERT_EQ(record.fills.size(), 2U);
  EXPECT_EQ(record.fills[0].event, 4U);
  EXPECT_EQ(record.fills[1].event, 5U);
  ASSERT_EQ(record.equity.size(), 2U);
  EXPECT_EQ(record.equity[0], (EquityCurve::Point{at_minute(1), money("100000")}));
  EXPECT_EQ(record.equity[1], (EquityCurve::Point{at_minute(2), money("100045.7")}));
  ASSERT_EQ(record.daily.size(), 1U);
  EXPECT_EQ(record.daily[0].session, Date::from_ymd(2005, 1, 3));
  ASSERT_EQ(record.activity.size(), 1U);
  EXPECT_EQ(record.activity[0].traded_notional, money("1054"));
  EXPECT_EQ(record.activity[0].market_events, 2U);
  EXPECT_EQ(record.activity[0].market_events_in_market, record.counts.market_events_in_market);
  EXPECT_EQ(record.activity[0].gross_exposure, record.account.gross_exposure);
  EXPECT_EQ(record.counts.events, 8U);
  EXPECT_EQ(record.counts.market_events, 2U);
  EXPECT_EQ(record.counts.commands, 1U);
  EXPECT_EQ(record.counts.traded_notional, money("1054"));
}

TEST(SessionRecorder, TakesARepeatedReportOnce) {
  std::vector<Turn> turns = small_session();
  turns.insert(turns.begin() + 5, turns[4]);
  turns[5].verdict = ReportVerdict::Repeated;
  const SessionRecorder recorder = recorded(turns);
  EXPECT_EQ(recorder.record().fills.size(), 2U);
  EXPECT_EQ(recorder.record().orders[0].filled, shares(100));
}

TEST(SessionRecorder, AFillAfterAnOrdersEndBelongsToItStill) {
  const OrderCommand command = submit(2, 0, Side::Buy, 100);
  Turn turn = turn_of(2, bar_event(0, 1, "10"));
  turn.intents.push_back({command, DenyReason::None});
  const SessionRecorder recorder =
      recorded({turn, turn_of(3, Event::of(report_on(command, ReportType::Canceled, 2, 2))),
                turn_of(4, Event::of(fill_of(command, 60, "10", 40, 3, 1, "0.5")))});
  ASSERT_EQ(recorder.record().orders.size(), 1U);
  const OrderRow& order = recorder.record().orders[0];
  EXPECT_EQ(order.state, OrderState::Canceled);
  EXPECT_EQ(order.filled, shares(60));
  EXPECT_EQ(order.fees, money("0.5"));
  EXPECT_EQ(order.filled_notional, money("600"));
  EXPECT_EQ(recorder.record().fills.size(), 1U);
}

TEST(SessionRecorder, RecordsADeniedOrderWithItsReason) {
  Turn turn = turn_of(2, bar_event(0, 1, "10"));
  turn.intents.push_back({submit(2, 0, Side::Buy, 100), DenyReason::BuyingPower});
  const SessionRecorder recorder = recorded({turn});
  ASSERT_EQ(recorder.record().orders.size(), 1U);
  EXPECT_EQ(recorder.record().orders[0].state, OrderState::Denied);
  EXPECT_EQ(recorder.record().orders[0].denied, DenyReason::BuyingPower);
  EXPECT_EQ(recorder.record().counts.denials, 1U);
}

TEST(SessionRecorder, RecordsTheLegsOfABracketAndTheirPrices) {
  OrderCommand command = submit(2, 0, Side::Buy, 100);
  command.spec.order_class = OrderClass::Bracket;
  command.spec.take_profit = price("12");
  command.spec.stop_loss_offset = price("1");
  Turn turn = turn_of(2, bar_event(0, 1, "10"));
  turn.intents.push_back({command, DenyReason::None});
  ExecutionReport active;
  active.order = stop_of(command.id);
  active.execution_id = 1;
  active.time = at_minute(2);
  active.last_price = price("9.4");
  const SessionRecorder recorder = recorded({turn, turn_of(3, Event::of(active))});
  ASSERT_EQ(recorder.record().orders.size(), 3U);
  EXPECT_EQ(recorder.record().orders[1].id, target_of(command.id));
  EXPECT_EQ(recorder.record().orders[2].spec.stop_price, price("9.4"));
  EXPECT_EQ(recorder.record().orders[2].state, OrderState::Working);
}

TEST(SessionRecorder, LeavesHistoryBarsOutOfTheEquity) {
  Event history = bar_event(0, 1, "10");
  history.bar.history = true;
  const SessionRecorder recorder = recorded({turn_of(1, history)});
  EXPECT_TRUE(recorder.record().equity.empty());
  EXPECT_EQ(recorder.record().counts.market_events, 0U);
}

TEST(SessionRecorder, KeepsTheHaltsOfTrading) {
  const SessionRecorder recorder = recorded(small_session());
  EXPECT_EQ(recorder.record().halts, (std::vector<HaltRow>{{at_minute(2), HaltReason::Operator}}));
}

}  // namespace
}  // namespace bellwether
