// Exact numbers: parsing, printing, rounding rules, overflow.
#include "engine/decimal.hpp"

namespace bellwether {
namespace {

TEST(Decimal, ParsesAndPrintsExactly) {
  EXPECT_EQ(Price::parse("97.31")->raw(), 97'310'000'000);
  EXPECT_EQ(Price::parse("-0.000000001")->raw(), -1);
  EXPECT_EQ(Price::parse("1e-3")->raw(), 1'000'000);
  EXPECT_EQ(Price::parse("1.5E2")->to_string(), "150");
  EXPECT_EQ(Money::from_raw(-1'500'000).to_string(), "-1.5");
  EXPECT_EQ(Money::from_raw(1).to_string(), "0.000001");
}

TEST(Decimal, RefusesWhatItCannotHold) {
  for (const char* text :
       {"", "-", ".", "1.2.3", "1,2", "nan", "inf", " 1", "1 ", "1e", "0.0000000001", "9223372037", "1e400", "0x10"}) {
    EXPECT_FALSE(Price::parse(text)) << text;
  }
}

TEST(Decimal, DividesByEachRoundingRule) {
  // 7/2 = 3.5, 5/2 = 2.5, -7/2 = -3.5
  EXPECT_EQ(divide(7, 2, Rounding::HalfEven), 4);
  EXPECT_EQ(divide(5, 2, Rounding::HalfEven), 2);
  EXPECT_EQ(divide(-7, 2, Rounding::HalfEven), -4);
  EXPECT_EQ(divide(-5, 2, Rounding::HalfEven), -2);
  EXPECT_EQ(divide(-7, 2, Rounding::Down), -4);
  EXPECT_EQ(divide(-7, 2, Rounding::Up), -3);
  EXPECT_EQ(divide(7, 2, Rounding::TowardZero), 3);
}

TEST(Decimal, MultipliesPriceByQuantityInOneRounding) {
  EXPECT_EQ(notional(*Price::parse("450.5"), Quantity::from_int(100)), Money::from_int(45'050));
  // 0.000001 x 0.5 = 0.0000005 ties to even: 0.
  EXPECT_EQ(notional(*Price::parse("0.000001"), *Quantity::parse("0.5")), Money::from_raw(0));
}

TEST(DecimalDeathTest, OverflowIsAnErrorNeverAWrap) {
  EXPECT_DEATH((void)(Money::max() + Money::from_raw(1)), "overflow");
  EXPECT_DEATH((void)notional(Price::max(), Quantity::max()), "out of the range");
}

RC_GTEST_PROP(Decimal, PrintingAndParsingAreInverse, (std::int64_t raw)) {
  RC_PRE(raw != std::numeric_limits<std::int64_t>::min());
  RC_ASSERT(Price::parse(Price::from_raw(raw).to_string())->raw() == raw);
  RC_ASSERT(Money::parse(Money::from_raw(raw).to_string())->raw() == raw);
}

}  // namespace
}  // namespace bellwether
