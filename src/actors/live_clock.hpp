// The market clock of a live session: the wall clock, or one that runs faster from a moment on.
#pragma once

#include <algorithm>
#include <chrono>

#include "engine/time.hpp"

namespace bellwether {

/// At rate 1 it is the wall clock with all its jumps: forward, deadlines that were passed over are due at once; back,
/// they wait until it is that time again, and events go on with the time of the last one. At another rate it runs with
/// the monotonic clock from `begin` on, and does not jump.
class LiveClock {
 public:
  LiveClock() = default;
  LiveClock(double rate, Timestamp begin) : rate_(rate), begin_(begin) {}

  [[nodiscard]] Timestamp now() const {
    if (rate_ == 1) return wall();
    const std::chrono::duration<double, std::nano> passed = std::chrono::steady_clock::now() - started_;
    // A fast clock comes to the end of all time within hours, and stays there.
    const double ns = passed.count() * rate_;
    return ns >= static_cast<double>((kNever - begin_).count()) ? kNever
                                                                : begin_ + Duration(static_cast<std::int64_t>(ns));
  }
  /// Real time until then; never longer than a second, since the wall clock may jump and the machine may sleep.
  [[nodiscard]] std::chrono::nanoseconds until(Timestamp then) const {
    constexpr double kLongest = 1e9;
    const double ns = static_cast<double>(then.ns) - static_cast<double>(now().ns);
    return std::chrono::nanoseconds(static_cast<std::int64_t>(std::clamp(ns / rate_, 0.0, kLongest)));
  }
  static Timestamp wall() {
    return {std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
                .count()};
  }

 private:
  double rate_ = 1;
  Timestamp begin_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace bellwether
