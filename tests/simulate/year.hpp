// A year of an account that trades by the clock, as fast as the machine can: what it takes from month to month.
#pragma once

#include <cstdint>
#include <iosfwd>

namespace bellwether::testing {

struct YearOptions {
  int sessions = 252;
  int symbols = 50;
  int bar_minutes = 5;  ///< Divides 30.
};

/// 50 symbols, a change of the configuration on every day, snapshots, one log on disk. Prints a line a month: events,
/// time for an event with the log, resident memory, bytes of the log; at the end how long a start from the log takes.
/// False where something failed, which is said on `out`.
bool live_a_year(const YearOptions& options, std::ostream& out);

}  // namespace bellwether::testing
