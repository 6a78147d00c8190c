// How fast a data set is replayed.
#pragma once

#include <cstdint>

#include "engine/time.hpp"

namespace bellwether {

struct Pace {
  enum class Kind : std::uint8_t {
    Unlimited,
    EventsPerSecond,  ///< `value` market events a second.
    TimesRealTime,    ///< `value` seconds of the data's time in one second.
  };
  Kind kind = Kind::Unlimited;
  double value = 1.0;
  Timestamp data_start;  ///< TimesRealTime: the data's time at which the replay begins.
};

}  // namespace bellwether
