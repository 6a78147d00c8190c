#include "engine/maintenance_margin.hpp"

#include <limits>

namespace bellwether {
MaintenanceMargin::MaintenanceMargin(const EngineConfig& config)
    : long_(round_to_units(config.account.maintenance_long, 9)),
      short_(round_to_units(config.account.maintenance_short, 9)),
      by_instrument_(config.instruments.size()) {}

/// With m the fraction, v the market value and R the requirement of all others, a long breaks it where
/// rest + v < R + m v, which is v < (R - rest) / (1 - m); a short where its size is above (rest - R) / (1 + m).
Money MaintenanceMargin::floor(InstrumentIndex instrument, Quantity position, Money rest) const {
  constexpr Money kNone = Money::from_raw(std::numeric_limits<std::int64_t>::min());
  // Market values and the floor are rounded to millionths.
  constexpr std::int64_t kSlack = 2;
  const Int128 free = Int128{rest.raw()} * kOne - (sum_ - by_instrument_[instrument]);
  if (position.is_zero() || (position.is_positive() && free >= 0)) return kNone;
  const std::int64_t divisor = position.is_positive() ? kOne - long_ : kOne + short_;
  const Int128 value = divide(-free, Int128{divisor}, Rounding::Up);
  const Int128 floor = rest.raw() + value + kSlack;
  return floor > Money::max().raw() ? Money::max() : Money::from_raw(static_cast<std::int64_t>(floor));
}

}  // namespace bellwether
