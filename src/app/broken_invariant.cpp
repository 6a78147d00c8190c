#include "app/broken_invariant.hpp"

#include <cstdlib>
#include <string>

#include "app/commands.hpp"
#include "app/logging.hpp"
#include "engine/invariant.hpp"

namespace bellwether {
namespace {

void die_of_invariant(const char* what, const char* file, int line) {
  log_event(Severity::Critical, "invariant_broken", what,
            {{"file", file}, {"line", line}, {"action", "the process ends"}});
  std::_Exit(kExitInvariant);
}

}  // namespace

void install_invariant_handler() { set_invariant_handler(die_of_invariant); }

}  // namespace bellwether
