#include "backtest/result_files.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "backtest/result_text.hpp"
#include "backtest/staged_files.hpp"
#include "engine/statistics.hpp"
#include "storage/file_bytes.hpp"
#include "tests/backtest/sample_run.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bellwether {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// Two orders, one of them filled, one trade and three points of equity.
RunResult small_result() {
  RunResult result;
  result.config = sample_config({"data.symbols=AAPL", "data.start=2005-01-03", R"(strategies=[{"type":"sma_cross"}])"});
  result.engine = engine_config(result.config);
  SessionRecord& record = result.record;
  record.initial_cash = Money::from_int(1000);
  OrderRow order;
  order.id = {7, 1, 0, OrderLeg::Entry};
  order.strategy = 0;
  order.spec.instrument = 0;
  order.spec.quantity = Quantity::from_int(10);
  order.state = OrderState::Filled;
  order.created = order.updated = Date::from_ymd(2005, 1, 3).midnight_utc();
  order.filled = Quantity::from_int(10);
  order.filled_notional = Money::from_int(155);
  record.orders = {order, order};
  FillRow fill;
  fill.event = 8;
  fill.report.order = order.id;
  fill.report.strategy = 0;
  fill.report.instrument = 0;
  fill.report.last_quantity = Quantity::from_int(10);
  fill.report.last_price = Price::from_raw(15'500'000'000);
  record.fills = {fill};
  TradeRecord trade;
  trade.strategy = 0;
  trade.instrument = 0;
  trade.quantity = Quantity::from_int(10);
  trade.net_pnl = Money::from_raw(-1'500'000);
  record.trades = {trade};
  const Timestamp start = Date::from_ymd(2005, 1, 3).midnight_utc();
  for (int i = 0; i < 3; ++i) record.equity.append(start + std::chrono::hours(i), Money::from_int(1000 + i));
  record.daily = {{Date::from_ymd(2005, 1, 3), Money::from_raw(1'002'500'000)}};
  result.receipt = make_receipt(result.config, record, {{"daily/AAPL.csv", std::string(64, 'a')}});
  return result;
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    out.push_back(text.substr(at, text.find('\n', at) - at));
  }
  return out;
}

std::vector<std::string> lines(void (*file)(const RunResult&, const TextSink&), const RunResult& result) {
  std::string text;
  file(result, [&](std::string_view piece) { text += piece; });
  return lines(text);
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

TEST(ResultFiles, WritesEveryFile) {
  const TemporaryFolder folder;
  const auto written = write_results(small_result(), folder.path() / "deep" / "out");
  ASSERT_TRUE(written) << written.error().text();
  EXPECT_THAT(names_in(folder.path() / "deep" / "out"),
              ElementsAre("equity.csv", "equity_events.csv", "fills.csv", "orders.csv", "report.html", "result.json",
                          "trades.csv"));
}

TEST(ResultFiles, LongCurveLeavesOnlySessions) {
  const TemporaryFolder folder;
  RunResult result = small_result();
  ASSERT_TRUE(write_results(result, folder.path()));
  result.config.output.equity_points_max = 2;
  ASSERT_TRUE(write_results(result, folder.path()));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "equity_events.csv"));
}

TEST(ResultFiles, TablesHaveOneLineForEachRow) {
  const RunResult result = small_result();
  EXPECT_THAT(lines(sessions_csv, result), ElementsAre("session,equity", "2005-01-03,1002.5"));
  EXPECT_THAT(lines(events_csv, result), ElementsAre("time,equity", "2005-01-03T00:00:00Z,1000",
                                                     "2005-01-03T01:00:00Z,1001", "2005-01-03T02:00:00Z,1002"));
  EXPECT_THAT(lines(fills_csv, result),
              ElementsAre("event,time,client_order_id,strategy,symbol,side,quantity,price,fee,execution_id",
                          "8,1970-01-01T00:00:00Z,bw-1-7-0,sma_cross,AAPL,buy,10,15.5,0,0"));
  EXPECT_EQ(lines(orders_csv, result).size(), 3u);
  EXPECT_THAT(lines(trades_csv, result).at(1), StartsWith("sma_cross,AAPL,long,"));
  EXPECT_THAT(lines(trades_csv, result).at(1), HasSubstr(",-1.5,"));
  EXPECT_THAT(lines(trades_csv, result).at(0), EndsWith(",return,exit_reason"));
}

TEST(ResultFiles, ALongFileComesInPiecesAndItsHashIsOfTheWhole) {
  const TemporaryFolder folder;
  RunResult result = small_result();
  const Timestamp later = *parse_rfc3339("2020-01-01T00:00:00Z");
  for (int minute = 1; minute <= 20'000; ++minute) {
    result.record.equity.append(later + std::chrono::minutes(minute), Money::from_int(1'000));
  }
  result.config.output.equity_points_max = 1'000'000;
  std::size_t longest = 0, pieces = 0;
  events_csv(result, [&](std::string_view piece) {
    longest = std::max(longest, piece.size());
    ++pieces;
  });
  EXPECT_GT(pieces, 5U);
  EXPECT_LT(longest, 66'000U);
  ASSERT_TRUE(write_results(result, folder.path()));
  const auto written = read_file(folder.path() / "equity_events.csv");
  EXPECT_EQ(lines(*written), lines(events_csv, result));
  const auto stored = read_result(folder.path() / "result.json");
  EXPECT_THAT(faults_of_files(stored->receipt, folder.path()), IsEmpty());
}

TEST(ResultFiles, ReceiptReadsBack) {
  const TemporaryFolder folder;
  const RunResult result = small_result();
  ASSERT_TRUE(write_results(result, folder.path()));
  const auto stored = read_result(folder.path() / "result.json");
  ASSERT_TRUE(stored) << stored.error().text();
  Receipt expected = result.receipt;
  expected.files = fingerprints_of(result);
  EXPECT_EQ(stored->receipt, expected);
  const auto config = check_configuration(stored->configuration, StrategyRegistry::built_in().types());
  ASSERT_TRUE(std::holds_alternative<AppConfig>(config));
  EXPECT_EQ(sha256_hex(canonical_configuration(std::get<AppConfig>(config))), stored->receipt.configuration_sha256);
}

TEST(ResultFiles, NamesTheFirstDifferenceOfTwoResults) {
  const JsonValue written = *parse_json(result_json(small_result(), fingerprints_of(small_result())), "result");
  EXPECT_FALSE(first_difference(written, written));
  const auto changed = [&](const std::function<void(JsonValue&)>& change) {
    JsonValue other = written;
    change(other);
    const auto difference = first_difference(other, written);
    return difference ? difference->path + " " + difference->left + " " + difference->right : "none";
  };
  EXPECT_EQ(changed([](JsonValue& json) { json.member("counts").member("fills").text = "2"; }), "counts.fills 2 1");
  EXPECT_THAT(changed([](JsonValue& json) { json.member("receipt").member("data").items.clear(); }),
              StartsWith("receipt.data.0 (none) {\"file\":\"daily/AAPL.csv\","));
  EXPECT_EQ(changed([](JsonValue& json) { json.member("note") = JsonValue::of_boolean(true); }), "note true (none)");
  EXPECT_THAT(changed([](JsonValue& json) { json.member("statistics").members.front().value = {}; }),
              StartsWith("statistics."));
}

TEST(ResultFiles, RefusesWhatIsNoResult) {
  const TemporaryFolder folder;
  EXPECT_THAT(read_result(folder.file("a.json", "{}")).error().text(),
              HasSubstr("a.json: has no receipt and configuration: not a result of a backtest"));
  EXPECT_THAT(
      read_result(folder.file("b.json", R"({"configuration": {}, "receipt": {"data": [], "engine_version": 1}})"))
          .error()
          .text(),
      HasSubstr("has no text 'engine_version'"));
  EXPECT_THAT(read_result(folder.file("c.json", "{")).error().text(), HasSubstr("c.json: line 1, column 2"));
  EXPECT_FALSE(read_result(folder.path() / "none.json"));
}

TEST(ResultHash, ChangesWithEveryPartOfTheRecord) {
  const SessionRecord base = small_result().record;
  const std::string hash = result_sha256(base);
  EXPECT_EQ(hash, result_sha256(base));
  const auto changed = [&](auto&& change) {
    SessionRecord record = base;
    change(record);
    return result_sha256(record);
  };
  EXPECT_NE(changed([](SessionRecord& r) { r.orders[1].updated = r.orders[1].updated + Duration(1); }), hash);
  EXPECT_NE(changed([](SessionRecord& r) { r.fills[0].report.fee = Money::from_raw(1); }), hash);
  EXPECT_NE(changed([](SessionRecord& r) { r.daily[0].equity = Money::from_int(1); }), hash);
  EXPECT_NE(changed([](SessionRecord& r) { r.equity.append(Date::from_ymd(2006, 1, 1).midnight_utc(), Money()); }),
            hash);
  EXPECT_NE(changed([](SessionRecord& r) { r.orders.pop_back(); }), hash);
}

TEST(ResultFiles, FolderThatCannotBeMadeIsAnError) {
  const TemporaryFolder folder;
  const std::string file = folder.file("taken", "x");
  const auto under_a_file = write_results(small_result(), file + "/out");
  ASSERT_FALSE(under_a_file);
  EXPECT_THAT(under_a_file.error().text(), HasSubstr("/taken is no folder"));
  EXPECT_FALSE(write_results(small_result(), file));
  EXPECT_EQ(file_text(file), "x");
}

TEST(StagedFiles, FullDiskLeavesNothingAndKeepsTheOlderFile) {
  const TemporaryFolder folder;
  folder.file("b.csv", "older");
  // A limit on the size of files stands for a disk that is full.
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  {
    auto files = StagedFiles::open(folder.path());
    ASSERT_TRUE(files);
    ASSERT_TRUE(files->add("a.csv", "short"));
    rlimit small = before;
    small.rlim_cur = 1000;
    setrlimit(RLIMIT_FSIZE, &small);
    const auto added = files->add("b.csv", std::string(5000, 'x'));
    setrlimit(RLIMIT_FSIZE, &before);
    ASSERT_FALSE(added);
    EXPECT_THAT(added.error().text(), HasSubstr("b.csv: cannot be written: File too large"));
  }
  signal(SIGXFSZ, SIG_DFL);
  EXPECT_THAT(names_in(folder.path()), ElementsAre("b.csv"));
  EXPECT_EQ(file_text(folder.path() / "b.csv"), "older");
}

TEST(StagedFiles, ClearAwayWhatAKilledProcessLeft) {
  const TemporaryFolder folder;
  const pid_t child = fork();
  if (child == 0) {
    auto files = StagedFiles::open(folder.path());
    if (files && files->add("a.csv", "half of it")) kill(getpid(), SIGKILL);
    _exit(1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  ASSERT_EQ(names_in(folder.path()).size(), 1U);
  auto living = StagedFiles::open(folder.path());
  ASSERT_TRUE(living);
  ASSERT_TRUE(living->add("a.csv", "whole"));
  // Another one leaves what the living one is writing alone.
  ASSERT_TRUE(prove_writable(folder.path()));
  ASSERT_TRUE(living->commit());
  { const StagedFiles done = std::move(*living); }
  EXPECT_THAT(names_in(folder.path()), ElementsAre("a.csv"));
  EXPECT_EQ(file_text(folder.path() / "a.csv"), "whole");
}

TEST(ProveWritable, LeavesNothingBehind) {
  const TemporaryFolder folder;
  EXPECT_TRUE(prove_writable(folder.path() / "new" / "deep"));
  EXPECT_THAT(names_in(folder.path()), testing::IsEmpty());
  std::filesystem::create_directory(folder.path() / "old");
  EXPECT_TRUE(prove_writable(folder.path() / "old"));
  EXPECT_THAT(names_in(folder.path()), ElementsAre("old"));
  EXPECT_THAT(prove_writable(folder.file("taken", "x")).error().text(), HasSubstr("taken: "));
  EXPECT_THAT(prove_writable("/proc/none").error().text(), HasSubstr("/proc/none: cannot be made"));
}

TEST(FilesOfAResult, AreToldFromOthersByTheirBytes) {
  const TemporaryFolder folder;
  const RunResult result = small_result();
  ASSERT_TRUE(write_results(result, folder.path()));
  const auto stored = read_result(folder.path() / "result.json");
  ASSERT_TRUE(stored) << stored.error().text();
  EXPECT_EQ(stored->receipt.files.size(), 6U);
  EXPECT_THAT(faults_of_files(stored->receipt, folder.path()), testing::IsEmpty());
  for (const FileFingerprint& each : stored->receipt.files) {
    const auto path = folder.path() / each.file;
    const std::string before = file_text(path);
    std::ofstream(path, std::ios::app) << " ";
    EXPECT_THAT(faults_of_files(stored->receipt, folder.path()), ElementsAre(StartsWith(each.file + ": its bytes")));
    std::filesystem::remove(path);
    EXPECT_THAT(faults_of_files(stored->receipt, folder.path()), ElementsAre(StartsWith(each.file + ": missing")));
    std::ofstream(path) << before;
  }
  Receipt fewer = stored->receipt;
  fewer.files.pop_back();
  EXPECT_THAT(faults_of_files(fewer, folder.path()), ElementsAre(HasSubstr("does not name it")));
}

TEST(StatisticsTable, AlignsLabelsAndValuesUnderTheirGroups) {
  Statistics statistics;
  statistics.initial_equity = Money::from_int(100'000);
  statistics.total_return = 0.125;
  const auto table = lines(statistics_table(statistics));
  EXPECT_EQ(table.at(0), "Return");
  std::size_t width = 0;
  for (const std::string& line : table) {
    if (!line.starts_with("  ")) continue;
    if (width == 0) width = line.size();
    // Behind the values stand the reasons of those that are absent.
    const std::size_t absent = line.find("n/a");
    EXPECT_EQ(absent == std::string::npos ? line.size() : absent + 3, width) << line;
  }
  EXPECT_THAT(table, testing::Contains(testing::MatchesRegex("  Total return +12.50 %")));
  EXPECT_THAT(table,
              testing::Contains(testing::MatchesRegex("  Sharpe ratio +n/a  needs 2 session returns, there are 0")));
}

TEST(Benchmark, HoldsTheInitialCashFromTheFirstClose) {
  // 2005-01-03 to 05 are sessions; opens at 14:30 UTC. Closes 10, none, 12: 1000 becomes 1000, 1000, 1200.
  const auto bar = [](unsigned day, int close) {
    Bar b;
    b.start = Date::from_ymd(2005, 1, day).midnight_utc() + std::chrono::minutes(14 * 60 + 30);
    b.open = b.high = b.low = b.close = Price::from_int(close);
    return b;
  };
  const std::vector<Bar> bars = {bar(3, 10), bar(5, 12)};
  const std::vector<DailyEquity> daily = {
      {Date::from_ymd(2005, 1, 3), {}}, {Date::from_ymd(2005, 1, 4), {}}, {Date::from_ymd(2005, 1, 5), {}}};
  const auto curve = benchmark_equity(bars, Money::from_int(1000), daily);
  ASSERT_EQ(curve.size(), 3u);
  EXPECT_EQ(curve[0].equity, Money::from_int(1000));
  EXPECT_EQ(curve[1].equity, Money::from_int(1000));
  EXPECT_EQ(curve[2].equity, Money::from_int(1200));
}

TEST(Benchmark, HasAReturnWhereItHasACloseOfTheSessionAndOfTheOneBefore) {
  const auto bar = [](unsigned day, int close) {
    Bar b;
    b.start = Date::from_ymd(2005, 1, day).midnight_utc() + std::chrono::minutes(14 * 60 + 30);
    b.open = b.high = b.low = b.close = Price::from_int(close);
    return b;
  };
  std::vector<DailyEquity> daily;
  for (unsigned day : {4U, 5U, 6U, 7U, 10U}) daily.push_back({Date::from_ymd(2005, 1, day), {}});
  // The eve of the run counts, the 6th is missing.
  const std::vector<Bar> bars = {bar(3, 10), bar(4, 11), bar(5, 22), bar(7, 44), bar(10, 66)};
  const auto returns = benchmark_returns(bars, daily);
  ASSERT_EQ(returns.size(), 5U);
  EXPECT_NEAR(returns[0].value(), 0.1, 1e-15);
  EXPECT_EQ(returns[1], 1.0);
  EXPECT_EQ(returns[2], std::nullopt);
  EXPECT_EQ(returns[3], std::nullopt);
  EXPECT_EQ(returns[4], 0.5);
  EXPECT_EQ(benchmark_returns(std::span(bars).subspan(1), daily).front(), std::nullopt);
}

}  // namespace
}  // namespace bellwether
