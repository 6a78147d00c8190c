// Keeps the record of a session or its books, the read model and the metrics, off the path from event to order.
#pragma once

#include "actors/protocol.hpp"
#include "actors/session_ports.hpp"
#include "engine/session_recorder.hpp"

namespace bellwether {

struct RecorderState {
  static inline const char* name = "recorder";
  std::shared_ptr<SessionRecorder> recorder;  // Null: no record is kept in memory.
  HaltReason halt = HaltReason::None;         // None: not halted.
};

recorder_actor::behavior_type recorder(recorder_actor::stateful_pointer<RecorderState> self, SessionPorts ports,
                                       std::shared_ptr<SessionRecorder> session_recorder, HaltReason halt,
                                       venue_actor venue);

}  // namespace bellwether
