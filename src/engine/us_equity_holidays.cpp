// Holiday rules of NYSE and Nasdaq.
#include "engine/us_equity_holidays.hpp"

namespace bellwether {
namespace {

enum Weekday : unsigned { kSunday = 0, kMonday = 1, kThursday = 4, kFriday = 5, kSaturday = 6 };

constexpr int kFirstJuneteenthYear = 2022;
constexpr int kFirstAlwaysBeforeIndependenceDayYear = 2013;

constexpr Date first_on_or_after(Date date, Weekday weekday) {
  return date + static_cast<int>((weekday + 7 - date.weekday()) % 7);
}

constexpr Date nth(int n, Weekday weekday, int year, unsigned month) {
  return first_on_or_after(Date::from_ymd(year, month, 1), weekday) + 7 * (n - 1);
}

/// The weekday on which a holiday of a fixed date is kept: the nearest one.
constexpr Date observed(Date holiday) {
  if (holiday.weekday() == kSaturday) return holiday - 1;
  if (holiday.weekday() == kSunday) return holiday + 1;
  return holiday;
}

constexpr Date thanksgiving(int year) { return nth(4, kThursday, year, 11); }

bool is_new_years_day(Date date) {
  // On a Saturday it is not observed: Friday 31 December ends an accounting year.
  return date.month() == 1 && (date.day() == 1 || (date.day() == 2 && date.weekday() == kMonday));
}

}  // namespace

Date easter_sunday(int year) {
  const int a = year % 19;
  const int b = year / 100;
  const int c = year % 100;
  const int f = (b + 8) / 25;
  const int g = (b - f + 1) / 3;
  const int h = (19 * a + b - b / 4 - g + 15) % 30;
  const int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
  const int m = (a + 11 * h + 22 * l) / 451;
  const int n = h + l - 7 * m + 114;
  return Date::from_ymd(year, static_cast<unsigned>(n / 31), static_cast<unsigned>(n % 31 + 1));
}

bool is_us_equity_holiday(Date weekday) {
  const int year = weekday.year();
  switch (weekday.month()) {
    case 1:  // New Year's Day, Martin Luther King Jr. Day.
      return is_new_years_day(weekday) || weekday == nth(3, kMonday, year, 1);
    case 2:  // Washington's Birthday.
      return weekday == nth(3, kMonday, year, 2);
    case 3:
    case 4:  // Good Friday.
      return weekday == easter_sunday(year) - 2;
    case 5:  // Memorial Day: the last Monday of May.
      return weekday == first_on_or_after(Date::from_ymd(year, 5, 25), kMonday);
    case 6:  // Juneteenth.
      return year >= kFirstJuneteenthYear && weekday == observed(Date::from_ymd(year, 6, 19));
    case 7:  // Independence Day.
      return weekday == observed(Date::from_ymd(year, 7, 4));
    case 9:  // Labor Day.
      return weekday == nth(1, kMonday, year, 9);
    case 11: return weekday == thanksgiving(year);
    case 12:  // Christmas.
      return weekday == observed(Date::from_ymd(year, 12, 25));
    default: return false;
  }
}

bool is_us_equity_early_close(Date session) {
  const int year = session.year();
  switch (session.month()) {
    case 7: {
      const bool friday_after =
          year < kFirstAlwaysBeforeIndependenceDayYear && Date::from_ymd(year, 7, 4).weekday() == kThursday;
      return session.day() == (friday_after ? 5U : 3U);
    }
    case 11: return session == thanksgiving(year) + 1;
    case 12: return session.day() == 24;
    default: return false;
  }
}

}  // namespace bellwether
