#include "backtest/report/report_tables.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

#include "backtest/report/report_chart.hpp"
#include "config/json.hpp"

namespace bellwether {
namespace {

/// As the terminal shows it, amounts with commas between thousands.
std::string figure_text(const StatisticField& field, const Statistics& statistics) {
  const StatisticValue value = field.value(statistics);
  if (const auto* money = std::get_if<Money>(&value)) return grouped(money->to_double(), 2);
  return statistic_text(field, statistics);
}

std::string signed_class(double value) { return value > 0 ? "gain" : value < 0 ? "loss" : ""; }

std::string cell(const std::string& text, std::string_view style = "") {
  return style.empty() ? "<td>" + text + "</td>" : "<td class=\"" + std::string(style) + "\">" + text + "</td>";
}

/// A cell of the month table; the deepest colour stands for `largest`.
std::string return_cell(const std::optional<double>& value, double largest) {
  if (!value) return "<td></td>";
  const int depth = largest > 0 ? static_cast<int>(std::lround(8 + 52 * std::min(1.0, std::abs(*value) / largest))) : 0;
  const std::string colour = *value < 0 ? "--loss" : "--gain";
  return "<td style=\"background:color-mix(in srgb,var(" + colour + ") " + std::to_string(*value == 0 ? 0 : depth) +
         "%,transparent)\">" + grouped(*value * 100, 1) + "</td>";
}

struct YearRow {
  std::array<std::optional<double>, 12> months;
  std::optional<double> total;
};

}  // namespace

std::string time_text(Timestamp time) {
  std::string text = format_rfc3339(time).substr(0, 16);
  text[10] = ' ';
  return text;
}

std::string html_escaped_lines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out += html_escaped(text.substr(0, end));
    if (end < text.size()) out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string figures_html(const Statistics& statistics) {
  constexpr std::string_view kHeadline[] = {"final_equity", "total_return", "cagr",          "sharpe",
                                            "max_drawdown", "win_rate",     "profit_factor", "trades"};
  constexpr std::string_view kColoured[] = {"total_return", "cagr", "max_drawdown"};
  std::string out = "<div class=\"figures\">";
  for (const std::string_view key : kHeadline) {
    for (const StatisticField& field : statistic_fields()) {
      if (field.key != key) continue;
      const StatisticValue value = field.value(statistics);
      const bool coloured = std::find(std::begin(kColoured), std::end(kColoured), key) != std::end(kColoured);
      const auto* number = std::get_if<double>(&value);
      out += "<div><span>" + html_escaped(field.label) + "</span><b class=\"" +
             (coloured && number != nullptr ? signed_class(*number) : "") + "\">" +
             html_escaped(figure_text(field, statistics)) + "</b></div>";
    }
  }
  return out + "</div>\n";
}

std::string months_html(const SessionRecord& record) {
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::map<int, YearRow> years;
  double largest = 0;
  for (const MonthlyReturn& month : monthly_returns(record.initial_cash, record.daily)) {
    YearRow& row = years[month.year];
    row.months[month.month - 1] = month.value;
    if (!month.value) continue;
    row.total = (1 + row.total.value_or(0)) * (1 + *month.value) - 1;
    largest = std::max(largest, std::abs(*month.value));
  }
  std::string out = "<section><h2>Monthly returns, %</h2>\n<div class=\"scroll\"><table class=\"months\"><tr><th></th>";
  for (const char* month : kMonths) out += std::string("<th>") + month + "</th>";
  out += "<th>Year</th></tr>\n";
  for (const auto& [year, row] : years) {
    out += "<tr><th>" + std::to_string(year) + "</th>";
    for (const auto& month : row.months) out += return_cell(month, largest);
    const double total = row.total.value_or(0);
    out += "<td class=\"" + signed_class(total) + "\"><b>" + (row.total ? grouped(total * 100, 1) : "") +
           "</b></td></tr>\n";
  }
  return out + "</table></div></section>\n";
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
    out += "<tr title=\"" + html_escaped(field.meaning) + "\">" + cell(html_escaped(field.label)) +
           cell(html_escaped(figure_text(field, statistics))) + "</tr>";
  }
  return out + "</table></div></div></section>\n";
}

std::string trades_html(const RunResult& result) {
  const Names names(result.engine);
  const auto& trades = result.record.trades;
  const std::size_t shown = std::min<std::size_t>(trades.size(), result.config.output.report_trades_max);
  std::string out = "<section><h2>Trades</h2><p>";
  out += shown == trades.size() ? grouped(static_cast<double>(shown), 0) + (shown == 1 ? " trade" : " trades")
                                : "The first " + grouped(static_cast<double>(shown), 0) + " of " +
                                      grouped(static_cast<double>(trades.size()), 0) + " trades; trades.csv has all";
  out +=
      "</p>\n<div class=\"scroll\"><table id=\"trades\"><tr><th>Entry</th><th class=\"left\">Exit</th><th "
      "class=\"left\">Symbol</th><th class=\"left\">Strategy</th><th class=\"left\">Side</th><th>Quantity</th>"
      "<th>Entry price</th><th>Exit price</th><th>Fees</th><th>Profit</th><th>Worst</th><th>Best</th></tr>\n";
  for (std::size_t i = 0; i < shown; ++i) {
    const TradeRecord& trade = trades[i];
    const auto amount = [](Money money) { return grouped(money.to_double(), 2); };
    out += "<tr>" + cell(time_text(trade.entry_time)) + cell(time_text(trade.exit_time), "left") +
           cell(html_escaped(names.symbol(trade.instrument)), "left") +
           cell(html_escaped(names.strategy(trade.strategy)), "left") +
           cell(trade.direction == TradeDirection::Long ? "long" : "short", "left") + cell(trade.quantity.to_string()) +
           cell(trade.entry_price.to_string()) + cell(trade.exit_price.to_string()) + cell(amount(trade.fees)) +
           cell(amount(trade.net_pnl), signed_class(trade.net_pnl.to_double())) + cell(amount(trade.mae)) +
           cell(amount(trade.mfe)) + "</tr>\n";
  }
  return out + "</table></div></section>\n";
}

std::string receipt_html(const Receipt& receipt) {
  std::string out =
      "<section><h2>Receipt</h2><p>Equal engine, configuration and data give an equal result. "
      "<code>bellwether verify result.json</code> runs it again.</p>\n<table class=\"receipt\">";
  const auto row = [&](const std::string& name, const std::string& value) {
    out += "<tr><th>" + html_escaped(name) + "</th><td>" + html_escaped(value) + "</td></tr>";
  };
  row("Engine", receipt.engine_version);
  row("Configuration", receipt.configuration_sha256);
  for (const FileFingerprint& data : receipt.data) row(data.file, data.sha256);
  row("Result", receipt.result_sha256);
  return out + "</table></section>\n";
}

}  // namespace bellwether
