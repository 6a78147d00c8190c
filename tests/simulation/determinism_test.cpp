// A backtest is a function of its configuration and its data: many runs, alone and side by side, give the same bytes.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <thread>

#include "engine/backtest_runner.hpp"
#include "storage/file_bytes.hpp"
#include "tests/support/engine_setup.hpp"
#include "tests/support/market_walk.hpp"

namespace bellwether {
namespace {

constexpr int kRuns = 20;

/// Two symbols' minute walks, or one that is long enough for dp20's 200 closes; all that costs, slips and limits is on.
struct Scenario {
  explicit Scenario(const std::string& strategy) {
    const bool dp20 = strategy == "dp20";
    config =
        testing::config_with(strategy, {}, dp20 ? std::vector<std::string>{"A"} : std::vector<std::string>{"A", "B"});
    config.account.leverage = 2;
    config.fees.per_order = Money::from_int(1);
    config.fees.per_share = *Money::parse("0.005");
    config.fees.basis_points = 0.5;
    config.fees.sec_fee_per_million = *Money::parse("27.8");
    config.fills.participation = 0.2;
    config.fills.slippage = SlippageModel::SquareRootImpact;
    config.fills.slippage_amount = 0.01;
    config.risk.drawdown = 0.9;
    if (dp20) {
      walks.push_back(testing::minute_walk(230 * 195, 7, std::chrono::minutes(2)));
    } else {
      for (std::uint64_t seed : {11, 12}) walks.push_back(testing::minute_walk(4'000, seed));
    }
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

constexpr const char* kChild = "BELLWETHER_DETERMINISM_CHILD";

/// What a process of its own, which runs the test `name` of this binary, prints as its hash.
std::string hash_of_another_process(const std::string& name) {
  const std::string binary = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string command = std::string(kChild) + "=1 '" + binary + "' --gtest_filter='" + name + "'";
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return "cannot be started";
  std::string output;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
  ::pclose(pipe);
  const std::string mark = "\nhash ";
  const std::size_t at = output.find(mark);
  return at == std::string::npos ? output : output.substr(at + mark.size(), 64);
}

TEST_P(Determinism, AnotherProcessGivesTheSameHash) {
  const std::string hash = Scenario(GetParam()).run();
  ASSERT_EQ(hash.size(), 64U) << hash;
  if (std::getenv(kChild) != nullptr) {
    std::printf("\nhash %s\n", hash.c_str());
    return;
  }
  const ::testing::TestInfo& self = *::testing::UnitTest::GetInstance()->current_test_info();
  EXPECT_EQ(hash_of_another_process(std::string(self.test_suite_name()) + "." + self.name()), hash);
}

TEST_P(Determinism, RunsOfBarsInOneSweepGiveTheHashOfBarAfterBar) {
  Scenario scenario(GetParam());
  // Sweeps are for feeds of one source.
  scenario.walks.resize(1);
  const std::string swept = scenario.run(true);
  ASSERT_EQ(swept.size(), 64U) << swept;
  EXPECT_EQ(swept, scenario.run(false));
}

TEST_P(Determinism, OtherDataGivesAnotherHash) {
  Scenario scenario(GetParam());
  const std::string before = scenario.run();
  BarSeries& last = scenario.walks.back();
  last = testing::minute_walk(last.bars.size(), 13, last.interval);
  EXPECT_NE(scenario.run(), before);
}

INSTANTIATE_TEST_SUITE_P(BuiltInStrategies, Determinism,
                         ::testing::Values("buy_and_hold", "sma_cross", "donchian_breakout", "rsi_reversion", "dp20"),
                         [](const auto& instance) { return std::string(instance.param); });

}  // namespace
}  // namespace bellwether
