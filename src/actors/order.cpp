#include "actors/order.hpp"

#include <limits>

namespace bellwether {
namespace {

/// Lets go, in order, of every passage whose commands may leave.
void release(order_actor::stateful_pointer<OrderActorState> self, const SessionPorts& ports, const venue_actor& venue) {
  auto& waiting = self->state.waiting;
  while (!waiting.empty()) {
    const Turn& turn = waiting.front()->turn;
    if (!turn.commands.empty() && turn.event.number > self->state.durable) return;
    if (ports.metrics != nullptr) {
      const double seconds = static_cast<double>(monotonic_ns() - waiting.front()->entered_ns) * 1e-9;
      ports.metrics->observe_stage(Stage::Total, seconds);
    }
    ports.progress->passed(Station::Released);
    self->send(venue, std::move(waiting.front()));
    waiting.pop_front();
  }
}

}  // namespace

order_actor::behavior_type order(order_actor::stateful_pointer<OrderActorState> self, SessionPorts ports,
                                 std::shared_ptr<OrderStage> stage, venue_actor venue, recorder_actor recorder) {
  self->state.stage = std::move(stage);
  if (ports.log == nullptr) self->state.durable = std::numeric_limits<EventNumber>::max();
  return {
      [=](PassagePtr& passage) {
        Turn& turn = passage->turn;
        timed(ports, Stage::Order, [&] { self->state.stage->advance(turn); });
        if (ports.log != nullptr) {
          for (const OrderCommand& command : turn.commands)
            ports.log->enqueue(LoggedCommand{turn.event.number, command});
        }
        ports.progress->passed(Station::Order);
        self->send(recorder, passage);
        self->state.waiting.push_back(std::move(passage));
        release(self, ports, venue);
      },
      [=](SnapshotPtr& snapshot) {
        self->state.stage->save(snapshot->stages);
        self->send(recorder, std::move(snapshot));
      },
      [=](durable_atom, EventNumber durable) {
        self->state.durable = std::max(self->state.durable, durable);
        release(self, ports, venue);
      },
  };
}

}  // namespace bellwether
