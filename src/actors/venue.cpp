#include "actors/venue.hpp"

namespace bellwether {
namespace {

using Self = venue_actor::stateful_pointer<VenueState>;

void hand_over(Self self, EventBatch batch) {
  self->state.in_flight += batch.events.size();
  self->send(self->state.sequencer, std::move(batch));
}

/// A market event with the fills that it causes; they come first. What a corporate action does to orders follows it.
void process_market(Self self, const SessionPorts& ports, const Event& event) {
  VenueState& state = self->state;
  EventBatch batch;
  state.reports.clear();
  timed(ports, Stage::Venue, [&] { state.simulator->on_market(event, state.reports); });
  const bool leads = event.type == EventType::CorporateAction;
  if (leads) batch.events.push_back(event);
  for (const ExecutionReport& report : state.reports) batch.events.push_back(Event::of(report));
  if (!leads) batch.events.push_back(event);
  if (event.from_feed()) ++state.feed_position;
  hand_over(self, std::move(batch));
}

void begin_snapshot(Self self) {
  VenueState& state = self->state;
  auto snapshot = std::make_shared<SnapshotRequest>();
  state.simulator->save(snapshot->venue);
  snapshot->feed_position = state.feed_position;
  state.snapshot_under_way = true;
  state.last_snapshot = state.last_event;
  self->send(state.sequencer, std::move(snapshot));
}

/// Everything that followed from the last market event has passed: what comes next?
void on_quiet(Self self, const SessionPorts& ports, const VenueOptions& options, const supervisor_actor& supervisor) {
  VenueState& state = self->state;
  if (state.in_flight > 0 || state.snapshot_under_way || !state.sequencer) return;
  if (!state.commands.empty()) {
    auto [command, promise] = std::move(state.commands.front());
    state.commands.pop_front();
    state.command_in_flight = std::move(promise);
    hand_over(self, {{Event::of(state.last_time, command)}});
    return;
  }
  if (ports.log != nullptr && options.snapshot_every_events > 0 &&
      state.last_event - state.last_snapshot >= options.snapshot_every_events) {
    begin_snapshot(self);
    return;
  }
  if (state.held) {
    if (state.next_timer.at < state.held->time) {
      hand_over(self, {{Event::of(state.next_timer.at, state.next_timer.timer)}});
      return;
    }
    const Event event = *state.held;
    state.held.reset();
    process_market(self, ports, event);
    return;
  }
  if (state.ended && !state.end_told) {
    state.end_told = true;
    self->send(supervisor, end_atom::value);
  }
  if (state.ended || state.credit_given) return;
  state.credit_given = true;
  self->send(state.market_data, Credit{});
}

void on_passed(Self self, const SessionPorts& ports, const Turn& turn) {
  VenueState& state = self->state;
  --state.in_flight;
  state.last_event = turn.event.number;
  state.last_time = turn.event.time;
  state.next_timer = turn.next_timer;
  if (turn.event.type == EventType::Command && state.command_in_flight) {
    state.command_in_flight->deliver(turn.event.number);
    state.command_in_flight.reset();
  }
  EventBatch batch;
  batch.events = turn.follow_ups;
  for (const OrderCommand& command : turn.commands) {
    state.reports.clear();
    timed(ports, Stage::Venue, [&] { state.simulator->submit(command, turn.event.time, state.reports); });
    for (const ExecutionReport& report : state.reports) batch.events.push_back(Event::of(report));
  }
  if (!batch.events.empty()) hand_over(self, std::move(batch));
}

}  // namespace

venue_actor::behavior_type venue(Self self, SessionPorts ports, VenueOptions options, VenueStart start,
                                 supervisor_actor supervisor) {
  VenueState& state = self->state;
  state.simulator = std::move(start.simulator);
  state.feed_position = start.feed_position;
  state.next_timer = start.next_timer;
  state.last_event = start.last_event;
  state.last_snapshot = start.last_snapshot;
  state.last_time = start.last_time;
  return {
      [=](const Event& event) {
        self->state.credit_given = false;
        self->state.held = event;
        on_quiet(self, ports, options, supervisor);
      },
      [=](const PassagePtr& passage) {
        on_passed(self, ports, passage->turn);
        on_quiet(self, ports, options, supervisor);
      },
      [=](end_atom) {
        self->state.credit_given = false;
        self->state.ended = true;
        on_quiet(self, ports, options, supervisor);
      },
      [=](stored_atom) {
        self->state.snapshot_under_way = false;
        on_quiet(self, ports, options, supervisor);
      },
      [=](const CommandEvent& command) -> caf::result<EventNumber> {
        auto promise = self->make_response_promise<EventNumber>();
        self->state.commands.emplace_back(command, promise);
        on_quiet(self, ports, options, supervisor);
        return promise;
      },
      [=](start_atom, const sequencer_actor& sequencer, const market_data_actor& market_data) {
        self->state.sequencer = sequencer;
        self->state.market_data = market_data;
        on_quiet(self, ports, options, supervisor);
      },
  };
}

}  // namespace bellwether
