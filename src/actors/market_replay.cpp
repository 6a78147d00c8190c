#include "actors/market_replay.hpp"

namespace bellwether {
namespace {

using Self = market_data_actor::stateful_pointer<MarketDataState>;

void give(Self self, const SessionPorts& ports, std::uint64_t recorder_lag_max, const venue_actor& venue) {
  MarketDataState& state = self->state;
  if (!state.has_credit || state.stopped || ports.is_closed()) return;
  if (ports.progress->between(Station::Order, Station::Recorder) > recorder_lag_max) {
    // The recorder is behind: look again soon, and until then let nothing new in.
    if (!std::exchange(state.looks_again, true)) {
      self->delayed_send(self, std::chrono::milliseconds(1), tick_atom::value);
    }
    return;
  }
  if (!state.next) {
    Event event;
    if (!state.feed->next(event)) {
      state.has_credit = false;
      self->send(venue, end_atom::value);
      return;
    }
    state.next = event;
  }
  if (state.given >= state.allowance.events && state.next->time > state.allowance.until) return;
  state.has_credit = false;
  ++state.given;
  const Event event = *state.next;
  state.next.reset();
  // What comes next is known with the event: an operator's command behind the last one must not overtake the end.
  Event following;
  const bool last = !state.feed->next(following);
  if (!last) state.next = following;
  self->send(venue, event, last);
}

}  // namespace

market_data_actor::behavior_type market_data(Self self, SessionPorts ports, std::shared_ptr<MarketFeed> feed,
                                             std::optional<Event> held, std::uint64_t recorder_lag_max,
                                             venue_actor venue) {
  self->state.feed = std::move(feed);
  self->state.next = held;
  return {
      [=](Credit) {
        self->state.has_credit = true;
        give(self, ports, recorder_lag_max, venue);
      },
      [=](const Allowance& allowance) {
        self->state.allowance = allowance;
        give(self, ports, recorder_lag_max, venue);
      },
      [=](tick_atom) {
        self->state.looks_again = false;
        give(self, ports, recorder_lag_max, venue);
      },
      [=](stop_atom) { self->state.stopped = true; },
  };
}

}  // namespace bellwether
