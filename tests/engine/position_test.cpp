// A position's accounting on small sequences of fills, worked out by hand.
#include "engine/position.hpp"

#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using namespace testing;

class PositionTest : public ::testing::Test {
 protected:
  std::optional<TradeRecord> fill(Side side, std::string_view quantity, std::string_view at, std::string_view fee = "0",
                                  std::string_view protective_stop = "0") {
    ExecutionReport report;
    report.type = ReportType::Fill;
    report.side = side;
    report.strategy = 3;
    report.instrument = 5;
    report.time = at_minute(++minute_);
    report.last_quantity = *Quantity::parse(quantity);
    report.last_price = price(at);
    report.fee = money(fee);
    report.protective_stop = price(protective_stop);
    return position_.apply_fill(report);
  }
  Position position_{3, 5};
  int minute_ = 0;
};

TEST_F(PositionTest, AveragesItsCostAndTakesProfitByAverageAndByFifo) {
  EXPECT_FALSE(fill(Side::Buy, "100", "10"));
  EXPECT_FALSE(fill(Side::Buy, "100", "12"));
  EXPECT_EQ(position_.quantity(), shares(200));
  EXPECT_EQ(position_.average_price(), price("11"));
  EXPECT_EQ(position_.cost(), money("2200"));
  EXPECT_FALSE(fill(Side::Sell, "150", "13"));
  EXPECT_EQ(position_.realized_average(), money("300"));  // 150 x (13 - 11)
  EXPECT_EQ(position_.realized_fifo(), money("350"));     // 100 x 3 + 50 x 1
  EXPECT_EQ(position_.cost(), money("550"));
  EXPECT_EQ(position_.average_price(), price("11"));
  const auto trade = fill(Side::Sell, "50", "9");
  ASSERT_TRUE(trade);
  EXPECT_EQ(position_.realized_average(), money("200"));
  EXPECT_EQ(position_.realized_fifo(), money("200"));  // 350 + 50 x (9 - 12)
  EXPECT_TRUE(position_.is_flat());
  EXPECT_EQ(position_.cost(), Money());
  EXPECT_EQ(position_.average_price(), Price());
}

TEST_F(PositionTest, GivesTheRoundTripThatAFillCompletes) {
  fill(Side::Buy, "100", "10", "1");
  fill(Side::Buy, "50", "11.5", "0.5");
  fill(Side::Sell, "60", "12", "0.6");
  const auto trade = fill(Side::Sell, "90", "11", "0.9");
  ASSERT_TRUE(trade);
  EXPECT_EQ(trade->strategy, 3);
  EXPECT_EQ(trade->instrument, 5);
  EXPECT_EQ(trade->direction, TradeDirection::Long);
  EXPECT_EQ(trade->entry_time, at_minute(1));
  EXPECT_EQ(trade->exit_time, at_minute(4));
  EXPECT_EQ(trade->entry_price, price("10.5"));  // (1000 + 575) / 150
  EXPECT_EQ(trade->exit_price, price("11.4"));   // (720 + 990) / 150
  EXPECT_EQ(trade->quantity, shares(150));
  EXPECT_EQ(trade->gross_pnl, money("135"));
  EXPECT_EQ(trade->fees, money("3"));
  EXPECT_EQ(trade->net_pnl, money("132"));
  EXPECT_FALSE(trade->initial_risk);
}

TEST_F(PositionTest, TakesProfitOnAShort) {
  fill(Side::Sell, "100", "20");
  EXPECT_EQ(position_.quantity(), shares(-100));
  EXPECT_EQ(position_.cost(), money("-2000"));
  EXPECT_EQ(position_.average_price(), price("20"));
  fill(Side::Sell, "100", "22");
  const auto trade = fill(Side::Buy, "200", "19");
  ASSERT_TRUE(trade);
  EXPECT_EQ(trade->direction, TradeDirection::Short);
  EXPECT_EQ(trade->gross_pnl, money("400"));  // 200 x (21 - 19)
  EXPECT_EQ(position_.realized_fifo(), money("400"));
}

TEST_F(PositionTest, DividesTheFeeOfAFillThatTurnsALongIntoAShort) {
  fill(Side::Buy, "100", "10", "1");
  const auto trade = fill(Side::Sell, "150", "11", "3");
  ASSERT_TRUE(trade);
  EXPECT_EQ(trade->fees, money("3"));  // 1 + 3 x 100 / 150
  EXPECT_EQ(trade->gross_pnl, money("100"));
  EXPECT_EQ(trade->quantity, shares(100));
  EXPECT_EQ(position_.quantity(), shares(-50));
  EXPECT_EQ(position_.cost(), money("-550"));
  EXPECT_EQ(position_.fees(), money("4"));
  const auto next = fill(Side::Buy, "50", "10", "0.5");
  ASSERT_TRUE(next);
  EXPECT_EQ(next->direction, TradeDirection::Short);
  EXPECT_EQ(next->entry_time, at_minute(2));
  EXPECT_EQ(next->fees, money("1.5"));
  EXPECT_EQ(next->gross_pnl, money("50"));
}

TEST_F(PositionTest, LosesNoMillionthWhereAFlipIsRoundedInTwoParts) {
  // 0.3 shares at 0.000005 are 0.0000015: a tie that rounds to the even 0.000002; the parts 0.1 and 0.2 are 0.0000005
  // (rounds to 0) and 0.000001. What the new short brought is the rest of the whole.
  fill(Side::Buy, "0.1", "0.000005");
  fill(Side::Sell, "0.3", "0.000005");
  EXPECT_EQ(position_.cost(), money("-0.000002"));
  EXPECT_EQ(position_.realized_average(), Money());
}

TEST_F(PositionTest, RemembersTheWorstAndTheBestProfit) {
  fill(Side::Buy, "100", "10");
  position_.observe(price("9.5"), price("10.2"));
  position_.observe(price("9.8"), price("11"), 4);
  const auto trade = fill(Side::Sell, "100", "10.5");
  ASSERT_TRUE(trade);
  EXPECT_EQ(trade->mae, money("-50"));
  EXPECT_EQ(trade->mfe, money("100"));
  EXPECT_EQ(trade->bars_held, 5U);
}

TEST_F(PositionTest, CountsRealisedProfitIntoTheBestProfitAfterAPartialClose) {
  fill(Side::Buy, "100", "10");
  fill(Side::Sell, "50", "11");                    // 50 realised
  position_.observe(price("10.5"), price("12"));   // 50 + 50 x 2 = 150
  const auto trade = fill(Side::Sell, "50", "9");  // 50 - 50 = 0
  ASSERT_TRUE(trade);
  EXPECT_EQ(trade->mfe, money("150"));
  EXPECT_EQ(trade->mae, money("0"));
}

TEST_F(PositionTest, ObservesAShortTheOtherWayRound) {
  fill(Side::Sell, "100", "10");
  position_.observe(price("9"), price("10.3"));
  const auto trade = fill(Side::Buy, "100", "9.5");
  EXPECT_EQ(trade->mae, money("-30"));
  EXPECT_EQ(trade->mfe, money("100"));
}

TEST_F(PositionTest, TakesTheFillsThemselvesIntoWorstAndBest) {
  fill(Side::Buy, "100", "10");
  const auto trade = fill(Side::Sell, "100", "9");
  EXPECT_EQ(trade->mae, money("-100"));
  EXPECT_EQ(trade->mfe, money("0"));
  EXPECT_EQ(trade->bars_held, 0U);
}

TEST_F(PositionTest, KnowsTheRiskOfAnEntryWithAStop) {
  fill(Side::Buy, "60", "10", "0", "9.5");    // 60 x 0.5 = 30
  fill(Side::Buy, "40", "10.2", "0", "9.7");  // 40 x 0.5 = 20
  const auto trade = fill(Side::Sell, "100", "12");
  ASSERT_TRUE(trade->initial_risk);
  EXPECT_EQ(*trade->initial_risk, money("50"));
}

TEST_F(PositionTest, BeginsEveryRoundTripAnew) {
  fill(Side::Buy, "100", "10", "1", "9");
  position_.observe(price("5"), price("20"));
  fill(Side::Sell, "100", "12", "1");
  fill(Side::Buy, "10", "10");
  const auto trade = fill(Side::Sell, "10", "10");
  ASSERT_TRUE(trade);
  EXPECT_EQ(trade->fees, Money());
  EXPECT_EQ(trade->mae, Money());
  EXPECT_EQ(trade->mfe, Money());
  EXPECT_FALSE(trade->initial_risk);
  EXPECT_EQ(trade->bars_held, 0U);
}

TEST_F(PositionTest, MultipliesSharesByASplitAndKeepsTheCost) {
  fill(Side::Buy, "100", "70");
  EXPECT_EQ(position_.apply_split(7'000'000'000), shares(600));
  EXPECT_EQ(position_.quantity(), shares(700));
  EXPECT_EQ(position_.cost(), money("7000"));
  EXPECT_EQ(position_.average_price(), price("10"));
  const auto trade = fill(Side::Sell, "700", "11");
  EXPECT_EQ(trade->gross_pnl, money("700"));
  EXPECT_EQ(trade->entry_price, price("10"));
  EXPECT_EQ(trade->quantity, shares(700));
  EXPECT_EQ(position_.realized_fifo(), money("700"));
}

TEST_F(PositionTest, ScalesAShortByAReverseSplit) {
  fill(Side::Sell, "100", "2");
  position_.apply_split(100'000'000);  // 1:10
  EXPECT_EQ(position_.quantity(), shares(-10));
  EXPECT_EQ(position_.average_price(), price("20"));
}

TEST_F(PositionTest, ContinuesFromASnapshot) {
  fill(Side::Buy, "100", "10", "1", "9");
  fill(Side::Buy, "100", "12", "1", "11");
  fill(Side::Sell, "130", "13", "1");
  position_.observe(price("8"), price("14"), 3);
  ByteWriter out;
  position_.save(out);
  Position other(3, 5);
  ByteReader in(out.str());
  other.load(in);
  ASSERT_TRUE(in.done());
  ExecutionReport last;
  last.side = Side::Sell;
  last.last_quantity = shares(70);
  last.last_price = price("15");
  EXPECT_EQ(position_.apply_fill(last), other.apply_fill(last));
  EXPECT_EQ(position_.realized_fifo(), other.realized_fifo());
  EXPECT_EQ(position_.realized_average(), other.realized_average());
}

}  // namespace
}  // namespace bellwether
