// Whether an order makes sense by itself, whatever market and account are: what an operator or a program hands in is
// refused with the field at fault before it becomes an event.
#pragma once

#include "engine/expected.hpp"
#include "engine/market.hpp"
#include "engine/order_types.hpp"

namespace bellwether {

/// The most shares of one order by hand.
constexpr Quantity kOrderQuantityMax = Quantity::from_int(1'000'000'000);

/// An Error names the field that contradicts another one, or the instrument's lot or tick. What depends on the last
/// price, and every limit, is for the risk stage to judge.
Expected<void> check_order(const OrderSpec& spec, const Instrument& instrument);

}  // namespace bellwether
