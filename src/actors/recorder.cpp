#include "actors/recorder.hpp"

namespace bellwether {

recorder_actor::behavior_type recorder(recorder_actor::stateful_pointer<RecorderState> self, SessionPorts ports,
                                       std::shared_ptr<SessionRecorder> session_recorder, HaltReason halt,
                                       venue_actor venue) {
  self->state.recorder = std::move(session_recorder);
  self->state.halt = halt;
  return {
      [=](const PassagePtr& passage) {
        const Turn& turn = passage->turn;
        timed(ports, Stage::Recorder, [&] {
          if (self->state.recorder) self->state.recorder->apply(turn);
          if (ports.books != nullptr) ports.books->apply(turn);
          if (ports.board != nullptr) ports.board->apply(turn);
          if (ports.metrics != nullptr) ports.metrics->apply(turn);
        });
        if (std::exchange(self->state.halt, turn.halt_reason) != turn.halt_reason && ports.on_halt) ports.on_halt(turn);
        const EventType type = turn.event.type;
        const bool session = type == EventType::SessionOpen || type == EventType::SessionClose;
        if (session && ports.on_session) ports.on_session(turn);
        ports.progress->passed(Station::Recorder);
      },
      [=](settle_atom) { self->send(venue, settle_atom::value); },
      [=](record_atom) -> RecordPtr {
        if (!self->state.recorder) return nullptr;
        return std::make_shared<const SessionRecord>(self->state.recorder->record());
      },
  };
}

}  // namespace bellwether
