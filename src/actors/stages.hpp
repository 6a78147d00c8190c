// The actors that own the position, signal and risk stages: shells without a decision of their own.
#pragma once

#include "actors/protocol.hpp"
#include "actors/session_ports.hpp"
#include "engine/position_stage.hpp"
#include "engine/risk_stage.hpp"
#include "engine/signal_stage.hpp"

namespace bellwether {

struct PositionState {
  static inline const char* name = "position";
  std::shared_ptr<PositionStage> stage;
};
struct SignalState {
  static inline const char* name = "signal";
  std::shared_ptr<SignalStage> stage;
};
struct RiskState {
  static inline const char* name = "risk";
  std::shared_ptr<RiskStage> stage;
};

stage_actor::behavior_type position(stage_actor::stateful_pointer<PositionState> self, SessionPorts ports,
                                    std::shared_ptr<PositionStage> stage, stage_actor next);
stage_actor::behavior_type signal(stage_actor::stateful_pointer<SignalState> self, SessionPorts ports,
                                  std::shared_ptr<SignalStage> stage, stage_actor next);
stage_actor::behavior_type risk(stage_actor::stateful_pointer<RiskState> self, SessionPorts ports,
                                std::shared_ptr<RiskStage> stage, order_actor next);

}  // namespace bellwether
