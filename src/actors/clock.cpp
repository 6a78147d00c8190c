#include "actors/clock.hpp"

#include <limits>

namespace bellwether {
namespace {

constexpr auto kTick = std::chrono::milliseconds(5);

Allowance allowance_of(const Pace& pace, double seconds) {
  Allowance allowance;
  allowance.until = Timestamp{std::numeric_limits<std::int64_t>::min()};
  switch (pace.kind) {
    case Pace::Kind::Unlimited: allowance.events = std::numeric_limits<std::uint64_t>::max(); break;
    case Pace::Kind::EventsPerSecond: allowance.events = static_cast<std::uint64_t>(seconds * pace.value) + 1; break;
    case Pace::Kind::TimesRealTime:
      allowance.until = pace.data_start + Duration(static_cast<std::int64_t>(seconds * pace.value * 1e9));
      break;
  }
  return allowance;
}

}  // namespace

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
