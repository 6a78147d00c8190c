// What a result says before its statistics: refused orders, strategies that sent none, what is left open.
#include "backtest/run_summary.hpp"

#include <gmock/gmock.h>

#include "backtest/backtest.hpp"
#include "backtest/result_text.hpp"
#include "tests/backtest/sample_run.hpp"
#include "tests/support/engine_setup.hpp"
#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

OrderRow row(EventNumber event, OrderState state, OrderLeg leg = OrderLeg::Entry, std::int64_t filled = 0) {
  OrderRow made;
  made.id = {event, 1, 0, leg};
  made.strategy = 0;
  made.spec.quantity = shares(10);
  made.filled = shares(filled);
  made.state = state;
  return made;
}

OrderRow denied(EventNumber event, DenyReason reason, StrategyIndex strategy = 0) {
  OrderRow made = row(event, OrderState::Denied);
  made.denied = reason;
  made.strategy = strategy;
  return made;
}

TEST(OrderOutcomes, CountEachOrderOnceByItsEnd) {
  SessionRecord record;
  record.orders = {row(1, OrderState::Filled, OrderLeg::Entry, 10),
                   row(2, OrderState::Expired),
                   row(3, OrderState::Expired, OrderLeg::Entry, 4),
                   row(4, OrderState::Canceled),
                   row(5, OrderState::Canceled, OrderLeg::Entry, 1),
                   row(6, OrderState::Replaced),
                   row(7, OrderState::Working),
                   row(8, OrderState::PartiallyFilled, OrderLeg::Entry, 2),
                   denied(9, DenyReason::BuyingPower),
                   denied(10, DenyReason::OrderRate, 1)};
  OrderRow rejected = row(11, OrderState::Rejected);
  rejected.rejected = RejectReason::NoMarket;
  record.orders.push_back(rejected);
  // A bracket is one order, an OCO two.
  record.orders.push_back(row(12, OrderState::Filled, OrderLeg::Entry, 10));
  record.orders.push_back(row(12, OrderState::Canceled, OrderLeg::Target));
  record.orders.push_back(row(12, OrderState::Filled, OrderLeg::StopLoss, 10));
  record.orders.push_back(row(13, OrderState::Canceled, OrderLeg::Target));
  record.orders.push_back(row(13, OrderState::Filled, OrderLeg::StopLoss, 10));
  const auto outcomes = order_outcomes(record, small_config());
  ASSERT_EQ(outcomes.size(), 2U);
  const OrderOutcomes& first = outcomes[0];
  EXPECT_EQ(first.asked, 13U);
  EXPECT_EQ(first.filled, 3U);
  EXPECT_EQ(first.cut, 2U);
  EXPECT_EQ(first.cancelled, 2U);
  EXPECT_EQ(first.expired, 1U);
  EXPECT_EQ(first.replaced, 1U);
  EXPECT_EQ(first.open, 2U);
  EXPECT_EQ(first.denied_by[static_cast<std::size_t>(DenyReason::BuyingPower)], 1U);
  EXPECT_EQ(first.rejected_by[static_cast<std::size_t>(RejectReason::NoMarket)], 1U);
  EXPECT_EQ(outcomes[1].denied, 1U);
  const OrderOutcomes all = sum(outcomes);
  EXPECT_EQ(all.asked, 14U);
  std::uint64_t ends = 0;
  for (const auto& [name, member] : kOutcomeCounts) {
    if (member != &OrderOutcomes::asked) ends += all.*member;
  }
  EXPECT_EQ(ends, all.asked);
}

TEST(RefusalTexts, SayHowManyAndWhyTheMostFrequentFirst) {
  OrderOutcomes all;
  EXPECT_THAT(refusal_texts(all), IsEmpty());
  all.asked = 76;
  all.denied = 28;
  all.denied_by[static_cast<std::size_t>(DenyReason::OrderRate)] = 8;
  all.denied_by[static_cast<std::size_t>(DenyReason::BuyingPower)] = 20;
  EXPECT_THAT(refusal_texts(all), ElementsAre("28 of 76 orders were denied: buying power (20), orders per second (8)"));
  all.asked = 28;
  EXPECT_THAT(refusal_texts(all)[0], StartsWith("every order, all 28, was denied: "));
  all.asked = all.denied = 1;
  EXPECT_THAT(refusal_texts(all)[0], StartsWith("the only order was denied: "));
}

TEST(Excess, IsAnOrderOfMoreThanASessionsVolume) {
  // Two bars of 100 shares each in one session: 200 may have been had, 201 may not.
  std::vector<Bar> bars;
  for (const int minute : {0, 1}) {
    bars.push_back({at_minute(minute), price("10"), price("10"), price("10"), price("10"), shares(100)});
  }
  const PriceHistory history{"AAPL", kMinuteInterval, false, bars};
  const auto texts = [&](std::int64_t second) {
    SessionRecord record;
    for (const std::int64_t quantity : {std::int64_t{150}, second}) {
      FillRow& fill = record.fills.emplace_back();
      fill.report.order = {1, 1, 0, OrderLeg::Entry};
      fill.report.instrument = 0;
      fill.report.time = at_minute(1);
      fill.report.last_quantity = shares(quantity);
    }
    return excess_texts(record, small_config(), {&history, 1});
  };
  EXPECT_THAT(texts(50), IsEmpty());
  EXPECT_THAT(texts(51), ElementsAre("1 order took more than the whole volume of a session: at most 201 of AAPL on "
                                     "2005-01-03, of 200 traded"));
}

TEST(Excess, IsCashBelowZeroInACashAccount) {
  SessionRecord record;
  record.lowest_cash = money("-12.5");
  EngineConfig config = small_config();
  EXPECT_THAT(excess_texts(record, config, {}), ElementsAre(StartsWith("cash fell to -12.5 in a cash account: ")));
  config.account.leverage = 2;
  EXPECT_THAT(excess_texts(record, config, {}), IsEmpty());
}

class Idleness : public ::testing::Test {
 protected:
  std::vector<std::string> of(const std::string& type, const std::vector<std::string>& closes,
                              const GivenParameters& given = {}) {
    bars_.clear();
    for (const std::string& close : closes) {
      bars_.push_back({at_minute(static_cast<int>(bars_.size())), price(close), price(close), price(close),
                       price(close), shares(1)});
    }
    SessionRecord record;
    record.counts.market_events = bars_.size();
    const PriceHistory history{"WALK", kMinuteInterval, false, bars_};
    return reasons_of_idleness(record, config_with(type, given), {&history, 1}, StrategyRegistry::built_in());
  }

 private:
  std::vector<Bar> bars_;
};

TEST_F(Idleness, IsExplained) {
  EXPECT_THAT(
      of("buy_and_hold", {"750000", "740000"}),
      ElementsAre("buy_and_hold sent no order: one share of WALK costs 740000 at least, the account has 100000"));
  EXPECT_THAT(of("sma_cross", {"10", "11", "12"}),
              ElementsAre("sma_cross was never ready: it needs 50 bars, the data have 3"));
  EXPECT_THAT(of("buy_and_hold", {}),
              ElementsAre("buy_and_hold had no price to act on: the data have none within the sessions of the run"));
  EXPECT_THAT(of("sma_cross", {"10", "11", "12", "13"}, {{"fast", std::int64_t{1}}, {"slow", std::int64_t{3}}}),
              ElementsAre("sma_cross sent no order: nothing in the data called for one"));
}

// The walk of prices that the sample has: bought at the first bar and never sold.
TEST(OpenPositions, AreShownWithTheirUnrealisedProfit) {
  const AppConfig config =
      sample_config({"data.symbols=IBM", "data.start=2003-01-02", "data.end=2003-12-31", "data.adjustment=raw",
                     R"(strategies=[{"type":"buy_and_hold","parameters":{"quantity":10}}])"});
  const SampleRun run = sample_run(config);
  const auto open = open_positions(run.result.record, run.result.prices);
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open[0].quantity, shares(10));
  EXPECT_EQ(open[0].last_price, run.series[0].bars.back().close);
  // Its profit is all that the equity gained, dividends and fees left out: there are none here.
  const Money gained = run.result.record.account.equity - run.result.record.initial_cash;
  EXPECT_EQ(open[0].unrealized_pnl, gained - run.result.record.account.dividends + run.result.record.account.fees);
}

TEST(Caveats, BeginWithWhatWasRefused) {
  RunResult result;
  result.outcomes.resize(1);
  result.outcomes[0].asked = result.outcomes[0].denied = 3;
  result.outcomes[0].denied_by[static_cast<std::size_t>(DenyReason::BuyingPower)] = 3;
  result.open_positions.push_back({0, 0, shares(5), price("10"), price("12"), money("10")});
  const auto caveats = result.caveats();
  ASSERT_FALSE(caveats.empty());
  EXPECT_EQ(caveats.front(), "every order, all 3, was denied: buying power (3)");
  EXPECT_THAT(caveats.back(), StartsWith("1 position is open at the end, with an unrealised profit of 10: "));
  EXPECT_THAT(summary_text(result), StartsWith("note: every order, all 3, was denied"));
}

}  // namespace
}  // namespace bellwether
