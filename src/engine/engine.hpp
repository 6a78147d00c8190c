// The four stages in their order: the whole of what decides, without market, venue, log or clock.
#pragma once

#include <memory>
#include <vector>

#include "engine/account_state.hpp"
#include "engine/order_stage.hpp"
#include "engine/position_stage.hpp"
#include "engine/risk_stage.hpp"
#include "engine/signal_stage.hpp"

namespace bellwether {

/// What the stages hold, where each sits in an actor of its own: all of them must have taken the same events. Any event
/// may have been the last; those that it causes come to whoever opens the state.
AccountState describe(const PositionStage& position, const SignalStage& signal, const RiskStage& risk,
                      const EngineConfig& config);

/// A function from (state, event) to (state', turn). Backtest, recovery and replay call it; live, each stage sits in an
/// actor of its own and sees the same events in the same order.
class Engine {
 public:
  /// `config` must outlive the engine.
  static Expected<std::unique_ptr<Engine>> make(const EngineConfig& config, const StrategyRegistry& registry);

  struct Opened;
  /// An engine that goes on with the account of `state`, of whatever configuration it was. Strategies and instruments
  /// are told by their names: what the configuration no longer has is left behind, but for positions, open orders and
  /// goals, for which it must have a place (AccountPlaces); an Error names what contradicts itself or has none. New
  /// limits hold from the next event on, and nothing is lost for exceeding them.
  static Expected<Opened> open(const EngineConfig& config, const StrategyRegistry& registry, const AccountState& state);

  /// Takes one numbered event through all stages. The turn is valid until the next call.
  Turn& process(const Event& event);
  /// The same for the event that stands in `turn` already.
  Turn& process_in_place();

  /// The earliest timer, of strategies or of the watch over market data.
  [[nodiscard]] NextTimer next_timer() const;

  [[nodiscard]] const PositionStage& position_stage() const { return position_; }
  [[nodiscard]] PositionStage& position_stage() { return position_; }
  [[nodiscard]] SignalStage& signal_stage() { return *signal_; }
  [[nodiscard]] const RiskStage& risk_stage() const { return risk_; }
  [[nodiscard]] RiskStage& risk_stage() { return risk_; }
  [[nodiscard]] OrderStage& order_stage() { return order_; }
  [[nodiscard]] Turn& turn() { return turn_; }
  /// Gives the signal stage away, for an actor to own. The engine is of no use afterwards.
  [[nodiscard]] std::unique_ptr<SignalStage> release_signal_stage() { return std::move(signal_); }

  /// What another engine, also one of another configuration, needs to go on with the account.
  [[nodiscard]] AccountState state() const;

  /// The state of all stages; `load` needs an engine made of the same configuration.
  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  Engine(const EngineConfig& config, std::unique_ptr<SignalStage> signal);

  const EngineConfig* config_;
  PositionStage position_;
  std::unique_ptr<SignalStage> signal_;
  RiskStage risk_;
  OrderStage order_;
  Turn turn_;
};

struct Engine::Opened {
  std::unique_ptr<Engine> engine;
  /// Strategies that have not got what they saved: new ones, and those of another type, state version, parameters or
  /// symbols. They know their positions, and history warms them up (SignalStage::warm_up).
  std::vector<StrategyIndex> fresh;
};

}  // namespace bellwether
