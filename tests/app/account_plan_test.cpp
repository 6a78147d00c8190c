// What a change of configuration means for what an account holds.
#include "app/account_plan.hpp"

#include <gmock/gmock.h>

#include "actors/session_board.hpp"
#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace bellwether::testing;

AppConfig config_of(std::vector<std::string> settings = {}) {
  std::vector<std::string> all = {
      "market_data.source=simulated", "data.symbols=AAPL,MSFT",
      R"(strategies=[{"id":"trend","type":"sma_cross"},{"id":"swing","type":"rsi_reversion","symbols":["MSFT"]}])"};
  all.insert(all.end(), settings.begin(), settings.end());
  auto loaded = load_configuration({"", {}, all}, StrategyRegistry::built_in().types());
  if (const auto* errors = std::get_if<std::vector<Error>>(&loaded)) ADD_FAILURE() << errors->front().text();
  return std::get<AppConfig>(loaded);
}
constexpr const char* kWithoutSwing = R"(strategies=[{"id":"trend","type":"sma_cross"}])";
constexpr const char* kTrendInAapl =
    R"(strategies=[{"id":"trend","type":"sma_cross","symbols":["AAPL"]},{"id":"swing","type":"rsi_reversion","symbols":["MSFT"]}])";

class AccountPlanTest : public ::testing::Test {
 protected:
  AccountPlanTest() : engine_(account_engine_config(setup_)), board_(engine_, StrategyRegistry::built_in()) {
    // trend holds 10 AAPL and -4 MSFT, swing 6 MSFT.
    Turn turn = turn_of(1, bar_event(1, 0, "50"));
    const auto held = [](StrategyIndex strategy, InstrumentIndex instrument, std::int64_t quantity) {
      PositionChange change;
      change.strategy = strategy;
      change.instrument = instrument;
      change.quantity = shares(quantity);
      change.average_price = price("20");
      return change;
    };
    turn.positions = {held(0, 0, 10), held(0, 1, -4), held(1, 1, 6)};
    turn.account.equity = turn.account.cash = money("1000");
    turn.account.gross_exposure = money("700");
    board_.apply(turn);
  }
  [[nodiscard]] AccountPlan plan(const AppConfig& wanted, bool close = false) const {
    return plan_change(setup_, wanted, board_, held_pairs(board_), close, true);
  }

  AccountSetup setup_{config_of(), {}};
  EngineConfig engine_;
  SessionBoard board_;
};

TEST_F(AccountPlanTest, WhatIsHeldGoesByNames) {
  EXPECT_THAT(held_pairs(board_),
              ElementsAre(HeldPair{"swing", "MSFT"}, HeldPair{"trend", "AAPL"}, HeldPair{"trend", "MSFT"}));
}

TEST_F(AccountPlanTest, NothingIsRetiredThatIsStillTraded) {
  const AccountPlan same = plan(config_of({"risk.drawdown=0.1"}));
  EXPECT_THAT(same.setup.retired, IsEmpty());
  EXPECT_THAT(same.removed, IsEmpty());
}

TEST_F(AccountPlanTest, ARemovedStrategyAndALeftSymbolAreRetiredAsChosen) {
  for (const bool close : {false, true}) {
    const AccountPlan gone = plan(config_of({kWithoutSwing}), close);
    EXPECT_THAT(gone.setup.retired, ElementsAre(RetiredSetup{"swing.retired", {"MSFT"}, close}));
    ASSERT_EQ(gone.removed.size(), 1U);
    EXPECT_EQ(gone.removed[0].strategy, "swing");
    EXPECT_EQ(gone.removed[0].heir, "swing.retired");
    EXPECT_EQ(gone.removed[0].quantity, shares(6));
    EXPECT_EQ(gone.removed[0].close, close);
    const AccountPlan narrowed = plan(config_of({kTrendInAapl}), close);
    EXPECT_THAT(narrowed.setup.retired, ElementsAre(RetiredSetup{"trend.retired", {"MSFT"}, close}));
  }
}

TEST_F(AccountPlanTest, ASymbolThatLeavesStaysWhileItIsHeld) {
  const AppConfig wanted = config_of(
      {"data.symbols=AAPL", R"(strategies=[{"id":"trend","type":"sma_cross"},{"id":"swing","type":"rsi_reversion"}])"});
  const AccountPlan left = plan(wanted);
  EXPECT_THAT(left.setup.retired,
              ElementsAre(RetiredSetup{"swing.retired", {"MSFT"}}, RetiredSetup{"trend.retired", {"MSFT"}}));
  EXPECT_THAT(left.setup.symbols(), ElementsAre("AAPL", "MSFT"));
}

/// A fill whose report was lost: by our books it is flat.
TEST_F(AccountPlanTest, WhatTheBrokerAloneHoldsHasAPlaceToo) {
  const std::vector<HeldPair> at_broker = pairs_of({{1, 0}, {kNoStrategy, 0}, {0, 9}}, engine_);
  ASSERT_THAT(at_broker, ElementsAre(HeldPair{"swing", "AAPL"}));
  const AppConfig wanted = config_of({"data.symbols=IBM", R"(strategies=[{"id":"trend","type":"sma_cross"}])"});
  const AccountPlan plan = plan_change(setup_, wanted, board_, at_broker, false, true);
  EXPECT_THAT(plan.setup.retired, ElementsAre(RetiredSetup{"swing.retired", {"AAPL"}}));
  EXPECT_THAT(plan.setup.symbols(), ElementsAre("IBM", "AAPL"));
  EXPECT_THAT(plan.removed, IsEmpty()) << "by our books there is nothing of it to be told";
}

TEST_F(AccountPlanTest, ByHandNothingIsTradedThatIsOnlyHeld) {
  const AccountSetup setup{config_of(), {{"gone.retired", {"IBM"}, false}}};
  const EngineConfig engine = account_engine_config(setup);
  EXPECT_THAT(engine.strategies.back().instruments, ElementsAre(0, 1));
  EXPECT_EQ(engine.instruments.size(), 3U);
}

TEST_F(AccountPlanTest, ALimitThatIsExceededAsItArrivesIsNamed) {
  const AccountPlan crowded =
      plan(config_of({"risk.gross_exposure=0.5", "risk.position_quantity=9", "risk.position_notional=10000"}));
  ASSERT_EQ(crowded.exceeded.size(), 2U);
  EXPECT_EQ(crowded.exceeded[0].key, "risk.position_quantity");
  EXPECT_EQ(crowded.exceeded[0].found, "10 in AAPL");
  EXPECT_EQ(crowded.exceeded[1].key, "risk.gross_exposure");
  EXPECT_EQ(crowded.exceeded[1].found, "0.7");
}

}  // namespace
}  // namespace bellwether
