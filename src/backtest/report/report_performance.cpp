// Figures, the run beside its benchmark, monthly returns and statistics.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "backtest/report/report_sections.hpp"
#include "backtest/report/report_table.hpp"
#include "backtest/report/report_text.hpp"
#include "config/configuration.hpp"

namespace bellwether {
namespace {

struct YearRow {
  std::array<std::optional<double>, 12> months;
  std::optional<double> total;
};

/// Why a figure is not there.
std::string reason_html(const StatisticField& field, const Statistics& statistics) {
  const std::string reason = absence_reason(field, statistics);
  return reason.empty() ? "" : "<small class=\"reason\">" + html_escaped(reason) + "</small>";
}

/// One of ten depths of colour for a month's return; the deepest stands for `largest`.
std::string depth_class(double value, double largest) {
  if (value == 0 || largest <= 0) return "";
  const long depth = std::clamp(std::lround(10 * std::abs(value) / largest), 1L, 10L);
  return (value < 0 ? "down" : "up") + std::to_string(depth);
}

/// The classes of depth_class().
std::string depth_styles() {
  std::string out = "<style>";
  for (int depth = 1; depth <= 10; ++depth) {
    for (const auto& [name, colour] : {std::pair("up", "--gain"), std::pair("down", "--loss")}) {
      out += std::string(".") + name + std::to_string(depth) + "{background:color-mix(in srgb,var(" + colour + ") " +
             std::to_string(5 + 4 * depth) + "%,transparent)}";
    }
  }
  return out + "</style>";
}

}  // namespace

Statistics statistics_of_closes(Money initial, std::span<const DailyEquity> daily, const AppConfig& config) {
  EquityCurve curve;
  for (const DailyEquity& day : daily) curve.append(day.session.midnight_utc(), day.equity);
  return compute_statistics(
      {.initial_equity = initial, .curve = curve, .daily = daily, .options = statistics_options(config)});
}

std::string figures_html(const Statistics& statistics) {
  constexpr std::string_view kHeadline[] = {"final_equity", "total_return", "cagr",          "sharpe",
                                            "max_drawdown", "win_rate",     "profit_factor", "trades"};
  constexpr std::string_view kColoured[] = {"total_return", "cagr", "max_drawdown"};
  std::string out = "<div class=\"figures\">";
  for (const std::string_view key : kHeadline) {
    const StatisticField& field = figure_field(key);
    const StatisticValue value = field.value(statistics);
    const bool coloured = std::find(std::begin(kColoured), std::end(kColoured), key) != std::end(kColoured);
    const auto* number = std::get_if<double>(&value);
    out += "<div><span>" + html_escaped(field.label) + "</span><b class=\"" +
           std::string(coloured && number != nullptr ? signed_class(*number) : "") + "\">" +
           html_escaped(figure_text(field, statistics)) + "</b>" + reason_html(field, statistics) + "</div>";
  }
  return out + "</div>\n";
}

std::string comparison_html(const RunResult& result) {
  if (result.benchmark.empty()) return "";
  constexpr std::string_view kBoth[] = {"total_return", "cagr",   "annual_volatility", "sharpe", "sortino",
                                        "max_drawdown", "calmar", "value_at_risk_95"};
  constexpr std::string_view kAgainst[] = {"correlation", "beta", "alpha", "information_ratio", "tracking_error"};
  const Money initial = result.record.initial_cash;
  const Statistics own = statistics_of_closes(initial, result.record.daily, result.config);
  const Statistics other = statistics_of_closes(initial, result.benchmark, result.config);
  const std::string held = result.config.statistics.benchmark + " held";
  Table both("benchmark", "The run beside its benchmark", {{"Figure", true}, {"This run"}, {"Benchmark"}});
  for (const std::string_view key : kBoth) {
    const StatisticField& field = figure_field(key);
    both.add({{std::string(field.label)}, {figure_text(field, own)}, {figure_text(field, other)}});
  }
  Table against("against", "The run's figures against its benchmark", {{"Against the benchmark", true}, {"This run"}});
  for (const std::string_view key : kAgainst) {
    const StatisticField& field = figure_field(key);
    against.add({{std::string(field.label)}, {figure_text(field, result.statistics)}});
  }
  return "<section><h2>Beside the benchmark</h2><p>" + html_escaped(held) +
         " from its first close in the run. Both at the closes of the sessions, so that the drawdown of this run may "
         "be "
         "less than the deepest within a session above.</p>\n<div class=\"pair\"><div>" +
         both.html() + "</div><div>" + against.html() + "</div></div></section>\n";
}

std::string months_html(const SessionRecord& record) {
  std::map<int, YearRow> years;
  double largest = 0;
  for (const MonthlyReturn& month : monthly_returns(record.initial_cash, record.daily)) {
    YearRow& row = years[month.year];
    row.months[month.month - 1] = month.value;
    if (!month.value) continue;
    row.total = (1 + row.total.value_or(0)) * (1 + *month.value) - 1;
    largest = std::max(largest, std::abs(*month.value));
  }
  if (years.empty()) return "";
  std::vector<TableColumn> columns = {{"Year", true}};
  for (const char* month : {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}) {
    columns.push_back({month});
  }
  columns.push_back({"Total"});
  Table table("months", "Returns by year and month in per cent", columns);
  std::vector<std::string> styles(12);
  for (const auto& [year, row] : years) {
    std::vector<TableCell> cells = {{std::to_string(year)}};
    for (std::size_t i = 0; i < 12; ++i) {
      const auto& value = row.months[i];
      styles[i] = value ? depth_class(*value, largest) : "";
      cells.push_back({value ? grouped(*value * 100, 1) : "", styles[i]});
    }
    cells.push_back({row.total ? grouped(*row.total * 100, 1) : "", signed_class(row.total.value_or(0))});
    table.add(cells);
  }
  return depth_styles() + "<section><h2>Monthly returns, %</h2>\n" + table.html() + "</section>\n";
}

std::string statistics_html(const Statistics& statistics) {
  std::string out = "<section><h2>Statistics</h2>\n<div class=\"columns\">";
  std::string_view group;
  for (const StatisticField& field : statistic_fields()) {
    if (field.group != group) {
      out += group.empty() ? "" : "</table></div>\n";
      group = field.group;
      out += "<div><h3>" + html_escaped(group) + "</h3><table>";
    }
    out += "<tr title=\"" + html_escaped(field.meaning) + "\"><th scope=\"row\">" + html_escaped(field.label) +
           "</th><td>" + html_escaped(figure_text(field, statistics)) + reason_html(field, statistics) + "</td></tr>";
  }
  return out + "</table></div></div></section>\n";
}

}  // namespace bellwether
