// Every kind of fee, with amounts worked out by hand.
#include "engine/fee_model.hpp"

#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using namespace testing;

Money fee(const FeeConfig& config, Side side, std::int64_t quantity, std::string_view amount) {
  return FeeModel(config).total(side, shares(quantity), money(amount));
}

TEST(FeeModel, ChargesNothingByDefault) { EXPECT_EQ(fee({}, Side::Sell, 100, "1000"), Money()); }

TEST(FeeModel, ChargesNothingWhereNothingWasExecuted) {
  FeeConfig config;
  config.per_order = money("1");
  EXPECT_EQ(fee(config, Side::Buy, 0, "0"), Money());
}

TEST(FeeModel, ChargesAFixedAmountForAnOrder) {
  FeeConfig config;
  config.per_order = money("4.95");
  EXPECT_EQ(fee(config, Side::Buy, 100, "1000"), money("4.95"));
  EXPECT_EQ(fee(config, Side::Sell, 1, "10"), money("4.95"));
}

TEST(FeeModel, ChargesPerShareBetweenMinimumAndMaximum) {
  FeeConfig config;
  config.per_share = money("0.005");
  EXPECT_EQ(fee(config, Side::Buy, 300, "3000"), money("1.5"));
  config.per_share_minimum = money("1");
  EXPECT_EQ(fee(config, Side::Buy, 100, "1000"), money("1"));
  EXPECT_EQ(fee(config, Side::Buy, 300, "3000"), money("1.5"));
  config.per_share_maximum = 0.01;  // Of the notional; stands above the minimum.
  EXPECT_EQ(fee(config, Side::Buy, 100, "50"), money("0.5"));
  EXPECT_EQ(fee(config, Side::Buy, 300, "60"), money("0.6"));
  EXPECT_EQ(fee(config, Side::Buy, 300, "3000"), money("1.5"));
}

TEST(FeeModel, ChargesBasisPointsOfTheNotional) {
  FeeConfig config;
  config.basis_points = 2.5;
  EXPECT_EQ(fee(config, Side::Buy, 100, "12345.6"), money("3.0864"));
}

TEST(FeeModel, ChargesTheSecFeeOnSellsOnlyRoundedUpToTheCent) {
  FeeConfig config;
  config.sec_fee_per_million = money("27.8");
  EXPECT_EQ(fee(config, Side::Buy, 100, "100000"), Money());
  EXPECT_EQ(fee(config, Side::Sell, 100, "100000"), money("2.78"));
  EXPECT_EQ(fee(config, Side::Sell, 100, "100000.01"), money("2.79"));
  EXPECT_EQ(fee(config, Side::Sell, 1, "1"), money("0.01"));
}

TEST(FeeModel, ChargesTheTafOnSellsOnlyRoundedUpToTheCentAndCapped) {
  FeeConfig config;
  config.taf_per_share = money("0.000166");
  config.taf_maximum = money("8.3");
  EXPECT_EQ(fee(config, Side::Buy, 1'000, "1000"), Money());
  EXPECT_EQ(fee(config, Side::Sell, 1'000, "1000"), money("0.17"));  // 0.166
  EXPECT_EQ(fee(config, Side::Sell, 1, "1"), money("0.01"));
  EXPECT_EQ(fee(config, Side::Sell, 50'000, "1000"), money("8.3"));
  EXPECT_EQ(fee(config, Side::Sell, 50'001, "1000"), money("8.3"));
}

TEST(FeeModel, AddsUpAllFeesThatAreSet) {
  FeeConfig config;
  config.per_order = money("1");
  config.per_share = money("0.01");
  config.basis_points = 10;
  config.sec_fee_per_million = money("20");
  config.taf_per_share = money("0.0001");
  // 1 + 1 + 10 + 0.20 + 0.01
  EXPECT_EQ(fee(config, Side::Sell, 100, "10000"), money("12.21"));
}

}  // namespace
}  // namespace bellwether
