// What an account must be worth to keep its positions.
#pragma once

#include <vector>

#include "engine/engine_config.hpp"

namespace bellwether {

/// The sum over all positions of a fraction of their market value, one for longs and one for shorts (FINRA rule 4210:
/// 25 % and 30 %). An account worth less must give up positions.
class MaintenanceMargin {
 public:
  explicit MaintenanceMargin(const EngineConfig& config);

  /// An instrument's position, over all strategies, and its price.
  void set(InstrumentIndex instrument, Quantity position, Price price) {
    Int128& present = by_instrument_[instrument];
    if (position.is_zero() && present == 0) return;
    const Int128 required = required_for(position, price);
    sum_ += required - present;
    present = required;
  }
  /// True where an account worth `equity` may keep its positions.
  [[nodiscard]] bool is_met_by(Money equity) const { return Int128{equity.raw()} * kOne >= sum_; }

  /// An equity above which the requirement is met whatever the price of `instrument`, all other prices standing still;
  /// the lowest amount there is where no price can break it. `rest` is the equity without that instrument's market
  /// value.
  [[nodiscard]] Money floor(InstrumentIndex instrument, Quantity position, Money rest) const;

 private:
  static constexpr std::int64_t kOne = 1'000'000'000;
  [[nodiscard]] Int128 required_for(Quantity position, Price price) const {
    return Int128{saturating_notional(price, position.abs()).raw()} * (position.is_negative() ? short_ : long_);
  }

  // In billionths.
  std::int64_t long_;
  std::int64_t short_;
  // Billionths of the smallest amount of money: nothing is rounded but a position's market value.
  std::vector<Int128> by_instrument_;
  Int128 sum_ = 0;
};

}  // namespace bellwether
