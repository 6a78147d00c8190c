// The scheduled holidays and early closes of NYSE and Nasdaq, by rule, from 1998 on. What no rule foresees is in
// calendar_exceptions.hpp.
#pragma once

#include "engine/time.hpp"

namespace bellwether {

/// Easter Sunday of a Gregorian year, by the algorithm that Meeus gives in "Astronomical Algorithms", second edition,
/// chapter 8 (first published without a name in Nature, 20 April 1876).
Date easter_sunday(int year);

/// Whether a weekday is a holiday of the exchanges, as observed under NYSE Rule 7.2: a holiday on a Sunday moves to the
/// Monday, one on a Saturday to the Friday, except that the last day of a year is never given up for New Year's Day.
bool is_us_equity_holiday(Date weekday);

/// Whether a session closes at 13:00 New York time by rule: the day after Thanksgiving; Christmas Eve; the day before
/// Independence Day, but in years before 2013 with Independence Day on a Thursday the Friday after it instead.
bool is_us_equity_early_close(Date session);

}  // namespace bellwether
