// Makes longer bars from shorter ones or from trades, aligned to the open of the regular session.
#pragma once

#include <optional>
#include <vector>

#include "engine/bytes.hpp"
#include "engine/calendar.hpp"
#include "engine/market.hpp"

namespace bellwether {

/// Which part of a session's date counts.
enum class SessionHours : std::uint8_t {
  Regular,   ///< From the open to the close; a session's last bar ends at the close.
  Extended,  ///< The whole New York date of a session, before the open and after the close too.
};

/// Collects bars or trades, in order of time, into bars of one interval. Intervals run from the session's open (in
/// extended hours backwards too); the daily interval is one bar a session, stamped with the session's open. What lies
/// outside of the hours, or on a date without a session, is passed over. Intervals without any input give no bar.
class BarAggregator {
 public:
  /// `interval` is positive; kDailyInterval stands for a whole session.
  BarAggregator(Duration interval, const SessionCalendar& calendar, SessionHours hours = SessionHours::Regular);

  /// Takes a bar of `length` (not longer than the interval; kDailyInterval for a whole session) and appends the bars
  /// that are complete with it to `completed`: the one before, if a new interval begins, and its own, if it reaches
  /// the interval's end. A bar that overlaps the open belongs to the first interval.
  void update(const Bar& bar, Duration length, std::vector<Bar>& completed);

  /// Takes a trade. The bar before is complete with the first trade of a later interval.
  void update(const Trade& trade, std::vector<Bar>& completed);

  /// Says that no input before `now` will follow: completes the bar whose interval has ended by then.
  void advance(Timestamp now, std::vector<Bar>& completed);

  /// Completes the bar that has begun, if any.
  void flush(std::vector<Bar>& completed);

  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  struct Interval {
    Timestamp start;
    Timestamp end;
  };

  /// The interval that contains the part of [start, end) within the hours; nothing if there is none.
  [[nodiscard]] std::optional<Interval> interval_of(Timestamp start, Timestamp end);
  void add(const Interval& interval, const Bar& part, std::vector<Bar>& completed);

  Duration interval_;
  SessionCalendar calendar_;
  SessionHours hours_;
  const Session* session_ = nullptr;  // The last input's; inputs come in runs of one session.
  std::optional<Bar> bar_;
  Timestamp end_;  // Of the interval of bar_.
};

}  // namespace bellwether
