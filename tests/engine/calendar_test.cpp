// Sessions of the US equity market. Dates and hours as exchange-calendars 4.13.2 (XNYS) has them unless said otherwise.
#include "engine/calendar.hpp"

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "engine/us_equity_holidays.hpp"
#include "tests/support/source_path.hpp"

namespace bellwether {
namespace {

Date day(const char* text) { return *Date::parse(text); }
Timestamp at(const char* text) { return *parse_rfc3339(text); }
const SessionCalendar& calendar() { return SessionCalendar::us_equity(); }

TEST(EasterSunday, MatchesMeeussExamples) {
  // Meeus, Astronomical Algorithms, chapter 8: 1991, 1992, 1993, 1954, 2000, 1818.
  EXPECT_EQ(easter_sunday(1991), Date::from_ymd(1991, 3, 31));
  EXPECT_EQ(easter_sunday(1992), Date::from_ymd(1992, 4, 19));
  EXPECT_EQ(easter_sunday(1993), Date::from_ymd(1993, 4, 11));
  EXPECT_EQ(easter_sunday(1954), Date::from_ymd(1954, 4, 18));
  EXPECT_EQ(easter_sunday(2000), Date::from_ymd(2000, 4, 23));
  EXPECT_EQ(easter_sunday(1818), Date::from_ymd(1818, 3, 22));
}

TEST(SessionCalendar, ClosesOnTheHolidaysOfAYear) {
  for (const char* text : {"2024-01-01", "2024-01-15", "2024-02-19", "2024-03-29", "2024-05-27", "2024-06-19",
                           "2024-07-04", "2024-09-02", "2024-11-28", "2024-12-25"}) {
    EXPECT_FALSE(calendar().is_session(day(text))) << text;
  }
  // 366 days, 104 on a weekend, 10 holidays.
  EXPECT_EQ(calendar().between(day("2024-01-01"), day("2024-12-31")).size(), 252U);
}

TEST(SessionCalendar, MovesHolidaysOffTheWeekend) {
  EXPECT_FALSE(calendar().is_session(day("2020-07-03")));  // Independence Day on a Saturday.
  EXPECT_FALSE(calendar().is_session(day("2021-07-05")));  // On a Sunday.
  EXPECT_FALSE(calendar().is_session(day("2021-12-24")));  // Christmas on a Saturday.
  EXPECT_FALSE(calendar().is_session(day("2022-12-26")));  // On a Sunday.
  EXPECT_FALSE(calendar().is_session(day("2022-06-20")));  // Juneteenth on a Sunday.
  EXPECT_FALSE(calendar().is_session(day("2023-01-02")));  // New Year's Day on a Sunday.
}

TEST(SessionCalendar, TradesOnTheLastDayOfAYearBeforeASaturdaysNewYear) {
  for (const char* text : {"1999-12-31", "2004-12-31", "2010-12-31", "2021-12-31", "2027-12-31"}) {
    EXPECT_TRUE(calendar().is_session(day(text))) << text;
  }
}

TEST(SessionCalendar, KeepsJuneteenthFrom2022) {
  EXPECT_TRUE(calendar().is_session(day("2020-06-19")));
  EXPECT_TRUE(calendar().is_session(day("2021-06-18")));
  EXPECT_FALSE(calendar().is_session(day("2023-06-19")));
}

TEST(SessionCalendar, ClosesOnUnscheduledDays) {
  for (const char* text : {"2001-09-11", "2001-09-12", "2001-09-13", "2001-09-14", "2004-06-11", "2007-01-02",
                           "2012-10-29", "2012-10-30", "2018-12-05", "2025-01-09"}) {
    EXPECT_FALSE(calendar().is_session(day(text))) << text;
  }
  EXPECT_EQ(calendar().previous(day("2001-09-17"))->date, day("2001-09-10"));
}

TEST(SessionCalendar, OpensAndClosesAtRegularHoursInBothOffsets) {
  EXPECT_EQ(calendar().session(day("2013-10-07")),
            (Session{day("2013-10-07"), at("2013-10-07T13:30:00Z"), at("2013-10-07T20:00:00Z"), false}));
  EXPECT_EQ(calendar().session(day("2014-01-02")),
            (Session{day("2014-01-02"), at("2014-01-02T14:30:00Z"), at("2014-01-02T21:00:00Z"), false}));
  // The Friday before and the Monday after the clocks changed.
  EXPECT_EQ(calendar().session(day("2007-03-09"))->open, at("2007-03-09T14:30:00Z"));
  EXPECT_EQ(calendar().session(day("2007-03-12"))->open, at("2007-03-12T13:30:00Z"));
  EXPECT_EQ(calendar().session(day("2006-10-27"))->close, at("2006-10-27T20:00:00Z"));
  EXPECT_EQ(calendar().session(day("2006-10-30"))->close, at("2006-10-30T21:00:00Z"));
}

TEST(SessionCalendar, ClosesEarlyByRuleAndByException) {
  for (const char* text : {"2013-11-29", "2012-12-24", "2012-07-03", "2002-07-05", "2013-07-03", "2019-07-03",
                           "1999-12-31", "2003-12-26", "2028-07-03"}) {
    const std::optional<Session> session = calendar().session(day(text));
    ASSERT_TRUE(session) << text;
    EXPECT_TRUE(session->early_close) << text;
    EXPECT_EQ(to_new_york(session->close).time_of_day, std::chrono::hours(13)) << text;
  }
  for (const char* text : {"2002-07-03", "2013-07-05", "2019-07-05", "1999-07-02", "2008-12-26", "2014-12-26"}) {
    const std::optional<Session> session = calendar().session(day(text));
    ASSERT_TRUE(session) << text;
    EXPECT_FALSE(session->early_close) << text;
    EXPECT_EQ(to_new_york(session->close).time_of_day, std::chrono::hours(16)) << text;
  }
}

TEST(SessionCalendar, OpensAtNoonOnTheFirstAnniversaryOfTheAttacks) {
  // As reported by Variety, 11 September 2002, and other papers.
  EXPECT_EQ(calendar().session(day("2002-09-11"))->open, at("2002-09-11T16:00:00Z"));
}

TEST(SessionCalendar, FindsTheSessionOfAnInstantByItsNewYorkDate) {
  const Session* monday = calendar().find(day("2013-10-07"));
  EXPECT_EQ(calendar().session_at(at("2013-10-07T03:59:59Z")), nullptr);  // Still Sunday evening.
  EXPECT_EQ(calendar().session_at(at("2013-10-07T04:00:00Z")), monday);
  EXPECT_EQ(calendar().session_at(at("2013-10-08T03:59:59Z")), monday);
  EXPECT_EQ(calendar().session_at(at("2013-10-08T04:00:00Z")), monday + 1);
  EXPECT_EQ(calendar().session_at(at("2031-01-01T04:59:59Z"))->date, day("2030-12-31"));
  EXPECT_EQ(calendar().session_at(at("2031-01-01T05:00:00Z")), nullptr);
}

RC_GTEST_PROP(SessionCalendar, AgreesWithNewYorkTimeOnTheDateOfAnyInstant, ()) {
  // 1997-07 to 2032-02, so both ends of the calendar too.
  const Timestamp t{*rc::gen::inRange<std::int64_t>(868'000'000'000'000'000, 1'960'000'000'000'000'000)};
  RC_ASSERT(calendar().session_at(t) == calendar().find(new_york_date(t)));
}

TEST(SessionCalendar, IsOpenFromTheOpenUpToTheClose) {
  EXPECT_FALSE(calendar().is_open(at("2013-10-07T13:29:59.999999999Z")));
  EXPECT_TRUE(calendar().is_open(at("2013-10-07T13:30:00Z")));
  EXPECT_TRUE(calendar().is_open(at("2013-10-07T19:59:59.999999999Z")));
  EXPECT_FALSE(calendar().is_open(at("2013-10-07T20:00:00Z")));
  EXPECT_FALSE(calendar().is_open(at("2013-11-29T18:00:00Z")));  // Closed at 13:00.
  EXPECT_FALSE(calendar().is_open(at("2013-10-06T15:00:00Z")));  // A Sunday.
}

TEST(SessionCalendar, StepsOverDaysWithoutSessions) {
  EXPECT_EQ(calendar().first_on_or_after(day("2013-10-05"))->date, day("2013-10-07"));
  EXPECT_EQ(calendar().first_on_or_after(day("2013-10-07"))->date, day("2013-10-07"));
  EXPECT_EQ(calendar().last_on_or_before(day("2013-10-06"))->date, day("2013-10-04"));
  EXPECT_EQ(calendar().last_on_or_before(day("2013-10-04"))->date, day("2013-10-04"));
  EXPECT_EQ(calendar().next(*calendar().find(day("2013-10-04")))->date, day("2013-10-07"));
  EXPECT_EQ(calendar().previous(day("2013-10-07"))->date, day("2013-10-04"));
}

TEST(SessionCalendar, GivesNothingOutsideItsCoverage) {
  EXPECT_TRUE(calendar().covers(day("1998-01-01")));
  EXPECT_TRUE(calendar().covers(day("2030-12-31")));
  EXPECT_FALSE(calendar().covers(day("1997-12-31")));
  EXPECT_FALSE(calendar().covers(day("2031-01-01")));
  EXPECT_FALSE(calendar().is_session(day("1997-12-31")));
  EXPECT_FALSE(calendar().session(day("2031-01-02")));
  EXPECT_EQ(calendar().first_on_or_after(day("1997-12-31")), nullptr);
  EXPECT_EQ(calendar().last_on_or_before(day("2031-01-01")), nullptr);
  EXPECT_EQ(calendar().last_on_or_before(day("1998-01-01")), nullptr);
  EXPECT_EQ(calendar().next(*calendar().find(day("2030-12-31"))), nullptr);
  EXPECT_EQ(calendar().previous(day("2031-01-01"))->date, day("2030-12-31"));
}

TEST(SessionCalendar, GivesTheSessionsBetweenTwoDatesInclusive) {
  // Thanksgiving week of 2013: Monday to Wednesday and Friday.
  const std::span<const Session> week = calendar().between(day("2013-11-25"), day("2013-11-29"));
  ASSERT_EQ(week.size(), 4U);
  EXPECT_EQ(week.front().date, day("2013-11-25"));
  EXPECT_EQ(week.back().date, day("2013-11-29"));
  EXPECT_TRUE(calendar().between(day("2013-11-28"), day("2013-11-28")).empty());
  EXPECT_TRUE(calendar().between(day("2013-11-29"), day("2013-11-25")).empty());
  EXPECT_TRUE(calendar().between(day("1990-01-01"), day("1997-12-31")).empty());
  EXPECT_EQ(calendar().between(day("1990-01-01"), day("1998-01-06")).size(), 3U);
  EXPECT_EQ(calendar().between(day("2030-12-30"), day("2040-01-01")).size(), 2U);
}

TEST(SessionCalendar, CopiesShareTheirTable) {
  const SessionCalendar copy = calendar();
  EXPECT_EQ(copy.find(day("2013-10-07")), calendar().find(day("2013-10-07")));
}

std::string shared_data_folder() {
  const char* folder = std::getenv("BELLWETHER_SHARED");
  return folder != nullptr ? std::string(folder) + "/data" : source_path("../shared/data");
}

// The bundled bars of IBM, from 2000-03-01 to 2013-03-01: no session without a bar, and no bar without a session.
TEST(SessionCalendar, HasTheDatesOnWhichIbmTraded) {
  std::ifstream file(source_path("data/daily/IBM.csv"));
  std::string line;
  ASSERT_TRUE(std::getline(file, line));
  std::vector<std::string> traded;
  while (std::getline(file, line)) traded.push_back(line.substr(0, 10));
  ASSERT_FALSE(traded.empty());
  std::vector<std::string> sessions;
  for (const Session& session : calendar().between(day(traded.front().c_str()), day(traded.back().c_str()))) {
    sessions.push_back(session.date.to_string());
  }
  EXPECT_EQ(traded, sessions);
}

TEST(SessionCalendar, HasTheDatesOnWhichSpyTraded) {
  const std::string path = shared_data_folder() + "/daily/SPY.csv";
  std::ifstream file(path);
  if (!file) GTEST_SKIP() << path << " is not there";
  std::vector<std::string> traded;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) traded.push_back(line.substr(0, 10));
  ASSERT_FALSE(traded.empty());
  EXPECT_EQ(traded.front(), "1998-01-02");
  EXPECT_EQ(traded.back(), "2021-03-31");
  std::vector<std::string> sessions;
  for (const Session& session : calendar().between(day("1998-01-01"), day("2021-03-31"))) {
    sessions.push_back(session.date.to_string());
  }
  EXPECT_EQ(sessions, traded);
}

}  // namespace
}  // namespace bellwether
