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
    Money& present = by_instrument_[instrument];
    if (position.is_zero() && present.is_zero()) return;
    const Money required = required_for(position, price);
    sum_ += required - present;
    present = required;
  }
  [[nodiscard]] Money required() const { return sum_; }

  /// An equity above which the requirement is met whatever the price of `instrument`, all other prices standing still;
  /// the lowest amount there is where no price can break it. `rest` is the equity without that instrument's market
  /// value.
  [[nodiscard]] Money floor(InstrumentIndex instrument, Quantity position, Money rest) const;

 private:
  [[nodiscard]] Money required_for(Quantity position, Price price) const;

  // In billionths.
  std::int64_t long_;
  std::int64_t short_;
  std::vector<Money> by_instrument_;
  Money sum_;
};

}  // namespace bellwether
