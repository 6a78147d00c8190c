// Replays a data set: one event for each credit of the venue, no faster than the clock allows.
#pragma once

#include "actors/protocol.hpp"
#include "actors/session_ports.hpp"
#include "engine/market_feed.hpp"

namespace bellwether {

struct MarketDataState {
  static inline const char* name = "market_data";
  std::shared_ptr<MarketFeed> feed;
  std::optional<Event> next;  // Taken from the feed, not given out.
  bool has_credit = false;
  bool stopped = false;
  bool looks_again = false;  // A tick is on its way.
  std::uint64_t given = 0;
  Allowance allowance;
};

/// `held` is an event that was taken from the feed before and comes first.
market_data_actor::behavior_type market_data(market_data_actor::stateful_pointer<MarketDataState> self,
                                             SessionPorts ports, std::shared_ptr<MarketFeed> feed,
                                             std::optional<Event> held, std::uint64_t recorder_lag_max,
                                             venue_actor venue);

}  // namespace bellwether

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::optional<bellwether::Event>)
