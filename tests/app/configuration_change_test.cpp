// What differs between two configurations of an account, and what becomes of each difference.
#include "app/configuration_change.hpp"

#include <gmock/gmock.h>

#include "app/account_config.hpp"
#include "config/configuration.hpp"

namespace bellwether {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

AppConfig config_of(std::vector<std::string> settings = {}) {
  std::vector<std::string> all = {
      "market_data.source=simulated", "data.symbols=AAPL,MSFT",
      R"(strategies=[{"id":"trend","type":"sma_cross"},{"id":"swing","type":"rsi_reversion"}])"};
  all.insert(all.end(), settings.begin(), settings.end());
  auto loaded = load_configuration({"", {}, all}, StrategyRegistry::built_in().types());
  if (const auto* errors = std::get_if<std::vector<Error>>(&loaded)) ADD_FAILURE() << errors->front().text();
  return std::get<AppConfig>(loaded);
}

std::vector<std::string> texts(const ConfigurationChange& change) {
  std::vector<std::string> all;
  for (const KeyChange& key : change.keys) all.push_back(text_of(key));
  return all;
}

TEST(ConfigurationChange, EqualConfigurationsDifferInNothing) {
  const ConfigurationChange change = change_of(config_of(), config_of(), true);
  EXPECT_THAT(change.keys, IsEmpty());
  EXPECT_FALSE(change.decides);
}

TEST(ConfigurationChange, WhatMayChangeIsTaken) {
  const AppConfig wanted = config_of({"risk.drawdown=0.2", "fees.per_share=0.01", "data.symbols=AAPL,MSFT,QQQ",
                                      "strategies.trend.parameters.fast=7", "output.report_trades_max=10"});
  const ConfigurationChange change = change_of(config_of(), wanted, true);
  EXPECT_THAT(
      texts(change),
      ElementsAre("data.symbols: [\"AAPL\",\"MSFT\"] -> [\"AAPL\",\"MSFT\",\"QQQ\"]", "fees.per_share: 0 -> 0.01",
                  "output.report_trades_max: 1000 -> 10", "risk.drawdown: null -> 0.2",
                  "strategies.swing.symbols: [\"AAPL\",\"MSFT\"] -> [\"AAPL\",\"MSFT\",\"QQQ\"]",
                  "strategies.trend.parameters.fast: 10 -> 7",
                  "strategies.trend.symbols: [\"AAPL\",\"MSFT\"] -> [\"AAPL\",\"MSFT\",\"QQQ\"]"));
  EXPECT_TRUE(change.decides);
  EXPECT_EQ(canonical_configuration(change.config), canonical_configuration(wanted));
}

TEST(ConfigurationChange, StrategiesGoByTheirIdsWhateverTheirPlaces) {
  const std::string other_order =
      R"(strategies=[{"id":"swing","type":"rsi_reversion"},{"id":"trend","type":"sma_cross"}])";
  EXPECT_THAT(change_of(config_of(), config_of({other_order}), true).keys, IsEmpty());
  const auto gone = change_of(config_of(), config_of({R"(strategies=[{"id":"trend","type":"sma_cross"}])"}), true);
  EXPECT_THAT(texts(gone), Contains("strategies.swing.type: \"rsi_reversion\" -> absent"));
}

TEST(ConfigurationChange, WhatMakesTheAccountIsRefusedAndTheRestTaken) {
  const AppConfig wanted = config_of({"account.initial_cash=5", "run.log=other.db", "risk.drawdown=0.3"});
  for (const bool running : {true, false}) {
    const ConfigurationChange change = change_of(config_of(), wanted, running);
    ASSERT_EQ(change.keys.size(), 3U);
    EXPECT_EQ(change.keys[0].outcome, ChangeOutcome::Refused);
    EXPECT_THAT(change.keys[0].reason, HasSubstr("begun"));
    EXPECT_EQ(change.keys[1].outcome, ChangeOutcome::Taken);
    EXPECT_EQ(change.keys[2].outcome, ChangeOutcome::Refused);
    EXPECT_EQ(change.config.account.initial_cash, config_of().account.initial_cash);
    EXPECT_EQ(change.config.run.log, config_of().run.log);
    EXPECT_EQ(change.config.risk.drawdown, 0.3);
    EXPECT_TRUE(change.decides);
  }
  EXPECT_FALSE(change_of(config_of(), config_of({"account.initial_cash=5"}), true).decides);
}

TEST(ConfigurationChange, WhatTheProcessReadsOnceWaitsForItsNextStart) {
  const AppConfig wanted = config_of({"api.port=9999", "run.segment_events_max=7", "clock.rate=2"});
  const ConfigurationChange running = change_of(config_of(), wanted, true);
  ASSERT_EQ(running.keys.size(), 3U);
  for (const KeyChange& key : running.keys) EXPECT_EQ(key.outcome, ChangeOutcome::NextStart) << key.key;
  EXPECT_EQ(running.config.api.port, config_of().api.port);
  EXPECT_EQ(running.config.clock.rate, 1);
  const ConfigurationChange starting = change_of(config_of(), wanted, false);
  for (const KeyChange& key : starting.keys) EXPECT_EQ(key.outcome, ChangeOutcome::Taken) << key.key;
  EXPECT_EQ(starting.config.run.segment_events_max, 7U);
}

TEST(AccountConfig, IsReadBackFromASegmentsMetadata) {
  AccountSetup setup{config_of({"risk.drawdown=0.2"}),
                     {{"gone.retired", {"IBM", "MSFT"}, true}, {"x.retired", {"IBM"}}}};
  const auto read = setup_of(metadata_of(setup), StrategyRegistry::built_in());
  ASSERT_TRUE(std::holds_alternative<AccountSetup>(read));
  EXPECT_EQ(std::get<AccountSetup>(read).retired, setup.retired);
  EXPECT_EQ(canonical_configuration(std::get<AccountSetup>(read).config), canonical_configuration(setup.config));
  EXPECT_THAT(setup.symbols(), ElementsAre("AAPL", "MSFT", "IBM"));
  const EngineConfig engine = account_engine_config(setup);
  ASSERT_EQ(engine.strategies.size(), 5U);
  EXPECT_EQ(engine.strategies[2].id, "gone.retired");
  EXPECT_THAT(engine.strategies[2].instruments, ElementsAre(2, 1));
  EXPECT_TRUE(engine.strategies[2].parameters.boolean("close"));
  EXPECT_FALSE(engine.strategies[3].parameters.boolean("close"));
  EXPECT_EQ(engine.strategies[4].id, "manual");
}

TEST(AccountConfig, BadMetadataAreRefused) {
  const StrategyRegistry registry = StrategyRegistry::built_in();
  const Metadata sound = metadata_of({config_of(), {}});
  const auto refused = [&](const std::string& key, const std::string& value) {
    Metadata metadata = sound;
    metadata[key] = value;
    return std::holds_alternative<std::vector<Error>>(setup_of(metadata, registry));
  };
  EXPECT_TRUE(std::holds_alternative<std::vector<Error>>(setup_of({}, registry)));
  EXPECT_TRUE(refused("configuration", "{"));
  EXPECT_TRUE(refused("configuration", R"({"risk":{"drawdown":9}})"));
  for (const char* retired : {"trend keep AAPL\n", "trend.retired AAPL\n", "trend.retired keep\n", "x"}) {
    EXPECT_TRUE(refused("retired", retired)) << retired;
  }
  EXPECT_FALSE(refused("retired", "trend.retired keep AAPL\n"));
}

TEST(AccountConfig, VersionsCompareByTheirNumbers) {
  EXPECT_EQ(compare_versions("0.1.0", "0.1.0"), 0);
  EXPECT_EQ(compare_versions("0.1", "0.1.0"), 0);
  EXPECT_LT(compare_versions("0.9.2", "0.10.0"), 0);
  EXPECT_GT(compare_versions("1.0.0", "0.99.99"), 0);
  EXPECT_LT(compare_versions("", "0.0.1"), 0);
}

}  // namespace
}  // namespace bellwether
