// The actor that owns the order stage and the rule that a command leaves only after what caused it is durable.
#pragma once

#include <deque>

#include "actors/protocol.hpp"
#include "actors/session_ports.hpp"
#include "engine/order_stage.hpp"

namespace bellwether {

struct OrderActorState {
  static inline const char* name = "order";
  std::shared_ptr<OrderStage> stage;
  std::deque<PassagePtr> waiting;  // In order; the first carries commands that are not durable yet.
  EventNumber durable = 0;
};

order_actor::behavior_type order(order_actor::stateful_pointer<OrderActorState> self, SessionPorts ports,
                                 std::shared_ptr<OrderStage> stage, venue_actor venue, recorder_actor recorder);

}  // namespace bellwether
