// The actor that owns the order stage and the rule that nothing leaves before it is durable: no command for the venue,
// no answer to an operator, nothing that anybody can read.
#pragma once

#include <deque>

#include "actors/protocol.hpp"
#include "actors/session_ports.hpp"
#include "engine/order_stage.hpp"

namespace bellwether {

struct OrderActorState {
  static inline const char* name = "order";
  std::shared_ptr<OrderStage> stage;
  std::deque<PassagePtr> waiting;      // In order; the first must be durable before the venue gets it.
  std::deque<PassagePtr> unpublished;  // In order, none durable; the recorder has not got them.
  bool settle = false;                 // A message for the recorder behind all unpublished.
  EventNumber durable = 0;
};

order_actor::behavior_type order(order_actor::stateful_pointer<OrderActorState> self, SessionPorts ports,
                                 std::shared_ptr<OrderStage> stage, venue_actor venue, recorder_actor recorder);

}  // namespace bellwether
