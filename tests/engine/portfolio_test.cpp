// Cash, equity and exposure of an account on small sequences of fills and marks, worked out by hand.
#include "engine/portfolio.hpp"

#include "engine/position_stage.hpp"
#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using namespace testing;

class PortfolioTest : public ::testing::Test {
 protected:
  std::optional<TradeRecord> fill(StrategyIndex strategy, InstrumentIndex instrument, Side side, std::int64_t quantity,
                                  std::string_view at, std::string_view fee = "0") {
    ExecutionReport report;
    report.strategy = strategy;
    report.instrument = instrument;
    report.side = side;
    report.last_quantity = shares(quantity);
    report.last_price = price(at);
    report.fee = money(fee);
    return portfolio_.apply_fill(report);
  }
  EngineConfig config_ = small_config();
  Portfolio portfolio_{config_};
};

TEST_F(PortfolioTest, BeginsWithTheInitialCash) {
  EXPECT_EQ(portfolio_.view(), (AccountView{money("100000"), money("100000"), Money(), Money(), Money()}));
  EXPECT_TRUE(portfolio_.is_flat());
}

TEST_F(PortfolioTest, MovesCashByFillsAndFees) {
  fill(0, 0, Side::Buy, 100, "10.5", "1.5");
  EXPECT_EQ(portfolio_.cash(), money("98948.5"));
  EXPECT_EQ(portfolio_.equity(), money("99998.5"));
  fill(0, 0, Side::Sell, 100, "11", "2");
  EXPECT_EQ(portfolio_.cash(), money("100046.5"));
  EXPECT_EQ(portfolio_.view().realized_pnl, money("50"));
  EXPECT_EQ(portfolio_.view().fees, money("3.5"));
  EXPECT_TRUE(portfolio_.is_flat());
}

TEST_F(PortfolioTest, TotalsProfitByBothMethodsAndDividends) {
  fill(0, 0, Side::Buy, 100, "10", "1");
  fill(0, 0, Side::Buy, 100, "20", "1");
  fill(0, 0, Side::Sell, 100, "25", "1");
  // By average cost 100 x (25 - 15), first in first out 100 x (25 - 10).
  EXPECT_EQ(portfolio_.view().realized_pnl, money("1000"));
  EXPECT_EQ(portfolio_.view().realized_fifo, money("1500"));
  CorporateAction dividend;
  dividend.dividend = price("0.5");
  std::vector<PositionChange> changed;
  std::vector<TradeRecord> closed;
  portfolio_.apply(0, dividend, at_minute(0), changed, closed);
  EXPECT_EQ(portfolio_.view().dividends, money("50"));
  ASSERT_EQ(changed.size(), 1U);
  EXPECT_EQ(changed[0],
            (PositionChange{0, 0, shares(100), price("15"), money("1000"), money("1500"), money("3"), money("50")}));
  ByteWriter out;
  portfolio_.save(out);
  ByteReader in(out.str());
  Portfolio again(config_);
  again.load(in);
  EXPECT_EQ(again.view(), portfolio_.view());
}

TEST_F(PortfolioTest, ValuesPositionsAtTheMark) {
  fill(0, 0, Side::Buy, 100, "10");
  fill(0, 1, Side::Sell, 50, "20");
  portfolio_.mark(0, price("11"));
  portfolio_.mark(1, price("22"));
  // Cash 100000 - 1000 + 1000; 1100 long and 1100 short.
  EXPECT_EQ(portfolio_.cash(), money("100000"));
  EXPECT_EQ(portfolio_.equity(), money("100000"));
  EXPECT_EQ(portfolio_.view().gross_exposure, money("2200"));
}

TEST_F(PortfolioTest, KeepsStrategiesApartAndNetsTheirExposure) {
  fill(0, 1, Side::Buy, 100, "10");
  fill(1, 1, Side::Sell, 60, "11");
  EXPECT_EQ(portfolio_.position(0, 1).quantity(), shares(100));
  EXPECT_EQ(portfolio_.position(1, 1).quantity(), shares(-60));
  EXPECT_EQ(portfolio_.net_quantity(1), shares(40));
  EXPECT_EQ(portfolio_.view().gross_exposure, money("440"));
  EXPECT_EQ(portfolio_.equity(), money("100100"));  // 100 x (11 - 10)
  EXPECT_FALSE(portfolio_.is_flat());
}

TEST_F(PortfolioTest, SplitsWithoutChangingTheEquity) {
  fill(0, 0, Side::Buy, 100, "70");
  fill(1, 0, Side::Sell, 30, "70");
  CorporateAction split;
  split.split_ratio_billionths = 7'000'000'000;
  std::vector<PositionChange> changed;
  std::vector<TradeRecord> closed;
  portfolio_.apply(0, split, at_minute(0), changed, closed);
  ASSERT_EQ(changed.size(), 2U);
  EXPECT_EQ(changed[0].quantity, shares(700));
  EXPECT_EQ(changed[0].average_price, price("10"));
  EXPECT_EQ(changed[1].quantity, shares(-210));
  EXPECT_EQ(portfolio_.last_mark(0), price("10"));
  EXPECT_EQ(portfolio_.equity(), money("100000"));
  EXPECT_EQ(portfolio_.view().gross_exposure, money("4900"));
}

// 101 x 1.0025 = 101.2525; the mark of 40.1 becomes 40.1 / 1.0025 = 40, so that 0.2525 x 40 = 10.1 are paid out.
TEST_F(PortfolioTest, PaysOutTheFractionOfALotThatASplitLeaves) {
  fill(0, 0, Side::Buy, 101, "40.1");
  CorporateAction split;
  split.split_ratio_billionths = 1'002'500'000;
  std::vector<PositionChange> changed;
  std::vector<TradeRecord> closed;
  portfolio_.apply(0, split, at_minute(0), changed, closed);
  EXPECT_EQ(changed.at(0).quantity, shares(101));
  EXPECT_EQ(portfolio_.cash(), money("95960"));  // 100000 - 4050.1 + 10.1
  EXPECT_EQ(portfolio_.equity(), money("100000"));
  EXPECT_TRUE(closed.empty());
}

// One share is half a share after a 1:2 reverse split: all of it is paid out, at the mark of 10 x 2.
TEST_F(PortfolioTest, ClosesAPositionThatASplitLeavesWithLessThanALot) {
  fill(0, 0, Side::Sell, 1, "10");
  CorporateAction split;
  split.split_ratio_billionths = 500'000'000;
  std::vector<PositionChange> changed;
  std::vector<TradeRecord> closed;
  portfolio_.apply(0, split, at_minute(0), changed, closed);
  EXPECT_TRUE(portfolio_.is_flat());
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0].exit_price, price("20"));
  EXPECT_EQ(closed[0].gross_pnl, Money());
  EXPECT_EQ(portfolio_.cash(), money("100000"));
}

TEST_F(PortfolioTest, PaysDividendsToLongsAndTakesThemFromShorts) {
  fill(0, 0, Side::Buy, 100, "70");
  fill(1, 0, Side::Sell, 30, "70");
  CorporateAction dividend;
  dividend.dividend = price("0.25");
  std::vector<PositionChange> changed;
  std::vector<TradeRecord> closed;
  portfolio_.apply(0, dividend, at_minute(0), changed, closed);
  EXPECT_EQ(portfolio_.position(0, 0).dividends(), money("25"));
  EXPECT_EQ(portfolio_.position(1, 0).dividends(), money("-7.5"));
  EXPECT_EQ(portfolio_.cash(), money("95117.5"));  // 100000 - 7000 + 2100 + 17.5
}

TEST_F(PortfolioTest, PaysADividendOnTheSharesAfterTheSplitOfTheSameDay) {
  fill(0, 0, Side::Buy, 100, "70");
  CorporateAction both;
  both.split_ratio_billionths = 2'000'000'000;
  both.dividend = price("0.1");
  std::vector<PositionChange> changed;
  std::vector<TradeRecord> closed;
  portfolio_.apply(0, both, at_minute(0), changed, closed);
  EXPECT_EQ(portfolio_.cash(), money("93020"));  // 100000 - 7000 + 200 x 0.1
}

TEST_F(PortfolioTest, PaysNothingToThoseWhoHoldNothing) {
  CorporateAction dividend;
  dividend.dividend = price("0.25");
  std::vector<PositionChange> changed;
  std::vector<TradeRecord> closed;
  portfolio_.apply(0, dividend, at_minute(0), changed, closed);
  EXPECT_TRUE(changed.empty());
  EXPECT_EQ(portfolio_.cash(), money("100000"));
}

TEST_F(PortfolioTest, TakesTheEndOfARunOfBarsAsBarByBar) {
  fill(0, 0, Side::Buy, 100, "10");
  fill(0, 1, Side::Buy, 10, "50");
  EXPECT_EQ(portfolio_.equity_without(0), money("99000"));
  portfolio_.finish_run(0, price("9"), price("8"), price("12"), 2);
  EXPECT_EQ(portfolio_.equity(), money("99900"));
  const auto trade = fill(0, 0, Side::Sell, 100, "10");
  ASSERT_TRUE(trade);
  EXPECT_EQ(trade->mae, money("-200"));
  EXPECT_EQ(trade->mfe, money("200"));
  EXPECT_EQ(trade->bars_held, 2U);
}

TEST(PositionStage, TakesARepeatedFillOnce) {
  const EngineConfig config = small_config();
  PositionStage stage(config);
  const OrderCommand buy = submit(2, 0, Side::Buy, 100);
  for (int i = 0; i < 2; ++i) {
    Turn turn = turn_of(3, Event::of(fill_of(buy, 100, "10", 0, 1, 7)));
    stage.advance(turn);
    EXPECT_EQ(turn.account.cash, money("99000"));
    EXPECT_EQ(turn.positions.size(), i == 0 ? 1U : 0U);
    EXPECT_EQ(turn.verdict, i == 0 ? ReportVerdict::Taken : ReportVerdict::Repeated);
  }
}

RC_GTEST_PROP(PositionStage, BooksEveryFillOnceInAnyOrder, ()) {
  const EngineConfig config = small_config();
  const auto count = *rc::gen::inRange<std::uint64_t>(1, 12);
  std::vector<std::uint64_t> ids;
  for (std::uint64_t id = 1; id <= count; ++id) ids.insert(ids.end(), *rc::gen::inRange<std::size_t>(1, 4), id);
  std::vector<std::uint64_t> order = ids;
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[*rc::gen::inRange<std::size_t>(0, i)]);
  PositionStage stage(config);
  const OrderCommand buy = submit(2, 0, Side::Buy, 1'000);
  for (const std::uint64_t id : order) {
    const auto quantity = static_cast<std::int64_t>(id * id);
    Turn turn = turn_of(3, Event::of(fill_of(buy, quantity, "10", 0, 1, id)));
    stage.advance(turn);
    ByteWriter out;
    stage.save(out);
    PositionStage next(config);
    ByteReader in(out.str());
    next.load(in);
    RC_ASSERT(in.done());
    stage = std::move(next);
  }
  const auto n = static_cast<std::int64_t>(count);
  RC_ASSERT(stage.portfolio().net_quantity(0) == shares(n * (n + 1) * (2 * n + 1) / 6));
}

TEST(PositionStage, PassesOverWhatNoVenueOfOursCanMean) {
  const EngineConfig config = small_config();
  PositionStage stage(config);
  const ExecutionReport good = fill_of(submit(2, 0, Side::Buy, 100), 100, "10", 0, 1, 7);
  const auto verdict = [&](auto change) {
    ExecutionReport report = good;
    change(report);
    Turn turn = turn_of(3, Event::of(report));
    stage.advance(turn);
    EXPECT_TRUE(turn.positions.empty());
    return turn.verdict;
  };
  using V = ReportVerdict;
  EXPECT_EQ(verdict([](auto& r) { r.strategy = 99; }), V::Foreign);
  EXPECT_EQ(verdict([](auto& r) { r.instrument = 99; }), V::Foreign);
  EXPECT_EQ(verdict([](auto& r) { r.last_quantity = Quantity(); }), V::Malformed);
  EXPECT_EQ(verdict([](auto& r) { r.last_quantity = shares(-1); }), V::Malformed);
  EXPECT_EQ(verdict([](auto& r) { r.last_quantity = Quantity::max(); }), V::Malformed);
  EXPECT_EQ(verdict([](auto& r) { r.fee = Money::max(); }), V::Malformed);
  EXPECT_EQ(verdict([](auto& r) { r.last_price = Price::max(), r.last_quantity = Quantity::max(); }), V::Malformed);
  EXPECT_EQ(verdict([](auto& r) { r.last_price = Price(); }), V::Malformed);
  EXPECT_EQ(verdict([](auto& r) { r.last_price = price("-1"); }), V::Malformed);
  // The id of a report that was passed over is not used up.
  Turn turn = turn_of(3, Event::of(good));
  stage.advance(turn);
  EXPECT_EQ(turn.verdict, V::Taken);
  EXPECT_EQ(turn.positions.size(), 1U);
}

TEST(PositionStage, ValuesAtTheMiddleOfAQuote) {
  const EngineConfig config = small_config();
  PositionStage stage(config);
  Turn turn = turn_of(1, Event::of(fill_of(submit(2, 0, Side::Buy, 100), 100, "10", 0, 1, 1)));
  stage.advance(turn);
  turn.begin(Event::of(0, Quote{at_minute(2), price("10.9"), shares(1), price("11.1"), shares(1)}));
  stage.advance(turn);
  EXPECT_EQ(turn.account.equity, money("100100"));
}

TEST(PositionStage, DoesNotValueAtHistoryBars) {
  const EngineConfig config = small_config();
  PositionStage stage(config);
  Turn turn = turn_of(1, Event::of(fill_of(submit(2, 0, Side::Buy, 100), 100, "10", 0, 1, 1)));
  stage.advance(turn);
  Event history = bar_event(0, 2, "5");
  history.bar.history = true;
  turn.begin(history);
  stage.advance(turn);
  EXPECT_EQ(turn.account.equity, money("100000"));
}

}  // namespace
}  // namespace bellwether
