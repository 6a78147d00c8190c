#include "backtest/run_summary.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "engine/manual_strategy.hpp"
#include "engine/new_york_time.hpp"
#include "engine/retired_strategy.hpp"

namespace bellwether {
namespace {

/// The last close of `symbol`'s bars that had closed by `end`.
Price last_close(std::span<const PriceHistory> prices, InstrumentIndex instrument, Timestamp end) {
  if (instrument >= prices.size()) return {};
  const PriceHistory& history = prices[instrument];
  // A daily bar is stamped with its session's open and closes with it, within the day.
  const auto known = [&](const Bar& bar) {
    return history.interval >= kDailyInterval ? bar.start < end : bar.start + history.interval <= end;
  };
  const auto after = std::partition_point(history.bars.begin(), history.bars.end(), known);
  return after == history.bars.begin() ? Price() : std::prev(after)->close;
}

/// What was traded of an instrument in a session, by its bars.
Quantity volume_on(const PriceHistory& history, Date date) {
  const Timestamp begin = from_new_york(date, Duration(0));
  const Timestamp end = from_new_york(date + 1, Duration(0));
  auto bar = std::partition_point(history.bars.begin(), history.bars.end(),
                                  [&](const Bar& each) { return each.start < begin; });
  Quantity volume;
  for (; bar != history.bars.end() && bar->start < end; ++bar) volume += bar->volume;
  return volume;
}

std::string plural(std::uint64_t count, const char* noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

/// "buying power (20), notional of one order (8)", the most frequent first.
template <typename Text>
std::string ranked(std::span<const std::uint64_t> counts, Text&& text) {
  std::vector<std::size_t> order(counts.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return counts[a] > counts[b]; });
  std::string out;
  for (const std::size_t each : order) {
    if (counts[each] == 0) break;
    out += (out.empty() ? "" : ", ") + std::string(text(each)) + " (" + std::to_string(counts[each]) + ")";
  }
  return out;
}

std::string refusal_text(std::uint64_t refused, std::uint64_t asked, const char* verb, const std::string& reasons) {
  const std::string how = std::string(verb) + ": " + reasons;
  if (asked == 1) return "the only order was " + how;
  if (refused == asked) return "every order, all " + std::to_string(asked) + ", was " + how;
  return std::to_string(refused) + " of " + plural(asked, "order") + (refused == 1 ? " was " : " were ") + how;
}

/// The price at which a lot was cheapest, over the bars of the run.
Price lowest_price(const PriceHistory& history) {
  Price lowest;
  for (const Bar& bar : history.bars) {
    if (lowest.is_zero() || bar.close < lowest) lowest = bar.close;
  }
  return lowest;
}

std::string idleness_of(const StrategyConfig& strategy, const SessionRecord& record, const EngineConfig& engine,
                        std::span<const PriceHistory> prices, const StrategyType* type) {
  if (record.counts.market_events == 0) {
    return "had no price to act on: the data have none within the sessions of the run";
  }
  const std::size_t needed = type != nullptr && type->bars_needed != nullptr ? type->bars_needed(strategy) : 0;
  const Money means = scaled(engine.account.initial_cash, round_to_units(engine.account.leverage, 9), 1'000'000'000);
  std::size_t longest = 0;
  bool affordable = false;
  std::string dear;
  for (const InstrumentIndex index : strategy.instruments) {
    if (index >= prices.size() || prices[index].bars.empty()) continue;
    longest = std::max(longest, prices[index].bars.size());
    const Money cost = notional(lowest_price(prices[index]), engine.instruments[index].lot);
    affordable |= cost <= means;
    const Quantity lot = engine.instruments[index].lot;
    const std::string what = lot == Quantity::from_int(1) ? "one share" : lot.to_string() + " shares";
    dear = "sent no order: " + what + " of " + prices[index].symbol + (what == "one share" ? " costs " : " cost ") +
           cost.to_string() + " at least, the account has " + means.to_string();
  }
  if (longest < needed) {
    return "was never ready: it needs " + plural(needed, "bar") + ", the data have " + std::to_string(longest);
  }
  return affordable || dear.empty() ? "sent no order: nothing in the data called for one" : dear;
}

}  // namespace

std::vector<OrderOutcomes> order_outcomes(const SessionRecord& record, const EngineConfig& engine) {
  std::vector<OrderOutcomes> outcomes(engine.strategies.size());
  for (std::size_t i = 0; i < outcomes.size(); ++i) outcomes[i].strategy = static_cast<StrategyIndex>(i);
  OrderId entry;
  for (const OrderRow& row : record.orders) {
    if (row.id.leg == OrderLeg::Entry) {
      entry = row.id;
    } else if (row.id.with_leg(OrderLeg::Entry) == entry) {
      continue;
    }
    if (row.strategy < outcomes.size()) outcomes[row.strategy].count(row);
  }
  return outcomes;
}

OrderOutcomes sum(std::span<const OrderOutcomes> outcomes) {
  OrderOutcomes all;
  for (const OrderOutcomes& each : outcomes) all += each;
  return all;
}

std::vector<OpenPosition> open_positions(const SessionRecord& record, std::span<const PriceHistory> prices) {
  std::vector<OpenPosition> open;
  const Timestamp end = record.equity.empty() ? kNever : record.equity.time(record.equity.size() - 1);
  for (const PositionChange& position : record.positions) {
    if (position.quantity.is_zero()) continue;
    OpenPosition& each = open.emplace_back();
    each.strategy = position.strategy;
    each.instrument = position.instrument;
    each.quantity = position.quantity;
    each.average_price = position.average_price;
    each.last_price = last_close(prices, position.instrument, end);
    if (!each.last_price.is_zero()) {
      each.unrealized_pnl = notional(each.last_price, each.quantity) - notional(each.average_price, each.quantity);
    }
  }
  return open;
}

std::vector<std::size_t> open_orders(const SessionRecord& record) {
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < record.orders.size(); ++i) {
    if (!is_terminal(record.orders[i].state)) open.push_back(i);
  }
  return open;
}

std::vector<std::string> reasons_of_idleness(const SessionRecord& record, const EngineConfig& engine,
                                             std::span<const PriceHistory> prices, const StrategyRegistry& registry) {
  std::vector<std::string> texts;
  const auto outcomes = order_outcomes(record, engine);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const StrategyConfig& strategy = engine.strategies[i];
    const bool decides = strategy.type != kManualStrategy && strategy.type != kRetiredStrategy;
    if (outcomes[i].asked > 0 || !decides) continue;
    texts.push_back(strategy.id + " " + idleness_of(strategy, record, engine, prices, registry.find(strategy.type)));
  }
  return texts;
}

std::vector<std::string> excess_texts(const SessionRecord& record, const EngineConfig& engine,
                                      std::span<const PriceHistory> prices) {
  std::vector<std::string> texts;
  // What each order took within one session.
  std::map<std::pair<OrderId, Date>, const ExecutionReport*> last;
  std::map<std::pair<OrderId, Date>, Quantity> taken;
  for (const FillRow& fill : record.fills) {
    const std::pair key{fill.report.order, new_york_date(fill.report.time)};
    taken[key] += fill.report.last_quantity;
    last[key] = &fill.report;
  }
  std::uint64_t orders = 0;
  std::string worst;
  Quantity most;
  for (const auto& [key, quantity] : taken) {
    const ExecutionReport& report = *last[key];
    if (report.instrument >= prices.size() || prices[report.instrument].bars.empty()) continue;
    const Quantity volume = volume_on(prices[report.instrument], key.second);
    if (quantity <= volume) continue;
    ++orders;
    if (quantity - volume <= most) continue;
    most = quantity - volume;
    worst = quantity.to_string() + " of " + prices[report.instrument].symbol + " on " + key.second.to_string() +
            ", of " + volume.to_string() + " traded";
  }
  if (orders > 0) {
    texts.push_back(plural(orders, "order") + " took more than the whole volume of a session: at most " + worst);
  }
  if (engine.account.is_cash() && record.lowest_cash.is_negative()) {
    const bool rejects = engine.account.cash_shortfall == CashShortfall::Reject;
    texts.push_back("cash fell to " + record.lowest_cash.to_string() + " in a cash account: " +
                    (rejects ? "shorts were closed" : "prices moved between decision and fill") +
                    ", and the rest was borrowed free of charge");
  }
  return texts;
}

std::vector<std::string> refusal_texts(const OrderOutcomes& all) {
  std::vector<std::string> texts;
  if (all.denied > 0) {
    texts.push_back(refusal_text(all.denied, all.asked, "denied", ranked(all.denied_by, [](std::size_t reason) {
                                   return reason == 0 ? std::string_view("unknown") : kDenyReasons[reason - 1].what;
                                 })));
  }
  if (all.rejected > 0) {
    texts.push_back(refusal_text(
        all.rejected, all.asked, "rejected by the venue", ranked(all.rejected_by, [](std::size_t reason) {
          return reason == 0 ? std::string_view("no reason given") : token(static_cast<RejectReason>(reason));
        })));
  }
  return texts;
}

}  // namespace bellwether
