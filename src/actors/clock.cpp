#include "actors/clock.hpp"

#include <algorithm>
#include <limits>

namespace bellwether {
namespace {

constexpr auto kTick = std::chrono::milliseconds(5);
/// Below the largest number of 64 bits by more than a double rounds there.
constexpr double kFar = 9e18;

}  // namespace

Allowance allowance_of(const Pace& pace, double seconds) {
  Allowance allowance;
  allowance.until = Timestamp{std::numeric_limits<std::int64_t>::min()};
  switch (pace.kind) {
    case Pace::Kind::Unlimited: allowance.events = std::numeric_limits<std::uint64_t>::max(); break;
    case Pace::Kind::EventsPerSecond:
      allowance.events = static_cast<std::uint64_t>(std::min(seconds * pace.value, kFar)) + 1;
      break;
    case Pace::Kind::TimesRealTime: {
      const double ns = seconds * pace.value * 1e9;
      const bool beyond = ns >= kFar || ns + static_cast<double>(pace.data_start.ns) >= kFar;
      allowance.until = beyond ? kNever : pace.data_start + Duration(static_cast<std::int64_t>(ns));
      break;
    }
  }
  return allowance;
}

clock_actor::behavior_type clock(clock_actor::stateful_pointer<ClockState> self, Pace pace,
                                 market_data_actor market_data) {
  return {
      [=](start_atom) {
        self->state.started = self->clock().now();
        self->send(self, tick_atom::value);
      },
      [=](tick_atom) {
        if (self->state.stopped) return;
        const std::chrono::duration<double> elapsed = self->clock().now() - self->state.started;
        self->send(market_data, allowance_of(pace, elapsed.count()));
        if (pace.kind != Pace::Kind::Unlimited) self->delayed_send(self, kTick, tick_atom::value);
      },
      [=](stop_atom) { self->state.stopped = true; },
  };
}

}  // namespace bellwether
