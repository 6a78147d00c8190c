// The session table and the lookups into it.
#include "engine/calendar.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/calendar_exceptions.hpp"
#include "engine/invariant.hpp"
#include "engine/us_equity_holidays.hpp"

namespace bellwether {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr Date kFirstDate = Date::from_ymd(1998, 1, 1);
constexpr Date kLastDate = Date::from_ymd(2030, 12, 31);

constexpr Duration kRegularOpen = hours(9) + minutes(30);
constexpr Duration kRegularClose = hours(16);
constexpr Duration kEarlyClose = hours(13);

template <typename Dates>
bool contains(const Dates& dates, Date date) {
  return std::find(dates.begin(), dates.end(), date) != dates.end();
}

Duration opening_time(Date date) {
  for (const LateOpen& late : kLateOpens) {
    if (late.date == date) return late.time_of_day;
  }
  return kRegularOpen;
}

std::optional<Session> session_by_rule(Date date) {
  const bool weekend = date.weekday() == 0 || date.weekday() == 6;
  if (weekend || is_us_equity_holiday(date) || contains(kUnscheduledClosures, date)) return std::nullopt;
  const bool early = is_us_equity_early_close(date) || contains(kSpecialEarlyCloses, date);
  return Session{.date = date,
                 .open = from_new_york(date, opening_time(date)),
                 .close = from_new_york(date, early ? kEarlyClose : kRegularClose),
                 .early_close = early};
}

}  // namespace

/// What is known of each day, and the sessions in order.
struct SessionCalendar::Table {
  struct Day {
    std::uint16_t next_session = 0;   ///< Index of the first session on or after the day; their count past the last.
    std::uint8_t midnight_hours = 0;  ///< When the day begins in New York: hours after its midnight in UTC.
    bool is_session = false;
  };

  Date first;
  std::vector<Day> days;
  std::vector<Session> sessions;

  Table(Date first_date, Date last_date) : first(first_date) {
    const auto count = static_cast<std::size_t>(last_date - first_date + 1);
    days.reserve(count);
    sessions.reserve(count * 5 / 7 + 1);
    for (Date date = first_date; date <= last_date; date = date + 1) {
      BELLWETHER_INVARIANT(sessions.size() < UINT16_MAX, "a calendar's sessions fit their 16-bit index");
      const Duration midnight = from_new_york(date, Duration(0)) - date.midnight_utc();
      const std::optional<Session> session = session_by_rule(date);
      days.push_back({.next_session = static_cast<std::uint16_t>(sessions.size()),
                      .midnight_hours = static_cast<std::uint8_t>(midnight / hours(1)),
                      .is_session = session.has_value()});
      if (session) sessions.push_back(*session);
    }
  }

  /// Null for a date that is not covered.
  [[nodiscard]] const Day* day(Date date) const {
    const std::int64_t index = std::int64_t{date.days} - first.days;
    if (index < 0 || index >= static_cast<std::int64_t>(days.size())) return nullptr;
    return &days[static_cast<std::size_t>(index)];
  }
};

const SessionCalendar& SessionCalendar::us_equity() {
  static const SessionCalendar calendar(std::make_shared<const Table>(kFirstDate, kLastDate));
  return calendar;
}

Date SessionCalendar::first_date() const { return table_->first; }

Date SessionCalendar::last_date() const { return table_->first + static_cast<int>(table_->days.size()) - 1; }

bool SessionCalendar::covers(Date date) const { return table_->day(date) != nullptr; }

const Session* SessionCalendar::find(Date date) const {
  const Table::Day* day = table_->day(date);
  return day != nullptr && day->is_session ? &table_->sessions[day->next_session] : nullptr;
}

std::optional<Session> SessionCalendar::session(Date date) const {
  const Session* found = find(date);
  return found != nullptr ? std::optional(*found) : std::nullopt;
}

const Session* SessionCalendar::session_at(Timestamp t) const {
  Date date = utc_date(t);
  const Table::Day* day = table_->day(date);
  // New York lags UTC, so only the hours before its midnight belong to the day before. The first evening in UTC past
  // the last covered date still belongs to that date, whose clocks are on standard time.
  const Duration midnight = day != nullptr ? hours(day->midnight_hours) : Duration(hours(5));
  if (t < date.midnight_utc() + midnight) date = date - 1;
  return find(date);
}

bool SessionCalendar::is_open(Timestamp t) const {
  const Session* session = session_at(t);
  return session != nullptr && session->open <= t && t < session->close;
}

const Session* SessionCalendar::first_on_or_after(Date date) const {
  const Table::Day* day = table_->day(date);
  if (day == nullptr || day->next_session == table_->sessions.size()) return nullptr;
  return &table_->sessions[day->next_session];
}

const Session* SessionCalendar::last_on_or_before(Date date) const {
  const Table::Day* day = table_->day(date);
  if (day == nullptr) return nullptr;
  if (day->is_session) return &table_->sessions[day->next_session];
  return day->next_session > 0 ? &table_->sessions[day->next_session - 1U] : nullptr;
}

std::span<const Session> SessionCalendar::between(Date first, Date last) const {
  const Date from = std::max(first, first_date());
  const Date to = std::min(last, last_date());
  if (from > to) return {};
  const Table::Day* begin = table_->day(from);
  const Table::Day* end = table_->day(to);
  const std::size_t past_end = end->next_session + (end->is_session ? 1U : 0U);
  return std::span(table_->sessions).subspan(begin->next_session, past_end - begin->next_session);
}

}  // namespace bellwether
