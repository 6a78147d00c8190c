#include "engine/order_check.hpp"

namespace bellwether {
namespace {

Error wrong(const char* field, std::string message) { return Error{field, std::move(message)}; }

std::string of_type(OrderType type) { return "an order of type " + std::string(token(type)); }

/// A price that the order must have, or must not.
Expected<void> check_presence(const char* field, Price price, bool needed, const std::string& whose) {
  if (needed && price.is_zero()) return wrong(field, "is missing: " + whose + " needs it");
  if (!needed && !price.is_zero()) return wrong(field, whose + " has none");
  return {};
}

Expected<void> check_steps(const OrderSpec& spec, const Instrument& instrument) {
  if (!spec.quantity.is_positive() || spec.quantity > kOrderQuantityMax) {
    return wrong("quantity", "found " + spec.quantity.to_string() + "; allowed is more than 0 and at most " +
                                 kOrderQuantityMax.to_string());
  }
  if (spec.quantity.raw() % instrument.lot.raw() != 0) {
    return wrong("quantity", "found " + spec.quantity.to_string() + "; " + instrument.symbol +
                                 " is traded in multiples of " + instrument.lot.to_string());
  }
  const std::pair<const char*, Price> prices[] = {
      {"limit_price", spec.limit_price}, {"stop_price", spec.stop_price}, {"trail", spec.trail},
      {"take_profit", spec.take_profit}, {"stop_loss", spec.stop_loss},   {"stop_loss_offset", spec.stop_loss_offset}};
  for (const auto& [field, price] : prices) {
    if (price.is_negative() || price > kPriceMax) {
      return wrong(field,
                   "found " + price.to_string() + "; allowed is more than 0 and at most " + kPriceMax.to_string());
    }
    if (price.raw() % instrument.tick.raw() != 0) {
      return wrong(field, "found " + price.to_string() + "; prices of " + instrument.symbol + " are multiples of " +
                              instrument.tick.to_string());
    }
  }
  return {};
}

/// The prices that go with the order's type.
Expected<void> check_type(const OrderSpec& spec) {
  const bool limit = spec.type == OrderType::Limit || spec.type == OrderType::StopLimit;
  const bool stop = spec.type == OrderType::Stop || spec.type == OrderType::StopLimit;
  const std::string whose = of_type(spec.type);
  if (auto checked = check_presence("limit_price", spec.limit_price, limit, whose); !checked) return checked;
  if (auto checked = check_presence("stop_price", spec.stop_price, stop, whose); !checked) return checked;
  if (auto checked = check_presence("trail", spec.trail, spec.type == OrderType::TrailingStop, whose); !checked) {
    return checked;
  }
  if (is_auction(spec.time_in_force) && spec.type != OrderType::Market && spec.type != OrderType::Limit) {
    return wrong("time_in_force", std::string(token(spec.time_in_force)) + " is for market and limit orders, not for " +
                                      of_type(spec.type));
  }
  return {};
}

/// True where an exit by `side` at `price` gains on one at `base`.
bool gains(Side side, Price price, Price base) { return side == Side::Sell ? price > base : price < base; }

/// Target and stop of a bracket or a pair, on the right side of each other.
Expected<void> check_legs(const OrderSpec& spec) {
  const std::string whose = std::string("an order of class ") + std::string(token(spec.order_class));
  const bool oco = spec.order_class == OrderClass::Oco;
  if (spec.order_class == OrderClass::Simple) {
    if (auto checked = check_presence("take_profit", spec.take_profit, false, whose); !checked) return checked;
    if (auto checked = check_presence("stop_loss", spec.stop_loss, false, whose); !checked) return checked;
    return check_presence("stop_loss_offset", spec.stop_loss_offset, false, whose);
  }
  if (spec.time_in_force != TimeInForce::Day && spec.time_in_force != TimeInForce::Gtc) {
    return wrong("time_in_force", whose + " is for the day or good till cancelled");
  }
  if (oco) {
    if (spec.type != OrderType::Market) return wrong("type", whose + " has none: its two orders have theirs");
    if (auto checked = check_presence("take_profit", spec.take_profit, true, whose); !checked) return checked;
    if (auto checked = check_presence("stop_loss", spec.stop_loss, true, whose); !checked) return checked;
    if (auto checked = check_presence("stop_loss_offset", spec.stop_loss_offset, false, whose); !checked)
      return checked;
  } else if (!spec.stop_loss.is_zero() && !spec.stop_loss_offset.is_zero()) {
    return wrong("stop_loss_offset", "contradicts stop_loss: a bracket has one of the two");
  } else if (spec.take_profit.is_zero() && spec.stop_loss.is_zero() && spec.stop_loss_offset.is_zero()) {
    return wrong("take_profit", "is missing: " + whose + " needs it, or stop_loss or stop_loss_offset");
  }
  const Side exit = oco ? spec.side : opposite(spec.side);
  const char* const wanted = exit == Side::Sell ? " must be above " : " must be below ";
  if (!spec.take_profit.is_zero() && !spec.stop_loss.is_zero() && !gains(exit, spec.take_profit, spec.stop_loss)) {
    return wrong("take_profit", "found " + spec.take_profit.to_string() + ", which" + wanted + "stop_loss " +
                                    spec.stop_loss.to_string() + " where the exit is a " + std::string(token(exit)));
  }
  const Price entry = spec.limit_price.is_zero() ? spec.stop_price : spec.limit_price;
  if (oco || entry.is_zero()) return {};
  if (!spec.take_profit.is_zero() && !gains(exit, spec.take_profit, entry)) {
    return wrong("take_profit",
                 "found " + spec.take_profit.to_string() + ", which" + wanted + "the entry at " + entry.to_string());
  }
  if (!spec.stop_loss.is_zero() && !gains(exit, entry, spec.stop_loss)) {
    return wrong("stop_loss",
                 "found " + spec.stop_loss.to_string() + "; the entry at " + entry.to_string() + wanted + "it");
  }
  return {};
}

}  // namespace

Expected<void> check_order(const OrderSpec& spec, const Instrument& instrument) {
  if (auto checked = check_steps(spec, instrument); !checked) return checked;
  if (auto checked = check_type(spec); !checked) return checked;
  return check_legs(spec);
}

}  // namespace bellwether
