#include "actors/recorder.hpp"

namespace bellwether {

recorder_actor::behavior_type recorder(recorder_actor::stateful_pointer<RecorderState> self, SessionPorts ports,
                                       std::shared_ptr<SessionRecorder> session_recorder, venue_actor venue) {
  self->state.recorder = std::move(session_recorder);
  return {
      [=](const PassagePtr& passage) {
        self->state.recorder->apply(passage->turn);
        if (ports.board != nullptr) ports.board->apply(passage->turn);
        if (ports.metrics != nullptr) ports.metrics->apply(passage->turn);
        ports.progress->passed(Station::Recorder);
      },
      [=](settle_atom) { self->send(venue, settle_atom::value); },
      [=](record_atom) -> RecordPtr { return std::make_shared<const SessionRecord>(self->state.recorder->record()); },
  };
}

}  // namespace bellwether
