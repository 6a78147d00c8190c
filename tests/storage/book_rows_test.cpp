// Rows of books as bytes: what is read is what was written, or nothing.
#include "storage/book_rows.hpp"

#include <set>

#include "tests/support/arbitrary_events.hpp"

namespace bellwether {
namespace {

using namespace testing;

BookOrder any_order() {
  BookOrder order;
  order.key = static_cast<std::int64_t>(any_u64() >> 1);
  OrderRow& row = order.row;
  row.id = any_order_id();
  row.strategy = any_index();
  row.spec = any_spec();
  row.state = any_enum<OrderState>(kOrderStateCount);
  row.denied = any_enum<DenyReason>(static_cast<int>(kDenyReasons.size()) + 1);
  row.rejected = any_enum<RejectReason>(kRejectReasonCount);
  row.created = any_time();
  row.updated = any_time();
  row.filled = any_quantity();
  row.filled_notional = any_money();
  row.fees = any_money();
  return order;
}

TradeRecord any_trade() {
  TradeRecord trade;
  trade.strategy = any_index();
  trade.instrument = any_index();
  trade.direction = any_enum<TradeDirection>(2);
  trade.entry_time = any_time();
  trade.exit_time = any_time();
  trade.entry_price = any_price();
  trade.exit_price = any_price();
  trade.quantity = any_quantity();
  trade.gross_pnl = any_money();
  trade.fees = any_money();
  trade.net_pnl = any_money();
  trade.mae = any_money();
  trade.mfe = any_money();
  if (any_bool()) trade.initial_risk = any_money();
  trade.bars_held = any_u64();
  return trade;
}

RC_GTEST_PROP(BookRows, OrdersFillsAndTradesComeBack, ()) {
  const BookOrder order = any_order();
  RC_ASSERT(decode_order(order.key, encode(order)) == order.row);
  const BookFill fill{any_time(), {any_u64(), any_report()}};
  const auto read = decode_fill(fill.fill.event, encode(fill));
  RC_ASSERT(read && read->time == fill.time && read->fill == fill.fill);
  const TradeRow trade{any_u64() % (EventNumber{1} << 45), any_index(), any_time(), any_trade()};
  RC_ASSERT(decode_trade(trade_key(trade.event, trade.index), encode(trade)) == trade);
}

RC_GTEST_PROP(BookRows, CommandsComeBackWithTheirWords, ()) {
  CommandRow row;
  row.event = any_u64();
  row.time = any_time();
  row.command = any_event(EventType::Command).command;
  row.words = {OperatorNote(*rc::gen::arbitrary<std::string>()), OperatorNote(*rc::gen::arbitrary<std::string>())};
  RC_ASSERT(decode_command(row.event, encode(row)) == row);
}

RC_GTEST_PROP(BookRows, PointsOfAnyTimesAndAmountsComeBack, ()) {
  std::vector<EquityRow> points;
  EventNumber event = 0;
  const int count = *rc::gen::inRange(1, 60);
  for (int i = 0; i < count; ++i) {
    event += *rc::gen::inRange<EventNumber>(1, 300);
    points.push_back({event, any_time(), any_money()});
  }
  RC_ASSERT(decode_equity(points.front().event, encode(points)) == points);
}

RC_GTEST_PROP(BookRows, ARowWithAnyByteChangedIsNothing, ()) {
  const BookOrder order = any_order();
  std::string bytes = encode(order);
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  bytes[at] = static_cast<char>(bytes[at] ^ *rc::gen::inRange(1, 256));
  RC_ASSERT(!decode_order(order.key, bytes));
}

TEST(BookRows, ARowIsOfItsKeyAlone) {
  const BookOrder order{42, {}};
  EXPECT_TRUE(decode_order(42, encode(order)));
  EXPECT_FALSE(decode_order(43, encode(order)));
  EXPECT_FALSE(decode_order(42, ""));
}

TEST(BookRows, KeysAscendAsOrdersComeToBe) {
  EXPECT_LT(order_key(7, 0), order_key(7, 1));
  EXPECT_LT(order_key(7, 65'535 * 3), order_key(8, 0));
  EXPECT_EQ(event_of_order_key(order_key(7, 65'535 * 3)), 7U);
  EXPECT_LT(trade_key(9, 0xffff), trade_key(10, 0));
  EXPECT_EQ(event_of_trade_key(trade_key(9, 0xffff)), 9U);
}

TEST(BookRows, NoTwoOrdersHaveOneNumber) {
  std::set<std::int64_t> numbers;
  for (const EventNumber event : {7U, 8U}) {
    for (const auto index : std::vector<std::uint16_t>{0, 1, 0xffff}) {
      for (const OrderLeg leg : {OrderLeg::Entry, OrderLeg::Target, OrderLeg::StopLoss}) {
        numbers.insert(order_number({event, 1, index, leg}));
      }
    }
  }
  EXPECT_EQ(numbers.size(), 18U);
}

/// Bars every minute whose equity moves by some dollars.
TEST(BookRows, APointTakesAHandfulOfBytes) {
  std::vector<EquityRow> points;
  for (int i = 0; i < 1'000; ++i) {
    points.push_back({static_cast<EventNumber>(i * 2 + 1), Timestamp::from_seconds(1'600'000'000 + i * 60),
                      Money::from_raw(100'000'000'000 + i % 7 * 1'234'567)});
  }
  EXPECT_LT(encode(points).size(), 8'000U);
}

}  // namespace
}  // namespace bellwether
