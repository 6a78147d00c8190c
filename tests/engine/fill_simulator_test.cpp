// Which order fills when and at which price. Prices are worked out by hand from the rules that FillSimulator states.
#include "engine/fill_simulator.hpp"

#include "tests/support/venue.hpp"

namespace bellwether {
namespace {

using namespace testing;

// --- Bars

TEST(FillSimulator, FillsAMarketOrderAtTheNextBarsOpen) {
  Venue venue;
  venue.bar(0, "10", "11", "9", "10.5");
  const OrderId id = venue.send(market_order(Side::Buy, 100), 1);
  EXPECT_EQ(venue.last(id), ReportType::Accepted);
  venue.bar(1, "10.7", "11", "10", "10.2");
  ASSERT_EQ(venue.filled_at(), "10.7");
  const ExecutionReport fill = venue.fills().front();
  EXPECT_EQ(fill.time, at_minute(1));
  EXPECT_EQ(fill.last_quantity, shares(100));
  EXPECT_EQ(fill.cumulative_quantity, shares(100));
  EXPECT_TRUE(fill.leaves_quantity.is_zero());
  EXPECT_TRUE(venue.simulator.is_quiet());
}

TEST(FillSimulator, DoesNotFillALimitThatIsOnlyTouched) {
  Venue venue;
  venue.send(limit_order(Side::Buy, 100, "10"));
  venue.bar(0, "11", "12", "10", "11");
  EXPECT_EQ(venue.filled_at(), "none");
  venue.bar(1, "11", "12", "9.99", "11");
  EXPECT_EQ(venue.filled_at(), "10");
}

TEST(FillSimulator, FillsALimitThatIsTouchedWhereTouchIsSet) {
  EngineConfig config = small_config();
  config.fills.touch = true;
  Venue venue(config);
  venue.send(limit_order(Side::Sell, 100, "12"));
  venue.bar(0, "11", "12", "10", "11");
  EXPECT_EQ(venue.filled_at(), "12");
}

TEST(FillSimulator, FillsALimitAtTheOpenOfABarThatOpensBeyondIt) {
  Venue buys;
  buys.send(limit_order(Side::Buy, 100, "10"));
  buys.bar(0, "9.5", "12", "9", "11");
  EXPECT_EQ(buys.filled_at(), "9.5");
  EXPECT_EQ(buys.fills().front().time, at_minute(0));
  Venue sells;
  sells.send(limit_order(Side::Sell, 100, "10"));
  sells.bar(0, "10.5", "12", "9", "11");
  EXPECT_EQ(sells.filled_at(), "10.5");
}

TEST(FillSimulator, DoesNotFillALimitAtAnOpenThatOnlyTouchesIt) {
  Venue venue;
  venue.send(limit_order(Side::Buy, 100, "10"));
  venue.bar(0, "10", "12", "10", "11");
  EXPECT_EQ(venue.filled_at(), "none");
}

TEST(FillSimulator, FillsAStopAtItsPriceWithinABar) {
  Venue venue;
  venue.send(stop_order(Side::Sell, 100, "9.5"));
  venue.bar(0, "10", "11", "9.51", "10");
  EXPECT_EQ(venue.filled_at(), "none");
  venue.bar(1, "10", "11", "9.5", "10");
  EXPECT_EQ(venue.filled_at(), "9.5");
  EXPECT_EQ(venue.fills().front().time, at_minute(2));
}

TEST(FillSimulator, FillsAStopAtTheOpenOfABarThatGapsOverIt) {
  Venue sells;
  sells.send(stop_order(Side::Sell, 100, "9.5"));
  sells.bar(0, "9.2", "11", "9", "10");
  EXPECT_EQ(sells.filled_at(), "9.2");
  Venue buys;
  buys.send(stop_order(Side::Buy, 100, "9.5"));
  buys.bar(0, "9.8", "11", "9", "10");
  EXPECT_EQ(buys.filled_at(), "9.8");
}

TEST(FillSimulator, FillsAStopLimitAtTheStopWhereTheLimitLiesBeyond) {
  Venue venue;
  venue.send(stop_limit_order(Side::Buy, 100, "11", "11.2"));
  venue.bar(0, "10", "10.9", "9", "10");
  EXPECT_EQ(venue.filled_at(), "none");
  venue.bar(1, "10", "12", "9", "10");
  EXPECT_EQ(venue.filled_at(), "11");
}

// The price stands at the stop, and that is the limit: it can be had there, in the bar that reaches it.
TEST(FillSimulator, FillsAStopLimitWhoseLimitIsItsStopWhenItIsReached) {
  Venue buys;
  buys.send(stop_limit_order(Side::Buy, 100, "11", "11"), 0);
  buys.bar(0, "10", "11.5", "9.5", "10");
  EXPECT_EQ(buys.filled_at(), "11");
  Venue sells;
  sells.send(stop_limit_order(Side::Sell, 100, "9", "9"), 0);
  sells.bar(0, "10", "10.5", "8.5", "10");
  EXPECT_EQ(sells.filled_at(), "9");
}

TEST(FillSimulator, LeavesAStopLimitRestingAtItsLimitWhereTheBarGapsOverBoth) {
  Venue venue;
  venue.send(stop_limit_order(Side::Buy, 100, "11", "11.2"));
  venue.bar(0, "11.5", "12", "11.3", "12");
  EXPECT_EQ(venue.filled_at(), "none");
  venue.bar(1, "11.9", "12", "11.1", "12");
  EXPECT_EQ(venue.filled_at(), "11.2");
}

TEST(FillSimulator, WaitsForTheNextBarWithALimitBehindItsStop) {
  // The bar's low may have come before the stop at 11 was reached, so that 10.5 was not there to be had any more.
  Venue venue;
  venue.send(stop_limit_order(Side::Buy, 100, "11", "10.5"));
  venue.bar(0, "10", "11", "9", "11");
  EXPECT_EQ(venue.filled_at(), "none");
  venue.bar(1, "10.8", "11", "10.4", "11");
  EXPECT_EQ(venue.filled_at(), "10.5");
}

TEST(FillSimulator, FollowsThePriceWithATrailingStop) {
  Venue venue;
  venue.send(trailing_order(Side::Sell, 100, "1"));
  venue.bar(0, "10", "10.5", "9.4", "10.2");  // From the open 10: stop 9. The high moves it to 9.5 afterwards.
  EXPECT_EQ(venue.filled_at(), "none");
  venue.bar(1, "10.2", "11", "9.6", "11");  // Stop 9.5, then 10.
  EXPECT_EQ(venue.filled_at(), "none");
  venue.bar(2, "10.8", "12", "10", "11");
  EXPECT_EQ(venue.filled_at(), "10");
}

TEST(FillSimulator, LetsTheOpenMoveATrailingStopBeforeTheRestOfTheBar) {
  Venue venue;
  venue.send(trailing_order(Side::Sell, 100, "1"));
  venue.bar(0, "10", "10", "9.5", "10");
  venue.bar(1, "12", "12.5", "10.9", "12");  // The open moves the stop from 9 to 11.
  EXPECT_EQ(venue.filled_at(), "11");
}

TEST(FillSimulator, FillsATrailingStopAtTheOpenOfABarThatGapsOverIt) {
  Venue venue;
  venue.send(trailing_order(Side::Buy, 100, "1"));
  venue.bar(0, "10", "10.5", "9", "9.5");  // Best 9: stop 10.
  venue.bar(1, "10.4", "11", "10", "10");
  EXPECT_EQ(venue.filled_at(), "10.4");
}

TEST(FillSimulator, FillsNothingOnBarsOutsideTheSession) {
  Venue venue;
  venue.send(market_order(Side::Buy, 100, TimeInForce::Gtc));
  venue.bar(-5, "10", "11", "9", "10");
  venue.bar(390, "10", "11", "9", "10");
  EXPECT_EQ(venue.filled_at(), "none");
  venue.bar(389, "10.3", "11", "9", "10");
  EXPECT_EQ(venue.filled_at(), "10.3");
}

TEST(FillSimulator, FillsNothingOnHistoryBars) {
  Venue venue;
  venue.send(market_order(Side::Buy, 100));
  BarEvent bar;
  bar.bar = {at_minute(0), price("10"), price("11"), price("9"), price("10"), shares(1)};
  bar.history = true;
  venue.on(Event::of(at_minute(1), 0, bar));
  EXPECT_EQ(venue.filled_at(), "none");
}

TEST(FillSimulator, FillsNothingOnBarsMadeFromTrades) {
  Venue venue;
  venue.send(market_order(Side::Buy, 100));
  BarEvent bar;
  bar.bar = {at_minute(0), price("10"), price("11"), price("9"), price("10"), shares(1)};
  bar.derived = true;
  venue.on(Event::of(at_minute(1), 0, bar));
  EXPECT_EQ(venue.filled_at(), "none");
  venue.on(Event::of(0, Trade{at_minute(1), price("10.2"), shares(100)}));
  EXPECT_EQ(venue.filled_at(), "10.2");
}

TEST(FillSimulator, FillsOnlyOrdersOfTheBarsInstrument) {
  Venue venue;
  OrderSpec other = market_order(Side::Buy, 100);
  other.instrument = 1;
  venue.send(other);
  venue.bar(0, "10", "11", "9", "10");
  EXPECT_EQ(venue.filled_at(), "none");
}

// --- Same close

TEST(FillSimulator, FillsAMarketOrderAtTheCloseOfTheBarThatCausedItWhereConfigured) {
  EngineConfig config = small_config();
  config.fills.fill_at = FillAt::SameClose;
  Venue venue(config);
  venue.bar(0, "10", "11", "9", "10.5");
  venue.send(market_order(Side::Buy, 100), 1);
  EXPECT_EQ(venue.filled_at(), "10.5");
  EXPECT_EQ(venue.fills().front().time, at_minute(1));
}

TEST(FillSimulator, FillsAtTheNextOpenWhereNoBarClosedAtTheTimeOfTheOrder) {
  EngineConfig config = small_config();
  config.fills.fill_at = FillAt::SameClose;
  Venue venue(config);
  venue.bar(0, "10", "11", "9", "10.5");
  venue.send(market_order(Side::Buy, 100), 2);
  EXPECT_EQ(venue.filled_at(), "none");
  venue.bar(2, "10.8", "11", "9", "10");
  EXPECT_EQ(venue.filled_at(), "10.8");
}

// --- Participation

TEST(FillSimulator, FillsNoMoreThanItsShareOfABarsVolume) {
  EngineConfig config = small_config();
  config.fills.participation = 0.1;
  Venue venue(config);
  const OrderId id = venue.send(market_order(Side::Buy, 100));
  venue.bar(0, "10", "11", "9", "10", 609);  // 60.9, whole lots: 60.
  EXPECT_EQ(venue.fill_of_order(id), "60@10");
  EXPECT_EQ(venue.fills().back().leaves_quantity, shares(40));
  venue.bar(1, "10.1", "11", "9", "10", 9);  // 0.9: nothing.
  EXPECT_EQ(venue.fills().size(), 1U);
  venue.bar(2, "10.2", "11", "9", "10", 10'000);
  EXPECT_EQ(venue.fill_of_order(id), "40@10.2");
  EXPECT_EQ(venue.fills().back().cumulative_quantity, shares(100));
  EXPECT_TRUE(venue.simulator.is_quiet());
}

TEST(FillSimulator, SharesABarsVolumeAmongAllOrders) {
  EngineConfig config = small_config();
  config.fills.participation = 0.1;
  Venue venue(config);
  const OrderId first = venue.send(market_order(Side::Buy, 70));
  const OrderId second = venue.send(market_order(Side::Sell, 70));
  venue.bar(0, "10", "11", "9", "10", 1'000);
  EXPECT_EQ(venue.fill_of_order(first), "70@10");
  EXPECT_EQ(venue.fill_of_order(second), "30@10");
}

TEST(FillSimulator, FillsTheRestOfAReachedStopAtTheNextOpen) {
  EngineConfig config = small_config();
  config.fills.participation = 0.1;
  Venue venue(config);
  const OrderId id = venue.send(stop_order(Side::Sell, 100, "9.5"));
  venue.bar(0, "10", "10", "9.4", "9.9", 600);
  EXPECT_EQ(venue.fill_of_order(id), "60@9.5");
  venue.bar(1, "10.2", "10.5", "10", "10.3", 600);  // Above the stop: a reached stop is a market order.
  EXPECT_EQ(venue.fill_of_order(id), "40@10.2");
}

TEST(FillSimulator, SharesAPrintsSizeAmongAllOrders) {
  EngineConfig config = small_config();
  config.fills.participation = 0.5;
  Venue venue(config);
  const OrderId first = venue.send(market_order(Side::Buy, 70));
  const OrderId second = venue.send(market_order(Side::Buy, 70));
  venue.trade(1, "10", 200);
  EXPECT_EQ(venue.fill_of_order(first), "70@10");
  EXPECT_EQ(venue.fill_of_order(second), "30@10");
}

TEST(FillSimulator, CountsTheTwoSidesOfAQuoteApart) {
  EngineConfig config = small_config();
  config.fills.participation = 1.0;
  Venue venue(config);
  const OrderId buy = venue.send(market_order(Side::Buy, 70));
  const OrderId sell = venue.send(market_order(Side::Sell, 70));
  venue.quote(1, "9.9", 60, "10.1", 50);
  EXPECT_EQ(venue.fill_of_order(buy), "50@10.1");
  EXPECT_EQ(venue.fill_of_order(sell), "60@9.9");
}

// --- Slippage

struct Slip {
  SlippageModel model;
  double amount;
  const char* bought;
  const char* sold;
};

TEST(FillSimulator, SlipsMarketOrdersByEachModel) {
  // At 40 for 100 of 10,000: 25 bp are 0.1; 3 ticks 0.03; 0.5 x 40 x sqrt(0.01) = 2.
  for (const Slip& slip :
       {Slip{SlippageModel::None, 5, "40", "40"}, Slip{SlippageModel::BasisPoints, 25, "40.1", "39.9"},
        Slip{SlippageModel::Ticks, 3, "40.03", "39.97"}, Slip{SlippageModel::SquareRootImpact, 0.5, "42", "38"}}) {
    EngineConfig config = small_config();
    config.fills.slippage = slip.model;
    config.fills.slippage_amount = slip.amount;
    Venue venue(config);
    const OrderId buy = venue.send(market_order(Side::Buy, 100));
    const OrderId sell = venue.send(market_order(Side::Sell, 100));
    venue.bar(0, "40", "40", "40", "40", 10'000);
    EXPECT_EQ(venue.fill_of_order(buy), std::string("100@") + slip.bought);
    EXPECT_EQ(venue.fill_of_order(sell), std::string("100@") + slip.sold);
  }
}

TEST(FillSimulator, SlipsStopsButNotLimits) {
  EngineConfig config = small_config();
  config.fills.slippage = SlippageModel::Ticks;
  config.fills.slippage_amount = 2;
  Venue venue(config);
  const OrderId stop = venue.send(stop_order(Side::Sell, 100, "9.5"));
  const OrderId limit = venue.send(limit_order(Side::Buy, 100, "9.6"));
  venue.bar(0, "10", "10", "9", "9.5");
  EXPECT_EQ(venue.fill_of_order(stop), "100@9.48");
  EXPECT_EQ(venue.fill_of_order(limit), "100@9.6");
}

// --- Trades and quotes

TEST(FillSimulator, FillsMarketOrdersAtATradesPriceAndAtTheOtherSideOfAQuote) {
  Venue trades;
  trades.send(market_order(Side::Buy, 100));
  trades.trade(1, "10.25");
  EXPECT_EQ(trades.filled_at(), "10.25");
  Venue quotes;
  const OrderId buy = quotes.send(market_order(Side::Buy, 100));
  const OrderId sell = quotes.send(market_order(Side::Sell, 100));
  quotes.quote(1, "9.9", 100, "10.1", 100);
  EXPECT_EQ(quotes.fill_of_order(buy), "100@10.1");
  EXPECT_EQ(quotes.fill_of_order(sell), "100@9.9");
}

TEST(FillSimulator, FillsLimitsOnlyWhereATradeGoesThroughThem) {
  Venue venue;
  venue.send(limit_order(Side::Buy, 100, "10"));
  venue.trade(1, "10.01");
  venue.trade(2, "10");
  EXPECT_EQ(venue.filled_at(), "none");
  venue.trade(3, "9.98");
  EXPECT_EQ(venue.filled_at(), "9.98");
}

TEST(FillSimulator, FillsAStopAtThePriceOfTheTradeThatReachesIt) {
  Venue venue;
  venue.send(stop_order(Side::Sell, 100, "9.5"));
  venue.trade(1, "9.51");
  EXPECT_EQ(venue.filled_at(), "none");
  venue.trade(2, "9.3");
  EXPECT_EQ(venue.filled_at(), "9.3");
}

TEST(FillSimulator, FollowsTradesWithATrailingStop) {
  Venue venue;
  venue.send(trailing_order(Side::Sell, 100, "0.5"));
  for (const char* each : {"10", "10.4", "10"}) venue.trade(1, each);
  EXPECT_EQ(venue.filled_at(), "none");
  venue.trade(2, "9.9");
  EXPECT_EQ(venue.filled_at(), "9.9");
}

TEST(FillSimulator, FillsNothingOnTradesOutsideTheSession) {
  Venue venue;
  venue.send(market_order(Side::Buy, 100, TimeInForce::Gtc));
  venue.trade(-1, "10");
  venue.trade(390, "10");
  EXPECT_EQ(venue.filled_at(), "none");
  venue.trade(0, "10");
  EXPECT_EQ(venue.filled_at(), "10");
}

TEST(FillSimulator, PassesOverAQuoteWithoutTheSideThatAnOrderNeeds) {
  Venue venue;
  venue.send(market_order(Side::Buy, 100));
  venue.quote(1, "9.9", 100, "0", 0);
  EXPECT_EQ(venue.filled_at(), "none");
}

// --- Fees

TEST(FillSimulator, ChargesAnOrderOnceHoweverManyFillsItTakes) {
  EngineConfig config = small_config();
  config.fills.participation = 0.1;
  config.fees.per_order = money("1");
  config.fees.basis_points = 10;
  Venue venue(config);
  venue.send(market_order(Side::Buy, 100));
  venue.bar(0, "10", "11", "9", "10", 600);  // 1 + 0.001 x 600 = 1.6
  venue.bar(1, "10", "11", "9", "10", 600);  // 0.001 x 400 = 0.4
  ASSERT_EQ(venue.fills().size(), 2U);
  EXPECT_EQ(venue.fills()[0].fee, money("1.6"));
  EXPECT_EQ(venue.fills()[1].fee, money("0.4"));
}

/// The fee of each fill of a sell order of `quantity` in the market's two next bars, of which each fills 50 shares.
/// Between them comes `action`.
std::vector<Money> fees_around(const CorporateAction& first, const CorporateAction& action, std::int64_t quantity) {
  EngineConfig config = small_config();
  config.fees.per_share = money("0.01");
  config.fills.participation = 0.5;
  Venue venue(config);
  OrderSpec order = market_order(Side::Sell, quantity);
  order.time_in_force = TimeInForce::Gtc;
  venue.on(Event::of(at_minute(0), 0, first));
  venue.send(order);
  venue.bar(0, "10", "11", "9", "10", 100);
  venue.on(Event::of(at_minute(1), 0, action));
  venue.bar(1, "10", "11", "9", "10", 100);
  std::vector<Money> fees;
  for (const ExecutionReport& fill : venue.fills()) fees.push_back(fill.fee);
  return fees;
}

CorporateAction stands_for(std::int64_t traded_share_billionths) {
  CorporateAction action;
  action.traded_share_billionths = traded_share_billionths;
  return action;
}

TEST(FillSimulator, ChargesPerShareForTheSharesThatWereTraded) {
  // 50 shares at a cent; a fourth of them; ten times as many.
  EXPECT_EQ(fees_around({}, {}, 100), (std::vector{money("0.5"), money("0.5")}));
  EXPECT_EQ(fees_around(stands_for(250'000'000), stands_for(250'000'000), 100),
            (std::vector{money("0.125"), money("0.125")}));
  EXPECT_EQ(fees_around(stands_for(250'000'000), {}, 100), (std::vector{money("0.125"), money("0.5")}));
  EXPECT_EQ(fees_around({}, stands_for(10'000'000'000), 100), (std::vector{money("0.5"), money("5")}));
}

TEST(FillSimulator, ChargesNothingAgainForSharesThatASplitMadeMore) {
  CorporateAction split;
  split.split_ratio_billionths = split.price_ratio_billionths = 4'000'000'000;
  EXPECT_EQ(fees_around({}, split, 100), (std::vector{money("0.5"), money("0.5")}));
}

TEST(FillSimulator, AShareThatStandsForAnotherNumberChangesNoOrder) {
  Venue venue;
  const OrderId id = venue.send(limit_order(Side::Buy, 100, "10"));
  venue.on(Event::of(at_minute(0), 0, stands_for(250'000'000)));
  venue.bar(0, "9.99", "12", "9.99", "11");
  EXPECT_EQ(venue.filled_at(), "9.99");
  EXPECT_EQ(venue.fills().front().last_quantity, shares(100));
  EXPECT_EQ(venue.last(id), ReportType::Fill);
}

TEST(FillSimulator, RoundsASlippedPriceToTheTickAgainstTheOrder) {
  EngineConfig config = small_config();
  config.fills.slippage = SlippageModel::BasisPoints;
  config.fills.slippage_amount = 3;
  Venue venue(config);
  const OrderId buy = venue.send(market_order(Side::Buy, 100));
  const OrderId sell = venue.send(market_order(Side::Sell, 100));
  venue.bar(0, "10.01", "11", "9", "10");  // 10.01 x 0.0003 = 0.003003.
  EXPECT_EQ(venue.fill_of_order(buy), "100@10.02");
  EXPECT_EQ(venue.fill_of_order(sell), "100@10");
}

TEST(FillSimulator, SharesTheVolumeOfABarAtItsClose) {
  EngineConfig config = small_config();
  config.fills.fill_at = FillAt::SameClose;
  config.fills.participation = 0.05;
  Venue venue(config);
  venue.bar(0, "10", "11", "9", "10.5", 1'000);
  const OrderId first = venue.send(market_order(Side::Buy, 30), 1);
  const OrderId second = venue.send(market_order(Side::Buy, 30), 1);
  EXPECT_EQ(venue.fill_of_order(first), "30@10.5");
  EXPECT_EQ(venue.fill_of_order(second), "20@10.5");
}

}  // namespace
}  // namespace bellwether
