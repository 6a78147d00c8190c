// A backtest is a function of its configuration and its data: many runs, alone and side by side, give the same bytes.
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "engine/backtest_runner.hpp"
#include "storage/file_bytes.hpp"
#include "tests/support/engine_setup.hpp"
#include "tests/support/market_walk.hpp"

namespace bellwether {
namespace {

constexpr int kRuns = 20;

/// Two symbols' minute walks; all that costs, slips and limits is on.
struct Scenario {
  explicit Scenario(const std::string& strategy) {
    config = testing::config_with(strategy, {}, {"A", "B"});
    config.account.leverage = 2;
    config.fees.per_order = Money::from_int(1);
    config.fees.per_share = *Money::parse("0.005");
    config.fees.basis_points = 0.5;
    config.fees.sec_fee_per_million = *Money::parse("27.8");
    config.fills.participation = 0.2;
    config.fills.slippage = SlippageModel::SquareRootImpact;
    config.fills.slippage_amount = 0.01;
    config.risk.drawdown = 0.9;
    for (std::uint64_t seed : {11, 12}) walks.push_back(testing::minute_walk(4'000, seed));
  }

  /// SHA-256 of everything that the record of one run holds. Touches nothing outside of itself, so any thread may.
  [[nodiscard]] std::string run(bool fast_runs = true) const {
    std::vector<FeedSource> sources;
    for (std::size_t i = 0; i < walks.size(); ++i) {
      FeedSource source;
      source.instrument = static_cast<InstrumentIndex>(i);
      source.bars = walks[i].bars;
      source.interval = walks[i].interval;
      sources.push_back(source);
    }
    auto runner = BacktestRunner::make(config, StrategyRegistry::built_in(),
                                       MarketFeed(sources, {}, SessionCalendar::us_equity()));
    if (!runner) return runner.error().text();
    (*runner)->set_fast_runs(fast_runs);
    (*runner)->run();
    const BacktestRunner::Parts parts = (*runner)->release();
    if (parts.recorder.record().fills.empty()) return "no fill";
    ByteWriter bytes;
    parts.recorder.save(bytes);
    return sha256_hex(bytes.str());
  }

  EngineConfig config;
  std::vector<BarSeries> walks;
};

class Determinism : public ::testing::TestWithParam<const char*> {};

TEST_P(Determinism, TwentyRunsGiveOneHash) {
  const Scenario scenario(GetParam());
  std::set<std::string> hashes;
  for (int i = 0; i < kRuns; ++i) hashes.insert(scenario.run());
  ASSERT_EQ(hashes.size(), 1U);
  EXPECT_EQ(hashes.begin()->size(), 64U) << *hashes.begin();
}

TEST_P(Determinism, TwentyRunsInTwoThreadsGiveTheHashOfARunAlone) {
  const Scenario scenario(GetParam());
  const std::string alone = scenario.run();
  ASSERT_EQ(alone.size(), 64U) << alone;
  std::vector<std::string> hashes(kRuns);
  const auto every_second = [&](std::size_t first) {
    for (std::size_t i = first; i < hashes.size(); i += 2) hashes[i] = scenario.run();
  };
  std::thread other(every_second, 1);
  every_second(0);
  other.join();
  for (const std::string& hash : hashes) EXPECT_EQ(hash, alone);
}

TEST_P(Determinism, RunsOfBarsInOneSweepGiveTheHashOfBarAfterBar) {
  Scenario scenario(GetParam());
  // Sweeps are for feeds of one source.
  scenario.walks.pop_back();
  const std::string swept = scenario.run(true);
  ASSERT_EQ(swept.size(), 64U) << swept;
  EXPECT_EQ(swept, scenario.run(false));
}

TEST_P(Determinism, OtherDataGivesAnotherHash) {
  Scenario scenario(GetParam());
  const std::string before = scenario.run();
  scenario.walks[1] = testing::minute_walk(4'000, 13);
  EXPECT_NE(scenario.run(), before);
}

INSTANTIATE_TEST_SUITE_P(BuiltInStrategies, Determinism,
                         ::testing::Values("buy_and_hold", "sma_cross", "donchian_breakout", "rsi_reversion"),
                         [](const auto& instance) { return std::string(instance.param); });

}  // namespace
}  // namespace bellwether
