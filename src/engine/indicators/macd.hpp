// Moving average convergence/divergence.
#pragma once

#include "engine/indicators/exponential_moving_average.hpp"

namespace bellwether {

/// Line: fast EMA - slow EMA. Signal: EMA of the line. Histogram: line - signal (Appel).
///
/// Warm-up with EmaSeed::SimpleAverage: ready at update `slow` + `signal` - 1; as in TA-Lib both EMAs have their first
/// value at update `slow`, so the fast one starts from the mean of the `fast` values that end there. With
/// EmaSeed::FirstValue: ready at update 1, every average started from its first value.
class Macd {
 public:
  /// Periods, each at least 1, with fast < slow.
  Macd(std::int64_t fast, std::int64_t slow, std::int64_t signal, EmaSeed seed = EmaSeed::SimpleAverage)
      : fast_(fast, seed),
        slow_(slow, seed),
        signal_(signal, seed),
        lead_(seed == EmaSeed::SimpleAverage ? slow - fast : 0) {
    BELLWETHER_INVARIANT(fast < slow, "the fast period must be below the slow one");
  }

  void update(double value) {
    if (skipped_ < lead_) [[unlikely]] {
      ++skipped_;
    } else {
      fast_.update(value);
    }
    slow_.update(value);
    if (slow_.ready()) signal_.update(line());
  }
  void update(Price price) { update(price.to_double()); }

  /// True once line, signal and histogram all have a value.
  [[nodiscard]] bool ready() const { return signal_.ready(); }
  /// In price units; asked before `ready()`, broken invariants. `value()` is the line.
  [[nodiscard]] double value() const {
    BELLWETHER_INVARIANT(ready(), "MACD asked before its warm-up");
    return line();
  }
  [[nodiscard]] double signal() const { return signal_.value(); }
  [[nodiscard]] double histogram() const { return value() - signal(); }

  void reset() {
    fast_.reset();
    slow_.reset();
    signal_.reset();
    skipped_ = 0;
  }
  template <class Writer>
  void save(Writer& out) const {
    out.i64(skipped_);
    fast_.save(out);
    slow_.save(out);
    signal_.save(out);
  }
  template <class Reader>
  void load(Reader& in) {
    skipped_ = in.i64();
    fast_.load(in);
    slow_.load(in);
    signal_.load(in);
    if (skipped_ < 0 || skipped_ > lead_) in.fail();
    if (!in.ok()) reset();
  }

 private:
  [[nodiscard]] double line() const { return fast_.value() - slow_.value(); }

  ExponentialMovingAverage fast_;
  ExponentialMovingAverage slow_;
  ExponentialMovingAverage signal_;
  std::int64_t lead_;         ///< Values that the fast average leaves out, to be ready together with the slow one.
  std::int64_t skipped_ = 0;  ///< Of these, left out so far.
};

}  // namespace bellwether
