// Buys on the first bar of each instrument and keeps it: the benchmark that others must beat.
#include "engine/strategies/built_in.hpp"
#include "engine/strategies/sizing.hpp"

namespace bellwether {
namespace {

class BuyAndHold final : public StrategyBase<BuyAndHold> {
 public:
  explicit BuyAndHold(const StrategyConfig& config)
      : quantity_(Quantity::from_int(config.parameters.integer("quantity"))),
        allocation_(config.parameters.real("allocation") / static_cast<double>(config.instruments.size())) {}

  void on_bar(const BarView& view, Context& context) override {
    if (view.history || context.target(view.instrument)) return;
    if (!context.position(view.instrument).quantity.is_zero()) return;
    const Quantity quantity = quantity_.is_positive() ? quantity_ : context.quantity_for(view.instrument, allocation_);
    context.target_position(view.instrument, quantity);
  }

 private:
  Quantity quantity_;
  double allocation_;
};

}  // namespace

StrategyType buy_and_hold() {
  return {"buy_and_hold", "buys each instrument at its first bar and keeps it; the allocation is divided equally",
          with_sizing({}),
          [](const StrategyConfig& config) -> StrategyType::Made { return {std::make_unique<BuyAndHold>(config)}; }};
}

}  // namespace bellwether
