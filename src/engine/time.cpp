#include "engine/time.hpp"

#include <cstdio>

namespace bellwether {
namespace {

/// Reads exactly `width` digits at `at`; -1 where there are none.
int digits_at(std::string_view text, std::size_t at, std::size_t width) {
  if (at + width > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + width; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

Error bad_time(std::string_view text, const char* wanted) {
  return {"", "'" + std::string(text.substr(0, 40)) + "' is not " + wanted};
}

}  // namespace

std::string Date::to_string() const {
  char buffer[16];
  std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02u", year() % 10000, month() % 100, day() % 100);
  return buffer;
}

Expected<Date> Date::parse(std::string_view text) {
  const int year = digits_at(text, 0, 4);
  const int month = digits_at(text, 5, 2);
  const int day = digits_at(text, 8, 2);
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' || year < 0 || month < 0 || day < 0) {
    return bad_time(text, "a date of the form 2005-01-31");
  }
  const auto ymd = std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month)) /
                   std::chrono::day(static_cast<unsigned>(day));
  if (!ymd.ok() || year < 1678 || year > 2261) return bad_time(text, "a date of the calendar");
  return Date::from_ymd(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
}

std::string format_rfc3339(Timestamp t) {
  const Date date = utc_date(t);
  const std::int64_t ns_of_day = t.ns - date.midnight_utc().ns;
  const auto seconds = static_cast<int>(ns_of_day / 1'000'000'000);
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "T%02d:%02d:%02d", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
  std::string text = date.to_string() + buffer;
  if (const std::int64_t fraction = ns_of_day % 1'000'000'000; fraction != 0) {
    std::snprintf(buffer, sizeof buffer, ".%09lld", static_cast<long long>(fraction));
    text += buffer;
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text + "Z";
}

Expected<Timestamp> parse_rfc3339(std::string_view text) {
  constexpr const char* kWanted = "a time of the form 2005-01-31T14:30:00Z";
  if (text.size() < 20) return bad_time(text, kWanted);
  auto date = Date::parse(text.substr(0, 10));
  if (!date) return date.error();
  const int hour = digits_at(text, 11, 2);
  const int minute = digits_at(text, 14, 2);
  const int second = digits_at(text, 17, 2);
  if ((text[10] != 'T' && text[10] != ' ' && text[10] != 't') || text[13] != ':' || text[16] != ':' || hour < 0 ||
      hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
    return bad_time(text, kWanted);
  }
  std::size_t at = 19;
  std::int64_t fraction = 0;
  if (text[at] == '.') {
    std::int64_t unit = 100'000'000;
    const std::size_t first = ++at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10)
      fraction += (text[at] - '0') * unit;
    if (at == first || at - first > 9) return bad_time(text, kWanted);
  }
  std::int64_t offset_minutes = 0;
  if (at + 1 == text.size() && (text[at] == 'Z' || text[at] == 'z')) {
    offset_minutes = 0;
  } else if (at + 6 == text.size() && (text[at] == '+' || text[at] == '-') && text[at + 3] == ':') {
    const int hours = digits_at(text, at + 1, 2);
    const int minutes = digits_at(text, at + 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return bad_time(text, kWanted);
    offset_minutes = (text[at] == '-' ? -1 : 1) * (hours * 60 + minutes);
  } else {
    return bad_time(text, kWanted);
  }
  const std::int64_t seconds = hour * 3600 + minute * 60 + second - offset_minutes * 60;
  return Timestamp{date->midnight_utc().ns + seconds * 1'000'000'000 + fraction};
}

}  // namespace bellwether
