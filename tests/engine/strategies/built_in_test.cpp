// The built-in strategies on small hand-made series, with the orders worked out by hand.
#include "tests/support/strategy_run.hpp"

namespace bellwether {
namespace {

using namespace testing;

/// Minute bars from the session's open on: each opens at the close before, runs 1 above and 1 below its close.
std::vector<Bar> closes(const std::vector<int>& values) {
  std::vector<Bar> bars;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto at = [](int value) { return Price::from_int(value); };
    const int open = i == 0 ? values[0] : values[i - 1];
    const int high = std::max(open, values[i] + 1);
    const int low = std::min(open, values[i] - 1);
    bars.push_back({at_minute(static_cast<int>(i)), at(open), at(high), at(low), at(values[i]), shares(1'000)});
  }
  return bars;
}

/// "minute kind side quantity" of every command; the minute is that of the bar's close.
std::vector<std::string> asked(const EngineConfig& config, const std::vector<int>& values) {
  std::vector<std::string> result;
  for (const Asked& each : run_strategy(config, closes(values), kMinuteInterval).log.commands) {
    const auto minute = (each.time - kOpen) / std::chrono::minutes(1);
    std::string text = std::to_string(minute) + " " + std::string(token(each.command.kind));
    if (each.command.kind == CommandKind::Submit) {
      text += " " + std::string(token(each.command.spec.side)) + " " + each.command.spec.quantity.to_string();
    }
    result.push_back(text);
  }
  return result;
}

using Strings = std::vector<std::string>;
constexpr std::int64_t operator""_i(unsigned long long value) { return static_cast<std::int64_t>(value); }

TEST(BuyAndHold, BuysOnceAtTheFirstBar) {
  // 0.95 x 100000 / 10 = 9500.
  EXPECT_EQ(asked(config_with("buy_and_hold"), {10, 11, 12, 9, 10}), (Strings{"1 submit buy 9500"}));
}

TEST(BuyAndHold, BuysAGivenQuantity) {
  EXPECT_EQ(asked(config_with("buy_and_hold", {{"quantity", 7_i}}), {10, 11}), (Strings{"1 submit buy 7"}));
}

TEST(SmaCross, BuysAboveAndSellsBelow) {
  const auto config = config_with("sma_cross", {{"fast", 2_i}, {"slow", 3_i}, {"quantity", 10_i}});
  // Averages of 2 and 3: 10/10, 11.5/11 up, 13/12 up, 10/11 down, 7/9 down.
  EXPECT_EQ(asked(config, {10, 10, 10, 13, 13, 7, 7}), (Strings{"4 submit buy 10", "6 submit sell 10"}));
}

TEST(SmaCross, ActsOnTheFirstBarOnWhichBothAveragesAreReady) {
  const auto config = config_with("sma_cross", {{"fast", 2_i}, {"slow", 3_i}, {"quantity", 10_i}});
  EXPECT_EQ(asked(config, {10, 11, 12, 13}), (Strings{"3 submit buy 10"}));
}

TEST(SmaCross, LeavesAtEqualAverages) {
  const auto config = config_with("sma_cross", {{"fast", 2_i}, {"slow", 3_i}, {"quantity", 10_i}});
  // 11.5/11 up; then 12, 12, 12: (13+12)/2 = 12.5 / 11.67 up, 12/12.33 down at the sixth.
  EXPECT_EQ(asked(config, {10, 10, 10, 13, 12, 12, 12}), (Strings{"4 submit buy 10", "6 submit sell 10"}));
  // 11/10.67 up; 12, then 12/12 equal.
  EXPECT_EQ(asked(config, {10, 10, 12, 12, 12, 12}), (Strings{"3 submit buy 10", "5 submit sell 10"}));
}

TEST(SmaCross, TurnsShortWhereItMay) {
  auto config = config_with("sma_cross", {{"fast", 2_i}, {"slow", 3_i}, {"quantity", 10_i}, {"short", true}});
  config.account.shorting = true;
  EXPECT_EQ(asked(config, {10, 10, 10, 13, 13, 7, 6, 14, 14}),
            (Strings{"4 submit buy 10", "6 submit sell 20", "8 submit buy 20"}));
}

TEST(SmaCross, RefusesAFastAverageThatIsNotFaster) {
  const auto config = config_with("sma_cross", {{"fast", 5_i}, {"slow", 5_i}});
  const auto made = Engine::make(config, StrategyRegistry::built_in());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().field, "fast");
}

TEST(DonchianBreakout, BuysABreakoutWithAStopAndLeavesOnABreakdown) {
  const auto config = config_with("donchian_breakout",
                                  {{"entry", 3_i}, {"exit", 2_i}, {"atr", 2_i}, {"stop_atr", 2.0}, {"quantity", 10_i}});
  // Highest high of three bars is 11. The fourth closes at 12 (high 13, low 10): its true range is 3, Wilder's average
  // (2 + 3) / 2 = 2.5, the stop 5 below the entry. Lowest lows then: 10, 11, so that 9 breaks down.
  const std::vector<int> values = {10, 10, 10, 12, 12, 9, 9};
  EXPECT_EQ(asked(config, values), (Strings{"4 submit buy 10", "6 cancel", "6 submit sell 10"}));
  const StrategyRun made = run_strategy(config, closes(values), kMinuteInterval);
  EXPECT_EQ(made.log.commands.front().command.spec.stop_loss_offset, price("5"));
  EXPECT_EQ(made.record.fills.front().report.protective_stop, price("7"));
}

TEST(DonchianBreakout, DoesNotBuyACloseAtTheHighestHigh) {
  const auto config =
      config_with("donchian_breakout", {{"entry", 3_i}, {"exit", 2_i}, {"atr", 2_i}, {"quantity", 10_i}});
  EXPECT_EQ(asked(config, {10, 10, 10, 11, 11}), Strings{});
}

TEST(RsiReversion, BuysLowAndSellsHigh) {
  const auto config =
      config_with("rsi_reversion", {{"period", 2_i}, {"buy_below", 30.0}, {"sell_above", 70.0}, {"quantity", 10_i}});
  // Two falls of 1: 0. Then rises of 2: gains 1 and losses 0.5, 66.7; gains 1.5 and losses 0.25, 85.7.
  EXPECT_EQ(asked(config, {10, 9, 8, 10, 12, 12}), (Strings{"3 submit buy 10", "5 submit sell 10"}));
}

/// No order rests before the open of this day.
constexpr int kSplitDay = 52;

/// Daily bars around a 2:1 split: as traded, or in the shares of after it. Closes swing by a tenth.
std::vector<Bar> around_a_split(bool as_traded) {
  std::vector<Bar> bars;
  for (const Session& session :
       SessionCalendar::us_equity().between(Date::from_ymd(2013, 1, 2), Date::from_ymd(2013, 6, 28))) {
    const auto day = static_cast<int>(bars.size());
    const std::int64_t scale = as_traded && day < kSplitDay ? 2 : 1;
    const auto at = [&](int number) {
      const int phase = number % 22;
      return Price::from_int(scale * (100 + (phase < 11 ? phase : 22 - phase)));
    };
    const Price open = at(day);
    const Price close = at(day + 1);
    bars.push_back({session.open, open, std::max(open, close), std::min(open, close), close, shares(1'000)});
  }
  return bars;
}

TEST(BuiltInStrategies, ActOnPricesAsTradedAsOnAdjustedOnes) {
  const std::vector<Bar> traded = around_a_split(true);
  const std::vector<Bar> adjusted = around_a_split(false);
  const CorporateAction split = split_of(2'000'000'000, new_york_date(traded[kSplitDay].start));
  const std::pair<const char*, std::vector<std::pair<std::string, ParameterValue>>> cases[] = {
      {"sma_cross", {{"fast", 3_i}, {"slow", 9_i}, {"quantity", 10_i}}},
      {"donchian_breakout", {{"entry", 5_i}, {"exit", 5_i}, {"atr", 5_i}, {"stop_atr", 0.0}, {"quantity", 10_i}}},
      {"rsi_reversion", {{"period", 5_i}, {"quantity", 10_i}}}};
  for (const auto& [strategy, parameters] : cases) {
    const auto acts = [&, config = config_with(strategy, parameters)](const std::vector<Bar>& bars,
                                                                      const std::vector<CorporateAction>& actions) {
      std::string text;
      for (const Asked& each : run_strategy(config, bars, kDailyInterval, {}, actions).log.commands) {
        text += new_york_date(each.time).to_string() + " " + std::string(token(each.command.spec.side)) + "\n";
      }
      return text;
    };
    EXPECT_EQ(acts(traded, {split}), acts(adjusted, {})) << strategy;
    EXPECT_NE(acts(traded, {}), acts(adjusted, {})) << strategy;
  }
}

}  // namespace
}  // namespace bellwether
