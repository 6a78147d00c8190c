// What a strategy's position in an instrument is on its way to, and with which orders.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/order_types.hpp"

namespace bellwether {

/// How an order differs from a market order for the day. A price of zero is an absent price.
struct OrderOptions {
  OrderType type = OrderType::Market;
  TimeInForce time_in_force = TimeInForce::Day;
  Price limit_price{};
  Price stop_price{};
  Price trail{};
  Price take_profit{};       ///< Makes the order a bracket.
  Price stop_loss{};         ///< Makes the order a bracket.
  Price stop_loss_offset{};  ///< Makes the order a bracket: distance of the stop from the fill price.
  bool one_try = false;      ///< target_position: what the order leaves open at its end is given up.

  bool operator==(const OrderOptions&) const = default;
};

/// A position that is to be reached.
struct PositionGoal {
  enum class Kind : std::uint8_t {
    None,
    Target,
    Close,   ///< At the market, and only once no other order is open; never away from zero.
    Flatten  ///< As Close; nothing that the strategy asks for ends it.
  };
  /// What must come before its next order.
  enum class Wait : std::uint8_t {
    No,
    NextPrice,   ///< Of the instrument, a second after the order's end or later.
    Room,        ///< A position that shrinks, or a session.
    Close,       ///< The session's, at which all orders for the day have ended: what they leave becomes one order.
    NextSession  ///< Or trading resumed.
  };
  Kind kind = Kind::None;
  Wait wait = Wait::No;
  Quantity target;
  OrderOptions options;
  OrderId order = {};      ///< Its last one.
  Timestamp not_before{};  ///< Wait::NextPrice: the earliest time of that price.

  bool operator==(const PositionGoal&) const = default;
};
constexpr std::size_t kGoalKindCount = 4;
constexpr std::size_t kGoalWaitCount = 5;

constexpr std::string_view token(PositionGoal::Kind kind) {
  constexpr std::string_view kNames[kGoalKindCount] = {"none", "target", "close", "flatten"};
  return kNames[static_cast<std::size_t>(kind)];
}
constexpr std::string_view token(PositionGoal::Wait wait) {
  constexpr std::string_view kNames[kGoalWaitCount] = {"no", "next_price", "room", "close", "next_session"};
  return kNames[static_cast<std::size_t>(wait)];
}

}  // namespace bellwether
