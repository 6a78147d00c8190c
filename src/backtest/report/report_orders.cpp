// Orders, what was left open, and the receipt.
#include <set>

#include "backtest/report/report_sections.hpp"
#include "backtest/report/report_table.hpp"
#include "backtest/report/report_text.hpp"
#include "config/json.hpp"

namespace bellwether {
namespace {

/// Open orders shown; the page says so where there are more.
constexpr std::size_t kOpenOrdersMax = 100;
/// Instruments whose data are described; likewise.
constexpr std::size_t kInstrumentsMax = 100;

std::string positions_table(const RunResult& result, const Names& names) {
  Table table(
      "open-positions", "Positions open at the end",
      {{"Symbol", true}, {"Strategy", true}, {"Quantity"}, {"Average price"}, {"Last price"}, {"Unrealised profit"}});
  for (const OpenPosition& each : result.open_positions) {
    const bool priced = !each.last_price.is_zero();
    table.add({{names.symbol(each.instrument)},
               {names.strategy(each.strategy)},
               {each.quantity.to_string()},
               {price_text(each.average_price)},
               {priced ? each.last_price.to_string() : "none known"},
               {priced ? amount_text(each.unrealized_pnl) : "n/a", signed_class(each.unrealized_pnl.to_double())}});
  }
  return "<h3>Positions</h3><p>Win rate, expectancy and the other figures of trades leave them out; equity and returns "
         "have them.</p>\n" +
         table.html();
}

std::string open_orders_table(const RunResult& result, const Names& names, const std::vector<std::size_t>& open) {
  Table table("open-orders", "Orders open at the end",
              {{"Created", true},
               {"Symbol", true},
               {"Strategy", true},
               {"Side", true},
               {"Type", true},
               {"Quantity"},
               {"Filled"},
               {"Limit"},
               {"Stop"},
               {"State", true}});
  const auto price = [](Price value) { return value.is_zero() ? std::string() : value.to_string(); };
  for (const std::size_t index : open) {
    if (table.rows() == kOpenOrdersMax) break;
    const OrderRow& order = result.record.orders[index];
    table.add({{time_text(order.created)},
               {names.symbol(order.spec.instrument)},
               {names.strategy(order.strategy)},
               {std::string(token(order.spec.side))},
               {std::string(token(order.spec.type))},
               {order.spec.quantity.to_string()},
               {order.filled.to_string()},
               {price(order.spec.limit_price)},
               {price(order.spec.stop_price)},
               {std::string(token(order.state))}});
  }
  const std::string note = open.size() > kOpenOrdersMax ? "<p>The first " + count_text(kOpenOrdersMax) + " of " +
                                                              count_text(open.size()) + ".</p>\n"
                                                        : "";
  return "<h3>Orders</h3>\n" + note + table.html();
}

}  // namespace

std::string orders_html(const RunResult& result) {
  if (result.outcomes.empty()) return "";
  const Names names(result.engine);
  Table ends("order-outcomes", "How orders ended, by strategy",
             {{"Strategy", true},
              {"Asked for"},
              {"Filled"},
              {"Cut", false, "filled in part"},
              {"Cancelled"},
              {"Expired"},
              {"Replaced"},
              {"Rejected"},
              {"Denied"},
              {"Open"}});
  Table reasons("refusals", "Orders refused, by reason",
                {{"Strategy", true}, {"Refused by", true}, {"Reason", true}, {"Orders"}});
  for (const OrderOutcomes& each : result.outcomes) {
    std::vector<TableCell> cells = {{names.strategy(each.strategy)}};
    for (const auto& [name, member] : kOutcomeCounts) cells.push_back({count_text(each.*member)});
    ends.add(cells);
    for (const DenyReasonText& reason : kDenyReasons) {
      const std::uint64_t count = each.denied_by[static_cast<std::size_t>(reason.reason)];
      if (count == 0) continue;
      reasons.add({{names.strategy(each.strategy)}, {"risk limits"}, {std::string(reason.what)}, {count_text(count)}});
    }
    for (std::size_t i = 0; i < each.rejected_by.size(); ++i) {
      if (each.rejected_by[i] == 0) continue;
      const std::string_view reason = i == 0 ? "no reason given" : token(static_cast<RejectReason>(i));
      reasons.add(
          {{names.strategy(each.strategy)}, {"venue"}, {std::string(reason)}, {count_text(each.rejected_by[i])}});
    }
  }
  std::string out = "<section><h2>Orders</h2>\n" + ends.html();
  if (reasons.rows() > 0) out += "<h3>Refused</h3>\n" + reasons.html();
  return out + "</section>\n";
}

std::string open_html(const RunResult& result) {
  const std::vector<std::size_t> open = open_orders(result.record);
  if (result.open_positions.empty() && open.empty()) return "";
  const Names names(result.engine);
  std::string out = "<section><h2>Open at the end</h2>\n";
  if (!result.open_positions.empty()) out += positions_table(result, names);
  if (!open.empty()) out += open_orders_table(result, names, open);
  return out + "</section>\n";
}

std::string data_html(const RunResult& result) {
  if (result.data_quality.empty()) return "";
  Table table("data-quality", "Quality of the data by symbol",
              {{"Symbol", true},
               {"First"},
               {"Last"},
               {"Bars"},
               {"Sessions"},
               {"Sessions lacking", false, "sessions of the run between the first and the last bar without one"},
               {"Outside", false, "sessions of the run before the first and after the last bar"},
               {"Longest hole", false, "sessions in a row"},
               {"Bars lacking", false, "bars that sessions with data lack"},
               {"Jumps", false, "moves from close to close beyond -30 % or +43 % without a corporate action"},
               {"Stale", false, "bars of one and the same price, five or more in a row"},
               {"No volume", false, "bars without volume"},
               {"Rows dropped", false, "rows that could not be used"}});
  const auto count = [](std::uint64_t value) { return TableCell{count_text(value), value > 0 ? "loss" : ""}; };
  const auto date = [](const std::optional<Date>& value) { return TableCell{value ? value->to_string() : "none"}; };
  for (const DataQuality& each : result.data_quality) {
    if (table.rows() == kInstrumentsMax) break;
    table.add({{each.symbol},
               date(each.first),
               date(each.last),
               {count_text(each.bars)},
               {count_text(each.sessions)},
               count(each.sessions_missing),
               count(each.sessions_before + each.sessions_after),
               count(each.longest_hole),
               count(each.bars_missing),
               count(each.jumps),
               count(each.stale_bars),
               count(each.zero_volume_bars),
               count(each.rows_dropped)});
  }
  std::string out = "<section><h2>Data</h2>\n";
  if (result.data_quality.size() > kInstrumentsMax) {
    out += "<p>The first " + count_text(kInstrumentsMax) + " of " + plural_text(result.data_quality.size(), "symbol") +
           "; result.json has all.</p>\n";
  }
  return out + table.html() + "</section>\n";
}

std::string receipt_html(const Receipt& receipt) {
  std::string out =
      "<section><h2>Receipt</h2><p>Equal engine, configuration and data give an equal result. "
      "<code>bellwether verify result.json</code> runs it again.</p>\n<table class=\"receipt\">";
  const auto row = [&](const std::string& name, const std::string& value) {
    out += "<tr><th scope=\"row\">" + html_escaped(name) + "</th><td>" + html_escaped(value) + "</td></tr>";
  };
  row("Engine", receipt.engine_version);
  row("Configuration", receipt.configuration_sha256);
  std::set<std::pair<std::string, std::string>> seen;
  for (const FileFingerprint& data : receipt.data) {
    if (seen.emplace(data.file, data.sha256).second) row(data.file, data.sha256);
  }
  row("Result", receipt.result_sha256);
  return out + "</table></section>\n";
}

}  // namespace bellwether
