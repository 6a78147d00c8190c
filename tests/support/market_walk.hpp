// Seeded walks of minute bars through real sessions, for tests and benchmarks.
#pragma once

#include <cstdint>
#include <string>

#include "engine/calendar.hpp"
#include "engine/market.hpp"
#include "engine/split_mix.hpp"

namespace bellwether::testing {

/// The engine's generator, so that a walk is the same on every machine.
class SplitMix : public SplitMix64 {
 public:
  using SplitMix64::SplitMix64;
  /// In [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(high - low + 1));
  }
};

/// `count` minute bars of a walk in cents around 100 dollars, session after session from 2000-01-03; where the calendar
/// ends it begins again a day of bars closer together, which keeps times ascending (`count` up to about 3 million), or
/// with shorter bars for more.
inline BarSeries minute_walk(std::size_t count, std::uint64_t seed, Duration interval = kMinuteInterval) {
  BarSeries series;
  series.symbol = "WALK";
  series.interval = interval;
  series.bars.reserve(count);
  SplitMix random(seed);
  std::int64_t cents = 10'000;
  const SessionCalendar& calendar = SessionCalendar::us_equity();
  for (const Session& session : calendar.between(Date::from_ymd(2000, 1, 3), calendar.last_date())) {
    for (Timestamp start = session.open; start + interval <= session.close; start = start + interval) {
      if (series.bars.size() == count) return series;
      const auto price = [](std::int64_t c) { return Price::from_raw(c * 10'000'000); };
      const std::int64_t open = cents;
      std::int64_t move = random.between(-5, 5);
      if (cents + move < 1'000 || cents + move > 100'000) move = -move;
      cents += move;
      const std::int64_t high = std::max(open, cents) + random.between(0, 3);
      const std::int64_t low = std::min(open, cents) - random.between(0, 3);
      series.bars.push_back(
          {start, price(open), price(high), price(low), price(cents), Quantity::from_int(random.between(100, 10'000))});
    }
  }
  return series;
}

}  // namespace bellwether::testing
