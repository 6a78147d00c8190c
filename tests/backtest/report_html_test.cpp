#include "backtest/report/report_html.hpp"

#include <gmock/gmock.h>

#include "backtest/report/report_chart.hpp"
#include "backtest/report/report_text.hpp"
#include "backtest/result_files.hpp"
#include "tests/backtest/sample_run.hpp"
#include "tests/support/source_path.hpp"
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

AppConfig backtest_config() { return sample_config({}, source_path("config/backtest.json")); }

TEST(ReportHtml, MarksEntryAndExitOfEveryTrade) {
  const SampleRun run = sample_run(backtest_config());
  ASSERT_GT(run.result.record.trades.size(), 5u);
  const std::string page = report_html(run.result);
  EXPECT_EQ(count(page, "<path class=\"marker "), 2 * run.result.record.trades.size());
  EXPECT_EQ(count(page, "<path class=\"link "), run.result.record.trades.size());
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
  EXPECT_THAT(report_html(sample_run(config).result), Not(HasSubstr("<ul class=\"caveats\"")));
  AppConfig halted = config;
  halted.risk.drawdown = 0.05;
  EXPECT_THAT(report_html(sample_run(halted).result), HasSubstr(">trading halted at 20"));
  config.fills.fill_at = FillAt::SameClose;
  config.data.synthetic_minutes = true;
  config.data.start = Date::from_ymd(2012, 11, 1);
  const std::string page = report_html(sample_run(config).result);
  EXPECT_THAT(page, HasSubstr("<li>synthetic data"));
  EXPECT_THAT(page, HasSubstr("<li>same-close fills<"));
}

/// A run on made-up data whose names are what a page must not be given, with something in every section.
RunResult hostile_run(const std::string& name) {
  RunResult result;
  result.config = sample_config({});
  result.config.statistics.benchmark = name;
  result.engine.strategies = {{name, "x", {}, {}}};
  Instrument instrument;
  instrument.symbol = name;
  result.engine.instruments = {instrument};
  result.receipt.data = {{name, "&"}};
  result.data_caveats = {name};
  SessionRecord& record = result.record;
  record.initial_cash = Money::from_int(100);
  for (const Session& session :
       SessionCalendar::us_equity().between(Date::from_ymd(2010, 1, 1), Date::from_ymd(2010, 6, 30))) {
    const Money equity = Money::from_int(100 + session.date.days % 7);
    record.equity.append(session.close, equity);
    record.daily.push_back({session.date, equity});
    record.activity.push_back({equity, {}, record.daily.size(), record.daily.size() / 2});
  }
  result.benchmark = record.daily;
  for (const DailyEquity& day : record.daily) result.benchmark_returns.emplace_back(0.001 * (day.session.days % 5));
  TradeRecord& trade = record.trades.emplace_back();
  trade.strategy = 0;
  trade.instrument = 0;
  trade.entry_time = record.equity.time(3);
  trade.exit_time = record.equity.time(9);
  trade.entry_price = trade.exit_price = Price::from_int(10);
  trade.quantity = Quantity::from_int(1);
  OrderRow& order = record.orders.emplace_back();
  order.strategy = 0;
  order.spec.instrument = 0;
  FillRow& fill = record.fills.emplace_back();
  fill.report.time = trade.exit_time;
  OpenPosition& open = result.open_positions.emplace_back();
  open.strategy = 0;
  open.instrument = 0;
  OrderOutcomes& outcomes = result.outcomes.emplace_back();
  outcomes.strategy = 0;
  outcomes.denied = outcomes.denied_by[1] = 1;
  result.data_quality.emplace_back().symbol = name;
  PriceHistory& prices = result.prices.emplace_back();
  prices.symbol = name;
  static const Bar bar{.start = trade.entry_time,
                       .open = trade.entry_price,
                       .high = trade.entry_price,
                       .low = trade.entry_price,
                       .close = trade.entry_price,
                       .volume = {}};
  prices.bars = {&bar, 1};
  return result;
}

TEST(ReportHtml, EscapesWhatComesFromOutside) {
  const std::string clean = report_html(hostile_run("name"));
  for (const char* name : {"<script>alert(1)</script>", "\"><img onerror=x>", "' onload='x", "</title></style><b>",
                           "--><!--", "</script><script>x"}) {
    const std::string page = report_html(hostile_run(name));
    EXPECT_THAT(page, Not(HasSubstr(name)));
    // Nothing that a name holds opens, closes or adds to an element: the page has the marks of the clean one.
    for (const char* mark : {"<", ">", "\"", "'"}) EXPECT_EQ(count(page, mark), count(clean, mark)) << name << mark;
  }
}

TEST(ReportHtml, SaysAllThatAResultHolds) {
  const std::string page = report_html(hostile_run("name"));
  for (const char* id : {"equity",       "equity-log",     "drawdown",        "drawdowns",
                         "benchmark",    "months",         "rolling-sharpe",  "rolling-volatility",
                         "rolling-beta", "daily-returns",  "monthly-returns", "exposure",
                         "turnover",     "costs",          "double-costs",    "order-outcomes",
                         "refusals",     "open-positions", "open-orders",     "data-quality",
                         "by-strategy",  "by-symbol",      "by-direction",    "by-exit",
                         "by-weekday",   "by-hour",        "by-holding-time", "price-0",
                         "trades"}) {
    EXPECT_EQ(count(page, std::string("id=\"") + id + "\""), 1u) << id;
  }
}

TEST(ReportHtml, HoursAndWeekdaysAreNewYorks) {
  RunResult result = hostile_run("name");
  // 2010-01-05, a Tuesday, 01:30 UTC: Monday 20:30 in New York.
  result.record.trades[0].entry_time = *parse_rfc3339("2010-01-05T01:30:00Z");
  const std::string page = report_html(result);
  EXPECT_THAT(page, HasSubstr("<th scope=\"row\" class=\"left\">Monday</th>"));
  EXPECT_THAT(page, HasSubstr("<th scope=\"row\" class=\"left\">20:00 to 21:00</th>"));
}

TEST(ReportHtml, ReceiptNamesEachFileOnce) {
  RunResult result;
  result.config = sample_config({});
  result.receipt.data = {{"daily/A.csv", "1"}, {"daily/B.csv", "2"}, {"daily/A.csv", "1"}};
  const std::string page = report_html(result);
  EXPECT_EQ(count(page, ">daily/A.csv<"), 1u);
  EXPECT_EQ(count(page, ">daily/B.csv<"), 1u);
}

TEST(ReportHtml, ManySymbolsGiveTheChartsOfThoseWithTheMostTrades) {
  RunResult result = hostile_run("name");
  for (int i = 1; i < 40; ++i) {
    result.prices.push_back(result.prices.front());
    result.prices.back().symbol = "S" + std::to_string(i);
    Instrument instrument;
    instrument.symbol = result.prices.back().symbol;
    result.engine.instruments.push_back(instrument);
  }
  result.record.trades.push_back(result.record.trades.front());
  result.record.trades.back().instrument = 37;
  const std::string page = report_html(result);
  EXPECT_EQ(count(page, "id=\"price-"), 4 * kPriceChartsMax);  // Picture, title, description and values each.
  EXPECT_EQ(count(page, "id=\"price-37\""), 1u);
  EXPECT_THAT(page, HasSubstr("The 12 symbols with the most trades of 40"));
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
  EXPECT_LT(flat.size(), 1'000'000u);
  // One event in a million at 250: it must show.
  EquityCurve spiked;
  std::size_t i = 0;
  result.record.equity.for_each(
      [&](Timestamp t, Money v) { spiked.append(t, i++ == 777'777 ? Money::from_int(250) : v); });
  result.record.equity = spiked;
  EXPECT_THAT(report_html(result), HasSubstr(">250</span>"));
  EXPECT_THAT(flat, Not(HasSubstr(">250</span>")));
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

TEST(SessionAxis, OfOneSessionNamesItsHours) {
  // 14:30 to 21:00 UTC; 15:00 is too near to the date at the open.
  const std::vector<DailyEquity> daily = {{Date::from_ymd(2005, 1, 7), {}}};
  std::vector<std::string> labels;
  for (const PlaceTick& tick : SessionAxis(daily).ticks()) labels.push_back(tick.label);
  EXPECT_THAT(labels, testing::ElementsAre("7 Jan, UTC", "16:00", "17:00", "18:00", "19:00", "20:00"));
  EXPECT_NEAR(SessionAxis(daily).ticks()[1].position, 1.5 / 6.5, 1e-12);
}

TEST(ValueAxis, HasFewRoundTicksWithinItsRange) {
  using enum ValueFormat;
  const auto labels = [](const ValueAxis& axis) {
    std::vector<std::string> out;
    for (const auto& tick : axis.ticks()) out.push_back(tick.label);
    return out;
  };
  using testing::ElementsAre;
  EXPECT_THAT(labels({Amount, 95'000, 122'000}),
              ElementsAre("95,000", "100,000", "105,000", "110,000", "115,000", "120,000"));
  EXPECT_THAT(labels({Amount, 0, 25'000'000}), ElementsAre("0 M", "5 M", "10 M", "15 M", "20 M", "25 M"));
  EXPECT_THAT(labels({Percent, -0.12, 0}), ElementsAre("-12 %", "-10 %", "-8 %", "-6 %", "-4 %", "-2 %", "0 %"));
  EXPECT_THAT(labels({UnitPrice, 0.101, 0.113}), ElementsAre("0.102", "0.104", "0.106", "0.108", "0.110", "0.112"));
  EXPECT_THAT(labels({Count, 0, 1.05}), ElementsAre("0", "1"));
  EXPECT_THAT(labels({Amount, 90, 1'100, true}), ElementsAre("100", "200", "500", "1,000"));
}

TEST(ValueAxis, LogarithmicPlacesEqualRatiosEqually) {
  const ValueAxis axis(ValueFormat::Amount, 100, 400, true);
  EXPECT_DOUBLE_EQ(axis.y(400), 0);
  EXPECT_DOUBLE_EQ(axis.y(100), ValueAxis::kHeight);
  EXPECT_NEAR(axis.y(200), ValueAxis::kHeight / 2, 1e-9);
}

TEST(ValueAxis, NeverHasMoreTicksThanCanBeRead) {
  for (double low = 1e-4; low < 1e12; low *= 3.7) {
    for (const double ratio : {1.0001, 1.3, 4.0, 17.0, 900.0, 1e6, 1e11}) {
      for (const bool logarithmic : {false, true}) {
        const ValueAxis axis(ValueFormat::Amount, low, low * ratio, logarithmic);
        EXPECT_LE(axis.ticks().size(), 14u) << low << " " << ratio;
        for (const auto& tick : axis.ticks()) {
          EXPECT_GE(axis.y(tick.value), -1e-6);
          EXPECT_LE(axis.y(tick.value), ValueAxis::kHeight + 1e-6);
        }
      }
    }
  }
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
  const auto write = [&](const std::string& name, const RunResult& result) {
    const auto written = write_results(result, std::filesystem::path(folder) / name);
    ASSERT_TRUE(written) << written.error().text();
  };
  for (const std::string name : {"backtest", "demo", "risk", "costs"}) {
    write(name, sample_run(sample_config({}, source_path("config/" + name + ".json"))).result);
  }
  AppConfig short_run = backtest_config();
  short_run.data.start = Date::from_ymd(2008, 3, 3);
  short_run.data.end = Date::from_ymd(2008, 4, 4);
  write("no_trade", sample_run(short_run).result);
  short_run.data.end = short_run.data.start;
  write("one_day", sample_run(short_run).result);
  write("one_trade_of_a_bad_name", hostile_run("<b>&\"'</b>"));
}

}  // namespace
}  // namespace bellwether
