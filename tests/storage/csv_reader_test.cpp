// The CSV reader: what it accepts, what it refuses, and where it says that the fault lies.
#include "storage/csv_reader.hpp"

namespace bellwether {
namespace {

constexpr const char* kHeader = "timestamp,open,high,low,close,volume\n";

struct Read {
  std::vector<Bar> bars;
  ReadReport report;
};

Read read(const std::string& text) {
  Read result;
  const auto done = read_bars(text, "f.csv", ReadMode::DropBadRows, result.bars, result.report);
  EXPECT_TRUE(done) << (done ? "" : done.error().text());
  return result;
}

std::string error_of(const std::string& text, ReadMode mode = ReadMode::DropBadRows) {
  Read result;
  const auto done = read_bars(text, "f.csv", mode, result.bars, result.report);
  return done ? "" : done.error().text();
}

Bar bar(const char* time, const char* open, const char* high, const char* low, const char* close, const char* volume) {
  return {*parse_rfc3339(time), *Price::parse(open),  *Price::parse(high),
          *Price::parse(low),   *Price::parse(close), *Quantity::parse(volume)};
}

TEST(CsvReader, ReadsPlainRowsExactly) {
  const Read result = read(std::string(kHeader) +
                           "2013-10-07T13:30:00Z,167.43,168.45,167.25,167.4201,81489219\n"
                           "2013-10-07T13:31:00.25Z,1,2.000000001,0.5,1.5,0\n");
  ASSERT_EQ(result.bars.size(), 2u);
  EXPECT_EQ(result.bars[0], bar("2013-10-07T13:30:00Z", "167.43", "168.45", "167.25", "167.4201", "81489219"));
  EXPECT_EQ(result.bars[1], bar("2013-10-07T13:31:00.25Z", "1", "2.000000001", "0.5", "1.5", "0"));
  EXPECT_EQ(result.report.rows, 2u);
  EXPECT_EQ(result.report.dropped, 0u);
}

TEST(CsvReader, TakesColumnsInAnyOrderAndPassesFurtherOnesOver) {
  const Read result = read("Volume,note,Close,Low,High,Open,Date\n7,\"x\",1.5,1,2,1.25,2013-10-07\n");
  ASSERT_EQ(result.bars.size(), 1u);
  EXPECT_EQ(result.bars[0], bar("2013-10-07T00:00:00Z", "1.25", "2", "1", "1.5", "7"));
}

TEST(CsvReader, TakesOtherSpellings) {
  const Read result = read(
      "\xEF\xBB\xBF"
      "time,open,high,low,close,volume\r\n"
      "2013-10-07T09:30:00-04:00, 1.5 ,\"2\",1.0,1.5,1e3\r\n"
      "\r\n"
      "2013-10-07 13:31:00Z,+1.5,2,1,1.50,9000000000\r\n"
      "2013-10-08,.5,2,.5,1.5,12345678901e-2");  // No line ending.
  ASSERT_EQ(result.bars.size(), 3u) << result.report.summary();
  EXPECT_EQ(result.bars[0], bar("2013-10-07T13:30:00Z", "1.5", "2", "1", "1.5", "1000"));
  EXPECT_EQ(result.bars[1], bar("2013-10-07T13:31:00Z", "1.5", "2", "1", "1.5", "9000000000"));
  EXPECT_EQ(result.bars[2], bar("2013-10-08T00:00:00Z", "0.5", "2", "0.5", "1.5", "123456789.01"));
  EXPECT_EQ(result.report.rows, 3u);
}

TEST(CsvReader, ReadsTheLastRowWithoutLineFeedByTheSameRules) {
  const Read result = read(std::string(kHeader) + "2013-10-07,1,1,1,1,1\n2013-10-08,1,1,1,1,1");
  EXPECT_EQ(result.bars.size(), 2u);
}

struct BadRow {
  const char* row;
  RowProblem problem;
  std::uint64_t column;
  const char* message;
};

class CsvReaderRefuses : public testing::TestWithParam<BadRow> {};

TEST_P(CsvReaderRefuses, TheRowAndSaysWhere) {
  const std::string good_before = "2013-10-07,10,12,9,11,100\n";
  const std::string good_after = "2013-10-09,10,12,9,11,100\n";
  const Read result = read(kHeader + good_before + GetParam().row + "\n" + good_after);
  EXPECT_EQ(result.bars.size(), 2u);
  EXPECT_EQ(result.report.rows, 3u);
  EXPECT_EQ(result.report.dropped, 1u);
  EXPECT_EQ(result.report.count(GetParam().problem), 1u);
  ASSERT_EQ(result.report.first.size(), 1u);
  const RowReport& report = result.report.first[0];
  EXPECT_EQ(report.file, "f.csv");
  EXPECT_EQ(report.line, 3u);
  EXPECT_EQ(report.column, GetParam().column) << report.text();
  EXPECT_EQ(report.problem, GetParam().problem) << report.text();
  EXPECT_THAT(report.message, testing::HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    EachProblem, CsvReaderRefuses,
    testing::Values(
        BadRow{"2013-10-08,10,12,9,11", RowProblem::WrongColumns, 22, "5 columns where the header has 6"},
        BadRow{"2013-10-08,10,12,9,11,100,7", RowProblem::WrongColumns, 27, "7 columns where the header has 6"},
        BadRow{"2013-10-08,10,1x,9,11,100", RowProblem::Unparsable, 15, "high: '1x' is not a number"},
        BadRow{"2013-10-08,10,,9,11,100", RowProblem::Unparsable, 15, "high: '' is not a number"},
        BadRow{"2013-10-08,10,nan,9,11,100", RowProblem::Unparsable, 15, "is not a number"},
        BadRow{"2013-10-08,10.0000000001,12,9,11,100", RowProblem::Unparsable, 12, "more decimal places"},
        BadRow{"2013-10-08,10,12,9,11,99999999999", RowProblem::Unparsable, 23, "out of range"},
        BadRow{"2013-10-08,10,12345678901234567890123456789,9,11,1", RowProblem::Unparsable, 15, "out of range"},
        BadRow{"2013-13-08,10,12,9,11,100", RowProblem::Unparsable, 1, "timestamp: '2013-13-08'"},
        BadRow{"2013-10-08T24:00:00Z,10,12,9,11,100", RowProblem::Unparsable, 1, "timestamp"},
        BadRow{"2013-10-08T13:60:00Z,10,12,9,11,100", RowProblem::Unparsable, 1, "timestamp"},
        BadRow{"2013-10-08T13:3/:00Z,10,12,9,11,100", RowProblem::Unparsable, 1, "timestamp"},
        BadRow{"2013-10-08T13:30:00,10,12,9,11,100", RowProblem::Unparsable, 1, "timestamp"},
        BadRow{"2013-10-07,10,12,9,11,100", RowProblem::Duplicate, 1, "2013-10-07T00:00:00Z is there already"},
        BadRow{"2013-10-06,10,12,9,11,100", RowProblem::Disorder, 1, "times must ascend"},
        BadRow{"2013-10-08,10,12,0,11,100", RowProblem::NonPositivePrice, 18, "low is 0"},
        BadRow{"2013-10-08,-10,12,9,11,100", RowProblem::NonPositivePrice, 12, "open is -10"},
        BadRow{"2013-10-08,10,8,9,11,100", RowProblem::InconsistentRange, 15, "high 8 is below low 9"},
        BadRow{"2013-10-08,12.5,12,9,11,100", RowProblem::InconsistentRange, 12, "open 12.5 lies outside"},
        BadRow{"2013-10-08,10,12,9,8.99,100", RowProblem::InconsistentRange, 20, "close 8.99 lies outside"},
        BadRow{"2013-10-08,10,12,9,11,-1", RowProblem::NegativeVolume, 23, "volume is -1"}));

TEST(CsvReader, NamesAMissingOrDoubleColumn) {
  EXPECT_THAT(error_of("timestamp,open,high,low,volume\n2013-10-07,1,1,1,1\n"),
              testing::AllOf(testing::HasSubstr("f.csv"), testing::HasSubstr("no column 'close'")));
  EXPECT_THAT(error_of("timestamp,open,high,low,close,close,volume\n2013-10-07,1,1,1,1,1,1\n"),
              testing::HasSubstr("more than one column 'close'"));
}

TEST(CsvReader, RefusesATextWithoutRows) {
  EXPECT_THAT(error_of(""), testing::HasSubstr("f.csv: the file is empty"));
  EXPECT_THAT(error_of(kHeader), testing::HasSubstr("a header but no rows"));
  EXPECT_THAT(error_of("timestamp,open,high,low,close,volume"), testing::HasSubstr("a header but no rows"));
  EXPECT_THAT(error_of(std::string(kHeader) + "\n\r\n"), testing::HasSubstr("a header but no rows"));
}

TEST(CsvReader, StrictModeListsEveryBadRow) {
  const std::string error = error_of(
      std::string(kHeader) + "2013-10-07,1,1,1,1,1\n2013-10-07,1,1,1,1,1\n2013-10-08,1,x,1,1,1\n", ReadMode::Strict);
  EXPECT_THAT(error, testing::HasSubstr("f.csv: 2 bad rows"));
  EXPECT_THAT(error, testing::HasSubstr("line 3, column 1: duplicate"));
  EXPECT_THAT(error, testing::HasSubstr("line 4, column 14: unparsable"));
  EXPECT_EQ(error_of(std::string(kHeader) + "2013-10-07,1,1,1,1,1\n", ReadMode::Strict), "");
}

TEST(CsvReader, CountsAllBadRowsButKeepsTheFirstOnly) {
  std::string text = kHeader;
  for (int i = 0; i < 50; ++i) text += "junk\n";
  const Read result = read(text);
  EXPECT_EQ(result.report.dropped, 50u);
  EXPECT_EQ(result.report.first.size(), kRowReportsMax);
  EXPECT_EQ(result.report.summary(), "50 rows, 50 dropped (50 wrong columns)");
  EXPECT_THAT(error_of(text, ReadMode::Strict), testing::HasSubstr("and more"));
}

TEST(CsvReader, AppendsAfterTheRowsThatAreThere) {
  Read result = read(std::string(kHeader) + "2013-10-07,1,1,1,1,1\n");
  const std::string next = std::string(kHeader) + "2013-10-07,1,1,1,1,1\n2013-10-08,1,1,1,1,1\n";
  ASSERT_TRUE(read_bars(next, "g.csv", ReadMode::DropBadRows, result.bars, result.report));
  EXPECT_EQ(result.bars.size(), 2u);
  EXPECT_EQ(result.report.count(RowProblem::Duplicate), 1u);
  EXPECT_EQ(result.report.first[0].text(), "g.csv, line 2, column 1: duplicate: 2013-10-07T00:00:00Z is there already");
}

TEST(CsvReader, LetsTheRuleMoveOrRefuseATime) {
  Read result;
  const StampRule rule = [](Timestamp& time) -> std::optional<std::string> {
    if (utc_date(time).day() == 8) return "the 8th is closed";
    time = time + std::chrono::hours(1);
    return std::nullopt;
  };
  const std::string text = std::string(kHeader) + "2013-10-07,1,1,1,1,1\n2013-10-08,1,1,1,1,1\n2013-10-09,1,1,1,1,1\n";
  ASSERT_TRUE(read_bars(text, "f.csv", ReadMode::DropBadRows, result.bars, result.report, rule));
  ASSERT_EQ(result.bars.size(), 2u);
  EXPECT_EQ(format_rfc3339(result.bars[0].start), "2013-10-07T01:00:00Z");
  EXPECT_EQ(format_rfc3339(result.bars[1].start), "2013-10-09T01:00:00Z");
  EXPECT_EQ(result.report.first[0].text(), "f.csv, line 3, column 1: not a session: the 8th is closed");
}

TEST(CsvReader, ReadsTradesOfOneTimeAndRefusesEmptyOnes) {
  std::vector<Trade> trades;
  ReadReport report;
  const std::string text =
      "timestamp,price,size,exchange,suspicious\n2013-10-07T08:00:00.465Z,167.41,1400,P,0\n"
      "2013-10-07T08:00:00.465Z,167.42,100,P,0\n2013-10-07T08:00:00.466Z,167.42,0,P,0\n"
      "2013-10-07T08:00:00.464Z,167.42,1,P,0\n";
  ASSERT_TRUE(read_trades(text, "t.csv", ReadMode::DropBadRows, trades, report));
  ASSERT_EQ(trades.size(), 2u);
  EXPECT_EQ(trades[1],
            (Trade{*parse_rfc3339("2013-10-07T08:00:00.465Z"), *Price::parse("167.42"), Quantity::from_int(100)}));
  EXPECT_EQ(report.count(RowProblem::NegativeVolume), 1u);
  EXPECT_EQ(report.count(RowProblem::Disorder), 1u);
}

TEST(CsvReader, ReadsQuotesAndRefusesCrossedOnes) {
  std::vector<Quote> quotes;
  ReadReport report;
  const std::string text =
      "ask,ask_size,bid,bid_size,time\n10.01,5,10,7,2013-10-07T13:30:00Z\n9.99,5,10,7,2013-10-07T13:30:00Z\n"
      "10.01,-5,10,7,2013-10-07T13:30:00Z\n10.01,5,0,7,2013-10-07T13:30:00Z\n";
  ASSERT_TRUE(read_quotes(text, "q.csv", ReadMode::DropBadRows, quotes, report));
  ASSERT_EQ(quotes.size(), 1u);
  EXPECT_EQ(quotes[0], (Quote{*parse_rfc3339("2013-10-07T13:30:00Z"), Price::from_int(10), Quantity::from_int(7),
                              *Price::parse("10.01"), Quantity::from_int(5)}));
  EXPECT_EQ(report.count(RowProblem::InconsistentRange), 1u);
  EXPECT_EQ(report.count(RowProblem::NegativeVolume), 1u);
  EXPECT_EQ(report.count(RowProblem::NonPositivePrice), 1u);
}

TEST(CsvReader, RefusesAPriceAboveTheHighestAllowed) {
  const Read result = read(std::string(kHeader) + "2013-10-07,1000000,1000000,1,1,1\n2013-10-08,1,1000000.01,1,1,1\n");
  EXPECT_EQ(result.bars.size(), 1u);
  ASSERT_EQ(result.report.first.size(), 1u);
  EXPECT_EQ(result.report.first[0].text(),
            "f.csv, line 3, column 14: price too high: high is 1000000.01; at most 1000000 is allowed");
}

TEST(CsvReader, LeavesOutTradesThatAreMarkedSuspicious) {
  std::vector<Trade> trades;
  ReadReport report;
  ASSERT_TRUE(
      read_trades("timestamp,price,size,exchange,Suspicious\n2013-10-07T13:30:00Z,10,1,P,0\n"
                  "2013-10-07T13:30:00Z,99,1,P,1\n2013-10-07T13:30:01Z,11,1,P,0\n",
                  "f.csv", ReadMode::Strict, trades, report));
  ASSERT_EQ(trades.size(), 2u);
  EXPECT_EQ(trades[1].price, Price::from_int(11));
  EXPECT_EQ(report.summary(), "3 rows, 1 suspicious left out");
}

TEST(CsvReader, ReadsFactorsAndRefusesAnyBadRow) {
  const auto factors =
      read_adjustments("date,price_factor,split_factor\n2014-06-06,0.9011818,0.03571430\n2050-12-31,1,1\n", "a.csv");
  ASSERT_TRUE(factors);
  ASSERT_EQ(factors->rows.size(), 2u);
  EXPECT_EQ(factors->rows[0], (AdjustmentFactor{Date::from_ymd(2014, 6, 6), 901'181'800, 35'714'300}));
  const auto bad = read_adjustments("date,price_factor,split_factor\n2014-06-06,0,1\n", "a.csv");
  ASSERT_FALSE(bad);
  EXPECT_THAT(bad.error().text(), testing::HasSubstr("a.csv: 1 bad row\n  line 2, column 12: non-positive price"));
}

RC_GTEST_PROP(CsvReaderProperty, ReadsBackWhatIsPrinted, ()) {
  const auto count = *rc::gen::inRange(1, 30);
  std::vector<Bar> bars;
  Timestamp time{*rc::gen::inRange<std::int64_t>(0, 4'000'000'000'000'000'000)};
  std::string text = kHeader;
  for (int i = 0; i < count; ++i) {
    const auto price = [](std::int64_t low, std::int64_t high) {
      return Price::from_raw(*rc::gen::inRange<std::int64_t>(low, high + 1));
    };
    const Price low = price(1, 2'000'000'000'000);
    const Price high = price(low.raw(), low.raw() * 2);
    const Bar made{time,
                   price(low.raw(), high.raw()),
                   high,
                   low,
                   price(low.raw(), high.raw()),
                   Quantity::from_raw(*rc::gen::inRange<std::int64_t>(0, 9'000'000'000'000'000'000))};
    bars.push_back(made);
    text += format_rfc3339(made.start) + "," + made.open.to_string() + "," + made.high.to_string() + "," +
            made.low.to_string() + "," + made.close.to_string() + "," + made.volume.to_string() + "\n";
    time = time + Duration(*rc::gen::inRange<std::int64_t>(1, 100'000'000'000'000));
  }
  std::vector<Bar> back;
  ReadReport report;
  RC_ASSERT(read_bars(text, "f.csv", ReadMode::Strict, back, report).has_value());
  RC_ASSERT(back == bars);
}

RC_GTEST_PROP(CsvReaderProperty, NeitherCrashesNorKeepsABadBarWhateverTheText, ()) {
  const auto body = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("0123456789.,-:TZe\n\r\" \xff")));
  std::vector<Bar> bars;
  ReadReport report;
  // The error is of no interest here.
  (void)read_bars(kHeader + body, "f.csv", ReadMode::DropBadRows, bars, report).has_value();
  RC_ASSERT(report.rows == bars.size() + report.dropped);
  for (const Bar& made : bars) {
    RC_ASSERT(made.low.is_positive() && made.low <= made.open && made.open <= made.high && made.low <= made.close &&
              made.close <= made.high && !made.volume.is_negative());
  }
}

}  // namespace
}  // namespace bellwether
