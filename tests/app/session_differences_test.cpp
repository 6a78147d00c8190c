#include "app/session_differences.hpp"

#include "app/session_log.hpp"
#include "config/configuration.hpp"
#include "tests/backtest/sample_run.hpp"
#include "tests/support/source_path.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bellwether {
namespace {

using testing::HasSubstr;
using testing::Not;

AppConfig config_with(std::vector<std::string> more) {
  std::vector<std::string> settings = {"data.symbols=AAPL", "data.start=2005-01-03", "data.end=2005-01-31",
                                       "data.directory=" + source_path("data"), R"(strategies=[{"type":"sma_cross"}])"};
  settings.insert(settings.end(), more.begin(), more.end());
  return sample_config(settings);
}

std::string recorded(const AppConfig& config) { return canonical_json(effective_configuration(config)); }

TEST(SessionDifferences, NamesEachKeyWithBothValues) {
  const std::string before = recorded(config_with({"account.initial_cash=1000"}));
  const AppConfig now = config_with({"account.initial_cash=2000", "strategies.0.parameters.fast=7"});
  const std::vector<std::string> differences = configuration_differences(before, now);
  ASSERT_EQ(differences.size(), 2u);
  EXPECT_EQ(differences[0].find("account.initial_cash is "), 0u);
  EXPECT_THAT(differences[0], HasSubstr("1000"));
  EXPECT_THAT(differences[0], HasSubstr("2000"));
  EXPECT_EQ(differences[1].find("strategies.0.parameters.fast is "), 0u);
  EXPECT_THAT(differences[1], HasSubstr("7 now"));
}

TEST(SessionDifferences, NamesWhatOnlyOneSideHas) {
  const AppConfig one = config_with({});
  const AppConfig two = config_with({"data.symbols=AAPL,MSFT"});
  EXPECT_THAT(listed(configuration_differences(recorded(one), two)), HasSubstr("absent in the log"));
  EXPECT_THAT(listed(configuration_differences(recorded(two), one)), HasSubstr("absent now"));
}

TEST(SessionDifferences, SaysNothingOfKeysThatDecideNoResult) {
  EXPECT_TRUE(
      configuration_differences(recorded(config_with({"run.keep_logs=2"})), config_with({"run.keep_logs=3"})).empty());
}

TEST(SessionDifferences, ComparesValuesToTheirEnd) {
  const std::string same(300, 'd');
  const auto found = data_differences("a.csv " + same + "1\n", "a.csv " + same + "2\n");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_LT(found[0].size(), 300u);
  const AppConfig now = config_with(
      {"data.symbols=AAPL,MSFT", R"(strategies=[{"id":")" + std::string(60, 'x') + R"(1","type":"sma_cross"}])"});
  std::string before = recorded(now);
  before.replace(before.find("x1\""), 2, "x2");
  EXPECT_EQ(configuration_differences(before, now).size(), 1u);
}

TEST(SessionDifferences, SaysSoWhereTheLogsConfigurationCannotBeRead) {
  EXPECT_EQ(listed(configuration_differences("{", config_with({}))), "what differs cannot be told");
}

TEST(SessionDifferences, NamesFilesThatChangedCameOrWent) {
  EXPECT_EQ(data_differences("a.csv 11\nb.csv 22\n", "b.csv 23\nc d.csv 33\n"),
            (std::vector<std::string>{"a.csv is 11 in the log and absent now", "b.csv is 22 in the log and 23 now",
                                      "c d.csv is absent in the log and 33 now"}));
}

TEST(SessionDifferences, ListsTheFirstOfVeryMany) {
  const std::string text = listed(std::vector<std::string>(25, "x"));
  EXPECT_EQ(std::count(text.begin(), text.end(), 'x'), 20);
  EXPECT_THAT(text, HasSubstr("and 5 more"));
}

TEST(SessionDifferences, ARefusedRestartNamesThem) {
  const TemporaryFolder folder;
  const StrategyRegistry registry = StrategyRegistry::built_in();
  const auto open = [&](std::vector<std::string> settings) {
    AppConfig config = config_with(std::move(settings));
    config.run.log = (folder.path() / "session.db").string();
    return open_session_log(config, *MarketDataSet::load(config, registry));
  };
  ASSERT_TRUE(open({}).has_value());
  const auto configuration = open({"account.initial_cash=5000"});
  ASSERT_FALSE(configuration.has_value());
  EXPECT_THAT(configuration.error().message, HasSubstr("account.initial_cash is"));
  EXPECT_THAT(configuration.error().message, Not(HasSubstr("data.end")));
}

}  // namespace
}  // namespace bellwether
