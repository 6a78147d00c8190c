// What became of a run's orders and what is left open at its end: the things to know before its statistics.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/engine_config.hpp"
#include "engine/market.hpp"
#include "engine/order_outcomes.hpp"
#include "engine/session_record.hpp"
#include "engine/strategy.hpp"

namespace bellwether {

/// Prices of an instrument over the run. Points into data that outlives the result.
struct PriceHistory {
  std::string symbol;
  Duration interval{0};
  bool synthetic = false;
  std::span<const Bar> bars;
};

/// One for each strategy of `engine`, in its order.
std::vector<OrderOutcomes> order_outcomes(const SessionRecord& record, const EngineConfig& engine);
OrderOutcomes sum(std::span<const OrderOutcomes> outcomes);

/// A position that the run left open.
struct OpenPosition {
  StrategyIndex strategy = kNoStrategy;
  InstrumentIndex instrument = kNoInstrument;
  Quantity quantity;  ///< Negative is short.
  Price average_price;
  Price last_price;  ///< Zero where `prices` has none.
  Money unrealized_pnl;
};

std::vector<OpenPosition> open_positions(const SessionRecord& record, std::span<const PriceHistory> prices);

/// The orders that are open at the end, as indices of record.orders.
std::vector<std::size_t> open_orders(const SessionRecord& record);

/// Why strategies of the run sent no order, a sentence each; none where all did.
std::vector<std::string> reasons_of_idleness(const SessionRecord& record, const EngineConfig& engine,
                                             std::span<const PriceHistory> prices, const StrategyRegistry& registry);

/// What the run traded that a market or a broker might not have given: orders of more than the volume of their session,
/// cash below zero in a cash account. A sentence each.
std::vector<std::string> excess_texts(const SessionRecord& record, const EngineConfig& engine,
                                      std::span<const PriceHistory> prices);

/// "28 of 76 orders were denied: buying power (20), notional of one order (8)", and the like of rejections; none where
/// there were none.
std::vector<std::string> refusal_texts(const OrderOutcomes& all);

}  // namespace bellwether
