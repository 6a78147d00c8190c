// What the holiday rules of the US equity exchanges do not foresee: days on which the market stayed shut, closed early
// or opened late, from 1998 on. Halts within a session and pauses of a few minutes for a minute of silence are left
// out.
#pragma once

#include <array>
#include <chrono>

#include "engine/time.hpp"

namespace bellwether {

/// Weekdays, otherwise sessions, on which NYSE and Nasdaq did not open.
inline constexpr std::array kUnscheduledClosures = {
    Date::from_ymd(2001, 9, 11),   // Attacks on New York and Washington.
    Date::from_ymd(2001, 9, 12),   // The same.
    Date::from_ymd(2001, 9, 13),   // The same.
    Date::from_ymd(2001, 9, 14),   // The same.
    Date::from_ymd(2004, 6, 11),   // Mourning for President Reagan.
    Date::from_ymd(2007, 1, 2),    // Mourning for President Ford.
    Date::from_ymd(2012, 10, 29),  // Hurricane Sandy.
    Date::from_ymd(2012, 10, 30),  // The same.
    Date::from_ymd(2018, 12, 5),   // Mourning for President George H. W. Bush.
    Date::from_ymd(2025, 1, 9),    // Mourning for President Carter.
};

/// Sessions that closed at 13:00 New York time though no rule says so.
inline constexpr std::array kSpecialEarlyCloses = {
    Date::from_ymd(1999, 12, 31),  // The change of the millennium; decided by the NYSE's board in June 1999.
    Date::from_ymd(2003, 12, 26),  // The Friday after Christmas.
};

/// A session that opened at another time than 09:30.
struct LateOpen {
  Date date;
  Duration time_of_day;  ///< New York time.
};

inline constexpr std::array kLateOpens = {
    LateOpen{Date::from_ymd(2002, 9, 11), std::chrono::hours(12)},  // Memorial services, a year after the attacks.
};

}  // namespace bellwether
