#include "actors/stages.hpp"

namespace bellwether {
namespace {

/// The one behaviour of the three: advance the stage, hand on.
template <typename Self, typename StagePtr, typename Next>
stage_actor::behavior_type shell(Self self, SessionPorts ports, StagePtr stage, Next next, Stage label,
                                 Station station) {
  self->state.stage = std::move(stage);
  return {
      [=](PassagePtr& passage) {
        timed(ports, label, [&] { self->state.stage->advance(passage->turn); });
        ports.progress->passed(station);
        self->send(next, std::move(passage));
      },
      [=](SnapshotPtr& snapshot) {
        self->state.stage->save(snapshot->stages);
        self->send(next, std::move(snapshot));
      },
  };
}

}  // namespace

stage_actor::behavior_type position(stage_actor::stateful_pointer<PositionState> self, SessionPorts ports,
                                    std::shared_ptr<PositionStage> stage, stage_actor next) {
  return shell(self, ports, std::move(stage), next, Stage::Position, Station::Position);
}

stage_actor::behavior_type signal(stage_actor::stateful_pointer<SignalState> self, SessionPorts ports,
                                  std::shared_ptr<SignalStage> stage, stage_actor next) {
  return shell(self, ports, std::move(stage), next, Stage::Signal, Station::Signal);
}

stage_actor::behavior_type risk(stage_actor::stateful_pointer<RiskState> self, SessionPorts ports,
                                std::shared_ptr<RiskStage> stage, order_actor next) {
  return shell(self, ports, std::move(stage), next, Stage::Risk, Station::Risk);
}

}  // namespace bellwether
