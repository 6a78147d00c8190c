#include "backtest/report/grouped_number.hpp"

#include <algorithm>
#include <charconv>

namespace bellwether {

std::string grouped(double value, int decimals) {
  char buffer[400];  // The largest double has 309 digits.
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, decimals);
  std::string text(buffer, end);
  const std::size_t start = text.starts_with('-') ? 1 : 0;
  std::size_t at = std::min(text.find('.'), text.size());
  while (at > start + 3) text.insert(at -= 3, 1, ',');
  if (text.find_first_not_of("-0.,") == std::string::npos && start == 1) text.erase(0, 1);
  return text;
}

}  // namespace bellwether
