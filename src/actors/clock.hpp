// Sets the pace of replayed market data by the wall clock.
#pragma once

#include "actors/clock_pace.hpp"
#include "actors/protocol.hpp"

namespace bellwether {

struct ClockState {
  static inline const char* name = "clock";
  std::chrono::steady_clock::time_point started;
  bool stopped = false;
};

/// What `pace` allows `seconds` after the start. Where that lies beyond the range of time: everything.
Allowance allowance_of(const Pace& pace, double seconds);

clock_actor::behavior_type clock(clock_actor::stateful_pointer<ClockState> self, Pace pace,
                                 market_data_actor market_data);

}  // namespace bellwether

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bellwether::Pace)
