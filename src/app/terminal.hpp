// How to draw on a terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace bellwether {

using SteadyTime = std::chrono::steady_clock::time_point;

struct TerminalStyle {
  std::size_t width = 80;
  bool colours = true;
  std::size_t height = 24;
};

/// The terminal as it is now behind `file_descriptor`; nothing where there is none, or where it
/// cannot be drawn on (TERM=dumb). Colours heed NO_COLOR.
std::optional<TerminalStyle> terminal_style(int file_descriptor);

/// "1,234", "56.7 k", "8.90 M".
std::string compact_count(double value);

/// "[####......]", `width` characters between the brackets. `part` is 0 to 1.
std::string bar_text(double part, std::size_t width);

}  // namespace bellwether
