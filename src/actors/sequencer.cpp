#include "actors/sequencer.hpp"

#include <algorithm>

namespace bellwether {
namespace {

bool is_market(const Event& event) {
  return event.type == EventType::Bar || event.type == EventType::Trade || event.type == EventType::Quote;
}

}  // namespace

sequencer_actor::behavior_type sequencer(sequencer_actor::stateful_pointer<SequencerState> self, SessionPorts ports,
                                         EventNumber last_event, Timestamp last_time, stage_actor next) {
  self->state.last_event = last_event;
  self->state.last_time = last_time;
  return {
      [=](EventBatch& batch) {
        const std::int64_t entered_ns = monotonic_ns();
        for (Event& event : batch.events) {
          event.number = ++self->state.last_event;
          event.time = std::max(event.time, self->state.last_time);
          self->state.last_time = event.time;
        }
        if (!batch.events.empty() && is_market(batch.events.back())) ports.progress->market_arrived(entered_ns);
        if (ports.log != nullptr) ports.log->enqueue(std::span<const Event>(batch.events));
        for (const Event& event : batch.events) {
          auto passage = std::make_shared<Passage>();
          passage->turn.begin(event);
          passage->entered_ns = entered_ns;
          ports.progress->passed(Station::Sequencer);
          self->send(next, std::move(passage));
        }
        if (ports.metrics != nullptr) {
          ports.metrics->observe_stage(Stage::Sequencer, static_cast<double>(monotonic_ns() - entered_ns) * 1e-9);
        }
      },
      [=](SnapshotPtr& snapshot) {
        snapshot->last_event = self->state.last_event;
        snapshot->last_time = self->state.last_time;
        self->send(next, std::move(snapshot));
      },
  };
}

}  // namespace bellwether
