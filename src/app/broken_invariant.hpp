// What the process does when an invariant breaks: it says so and ends.
#pragma once

namespace bellwether {

/// Installs a handler that logs the broken invariant and ends the process with kExitInvariant. No further order leaves;
/// the log of a session holds everything up to there, and a restart continues from it.
void install_invariant_handler();

}  // namespace bellwether
