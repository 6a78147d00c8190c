#include "engine/decimal.hpp"

#include <cmath>

namespace bellwether {
namespace {

constexpr std::int64_t kPowersOfTen[] = {1,       10,        100,        1'000,       10'000,
                                         100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Error bad_number(std::string_view text, const char* why) {
  return {"", "'" + std::string(text.substr(0, 40)) + "' " + why};
}

}  // namespace

std::string format_decimal(std::int64_t raw, int decimals) {
  const bool negative = raw < 0;
  // Through unsigned, so that the most negative value has a magnitude.
  std::uint64_t magnitude =
      negative ? std::uint64_t{0} - static_cast<std::uint64_t>(raw) : static_cast<std::uint64_t>(raw);
  const auto scale = static_cast<std::uint64_t>(kPowersOfTen[decimals]);
  std::string text = std::to_string(magnitude / scale);
  std::uint64_t fraction = magnitude % scale;
  if (fraction != 0) {
    std::string digits = std::to_string(fraction);
    digits.insert(0, static_cast<std::size_t>(decimals) - digits.size(), '0');
    digits.erase(digits.find_last_not_of('0') + 1);
    text += '.';
    text += digits;
  }
  return negative ? "-" + text : text;
}

Expected<std::int64_t> parse_decimal(std::string_view text, int decimals) {
  std::size_t at = 0;
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) at = 1;
  Int128 mantissa = 0;
  int exponent = 0;
  bool any_digit = false;
  bool after_point = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (is_digit(c)) {
      any_digit = true;
      if (mantissa > Int128{std::numeric_limits<std::int64_t>::max()} * 1'000'000'000) {
        return bad_number(text, "is out of range");
      }
      mantissa = mantissa * 10 + (c - '0');
      if (after_point) --exponent;
    } else if (c == '.' && !after_point) {
      after_point = true;
    } else {
      break;
    }
  }
  if (!any_digit) return bad_number(text, "is not a number");
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    bool exponent_negative = false;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) exponent_negative = text[at++] == '-';
    if (at == text.size()) return bad_number(text, "is not a number");
    int value = 0;
    for (; at < text.size() && is_digit(text[at]); ++at) value = value > 1000 ? value : value * 10 + (text[at] - '0');
    exponent += exponent_negative ? -value : value;
  }
  if (at != text.size()) return bad_number(text, "is not a number");
  int shift = exponent + decimals;
  for (; shift > 0 && mantissa != 0; --shift) {
    mantissa *= 10;
    if (mantissa > std::numeric_limits<std::int64_t>::max()) return bad_number(text, "is out of range");
  }
  for (; shift < 0 && mantissa != 0; ++shift) {
    if (mantissa % 10 != 0) return bad_number(text, "has more decimal places than are kept");
    mantissa /= 10;
  }
  if (mantissa > std::numeric_limits<std::int64_t>::max()) return bad_number(text, "is out of range");
  const auto raw = static_cast<std::int64_t>(mantissa);
  return negative ? -raw : raw;
}

std::int64_t round_to_units(double value, int decimals) {
  const double units = std::nearbyint(value * static_cast<double>(kPowersOfTen[decimals]));
  BELLWETHER_INVARIANT(std::isfinite(units) && std::fabs(units) < 9.2e18, "floating-point amount out of range");
  return static_cast<std::int64_t>(units);
}

}  // namespace bellwether
