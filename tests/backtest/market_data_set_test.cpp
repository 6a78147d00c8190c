// Market data as a run gets them from folders of one's own.
#include "backtest/market_data_set.hpp"

#include <gmock/gmock.h>

#include "backtest/backtest.hpp"
#include "tests/backtest/sample_run.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bellwether {
namespace {

constexpr const char* kHold = R"(strategies=[{"type":"buy_and_hold","parameters":{"quantity":100}}])";
constexpr const char* kHeader = "timestamp,open,high,low,close,volume\n";

class MarketDataSetTest : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((folder_.path() / name).parent_path());
    folder_.file(name, text);
  }

  AppConfig config(std::vector<std::string> settings) {
    settings.push_back("data.directory=" + folder_.path().string());
    return sample_config(settings);
  }

  Expected<MarketDataSet> load(const AppConfig& config) {
    return MarketDataSet::load(config, StrategyRegistry::built_in());
  }

  /// "type time" of each event of the feed, in UTC.
  static std::vector<std::string> told(const MarketDataSet& data) {
    std::vector<std::string> result;
    MarketFeed feed = data.feed();
    for (Event event; feed.next(event);) {
      result.push_back(std::string(token(event.type)) + " " + format_rfc3339(event.time).substr(5, 11));
    }
    return result;
  }

  TemporaryFolder folder_;
};

using Strings = std::vector<std::string>;

TEST_F(MarketDataSetTest, TakesPricesAsTheyAreWithoutAdjustmentFactors) {
  write("daily/A.csv", std::string(kHeader) + "2013-10-07,1,3,1,2,10\n2013-10-08,2,3,1,3,10\n");
  const auto data = load(config({"data.symbols=A", kHold}));
  ASSERT_TRUE(data) << data.error().text();
  EXPECT_EQ(data->prices().at(0).bars.back().close, Price::from_int(3));
  EXPECT_EQ(data->warnings(), Strings{"A: no adjustment factors, prices are taken as they are"});
  const auto raw = load(config({"data.symbols=A", kHold, "data.adjustment=raw"}));
  ASSERT_TRUE(raw);
  EXPECT_EQ(raw->warnings(), Strings{});
}

TEST_F(MarketDataSetTest, RefusesAdjustmentFactorsThatCannotBeRead) {
  write("daily/A.csv", std::string(kHeader) + "2013-10-07,1,3,1,2,10\n");
  write("adjustment/A.csv", "date,price_factor\n2013-10-07,1\n");
  EXPECT_FALSE(load(config({"data.symbols=A", kHold})));
}

// Hours run from full hours of the clock; the session of 2013-10-07 is 13:30 to 20:00 UTC.
TEST_F(MarketDataSetTest, StartsTheHourThatContainsTheOpenAtTheOpen) {
  write("hour/A.csv", std::string(kHeader) +
                          "2013-10-07T12:00:00Z,1,1,1,1,1\n2013-10-07T13:00:00Z,2,2,2,2,2\n"
                          "2013-10-07T14:00:00Z,3,3,3,3,3\n2013-10-07T20:00:00Z,4,4,4,4,4\n");
  const std::vector<std::string> settings = {"data.symbols=A", "data.timeframe=hour", kHold};
  const auto data = load(config(settings));
  ASSERT_TRUE(data) << data.error().text();
  EXPECT_EQ(told(*data),
            (Strings{"session_open 10-07T13:30", "bar 10-07T14:00", "bar 10-07T15:00", "session_close 10-07T20:00"}));
  // Bought at the first bar's close, filled at the open of the second.
  const auto result = run_backtest(config(settings), StrategyRegistry::built_in(), *data, {});
  ASSERT_TRUE(result);
  ASSERT_EQ(result->record.fills.size(), 1U);
  EXPECT_EQ(result->record.fills.front().report.last_price, Price::from_int(3));
  EXPECT_EQ(format_rfc3339(result->record.fills.front().report.time), "2013-10-07T14:00:00Z");

  std::vector<std::string> extended = settings;
  extended.emplace_back("data.extended_hours=true");
  EXPECT_EQ(told(*load(config(extended))),
            (Strings{"bar 10-07T13:00", "session_open 10-07T13:30", "bar 10-07T14:00", "bar 10-07T15:00",
                     "session_close 10-07T20:00", "bar 10-07T21:00"}));
}

// A 2:1 split: whoever holds 100 shares of 10 has 200 of 5 before the first trade of the ex-date.
TEST_F(MarketDataSetTest, AppliesASplitBeforeThePreMarketOfItsExDate) {
  write("minute/A/2013-10-07.csv",
        std::string(kHeader) + "2013-10-07T13:30:00Z,10,10,10,10,1000\n2013-10-07T13:31:00Z,10,10,10,10,1000\n");
  write("minute/A/2013-10-08.csv",
        std::string(kHeader) + "2013-10-08T12:00:00Z,5,5,5,5,1000\n2013-10-08T13:30:00Z,5,5,5,5,1000\n");
  write("adjustment/A.csv", "date,price_factor,split_factor\n2013-10-07,1,0.5\n");
  const AppConfig split =
      config({"data.symbols=A", "data.timeframe=minute", "data.extended_hours=true", "data.adjustment=raw", kHold});
  const auto data = load(split);
  ASSERT_TRUE(data) << data.error().text();
  EXPECT_EQ(told(*data), (Strings{"session_open 10-07T13:30", "bar 10-07T13:31", "bar 10-07T13:32",
                                  "session_close 10-07T20:00", "corporate_action 10-08T12:00", "bar 10-08T12:01",
                                  "session_open 10-08T13:30", "bar 10-08T13:31", "session_close 10-08T20:00"}));
  const auto result = run_backtest(split, StrategyRegistry::built_in(), *data, {});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->statistics.max_drawdown, 0.0);
  EXPECT_EQ(result->statistics.final_equity, result->statistics.initial_equity);
}

TEST_F(MarketDataSetTest, MakesLongerBarsFromMinutes) {
  std::string text = kHeader;
  for (int minute = 30; minute < 40; ++minute) {
    const std::string price = std::to_string(minute);
    text += "2013-10-07T13:" + price + ":00Z," + price + "," + price + "," + price + "," + price + ",1\n";
  }
  write("minute/A/2013-10-07.csv", text);
  const auto data = load(config({"data.symbols=A", "data.timeframe=minute", "data.interval=5m", kHold}));
  ASSERT_TRUE(data) << data.error().text();
  EXPECT_EQ(told(*data),
            (Strings{"session_open 10-07T13:30", "bar 10-07T13:35", "bar 10-07T13:40", "session_close 10-07T20:00"}));
  const Bar& second = data->prices().at(0).bars[1];
  EXPECT_EQ(second.open, Price::from_int(35));
  EXPECT_EQ(second.close, Price::from_int(39));
  EXPECT_EQ(second.volume, Quantity::from_int(5));
  // An hour that the close cuts short is known at the close: 19:30 to 20:00.
  write("minute/B/2013-10-07.csv", std::string(kHeader) + "2013-10-07T19:45:00Z,1,1,1,1,1\n");
  EXPECT_EQ(told(*load(config({"data.symbols=B", "data.timeframe=minute", "data.interval=1h", kHold}))),
            (Strings{"session_open 10-07T13:30", "bar 10-07T20:00", "session_close 10-07T20:00"}));
}

constexpr const char* kTrades = "timestamp,price,size\n";

TEST_F(MarketDataSetTest, FillsFromTradesWhatStrategiesAskForOnBarsMadeOfThem) {
  write("tick/A/2013-10-07.trades.csv", std::string(kTrades) +
                                            "2013-10-07T13:29:59Z,9,100\n2013-10-07T13:30:00.5Z,10,100\n"
                                            "2013-10-07T13:30:30Z,11,100\n2013-10-07T13:31:00Z,12,100\n"
                                            "2013-10-07T13:32:05Z,13,100\n");
  const AppConfig ticks = config({"data.symbols=A", "data.timeframe=tick", "data.adjustment=raw", kHold});
  const auto data = load(ticks);
  ASSERT_TRUE(data) << data.error().text();
  // The bar of 13:30 is known at 13:31, before the trade of that instant.
  EXPECT_EQ(told(*data), (Strings{"session_open 10-07T13:30", "trade 10-07T13:30", "trade 10-07T13:30",
                                  "bar 10-07T13:31", "trade 10-07T13:31", "bar 10-07T13:32", "trade 10-07T13:32",
                                  "bar 10-07T13:33", "session_close 10-07T20:00"}));
  const auto result = run_backtest(ticks, StrategyRegistry::built_in(), *data, {});
  ASSERT_TRUE(result);
  ASSERT_EQ(result->record.fills.size(), 1U);
  EXPECT_EQ(result->record.fills.front().report.last_price, Price::from_int(12));
  EXPECT_EQ(format_rfc3339(result->record.fills.front().report.time), "2013-10-07T13:31:00Z");
}

TEST_F(MarketDataSetTest, FillsAtTheAskOfAQuote) {
  write("tick/A/2013-10-07.trades.csv", std::string(kTrades) + "2013-10-07T13:30:00.5Z,10,100\n");
  write("tick/A/2013-10-07.quotes.csv",
        "timestamp,bid,bid_size,ask,ask_size\n2013-10-07T13:30:01Z,9,500,9.5,500\n2013-10-07T13:31:01Z,10,500,10.5,"
        "500\n");
  const AppConfig ticks = config({"data.symbols=A", "data.timeframe=tick", kHold});
  const auto data = load(ticks);
  ASSERT_TRUE(data) << data.error().text();
  const auto result = run_backtest(ticks, StrategyRegistry::built_in(), *data, {});
  ASSERT_TRUE(result);
  ASSERT_EQ(result->record.fills.size(), 1U);
  EXPECT_EQ(result->record.fills.front().report.last_price, *Price::parse("10.5"));
}

TEST_F(MarketDataSetTest, AdjustsTradesAndQuotes) {
  write("tick/A/2013-10-07.trades.csv", std::string(kTrades) + "2013-10-07T13:30:00Z,10,100\n");
  write("tick/A/2013-10-08.trades.csv", std::string(kTrades) + "2013-10-08T13:30:00Z,5,100\n");
  write("adjustment/A.csv", "date,price_factor,split_factor\n2013-10-07,1,0.5\n");
  const auto data = load(config({"data.symbols=A", "data.timeframe=tick", kHold}));
  ASSERT_TRUE(data) << data.error().text();
  std::vector<std::string> trades;
  MarketFeed feed = data->feed();
  for (Event event; feed.next(event);) {
    if (event.type != EventType::Trade) continue;
    trades.push_back(event.trade.size.to_string() + " at " + event.trade.price.to_string());
  }
  EXPECT_EQ(trades, (Strings{"200 at 5", "100 at 5"}));
}

TEST_F(MarketDataSetTest, HoldsTheBenchmarkThroughItsSplitsAndDividends) {
  // 2:1 before the 9th; 1 of 10 as dividend before the 10th.
  write("daily/A.csv", std::string(kHeader) +
                           "2013-10-07,20,20,20,20,1\n2013-10-08,20,20,20,20,1\n2013-10-09,10,10,10,10,1\n"
                           "2013-10-10,9,9,9,9,1\n");
  write("adjustment/A.csv", "date,price_factor,split_factor\n2013-10-08,0.9,0.5\n2013-10-09,0.9,1\n");
  const AppConfig compared =
      config({"data.symbols=A", "data.adjustment=raw", "data.start=2013-10-08", "statistics.benchmark=A", kHold});
  const auto data = load(compared);
  ASSERT_TRUE(data) << data.error().text();
  ASSERT_EQ(data->benchmark().size(), 4U);
  for (const Bar& bar : data->benchmark()) EXPECT_EQ(bar.close, Price::from_int(9));
}

TEST_F(MarketDataSetTest, RunsOnMinutesAloneAndSaysWhatAStrategyLacks) {
  write("minute/A/2013-10-07.csv", std::string(kHeader) + "2013-10-07T13:30:00Z,1,1,1,1,1\n");
  const AppConfig lacking =
      config({"data.symbols=A", "data.timeframe=minute", "data.adjustment=raw", R"(strategies=[{"type":"dp20"}])"});
  const auto data = load(lacking);
  ASSERT_TRUE(data) << data.error().text();
  // One minute of 390 has a bar: 389 / 390 = 99.7 %.
  EXPECT_EQ(data->caveats(),
            (Strings{"A: daily bars of 0 sessions before 2013-10-07; dp20 does not trade before it knows 200",
                     "A: 99.7 % of the bars within its sessions are lacking"}));
  const auto result = run_backtest(lacking, StrategyRegistry::built_in(), *data, {});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->caveats().back(), data->caveats().back());
}

TEST_F(MarketDataSetTest, SaysThatDailyHistoryEndsTooEarly) {
  std::string daily = kHeader;
  for (const Session& session :
       SessionCalendar::us_equity().between(*Date::parse("2012-12-12"), *Date::parse("2013-10-03"))) {
    daily += session.date.to_string() + ",1,1,1,1,1\n";
  }
  write("daily/A.csv", daily);
  write("minute/A/2013-10-07.csv", std::string(kHeader) + "2013-10-07T13:30:00Z,1,1,1,1,1\n");
  const auto data = load(
      config({"data.symbols=A", "data.timeframe=minute", "data.adjustment=raw", R"(strategies=[{"type":"dp20"}])"}));
  ASSERT_TRUE(data) << data.error().text();
  EXPECT_EQ(data->caveats().front(),
            "A: daily bars end on 2013-10-03, before the session of 2013-10-04; dp20 does not "
            "trade on a session without the close before it");
}

TEST_F(MarketDataSetTest, WarnsOfEveryBadRowAndGapWithItsLine) {
  write("daily/A.csv", std::string(kHeader) + "2013-10-07,1,1,1,1,1\n2013-10-08,1,1,2,1,1\n2013-10-09,1,1,1,1,1\n");
  const auto data = load(config({"data.symbols=A", "data.adjustment=raw", kHold}));
  ASSERT_TRUE(data) << data.error().text();
  ASSERT_EQ(data->warnings().size(), 3U);
  EXPECT_EQ(data->warnings()[0], "A: 3 rows, 1 dropped (1 inconsistent range), 1 sessions missing");
  EXPECT_THAT(data->warnings()[1],
              testing::HasSubstr("daily/A.csv, line 3, column 14: inconsistent range: high 1 is below low 2"));
  EXPECT_THAT(data->warnings()[2], testing::HasSubstr("daily/A.csv, line 4, column 1: gap: 1 session missing"));
}

// Worked out by hand. Closes 10, 11, 12, 11, 11: the average of one crosses that of two upward on the second day and
// downward on the fourth. Bought 10 at the third open, 11.5, sold at the fifth, 11; each order costs 1.
TEST_F(MarketDataSetTest, GivesTheActivityOfARunWorkedOutByHand) {
  write("daily/A.csv", std::string(kHeader) +
                           "2013-10-07,10,10,10,10,100\n2013-10-08,11,11,11,11,100\n2013-10-09,11.5,12,11.5,12,100\n"
                           "2013-10-10,12,12,11,11,100\n2013-10-11,11,11,11,11,100\n");
  const AppConfig crossing =
      config({"data.symbols=A", "data.adjustment=raw", "account.initial_cash=1000", "fees.per_order=1",
              R"(strategies=[{"type":"sma_cross","parameters":{"fast":1,"slow":2,"quantity":10}}])"});
  const auto data = load(crossing);
  ASSERT_TRUE(data) << data.error().text();
  const auto result = run_backtest(crossing, StrategyRegistry::built_in(), *data, {});
  ASSERT_TRUE(result);
  const Statistics& statistics = result->statistics;
  EXPECT_EQ(statistics.trades, 1U);
  EXPECT_EQ(statistics.total_fees, Money::from_int(2));
  EXPECT_EQ(statistics.average_holding_time, std::chrono::hours(48));
  EXPECT_EQ(statistics.exposure, 0.4);  // The third and the fourth bar of five.
  // Equity at the closes: 1000, 1000, 1000 - 115 - 1 + 120 = 1004, 994, 884 + 110 - 1 = 993.
  EXPECT_EQ(statistics.final_equity, Money::from_int(993));
  EXPECT_NEAR(statistics.turnover.value(), (115.0 + 110.0) / (4991.0 / 5.0), 1e-12);
  EXPECT_EQ(statistics.cagr, std::nullopt);  // Five sessions say nothing about a year.
  EXPECT_EQ(statistics.sharpe, std::nullopt);
  EXPECT_EQ(result->caveats(), Strings{});
}

}  // namespace
}  // namespace bellwether
