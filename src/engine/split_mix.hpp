// Seeded random numbers for synthetic data and faults: the same on every machine.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/decimal.hpp"

namespace bellwether {

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

  /// Uniform from 0 to below 1.
  double fraction() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  /// True with this probability.
  bool chance(double probability) { return probability > 0 && fraction() < probability; }

  [[nodiscard]] std::uint64_t state() const { return state_; }

 private:
  std::uint64_t state_;
};

/// FNV-1a, 64 bit: a seed of a text.
constexpr std::uint64_t fnv_1a(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return value;
}

}  // namespace bellwether
