// Assertions that stay on in release builds: a broken invariant must stop trading, not corrupt an account.
// What happens then (log, halt, exit) is decided by the process; the engine only reports.
#pragma once

namespace bellwether {

/// Called with the text of a broken invariant and where it stands. Must not return.
using InvariantHandler = void (*)(const char* what, const char* file, int line);

/// Installs the process's reaction to a broken invariant; the default writes to stderr and aborts.
void set_invariant_handler(InvariantHandler handler);

/// Reports a broken invariant to the handler. Never returns.
[[noreturn]] void invariant_failed(const char* what, const char* file, int line);

}  // namespace bellwether

/// Checks an invariant in every build type. `what` says, in words, what no longer holds.
#define BELLWETHER_INVARIANT(condition, what)                     \
  do {                                                            \
    if (!(condition)) [[unlikely]]                                \
      ::bellwether::invariant_failed((what), __FILE__, __LINE__); \
  } while (false)
