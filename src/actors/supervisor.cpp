#include "actors/supervisor.hpp"

#include <algorithm>

namespace bellwether {

supervisor_actor::behavior_type supervisor(supervisor_actor::stateful_pointer<SupervisorState> self,
                                           SupervisorCallbacks callbacks) {
  self->set_down_handler([=](const caf::down_msg& down) {
    if (!down.reason || down.reason == caf::exit_reason::user_shutdown) return;
    const auto found = std::find_if(self->state.watched.begin(), self->state.watched.end(),
                                    [&](const auto& each) { return each.first == down.source; });
    const std::string who = found == self->state.watched.end() ? "an actor" : "actor " + found->second;
    callbacks.on_failure(who + " died: " + self->system().render(down.reason));
  });
  return {
      [=](watch_atom, const caf::strong_actor_ptr& actor, const std::string& name) {
        self->state.watched.emplace_back(caf::actor_cast<caf::actor_addr>(actor), name);
        self->monitor(caf::actor_cast<caf::actor_addr>(actor));
      },
      [=](log_atom, const std::string& why) { callbacks.on_failure("the event log cannot be written: " + why); },
      [=](end_atom) { callbacks.on_end(); },
  };
}

}  // namespace bellwether
