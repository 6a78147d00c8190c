// New York civil time by the daylight saving rules of United States law, with no time zone database.
//
// Exact from 1987 on. From 1987 to 2006 daylight time runs from the first Sunday of April to the last Sunday of
// October (Public Law 99-359), from 2007 from the second Sunday of March to the first Sunday of November (Energy Policy
// Act of 2005, section 110); both change at 02:00 local time. Years before 1987 carry the rule of 1987.
#pragma once

#include "engine/time.hpp"

namespace bellwether {

/// A New York civil date and the time that a clock there shows, since 00:00 (0 h up to, not including, 24 h).
struct NewYorkTime {
  Date date;
  Duration time_of_day{};

  constexpr auto operator<=>(const NewYorkTime&) const = default;
};

/// The first and the last day of daylight time of a year; the clocks change at 02:00 on both.
struct DaylightTime {
  Date first;
  Date last;
};

/// Daylight time of `year`.
DaylightTime daylight_time(int year);

/// What to add to UTC to get New York time at `t`: -4 h in daylight time, -5 h else.
Duration new_york_utc_offset(Timestamp t);

/// The New York date and time at `t`.
NewYorkTime to_new_york(Timestamp t);

/// The New York civil date on which `t` falls.
Date new_york_date(Timestamp t);

/// The instant at which a clock in New York shows `time_of_day` on `date`. A time that occurs twice (01:00 to 02:00
/// when daylight time ends) gives its first occurrence; a time that is skipped (02:00 to 03:00 when daylight time
/// begins) is read as standard time, which a clock then shows one hour later.
Timestamp from_new_york(Date date, Duration time_of_day);

}  // namespace bellwether
