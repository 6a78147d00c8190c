#include "engine/manual_strategy.hpp"

#include "engine/strategy.hpp"

namespace bellwether {
namespace {

class ManualStrategy final : public StrategyBase<ManualStrategy> {};

}  // namespace

void add_manual_strategy(EngineConfig& config) {
  StrategyConfig& manual = config.strategies.emplace_back();
  manual.id = manual.type = kManualStrategy;
  for (std::size_t i = 0; i < config.instruments.size(); ++i) {
    manual.instruments.push_back(static_cast<InstrumentIndex>(i));
  }
}

std::optional<StrategyIndex> manual_strategy(const EngineConfig& config) {
  if (config.strategies.empty() || config.strategies.back().type != kManualStrategy) return std::nullopt;
  return static_cast<StrategyIndex>(config.strategies.size() - 1);
}

std::unique_ptr<Strategy> make_manual_strategy() { return std::make_unique<ManualStrategy>(); }

}  // namespace bellwether
