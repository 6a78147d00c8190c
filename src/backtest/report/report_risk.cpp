// Drawdowns, moving figures and distributions.
#include <algorithm>
#include <cmath>

#include "backtest/report/report_bars.hpp"
#include "backtest/report/report_sections.hpp"
#include "backtest/report/report_table.hpp"
#include "backtest/report/report_text.hpp"
#include "config/configuration.hpp"
#include "engine/statistics/distribution.hpp"
#include "engine/statistics/drawdown.hpp"
#include "engine/statistics/returns.hpp"
#include "engine/statistics/rolling.hpp"

namespace bellwether {
namespace {

constexpr std::size_t kDrawdownsMax = 5;
/// A quarter of sessions.
constexpr std::size_t kRollingWindow = 63;
constexpr std::size_t kBinsMax = 41;
constexpr std::size_t kPlacesMax = 5;

std::string distribution_html(std::string_view id, std::string_view of, std::span<const double> returns) {
  const statistics::Histogram histogram = statistics::histogram(returns, kBinsMax);
  if (histogram.normal.empty()) {
    const std::string all =
        returns.size() == 1 ? "The only return was " : "All " + count_text(returns.size()) + " returns were ";
    return returns.empty() ? "<p class=\"none\">No return.</p>\n"
                           : "<p class=\"none\">" + all + percent_text(returns.front()) + ".</p>\n";
  }
  BarChart chart{.id = std::string(id),
                 .title = "Distribution of " + std::string(of),
                 .description = "How many of " + count_text(returns.size()) + " returns fell into each range.",
                 .with_curve = true};
  int decimals = 0;
  for (double width = histogram.width * 100; width < 0.9999 && decimals < 4; width *= 10) ++decimals;
  const std::size_t bins = histogram.counts.size();
  const std::size_t step = (bins + kPlacesMax) / kPlacesMax;
  for (std::size_t i = 0; i < bins; ++i) {
    const double low = histogram.low + static_cast<double>(i) * histogram.width;
    ReportBar& bar = chart.bars.emplace_back();
    bar.value = static_cast<double>(histogram.counts[i]);
    bar.style = low + histogram.width / 2 < 0 ? "loss" : "gain";
    bar.text = percent_text(low, decimals) + " to " + percent_text(low + histogram.width, decimals) + "\n" +
               plural_text(histogram.counts[i], "return");
    bar.curve = histogram.normal[i];
    bar.text += "\nnormal  " + grouped(histogram.normal[i], 1);
    if (i % step == 0)
      chart.places.push_back({static_cast<double>(i) / static_cast<double>(bins), percent_text(low, decimals)});
  }
  return bar_chart_html(chart);
}

std::string rolling_chart(const SessionAxis& axis, const ColumnCurve& curve, std::string_view id,
                          const std::string& name, ValueFormat format) {
  if (curve.empty()) return "";
  const Chart chart{
      .id = std::string(id),
      .title = name + " over " + std::to_string(kRollingWindow) + " sessions",
      .description = "Between " + value_text(format, curve.low()) + " and " + value_text(format, curve.high()) + ".",
      .size = "low",
      .format = format,
      .curves = {{&curve, name, "lead"}},
      .with_zero = true};
  return "<h3>" + name + "</h3>\n" + chart_html(chart, axis);
}

}  // namespace

std::string drawdowns_html(const SessionRecord& record) {
  const auto drawdowns = statistics::deepest_drawdowns(record.initial_cash, record.equity.values(), kDrawdownsMax);
  if (drawdowns.empty()) return "<p class=\"none\">Equity never fell below its highest value.</p>\n";
  Table table(
      "drawdowns", "The deepest drawdowns",
      {{"Rank", true}, {"Depth"}, {"From"}, {"Lowest"}, {"Recovered"}, {"To the lowest"}, {"To recovery"}, {"Loss"}});
  for (std::size_t i = 0; i < drawdowns.size(); ++i) {
    const statistics::Drawdown& each = drawdowns[i];
    const Timestamp peak = record.equity.time(each.peak_index.value_or(0));
    const Timestamp trough = record.equity.time(each.trough_index);
    const bool recovered = each.recovery_index.has_value();
    const Timestamp recovery = recovered ? record.equity.time(*each.recovery_index) : trough;
    table.add({{std::to_string(i + 1)},
               {percent_text(statistics::depth(each)), "loss"},
               {time_text(peak)},
               {time_text(trough)},
               {recovered ? time_text(recovery) : "not within the run"},
               {elapsed_text(trough - peak)},
               {recovered ? elapsed_text(recovery - trough) : "n/a"},
               {amount_text(each.trough - each.peak)}});
  }
  return "<h3>The deepest</h3>\n" + table.html();
}

std::string rolling_html(const RunResult& result, const SessionAxis& axis) {
  const std::string head = "<section><h2>Moving figures</h2><p>Of the " + std::to_string(kRollingWindow) +
                           " sessions up to each day, as the statistics define them.</p>\n";
  const std::vector<std::size_t> sessions = statistics::single_sessions(result.record.daily);
  const auto all = statistics::daily_returns(result.record.initial_cash, result.record.daily);
  if (!all || sessions.size() < kRollingWindow) {
    return head + "<p class=\"none\">They need the returns of " + std::to_string(kRollingWindow) +
           " sessions with positive equity; the run has " + count_text(all ? sessions.size() : 0) + ".</p></section>\n";
  }
  std::vector<double> returns;
  std::vector<std::optional<double>> benchmark;
  for (const std::size_t session : sessions) {
    returns.push_back((*all)[session]);
    if (!result.benchmark_returns.empty()) benchmark.push_back(result.benchmark_returns[session]);
  }
  ColumnCurve volatility;
  ColumnCurve sharpe;
  ColumnCurve beta;
  for (const statistics::RollingPoint& point :
       statistics::rolling_figures(returns, benchmark, kRollingWindow, statistics_options(result.config))) {
    const std::size_t session = sessions[point.session];
    const double position = axis.close_of(session);
    const Timestamp time = result.record.daily[session].session.midnight_utc();
    if (point.volatility) volatility.add(position, *point.volatility, time);
    if (point.sharpe) sharpe.add(position, *point.sharpe, time);
    if (point.beta) beta.add(position, *point.beta, time);
  }
  return head + rolling_chart(axis, sharpe, "rolling-sharpe", "Sharpe ratio", ValueFormat::Ratio) +
         rolling_chart(axis, volatility, "rolling-volatility", "Annual volatility", ValueFormat::Percent) +
         rolling_chart(axis, beta, "rolling-beta", "Beta", ValueFormat::Ratio) + "</section>\n";
}

std::string distributions_html(const SessionRecord& record) {
  const auto all = statistics::daily_returns(record.initial_cash, record.daily);
  if (!all || all->empty()) return "";
  std::vector<double> daily;
  for (const std::size_t session : statistics::single_sessions(record.daily)) daily.push_back((*all)[session]);
  std::vector<double> monthly;
  for (const MonthlyReturn& month : monthly_returns(record.initial_cash, record.daily)) {
    if (month.value) monthly.push_back(*month.value);
  }
  return "<section><h2>Distribution of returns</h2><p>How often a return of a size occurred; the dashed line is the "
         "normal distribution of the same mean and deviation.</p>\n<div class=\"pair\"><div><h3>Daily</h3>" +
         distribution_html("daily-returns", "daily returns", daily) + "</div><div><h3>Monthly</h3>" +
         distribution_html("monthly-returns", "monthly returns", monthly) + "</div></div></section>\n";
}

}  // namespace bellwether
