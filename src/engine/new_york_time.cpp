// Daylight saving rules of New York.
#include "engine/new_york_time.hpp"

#include <array>
#include <cstddef>

namespace bellwether {
namespace {

using std::chrono::hours;

constexpr Duration kStandardOffset = -hours(5);
constexpr Duration kDaylightOffset = -hours(4);
constexpr Duration kChangeTime = hours(2);

constexpr int kFirstNewRuleYear = 2007;
constexpr int kFirstTableYear = 1970;
constexpr int kTableYears = 130;

constexpr Date first_sunday_on_or_after(Date date) { return date + static_cast<int>((7 - date.weekday()) % 7); }

constexpr DaylightTime daylight_time_by_rule(int year) {
  if (year >= kFirstNewRuleYear) {
    return {first_sunday_on_or_after(Date::from_ymd(year, 3, 8)),
            first_sunday_on_or_after(Date::from_ymd(year, 11, 1))};
  }
  return {first_sunday_on_or_after(Date::from_ymd(year, 4, 1)), first_sunday_on_or_after(Date::from_ymd(year, 10, 25))};
}

constexpr std::array<DaylightTime, kTableYears> kDaylightTable = [] {
  std::array<DaylightTime, kTableYears> table{};
  for (int i = 0; i < kTableYears; ++i) table[static_cast<std::size_t>(i)] = daylight_time_by_rule(kFirstTableYear + i);
  return table;
}();

}  // namespace

DaylightTime daylight_time(int year) {
  const int index = year - kFirstTableYear;
  if (index >= 0 && index < kTableYears) return kDaylightTable[static_cast<std::size_t>(index)];
  return daylight_time_by_rule(year);
}

Duration new_york_utc_offset(Timestamp t) {
  // Around the turn of the year New York is on standard time, so the UTC year picks the right rule.
  const auto [first, last] = daylight_time(utc_date(t).year());
  const Timestamp begins = first.midnight_utc() + kChangeTime - kStandardOffset;
  const Timestamp ends = last.midnight_utc() + kChangeTime - kDaylightOffset;
  return t >= begins && t < ends ? kDaylightOffset : kStandardOffset;
}

NewYorkTime to_new_york(Timestamp t) {
  const Timestamp local = t + new_york_utc_offset(t);
  const Date date = utc_date(local);
  return {date, local - date.midnight_utc()};
}

Date new_york_date(Timestamp t) { return utc_date(t + new_york_utc_offset(t)); }

Timestamp from_new_york(Date date, Duration time_of_day) {
  const auto [first, last] = daylight_time(date.year());
  const Timestamp local = date.midnight_utc() + time_of_day;
  // A skipped time is read as standard time, so daylight time is taken only from an hour after the change.
  const bool daylight =
      local >= first.midnight_utc() + kChangeTime + hours(1) && local < last.midnight_utc() + kChangeTime;
  return local - (daylight ? kDaylightOffset : kStandardOffset);
}

}  // namespace bellwether
