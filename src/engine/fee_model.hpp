// What executions cost.
#pragma once

#include "engine/engine_config.hpp"
#include "engine/order_types.hpp"
#include "engine/regulatory_rates.hpp"

namespace bellwether {

class FeeModel {
 public:
  explicit FeeModel(const FeeConfig& config);

  /// All fees of an order of which `traded` was executed for `amount` (price x quantity), at the rates of `date`, in
  /// New York. `traded` is in shares as they are traded on the exchange, whatever prices are adjusted for. The fee of
  /// one execution is the difference between the totals after and before it.
  [[nodiscard]] Money total(Side side, Quantity traded, Money amount, Date date) const;

  [[nodiscard]] bool is_free() const { return is_free_; }
  /// True where fees depend on the number of shares, and not on the amount alone.
  static bool counts_shares(const FeeConfig& config);

 private:
  FeeConfig config_;
  RegulatoryRates fixed_rates_;
  bool is_free_;
};

}  // namespace bellwether
