// What the documentation says about code is what the code says, and the strategy it shows does what it says.
#include <fstream>
#include <sstream>

#include "config/account_state_json.hpp"
#include "engine/backtest_runner.hpp"
#include "storage/data_folder.hpp"
#include "tests/support/source_path.hpp"

namespace bellwether {

/// Of docs/example_strategy.cpp.
StrategyType falling_closes();

namespace {

std::string page(const std::string& name) {
  std::ifstream file(source_path("docs/" + name));
  EXPECT_TRUE(file) << name;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string row(std::initializer_list<std::string_view> cells) {
  std::string text = "|";
  for (std::string_view cell : cells) text += " " + std::string(cell) + " |";
  return text + "\n";
}

std::string in_code(std::string_view word) { return "`" + std::string(word) + "`"; }

TEST(Documentation, OperatorPageListsEveryDenyReasonAsTheCodeDoes) {
  std::string table = row({"Reason", "What was exceeded", "When it clears"}) + "|---|---|---|\n";
  for (const DenyReasonText& each : kDenyReasons) table += row({in_code(each.token), each.what, each.clears});
  EXPECT_NE(page("operator.md").find("\n" + table + "\n"), std::string::npos) << "docs/operator.md should hold\n"
                                                                              << table;
}

TEST(Documentation, StrategiesPageListsEveryBuiltInStrategyAndParameter) {
  std::string table = row({"Strategy", "Parameter", "Default", "Meaning"}) + "|---|---|---|---|\n";
  const StrategyRegistry registry = StrategyRegistry::built_in();
  for (const StrategyType& type : registry.types()) {
    table += row({in_code(type.name), "", "", type.meaning});
    for (const ParameterSpec& each : type.parameters) {
      table += row({"", in_code(each.name), in_code(to_string(each.default_value)), each.meaning});
    }
  }
  EXPECT_NE(page("strategies.md").find("\n" + table + "\n"), std::string::npos) << "docs/strategies.md should hold\n"
                                                                                << table;
}

TEST(Documentation, AccountStatePageShowsADocumentAsItIsWritten) {
  const std::string text = page("account-state.md");
  const std::size_t from = text.find("```json\n") + 8;
  const std::string example = text.substr(from, text.find("```", from) - from);
  const auto state = account_state_of(example);
  ASSERT_TRUE(state) << state.error().text();
  EXPECT_EQ(text_of(*state), example);
}

TEST(Documentation, StrategiesPageShowsTheExampleAsItIsCompiled) {
  EXPECT_NE(page("strategies.md").find("```cpp\n" + page("example_strategy.cpp") + "```\n"), std::string::npos);
}

/// A run of the example over IBM's bundled daily bars, prices as traded, and its configuration.
struct ExampleRun {
  ExampleRun(std::int64_t closes, Date first, Date last) {
    registry.add(falling_closes());
    Instrument ibm;
    ibm.symbol = "IBM";
    config.instruments.push_back(ibm);
    const std::vector<std::pair<std::string, ParameterValue>> given{{"closes", closes}};
    auto checked = Parameters::check(registry.find("falling_closes")->parameters, given);
    config.strategies.push_back({"example", "falling_closes", {0}, std::get<Parameters>(checked)});
    auto loaded =
        DataFolder::open(source_path("data"))->load_bars("IBM", Timeframe::Daily, first, last, ReadMode::Strict);
    EXPECT_TRUE(loaded);
    series = std::move(loaded->rows);
  }

  std::unique_ptr<BacktestRunner> runner() const {
    FeedSource source;
    source.instrument = 0;
    source.bars = series.bars;
    source.interval = series.interval;
    auto made = BacktestRunner::make(config, registry, MarketFeed({source}, {}, SessionCalendar::us_equity()));
    EXPECT_TRUE(made);
    return std::move(*made);
  }

  StrategyRegistry registry = StrategyRegistry::built_in();
  EngineConfig config;
  BarSeries series;
};

// Closes of data/daily/IBM.csv from 2000-03-01: 100.25, 103.12, 108, 103.06, 103, 106.25, 108, 105.25. The second fall
// in a row is that of 2000-03-07, so 100 shares are bought at the next open, 103; the close of 2000-03-08 rises, so
// they are sold at the open after it, 106.5. Gain: 350.
TEST(ExampleStrategy, BuysAfterTwoFallingClosesAndSellsAfterARisingOne) {
  const ExampleRun run(2, Date::from_ymd(2000, 3, 1), Date::from_ymd(2000, 3, 10));
  const auto runner = run.runner();
  runner->run();
  const SessionRecord& record = runner->record();
  ASSERT_EQ(record.fills.size(), 2U);
  EXPECT_EQ(record.fills[0].report.side, Side::Buy);
  EXPECT_EQ(record.fills[0].report.last_quantity, Quantity::from_int(100));
  EXPECT_EQ(record.fills[0].report.last_price, Price::from_int(103));
  EXPECT_EQ(record.fills[0].report.time, run.series.bars[5].start);
  EXPECT_EQ(record.fills[1].report.side, Side::Sell);
  EXPECT_EQ(record.fills[1].report.last_price, Price::from_raw(106'500'000'000));
  EXPECT_EQ(record.fills[1].report.time, run.series.bars[6].start);
  EXPECT_EQ(record.account.cash, Money::from_int(100'350));
}

TEST(ExampleStrategy, ContinuesFromASnapshotAsIfNothingHadHappened) {
  const ExampleRun run(3, Date::from_ymd(2000, 3, 1), Date::from_ymd(2001, 3, 1));
  const auto whole = run.runner();
  whole->run();
  const auto before = run.runner();
  for (int step = 0; step < 200; ++step) before->step();
  ByteWriter state;
  before->save(state);
  const auto after = run.runner();
  ByteReader reader(state.str());
  after->load(reader);
  after->set_recorder(before->recorder());  // A snapshot leaves it out.
  ASSERT_TRUE(reader.ok());
  after->run();
  EXPECT_GT(whole->record().fills.size(), 10U);
  EXPECT_EQ(after->record().fills, whole->record().fills);
  EXPECT_EQ(after->record().account.cash, whole->record().account.cash);
}

}  // namespace
}  // namespace bellwether
