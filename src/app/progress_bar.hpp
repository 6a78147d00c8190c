// Progress of long work on the terminal: a bar drawn in place, or a line every few seconds where there is no terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

#include "app/terminal.hpp"

namespace bellwether {

/// Progress of work whose size is known. Says nothing about work that takes less than a second.
class ProgressBar {
 public:
  static constexpr std::chrono::seconds kShowAfter{1};
  static constexpr std::chrono::milliseconds kRedrawEvery{100};
  static constexpr std::chrono::seconds kLineEvery{5};

  /// `unit` is what is counted: "bars". `style` is absent where `out` is no terminal.
  ProgressBar(std::ostream& out, std::optional<TerminalStyle> style, std::string unit, SteadyTime start)
      : out_(out), style_(style), unit_(std::move(unit)), start_(start) {}

  void update(std::uint64_t done, std::uint64_t total, SteadyTime now);
  /// Takes the bar off the terminal.
  void finish();

 private:
  std::ostream& out_;
  std::optional<TerminalStyle> style_;
  std::string unit_;
  SteadyTime start_;
  std::optional<SteadyTime> last_;
};

}  // namespace bellwether
