// Buys that a cash account cannot pay for when they come to fill.
#include "engine/fill_simulator.hpp"
#include "tests/support/venue.hpp"

namespace bellwether {
namespace {

using namespace testing;

EngineConfig account_of(std::string_view cash, CashShortfall rule = CashShortfall::Reject) {
  EngineConfig config = small_config();
  config.account.initial_cash = money(cash);
  config.account.leverage = 1;
  config.account.cash_shortfall = rule;
  return config;
}

/// What an order's reports say in turn.
std::vector<ReportType> reports_of(const Venue& venue, OrderId id) {
  std::vector<ReportType> types;
  for (const ExecutionReport& report : venue.reports) {
    if (report.order == id) types.push_back(report.type);
  }
  return types;
}

using enum ReportType;
using Types = std::vector<ReportType>;

TEST(FillSimulatorCash, RejectsWhereTheOpenGapsAboveTheCash) {
  Venue venue(account_of("1000"));
  const OrderId id = venue.send(market_order(Side::Buy, 100));
  venue.bar(0, "10.01", "11", "9", "10");
  EXPECT_EQ(reports_of(venue, id), (Types{Accepted, Rejected}));
  EXPECT_EQ(venue.reports.back().rejected, RejectReason::InsufficientCash);
  EXPECT_TRUE(venue.simulator.is_quiet());
  EXPECT_EQ(venue.simulator.account()->cash(), money("1000"));
}

TEST(FillSimulatorCash, FillsWhatTheCashJustPaysFor) {
  Venue venue(account_of("1000"));
  const OrderId id = venue.send(market_order(Side::Buy, 100));
  venue.bar(0, "10", "11", "9", "10");
  EXPECT_EQ(venue.fill_of_order(id), "100@10");
  EXPECT_EQ(venue.simulator.account()->cash(), Money());
}

TEST(FillSimulatorCash, CountsTheFee) {
  EngineConfig config = account_of("1000.99");
  config.fees.per_order = money("1");
  Venue venue(config);
  const OrderId id = venue.send(market_order(Side::Buy, 100));
  venue.bar(0, "10", "11", "9", "10");
  EXPECT_EQ(venue.last(id), Rejected);
}

TEST(FillSimulatorCash, CountsTheSlippage) {
  EngineConfig config = account_of("1000");
  config.fills.slippage = SlippageModel::Ticks;
  config.fills.slippage_amount = 1;
  Venue venue(config);
  const OrderId id = venue.send(market_order(Side::Buy, 100));
  venue.bar(0, "10", "11", "9", "10");
  EXPECT_EQ(venue.last(id), Rejected);
}

TEST(FillSimulatorCash, BorrowsWhereTheRuleSaysSo) {
  for (const bool cash_account : {true, false}) {
    EngineConfig config = account_of("1000", cash_account ? CashShortfall::Borrow : CashShortfall::Reject);
    if (!cash_account) config.account.leverage = 2;
    Venue venue(config);
    const OrderId id = venue.send(market_order(Side::Buy, 100));
    venue.bar(0, "12", "12", "9", "10");
    EXPECT_EQ(venue.fill_of_order(id), "100@12");
  }
}

TEST(FillSimulatorCash, TheFirstOfTwoOrdersTakesTheCash) {
  Venue venue(account_of("1000"));
  const OrderId first = venue.send(market_order(Side::Buy, 60));
  const OrderId second = venue.send(market_order(Side::Buy, 60));
  venue.bar(0, "10", "11", "9", "10");
  EXPECT_EQ(venue.fill_of_order(first), "60@10");
  EXPECT_EQ(venue.last(second), Rejected);
}

TEST(FillSimulatorCash, WhatASaleBringsPaysForABuy) {
  Venue venue(account_of("1000"));
  venue.send(market_order(Side::Buy, 100));
  venue.bar(0, "10", "10", "10", "10");
  venue.send(market_order(Side::Sell, 100), 1);
  const OrderId again = venue.send(market_order(Side::Buy, 100), 1);
  venue.bar(1, "12", "12", "12", "12");
  EXPECT_EQ(venue.fill_of_order(again), "100@12");
}

TEST(FillSimulatorCash, CancelsTheRestOfWhatHasFilledInPart) {
  EngineConfig config = account_of("1000");
  config.fills.participation = 0.1;
  Venue venue(config);
  const OrderId id = venue.send(market_order(Side::Buy, 100));
  venue.bar(0, "10", "10", "10", "10", 600);
  venue.bar(1, "10.01", "10.01", "10.01", "10.01", 600);
  EXPECT_EQ(venue.fill_of_order(id), "60@10");
  EXPECT_EQ(reports_of(venue, id), (Types{Accepted, Fill, Canceled}));
  EXPECT_EQ(venue.reports.back().rejected, RejectReason::InsufficientCash);
}

TEST(FillSimulatorCash, LegsGoBeforeTheirEntry) {
  Venue venue(account_of("1000"));
  const OrderId id = venue.send(bracket(market_order(Side::Buy, 100), "14", "8"));
  venue.bar(0, "10.01", "11", "9", "10");
  EXPECT_EQ(reports_of(venue, id), (Types{Accepted, Rejected}));
  for (const OrderLeg leg : {OrderLeg::Target, OrderLeg::StopLoss}) {
    EXPECT_EQ(reports_of(venue, id.with_leg(leg)), (Types{Held, Canceled}));
  }
  EXPECT_EQ(venue.reports.back().order, id);
  EXPECT_TRUE(venue.simulator.is_quiet());
}

TEST(FillSimulatorCash, LegsGuardWhatHasFilledInPart) {
  EngineConfig config = account_of("1000");
  config.fills.participation = 0.1;
  Venue venue(config);
  const OrderId id = venue.send(bracket(market_order(Side::Buy, 100), "14", "8"));
  venue.bar(0, "10", "10", "10", "10", 600);
  venue.bar(1, "10.01", "10.01", "10.01", "10.01", 600);
  venue.bar(2, "7", "7", "7", "7", 6'000);
  EXPECT_EQ(reports_of(venue, id), (Types{Accepted, Fill, Canceled}));
  EXPECT_EQ(venue.fill_of_order(id.with_leg(OrderLeg::StopLoss)), "60@7");
}

TEST(FillSimulatorCash, ClosingAShortIsNeverRejected) {
  EngineConfig config = account_of("1000");
  config.account.shorting = true;
  Venue venue(config);
  venue.send(market_order(Side::Sell, 100));
  venue.bar(0, "10", "10", "10", "10");
  // 2000 of cash: 101 at 30 would open a long of one; 100 close the short.
  const OrderId turns = venue.send(market_order(Side::Buy, 101), 1);
  const OrderId closes = venue.send(market_order(Side::Buy, 100), 1);
  venue.bar(1, "30", "30", "30", "30");
  EXPECT_EQ(venue.last(turns), Rejected);
  EXPECT_EQ(venue.fill_of_order(closes), "100@30");
}

TEST(FillSimulatorCash, ADividendPaysForABuy) {
  Venue venue(account_of("1000"));
  venue.send(market_order(Side::Buy, 100));
  venue.bar(0, "10", "10", "10", "10");
  venue.on(Event::of(at_minute(1), 0, CorporateAction{{}, 1'000'000'000, price("0.5"), 1'000'000'000}));
  const OrderId id = venue.send(market_order(Side::Buy, 5), 1);
  venue.bar(1, "10", "10", "10", "10");
  EXPECT_EQ(venue.fill_of_order(id), "5@10");
}

}  // namespace
}  // namespace bellwether
