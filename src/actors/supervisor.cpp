#include "actors/supervisor.hpp"

#include <algorithm>

namespace bellwether {

supervisor_actor::behavior_type supervisor(supervisor_actor::stateful_pointer<SupervisorState> self,
                                           SupervisorCallbacks callbacks) {
  self->set_down_handler([=](const caf::down_msg& down) {
    const auto found = std::find_if(self->state.watched.begin(), self->state.watched.end(),
                                    [&](const auto& each) { return each.first == down.source; });
    callbacks.on_death(found == self->state.watched.end() ? "" : found->second, self->system().render(down.reason));
  });
  return {
      [=](watch_atom, const caf::strong_actor_ptr& actor, const std::string& name) {
        self->state.watched.emplace_back(caf::actor_cast<caf::actor_addr>(actor), name);
        self->monitor(caf::actor_cast<caf::actor_addr>(actor));
      },
      [=](end_atom) { callbacks.on_end(); },
  };
}

}  // namespace bellwether
