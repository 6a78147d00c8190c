#include "actors/order.hpp"

#include <limits>

#include "actors/snapshot_seal.hpp"

namespace bellwether {
namespace {

using Self = order_actor::stateful_pointer<OrderActorState>;

/// Whether a turn has an effect outside: commands for the venue, or the answer to an operator.
bool acts(const Turn& turn) { return !turn.commands.empty() || turn.event.type == EventType::Command; }

/// Gives the venue, in order, every passage that may leave. What does not act need not be durable.
void release(Self self, const SessionPorts& ports, const venue_actor& venue) {
  auto& waiting = self->state.waiting;
  while (!waiting.empty() && !ports.is_closed()) {
    const Turn& turn = waiting.front()->turn;
    if (acts(turn) && turn.event.number > self->state.durable) return;
    if (ports.metrics != nullptr) {
      const double seconds = static_cast<double>(monotonic_ns() - waiting.front()->entered_ns) * 1e-9;
      ports.metrics->observe_stage(Stage::Total, seconds);
    }
    ports.progress->passed(Station::Released);
    self->send(venue, std::move(waiting.front()));
    waiting.pop_front();
  }
}

/// Gives the recorder, in order, everything that is durable.
void publish(Self self, const recorder_actor& recorder) {
  OrderActorState& state = self->state;
  while (!state.unpublished.empty()) {
    if (state.unpublished.front()->turn.event.number > state.durable) return;
    self->send(recorder, std::move(state.unpublished.front()));
    state.unpublished.pop_front();
  }
  if (std::exchange(state.settle, false)) self->send(recorder, settle_atom::value);
}

/// The layout of BacktestRunner::save.
Snapshot whole(const SnapshotRequest& parts) {
  ByteWriter tail;
  tail.u64(parts.feed_position);
  tail.u64(parts.last_event);
  tail.time(parts.last_time);
  return sealed_snapshot(parts.last_event, parts.stages.str() + parts.venue.str() + tail.str());
}

}  // namespace

order_actor::behavior_type order(Self self, SessionPorts ports, std::shared_ptr<OrderStage> stage, venue_actor venue,
                                 recorder_actor recorder) {
  self->state.stage = std::move(stage);
  self->state.durable = ports.log == nullptr ? std::numeric_limits<EventNumber>::max() : ports.log->durable();
  return {
      [=](PassagePtr& passage) {
        Turn& turn = passage->turn;
        timed(ports, Stage::Order, [&] { self->state.stage->advance(turn); });
        if (ports.log != nullptr) {
          for (const OrderCommand& command : turn.commands)
            ports.log->enqueue(LoggedCommand{turn.event.number, command});
        }
        ports.progress->passed(Station::Order);
        self->state.unpublished.push_back(passage);
        self->state.waiting.push_back(std::move(passage));
        release(self, ports, venue);
        publish(self, recorder);
      },
      [=](SnapshotPtr& snapshot) {
        // The order stage has no state.
        if (ports.log != nullptr) ports.log->enqueue(whole(*snapshot));
        self->send(venue, stored_atom::value);
      },
      [=](durable_atom, EventNumber durable) {
        self->state.durable = std::max(self->state.durable, durable);
        release(self, ports, venue);
        publish(self, recorder);
      },
      [=](settle_atom) {
        self->state.settle = true;
        publish(self, recorder);
      },
  };
}

}  // namespace bellwether
