#include "backtest/report/report_html.hpp"

#include <algorithm>

#include "backtest/report/report_sections.hpp"
#include "backtest/report/report_style.hpp"
#include "backtest/report/report_text.hpp"
#include "config/configuration.hpp"

namespace bellwether {
namespace {

/// The gravest stand first.
constexpr std::size_t kCaveatsMax = 12;

/// The first few of `names` and how many more there are.
std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kNamesMax = 6;
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), kNamesMax); ++i) out += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kNamesMax) out += " and " + count_text(names.size() - kNamesMax) + " more";
  return out;
}

std::string header_html(const RunResult& result, const std::string& title) {
  std::string out = "<header><h1>" + html_escaped(title) + "</h1>";
  const auto& daily = result.record.daily;
  if (!daily.empty()) {
    out += "<p>" + daily.front().session.to_string() + " to " + daily.back().session.to_string() + ", " +
           plural_text(daily.size(), "session") + ", " +
           plural_text(result.record.counts.market_events, "market event") + "</p>";
  }
  out += "</header>\n";
  const std::vector<std::string> caveats = result.caveats();
  if (caveats.empty()) return out;
  out += "<ul class=\"caveats\" aria-label=\"What to know before the figures\">";
  for (std::size_t i = 0; i < std::min(caveats.size(), kCaveatsMax); ++i) {
    out += "<li>" + html_escaped(caveats[i]) + "</li>";
  }
  if (caveats.size() > kCaveatsMax) {
    out += "<li>and " + count_text(caveats.size() - kCaveatsMax) + " more, all in result.json</li>";
  }
  return out + "</ul>\n";
}

std::string title_of(const RunResult& result) {
  std::vector<std::string> strategies;
  std::vector<std::string> symbols;
  for (const StrategyConfig& strategy : result.engine.strategies) strategies.push_back(strategy.id);
  for (const Instrument& instrument : result.engine.instruments) symbols.push_back(instrument.symbol);
  return listed(strategies) + " on " + listed(symbols);
}

}  // namespace

std::string report_html(const RunResult& result) {
  const SessionAxis axis(result.record.daily);
  const std::string title = title_of(result);
  std::string out =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>" +
      html_escaped(title) + " - Bellwether report</title><link rel=\"icon\" href=\"data:,\"><style>";
  out += kReportStyle;
  out += "</style></head><body><main>\n";
  out += header_html(result, title) + figures_html(result.statistics);
  out += curves_html(result, axis) + comparison_html(result) + months_html(result.record);
  out += rolling_html(result, axis) + distributions_html(result.record) + activity_html(result, axis);
  out += costs_html(result) + statistics_html(result.statistics) + orders_html(result) + open_html(result) +
         data_html(result);
  out += breakdowns_html(result) + prices_html(result, axis) + trades_html(result) + receipt_html(result.receipt);
  out += "<section><details><summary>Configuration</summary><pre>" +
         html_escaped_lines(pretty_json(receipt_configuration(result.config))) + "</pre></details></section>\n";
  out += "<footer>Bellwether " + html_escaped(result.receipt.engine_version) +
         ". Times are UTC where no other zone is named; amounts are in account currency.</footer>\n"
         "</main><div id=\"tip\"></div>\n<script>";
  out += kReportScript;
  return out + "</script></body></html>\n";
}

}  // namespace bellwether
