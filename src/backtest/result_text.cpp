#include "backtest/result_text.hpp"

#include <algorithm>

#include "config/json.hpp"

namespace bellwether {
namespace {

/// Rows of cells under a heading, the first column to the left, the others to the right.
std::string text_table(const std::string& heading, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out = "\n" + heading + "\n";
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - row[i].size(), ' ');
      out += "  " + (i == 0 ? row[i] + space : space + row[i]);
    }
    while (out.back() == ' ') out.pop_back();
    out += '\n';
  }
  return out;
}

/// Columns in which every strategy has zero are left out, but for those asked for and filled.
std::string outcomes_table(const RunResult& result) {
  const OrderOutcomes all = sum(result.outcomes);
  if (all.asked == 0) return "";
  std::vector<std::vector<std::string>> rows{{""}};
  for (const auto& [name, member] : kOutcomeCounts) {
    if (all.*member > 0 || member == &OrderOutcomes::filled) rows[0].emplace_back(name);
  }
  const Names names(result.engine);
  for (const OrderOutcomes& each : result.outcomes) {
    auto& row = rows.emplace_back();
    row.push_back(names.strategy(each.strategy));
    for (const auto& [name, member] : kOutcomeCounts) {
      if (all.*member > 0 || member == &OrderOutcomes::filled) row.push_back(std::to_string(each.*member));
    }
  }
  return text_table("Orders", rows);
}

std::string open_table(const RunResult& result) {
  const Names names(result.engine);
  std::string out;
  if (!result.open_positions.empty()) {
    std::vector<std::vector<std::string>> rows{{"", "symbol", "quantity", "at", "last", "unrealised"}};
    for (const OpenPosition& each : result.open_positions) {
      const bool priced = !each.last_price.is_zero();
      rows.push_back({names.strategy(each.strategy), names.symbol(each.instrument), each.quantity.to_string(),
                      each.average_price.to_string(), priced ? each.last_price.to_string() : "n/a",
                      priced ? each.unrealized_pnl.to_string() : "n/a"});
    }
    out += text_table("Open positions", rows);
  }
  const auto orders = open_orders(result.record);
  if (orders.empty()) return out;
  std::vector<std::vector<std::string>> rows{{"", "symbol", "side", "quantity", "filled", "type", "limit", "stop"}};
  const auto price = [](Price value) { return value.is_zero() ? std::string() : value.to_string(); };
  for (const std::size_t index : orders) {
    const OrderRow& row = result.record.orders[index];
    rows.push_back({names.strategy(row.strategy), names.symbol(row.spec.instrument), std::string(token(row.spec.side)),
                    row.spec.quantity.to_string(), row.filled.to_string(), std::string(token(row.spec.type)),
                    price(row.spec.limit_price), price(row.spec.stop_price)});
  }
  return out + text_table("Open orders", rows);
}

}  // namespace

std::string summary_text(const RunResult& result) {
  std::string out;
  for (const std::string& caveat : result.caveats()) out += "note: " + caveat + "\n";
  return out + statistics_table(result.statistics) + outcomes_table(result) + open_table(result);
}

std::string statistics_table(const Statistics& statistics) {
  std::size_t label_width = 0;
  std::size_t value_width = 0;
  for (const StatisticField& field : statistic_fields()) {
    label_width = std::max(label_width, field.label.size());
    value_width = std::max(value_width, statistic_text(field, statistics).size());
  }
  std::string out;
  std::string_view group;
  for (const StatisticField& field : statistic_fields()) {
    if (field.group != group) {
      group = field.group;
      out += (out.empty() ? "" : "\n") + std::string(group) + "\n";
    }
    const std::string value = statistic_text(field, statistics);
    out += "  " + std::string(field.label) + std::string(label_width - field.label.size() + 2, ' ') +
           std::string(value_width - value.size(), ' ') + value;
    if (const std::string reason = absence_reason(field, statistics); !reason.empty()) out += "  " + reason;
    out += '\n';
  }
  return out;
}

}  // namespace bellwether
