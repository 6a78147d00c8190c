#include "engine/synthetic.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace bellwether {
namespace {

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t state) : state_(state) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  /// Uniform from 0 to `last`, both included; `last` is not negative.
  std::int64_t up_to(std::int64_t last) {
    const Int128 product = static_cast<Int128>(next() >> 1) * (Int128{last} + 1);
    return static_cast<std::int64_t>(product >> 63);
  }

 private:
  std::uint64_t state_;
};

/// FNV-1a, 64 bit.
std::uint64_t hash(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return value;
}

std::uint64_t state_of(std::string_view symbol, Date date, std::uint64_t seed) {
  SplitMix64 mix(hash(symbol) ^ std::rotl(seed, 32));
  return mix.next() ^ (static_cast<std::uint64_t>(static_cast<std::uint32_t>(date.days)) * 0x9e3779b97f4a7c15);
}

/// The square root of a 64-bit number, rounded down.
std::int64_t integer_root(std::int64_t value) {
  std::int64_t root = 0;
  for (std::int64_t bit = std::int64_t{1} << 31; bit > 0; bit >>= 1) {
    const std::int64_t next = root | bit;
    if (next <= 3'037'000'499 && next * next <= value) root = next;
  }
  return root;
}

/// The largest step of 0.01, 0.001, ... of which all four prices are multiples.
std::int64_t common_step(const Bar& bar) {
  std::int64_t step = 10'000'000;
  for (const Price price : {bar.open, bar.high, bar.low, bar.close}) {
    while (price.raw() % step != 0) step /= 10;
  }
  return step;
}

/// A day's prices in steps, and the path of the minutes' closes.
class Bridge {
 public:
  Bridge(const Bar& daily, std::int64_t minutes, SplitMix64& generator)
      : step_(common_step(daily)),
        low_(daily.low.raw() / step_),
        high_(daily.high.raw() / step_),
        minutes_(minutes),
        generator_(generator),
        path_(static_cast<std::size_t>(minutes) + 1) {
    const std::int64_t open = daily.open.raw() / step_;
    const std::int64_t close = daily.close.raw() / step_;
    // The two extremes fall on two different minutes; on a day that rises the low comes first three times out of four.
    std::int64_t first = 1 + generator_.up_to(minutes_ - 2);
    std::int64_t second = 1 + generator_.up_to(minutes_ - 3);
    if (second >= first) ++second;
    if (second < first) std::swap(first, second);
    const bool low_first = (generator_.up_to(3) != 0) == (close >= open);
    set(0, open);
    set(first, low_first ? low_ : high_);
    set(second, low_first ? high_ : low_);
    set(minutes_, close);
    fill(0, first);
    fill(first, second);
    fill(second, minutes_);
  }

  /// The bar of a minute, without time and volume. Wicks reach past open and close by part of a minute's usual move.
  Bar bar(std::int64_t minute) {
    const std::int64_t open = at(minute);
    const std::int64_t close = at(minute + 1);
    const std::int64_t wick = displacement(1);
    const std::int64_t high = std::max(open, close) + generator_.up_to(std::min(wick, high_ - std::max(open, close)));
    const std::int64_t low = std::min(open, close) - generator_.up_to(std::min(wick, std::min(open, close) - low_));
    return {{}, price(open), price(high), price(low), price(close), {}};
  }

 private:
  [[nodiscard]] std::int64_t at(std::int64_t minute) const { return path_[static_cast<std::size_t>(minute)]; }
  void set(std::int64_t minute, std::int64_t value) { path_[static_cast<std::size_t>(minute)] = value; }
  [[nodiscard]] Price price(std::int64_t steps) const { return Price::from_raw(steps * step_); }

  /// Largest displacement of the middle of `length` minutes: 3/8 of the day's range x sqrt(length / minutes). The
  /// expected range of a Brownian path is 1.6 standard deviations, and the middle of a bridge has half of its length's.
  [[nodiscard]] std::int64_t displacement(std::int64_t length) const {
    constexpr std::int64_t kRootScale = 1024;
    const std::int64_t root = integer_root(length * kRootScale * kRootScale / minutes_);
    return narrow(Int128{high_ - low_} * 3 * root / (8 * kRootScale));
  }

  /// Back into [low, high] by reflection.
  [[nodiscard]] std::int64_t reflected(Int128 value) const {
    if (value < low_) value = Int128{low_} * 2 - value;
    if (value > high_) value = Int128{high_} * 2 - value;
    return narrow(std::clamp(value, Int128{low_}, Int128{high_}));
  }

  void fill(std::int64_t from, std::int64_t to) {
    if (to - from < 2) return;
    const std::int64_t middle = from + (to - from) / 2;
    const std::int64_t straight = at(from) + narrow(Int128{at(to) - at(from)} * (middle - from) / (to - from));
    const std::int64_t most = displacement(to - from);
    const Int128 noise = Int128{generator_.up_to(most)} + generator_.up_to(most) - most;
    set(middle, reflected(straight + noise));
    fill(from, middle);
    fill(middle, to);
  }

  std::int64_t step_;
  std::int64_t low_;
  std::int64_t high_;
  std::int64_t minutes_;
  SplitMix64& generator_;
  std::vector<std::int64_t> path_;
};

/// Weights of the minutes' volumes: three times as much at the open and the close as at noon, times 1/2 to 3/2.
std::vector<std::int64_t> volume_weights(std::int64_t minutes, SplitMix64& generator) {
  std::vector<std::int64_t> weights;
  weights.reserve(static_cast<std::size_t>(minutes));
  for (std::int64_t i = 0; i < minutes; ++i) {
    const std::int64_t from_noon = 2 * i + 1 - minutes;
    const std::int64_t shape = 1000 + 2000 * from_noon * from_noon / (minutes * minutes);
    weights.push_back(shape * (512 + generator.up_to(1024)));
  }
  return weights;
}

}  // namespace

void expand_session(const Bar& daily, const Session& session, std::string_view symbol, std::uint64_t seed,
                    std::vector<Bar>& minutes) {
  BELLWETHER_INVARIANT(daily.low.is_positive() && daily.low <= std::min(daily.open, daily.close) &&
                           daily.high >= std::max(daily.open, daily.close) && !daily.volume.is_negative(),
                       "a daily bar to expand must be consistent");
  const std::int64_t count = (session.close - session.open) / kMinuteInterval;
  BELLWETHER_INVARIANT(count >= 3, "a session to expand must last three minutes");
  SplitMix64 generator(state_of(symbol, session.date, seed));
  Bridge bridge(daily, count, generator);
  const std::vector<std::int64_t> weights = volume_weights(count, generator);
  Int128 total_weight = 0;
  for (const std::int64_t weight : weights) total_weight += weight;

  const std::int64_t lot = daily.volume.raw() % Quantity::kScale == 0 ? Quantity::kScale : 1;
  const Int128 volume = daily.volume.raw() / lot;
  Int128 weight_so_far = 0;
  Int128 volume_so_far = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    Bar bar = bridge.bar(i);
    bar.start = session.open + i * kMinuteInterval;
    // Differences of a rounded running total, so that they add up to the whole.
    weight_so_far += weights[static_cast<std::size_t>(i)];
    const Int128 up_to_here = volume * weight_so_far / total_weight;
    bar.volume = Quantity::from_raw(narrow((up_to_here - volume_so_far) * lot));
    volume_so_far = up_to_here;
    minutes.push_back(bar);
  }
}

BarSeries expand_daily(const BarSeries& daily, const SessionCalendar& calendar, std::uint64_t seed) {
  constexpr std::size_t kMinutesOfASession = 390;
  BarSeries series{daily.symbol, kMinuteInterval, true, {}};
  series.bars.reserve(daily.bars.size() * kMinutesOfASession);
  for (const Bar& bar : daily.bars) {
    const Session* session = calendar.session_at(bar.start);
    BELLWETHER_INVARIANT(session != nullptr, "a daily bar to expand must lie on a session");
    expand_session(bar, *session, daily.symbol, seed, series.bars);
  }
  return series;
}

}  // namespace bellwether
