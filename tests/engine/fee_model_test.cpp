// Every kind of fee, with amounts worked out by hand.
#include "engine/fee_model.hpp"

#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using namespace testing;

Money fee(const FeeConfig& config, Side side, std::int64_t quantity, std::string_view amount) {
  return FeeModel(config).total(side, shares(quantity), money(amount), Date::from_ymd(2024, 6, 3));
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

TEST(FeeModel, ChargesAnOrderWhoseAmountRoundsToNothing) {
  FeeConfig config;
  config.per_order = money("1");
  EXPECT_EQ(fee(config, Side::Buy, 1, "0"), money("1"));
}

Money regulatory_fee(std::string_view date, Side side, std::int64_t quantity, std::string_view amount) {
  FeeConfig config;
  config.us_regulatory = true;
  return FeeModel(config).total(side, shares(quantity), money(amount), *Date::parse(date));
}

TEST(FeeModel, ChargesTheRegulatorsRatesOfTheTradesDate) {
  struct Case {
    std::string_view date;
    std::int64_t quantity;
    std::string_view amount;
    std::string_view fee;
  };
  const Case cases[] = {
      {"1990-01-02", 1000, "1000000", "0"},        // Before the table.
      {"2001-12-27", 1000, "1000000", "33.33"},    // The law's own rate; no activity fee yet.
      {"2001-12-28", 1000, "1000000", "15"},       // The first advisory.
      {"2003-08-31", 1000, "1000000", "46.80"},    // The eve of the activity fee.
      {"2003-09-01", 1000, "1000000", "46.90"},    // 1000 x 0.0001.
      {"2008-04-01", 100'000, "1000000", "9.35"},  // 5.60 and the cap, 3.75.
      {"2011-01-20", 1000, "1000000", "16.98"},    // 16.90 + 0.075 rounded up.
      {"2011-01-21", 1000, "1000000", "19.28"},    // 19.20 on the day of the change.
      {"2024-05-21", 1000, "1000000", "8.17"},     // 8.00 + 0.166 rounded up.
      {"2024-05-22", 1000, "1000000", "27.97"},    // 27.80.
      {"2025-05-14", 100'000, "1000000", "8.30"},  // No section 31 fee; the cap.
      {"2026-04-04", 1000, "1000000", "20.80"},    // 20.60 + 0.195 rounded up.
      {"2099-01-02", 1000, "1000000", "20.80"},    // The last rates hold on.
  };
  for (const Case& each : cases) {
    EXPECT_EQ(regulatory_fee(each.date, Side::Sell, each.quantity, each.amount), money(each.fee)) << each.date;
    EXPECT_EQ(regulatory_fee(each.date, Side::Buy, each.quantity, each.amount), Money()) << each.date;
  }
}

TEST(FeeModel, KnowsWhichFeesCountShares) {
  EXPECT_FALSE(FeeModel::counts_shares({}));
  FeeConfig config;
  config.basis_points = 1;
  config.sec_fee_per_million = money("20");
  EXPECT_FALSE(FeeModel::counts_shares(config));
  EXPECT_FALSE(FeeModel(config).is_free());
  for (Money FeeConfig::*each : {&FeeConfig::per_share, &FeeConfig::per_share_minimum, &FeeConfig::taf_per_share}) {
    FeeConfig counting;
    counting.*each = money("0.01");
    EXPECT_TRUE(FeeModel::counts_shares(counting));
  }
  FeeConfig regulatory;
  regulatory.us_regulatory = true;
  EXPECT_TRUE(FeeModel::counts_shares(regulatory));
}

}  // namespace
}  // namespace bellwether
