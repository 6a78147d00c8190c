// What executions cost.
#pragma once

#include "engine/engine_config.hpp"
#include "engine/order_types.hpp"

namespace bellwether {

class FeeModel {
 public:
  explicit FeeModel(const FeeConfig& config) : config_(config), is_free_(free(config)) {}

  /// All fees of an order of which `quantity` was executed for `amount` (price x quantity). The fee of one execution is
  /// the difference between the totals after and before it.
  [[nodiscard]] Money total(Side side, Quantity quantity, Money amount) const;

 private:
  static bool free(const FeeConfig& config);
  FeeConfig config_;
  bool is_free_;
};

}  // namespace bellwether
