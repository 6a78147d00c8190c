#include "engine/strategies/built_in.hpp"

namespace bellwether {

StrategyRegistry StrategyRegistry::built_in() {
  StrategyRegistry registry;
  for (StrategyType (*type)() : {buy_and_hold, sma_cross, donchian_breakout, rsi_reversion, dp20}) registry.add(type());
  return registry;
}

void StrategyRegistry::add(StrategyType type) {
  BELLWETHER_INVARIANT(find(type.name) == nullptr, "two strategies of one name");
  types_.push_back(std::move(type));
}

const StrategyType* StrategyRegistry::find(std::string_view name) const {
  for (const StrategyType& type : types_) {
    if (type.name == name) return &type;
  }
  return nullptr;
}

}  // namespace bellwether
