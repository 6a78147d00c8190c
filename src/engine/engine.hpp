// The four stages in their order: the whole of what decides, without market, venue, log or clock.
#pragma once

#include <memory>

#include "engine/order_stage.hpp"
#include "engine/position_stage.hpp"
#include "engine/risk_stage.hpp"
#include "engine/signal_stage.hpp"

namespace bellwether {

/// A function from (state, event) to (state', turn). Backtest, recovery and replay call it; live, each stage sits in an
/// actor of its own and sees the same events in the same order.
class Engine {
 public:
  static Expected<std::unique_ptr<Engine>> make(const EngineConfig& config, const StrategyRegistry& registry);

  /// Takes one numbered event through all stages. The turn is valid until the next call.
  Turn& process(const Event& event);
  /// The same for the event that stands in `turn` already.
  Turn& process_in_place();

  /// The earliest timer, of strategies or of the watch over market data.
  [[nodiscard]] NextTimer next_timer() const;

  [[nodiscard]] PositionStage& position_stage() { return position_; }
  [[nodiscard]] SignalStage& signal_stage() { return *signal_; }
  [[nodiscard]] RiskStage& risk_stage() { return risk_; }
  [[nodiscard]] OrderStage& order_stage() { return order_; }
  [[nodiscard]] Turn& turn() { return turn_; }
  /// Gives the signal stage away, for an actor to own. The engine is of no use afterwards.
  [[nodiscard]] std::unique_ptr<SignalStage> release_signal_stage() { return std::move(signal_); }

  /// The state of all stages; `load` needs an engine made of the same configuration.
  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  Engine(const EngineConfig& config, std::unique_ptr<SignalStage> signal);

  PositionStage position_;
  std::unique_ptr<SignalStage> signal_;
  RiskStage risk_;
  OrderStage order_;
  Turn turn_;
};

}  // namespace bellwether
