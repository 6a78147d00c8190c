// Orders that contradict themselves, and the field that each is refused by.
#include "engine/order_check.hpp"

#include "tests/support/risk_scene.hpp"

namespace bellwether {
namespace {

using namespace testing;

Instrument aapl() {
  Instrument instrument;
  instrument.symbol = "AAPL";
  instrument.lot = Quantity::from_int(10);
  return instrument;
}

/// The field at fault; "" where there is none.
std::string fault(const OrderSpec& spec) {
  const auto checked = check_order(spec, aapl());
  return checked ? "" : checked.error().field;
}

OrderSpec priced(OrderType type, const char* limit, const char* stop, const char* trail) {
  OrderSpec spec = market_order(Side::Buy, 10);
  spec.type = type;
  if (*limit != 0) spec.limit_price = price(limit);
  if (*stop != 0) spec.stop_price = price(stop);
  if (*trail != 0) spec.trail = price(trail);
  return spec;
}

TEST(CheckOrder, WantsWholeLotsWithinBounds) {
  EXPECT_EQ(fault(market_order(Side::Buy, 10)), "");
  for (const std::int64_t quantity : {0, -10, 5, 15}) EXPECT_EQ(fault(market_order(Side::Buy, quantity)), "quantity");
  OrderSpec most = market_order(Side::Sell, 1);
  most.quantity = kOrderQuantityMax;
  EXPECT_EQ(fault(most), "");
  most.quantity += Quantity::from_int(10);
  EXPECT_EQ(fault(most), "quantity");
}

TEST(CheckOrder, WantsThePricesOfItsTypeAndNoOthers) {
  struct Case {
    OrderType type;
    const char *limit, *stop, *trail, *fault;
  };
  for (const Case& each :
       {Case{OrderType::Market, "", "", "", ""}, Case{OrderType::Market, "9", "", "", "limit_price"},
        Case{OrderType::Market, "", "9", "", "stop_price"}, Case{OrderType::Market, "", "", "1", "trail"},
        Case{OrderType::Limit, "9", "", "", ""}, Case{OrderType::Limit, "", "", "", "limit_price"},
        Case{OrderType::Limit, "9", "8", "", "stop_price"}, Case{OrderType::Stop, "", "9", "", ""},
        Case{OrderType::Stop, "", "", "", "stop_price"}, Case{OrderType::StopLimit, "9", "8", "", ""},
        Case{OrderType::StopLimit, "9", "", "", "stop_price"}, Case{OrderType::StopLimit, "", "9", "", "limit_price"},
        Case{OrderType::TrailingStop, "", "", "1", ""}, Case{OrderType::TrailingStop, "", "", "", "trail"}}) {
    EXPECT_EQ(fault(priced(each.type, each.limit, each.stop, each.trail)), each.fault)
        << token(each.type) << " " << each.limit << "/" << each.stop << "/" << each.trail;
  }
}

TEST(CheckOrder, WantsPricesInTicksWithinBounds) {
  EXPECT_EQ(fault(priced(OrderType::Limit, "9.01", "", "")), "");
  EXPECT_EQ(fault(priced(OrderType::Limit, "9.001", "", "")), "limit_price");
  EXPECT_EQ(fault(priced(OrderType::Limit, "-9", "", "")), "limit_price");
  EXPECT_EQ(fault(priced(OrderType::Limit, "1000000", "", "")), "");
  EXPECT_EQ(fault(priced(OrderType::Limit, "1000000.01", "", "")), "limit_price");
}

TEST(CheckOrder, KeepsAuctionsToMarketAndLimitOrders) {
  for (const TimeInForce tif : {TimeInForce::Opg, TimeInForce::Cls}) {
    OrderSpec spec = priced(OrderType::Limit, "9", "", "");
    spec.time_in_force = tif;
    EXPECT_EQ(fault(spec), "");
    spec = priced(OrderType::Stop, "", "9", "");
    spec.time_in_force = tif;
    EXPECT_EQ(fault(spec), "time_in_force");
  }
}

OrderSpec grouped(OrderClass order_class, Side side, const char* target, const char* stop, const char* offset) {
  OrderSpec spec = market_order(side, 10);
  spec.order_class = order_class;
  if (*target != 0) spec.take_profit = price(target);
  if (*stop != 0) spec.stop_loss = price(stop);
  if (*offset != 0) spec.stop_loss_offset = price(offset);
  return spec;
}

TEST(CheckOrder, WantsLegsThatFitTheClass) {
  using enum OrderClass;
  EXPECT_EQ(fault(grouped(Simple, Side::Buy, "12", "", "")), "take_profit");
  EXPECT_EQ(fault(grouped(Simple, Side::Buy, "", "8", "")), "stop_loss");
  EXPECT_EQ(fault(grouped(Simple, Side::Buy, "", "", "1")), "stop_loss_offset");
  EXPECT_EQ(fault(grouped(Bracket, Side::Buy, "", "", "")), "take_profit");
  EXPECT_EQ(fault(grouped(Bracket, Side::Buy, "12", "8", "")), "");
  EXPECT_EQ(fault(grouped(Bracket, Side::Buy, "", "", "1")), "");
  EXPECT_EQ(fault(grouped(Bracket, Side::Buy, "", "8", "1")), "stop_loss_offset");
  EXPECT_EQ(fault(grouped(Oco, Side::Sell, "12", "8", "")), "");
  EXPECT_EQ(fault(grouped(Oco, Side::Sell, "12", "", "")), "stop_loss");
  EXPECT_EQ(fault(grouped(Oco, Side::Sell, "", "8", "")), "take_profit");
  EXPECT_EQ(fault(grouped(Oco, Side::Sell, "12", "8", "1")), "stop_loss_offset");
  OrderSpec typed = grouped(Oco, Side::Sell, "12", "8", "");
  typed.type = OrderType::Limit;
  typed.limit_price = price("12");
  EXPECT_EQ(fault(typed), "type");
  OrderSpec brief = grouped(Bracket, Side::Buy, "12", "8", "");
  brief.time_in_force = TimeInForce::Ioc;
  EXPECT_EQ(fault(brief), "time_in_force");
}

TEST(CheckOrder, WantsTargetEntryAndStopInTheirOrder) {
  using enum OrderClass;
  EXPECT_EQ(fault(grouped(Bracket, Side::Buy, "8", "12", "")), "take_profit");
  EXPECT_EQ(fault(grouped(Bracket, Side::Sell, "12", "8", "")), "take_profit");
  EXPECT_EQ(fault(grouped(Bracket, Side::Sell, "8", "12", "")), "");
  EXPECT_EQ(fault(grouped(Oco, Side::Sell, "8", "12", "")), "take_profit");
  EXPECT_EQ(fault(grouped(Oco, Side::Buy, "8", "12", "")), "");
  OrderSpec limited = grouped(Bracket, Side::Buy, "12", "8", "");
  limited.type = OrderType::Limit;
  for (const auto& [limit, wrong] : {std::pair{"10", ""}, {"12", "take_profit"}, {"8", "stop_loss"}}) {
    limited.limit_price = price(limit);
    EXPECT_EQ(fault(limited), wrong) << limit;
  }
}

/// What passes here, the risk stage does not call malformed, where the last price fits its legs.
RC_GTEST_PROP(CheckOrder, LetsNothingPassThatTheRiskStageCallsMalformed, ()) {
  const auto some = [](std::initializer_list<const char*> texts) {
    const char* text = *rc::gen::elementOf(std::vector<const char*>(texts));
    return *text == 0 ? Price() : price(text);
  };
  OrderSpec spec = market_order(*rc::gen::element(Side::Buy, Side::Sell), *rc::gen::inRange(0, 30));
  spec.type = static_cast<OrderType>(*rc::gen::inRange(0, 5));
  spec.time_in_force = static_cast<TimeInForce>(*rc::gen::inRange(0, 6));
  spec.order_class = static_cast<OrderClass>(*rc::gen::inRange(0, 3));
  spec.limit_price = some({"", "10"});
  spec.stop_price = some({"", "10"});
  spec.trail = some({"", "", "1"});
  spec.take_profit = some({"", "8", "12"});
  spec.stop_loss = some({"", "8", "12"});
  spec.stop_loss_offset = some({"", "1"});
  RiskScene scene;
  if (!check_order(spec, scene.config.instruments[0])) return;
  if (spec.limit_price.is_zero() && spec.stop_price.is_zero() && spec.order_class == OrderClass::Bracket) {
    const Price low = spec.side == Side::Buy ? spec.stop_loss : spec.take_profit;
    const Price high = spec.side == Side::Buy ? spec.take_profit : spec.stop_loss;
    if ((!low.is_zero() && low >= price("10")) || (!high.is_zero() && high <= price("10"))) return;
  }
  RC_ASSERT(scene.send(spec) != DenyReason::BadOrder);
}

}  // namespace
}  // namespace bellwether
