// Round trips: one by one, and summed by what they have in common.
#include <array>
#include <map>

#include "backtest/report/report_sections.hpp"
#include "backtest/report/report_table.hpp"
#include "backtest/report/report_text.hpp"
#include "backtest/trade_exits.hpp"
#include "config/json.hpp"
#include "engine/new_york_time.hpp"
#include "engine/statistics/trades.hpp"

namespace bellwether {
namespace {

/// Groups shown of one kind; the page says so where there are more.
constexpr std::size_t kGroupsMax = 40;

/// Groups in the order of their keys.
struct Group {
  std::string label;
  statistics::TradeTally tally;
};
using Groups = std::map<std::uint64_t, Group>;

constexpr const char* kWeekdays[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

struct HoldingTime {
  Duration below;
  const char* label;
};
constexpr std::array<HoldingTime, 8> kHoldingTimes = {{{std::chrono::minutes(5), "under 5 min"},
                                                       {std::chrono::minutes(30), "5 to 30 min"},
                                                       {std::chrono::hours(2), "30 min to 2 h"},
                                                       {std::chrono::hours(24), "2 h to 1 d"},
                                                       {std::chrono::hours(24 * 7), "1 d to 7 d"},
                                                       {std::chrono::hours(24 * 30), "7 d to 30 d"},
                                                       {std::chrono::hours(24 * 180), "30 d to 180 d"},
                                                       {Duration::max(), "180 d and longer"}}};

std::size_t holding_time_of(const TradeRecord& trade) {
  std::size_t i = 0;
  while (i + 1 < kHoldingTimes.size() && trade.exit_time - trade.entry_time >= kHoldingTimes[i].below) ++i;
  return i;
}

std::string hour_text(std::uint64_t hour) {
  const auto clock = [](std::uint64_t h) { return (h < 10 ? "0" : "") + std::to_string(h) + ":00"; };
  return clock(hour) + " to " + clock(hour + 1);
}

std::string groups_html(std::string_view id, const std::string& heading, const Groups& groups) {
  if (groups.empty()) return "";
  const auto figure = [](std::string_view key, const Statistics& statistics) {
    return TableCell{figure_text(figure_field(key), statistics)};
  };
  Table table(id, "Results of trades by " + heading,
              {{heading, true},
               {"Trades"},
               {"Win rate"},
               {"Profit", false, "sum of profits after fees"},
               {"Expectancy", false, "mean profit of a trade after fees"},
               {"Profit factor", false, "sum of wins / sum of losses"},
               {"Average win"},
               {"Average loss"},
               {"Average holding time"}});
  for (const auto& [key, group] : groups) {
    if (table.rows() == kGroupsMax) break;
    Statistics figures;
    group.tally.set(figures);
    const Money profit = group.tally.net_pnl();
    table.add({{group.label},
               figure("trades", figures),
               figure("win_rate", figures),
               {amount_text(profit), signed_class(profit.to_double())},
               figure("expectancy", figures),
               figure("profit_factor", figures),
               figure("average_win", figures),
               figure("average_loss", figures),
               figure("average_holding_time", figures)});
  }
  const std::string note = groups.size() > kGroupsMax ? "<p>The first " + count_text(kGroupsMax) + " of " +
                                                            count_text(groups.size()) + ".</p>\n"
                                                      : "";
  return "<h3>" + html_escaped(heading) + "</h3>\n" + note + table.html();
}

}  // namespace

std::string breakdowns_html(const RunResult& result) {
  if (result.record.trades.empty()) return "";
  const Names names(result.engine);
  const std::vector<ExitReason> exits = exit_reasons(result.record);
  Groups strategies, symbols, directions, weekdays, hours, holding, reasons;
  for (std::size_t i = 0; i < exits.size(); ++i) {
    const TradeRecord& trade = result.record.trades[i];
    const auto put = [&](Groups& groups, std::uint64_t key, auto&& label) {
      const auto [place, fresh] = groups.try_emplace(key);
      if (fresh) place->second.label = label();
      place->second.tally.take(trade);
    };
    const NewYorkTime entry = to_new_york(trade.entry_time);
    const auto hour = static_cast<std::uint64_t>(entry.time_of_day / std::chrono::hours(1));
    const std::size_t held = holding_time_of(trade);
    put(strategies, trade.strategy, [&] { return names.strategy(trade.strategy); });
    put(symbols, trade.instrument, [&] { return names.symbol(trade.instrument); });
    put(directions, static_cast<std::uint64_t>(trade.direction),
        [&] { return std::string(trade.direction == TradeDirection::Long ? "long" : "short"); });
    put(weekdays, entry.date.weekday(), [&] { return std::string(kWeekdays[entry.date.weekday()]); });
    put(hours, hour, [&] { return hour_text(hour); });
    put(holding, held, [&] { return std::string(kHoldingTimes[held].label); });
    put(reasons, static_cast<std::uint64_t>(exits[i]), [&] { return std::string(text(exits[i])); });
  }
  return "<section><h2>Results by</h2><p>Round trips that were completed; weekday and hour are those of the entry, in "
         "New York.</p>\n" +
         groups_html("by-strategy", "Strategy", strategies) + groups_html("by-symbol", "Symbol", symbols) +
         groups_html("by-direction", "Direction", directions) + groups_html("by-exit", "Exit reason", reasons) +
         groups_html("by-weekday", "Weekday", weekdays) + groups_html("by-hour", "Hour", hours) +
         groups_html("by-holding-time", "Holding time", holding) + "</section>\n";
}

std::string trades_html(const RunResult& result) {
  const Names names(result.engine);
  const auto& trades = result.record.trades;
  const std::size_t shown = std::min<std::size_t>(trades.size(), result.config.output.report_trades_max);
  std::string out = "<section><h2>Trades</h2><p>";
  out += shown == trades.size()
             ? plural_text(shown, "trade")
             : "The first " + count_text(shown) + " of " + count_text(trades.size()) + " trades; trades.csv has all";
  out +=
      ". Times are UTC. MAE and MFE, the maximum adverse and favourable excursion, are the worst and the best open "
      "profit "
      "while the position was held, by the lows and highs of the bars, before fees.</p>\n";
  if (shown == 0) return out + "</section>\n";
  const std::vector<ExitReason> exits = exit_reasons(result.record);
  Table table("trades", "Completed round trips",
              {{"Entry", true},
               {"Exit", true},
               {"Symbol", true, "", true},
               {"Strategy", true, "", true},
               {"Side", true, "", true},
               {"Quantity", false, "largest position held"},
               {"Entry price"},
               {"Exit price"},
               {"Fees"},
               {"Profit", false, "after fees"},
               {"Return %", false, "profit / (entry price x quantity)"},
               {"Held", false, "from the first fill to the last"},
               {"Exit reason", true, "the order that made the position flat", true},
               {"MAE", false, "maximum adverse excursion"},
               {"MFE", false, "maximum favourable excursion"}},
              true);
  for (std::size_t i = 0; i < shown; ++i) {
    const TradeRecord& trade = trades[i];
    const auto gain = statistics::trade_return(trade);
    const Duration held = trade.exit_time - trade.entry_time;
    table.add({{time_text(trade.entry_time)},
               {time_text(trade.exit_time)},
               {names.symbol(trade.instrument)},
               {names.strategy(trade.strategy)},
               {trade.direction == TradeDirection::Long ? "long" : "short"},
               {trade.quantity.to_string()},
               {price_text(trade.entry_price)},
               {price_text(trade.exit_price)},
               {amount_text(trade.fees)},
               {amount_text(trade.net_pnl), signed_class(trade.net_pnl.to_double())},
               {gain ? grouped(*gain * 100, 2) : ""},
               {elapsed_text(held), "", std::to_string(held.count())},
               {std::string(text(exits[i]))},
               {amount_text(trade.mae)},
               {amount_text(trade.mfe)}});
  }
  return out + table.html() + "</section>\n";
}

}  // namespace bellwether
