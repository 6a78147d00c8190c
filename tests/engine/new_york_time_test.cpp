// New York time around the changes of the clocks. Days of change as the IANA time zone database 2025b has them.
#include "engine/new_york_time.hpp"

namespace bellwether {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

Timestamp at(const char* text) { return *parse_rfc3339(text); }

TEST(NewYorkTime, KnowsTheDaysOnWhichTheClocksChange) {
  struct Case {
    int year;
    Date first;
    Date last;
  };
  for (const Case& c : {Case{1998, Date::from_ymd(1998, 4, 5), Date::from_ymd(1998, 10, 25)},
                        Case{2001, Date::from_ymd(2001, 4, 1), Date::from_ymd(2001, 10, 28)},
                        Case{2004, Date::from_ymd(2004, 4, 4), Date::from_ymd(2004, 10, 31)},
                        Case{2006, Date::from_ymd(2006, 4, 2), Date::from_ymd(2006, 10, 29)},
                        Case{2007, Date::from_ymd(2007, 3, 11), Date::from_ymd(2007, 11, 4)},
                        Case{2009, Date::from_ymd(2009, 3, 8), Date::from_ymd(2009, 11, 1)},
                        Case{2020, Date::from_ymd(2020, 3, 8), Date::from_ymd(2020, 11, 1)},
                        Case{2026, Date::from_ymd(2026, 3, 8), Date::from_ymd(2026, 11, 1)}}) {
    EXPECT_EQ(daylight_time(c.year).first, c.first) << c.year;
    EXPECT_EQ(daylight_time(c.year).last, c.last) << c.year;
  }
}

TEST(NewYorkTime, GivesTheSameRuleInsideAndOutsideItsTable) {
  // 2100-03-14 is the second Sunday of a March that begins on a Monday; 2100-11-07 the first Sunday of November.
  EXPECT_EQ(daylight_time(2100).first, Date::from_ymd(2100, 3, 14));
  EXPECT_EQ(daylight_time(2100).last, Date::from_ymd(2100, 11, 7));
}

TEST(NewYorkTime, ChangesOffsetAtTwoInTheMorning) {
  EXPECT_EQ(new_york_utc_offset(at("2007-03-11T06:59:59.999999999Z")), -hours(5));
  EXPECT_EQ(new_york_utc_offset(at("2007-03-11T07:00:00Z")), -hours(4));
  EXPECT_EQ(new_york_utc_offset(at("2007-11-04T05:59:59.999999999Z")), -hours(4));
  EXPECT_EQ(new_york_utc_offset(at("2007-11-04T06:00:00Z")), -hours(5));
  // The weeks that the law of 2007 added were standard time in 2006.
  EXPECT_EQ(new_york_utc_offset(at("2006-03-20T12:00:00Z")), -hours(5));
  EXPECT_EQ(new_york_utc_offset(at("2007-03-20T12:00:00Z")), -hours(4));
}

TEST(NewYorkTime, TellsTheDateAcrossMidnightInBothOffsets) {
  EXPECT_EQ(new_york_date(at("2013-10-08T03:59:59Z")), Date::from_ymd(2013, 10, 7));
  EXPECT_EQ(new_york_date(at("2013-10-08T04:00:00Z")), Date::from_ymd(2013, 10, 8));
  EXPECT_EQ(new_york_date(at("2014-01-01T04:59:59Z")), Date::from_ymd(2013, 12, 31));
  EXPECT_EQ(new_york_date(at("2014-01-01T05:00:00Z")), Date::from_ymd(2014, 1, 1));
}

TEST(NewYorkTime, ReadsASkippedTimeAsStandardAndARepeatedTimeAsItsFirst) {
  const Date spring = Date::from_ymd(2021, 3, 14);
  EXPECT_EQ(from_new_york(spring, hours(1) + minutes(59)), at("2021-03-14T06:59:00Z"));
  EXPECT_EQ(from_new_york(spring, hours(2) + minutes(30)), at("2021-03-14T07:30:00Z"));
  EXPECT_EQ(from_new_york(spring, hours(3)), at("2021-03-14T07:00:00Z"));
  const Date autumn = Date::from_ymd(2021, 11, 7);
  EXPECT_EQ(from_new_york(autumn, hours(1) + minutes(30)), at("2021-11-07T05:30:00Z"));
  EXPECT_EQ(from_new_york(autumn, hours(2)), at("2021-11-07T07:00:00Z"));
}

RC_GTEST_PROP(NewYorkTime, ConvertingThereAndBackKeepsTheInstantOutsideTheRepeatedHour, ()) {
  const Timestamp t{*rc::gen::inRange<std::int64_t>(600'000'000'000'000'000, 2'500'000'000'000'000'000)};
  const NewYorkTime local = to_new_york(t);
  RC_ASSERT(local.time_of_day >= Duration(0) && local.time_of_day < hours(24));
  RC_ASSERT(local.date == new_york_date(t));
  const Duration difference = t - from_new_york(local.date, local.time_of_day);
  const bool repeated = local.date == daylight_time(local.date.year()).last && local.time_of_day >= hours(1) &&
                        local.time_of_day < hours(2);
  RC_ASSERT(difference == Duration(0) || (repeated && difference == hours(1)));
}

}  // namespace
}  // namespace bellwether
