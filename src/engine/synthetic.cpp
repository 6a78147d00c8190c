#include "engine/synthetic.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "engine/split_mix.hpp"

namespace bellwether {
namespace {

std::uint64_t state_of(std::string_view symbol, Date date, std::uint64_t seed) {
  SplitMix64 mix(fnv_1a(symbol) ^ std::rotl(seed, 32));
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
///
/// The path is a random walk tied to the day's open and close, so that its increments are all but uncorrelated. Two
/// maps of its values, neither of which looks at more than one minute, bring it to the day's range: what crosses an
/// extreme that open or close already are is reflected there, and the parts above and below both are stretched until
/// the walk's own extremes fall on the day's. Of several walks the one is taken that needs the least stretching, or the
/// first that needs little.
class Bridge {
 public:
  Bridge(const Bar& daily, std::int64_t minutes, SplitMix64& generator)
      : step_(common_step(daily)),
        open_(daily.open.raw() / step_),
        high_(daily.high.raw() / step_),
        low_(daily.low.raw() / step_),
        close_(daily.close.raw() / step_),
        minutes_(minutes),
        generator_(generator) {
    constexpr int kWalksMax = 16;
    constexpr std::int64_t kGoodFit = 2 * kExactFit * 3 / 2;
    if (high_ - low_ > kFineRangeMax) fineness_ = 1;
    Walk best = walk();
    for (int i = 1; i < kWalksMax && misfit(best) > kGoodFit; ++i) {
      Walk other = walk();
      if (misfit(other) < misfit(best)) best = std::move(other);
    }
    for (const Int128 value : best.values) path_.push_back(stretched(value, best));
    if (best.above == 0 && high_ > upper()) visit(high_, low_);
    if (best.below == 0 && low_ < lower()) visit(low_, high_);
  }

  /// The bar of a minute, without time and volume. Wicks reach past open and close by part of a minute's usual move.
  Bar bar(std::int64_t minute) {
    const std::int64_t open = path_[static_cast<std::size_t>(minute)];
    const std::int64_t close = path_[static_cast<std::size_t>(minute) + 1];
    const std::int64_t wick = part_of_range(3, 8, 1);
    const std::int64_t high = std::max(open, close) + generator_.up_to(std::min(wick, high_ - std::max(open, close)));
    const std::int64_t low = std::min(open, close) - generator_.up_to(std::min(wick, std::min(open, close) - low_));
    return {{}, price(open), price(high), price(low), price(close), {}};
  }

 private:
  /// Values of a walk in 1 / fineness_ of a step, and how far it goes beyond both open and close.
  struct Walk {
    std::vector<Int128> values;
    Int128 above = 0;
    Int128 below = 0;
  };
  static constexpr std::int64_t kExactFit = 1000;
  static constexpr std::int64_t kFineRangeMax = std::int64_t{1} << 32;

  [[nodiscard]] std::int64_t upper() const { return std::max(open_, close_); }
  [[nodiscard]] std::int64_t lower() const { return std::min(open_, close_); }
  [[nodiscard]] Price price(std::int64_t steps) const { return Price::from_raw(steps * step_); }

  /// The day's range x numerator / denominator / sqrt(minutes), in 1 / fineness of a step.
  [[nodiscard]] std::int64_t part_of_range(std::int64_t numerator, std::int64_t denominator,
                                           std::int64_t fineness) const {
    constexpr std::int64_t kRootScale = 1024;
    const std::int64_t root = integer_root(minutes_ * kRootScale * kRootScale);
    return narrow(Int128{high_ - low_} * numerator * fineness * kRootScale / (Int128{denominator} * root));
  }

  /// A minute's move is the sum of two uniform numbers, whose standard deviation is `most` / sqrt(6). The expected
  /// range of a Brownian path is 1.6 standard deviations of its end (Feller 1951), so `most` is sqrt(6) / 1.6 = 1.53 x
  /// range / sqrt(minutes).
  Walk walk() {
    const std::int64_t most = part_of_range(153, 100, fineness_);
    std::vector<Int128> free = {0};
    for (std::int64_t i = 0; i < minutes_; ++i) {
      free.push_back(free.back() + generator_.up_to(most) + generator_.up_to(most) - most);
    }
    const Int128 excess = free.back() - Int128{close_ - open_} * fineness_;
    Walk walk;
    for (std::int64_t i = 0; i <= minutes_; ++i) {
      const Int128 tied = free[static_cast<std::size_t>(i)] - excess * i / minutes_;
      walk.values.push_back(reflected(Int128{open_} * fineness_ + tied));
      walk.above = std::max(walk.above, walk.values.back() - Int128{upper()} * fineness_);
      walk.below = std::max(walk.below, Int128{lower()} * fineness_ - walk.values.back());
    }
    return walk;
  }

  /// Back across each of the day's extremes that open or close are.
  [[nodiscard]] Int128 reflected(Int128 value) const {
    const Int128 high = Int128{high_} * fineness_;
    const Int128 low = Int128{low_} * fineness_;
    if (high == low) return low;
    for (;;) {
      if (value > high && upper() == high_) {
        value = 2 * high - value;
      } else if (value < low && lower() == low_) {
        value = 2 * low - value;
      } else {
        return value;
      }
    }
  }

  /// How much a walk must be stretched or pressed above and below, kExactFit each for not at all. A minute's usual move
  /// is added on both sides of a ratio: what is less than that does no harm.
  [[nodiscard]] Int128 misfit(const Walk& walk) const {
    const Int128 usual = Int128{part_of_range(63, 100, fineness_)} + 1;
    const auto ratio = [&](Int128 wanted, Int128 found) {
      const Int128 a = wanted * fineness_ + usual;
      const Int128 b = found + usual;
      return (a > b ? a : b) * kExactFit / (a > b ? b : a);
    };
    return ratio(high_ - upper(), walk.above) + ratio(lower() - low_, walk.below);
  }

  /// The price in steps that a value of `walk` stands for.
  [[nodiscard]] std::int64_t stretched(Int128 value, const Walk& walk) const {
    const Int128 above = value - Int128{upper()} * fineness_;
    const Int128 below = Int128{lower()} * fineness_ - value;
    if (above > 0) return upper() + narrow(above * (high_ - upper()) / walk.above);
    if (below > 0) return lower() - narrow(below * (lower() - low_) / walk.below);
    return lower() + narrow((-below + fineness_ / 2) / fineness_);
  }

  /// Puts `extreme` on some minute's close, not on one that is at the `other` unless they all are.
  void visit(std::int64_t extreme, std::int64_t other) {
    const std::int64_t inner = minutes_ - 1;
    const std::int64_t first = generator_.up_to(inner - 1);
    std::int64_t chosen = first;
    for (std::int64_t i = 0; i < inner; ++i) {
      chosen = (first + i) % inner;
      if (path_[static_cast<std::size_t>(chosen) + 1] != other) break;
    }
    path_[static_cast<std::size_t>(chosen) + 1] = extreme;
  }

  std::int64_t step_;
  std::int64_t open_;
  std::int64_t high_;
  std::int64_t low_;
  std::int64_t close_;
  std::int64_t minutes_;
  std::int64_t fineness_ = std::int64_t{1} << 20;
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
