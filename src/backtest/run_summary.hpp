// What became of a run's orders and what is left open at its end: the things to know before its statistics.
#pragma once

#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine_config.hpp"
#include "engine/market.hpp"
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

/// How the orders that a strategy asked for ended; each counts once. The legs of a bracket are no orders of their own
/// here, those of an OCO are.
struct OrderOutcomes {
  StrategyIndex strategy = kNoStrategy;
  std::uint64_t asked = 0;
  std::uint64_t filled = 0;  ///< Wholly.
  std::uint64_t cut = 0;     ///< In part; the rest was cancelled, expired or replaced.
  // Nothing was filled.
  std::uint64_t cancelled = 0;
  std::uint64_t expired = 0;
  std::uint64_t replaced = 0;
  std::uint64_t rejected = 0;  ///< By the venue.
  std::uint64_t denied = 0;    ///< By the risk stage.
  std::uint64_t open = 0;
  std::array<std::uint64_t, kDenyReasons.size() + 1> denied_by{};  ///< Indexed by DenyReason.
  std::array<std::uint64_t, kRejectReasonCount> rejected_by{};     ///< Indexed by RejectReason.

  OrderOutcomes& operator+=(const OrderOutcomes& other);
  bool operator==(const OrderOutcomes&) const = default;
};

/// Name and member of each count, in the order in which they are shown.
inline constexpr std::pair<const char*, std::uint64_t OrderOutcomes::*> kOutcomeCounts[] = {
    {"asked", &OrderOutcomes::asked},       {"filled", &OrderOutcomes::filled},
    {"cut", &OrderOutcomes::cut},           {"cancelled", &OrderOutcomes::cancelled},
    {"expired", &OrderOutcomes::expired},   {"replaced", &OrderOutcomes::replaced},
    {"rejected", &OrderOutcomes::rejected}, {"denied", &OrderOutcomes::denied},
    {"open", &OrderOutcomes::open}};

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
