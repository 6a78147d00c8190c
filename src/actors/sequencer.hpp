// Gives every event its number and its place in the log.
#pragma once

#include "actors/protocol.hpp"
#include "actors/session_ports.hpp"

namespace bellwether {

struct SequencerState {
  static inline const char* name = "sequencer";
  EventNumber last_event = 0;
  Timestamp last_time;
};

/// Goes on after `last_event`, which happened at `last_time`.
sequencer_actor::behavior_type sequencer(sequencer_actor::stateful_pointer<SequencerState> self, SessionPorts ports,
                                         EventNumber last_event, Timestamp last_time, stage_actor next);

}  // namespace bellwether
