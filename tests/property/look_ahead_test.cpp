// No strategy sees the future: whatever happens after a bar changes nothing of what was asked for up to that bar.
#include "tests/support/market_walk.hpp"
#include "tests/support/strategy_run.hpp"

namespace bellwether {
namespace {

using namespace testing;

constexpr Duration kTwoMinutes = std::chrono::minutes(2);
constexpr std::size_t kBars = 3 * 195;

EngineConfig quick(const std::string& type) {
  const auto n = [](std::int64_t value) { return ParameterValue(value); };
  if (type == "sma_cross") return config_with(type, {{"fast", n(3)}, {"slow", n(8)}, {"quantity", n(100)}});
  if (type == "donchian_breakout") {
    return config_with(type, {{"entry", n(5)}, {"exit", n(3)}, {"atr", n(3)}, {"quantity", n(100)}});
  }
  if (type == "rsi_reversion") return config_with(type, {{"period", n(3)}, {"quantity", n(100)}});
  return config_with(type, {{"quantity", n(100)}});
}

/// Below the walk's prices, so that dp20 finds an uptrend every day.
std::vector<Bar> low_sessions() { return sessions_before(Date::from_ymd(2000, 1, 3), 200, "50"); }

class EveryStrategy : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryStrategy, ActsOnTheWalk) {
  std::size_t commands = 0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const BarSeries walk = minute_walk(kBars, seed, kTwoMinutes);
    commands += run_strategy(quick(GetParam()), walk.bars, kTwoMinutes, low_sessions()).log.commands.size();
  }
  EXPECT_GT(commands, 4U);
}

TEST_P(EveryStrategy, AsksForTheSameWhateverTheFutureBrings) {
  const EngineConfig config = quick(GetParam());
  const std::vector<Bar> daily = low_sessions();
  EXPECT_TRUE(rc::check("the commands up to a bar do not depend on the bars after it", [&] {
    const auto seed = *rc::gen::inRange<std::uint64_t>(0, 1'000);
    const auto known = *rc::gen::inRange<std::size_t>(1, kBars);
    const std::vector<Bar> bars = minute_walk(kBars, seed, kTwoMinutes).bars;
    std::vector<Bar> changed = bars;
    const std::vector<Bar> other = minute_walk(kBars, seed + 1'000, kTwoMinutes).bars;
    for (std::size_t i = known; i < changed.size(); ++i) changed[i] = other[i];
    const CommandLog one = run_strategy(config, bars, kTwoMinutes, daily).log;
    const CommandLog two = run_strategy(config, changed, kTwoMinutes, daily).log;
    const EventNumber last = one.bar_events[known - 1];
    RC_ASSERT(two.bar_events[known - 1] == last);
    const auto until = [&](const CommandLog& log) {
      std::vector<OrderCommand> result;
      for (const Asked& each : log.commands) {
        if (each.event <= last) result.push_back(each.command);
      }
      return result;
    };
    RC_ASSERT(until(one) == until(two));
  }));
}

INSTANTIATE_TEST_SUITE_P(LookAhead, EveryStrategy,
                         ::testing::Values("buy_and_hold", "sma_cross", "donchian_breakout", "rsi_reversion", "dp20"));

}  // namespace
}  // namespace bellwether
