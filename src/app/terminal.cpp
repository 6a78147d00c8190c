#include "app/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "backtest/report/report_chart.hpp"

namespace bellwether {

std::optional<TerminalStyle> terminal_style(int file_descriptor) {
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal != nullptr && std::string_view(terminal) == "dumb";  // It cannot move the cursor.
  if (::isatty(file_descriptor) != 1 || dumb) return std::nullopt;
  TerminalStyle style;
  winsize size{};
  if (::ioctl(file_descriptor, TIOCGWINSZ, &size) == 0) {
    if (size.ws_col > 0) style.width = size.ws_col;
    if (size.ws_row > 0) style.height = size.ws_row;
  }
  const char* no_colour = std::getenv("NO_COLOR");
  style.colours = no_colour == nullptr || *no_colour == '\0';
  return style;
}

std::string compact_count(double value) {
  if (value >= 1e9) return grouped(value / 1e9, 2) + " G";
  if (value >= 1e6) return grouped(value / 1e6, 2) + " M";
  if (value >= 1e4) return grouped(value / 1e3, 1) + " k";
  return grouped(value, 0);
}

std::string bar_text(double part, std::size_t width) {
  const auto full = static_cast<std::size_t>(std::clamp(part, 0.0, 1.0) * static_cast<double>(width));
  return "[" + std::string(full, '#') + std::string(width - full, '.') + "]";
}

}  // namespace bellwether
