#include "backtest/report/report_html.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "backtest/report/report_chart.hpp"
#include "backtest/report/report_style.hpp"
#include "backtest/report/report_tables.hpp"
#include "config/configuration.hpp"
#include "config/json.hpp"

namespace bellwether {
namespace {

struct Curves {
  ColumnCurve equity;
  ColumnCurve drawdown;
  ColumnCurve benchmark;
};

/// Equity after every event; of a run without events, at the sessions' closes.
Curves curves_of(const RunResult& result, const SessionAxis& axis) {
  Curves curves;
  double peak = result.record.initial_cash.to_double();
  const auto add = [&](double position, Money equity, Timestamp time) {
    const double value = equity.to_double();
    peak = std::max(peak, value);
    curves.equity.add(position, value, time);
    curves.drawdown.add(position, peak > 0 ? value / peak - 1 : 0, time);
  };
  result.record.equity.for_each([&](Timestamp time, Money equity) {
    if (const auto position = axis.position(time)) add(*position, equity, time);
  });
  if (result.record.equity.empty()) {
    for (std::size_t i = 0; i < axis.size(); ++i) {
      add(axis.close_of(i), result.record.daily[i].equity, result.record.daily[i].session.midnight_utc());
    }
  }
  for (std::size_t i = 0; i < std::min(axis.size(), result.benchmark.size()); ++i) {
    curves.benchmark.add(axis.close_of(i), result.benchmark[i].equity.to_double(),
                         result.benchmark[i].session.midnight_utc());
  }
  return curves;
}

std::string header_html(const RunResult& result) {
  std::string strategies;
  for (const StrategyConfig& strategy : result.engine.strategies) {
    strategies += (strategies.empty() ? "" : ", ") + strategy.id;
  }
  std::string symbols;
  for (const Instrument& instrument : result.engine.instruments) {
    symbols += (symbols.empty() ? "" : ", ") + instrument.symbol;
  }
  std::string out = "<header><h1>" + html_escaped(strategies + " on " + symbols) + "</h1>";
  for (const std::string& caveat : result.caveats())
    out += "<span class=\"caveat\">" + html_escaped(caveat) + "</span>";
  const auto& daily = result.record.daily;
  if (!daily.empty()) {
    out += "<p>" + daily.front().session.to_string() + " to " + daily.back().session.to_string() + ", " +
           grouped(static_cast<double>(daily.size()), 0) + " sessions, " +
           grouped(static_cast<double>(result.record.counts.market_events), 0) + " market events</p>";
  }
  return out + "</header>\n";
}

std::string equity_section(const RunResult& result, const SessionAxis& axis, const Curves& curves) {
  Chart chart{
      .id = "equity", .label = "Equity over time", .height = 330, .curves = {{&curves.equity, "Equity", "lead"}}};
  std::string key;
  if (!curves.benchmark.empty()) {
    const std::string name = result.config.statistics.benchmark + " held";
    key = "<span class=\"key\"><i></i>Equity<i class=\"other\"></i>" + html_escaped(name) + "</span>";
    chart.curves.push_back({&curves.benchmark, "Benchmark", "other"});
  }
  return "<section>" + key + "<h2>Equity</h2>\n" + chart_svg(chart, axis) + "</section>\n";
}

std::string drawdown_section(const SessionAxis& axis, const Curves& curves) {
  const Chart chart{.id = "drawdown",
                    .label = "Drawdown over time",
                    .height = 190,
                    .format = ValueFormat::Percent,
                    .curves = {{&curves.drawdown, "Drawdown", "down"}},
                    .zero_at_top = true};
  return "<section><h2>Drawdown</h2>\n" + chart_svg(chart, axis) + "</section>\n";
}

std::string trade_tip(const TradeRecord& trade, const Names& names, bool entry) {
  const bool is_long = trade.direction == TradeDirection::Long;
  return std::string(entry ? "Entry" : "Exit") + ", " + names.strategy(trade.strategy) + ", " +
         (is_long ? "long " : "short ") + trade.quantity.to_string() + "\n" + time_text(trade.entry_time) + "  at  " +
         trade.entry_price.to_string() + "\n" + time_text(trade.exit_time) + "  at  " + trade.exit_price.to_string() +
         "\nprofit  " + grouped(trade.net_pnl.to_double(), 2) + "  after fees of  " +
         grouped(trade.fees.to_double(), 2);
}

/// The first trades of the instrument as pairs of markers. Returns how many trades it has.
std::size_t mark_trades(const RunResult& result, InstrumentIndex instrument, const SessionAxis& axis, Chart& chart) {
  const Names names(result.engine);
  std::size_t trades = 0;
  for (const TradeRecord& trade : result.record.trades) {
    if (trade.instrument != instrument) continue;
    const auto entry = axis.position(trade.entry_time);
    const auto exit = axis.position(trade.exit_time);
    if (!entry || !exit || ++trades > kMarkedTradesMax) continue;
    const bool is_long = trade.direction == TradeDirection::Long;
    const std::size_t first = chart.markers.size();
    chart.markers.push_back(
        {*entry, trade.entry_price.to_double(), is_long ? "buy" : "sell", is_long, trade_tip(trade, names, true)});
    chart.markers.push_back(
        {*exit, trade.exit_price.to_double(), is_long ? "sell" : "buy", !is_long, trade_tip(trade, names, false)});
    chart.links.push_back({first, first + 1, trade.net_pnl.is_negative() ? "loss" : "gain"});
  }
  return trades;
}

std::string price_section(const RunResult& result, const PriceHistory& history, const SessionAxis& axis) {
  const Names names(result.engine);
  const auto instrument = names.find_symbol(history.symbol);
  ColumnCurve curve;
  for (const Bar& bar : history.bars) {
    // A daily bar is known at its session's close; the axis puts everything after a close there.
    const auto position = axis.position(history.interval == kDailyInterval ? bar.start + std::chrono::minutes(389)
                                                                           : bar.start + history.interval);
    if (!position) continue;
    curve.add(*position, bar.close.to_double(), bar.start);
    curve.widen(*position, bar.low.to_double(), bar.high.to_double());
  }
  Chart chart{.id = "price-" + (instrument ? std::to_string(*instrument) : history.symbol),
              .label = "Price of " + history.symbol + " with trades",
              .height = 280,
              .format = ValueFormat::UnitPrice,
              .curves = {{&curve, "Close", "lead"}},
              .band = true};
  const std::size_t trades = instrument ? mark_trades(result, *instrument, axis, chart) : 0;
  std::string note = grouped(static_cast<double>(trades), 0) + (trades == 1 ? " trade" : " trades");
  if (trades > kMarkedTradesMax) {
    note = "The first " + grouped(kMarkedTradesMax, 0) + " of " + note + " are marked";
  }
  return "<section><h2>" + html_escaped(history.symbol) +
         (history.synthetic ? " <span class=\"caveat\">synthetic data</span>" : "") + "</h2><p>" + note + "</p>\n" +
         chart_svg(chart, axis) + "</section>\n";
}

}  // namespace

std::string report_html(const RunResult& result) {
  const SessionAxis axis(result.record.daily);
  const Curves curves = curves_of(result, axis);
  std::string out =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>Bellwether report</title>"
      "<link rel=\"icon\" href=\"data:,\"><style>";
  out += kReportStyle;
  out += "</style></head><body><main>\n";
  out += header_html(result) + figures_html(result.statistics);
  out += equity_section(result, axis, curves) + drawdown_section(axis, curves) + months_html(result.record);
  for (const PriceHistory& history : result.prices) out += price_section(result, history, axis);
  out += statistics_html(result.statistics) + trades_html(result) + receipt_html(result.receipt);
  out += "<section><details><summary>Configuration</summary><pre>" +
         html_escaped_lines(pretty_json(receipt_configuration(result.config))) + "</pre></details></section>\n";
  out += "<footer>Bellwether " + html_escaped(result.receipt.engine_version) +
         ". Times are UTC; amounts are in account currency.</footer>\n</main><div id=\"tip\"></div>\n<script>";
  out += kReportScript;
  return out + "</script></body></html>\n";
}

}  // namespace bellwether
