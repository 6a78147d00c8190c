#include "backtest/trade_exits.hpp"

#include <gmock/gmock.h>

namespace bellwether {
namespace {

using testing::ElementsAre;

/// Round trips of strategy 0 in instrument 0, one a minute, each closed by the order that is given.
struct Trips {
  SessionRecord record;

  void add(OrderLeg leg, OrderType type, TimeInForce tif = TimeInForce::Day) {
    const auto number = static_cast<EventNumber>(record.trades.size() + 1);
    const Timestamp exit = Timestamp::from_seconds(60 * static_cast<std::int64_t>(number));
    OrderRow& order = record.orders.emplace_back();
    order.id = OrderId{number, 1, 0, leg};
    order.spec.side = Side::Sell;
    order.spec.type = type;
    order.spec.time_in_force = tif;
    order.created = exit - std::chrono::seconds(30);
    // Another instrument's fill at the same instant, on both sides of the one that counts.
    for (const InstrumentIndex instrument : std::initializer_list<InstrumentIndex>{1, 0, 1}) {
      FillRow& fill = record.fills.emplace_back();
      fill.report.time = exit;
      fill.report.strategy = 0;
      fill.report.instrument = instrument;
      fill.report.side = Side::Sell;
      if (instrument == 0) fill.report.order = order.id;
    }
    TradeRecord& trade = record.trades.emplace_back();
    trade.strategy = 0;
    trade.instrument = 0;
    trade.exit_time = exit;
  }
};

TEST(ExitReasons, AreThoseOfTheOrderThatMadeThePositionFlat) {
  Trips trips;
  trips.add(OrderLeg::Entry, OrderType::Market);
  trips.add(OrderLeg::Entry, OrderType::Limit);
  trips.add(OrderLeg::Entry, OrderType::StopLimit);
  trips.add(OrderLeg::Entry, OrderType::TrailingStop);
  trips.add(OrderLeg::Target, OrderType::Limit);
  trips.add(OrderLeg::StopLoss, OrderType::Stop);
  trips.add(OrderLeg::Entry, OrderType::Market, TimeInForce::Cls);
  using enum ExitReason;
  EXPECT_THAT(exit_reasons(trips.record),
              ElementsAre(Signal, Limit, Stop, TrailingStop, Target, StopLoss, SessionClose));
}

TEST(ExitReasons, OrdersOfAHaltAreNoSignals) {
  Trips trips;
  trips.add(OrderLeg::Entry, OrderType::Market);
  trips.record.halts.push_back({trips.record.orders[0].created, HaltReason::None});
  EXPECT_THAT(exit_reasons(trips.record), ElementsAre(ExitReason::Halt));
}

TEST(ExitReasons, OrdersAfterAMarginCallAreItsOwn) {
  Trips trips;
  for (int i = 0; i < 3; ++i) trips.add(OrderLeg::Entry, OrderType::Market);
  trips.add(OrderLeg::StopLoss, OrderType::Stop);
  trips.record.halts.push_back({trips.record.orders[1].created, HaltReason::MarginCall});
  using enum ExitReason;
  EXPECT_THAT(exit_reasons(trips.record), ElementsAre(Signal, MarginCall, MarginCall, StopLoss));
}

TEST(ExitReasons, AreUnknownWhereTheFillIsNotInTheRecord) {
  Trips trips;
  trips.add(OrderLeg::Entry, OrderType::Market);
  trips.add(OrderLeg::Entry, OrderType::Market);
  trips.record.fills[1].report.side = Side::Buy;
  trips.record.orders.pop_back();
  EXPECT_THAT(exit_reasons(trips.record), ElementsAre(ExitReason::Unknown, ExitReason::Unknown));
}

}  // namespace
}  // namespace bellwether
