#include "backtest/run_costs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "engine/new_york_time.hpp"

namespace bellwether {
namespace {

/// Volume of the bar that `time` lies in or closes with; zero where there is none.
Quantity volume_at(const PriceHistory& history, Timestamp time) {
  const auto after =
      std::partition_point(history.bars.begin(), history.bars.end(), [&](const Bar& bar) { return bar.start <= time; });
  return after == history.bars.begin() ? Quantity() : std::prev(after)->volume;
}

}  // namespace

Money slippage_of(const ExecutionReport& fill, OrderType type, const FillConfig& fills, Price tick, Quantity volume) {
  if (type == OrderType::Limit || type == OrderType::StopLimit) return {};
  const double price = fill.last_price.to_double();
  const double quantity = fill.last_quantity.to_double();
  double part = 0;  // Of the price before it slipped.
  switch (fills.slippage) {
    case SlippageModel::None: return {};
    case SlippageModel::Ticks: return Money::rounded(tick.to_double() * fills.slippage_amount * quantity);
    case SlippageModel::BasisPoints: part = fills.slippage_amount / 10'000; break;
    case SlippageModel::SquareRootImpact:
      if (!volume.is_positive()) return {};
      part = fills.slippage_amount * std::sqrt(quantity / volume.to_double());
      break;
  }
  // A buy is filled at price x (1 + part), a sell at price x (1 - part).
  const double factor = 1 + static_cast<double>(sign(fill.side)) * part;
  return factor > 0 ? Money::rounded(price / factor * part * quantity) : Money();
}

RunCosts run_costs(const RunResult& result) {
  RunCosts costs;
  costs.dividends = result.record.account.dividends;
  std::map<OrderId, OrderType> types;
  if (result.engine.fills.slippage != SlippageModel::None) {
    for (const OrderRow& order : result.record.orders) types.emplace_hint(types.end(), order.id, order.spec.type);
  }
  costs.at_double.reserve(result.record.daily.size());
  auto fill = result.record.fills.begin();
  const auto take_until = [&](Date last) {
    for (; fill != result.record.fills.end() && new_york_date(fill->report.time) <= last; ++fill) {
      const ExecutionReport& report = fill->report;
      costs.fees += report.fee;
      const auto type = types.find(report.order);
      if (type == types.end() || report.instrument >= result.engine.instruments.size()) continue;
      const Quantity volume = report.instrument < result.prices.size()
                                  ? volume_at(result.prices[report.instrument], report.time)
                                  : Quantity();
      costs.slippage += slippage_of(report, type->second, result.engine.fills,
                                    result.engine.instruments[report.instrument].tick, volume);
    }
  };
  for (const DailyEquity& day : result.record.daily) {
    take_until(day.session);
    costs.at_double.push_back({day.session, day.equity - costs.fees - costs.slippage});
  }
  take_until(Date{std::numeric_limits<std::int32_t>::max()});
  return costs;
}

}  // namespace bellwether
