// The regular sessions of the US equity market: which days NYSE and Nasdaq trade, and from when to when.
// Sessions come from the rules in us_equity_holidays.hpp and the days in calendar_exceptions.hpp, worked out once;
// every lookup afterwards takes constant time and allocates nothing.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "engine/new_york_time.hpp"
#include "engine/time.hpp"

namespace bellwether {

/// One regular session, 09:30 to 16:00 New York time unless it closes early (13:00) or opens late (2002-09-11). `open`
/// is its first instant, `close` the first after it; both UTC.
struct Session {
  Date date;  ///< New York civil date.
  Timestamp open;
  Timestamp close;
  bool early_close = false;

  constexpr bool operator==(const Session&) const = default;
};

/// The sessions of a span of dates. A small value: copies share one immutable table, and the pointers and spans that it
/// hands out stay valid as long as any copy lives.
///
/// Invariant: sessions are in the order of their dates and do not overlap.
class SessionCalendar {
 public:
  /// NYSE and Nasdaq, 1998-01-01 to 2030-12-31. Closures that are decided after this version was built are unknown to
  /// it. Lives until the process ends.
  static const SessionCalendar& us_equity();

  /// The first and the last date about which the calendar knows, sessions or not.
  [[nodiscard]] Date first_date() const;
  [[nodiscard]] Date last_date() const;
  /// Whether the calendar knows about `date`. Outside, no date is a session and every lookup gives nothing.
  [[nodiscard]] bool covers(Date date) const;

  [[nodiscard]] bool is_session(Date date) const { return find(date) != nullptr; }
  [[nodiscard]] std::optional<Session> session(Date date) const;
  /// The session of `date`, or null.
  [[nodiscard]] const Session* find(Date date) const;

  /// The session whose New York civil date contains `t`, whatever the hour, or null.
  [[nodiscard]] const Session* session_at(Timestamp t) const;
  /// Whether the regular session is on: from its open up to, not including, its close.
  [[nodiscard]] bool is_open(Timestamp t) const;

  /// The nearest session on `date` or later; null past the last session, and for a date not covered.
  [[nodiscard]] const Session* first_on_or_after(Date date) const;
  /// The nearest session on `date` or earlier; null before the first session, and for a date not covered.
  [[nodiscard]] const Session* last_on_or_before(Date date) const;
  /// The session after `session`, or null after the last.
  [[nodiscard]] const Session* next(const Session& session) const { return first_on_or_after(session.date + 1); }
  /// The last session before `date`; null if there is none or the day before `date` is not covered.
  [[nodiscard]] const Session* previous(Date date) const { return last_on_or_before(date - 1); }

  /// The covered sessions from `first` to `last`, both included, in order; empty if `first` is after `last`.
  [[nodiscard]] std::span<const Session> between(Date first, Date last) const;

 private:
  struct Table;

  explicit SessionCalendar(std::shared_ptr<const Table> table) : table_(std::move(table)) {}

  std::shared_ptr<const Table> table_;
};

}  // namespace bellwether
