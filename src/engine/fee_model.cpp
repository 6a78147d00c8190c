#include "engine/fee_model.hpp"

#include <algorithm>

namespace bellwether {
namespace {

Money ceil_to_cent(Money amount) {
  constexpr std::int64_t kCent = 10'000;
  return Money::from_raw(narrow(divide(amount.raw(), kCent, Rounding::Up) * kCent));
}

/// rate (per share) x quantity.
Money per_quantity(Money rate, Quantity quantity) { return scaled(rate, quantity.raw(), Quantity::kScale); }

}  // namespace

bool FeeModel::free(const FeeConfig& c) {
  return c.per_order.is_zero() && c.per_share.is_zero() && c.per_share_minimum.is_zero() && c.basis_points == 0 &&
         c.sec_fee_per_million.is_zero() && c.taf_per_share.is_zero();
}

Money FeeModel::total(Side side, Quantity quantity, Money amount) const {
  if (is_free_ || quantity.is_zero()) return {};
  Money fee = config_.per_order;
  if (config_.per_share.is_positive() || config_.per_share_minimum.is_positive()) {
    Money share_fee = std::max(per_quantity(config_.per_share, quantity), config_.per_share_minimum);
    if (config_.per_share_maximum) {
      share_fee = std::min(share_fee, scaled(amount, round_to_units(*config_.per_share_maximum, 9), 1'000'000'000));
    }
    fee += share_fee;
  }
  // A basis point is 10^-4; its rate is kept to a billionth of a basis point.
  if (config_.basis_points != 0) fee += scaled(amount, round_to_units(config_.basis_points, 9), 10'000'000'000'000);
  if (side == Side::Sell) {
    if (config_.sec_fee_per_million.is_positive()) {
      fee += ceil_to_cent(scaled(amount, config_.sec_fee_per_million.raw(), 1'000'000'000'000, Rounding::Up));
    }
    if (config_.taf_per_share.is_positive()) {
      Money taf = per_quantity(config_.taf_per_share, quantity);
      if (config_.taf_maximum.is_positive()) taf = std::min(taf, config_.taf_maximum);
      fee += ceil_to_cent(taf);
    }
  }
  return fee;
}

}  // namespace bellwether
