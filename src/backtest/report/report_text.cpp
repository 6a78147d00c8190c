#include "backtest/report/report_text.hpp"

#include <algorithm>

namespace bellwether {

std::string html_escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      case '\n': out += "&#10;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string html_escaped_lines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out += html_escaped(text.substr(0, end));
    if (end < text.size()) out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string count_text(std::uint64_t count) { return grouped(static_cast<double>(count), 0); }

std::string amount_text(Money amount) { return grouped(amount.to_double(), 2); }

std::string price_text(Price price) {
  std::string text = grouped(price.to_double(), 4);
  while (text.ends_with("0") && text.find('.') + 3 < text.size()) text.pop_back();
  return text;
}

std::string percent_text(const std::optional<double>& fraction, int decimals) {
  return fraction ? grouped(*fraction * 100, decimals) + " %" : "";
}

std::string time_text(Timestamp time) {
  std::string text = format_rfc3339(time).substr(0, 16);
  text[10] = ' ';
  return text;
}

std::string elapsed_text(Duration duration) {
  Statistics only;
  only.average_holding_time = duration;
  return statistic_text(figure_field("average_holding_time"), only);
}

std::string plural_text(std::uint64_t count, std::string_view noun) {
  return count_text(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string_view signed_class(double value) { return value > 0 ? "gain" : value < 0 ? "loss" : ""; }

std::string figure_text(const StatisticField& field, const Statistics& statistics) {
  const StatisticValue value = field.value(statistics);
  if (const auto* money = std::get_if<Money>(&value)) return amount_text(*money);
  if (const auto* count = std::get_if<std::uint64_t>(&value)) return count_text(*count);
  return statistic_text(field, statistics);
}

const StatisticField& figure_field(std::string_view key) {
  for (const StatisticField& field : statistic_fields()) {
    if (field.key == key) return field;
  }
  BELLWETHER_INVARIANT(false, "no statistic of this name");
  return statistic_fields().front();
}

}  // namespace bellwether
