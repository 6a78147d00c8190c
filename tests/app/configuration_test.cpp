#include "config/configuration.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "app/config_command.hpp"
#include "config/configuration_schema.hpp"
#include "engine/manual_strategy.hpp"
#include "tests/support/source_path.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bellwether {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// A configuration file and what overrides it, loaded with the built-in strategies.
class ConfigurationTest : public testing::Test {
 protected:
  AppConfig loaded(const std::string& text) {
    const auto result = load(text);
    for (const std::string& error : messages(result)) ADD_FAILURE() << error;
    return std::holds_alternative<AppConfig>(result) ? std::get<AppConfig>(result) : AppConfig();
  }
  std::vector<std::string> errors(const std::string& text) { return messages(load(text)); }

  std::vector<std::string> environment_;
  std::vector<std::string> settings_;
  std::vector<ConfigurationFlag> flags_;
  TemporaryFolder folder_;

 private:
  LoadedConfiguration load(const std::string& text) {
    const std::string path = folder_.file("c.json", text);
    auto result = load_configuration({path, environment_, settings_, flags_}, StrategyRegistry::built_in().types());
    if (auto* list = std::get_if<std::vector<Error>>(&result)) {
      for (Error& error : *list) {
        if (error.field == path) error.field = "c.json";
      }
    }
    return result;
  }

 protected:
  static std::vector<std::string> messages(const LoadedConfiguration& result) {
    std::vector<std::string> texts;
    if (const auto* list = std::get_if<std::vector<Error>>(&result)) {
      for (const Error& error : *list) texts.push_back(error.text());
    }
    return texts;
  }
};

TEST_F(ConfigurationTest, EmptyObjectGivesDefaults) {
  const AppConfig config = loaded("{}");
  EXPECT_EQ(config.mode, Mode::Paper);
  EXPECT_EQ(config.account.initial_cash, Money::from_int(100'000));
  EXPECT_EQ(config.api.host, "127.0.0.1");
  EXPECT_TRUE(config.api.token_file.empty());
  EXPECT_TRUE(config.api.allowed_hosts.names.empty());
  EXPECT_EQ(config.api.port, 8080u);
  EXPECT_EQ(config.risk.drawdown, std::nullopt);
  EXPECT_TRUE(config.run.durable);
}

TEST_F(ConfigurationTest, ReadsEveryKindOfValue) {
  const AppConfig config = loaded(R"({
    "data": {"symbols": ["AAPL", "BRK.B"], "start": "2005-01-03", "timeframe": "minute", "strict": true,
             "synthetic_seed": 7},
    "risk": {"stale_data_age": "90s", "orders_per_second": 5, "drawdown": 0.25, "order_notional": null},
    "run": {"speed": 60}, "fills": {"slippage": "ticks"}, "instruments": {"tick": 0.05}})");
  EXPECT_THAT(config.data.symbols, ElementsAre("AAPL", "BRK.B"));
  EXPECT_EQ(config.data.start, Date::from_ymd(2005, 1, 3));
  EXPECT_EQ(config.data.timeframe, Timeframe::Minute);
  EXPECT_TRUE(config.data.strict);
  EXPECT_EQ(config.data.synthetic_seed, 7u);
  EXPECT_EQ(config.risk.stale_data_age, Duration(std::chrono::seconds(90)));
  EXPECT_EQ(config.risk.orders_per_second, 5u);
  EXPECT_EQ(config.risk.drawdown, 0.25);
  EXPECT_EQ(config.risk.order_notional, std::nullopt);
  EXPECT_EQ(config.run.speed, (RunSpeed{RunSpeed::Kind::Factor, 60}));
  EXPECT_EQ(config.fills.slippage, SlippageModel::Ticks);
  EXPECT_EQ(config.instruments.tick, *Price::parse("0.05"));
}

TEST_F(ConfigurationTest, ReadsDecimalsFromTheirDigits) {
  // 9007199254.740993 needs 54 bits of mantissa: through a double its last digit would be lost.
  EXPECT_EQ(loaded(R"({"account": {"initial_cash": 9007199254.740993}})").account.initial_cash.raw(),
            9'007'199'254'740'993);
  EXPECT_EQ(loaded(R"({"account": {"initial_cash": "9007199254.740993"}})").account.initial_cash.raw(),
            9'007'199'254'740'993);
  EXPECT_THAT(errors(R"({"account": {"initial_cash": 0.1234567}})"),
              ElementsAre("account.initial_cash: found 0.1234567, allowed is a decimal number from 0.01 to "
                          "10000000000 with at most 6 decimal places"));
}

TEST_F(ConfigurationTest, ReportsAllErrorsAtOnce) {
  EXPECT_THAT(
      errors(R"({
    "acount": {"leverage": 2}, "account": {"leverge": 2, "shorting": "yes"}, "data": {"timeframe": "weekly"},
    "api": {"port": 70000}, "risk": 5, "run": {"log": ""}, "fees": {"per_order": []}, "output": {"directory": null}})"),
      ElementsAre("acount.leverage: is not a configuration key; did you mean account.leverage?",
                  "account.leverge: is not a configuration key; did you mean account.leverage?",
                  "account.shorting: found \"yes\", allowed is true or false",
                  "data.timeframe: found \"weekly\", allowed is one of daily, hour, minute, tick",
                  "api.port: found 70000, allowed is a whole number from 0 to 65535",
                  "risk: found 5, allowed is an object", "run.log: found \"\", allowed is a text that is not empty",
                  "fees.per_order: found [], allowed is a decimal number from 0 to 10000 with at most "
                  "6 decimal places",
                  "output.directory: found null, allowed is a text that is not empty"));
}

TEST_F(ConfigurationTest, RefusesWrongDatesDurationsAndSymbols) {
  EXPECT_THAT(errors(R"({"data": {"start": "2005-02-30", "symbols": ["../x"]}, "risk": {"stale_data_age": "5"}})"),
              ElementsAre("data.start: found \"2005-02-30\", allowed is a date such as 2005-01-31, or null",
                          "data.symbols: found [\"../x\"], allowed is a list of different symbols of letters, digits, "
                          "'.', '-' and '_'",
                          "risk.stale_data_age: found \"5\", allowed is a length of time such as 500ms, 90s, 15m or "
                          "1h, or null"));
  EXPECT_THAT(errors(R"({"data": {"start": "2010-01-01", "end": "2009-12-31"}})"),
              ElementsAre("data.start: found 2010-01-01, which is after data.end, 2009-12-31"));
}

TEST_F(ConfigurationTest, ReadsNamesOfHostsWithoutPort) {
  EXPECT_THAT(loaded(R"({"api": {"allowed_hosts": ["a.example", "b-2.example"]}})").api.allowed_hosts.names,
              ElementsAre("a.example", "b-2.example"));
  for (const char* bad : {R"(["a.example:80"])", R"(["http://a.example"])", R"(["a", "a"])", R"([""])", R"(["*"])",
                          R"("a.example")", R"([5])"}) {
    EXPECT_THAT(errors(std::string(R"({"api": {"allowed_hosts": )") + bad + "}}"),
                ElementsAre(HasSubstr("api.allowed_hosts: found")))
        << bad;
  }
  settings_ = {"api.allowed_hosts=a.example,b.example"};
  EXPECT_THAT(loaded("{}").api.allowed_hosts.names, ElementsAre("a.example", "b.example"));
}

TEST_F(ConfigurationTest, SaysLineAndColumnOfASyntaxError) {
  // The comma at the end of line 3 is followed by the brace in column 3 of line 4.
  const auto found = errors("{\n  \"account\": {\n    \"leverage\": 2,\n  }\n}\n");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found[0], testing::StartsWith("c.json: line 4, column 3: syntax error"));
  EXPECT_THAT(errors("{\"account\": {\"leverage\": 1e999}}"), ElementsAre(HasSubstr("number overflow")));
}

TEST_F(ConfigurationTest, RefusesADuplicateKey) {
  EXPECT_THAT(errors(R"({"account": {"leverage": 1, "shorting": true, "leverage": 2}})"),
              ElementsAre("c.json: the key \"leverage\" in account is given twice"));
}

TEST_F(ConfigurationTest, DuplicateKeyHidesNoOtherError) {
  settings_ = {"api.port=-1"};
  EXPECT_THAT(
      errors(R"({"account": {"leverage": 1, "leverage": 0}, "risk": 5, "risk": {"drawdown": 2},
                         "data": {"symbols": ["IBM"]},
                         "strategies": [{"type": "sma_cross", "parameters": {"fast": 60}}]})"),
      ElementsAre("c.json: the key \"leverage\" in account is given twice", "c.json: the key \"risk\" is given twice",
                  "account.leverage: found 0, allowed is a number from 0.01 to 100",
                  "risk: found 5, allowed is an object",
                  "risk.drawdown: found 2, allowed is a number from 0 to 1, or null",
                  "api.port (from --set): found -1, allowed is a whole number from 0 to 65535",
                  "strategies.0.parameters.fast: found 60, must be below slow (50)"));
}

TEST_F(ConfigurationTest, OtherErrorsHideNoContradiction) {
  EXPECT_THAT(errors(R"({"account": {"initial_cash": -1}, "data": {"symbols": 5},
                         "strategies": [{"type": "sma_cross", "id": "!"},
                                        {"type": "sma_cross", "parameters": {"fast": 60}}]})"),
              ElementsAre(HasSubstr("account.initial_cash: found -1"), HasSubstr("data.symbols: found 5"),
                          HasSubstr("strategies.0.id: found"),
                          "strategies.1.parameters.fast: found 60, must be below slow (50)"));
}

TEST_F(ConfigurationTest, UnreadableFileHidesNoErrorOfOverrides) {
  settings_ = {"nonsense"};
  EXPECT_THAT(errors("{"), ElementsAre(HasSubstr("c.json: line 1"), "--set: found 'nonsense', allowed is KEY=VALUE"));
}

TEST_F(ConfigurationTest, RefusesAVariableThatNamesNoKey) {
  environment_ = {"BELLWETHER_ACCOUNT_INITIAL_CASH=5", "BELLWETHER_NOTHING_OF_OURS_AT_ALL=1", "BELLWETHERS=1"};
  EXPECT_THAT(errors("{}"), ElementsAre(AllOf(HasSubstr("BELLWETHER_ACCOUNT_INITIAL_CASH: is the variable of no "
                                                        "configuration key; did you mean "
                                                        "BELLWETHER_ACCOUNT__INITIAL_CASH"),
                                              testing::EndsWith("?")),
                                        HasSubstr("BELLWETHER_NOTHING_OF_OURS_AT_ALL: is the variable of no")));
}

TEST_F(ConfigurationTest, ErrorsOfFlagsNameTheFlag) {
  flags_ = {{"--start", "data.start", "yesterday"}, {"--port", "api.port", "1"}};
  settings_ = {"api.port=2"};
  EXPECT_THAT(errors("{}"), ElementsAre(HasSubstr("data.start (from --start): found \"yesterday\"")));
  flags_.erase(flags_.begin());
  EXPECT_EQ(loaded("{}").api.port, 2u);
}

TEST_F(ConfigurationTest, LoggingIsKnownBeforeTheRestIsRight) {
  settings_ = {"logging.level=loud"};
  const std::string path = folder_.file("l.json", R"({"logging": {"format": "json"}, "acount": 1})");
  const LoggingConfig logging = logging_configuration({path, {}, settings_});
  EXPECT_EQ(logging.format, LogFormat::JsonLines);
  EXPECT_EQ(logging.level, LogLevel::Info);
}

TEST_F(ConfigurationTest, SettingsMayNotChangeTheResultOfWhatWasRecorded) {
  const JsonValue recorded = effective_configuration(
      loaded(R"({"data": {"symbols": ["IBM"], "directory": "x"}, "strategies": [{"type": "sma_cross"}]})"));
  const StrategyRegistry registry = StrategyRegistry::built_in();
  const auto check = [&](const std::vector<std::string>& settings) {
    return check_configuration(recorded, registry.types(), settings);
  };
  const auto allowed = check({"data.directory=y", "logging.format=json", "account.leverage=1"});
  ASSERT_TRUE(std::holds_alternative<AppConfig>(allowed));
  EXPECT_EQ(std::get<AppConfig>(allowed).data.directory, "y");
  EXPECT_EQ(std::get<AppConfig>(allowed).logging.format, LogFormat::JsonLines);
  EXPECT_THAT(messages(check({"account.leverage=2", "strategies.0.parameters.fast=3"})),
              ElementsAre(HasSubstr("account.leverage (from --set): would change the result"),
                          HasSubstr("strategies (from --set): would change the result")));
  EXPECT_THAT(messages(check({"api.prot=1"})), ElementsAre(HasSubstr("did you mean api.port?")));
}

TEST_F(ConfigurationTest, RefusesWhatIsNoConfiguration) {
  EXPECT_THAT(errors(""), ElementsAre("c.json: is empty"));
  EXPECT_THAT(errors(" \n"), ElementsAre("c.json: is empty"));
  EXPECT_THAT(errors("[1]"), ElementsAre("c.json: found [1], allowed is an object"));
  EXPECT_THAT(errors(std::string(100, '[')), ElementsAre("c.json: is nested more than 32 levels deep"));
  EXPECT_THAT(errors(std::string(kConfigurationBytesMax + 1, ' ')),
              ElementsAre("c.json: is larger than 1048576 bytes"));
  const auto missing = load_configuration({"/nonexistent/c.json", {}, {}}, {});
  EXPECT_THAT(std::get<std::vector<Error>>(missing).at(0).text(), HasSubstr("/nonexistent/c.json"));
}

TEST_F(ConfigurationTest, RefusesLiveTrading) {
  EXPECT_THAT(errors(R"({"mode": "live"})"), ElementsAre("mode: live is not available yet; allowed is paper"));
}

TEST_F(ConfigurationTest, EnvironmentOverridesTheFileAndSetOverridesBoth) {
  environment_ = {"PATH=/bin", "BELLWETHER_ACCOUNT__LEVERAGE=2", "BELLWETHER_API__PORT=1",
                  "BELLWETHER_DATA__SYMBOLS=IBM,MSFT"};
  settings_ = {
      "api.port=2",   "data.directory=2005", "output.directory=a=b", "risk.stale_data_age=15m", "data.start=2005-01-03",
      "run.speed=max"};
  const AppConfig config = loaded(R"({"account": {"leverage": 4}, "api": {"port": 3}})");
  EXPECT_EQ(config.account.leverage, 2);
  EXPECT_EQ(config.api.port, 2u);
  EXPECT_THAT(config.data.symbols, ElementsAre("IBM", "MSFT"));
  EXPECT_EQ(config.data.directory, "2005");
  EXPECT_EQ(config.output.directory, "a=b");
  EXPECT_EQ(config.risk.stale_data_age, Duration(std::chrono::minutes(15)));
  EXPECT_EQ(config.data.start, Date::from_ymd(2005, 1, 3));
  EXPECT_EQ(config.run.speed.kind, RunSpeed::Kind::Max);
}

TEST_F(ConfigurationTest, ErrorsOfOverridesNameTheirOrigin) {
  environment_ = {"BELLWETHER_ACCOUNT__LEVERAGE=much", "BELLWETHER_ACOUNT__LEVERAGE=1"};
  settings_ = {"api.port=-1", "nonsense", "api.prot=1", "api.port.x=1"};
  EXPECT_THAT(errors(R"({"api": {"port": 5}})"),
              ElementsAre("--set: found 'nonsense', allowed is KEY=VALUE",
                          "api.port.x (from --set): api.port has no keys below it",
                          "api.port (from --set): found -1, allowed is a whole number from 0 to 65535",
                          "api.prot (from --set): is not a configuration key; did you mean api.port?",
                          "account.leverage (from BELLWETHER_ACCOUNT__LEVERAGE): found \"much\", allowed is a number "
                          "from 0.01 to 100",
                          "acount.leverage (from BELLWETHER_ACOUNT__LEVERAGE): is not a configuration key; did you "
                          "mean account.leverage?"));
}

TEST_F(ConfigurationTest, FillsInTheDefaultsOfAStrategy) {
  const AppConfig config = loaded(R"({"data": {"symbols": ["IBM", "AAPL"]},
    "strategies": [{"type": "sma_cross", "parameters": {"fast": 5}},
                   {"type": "sma_cross", "id": "b", "symbols": ["AAPL"]}]})");
  ASSERT_EQ(config.strategies.size(), 2u);
  EXPECT_EQ(config.strategies[0].id, "sma_cross");
  EXPECT_THAT(config.strategies[0].symbols, ElementsAre("IBM", "AAPL"));
  EXPECT_EQ(config.strategies[0].parameters.integer("fast"), 5);
  EXPECT_EQ(config.strategies[0].parameters.integer("slow"), 50);
  const EngineConfig engine = engine_config(config);
  EXPECT_THAT(engine.strategies[1].instruments, ElementsAre(InstrumentIndex{1}));
  EXPECT_FALSE(manual_strategy(engine));
  const EngineConfig session = session_engine_config(config);
  EXPECT_EQ(manual_strategy(session), StrategyIndex{2});
  EXPECT_THAT(session.strategies[2].instruments, ElementsAre(InstrumentIndex{0}, InstrumentIndex{1}));
  EXPECT_EQ(engine.instruments[1].symbol, "AAPL");
}

TEST_F(ConfigurationTest, ChecksStrategiesAgainstTheirDeclarations) {
  EXPECT_THAT(errors(R"({"data": {"symbols": ["IBM"]}, "strategies": [
      {"type": "sma_cros"}, {"id": "x y", "type": "sma_cross", "symbol": ["IBM"]}, 5,
      {"type": "sma_cross", "symbols": ["AAPL"], "parameters": {"fast": 0, "speed": 1, "slow": null}}, {}]})"),
              ElementsAre("strategies.0.type: found \"sma_cros\", allowed is one of buy_and_hold, sma_cross, "
                          "donchian_breakout, rsi_reversion, dp20; did you mean sma_cross?",
                          "strategies.1.symbol: is not a configuration key; did you mean strategies.1.symbols?",
                          "strategies.1.id: found \"x y\", allowed are 1 to 64 letters, digits, '_' and '-'",
                          "strategies.2: found 5, allowed is an object with type, id, symbols, parameters",
                          "strategies.3.symbols: found \"AAPL\", allowed are the symbols in data.symbols",
                          "strategies.3.parameters.slow: found null, allowed is a number, a text, true or false",
                          "strategies.3.parameters.fast: found 0, allowed is a whole number from 1 to 5000",
                          "strategies.3.parameters.speed: is not a parameter; there are fast, slow, short, quantity, "
                          "allocation",
                          "strategies.4.type: is missing; allowed is one of buy_and_hold, sma_cross, "
                          "donchian_breakout, rsi_reversion, dp20"));
}

TEST_F(ConfigurationTest, KeepsTheIdUnderWhichOrdersByHandStand) {
  EXPECT_THAT(errors(R"({"strategies": [{"type": "sma_cross", "id": "manual"}]})"),
              ElementsAre("strategies.0.id: found \"manual\", under which orders by hand stand; name it otherwise"));
}

TEST_F(ConfigurationTest, RefusesTwoStrategiesOfOneIdAndParametersThatContradict) {
  EXPECT_THAT(errors(R"({"strategies": [{"type": "sma_cross"}, {"type": "sma_cross"}]})"),
              ElementsAre("strategies.1.id: found \"sma_cross\", which another strategy has; each needs its own"));
  EXPECT_THAT(errors(R"({"data": {"symbols": ["IBM"]},
                         "strategies": [{"type": "sma_cross", "parameters": {"fast": 60}}]})"),
              ElementsAre("strategies.0.parameters.fast: found 60, must be below slow (50)"));
}

TEST_F(ConfigurationTest, SetReachesIntoStrategiesByPlaceAndId) {
  settings_ = {"strategies.0.parameters.fast=3", "strategies.b.parameters.slow=30", "strategies.b.symbols=IBM"};
  const std::string text = R"({"data": {"symbols": ["AAPL", "IBM"]},
                               "strategies": [{"type": "sma_cross"}, {"type": "sma_cross", "id": "b"}]})";
  const AppConfig config = loaded(text);
  EXPECT_EQ(config.strategies.at(0).parameters.integer("fast"), 3);
  EXPECT_EQ(config.strategies.at(1).parameters.integer("slow"), 30);
  EXPECT_THAT(config.strategies.at(1).symbols, ElementsAre("IBM"));
  settings_ = {"strategies.c.parameters.slow=30"};
  EXPECT_THAT(errors(text),
              ElementsAre("strategies.c.parameters.slow (from --set): there is no entry 'c' in strategies"));
}

TEST_F(ConfigurationTest, EffectiveConfigurationReadsBackToItself) {
  settings_ = {"data.symbols=IBM", "risk.stale_data_age=90s", "run.speed=2.5", "fees.per_share=0.000166",
               R"(strategies=[{"type":"sma_cross"}])"};
  const JsonValue effective = effective_configuration(loaded("{}"));
  settings_.clear();
  EXPECT_EQ(pretty_json(effective_configuration(loaded(pretty_json(effective)))), pretty_json(effective));
}

TEST_F(ConfigurationTest, CanonicalTextDependsOnWhatDecidesTheResultAlone) {
  const std::string base = canonical_configuration(loaded("{}"));
  EXPECT_EQ(canonical_configuration(loaded(R"({"api": {"port": 1}, "data": {"directory": "x"}})")), base);
  EXPECT_EQ(canonical_configuration(loaded(R"({"account": {"initial_cash": "100000.00"}})")), base);
  EXPECT_NE(canonical_configuration(loaded(R"({"account": {"initial_cash": 100000.01}})")), base);
  EXPECT_THAT(
      base, testing::StartsWith(
                R"({"account":{"cash_shortfall":"borrow","initial_cash":100000,"leverage":1,"maintenance_long":0.25,)"
                R"("maintenance_short":0.3,"shorting":false},"clock":{"sessions":"us_equity"},"data":{"adjustment":)"));
}

TEST_F(ConfigurationTest, ReceiptConfigurationReadsBackToTheSameHash) {
  const AppConfig config = loaded(R"({"data": {"symbols": ["IBM"], "directory": "x"},
                                      "strategies": [{"type": "sma_cross"}]})");
  const auto again = check_configuration(receipt_configuration(config), StrategyRegistry::built_in().types());
  ASSERT_TRUE(std::holds_alternative<AppConfig>(again));
  EXPECT_EQ(canonical_configuration(std::get<AppConfig>(again)), canonical_configuration(config));
  EXPECT_EQ(std::get<AppConfig>(again).data.directory, "x");
}

TEST(ConfigurationSchema, DefaultsAreAllowed) {
  for (const ConfigKey& key : config_keys()) {
    AppConfig config;
    EXPECT_TRUE(assign(key, config_value(key, config), config)) << key.path;
  }
}

TEST(ConfigurationSchema, PathsAndVariablesAreUnique) {
  std::vector<std::string> names;
  for (const ConfigKey& key : config_keys()) names.push_back(key.environment_name());
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
  EXPECT_EQ(find_config_key("account.initial_cash")->environment_name(), "BELLWETHER_ACCOUNT__INITIAL_CASH");
}

TEST(ConfigurationSchema, CommittedDocumentationIsTheGeneratedOne) {
  EXPECT_EQ(file_text(source_path("config/README.md")), configuration_markdown(StrategyRegistry::built_in().types()))
      << "write it again with: bellwether config --markdown > config/README.md";
  const std::string text = file_text(source_path("config/README.md"));
  for (const ConfigKey& key : config_keys()) {
    EXPECT_THAT(text, testing::HasSubstr("| `" + std::string(key.path) + "` |"));
  }
}

TEST(ConfigurationSchema, JsonSchemaIsJson) {
  const auto schema = parse_json(configuration_json_schema(StrategyRegistry::built_in().types()), "schema");
  ASSERT_TRUE(schema) << schema.error().text();
  const JsonValue& port = *schema->find("properties")->find("api")->find("properties")->find("port");
  EXPECT_EQ(port.find("type")->text, "integer");
  EXPECT_EQ(port.find("maximum")->text, "65535");
}

TEST(ConfigurationExamples, EveryExampleLoads) {
  std::size_t examples = 0;
  for (const auto& entry : std::filesystem::directory_iterator(source_path("config"))) {
    if (entry.path().extension() != ".json") continue;
    ++examples;
    std::ostringstream out;
    std::ostringstream err;
    EXPECT_EQ(config_command({entry.path().string(), {}, {}}, ConfigView::Effective, out, err), 0)
        << entry.path() << '\n'
        << err.str();
    EXPECT_THAT(file_text(source_path("config/README.md")), HasSubstr("`" + entry.path().filename().string() + "`"));
  }
  EXPECT_EQ(examples, 6u);
}

TEST(NearestName, FindsTyposAndKeysOfOtherGroups) {
  constexpr std::string_view kNames[] = {"account.leverage", "api.port", "run.log"};
  EXPECT_EQ(nearest_name("acount.leverge", kNames), "account.leverage");
  EXPECT_EQ(nearest_name("port", kNames), "api.port");
  EXPECT_EQ(nearest_name("something.else.entirely", kNames), "");
}

TEST_F(ConfigurationTest, ATickIsACentOfRawPricesAndFinerInAdjustedOnes) {
  const auto tick = [&](const char* text) {
    settings_ = {"data.symbols=AAPL"};
    return engine_config(loaded(text)).instruments.at(0).tick.to_string();
  };
  EXPECT_EQ(tick(R"({"data":{"adjustment":"raw"}})"), "0.01");
  EXPECT_EQ(tick("{}"), "0.000001");
  EXPECT_EQ(tick(R"({"data":{"adjustment":"total"}})"), "0.000001");
  EXPECT_EQ(tick(R"({"instruments":{"tick":0.05}})"), "0.05");
}

TEST_F(ConfigurationTest, RefusesSlippageInTicksOfUnknownSize) {
  const char* const ticks = R"({"fills":{"slippage":"ticks","slippage_amount":1}})";
  EXPECT_THAT(errors(ticks), ElementsAre(HasSubstr("fills.slippage: found ticks, but a tick of adjusted prices")));
  settings_ = {"instruments.tick=0.01"};
  EXPECT_THAT(errors(ticks), testing::IsEmpty());
}

TEST_F(ConfigurationTest, RefusesBarsThatAreTooLongForAStrategy) {
  settings_ = {"data.symbols=AAPL"};
  const auto with = [&](const std::string& data) {
    return errors("{\"data\":{" + data + "},\"strategies\":[{\"type\":\"dp20\"}]}");
  };
  EXPECT_THAT(
      with(R"("timeframe":"hour")"),
      ElementsAre(HasSubstr("data.timeframe: gives bars of 60 minutes, but strategies.0 (dp20) works on bars of "
                            "2 minutes at most")));
  EXPECT_THAT(with(R"("timeframe":"daily")"), ElementsAre(HasSubstr("data.timeframe: gives bars of a day")));
  EXPECT_THAT(with(R"("timeframe":"minute","interval":"5m")"),
              ElementsAre(HasSubstr("data.interval: gives bars of 5 ")));
  EXPECT_THAT(with(R"("timeframe":"minute","interval":"2m")"), testing::IsEmpty());
  EXPECT_THAT(with(R"("timeframe":"tick")"), testing::IsEmpty());
  EXPECT_THAT(with(R"("synthetic_minutes":true)"), testing::IsEmpty());
}

TEST_F(ConfigurationTest, RefusesIntervalsThatCannotBeMade) {
  const auto with = [&](const char* data) { return errors(std::string("{\"data\":{") + data + "}}"); };
  EXPECT_THAT(with(R"("interval":"5m")"), ElementsAre("data.interval: needs data.timeframe minute or tick"));
  EXPECT_THAT(with(R"("timeframe":"minute","interval":"90s")"), ElementsAre(HasSubstr("whole minutes up to 1d")));
  EXPECT_THAT(with(R"("timeframe":"tick","interval":"90s")"), testing::IsEmpty());
  EXPECT_THAT(with(R"("timeframe":"tick","interval":"2d")"), ElementsAre(HasSubstr("up to 1d")));
  EXPECT_THAT(with(R"("timeframe":"minute","interval":"45m","extended_hours":true)"),
              ElementsAre(HasSubstr("divide 30m")));
  EXPECT_THAT(with(R"("timeframe":"minute","interval":"15m","extended_hours":true)"), testing::IsEmpty());
}

}  // namespace
}  // namespace bellwether
