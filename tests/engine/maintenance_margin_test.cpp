// What an account must be worth to keep its positions, and what happens when it is not.
#include "engine/maintenance_margin.hpp"

#include "tests/support/scripted_strategy.hpp"
#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using namespace testing;

TEST(MaintenanceMargin, AddsUpAFractionOfEveryPosition) {
  MaintenanceMargin margin(small_config());
  const auto just_met_by = [&](std::string_view amount) {
    return margin.is_met_by(money(amount)) && !margin.is_met_by(money(amount) - Money::from_raw(1));
  };
  margin.set(0, shares(100), price("40"));
  EXPECT_TRUE(just_met_by("1000"));  // 25 % of 4000
  margin.set(1, shares(-50), price("20"));
  EXPECT_TRUE(just_met_by("1300"));  // 30 % of 1000 more
  margin.set(0, shares(100), price("44"));
  EXPECT_TRUE(just_met_by("1400"));
  margin.set(0, {}, price("44"));
  margin.set(1, {}, price("20"));
  EXPECT_TRUE(just_met_by("0"));
}

/// Equity and requirement at a price, by 128-bit integers: all else than the instrument is worth `rest` and asks for
/// `other`.
bool breaks(std::int64_t rest, std::int64_t other, std::int64_t quantity, std::int64_t price) {
  const Int128 value = Int128{quantity} * price;  // Millionths: whole shares, prices in millionths.
  const Int128 size = value < 0 ? -value : value;
  const Int128 required = size * (quantity < 0 ? 300'000'000 : 250'000'000);
  return (rest + value - other) * 1'000'000'000 < required;
}

RC_GTEST_PROP(MaintenanceMargin, NoPriceAboveTheFloorBreaksIt, ()) {
  MaintenanceMargin margin(small_config());
  const auto quantity = *rc::gen::inRange<std::int64_t>(-1'000, 1'000);
  const auto other = *rc::gen::inRange<std::int64_t>(0, 1'000);
  margin.set(1, shares(other), price("10"));
  const std::int64_t other_required = other * 2'500'000;
  const auto rest = *rc::gen::inRange<std::int64_t>(-20'000'000'000, 60'000'000'000);
  margin.set(0, shares(quantity), price("20"));
  const Money floor = margin.floor(0, shares(quantity), Money::from_raw(rest));
  const auto at = *rc::gen::inRange<std::int64_t>(1, 90'000'000);
  const Int128 equity = Int128{rest} + Int128{quantity} * at;
  if (equity > floor.raw() && quantity != 0) RC_ASSERT(!breaks(rest, other_required, quantity, at));
  // Nor is it far above the first price that does: by the slack for rounding and by what one price step moves.
  if (breaks(rest, other_required, quantity, at)) RC_ASSERT(equity <= floor.raw());
  const Int128 far = Int128{floor.raw()} - 2'000'000'000;
  if (quantity != 0 && equity < far) RC_ASSERT(breaks(rest, other_required, quantity, at));
}

/// A run of the scripted strategy that sells or buys once, over given closes.
SessionRecord run_of(std::int64_t quantity, const std::vector<std::string>& closes) {
  EngineConfig config = scripted_config();
  config.account.leverage = 4;
  config.account.shorting = true;
  config.account.initial_cash = money("1000");
  script().on_bar = [quantity, first = true](const BarView& view, Context& context) mutable {
    if (view.instrument == 0 && std::exchange(first, false)) context.target_position(0, shares(quantity));
  };
  std::vector<Bar> bars;
  for (const std::string& close : closes) {
    const Price at = price(close);
    bars.push_back({at_minute(static_cast<int>(bars.size())), at, at, at, at, shares(1'000'000)});
  }
  FeedSource source;
  source.instrument = 0;
  source.bars = bars;
  source.interval = kMinuteInterval;
  auto runner =
      BacktestRunner::make(config, scripted_registry(), MarketFeed({source}, {}, SessionCalendar::us_equity())).value();
  runner->run();
  return runner->take_record();
}

// Short 300 at 10 with 1000: equity 4000 - 300 p, required 90 p. Met at 10.25 (925 >= 922.5), not at 10.26 (922 <
// 923.4).
TEST(MarginCall, ClosesAShortAtTheNextPrice) {
  EXPECT_TRUE(run_of(-300, {"10", "10", "10.25", "10.25"}).halts.empty());
  const SessionRecord record = run_of(-300, {"10", "10", "10.26", "10.5", "9"});
  ASSERT_EQ(record.halts.size(), 1U);
  EXPECT_EQ(record.halts[0].reason, HaltReason::MarginCall);
  EXPECT_EQ(record.halts[0].time, at_minute(3));
  ASSERT_EQ(record.fills.size(), 2U);
  EXPECT_EQ(record.fills[1].report.last_price, price("10.5"));
  EXPECT_EQ(record.account.equity, money("850"));  // 4000 - 300 x 10.5; the fall to 9 comes too late.
}

// Long 400 at 10 with 1000: equity 400 p - 3000, required 100 p: met at 10 (1000), not at 9.99 (996 < 999).
TEST(MarginCall, ClosesALongAtTheNextPrice) {
  EXPECT_TRUE(run_of(400, {"10", "10", "10", "11"}).halts.empty());
  const SessionRecord record = run_of(400, {"10", "10", "9.99", "9.5", "9.5"});
  ASSERT_EQ(record.halts.size(), 1U);
  EXPECT_EQ(record.halts[0].reason, HaltReason::MarginCall);
  EXPECT_EQ(record.account.equity, money("800"));  // 400 x 9.5 - 3000
}

// The short's price leaps over everything: 4000 - 300 x 14 = -200.
TEST(Ruin, EndsTradingAndIsNamed) {
  const SessionRecord record = run_of(-300, {"10", "10", "14", "15", "9", "9"});
  ASSERT_EQ(record.halts.size(), 1U);
  EXPECT_EQ(record.halts[0].reason, HaltReason::Ruin);
  EXPECT_EQ(record.account.equity, money("-500"));  // Closed at 15.
  EXPECT_EQ(record.account.gross_exposure, Money());
}

// Called at 10.26, ruined before the next price: both are on record.
TEST(Ruin, FollowsAMarginCallThatCameTooLate) {
  const SessionRecord record = run_of(-300, {"10", "10", "10.26", "15", "15"});
  ASSERT_EQ(record.halts.size(), 2U);
  EXPECT_EQ(record.halts[0].reason, HaltReason::MarginCall);
  EXPECT_EQ(record.halts[1].reason, HaltReason::Ruin);
}

}  // namespace
}  // namespace bellwether
