// A folder of market data: the bundled one, small ones made here, and the optional larger one beside the project.
#include "storage/data_folder.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "engine/aggregation.hpp"
#include "engine/synthetic.hpp"
#include "storage/file_bytes.hpp"
#include "tests/support/source_path.hpp"

namespace bellwether {
namespace {

namespace fs = std::filesystem;

constexpr Date kFirst = Date::from_ymd(1998, 1, 1);
constexpr Date kLast = Date::from_ymd(2030, 12, 31);
Date date(const char* text) { return *Date::parse(text); }

class DataFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "bellwether_folder_XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const fs::path& relative, const std::string& text) {
    fs::create_directories((folder_ / relative).parent_path());
    std::ofstream(folder_ / relative) << text;
  }
  DataFolder opened() { return *DataFolder::open(folder_); }

  fs::path folder_;
};

constexpr const char* kHeader = "timestamp,open,high,low,close,volume\n";

TEST_F(DataFolderTest, NamesThePathThatIsNoDataFolder) {
  EXPECT_EQ(DataFolder::open(folder_ / "none").error().text(),
            (folder_ / "none").string() + ": there is no such folder");
  EXPECT_THAT(DataFolder::open(folder_).error().text(), testing::HasSubstr("has none of the folders daily"));
  write("file", "x");
  EXPECT_THAT(DataFolder::open(folder_ / "file").error().text(), testing::HasSubstr("is a file"));
}

TEST_F(DataFolderTest, StampsDailyBarsWithTheOpenAndRefusesOtherDates) {
  // 2013-10-12 is a Saturday; 2013-11-04 follows the end of daylight time.
  const std::string text = std::string(kHeader) + "2013-10-11,1,1,1,1,1\n2013-10-12,1,1,1,1,1\n2013-11-04,1,1,1,1,1\n";
  write("daily/A.csv", text);
  const auto loaded = opened().load_bars("A", Timeframe::Daily, kFirst, kLast, ReadMode::DropBadRows);
  ASSERT_TRUE(loaded) << loaded.error().text();
  ASSERT_EQ(loaded->rows.bars.size(), 2u);
  EXPECT_EQ(format_rfc3339(loaded->rows.bars[0].start), "2013-10-11T13:30:00Z");
  EXPECT_EQ(format_rfc3339(loaded->rows.bars[1].start), "2013-11-04T14:30:00Z");
  EXPECT_EQ(loaded->rows.interval, kDailyInterval);
  EXPECT_EQ(loaded->report.count(RowProblem::NotASession), 1u);
  EXPECT_EQ(loaded->report.first.at(0).line, 3u);
  EXPECT_EQ(loaded->report.first.at(0).message, "2013-10-12 is no session of the US equity market");
  EXPECT_EQ(loaded->report.missing_sessions, 15u);  // 14 to 18, 21 to 25, 28 to 31 October, 1 November.
  EXPECT_EQ(loaded->sha256, sha256_hex(text));
  EXPECT_EQ(loaded->files, std::vector<std::string>{"daily/A.csv"});
  const auto strict = opened().load_bars("A", Timeframe::Daily, kFirst, kLast, ReadMode::Strict);
  ASSERT_FALSE(strict);
  EXPECT_THAT(strict.error().text(), testing::HasSubstr("A.csv: 1 bad row, 1 gap\n  line 3, column 1: not a session"));
}

TEST_F(DataFolderTest, SaysWhichSymbolsAndDatesThereAre) {
  write("daily/A.csv", std::string(kHeader) + "2013-10-10,1,1,1,1,1\n2013-10-11,1,1,1,1,1\n");
  write("daily/B.C.csv", kHeader);
  const DataFolder folder = opened();
  EXPECT_EQ(folder.symbols(Timeframe::Daily), (std::vector<std::string>{"A", "B.C"}));
  EXPECT_TRUE(folder.symbols(Timeframe::Minute).empty());
  const auto error = [&](const char* symbol, Date first, Date last) {
    const auto loaded = folder.load_bars(symbol, Timeframe::Daily, first, last, ReadMode::DropBadRows);
    return loaded ? "" : loaded.error().text();
  };
  EXPECT_EQ(error("X", kFirst, kLast),
            "symbol: no daily bars of 'X' in " + folder_.string() + "; symbols there: A, B.C");
  EXPECT_THAT(error("../daily/A", kFirst, kLast), testing::HasSubstr("symbols there: A, B.C"));
  EXPECT_EQ(error("A", date("2020-01-01"), date("2020-12-31")),
            "A: has no daily bars from 2020-01-01 to 2020-12-31; there are some from 2013-10-10 to 2013-10-11");
  EXPECT_EQ(error("A", date("2020-01-02"), date("2020-01-01")), "start: 2020-01-02 lies after the end, 2020-01-01");
  EXPECT_EQ(error("B.C", kFirst, kLast), (folder_ / "daily/B.C.csv").string() + ": the file has a header but no rows");
}

TEST_F(DataFolderTest, NamesAFileWithoutAnyUsableRow) {
  write("daily/A.csv", std::string(kHeader) + "2013-10-12,1,1,1,1,1\n");
  const auto loaded = opened().load_bars("A", Timeframe::Daily, kFirst, kLast, ReadMode::DropBadRows);
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().text(),
              testing::HasSubstr("A.csv: has no usable row: 1 rows, 1 dropped (1 not a session)"));
}

TEST_F(DataFolderTest, JoinsTheFilesOfMinutesInOrderAndCountsGaps) {
  const std::string first = std::string(kHeader) + "2013-10-10T12:00:00Z,1,1,1,1,1\n2013-10-10T13:30:00Z,1,1,1,1,1\n";
  // After hours of 2013-10-11 in New York, and a row of another date.
  const std::string second = std::string(kHeader) + "2013-10-11T23:59:00Z,1,1,1,1,1\n2013-10-12T13:30:00Z,1,1,1,1,1\n";
  write("minute/A/2013-10-11.csv", second);
  write("minute/A/2013-10-10.csv", first);
  write("minute/A/2013-10-09.csv", std::string(kHeader) + "2013-10-09T13:30:00Z,1,1,1,1,1\n");
  write("minute/A/notes.txt", "x");
  const auto loaded =
      opened().load_bars("A", Timeframe::Minute, date("2013-10-10"), date("2013-10-20"), ReadMode::DropBadRows);
  ASSERT_TRUE(loaded) << loaded.error().text();
  EXPECT_EQ(loaded->rows.bars.size(), 3u);
  EXPECT_EQ(loaded->rows.interval, kMinuteInterval);
  EXPECT_EQ(loaded->sha256, sha256_hex(first + second));
  EXPECT_EQ(loaded->files, (std::vector<std::string>{"minute/A/2013-10-10.csv", "minute/A/2013-10-11.csv"}));
  EXPECT_EQ(loaded->report.count(RowProblem::NotASession), 1u);
  // From 13:31 to the close, and all of the next session before the row of 23:59.
  EXPECT_EQ(loaded->report.missing_bars, 389u + 390u);
  const auto none =
      opened().load_bars("A", Timeframe::Minute, date("2014-10-10"), date("2014-10-20"), ReadMode::DropBadRows);
  EXPECT_EQ(none.error().text(),
            "A: has no minute bars from 2014-10-10 to 2014-10-20; there are some from 2013-10-09 to 2013-10-11");
}

TEST_F(DataFolderTest, ReadsTheTradesAndQuotesOfSomeDates) {
  const std::string trades = "timestamp,price,size\n";
  write("tick/A/2013-10-07.trades.csv", trades + "2013-10-07T13:30:00.5Z,10,100\n");
  write("tick/A/2013-10-08.trades.csv", trades + "2013-10-08T13:30:00.5Z,10,100\n2013-10-08T13:30:00.5Z,11,100\n");
  write("tick/A/2013-10-07.quotes.csv", "timestamp,bid,bid_size,ask,ask_size\n2013-10-07T13:30:00Z,10,1,11,2\n");
  const auto both = opened().load_ticks("A", date("2013-10-01"), date("2013-10-08"), ReadMode::Strict);
  ASSERT_TRUE(both) << both.error().text();
  EXPECT_EQ(both->rows.trades.size(), 3u);
  EXPECT_EQ(both->rows.quotes.size(), 1u);
  EXPECT_EQ(both->files.size(), 3u);
  EXPECT_EQ(opened().load_ticks("A", date("2013-10-08"), date("2013-10-08"), ReadMode::Strict)->rows.trades.size(), 2u);
  EXPECT_EQ(opened().load_ticks("A", date("2013-10-09"), date("2013-10-10"), ReadMode::Strict).error().text(),
            "A: has no trades or quotes from 2013-10-09 to 2013-10-10; there are some from 2013-10-07 to 2013-10-08");
  EXPECT_EQ(opened().load_ticks("B", date("2013-10-07"), date("2013-10-07"), ReadMode::Strict).error().text(),
            "symbol: no trades or quotes of 'B' in " + folder_.string() + "; symbols there: A");
  EXPECT_FALSE(opened().load_ticks("../A", date("2013-10-07"), date("2013-10-07"), ReadMode::Strict));
}

TEST_F(DataFolderTest, SaysBehindWhichRowWhatIsMissing) {
  // Hours on the clock: 12:00 is before the open, 13:00 contains it; 2013-11-29 closes at 18:00 UTC.
  write("hour/A.csv", std::string(kHeader) +
                          "2013-11-27T19:00:00Z,1,1,1,1,1\n2013-11-27T20:00:00Z,1,1,1,1,1\n"
                          "2013-11-29T14:00:00Z,1,1,1,1,1\n2013-11-29T16:00:00Z,1,1,1,1,1\n"
                          "2013-11-29T17:00:00Z,1,1,1,1,1\n2013-12-03T15:00:00Z,1,1,1,1,1\n");
  const auto loaded = opened().load_bars("A", Timeframe::Hour, kFirst, kLast, ReadMode::DropBadRows);
  ASSERT_TRUE(loaded) << loaded.error().text();
  EXPECT_EQ(loaded->rows.bars.size(), 6u);
  ASSERT_EQ(loaded->report.first.size(), 2u);
  EXPECT_EQ(loaded->report.first[0].line, 5u);
  EXPECT_EQ(loaded->report.first[0].message, "1 bar missing between 2013-11-29T14:00:00Z and 2013-11-29T16:00:00Z");
  EXPECT_EQ(loaded->report.first[1].line, 7u);
  EXPECT_EQ(loaded->report.first[1].message,
            "1 session and 1 bar missing between 2013-11-29T17:00:00Z and 2013-12-03T15:00:00Z");
  EXPECT_EQ(loaded->report.summary(), "6 rows, 1 sessions missing, 2 bars missing");
  const auto strict = opened().load_bars("A", Timeframe::Hour, kFirst, kLast, ReadMode::Strict);
  ASSERT_FALSE(strict);
  EXPECT_THAT(strict.error().text(), testing::HasSubstr("A.csv: 2 gaps\n  line 5, column 1: gap: 1 bar missing"));
}

TEST_F(DataFolderTest, FindsNoGapInAWeekWithAHoliday) {
  write("daily/A.csv", std::string(kHeader) + "2013-11-27,1,1,1,1,1\n2013-11-29,1,1,1,1,1\n2013-12-02,1,1,1,1,1\n");
  EXPECT_TRUE(opened().load_bars("A", Timeframe::Daily, kFirst, kLast, ReadMode::Strict));
}

TEST_F(DataFolderTest, HasNoFactorsForASymbolWithoutSuchAFile) {
  write("daily/A.csv", kHeader);
  const auto loaded = opened().load_adjustments("A");
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(loaded->rows.rows.empty());
  EXPECT_TRUE(loaded->files.empty());
}

TEST(BundledData, IsCleanAndComplete) {
  const auto folder = DataFolder::open(source_path("data"));
  ASSERT_TRUE(folder) << folder.error().text();
  EXPECT_EQ(folder->symbols(Timeframe::Daily), (std::vector<std::string>{"AAPL", "GOOG", "IBM", "MSFT"}));
  for (const std::string& symbol : folder->symbols(Timeframe::Daily)) {
    const auto loaded = folder->load_bars(symbol, Timeframe::Daily, kFirst, kLast, ReadMode::Strict);
    ASSERT_TRUE(loaded) << loaded.error().text();
    // Rows of the source's file for each symbol.
    EXPECT_EQ(loaded->rows.bars.size(), symbol == "GOOG" ? 2148u : 3270u);
    EXPECT_EQ(loaded->report.missing_sessions, 0u) << symbol;
  }
}

TEST(BundledData, GivesTheSplitsAndDividendsThatWerePaid) {
  const auto folder = DataFolder::open(source_path("data"));
  ASSERT_TRUE(folder);
  const auto actions = [&](const char* symbol) {
    const auto bars = folder->load_bars(symbol, Timeframe::Daily, kFirst, kLast, ReadMode::Strict);
    auto found = corporate_actions(folder->load_adjustments(symbol)->rows, bars->rows, AdjustmentMode::Raw);
    for (CorporateAction& each : found) each.price_ratio_billionths = 0;  // No company announces it.
    return found;
  };
  // As the companies announced them.
  EXPECT_EQ(actions("AAPL"), (std::vector<CorporateAction>{
                                 {date("2000-06-21"), 2'000'000'000, {}, 0},
                                 {date("2005-02-28"), 2'000'000'000, {}, 0},
                                 {date("2012-08-09"), 1'000'000'000, *Price::parse("2.65"), 0},
                                 {date("2012-11-07"), 1'000'000'000, *Price::parse("2.65"), 0},
                                 {date("2013-02-07"), 1'000'000'000, *Price::parse("2.65"), 0},
                             }));
  const auto microsoft = actions("MSFT");
  EXPECT_THAT(microsoft, testing::Contains(CorporateAction{date("2003-02-18"), 2'000'000'000, {}, 0}));
  EXPECT_THAT(microsoft,
              testing::Contains(CorporateAction{date("2004-11-15"), 1'000'000'000, *Price::parse("3.08"), 0}));
  EXPECT_TRUE(actions("GOOG").empty());
}

TEST(BundledData, ExpandsToMinutesThatAddUpToItsDays) {
  const auto folder = DataFolder::open(source_path("data"));
  ASSERT_TRUE(folder);
  const auto daily =
      folder->load_bars("IBM", Timeframe::Daily, date("2001-01-01"), date("2002-12-31"), ReadMode::Strict);
  ASSERT_TRUE(daily);
  const SessionCalendar& calendar = SessionCalendar::us_equity();
  BarAggregator aggregator(kDailyInterval, calendar);
  std::vector<Bar> days;
  for (const Bar& bar : expand_daily(daily->rows, calendar, 7).bars) aggregator.update(bar, kMinuteInterval, days);
  EXPECT_EQ(days, daily->rows.bars);
}

/// The larger data set beside the project, where it is there.
class SharedData : public testing::Test {
 protected:
  void SetUp() override {
    const char* const shared = std::getenv("BELLWETHER_SHARED");
    const fs::path path = (shared != nullptr ? fs::path(shared) : fs::path(source_path("../shared"))) / "data";
    std::error_code error;
    if (!fs::exists(path, error)) GTEST_SKIP() << "no optional test data in " << path;
    auto folder = DataFolder::open(path);
    ASSERT_TRUE(folder) << folder.error().text();
    folder_ = std::move(*folder);
  }
  std::optional<DataFolder> folder_;
};

TEST_F(SharedData, MinutesOfARegularSessionAddUpToTheDailyBar) {
  const Date day = date("2013-10-07");
  const auto minutes = folder_->load_bars("SPY", Timeframe::Minute, day, day, ReadMode::Strict);
  ASSERT_TRUE(minutes) << minutes.error().text();
  EXPECT_EQ(minutes->report.missing_bars, 0u);
  const auto daily = folder_->load_bars("SPY", Timeframe::Daily, day, day, ReadMode::DropBadRows);
  ASSERT_TRUE(daily) << daily.error().text();
  for (const int interval : {1, 2, 5, 60}) {
    BarAggregator middle(std::chrono::minutes(interval), SessionCalendar::us_equity());
    BarAggregator whole(kDailyInterval, SessionCalendar::us_equity());
    std::vector<Bar> bars;
    std::vector<Bar> days;
    for (const Bar& bar : minutes->rows.bars) middle.update(bar, kMinuteInterval, bars);
    for (const Bar& bar : bars) whole.update(bar, std::chrono::minutes(interval), days);
    EXPECT_EQ(days, daily->rows.bars) << interval;
  }
}

TEST_F(SharedData, ReadsTheTradesOfADay) {
  const auto ticks = folder_->load_ticks("SPY", date("2013-10-07"), date("2013-10-07"), ReadMode::Strict);
  ASSERT_TRUE(ticks) << ticks.error().text();
  EXPECT_EQ(ticks->rows.trades.size(), 250'601u);  // Lines of the file less its header; none is marked suspicious.
  EXPECT_EQ(format_rfc3339(ticks->rows.trades[0].time), "2013-10-07T08:00:00.464Z");
}

TEST_F(SharedData, FindsTheGapOfAThinlyTradedStart) {
  // EEM's file starts on 1998-01-06 and 1998-01-08; 7 January was a session.
  const auto loaded =
      folder_->load_bars("EEM", Timeframe::Daily, date("1998-01-01"), date("1998-01-08"), ReadMode::DropBadRows);
  ASSERT_TRUE(loaded) << loaded.error().text();
  EXPECT_EQ(loaded->report.first.at(0).line, 3u);
  EXPECT_EQ(loaded->report.first.at(0).message, "1 session missing between 1998-01-06 and 1998-01-08");
}

TEST_F(SharedData, DropsFewRowsOfAnyFile) {
  for (const Timeframe timeframe : {Timeframe::Daily, Timeframe::Hour, Timeframe::Minute}) {
    for (const std::string& symbol : folder_->symbols(timeframe)) {
      const auto loaded = folder_->load_bars(symbol, timeframe, kFirst, kLast, ReadMode::DropBadRows);
      ASSERT_TRUE(loaded) << loaded.error().text();
      EXPECT_LE(loaded->report.dropped * 1000, loaded->report.rows)
          << symbol << " " << to_string(timeframe) << ": " << loaded->report.summary();
      RecordProperty(std::string(to_string(timeframe)) + "_" + symbol, loaded->report.summary());
    }
  }
}

}  // namespace
}  // namespace bellwether
