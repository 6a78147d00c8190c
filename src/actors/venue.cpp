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
  // Behind a line, the exchange sees it once it has passed.
  if (!state.link) timed(ports, Stage::Venue, [&] { state.simulator->on_market(event, state.reports); });
  const bool leads = event.type == EventType::CorporateAction;
  if (leads) batch.events.push_back(event);
  for (const ExecutionReport& report : state.reports) batch.events.push_back(Event::of(report));
  if (!leads) batch.events.push_back(event);
  if (event.from_feed()) ++state.feed_position;
  hand_over(self, std::move(batch));
}

/// True where a snapshot is due and the venue stands where all stages will when they come to save themselves.
bool snapshot_is_due(const VenueState& state, const SessionPorts& ports, const VenueOptions& options) {
  return ports.log != nullptr && options.snapshot_every_events > 0 && state.in_flight == 0 &&
         !state.snapshot_under_way && (!state.live || state.live->first.empty()) &&
         state.last_event - state.last_snapshot >= options.snapshot_every_events;
}

void begin_snapshot(Self self) {
  VenueState& state = self->state;
  auto snapshot = std::make_shared<SnapshotRequest>();
  if (state.live) {
    state.live->intake->save(snapshot->venue);
    state.commands.keys().save(snapshot->venue);
  } else if (state.link) {
    state.link->save(snapshot->venue);
  } else {
    state.simulator->save(snapshot->venue);
  }
  snapshot->feed_position = state.feed_position;
  state.snapshot_under_way = true;
  state.last_snapshot = state.last_event;
  self->send(state.sequencer, std::move(snapshot));
}

/// Asks to be told when all that has passed is durable and recorded.
void begin_settling(Self self) {
  if (std::exchange(self->state.settle_under_way, true)) return;
  self->send(self->state.order, settle_atom::value);
}

/// Hands over what comes before the next market event: a message of the exchange behind a line, the time at which a
/// command reaches it, or a timer. False where the market event is next.
bool give_other(Self self) {
  VenueState& state = self->state;
  if (!state.held && state.link) state.link->end_market();
  const Timestamp message = state.link ? state.link->next_moment() : kNever;
  if (!state.held && message == kNever) return false;
  const Timestamp market = state.held ? state.held->time : kNever;
  EventBatch batch;
  if (message <= market && message <= state.next_timer.at) {
    state.link->collect_next(batch.events);
  } else if (state.next_timer.at < market) {
    batch.events.push_back(Event::of(state.next_timer.at, state.next_timer.timer));
  } else {
    return false;
  }
  hand_over(self, std::move(batch));
  return true;
}

/// Asks to be woken when the clock of a live session comes to the next deadline.
void sleep_until_due(Self self) {
  VenueState& state = self->state;
  const Timestamp due = state.live->intake->next_due();
  if (state.asleep && due >= state.wakes_at) return;  // It wakes early enough.
  state.asleep = true;
  state.wakes_at = due;
  self->delayed_send(self, state.live->clock.until(due), tick_atom::value, ++state.wake_up);
}

/// A live session: everything that has come by now enters.
void poll_live(Self self) {
  VenueState& state = self->state;
  EventBatch batch;
  batch.events = std::exchange(state.live->first, {});
  if (state.in_flight < state.live->in_flight_max) state.live->intake->collect(state.live->clock.now(), batch.events);
  if (!batch.events.empty()) hand_over(self, std::move(batch));
  sleep_until_due(self);
}

/// Everything that followed from the last market event has passed: what comes next?
void on_quiet(Self self, const SessionPorts& ports, const VenueOptions& options) {
  VenueState& state = self->state;
  if (!state.sequencer || ports.is_closed()) return;
  if (state.snapshot_under_way && !state.live) return;
  if (!state.live && state.in_flight > 0) return;
  if (state.stop) {
    // What the engine caused before a crash is under way, too.
    if (state.live && !state.live->first.empty()) hand_over(self, {std::exchange(state.live->first, {})});
    if (state.in_flight > 0) return;
    if (!state.settle_under_way) state.settle_for_stop = true;
    return begin_settling(self);
  }
  if (!state.commands.is_empty() && !state.commands.is_busy()) {
    if (state.ended && !state.held && state.simulator) state.simulator->end_market();
    hand_over(self, {state.commands.begin(state.live ? state.live->clock.now() : state.last_time)});
    if (!state.live) return;
  }
  if (snapshot_is_due(state, ports, options)) {
    begin_snapshot(self);
    if (!state.live) return;
  }
  if (state.live) return poll_live(self);
  if ((state.held || state.ended) && give_other(self)) return;
  if (state.held) {
    const Event event = *state.held;
    state.held.reset();
    process_market(self, ports, event);
    return;
  }
  if (state.ended && !state.end_told) begin_settling(self);
  if (state.ended || state.credit_given) return;
  state.credit_given = true;
  self->send(state.market_data, Credit{});
}

void on_settled(Self self, const SessionPorts& ports, const VenueOptions& options, const supervisor_actor& supervisor) {
  VenueState& state = self->state;
  state.settle_under_way = false;
  if (state.ended && !std::exchange(state.end_told, true)) self->send(supervisor, end_atom::value);
  if (std::exchange(state.settle_for_stop, false)) {
    state.stop->deliver(settle_atom::value);
  } else if (state.stop) {
    on_quiet(self, ports, options);
  }
}

/// What the engine caused, and what the venue answers at once.
void carry_out(VenueState& state, const Turn& turn, std::vector<Event>& events) {
  if (state.live) return state.live->intake->passed(turn, events);
  events = turn.follow_ups;
  if (state.link) return state.link->take(turn.event, turn.commands);
  for (const OrderCommand& command : turn.commands) {
    state.reports.clear();
    state.simulator->submit(command, turn.event.time, state.reports);
    for (const ExecutionReport& report : state.reports) events.push_back(Event::of(report));
  }
}

void on_passed(Self self, const SessionPorts& ports, const VenueOptions& options, const Turn& turn) {
  VenueState& state = self->state;
  --state.in_flight;
  state.last_event = turn.event.number;
  state.last_time = turn.event.time;
  state.next_timer = turn.next_timer;
  state.commands.on_passed(turn);
  EventBatch batch;
  if (options.on_order_command) {
    for (const OrderCommand& command : turn.commands) options.on_order_command(command);
  }
  if (turn.commands.empty()) {
    carry_out(state, turn, batch.events);
  } else {
    timed(ports, Stage::Venue, [&] { carry_out(state, turn, batch.events); });
  }
  if (!batch.events.empty()) hand_over(self, std::move(batch));
}

}  // namespace

venue_actor::behavior_type venue(Self self, SessionPorts ports, VenueOptions options, VenueStart start,
                                 supervisor_actor supervisor) {
  VenueState& state = self->state;
  state.simulator = std::move(start.simulator);
  state.link = std::move(start.link);
  state.live = std::move(start.live);
  state.feed_position = start.feed_position;
  state.next_timer = start.next_timer;
  state.last_event = start.last_event;
  state.last_snapshot = start.last_snapshot;
  state.last_time = start.last_time;
  state.ended = start.data_ended;
  state.commands = CommandDesk(std::move(start.keys));
  return {
      [=](const Event& event, bool last) {
        self->state.credit_given = false;
        self->state.ended = last;
        self->state.held = event;
        on_quiet(self, ports, options);
      },
      [=](const PassagePtr& passage) {
        if (ports.is_closed()) return;
        on_passed(self, ports, options, passage->turn);
        on_quiet(self, ports, options);
      },
      [=](end_atom) {
        self->state.credit_given = false;
        self->state.ended = true;
        on_quiet(self, ports, options);
      },
      [=](stored_atom) {
        self->state.snapshot_under_way = false;
        on_quiet(self, ports, options);
      },
      [=](tick_atom, std::uint64_t wake_up) {
        if (wake_up != self->state.wake_up) return;
        self->state.asleep = false;
        on_quiet(self, ports, options);
      },
      [=](settle_atom) { on_settled(self, ports, options, supervisor); },
      [=](const OperatorCommand& command) -> caf::result<CommandReceipt> {
        auto promise = self->make_response_promise<CommandReceipt>();
        if (self->state.stop || ports.is_closed()) {
          promise.deliver(caf::make_error(caf::sec::request_receiver_down));
          return promise;
        }
        self->state.commands.take(command, promise);
        on_quiet(self, ports, options);
        return promise;
      },
      [=](stop_atom) -> caf::result<settle_atom> {
        std::optional<caf::typed_response_promise<settle_atom>>& stop = self->state.stop;
        // No command begins any more; where the session is closed, the one under way is not answered either.
        self->state.commands.refuse(ports.is_closed());
        if (ports.is_closed()) {
          if (stop) stop->deliver(settle_atom::value);
          return settle_atom::value;
        }
        stop = self->make_response_promise<settle_atom>();
        on_quiet(self, ports, options);
        return *stop;
      },
      [=](start_atom, const sequencer_actor& sequencer, const market_data_actor& market_data,
          const order_actor& order) {
        self->state.sequencer = sequencer;
        self->state.market_data = market_data;
        self->state.order = order;
        on_quiet(self, ports, options);
      },
  };
}

}  // namespace bellwether
