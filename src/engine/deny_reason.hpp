// Every reason for which the risk stage refuses an order. One table: the code, the metrics labels, the API and the
// documentation all come from it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace bellwether {

// name, token, what was exceeded, when it clears
#define BELLWETHER_DENY_REASONS(X)                                                                                    \
  X(OrderNotional, "order_notional", "notional of one order", "the order is made smaller")                            \
  X(OrderQuantity, "order_quantity", "quantity of one order", "the order is made smaller")                            \
  X(PositionNotional, "position_notional", "worst-case position notional", "the position or its open orders shrink")  \
  X(PositionQuantity, "position_quantity", "worst-case position quantity", "the position or its open orders shrink")  \
  X(GrossExposure, "gross_exposure", "worst-case gross exposure over equity", "positions or open orders shrink")      \
  X(BuyingPower, "buying_power", "buying power", "cash or margin is freed")                                           \
  X(ShortingNotAllowed, "shorting_not_allowed", "shorting is off for account or instrument",                          \
    "the sell fits the position")                                                                                     \
  X(PriceCollar, "price_collar", "distance of the order's price from the last price", "price or market comes nearer") \
  X(StaleMarketData, "stale_market_data", "age of the last price", "a fresh price arrives")                           \
  X(NoMarketData, "no_market_data", "no price was seen yet", "a first price arrives")                                 \
  X(OrderRate, "order_rate", "orders per second", "the window has passed")                                            \
  X(OpenOrderCount, "open_order_count", "number of open orders", "orders fill or are cancelled")                      \
  X(DuplicateOrder, "duplicate_order", "same instrument, side, quantity and price as an open order",                  \
    "that order ends")                                                                                                \
  X(DailyLoss, "daily_loss", "loss since the session's start: trading is halted", "an operator resumes")              \
  X(Drawdown, "drawdown", "fall from the highest equity: trading is halted", "an operator resumes")                   \
  X(Halted, "halted", "trading is halted: only orders that reduce a position pass", "an operator resumes")            \
  X(StrategyPaused, "strategy_paused", "the strategy is paused: only orders that reduce its position pass",           \
    "an operator resumes the strategy")                                                                               \
  X(BadOrder, "bad_order", "order fields that contradict each other", "the strategy is corrected")                    \
  X(UnknownOrder, "unknown_order", "no open order has this id", "never: the order has ended")

enum class DenyReason : std::uint8_t {
  None,
#define BELLWETHER_DENY_ENUMERATOR(name, token, what, clears) name,
  BELLWETHER_DENY_REASONS(BELLWETHER_DENY_ENUMERATOR)
#undef BELLWETHER_DENY_ENUMERATOR
};

struct DenyReasonText {
  DenyReason reason;
  std::string_view token;   ///< Metrics label and API value.
  std::string_view what;    ///< What was exceeded.
  std::string_view clears;  ///< When it clears.
};

inline constexpr auto kDenyReasons = std::to_array<DenyReasonText>({
#define BELLWETHER_DENY_ROW(name, token, what, clears) {DenyReason::name, token, what, clears},
    BELLWETHER_DENY_REASONS(BELLWETHER_DENY_ROW)
#undef BELLWETHER_DENY_ROW
});

/// The token of a reason; "" for None.
constexpr std::string_view token(DenyReason reason) {
  return reason == DenyReason::None ? std::string_view() : kDenyReasons[static_cast<std::size_t>(reason) - 1].token;
}

}  // namespace bellwether
