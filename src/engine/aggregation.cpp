#include "engine/aggregation.hpp"

#include <algorithm>

#include "engine/invariant.hpp"

namespace bellwether {

BarAggregator::BarAggregator(Duration interval, const SessionCalendar& calendar, SessionHours hours)
    : interval_(interval), calendar_(calendar), hours_(hours) {
  BELLWETHER_INVARIANT(interval > Duration(0), "a bar's interval must be positive");
}

std::optional<BarAggregator::Interval> BarAggregator::interval_of(Timestamp start, Timestamp end) {
  if (session_ == nullptr || start < session_->open || start >= session_->close) {
    session_ = calendar_.session_at(start);
    if (session_ == nullptr) return std::nullopt;
  }
  const bool regular = hours_ == SessionHours::Regular;
  if (regular && (start >= session_->close || end <= session_->open)) return std::nullopt;
  if (interval_ == kDailyInterval) {
    // After hours end with the date at the latest, so that a whole day after the open closes an extended session.
    return Interval{session_->open, regular ? session_->close : session_->open + kDailyInterval};
  }
  const Timestamp inside = regular ? std::max(start, session_->open) : start;
  const std::int64_t since_open = (inside - session_->open).count();
  const std::int64_t length = interval_.count();
  const std::int64_t index = since_open >= 0 ? since_open / length : -((-since_open + length - 1) / length);
  const Timestamp first = session_->open + Duration(index * length);
  const Timestamp last = first + interval_;
  return Interval{first, regular ? std::min(last, session_->close) : last};
}

void BarAggregator::add(const Interval& interval, const Bar& part, std::vector<Bar>& completed) {
  if (bar_ && interval.start != bar_->start) {
    BELLWETHER_INVARIANT(interval.start > bar_->start, "bars and trades must reach an aggregator in order of time");
    flush(completed);
  }
  if (!bar_) {
    bar_ = part;
    bar_->start = interval.start;
    end_ = interval.end;
    return;
  }
  bar_->high = std::max(bar_->high, part.high);
  bar_->low = std::min(bar_->low, part.low);
  bar_->close = part.close;
  // More than can be counted stays at the most that can.
  std::int64_t volume = 0;
  const bool overflow = __builtin_add_overflow(bar_->volume.raw(), part.volume.raw(), &volume);
  bar_->volume = overflow ? Quantity::max() : Quantity::from_raw(volume);
}

void BarAggregator::update(const Bar& bar, Duration length, std::vector<Bar>& completed) {
  BELLWETHER_INVARIANT(length > Duration(0) && length <= interval_, "an aggregator makes no shorter bars from longer");
  const auto interval = interval_of(bar.start, bar.start + length);
  if (!interval) return;
  add(*interval, bar, completed);
  if (bar.start + length >= end_) flush(completed);
}

void BarAggregator::update(const Trade& trade, std::vector<Bar>& completed) {
  const auto interval = interval_of(trade.time, trade.time + Duration(1));
  if (!interval) return;
  add(*interval, {trade.time, trade.price, trade.price, trade.price, trade.price, trade.size}, completed);
}

void BarAggregator::advance(Timestamp now, std::vector<Bar>& completed) {
  if (bar_ && now >= end_) flush(completed);
}

void BarAggregator::flush(std::vector<Bar>& completed) {
  if (!bar_) return;
  completed.push_back(*bar_);
  bar_.reset();
}

void BarAggregator::save(ByteWriter& out) const {
  out.boolean(bar_.has_value());
  const Bar bar = bar_.value_or(Bar{});
  out.time(bar.start);
  for (Price price : {bar.open, bar.high, bar.low, bar.close}) out.fixed(price);
  out.fixed(bar.volume);
  out.time(end_);
}

void BarAggregator::load(ByteReader& in) {
  session_ = nullptr;
  const bool begun = in.boolean();
  Bar bar;
  bar.start = in.time();
  for (Price* price : {&bar.open, &bar.high, &bar.low, &bar.close}) *price = in.fixed<Price>();
  bar.volume = in.fixed<Quantity>();
  bar_ = begun ? std::optional<Bar>(bar) : std::nullopt;
  end_ = in.time();
}

}  // namespace bellwether
