// Instants and calendar dates: nanoseconds since the Unix epoch, UTC, and days. No clock is read here.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "engine/expected.hpp"

namespace bellwether {

using Duration = std::chrono::nanoseconds;

/// An instant: nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted (range 1677 to 2262).
struct Timestamp {
  std::int64_t ns = 0;

  constexpr auto operator<=>(const Timestamp&) const = default;
  constexpr Timestamp operator+(Duration d) const { return {ns + d.count()}; }
  constexpr Timestamp operator-(Duration d) const { return {ns - d.count()}; }
  constexpr Duration operator-(Timestamp other) const { return Duration(ns - other.ns); }

  static constexpr Timestamp from_seconds(std::int64_t seconds) { return {seconds * 1'000'000'000}; }
};

/// Later than anything.
constexpr Timestamp kNever{std::numeric_limits<std::int64_t>::max()};

/// A civil date, as days since 1970-01-01.
struct Date {
  std::int32_t days = 0;

  constexpr auto operator<=>(const Date&) const = default;
  constexpr Date operator+(int n) const { return {days + n}; }
  constexpr Date operator-(int n) const { return {days - n}; }
  constexpr int operator-(Date other) const { return days - other.days; }

  static constexpr Date from_ymd(int year, unsigned month, unsigned day) {
    return {static_cast<std::int32_t>(
        std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day))
            .time_since_epoch()
            .count())};
  }
  [[nodiscard]] constexpr std::chrono::year_month_day ymd() const {
    return std::chrono::year_month_day(std::chrono::sys_days(std::chrono::days(days)));
  }
  [[nodiscard]] constexpr int year() const { return static_cast<int>(ymd().year()); }
  [[nodiscard]] constexpr unsigned month() const { return static_cast<unsigned>(ymd().month()); }
  [[nodiscard]] constexpr unsigned day() const { return static_cast<unsigned>(ymd().day()); }
  /// 0 is Sunday, 6 is Saturday.
  [[nodiscard]] constexpr unsigned weekday() const {
    return std::chrono::weekday(std::chrono::sys_days(std::chrono::days(days))).c_encoding();
  }
  /// Midnight UTC at the start of the date.
  [[nodiscard]] constexpr Timestamp midnight_utc() const { return {std::int64_t{days} * 86'400'000'000'000}; }
  /// "2005-01-31".
  [[nodiscard]] std::string to_string() const;
  /// Reads "2005-01-31".
  static Expected<Date> parse(std::string_view text);
};

/// The UTC date on which `t` falls.
constexpr Date utc_date(Timestamp t) {
  constexpr std::int64_t kDay = 86'400'000'000'000;
  return {static_cast<std::int32_t>(t.ns >= 0 ? t.ns / kDay : -((-t.ns + kDay - 1) / kDay))};
}

/// RFC 3339 in UTC with as many fractional digits as are needed: "2013-10-07T13:30:00Z", "...00.5Z".
std::string format_rfc3339(Timestamp t);

/// Reads RFC 3339 with up to nanoseconds and "Z" or an offset; a space may stand for "T".
Expected<Timestamp> parse_rfc3339(std::string_view text);

}  // namespace bellwether
