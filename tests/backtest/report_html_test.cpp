#include "backtest/report/report_html.hpp"

#include <gmock/gmock.h>

#include "backtest/report/report_chart.hpp"
#include "backtest/result_files.hpp"
#include "tests/backtest/sample_run.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bellwether {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

std::size_t count(const std::string& text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

AppConfig backtest_config() { return sample_config({}, BELLWETHER_SOURCE_DIR "/config/backtest.json"); }

TEST(ReportHtml, MarksEntryAndExitOfEveryTrade) {
  const SampleRun run = sample_run(backtest_config());
  ASSERT_GT(run.result.record.trades.size(), 5u);
  const std::string page = report_html(run.result);
  EXPECT_EQ(count(page, "<path class=\"marker "), 2 * run.result.record.trades.size());
  EXPECT_EQ(count(page, "<path class=\"link "), run.result.record.trades.size());
  EXPECT_EQ(count(page, "<svg class=\"chart\""), 3u);
  EXPECT_THAT(page, HasSubstr("AAPL held"));
  EXPECT_THAT(page, HasSubstr(run.result.receipt.result_sha256));
}

TEST(ReportHtml, NeedsNothingFromOutside) {
  const std::string page = report_html(sample_run(backtest_config()).result);
  for (const char* forbidden : {"http://", "https://", "src=", "@import", "url(", "NaN", "inf,"}) {
    EXPECT_THAT(page, Not(HasSubstr(forbidden)));
  }
  EXPECT_THAT(page, Not(ContainsRegex("[^a-z]nan[^a-z]")));
}

TEST(ReportHtml, NamesCaveats) {
  AppConfig config = backtest_config();
  EXPECT_THAT(report_html(sample_run(config).result), Not(HasSubstr("<span class=\"caveat\">")));
  AppConfig halted = config;
  halted.risk.drawdown = 0.05;
  EXPECT_THAT(report_html(sample_run(halted).result), HasSubstr(">trading halted at 20"));
  config.fills.fill_at = FillAt::SameClose;
  config.data.synthetic_minutes = true;
  config.data.start = Date::from_ymd(2012, 11, 1);
  const std::string page = report_html(sample_run(config).result);
  EXPECT_THAT(page, HasSubstr(">synthetic data<"));
  EXPECT_THAT(page, HasSubstr(">same-close fills<"));
}

TEST(ReportHtml, EscapesWhatComesFromOutside) {
  RunResult result;
  result.config = sample_config({});
  result.engine.strategies = {{"<script>alert(1)</script>", "x", {}, {}}};
  result.receipt.data = {{"daily/\"><img>.csv", "&"}};
  const std::string page = report_html(result);
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt; on"));
  EXPECT_THAT(page, HasSubstr("daily/&quot;&gt;&lt;img&gt;.csv"));
}

TEST(ReportHtml, EmptyRunSaysSo) { EXPECT_THAT(report_html(RunResult()), HasSubstr("No data.")); }

TEST(ReportHtml, LongTradeListsAreCut) {
  SampleRun run = sample_run(backtest_config());
  run.result.config.output.report_trades_max = 3;
  const std::string page = report_html(run.result);
  EXPECT_THAT(page, HasSubstr("The first 3 of " + std::to_string(run.result.record.trades.size()) + " trades"));
  run.result.record.trades.resize(1);
  while (run.result.record.trades.size() < kMarkedTradesMax + 5) {
    run.result.record.trades.push_back(run.result.record.trades.front());
  }
  const std::string many = report_html(run.result);
  EXPECT_EQ(count(many, "<path class=\"marker "), 2 * kMarkedTradesMax);
  EXPECT_THAT(many, HasSubstr("The first 2,000 of 2,005 trades are marked"));
}

TEST(ReportHtml, MillionsOfPointsGiveASmallPageThatKeepsTheExtremes) {
  RunResult result;
  result.record.initial_cash = Money::from_int(100);
  const SessionCalendar& calendar = SessionCalendar::us_equity();
  for (const Session& session : calendar.between(Date::from_ymd(2000, 1, 1), Date::from_ymd(2010, 12, 31))) {
    for (Timestamp t = session.open; t < session.close; t = t + std::chrono::minutes(1)) {
      result.record.equity.append(t, Money::from_int(100));
    }
    result.record.daily.push_back({session.date, Money::from_int(100)});
  }
  ASSERT_GT(result.record.equity.size(), 1'000'000u);
  const std::string flat = report_html(result);
  EXPECT_LT(flat.size(), 200'000u);
  // One event in a million at 250: it must show.
  EquityCurve spiked;
  std::size_t i = 0;
  result.record.equity.for_each(
      [&](Timestamp t, Money v) { spiked.append(t, i++ == 777'777 ? Money::from_int(250) : v); });
  result.record.equity = spiked;
  EXPECT_THAT(report_html(result), HasSubstr(">250</text>"));
  EXPECT_THAT(flat, Not(HasSubstr(">250</text>")));
}

TEST(SessionAxis, GivesEverySessionTheSameWidthAndNightsNone) {
  // Friday 2005-01-07 and Monday 2005-01-10, 14:30 to 21:00 UTC.
  const std::vector<DailyEquity> daily = {{Date::from_ymd(2005, 1, 7), {}}, {Date::from_ymd(2005, 1, 10), {}}};
  const SessionAxis axis(daily);
  const auto at = [&](unsigned day, int hour, int minute) {
    return axis.position(Date::from_ymd(2005, 1, day).midnight_utc() + std::chrono::minutes(hour * 60 + minute));
  };
  EXPECT_EQ(at(7, 14, 30), 0.0);
  EXPECT_EQ(at(7, 17, 45), 0.25);
  EXPECT_EQ(at(7, 21, 0), 0.5);
  EXPECT_EQ(at(8, 12, 0), 0.5);
  EXPECT_EQ(at(10, 14, 30), 0.5);
  EXPECT_EQ(at(10, 21, 0), 1.0);
  EXPECT_EQ(at(6, 20, 0), std::nullopt);
  EXPECT_EQ(at(11, 20, 0), std::nullopt);
}

TEST(Grouped, PutsCommasBetweenThousands) {
  EXPECT_EQ(grouped(1234567.891, 2), "1,234,567.89");
  EXPECT_EQ(grouped(-1234.5, 2), "-1,234.50");
  EXPECT_EQ(grouped(999, 0), "999");
  EXPECT_EQ(grouped(-0.001, 2), "0.00");
}

/// Writes the results of the examples where BELLWETHER_REPORT_FOLDER says, for the check of the page in a browser.
TEST(ReportHtml, WritesTheExamplesForTheBrowserCheck) {
  const char* folder = std::getenv("BELLWETHER_REPORT_FOLDER");
  if (folder == nullptr) GTEST_SKIP() << "BELLWETHER_REPORT_FOLDER is not set";
  for (const std::string name : {"backtest", "demo", "risk", "costs"}) {
    const SampleRun run = sample_run(sample_config({}, BELLWETHER_SOURCE_DIR "/config/" + name + ".json"));
    const auto written = write_results(run.result, std::filesystem::path(folder) / name);
    ASSERT_TRUE(written) << written.error().text();
  }
}

}  // namespace
}  // namespace bellwether
