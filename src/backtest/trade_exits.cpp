#include "backtest/trade_exits.hpp"

#include <algorithm>
#include <numeric>

namespace bellwether {
namespace {

/// Finds orders by their ids.
class OrderIndex {
 public:
  explicit OrderIndex(const SessionRecord& record) : orders_(record.orders), places_(record.orders.size()) {
    std::iota(places_.begin(), places_.end(), 0);
    const auto before = [this](std::size_t a, std::size_t b) { return orders_[a].id < orders_[b].id; };
    if (!std::is_sorted(places_.begin(), places_.end(), before)) std::sort(places_.begin(), places_.end(), before);
  }
  [[nodiscard]] const OrderRow* find(const OrderId& id) const {
    const auto found =
        std::lower_bound(places_.begin(), places_.end(), id,
                         [this](std::size_t place, const OrderId& key) { return orders_[place].id < key; });
    return found == places_.end() || orders_[*found].id != id ? nullptr : &orders_[*found];
  }

 private:
  const std::vector<OrderRow>& orders_;
  std::vector<std::size_t> places_;
};

ExitReason reason_of(const OrderRow& order, const SessionRecord& record) {
  if (order.id.leg == OrderLeg::Target) return ExitReason::Target;
  if (order.id.leg == OrderLeg::StopLoss) return ExitReason::StopLoss;
  const auto after = std::upper_bound(record.halts.begin(), record.halts.end(), order.created,
                                      [](Timestamp time, const HaltRow& halt) { return time < halt.time; });
  if (after != record.halts.begin()) {
    const HaltRow& halt = *std::prev(after);
    const bool lost = halt.reason == HaltReason::MarginCall || halt.reason == HaltReason::Ruin;
    if (lost && order.spec.type == OrderType::Market) return ExitReason::MarginCall;
    if (halt.time == order.created) return ExitReason::Halt;
  }
  if (order.spec.time_in_force == TimeInForce::Cls) return ExitReason::SessionClose;
  switch (order.spec.type) {
    case OrderType::Market: return ExitReason::Signal;
    case OrderType::Limit: return ExitReason::Limit;
    case OrderType::Stop:
    case OrderType::StopLimit: return ExitReason::Stop;
    case OrderType::TrailingStop: return ExitReason::TrailingStop;
  }
  return ExitReason::Unknown;
}

/// The fill that ended `trade`: the last one of its strategy and instrument, on the closing side, at its exit time.
const ExecutionReport* closing_fill(const TradeRecord& trade, const std::vector<FillRow>& fills) {
  const Side side = trade.direction == TradeDirection::Long ? Side::Sell : Side::Buy;
  const auto by_time = [](const FillRow& fill, Timestamp time) { return fill.report.time < time; };
  const ExecutionReport* found = nullptr;
  for (auto fill = std::lower_bound(fills.begin(), fills.end(), trade.exit_time, by_time);
       fill != fills.end() && fill->report.time == trade.exit_time; ++fill) {
    const ExecutionReport& report = fill->report;
    const bool fits = report.strategy == trade.strategy && report.instrument == trade.instrument && report.side == side;
    if (fits) found = &report;
  }
  return found;
}

}  // namespace

std::string_view text(ExitReason reason) {
  switch (reason) {
    case ExitReason::Unknown: return "unknown";
    case ExitReason::Signal: return "signal";
    case ExitReason::Limit: return "limit order";
    case ExitReason::Stop: return "stop order";
    case ExitReason::TrailingStop: return "trailing stop";
    case ExitReason::Target: return "target";
    case ExitReason::StopLoss: return "stop loss";
    case ExitReason::SessionClose: return "closing price";
    case ExitReason::Halt: return "halt";
    case ExitReason::MarginCall: return "margin call";
  }
  return "unknown";
}

std::vector<ExitReason> exit_reasons(const SessionRecord& record) {
  std::vector<ExitReason> reasons;
  reasons.reserve(record.trades.size());
  const OrderIndex orders(record);
  for (const TradeRecord& trade : record.trades) {
    const ExecutionReport* fill = closing_fill(trade, record.fills);
    const OrderRow* order = fill == nullptr ? nullptr : orders.find(fill->order);
    reasons.push_back(order == nullptr ? ExitReason::Unknown : reason_of(*order, record));
  }
  return reasons;
}

}  // namespace bellwether
