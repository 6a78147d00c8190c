// The simulated exchange as an actor, and the keeper of the order of events: the same as in a backtest.
#pragma once

#include <functional>

#include "actors/command_desk.hpp"
#include "actors/live_clock.hpp"
#include "actors/live_intake.hpp"
#include "actors/protocol.hpp"
#include "actors/session_ports.hpp"
#include "engine/exchange_link.hpp"
#include "engine/fill_simulator.hpp"

namespace bellwether {

struct VenueOptions {
  std::uint64_t snapshot_every_events = 50'000;  ///< 0: none.
  /// Sees every order command that reaches the venue, before the venue acts on it; may be empty.
  std::function<void(const OrderCommand&)> on_order_command = {};
};

/// What a session by the clock adds: events enter when they come.
struct LiveEntry {
  std::unique_ptr<LiveIntake> intake;
  LiveClock clock;
  std::vector<Event> first;              ///< Enter before all others.
  std::uint64_t in_flight_max = 32'768;  ///< With so many events under way, no more enters for now.
};

struct VenueState {
  static inline const char* name = "venue";
  std::shared_ptr<FillSimulator> simulator;
  std::shared_ptr<ExchangeLink> link;  // In its place, where the exchange does not answer at once.
  std::shared_ptr<LiveEntry> live;     // In place of both in a session by the clock.
  std::uint64_t wake_up = 0;           // The last one that was asked for; others are of no interest any more.
  bool asleep = false;                 // Until the wake-up,
  Timestamp wakes_at;                  // which is for this market time, or earlier.
  sequencer_actor sequencer;
  market_data_actor market_data;
  order_actor order;
  std::uint64_t in_flight = 0;  // Events handed to the sequencer that have not come back.
  std::optional<Event> held;    // The next market event, waiting for its turn.
  bool credit_given = false;    // The market data owes an event.
  bool ended = false;
  bool end_told = false;
  bool settle_under_way = false;  // Waits until what has passed is durable and recorded,
  bool settle_for_stop = false;   // which is then all there is.
  bool snapshot_under_way = false;
  NextTimer next_timer;
  Timestamp last_time;
  EventNumber last_event = 0;
  EventNumber last_snapshot = 0;
  std::uint64_t feed_position = 0;
  CommandDesk commands;
  std::optional<caf::typed_response_promise<settle_atom>> stop;  // Nothing new begins; who asked for that waits.
  std::vector<ExecutionReport> reports;
};

/// Where the session stands when the venue begins.
struct VenueStart {
  std::shared_ptr<FillSimulator> simulator;
  std::shared_ptr<ExchangeLink> link;
  std::shared_ptr<LiveEntry> live;
  std::uint64_t feed_position = 0;
  bool data_ended = false;  ///< No market event is left.
  NextTimer next_timer;
  EventNumber last_event = 0;
  EventNumber last_snapshot = 0;
  Timestamp last_time;
  std::shared_ptr<CommandKeys> keys = std::make_shared<CommandKeys>();  ///< Of the commands so far.
};

venue_actor::behavior_type venue(venue_actor::stateful_pointer<VenueState> self, SessionPorts ports,
                                 VenueOptions options, VenueStart start, supervisor_actor supervisor);

}  // namespace bellwether
