// Prints every session of the US equity calendar as CSV: date,open_utc,close_utc. Read by session_calendar.py.
#include <cstdio>

#include "engine/calendar.hpp"

int main() {
  using bellwether::SessionCalendar;
  const SessionCalendar& calendar = SessionCalendar::us_equity();
  std::puts("date,open_utc,close_utc");
  for (const bellwether::Session& session : calendar.between(calendar.first_date(), calendar.last_date())) {
    std::printf("%s,%s,%s\n", session.date.to_string().c_str(), format_rfc3339(session.open).c_str(),
                format_rfc3339(session.close).c_str());
  }
  return 0;
}
