// How CAF runs a session's actors.
#pragma once

#include <caf/actor_system_config.hpp>

namespace bellwether {

struct SchedulerConfig : caf::actor_system_config {
  /// `threads` run the actors; `deterministic`: all of them run on the caller's thread, with simulated time.
  SchedulerConfig(std::size_t threads, bool deterministic);
};

}  // namespace bellwether
