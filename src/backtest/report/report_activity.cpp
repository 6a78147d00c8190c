// Exposure, turnover and what trading cost.
#include <algorithm>

#include "backtest/report/report_bars.hpp"
#include "backtest/report/report_sections.hpp"
#include "backtest/report/report_table.hpp"
#include "backtest/report/report_text.hpp"
#include "backtest/run_costs.hpp"

namespace bellwether {
namespace {

constexpr std::size_t kSessionBarsMax = 40;
constexpr std::size_t kPlacesMax = 8;

/// Traded notional over the mean equity at the closes, by session, by month or by year, whichever gives few enough
/// bars.
BarChart turnover_chart(const SessionRecord& record) {
  const bool by_session = record.daily.size() <= kSessionBarsMax;
  const bool by_month = !by_session && record.daily.size() <= 21 * 150;
  const std::string period = by_session ? "session" : by_month ? "month" : "year";
  BarChart chart{.id = "turnover",
                 .title = "Turnover by " + period,
                 .description = "Traded notional over mean equity.",
                 .format = ValueFormat::Ratio};
  double before = 0;
  double equity = 0;
  std::size_t sessions = 0;
  for (std::size_t i = 0; i < record.activity.size(); ++i) {
    equity += record.daily[i].equity.to_double();
    ++sessions;
    const std::string day = record.daily[i].session.to_string();
    const auto name = [&](const std::string& date) { return date.substr(0, by_session ? 10 : by_month ? 7 : 4); };
    if (i + 1 < record.activity.size() && name(record.daily[i + 1].session.to_string()) == name(day)) continue;
    const double traded = record.activity[i].traded_notional.to_double();
    ReportBar& bar = chart.bars.emplace_back();
    if (equity > 0) bar.value = (traded - before) / (equity / static_cast<double>(sessions));
    bar.text = name(day) + "\nturnover  " + grouped(bar.value, 2) + "\ntraded  " + grouped(traded - before, 2);
    before = traded;
    equity = 0;
    sessions = 0;
  }
  const std::size_t step = (chart.bars.size() + kPlacesMax - 1) / kPlacesMax;
  for (std::size_t i = 0; i < chart.bars.size(); i += step) {
    const double middle = (static_cast<double>(i) + 0.5) / static_cast<double>(chart.bars.size());
    chart.places.push_back({middle, chart.bars[i].text.substr(0, chart.bars[i].text.find('\n'))});
  }
  return chart;
}

}  // namespace

std::string activity_html(const RunResult& result, const SessionAxis& axis) {
  const SessionRecord& record = result.record;
  if (record.activity.empty() || record.activity.size() != record.daily.size()) return "";
  ColumnCurve exposure;
  ColumnCurve in_market;
  SessionActivity before;
  for (std::size_t i = 0; i < record.activity.size(); ++i) {
    const SessionActivity& now = record.activity[i];
    const Timestamp time = record.daily[i].session.midnight_utc();
    const double equity = record.daily[i].equity.to_double();
    if (equity > 0) exposure.add(axis.close_of(i), now.gross_exposure.to_double() / equity, time);
    if (const std::uint64_t events = now.market_events - before.market_events; events > 0) {
      const auto held = static_cast<double>(now.market_events_in_market - before.market_events_in_market);
      in_market.add(axis.close_of(i), held / static_cast<double>(events), time);
    }
    before = now;
  }
  const Chart chart{
      .id = "exposure",
      .title = "Exposure over time",
      .description =
          "Positions at the sessions' closes over equity, and the share of each session's market "
          "events that were met with a position.",
      .format = ValueFormat::Percent,
      .curves = {{&exposure, "Gross exposure at the close", "lead"}, {&in_market, "Time in the market", "other"}},
      .with_zero = true};
  const BarChart turnover = turnover_chart(record);
  return "<section><h2>Exposure and turnover</h2>\n<p class=\"key\"><span><i></i>gross exposure at the close / "
         "equity</span><span><i class=\"other\"></i>share of the session in the market</span></p>\n" +
         chart_html(chart, axis) + "<h3>" + turnover.title + "</h3>\n" +
         (record.fills.empty() ? "<p class=\"none\">Nothing was traded.</p>\n"
                               : "<p>" + turnover.description + "</p>\n" + bar_chart_html(turnover)) +
         "</section>\n";
}

std::string costs_html(const RunResult& result) {
  const RunCosts costs = run_costs(result);
  const Money initial = result.record.initial_cash;
  Table paid("costs", "What trading cost", {{"Cost", true}, {"Amount"}, {"Of initial equity"}});
  const auto row = [&](const char* name, Money amount) {
    const bool known = initial.is_positive();
    paid.add({{name}, {amount_text(amount)}, {known ? percent_text(amount.to_double() / initial.to_double()) : "n/a"}});
  };
  row("Fees", costs.fees);
  row("Slippage, estimated", costs.slippage);
  row("Dividends received", costs.dividends);
  std::string out = "<section><h2>Costs</h2>\n<div class=\"pair\"><div>" + paid.html() + "</div><div>";
  if (!costs.at_double.empty()) {
    const Statistics once = statistics_of_closes(initial, result.record.daily, result.config);
    const Statistics twice = statistics_of_closes(initial, costs.at_double, result.config);
    Table table("double-costs", "The result at double costs",
                {{"At the closes", true}, {"This run"}, {"At double costs"}});
    for (const char* key : {"final_equity", "total_return", "cagr", "sharpe", "max_drawdown"}) {
      const StatisticField& field = figure_field(key);
      table.add({{std::string(field.label)}, {figure_text(field, once)}, {figure_text(field, twice)}});
    }
    out += table.html();
  }
  return out +
         "</div></div>\n<p>Slippage is worked back from the fills with the model of the configuration. Double costs "
         "are "
         "of first order: the same trades with fees and slippage paid twice.</p></section>\n";
}

}  // namespace bellwether
