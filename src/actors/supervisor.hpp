// Watches the actors of a session. There is no going on without one of them: the session ends, and a restart continues
// from the log.
#pragma once

#include <functional>

#include "actors/protocol.hpp"

namespace bellwether {

struct SupervisorState {
  static inline const char* name = "supervisor";
  std::vector<std::pair<caf::actor_addr, std::string>> watched;
};

/// What the session does about it. Called on the supervisor's thread.
struct SupervisorCallbacks {
  /// An actor has ended, for whatever reason.
  std::function<void(const std::string& name, const std::string& reason)> on_death;
  std::function<void()> on_end;
};

supervisor_actor::behavior_type supervisor(supervisor_actor::stateful_pointer<SupervisorState> self,
                                           SupervisorCallbacks callbacks);

}  // namespace bellwether

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bellwether::SupervisorCallbacks)
