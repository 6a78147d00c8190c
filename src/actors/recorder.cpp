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
      [=](const SnapshotPtr& snapshot) {
        // The layout of BacktestRunner::save.
        ByteWriter recorder_state;
        self->state.recorder->save(recorder_state);
        ByteWriter tail;
        tail.u64(snapshot->feed_position);
        tail.u64(snapshot->last_event);
        tail.time(snapshot->last_time);
        if (ports.log != nullptr) {
          ports.log->enqueue(Snapshot{snapshot->last_event, snapshot->stages.str() + snapshot->venue.str() +
                                                                recorder_state.str() + tail.str()});
        }
        self->send(venue, stored_atom::value);
      },
      [=](record_atom) -> RecordPtr { return std::make_shared<const SessionRecord>(self->state.recorder->record()); },
  };
}

}  // namespace bellwether
