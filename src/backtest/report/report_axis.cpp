// The axis of sessions and the thinning of curves to columns.
#include <algorithm>
#include <cmath>

#include "backtest/report/report_chart.hpp"
#include "engine/new_york_time.hpp"

namespace bellwether {
namespace {

/// The full hours within a session, UTC, but for one that lies too near to its open for two labels.
void add_hours(const Session& session, std::vector<PlaceTick>& ticks) {
  constexpr Duration kHour = std::chrono::hours(1);
  const double length = static_cast<double>((session.close - session.open).count());
  for (Timestamp t{session.open.ns / kHour.count() * kHour.count()}; t < session.close; t = t + kHour) {
    if (t - session.open < kHour) continue;
    ticks.push_back({static_cast<double>((t - session.open).count()) / length, format_rfc3339(t).substr(11, 5)});
  }
}

}  // namespace

SessionAxis::SessionAxis(std::span<const DailyEquity> daily) {
  sessions_.reserve(daily.size());
  for (const DailyEquity& day : daily) {
    const Session* session = SessionCalendar::us_equity().find(day.session);
    if (session != nullptr) {
      sessions_.push_back(*session);
    } else {  // A date that the calendar does not cover: its whole UTC day.
      sessions_.push_back({day.session, day.session.midnight_utc(), (day.session + 1).midnight_utc(), false});
    }
  }
}

std::optional<double> SessionAxis::position(Timestamp time) const {
  if (sessions_.empty()) return std::nullopt;
  const auto after = std::upper_bound(sessions_.begin(), sessions_.end(), time,
                                      [](Timestamp t, const Session& session) { return t < session.open; });
  const Date date = new_york_date(time);
  if (date < sessions_.front().date || date > sessions_.back().date) return std::nullopt;
  if (after == sessions_.begin()) return 0.0;
  const Session& session = *std::prev(after);
  const auto index = static_cast<double>(after - sessions_.begin() - 1);
  const double length = static_cast<double>((session.close - session.open).count());
  const double within = std::min(1.0, static_cast<double>((time - session.open).count()) / length);
  return (index + within) / static_cast<double>(sessions_.size());
}

double SessionAxis::close_of(std::size_t index) const {
  return static_cast<double>(index + 1) / static_cast<double>(sessions_.size());
}

std::vector<PlaceTick> SessionAxis::ticks() const {
  constexpr std::size_t kTicksMax = 11;
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const bool years = sessions_.size() > 700;
  const bool months = !years && sessions_.size() > 130;
  std::vector<PlaceTick> all;
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    const Date date = sessions_[i].date;
    const bool new_year = i > 0 && date.year() != sessions_[i - 1].date.year();
    const bool new_month = i > 0 && date.month() != sessions_[i - 1].date.month();
    if (years ? !new_year : months && !new_month) continue;
    std::string label = months ? kMonths[date.month() - 1] : std::to_string(date.day());
    label += ' ';
    label += months ? std::to_string(date.year()) : kMonths[date.month() - 1];
    if (years) label = std::to_string(date.year());
    if (sessions_.size() == 1) label += ", UTC";
    all.push_back({static_cast<double>(i) / static_cast<double>(sessions_.size()), std::move(label)});
  }
  if (sessions_.size() == 1) add_hours(sessions_.front(), all);
  const std::size_t step = (all.size() + kTicksMax - 1) / kTicksMax;
  std::vector<PlaceTick> thinned;
  for (std::size_t i = 0; i < all.size(); i += std::max<std::size_t>(step, 1)) thinned.push_back(std::move(all[i]));
  return thinned;
}

std::size_t ColumnCurve::column_of(double position) {
  const double scaled = std::clamp(position, 0.0, 1.0) * static_cast<double>(kColumns);
  return std::min(static_cast<std::size_t>(scaled), kColumns - 1);
}

void ColumnCurve::add(double position, double value, Timestamp time) {
  Column& column = columns_[column_of(position)];
  if (!column.used) {
    column = {true, value, value, value, value, true, time};
  } else {
    if (value < column.low) {
      column.low = value;
      column.low_before_high = false;
    }
    if (value > column.high) {
      column.high = value;
      column.low_before_high = true;
    }
    column.last = value;
    column.time = time;
  }
  const bool first = empty();
  low_ = first ? value : std::min(low_, value);
  high_ = first ? value : std::max(high_, value);
}

void ColumnCurve::widen(double position, double low, double high) {
  Column& column = columns_[column_of(position)];
  column.low = std::min(column.low, low);
  column.high = std::max(column.high, high);
  low_ = std::min(low_, low);
  high_ = std::max(high_, high);
}

}  // namespace bellwether
