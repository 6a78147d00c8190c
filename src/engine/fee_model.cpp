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

FeeModel::FeeModel(const FeeConfig& c)
    : config_(c),
      fixed_rates_{c.sec_fee_per_million, c.taf_per_share, c.taf_maximum},
      is_free_(c.per_order.is_zero() && c.basis_points == 0 && c.sec_fee_per_million.is_zero() && !counts_shares(c)) {}

bool FeeModel::counts_shares(const FeeConfig& c) {
  return !c.per_share.is_zero() || !c.per_share_minimum.is_zero() || !c.taf_per_share.is_zero() || c.us_regulatory;
}

Money FeeModel::total(Side side, Quantity traded, Money amount, Date date) const {
  if (is_free_ || (traded.is_zero() && amount.is_zero())) return {};
  Money fee = config_.per_order;
  if (config_.per_share.is_positive() || config_.per_share_minimum.is_positive()) {
    Money share_fee = std::max(per_quantity(config_.per_share, traded), config_.per_share_minimum);
    if (config_.per_share_maximum) {
      share_fee = std::min(share_fee, scaled(amount, round_to_units(*config_.per_share_maximum, 9), 1'000'000'000));
    }
    fee += share_fee;
  }
  // A basis point is 10^-4; its rate is kept to a billionth of a basis point.
  if (config_.basis_points != 0) fee += scaled(amount, round_to_units(config_.basis_points, 9), 10'000'000'000'000);
  if (side == Side::Buy) return fee;
  const RegulatoryRates rates = config_.us_regulatory ? regulatory_rates(date) : fixed_rates_;
  fee += ceil_to_cent(scaled(amount, rates.sec_fee_per_million.raw(), 1'000'000'000'000, Rounding::Up));
  Money taf = per_quantity(rates.taf_per_share, traded);
  if (rates.taf_maximum.is_positive()) taf = std::min(taf, rates.taf_maximum);
  return fee + ceil_to_cent(taf);
}

}  // namespace bellwether
