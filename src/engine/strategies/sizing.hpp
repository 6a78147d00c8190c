// How the built-in strategies size a position: a fixed number of shares or a fraction of the equity.
#pragma once

#include "engine/strategy.hpp"

namespace bellwether {

class Sizing {
 public:
  explicit Sizing(const Parameters& parameters)
      : quantity_(Quantity::from_int(parameters.integer("quantity"))), allocation_(parameters.real("allocation")) {}

  /// The two parameters that `Sizing` reads.
  static std::vector<ParameterSpec> parameters() {
    return {{"quantity", std::int64_t{0}, 0, 1e9, "shares to trade; 0: as many as `allocation` buys"},
            {"allocation", 0.95, 0.0, 10.0, "fraction of the account's equity to hold, where `quantity` is 0"}};
  }

  /// Shares for a new position at the last price.
  [[nodiscard]] Quantity quantity(InstrumentIndex instrument, const Context& context) const {
    return quantity_.is_positive() ? quantity_ : context.quantity_for(instrument, allocation_);
  }

 private:
  Quantity quantity_;
  double allocation_;
};

/// The declared parameters of a strategy: its own, then those of its sizing.
inline std::vector<ParameterSpec> with_sizing(std::vector<ParameterSpec> own) {
  for (ParameterSpec& each : Sizing::parameters()) own.push_back(std::move(each));
  return own;
}

}  // namespace bellwether
