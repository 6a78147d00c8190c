// Equity, drawdown and prices over time.
#include <algorithm>
#include <numeric>

#include "backtest/report/report_html.hpp"
#include "backtest/report/report_sections.hpp"
#include "backtest/report/report_text.hpp"
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

std::string equity_html(const RunResult& result, const SessionAxis& axis, const Curves& curves) {
  Chart chart{.id = "equity",
              .title = "Equity over time",
              .description = "From " + amount_text(result.statistics.initial_equity) + " to " +
                             amount_text(result.statistics.final_equity) + ".",
              .size = "tall",
              .curves = {{&curves.equity, "Equity", "lead"}}};
  std::string key = "<p class=\"key\"><span><i></i>Equity</span>";
  if (!curves.benchmark.empty()) {
    key += "<span><i class=\"other\"></i>" + html_escaped(result.config.statistics.benchmark + " held") + "</span>";
    chart.curves.push_back({&curves.benchmark, "Benchmark", "other"});
  }
  std::string out = "<section><h2>Equity</h2>\n" + key + "</p>\n";
  const bool positive = curves.equity.low() > 0 && (curves.benchmark.empty() || curves.benchmark.low() > 0);
  if (curves.equity.empty() || !positive) return out + chart_html(chart, axis) + "</section>\n";
  out +=
      "<div class=\"scale\"><input type=\"radio\" name=\"scale\" id=\"scale-linear\" checked><label "
      "for=\"scale-linear\">linear axis</label><input type=\"radio\" name=\"scale\" id=\"scale-log\"><label "
      "for=\"scale-log\">logarithmic axis</label>\n<div class=\"linear\">" +
      chart_html(chart, axis) + "</div>";
  chart.id = "equity-log";
  chart.title += ", logarithmic axis";
  chart.logarithmic = true;
  return out + "<div class=\"logarithmic\">" + chart_html(chart, axis) + "</div></div></section>\n";
}

std::string trade_tip(const TradeRecord& trade, const Names& names, bool entry) {
  const bool is_long = trade.direction == TradeDirection::Long;
  return std::string(entry ? "Entry" : "Exit") + ", " + names.strategy(trade.strategy) + ", " +
         (is_long ? "long " : "short ") + trade.quantity.to_string() + "\n" + time_text(trade.entry_time) + "  at  " +
         trade.entry_price.to_string() + "\n" + time_text(trade.exit_time) + "  at  " + trade.exit_price.to_string() +
         "\nprofit  " + amount_text(trade.net_pnl) + "  after fees of  " + amount_text(trade.fees);
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
        {*entry, trade.entry_price.to_double(), is_long ? "buy" : "sell", trade_tip(trade, names, true)});
    chart.markers.push_back(
        {*exit, trade.exit_price.to_double(), is_long ? "sell" : "buy", trade_tip(trade, names, false)});
    chart.links.push_back({first, first + 1, trade.net_pnl.is_negative() ? "loss" : "gain"});
  }
  return trades;
}

std::string price_html(const RunResult& result, std::size_t index, const SessionAxis& axis) {
  const PriceHistory& history = result.prices[index];
  const auto instrument = Names(result.engine).find_symbol(history.symbol);
  ColumnCurve curve;
  for (const Bar& bar : history.bars) {
    // A daily bar is known at its session's close; the axis puts everything after a close there.
    const auto position = axis.position(history.interval == kDailyInterval ? bar.start + std::chrono::minutes(389)
                                                                           : bar.start + history.interval);
    if (!position) continue;
    curve.add(*position, bar.close.to_double(), bar.start);
    curve.widen(*position, bar.low.to_double(), bar.high.to_double());
  }
  Chart chart{.id = "price-" + std::to_string(index),
              .title = "Price of " + history.symbol + " with trades",
              .description = "",
              .format = ValueFormat::UnitPrice,
              .curves = {{&curve, "Close", "lead"}},
              .band = true};
  const std::size_t trades = instrument ? mark_trades(result, *instrument, axis, chart) : 0;
  std::string note = plural_text(trades, "trade");
  if (trades > kMarkedTradesMax) note = "The first " + count_text(kMarkedTradesMax) + " of " + note + " are marked";
  chart.description = note + ".";
  const std::string key =
      trades == 0
          ? ""
          : "<p class=\"key\"><span><i class=\"buy\"></i>bought</span><span><i class=\"sell\"></i>sold</span></p>";
  return "<section><h2>" + html_escaped(history.symbol) + "</h2><p>" + (history.synthetic ? "Synthetic data. " : "") +
         note + ".</p>\n" + key + chart_html(chart, axis) + "</section>\n";
}

}  // namespace

std::string curves_html(const RunResult& result, const SessionAxis& axis) {
  const Curves curves = curves_of(result, axis);
  const Chart drawdown{
      .id = "drawdown",
      .title = "Drawdown over time",
      .description = "The deepest is " + figure_text(figure_field("max_drawdown"), result.statistics) + ".",
      .size = "low",
      .format = ValueFormat::Percent,
      .curves = {{&curves.drawdown, "Drawdown", "down"}},
      .zero_at_top = true};
  return equity_html(result, axis, curves) + "<section><h2>Drawdown</h2>\n" + chart_html(drawdown, axis) +
         drawdowns_html(result.record) + "</section>\n";
}

std::string prices_html(const RunResult& result, const SessionAxis& axis) {
  std::vector<std::size_t> trades(result.prices.size());
  for (const TradeRecord& trade : result.record.trades) {
    if (trade.instrument < trades.size()) ++trades[trade.instrument];
  }
  std::vector<std::size_t> shown(result.prices.size());
  std::iota(shown.begin(), shown.end(), 0);
  std::string note;
  if (shown.size() > kPriceChartsMax) {
    std::stable_sort(shown.begin(), shown.end(), [&](std::size_t a, std::size_t b) { return trades[a] > trades[b]; });
    shown.resize(kPriceChartsMax);
    note = "<section><h2>Prices</h2><p>The " + count_text(kPriceChartsMax) + " symbols with the most trades of " +
           count_text(result.prices.size()) + ".</p></section>\n";
  }
  std::string out = note;
  for (const std::size_t index : shown) out += price_html(result, index, axis);
  return out;
}

}  // namespace bellwether
