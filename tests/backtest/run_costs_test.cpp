#include "backtest/run_costs.hpp"

#include <gmock/gmock.h>

#include "tests/backtest/sample_run.hpp"
#include "tests/support/source_path.hpp"

namespace bellwether {
namespace {

ExecutionReport fill_of(Side side, const char* price, const char* quantity) {
  ExecutionReport report;
  report.type = ReportType::Fill;
  report.side = side;
  report.last_price = *Price::parse(price);
  report.last_quantity = *Quantity::parse(quantity);
  return report;
}

const Price kCent = *Price::parse("0.01");

TEST(SlippageOf, WorksBackFromTheFill) {
  FillConfig fills;
  fills.slippage = SlippageModel::BasisPoints;
  fills.slippage_amount = 10;
  // 100 became 100.10 for a buyer and 99.90 for a seller: 0.10 a share.
  EXPECT_EQ(slippage_of(fill_of(Side::Buy, "100.1", "7"), OrderType::Market, fills, kCent, {}), *Money::parse("0.7"));
  EXPECT_EQ(slippage_of(fill_of(Side::Sell, "99.9", "7"), OrderType::Stop, fills, kCent, {}), *Money::parse("0.7"));
  fills.slippage = SlippageModel::Ticks;
  fills.slippage_amount = 2;
  EXPECT_EQ(slippage_of(fill_of(Side::Buy, "50", "100"), OrderType::Market, fills, kCent, {}), Money::from_int(2));
  // 25 of 100 shares at a coefficient of 0.1: half of 0.1 of the price, 40 became 42.
  fills.slippage = SlippageModel::SquareRootImpact;
  fills.slippage_amount = 0.1;
  EXPECT_EQ(slippage_of(fill_of(Side::Buy, "42", "25"), OrderType::Market, fills, kCent, Quantity::from_int(100)),
            Money::from_int(50));
}

TEST(SlippageOf, LimitOrdersAndPerfectFillsHaveNone) {
  FillConfig fills;
  EXPECT_EQ(slippage_of(fill_of(Side::Buy, "100", "7"), OrderType::Market, fills, kCent, {}), Money());
  fills.slippage = SlippageModel::BasisPoints;
  fills.slippage_amount = 10;
  EXPECT_EQ(slippage_of(fill_of(Side::Buy, "100", "7"), OrderType::Limit, fills, kCent, {}), Money());
}

TEST(RunCosts, OfOneSessionAreTakenOffOnceMoreFromItsClose) {
  RunResult result;
  result.record.initial_cash = Money::from_int(1000);
  const Date first = Date::from_ymd(2012, 3, 1);
  result.record.daily = {{first, Money::from_int(990)}, {first + 1, Money::from_int(1010)}};
  for (const int day : {0, 1}) {
    FillRow& fill = result.record.fills.emplace_back();
    fill.report = fill_of(Side::Buy, "10", "1");
    fill.report.time = (first + day).midnight_utc() + std::chrono::hours(15);
    fill.report.fee = Money::from_int(3);
  }
  const RunCosts costs = run_costs(result);
  EXPECT_EQ(costs.fees, Money::from_int(6));
  EXPECT_EQ(costs.slippage, Money());
  const std::vector<DailyEquity> expected = {{first, Money::from_int(987)}, {first + 1, Money::from_int(1004)}};
  EXPECT_EQ(costs.at_double, expected);
}

TEST(RunCosts, OfARunAreTheAccountsFeesAndHalveOfWhatTwiceTheFeesCost) {
  const auto config = [](const char* fee) {
    return sample_config({std::string("fees.per_order=") + fee, "strategies=[{\"type\":\"buy_and_hold\"}]"},
                         source_path("config/backtest.json"));
  };
  const SampleRun once = sample_run(config("1"));
  const RunCosts costs = run_costs(once.result);
  EXPECT_TRUE(costs.fees.is_positive());
  EXPECT_EQ(costs.fees, once.result.record.account.fees);
  // One order in all, small beside the cash that is left: the run with twice the fee has the same fills.
  const SampleRun twice = sample_run(config("2"));
  ASSERT_EQ(once.result.record.fills.size(), twice.result.record.fills.size());
  ASSERT_EQ(once.result.record.fills.front().report.last_quantity,
            twice.result.record.fills.front().report.last_quantity);
  EXPECT_EQ(costs.at_double, twice.result.record.daily);
}

}  // namespace
}  // namespace bellwether
