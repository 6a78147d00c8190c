#include "engine/market_feed.hpp"

#include <algorithm>

namespace bellwether {
namespace {

constexpr Duration kHalfHour = std::chrono::minutes(30);

Event session_event(EventType type, const Session& session) {
  return Event::of(type, type == EventType::SessionOpen ? session.open : session.close,
                   SessionEvent{session.date, session.open, session.close, session.early_close});
}

}  // namespace

MarketFeed::MarketFeed(std::vector<FeedSource> sources, std::vector<InstrumentActions> actions,
                       const SessionCalendar& calendar)
    : actions_(std::move(actions)), next_action_(actions_.size()), calendar_(calendar) {
  for (const FeedSource& source : sources) {
    Cursor& cursor = cursors_.emplace_back();
    cursor.source = source;
    // A session is a whole number of half hours: intervals that divide these never reach beyond its close.
    cursor.plain = source.bars.empty() || (!source.clock_aligned && kHalfHour % source.interval == Duration(0));
    refresh(cursors_.back());
    order_.push_back({cursor.next_time, static_cast<std::uint32_t>(order_.size())});
  }
  // Ascending: a heap.
  if (!few()) std::sort(order_.begin(), order_.end(), [](const Due& a, const Due& b) { return a.before(b); });
}

Timestamp MarketFeed::close_time(const Cursor& cursor) const {
  const Bar& bar = cursor.source.bars[cursor.at];
  const Duration interval = cursor.source.interval;
  if (cursor.plain) return bar.start + interval;
  if (cursor.source.clock_aligned) return bar.start + (interval - Duration(bar.start.ns % interval.count()));
  const Session* session = calendar_.session_at(bar.start);
  if (session == nullptr) return bar.start + interval;
  if (interval == kDailyInterval) return session->close;
  return bar.start < session->close ? std::min(bar.start + interval, session->close) : bar.start + interval;
}

void MarketFeed::refresh(Cursor& cursor) const {
  const FeedSource& source = cursor.source;
  if (cursor.at < source.bars.size()) {
    // Of many sources, each is read so rarely that the processor does not foresee it.
    constexpr std::size_t kAhead = 8;
    if (cursor.at + kAhead < source.bars.size()) __builtin_prefetch(&source.bars[cursor.at + kAhead]);
    cursor.next_time = close_time(cursor);
  } else if (cursor.at < source.trades.size()) {
    cursor.next_time = source.trades[cursor.at].time;
  } else if (cursor.at < source.quotes.size()) {
    cursor.next_time = source.quotes[cursor.at].time;
  } else {
    cursor.next_time = kNever;
  }
}

MarketFeed::Cursor* MarketFeed::earliest() {
  if (order_.empty()) return nullptr;
  std::size_t first = 0;
  if (few()) {
    for (std::size_t i = 1; i < order_.size(); ++i) first = order_[i].time < order_[first].time ? i : first;
  }
  return order_[first].time == kNever ? nullptr : &cursors_[order_[first].cursor];
}

void MarketFeed::reorder(const Cursor& cursor) {
  const std::size_t size = order_.size();
  if (few()) {
    order_[static_cast<std::size_t>(&cursor - cursors_.data())].time = cursor.next_time;
    return;
  }
  const Due moved{cursors_[order_.front().cursor].next_time, order_.front().cursor};
  std::size_t at = 0;
  for (std::size_t child = 1; child < size; child = 2 * at + 1) {
    if (child + 1 < size) child += order_[child + 1].before(order_[child]) ? 1 : 0;
    if (!order_[child].before(moved)) break;
    order_[at] = order_[child];
    at = child;
  }
  order_[at] = moved;
}

Timestamp MarketFeed::start_of(const Cursor& cursor) const {
  return cursor.source.bars.empty() ? cursor.next_time : cursor.source.bars[cursor.at].start;
}

void MarketFeed::write_event(const Cursor& cursor, Event& event) {
  const FeedSource& source = cursor.source;
  event.time = cursor.next_time;
  event.instrument = source.instrument;
  if (!source.bars.empty()) {
    event.type = EventType::Bar;
    event.bar = {source.bars[cursor.at], source.interval.count(), source.synthetic, source.history, source.derived};
  } else if (!source.trades.empty()) {
    event.type = EventType::Trade;
    event.trade = source.trades[cursor.at];
  } else {
    event.type = EventType::Quote;
    event.quote = source.quotes[cursor.at];
  }
}

void MarketFeed::push_actions(const Session& session, Timestamp at) {
  for (std::size_t i = 0; i < actions_.size(); ++i) {
    const auto& all = actions_[i].actions;
    for (std::size_t& next = next_action_[i]; next < all.size() && all[next].ex_date <= session.date; ++next) {
      // Splits and dividends from before the data began have nobody to concern; what a share stands for has.
      if (last_seen_ != kNoDate || !all[next].is_announced())
        pending_.push_back(Event::of(at, actions_[i].instrument, all[next]));
    }
  }
  last_seen_ = session.date;
}

/// Queues what must come before the cursor's event: the close of a session that is over, the corporate actions of a
/// date that begins, the open of a session that begins.
void MarketFeed::enter_session(const Cursor& cursor) {
  if (cursor.source.history) return;
  if (open_session_ != nullptr && cursor.next_time > open_session_->close) {
    pending_.push_back(session_event(EventType::SessionClose, *open_session_));
    open_session_ = nullptr;
  }
  if (open_session_ != nullptr) return;
  const Timestamp start = start_of(cursor);
  const Session* session = calendar_.session_at(start);
  if (session == nullptr || session->date <= last_opened_) return;
  if (session->date > last_seen_) push_actions(*session, std::min(start, session->open));
  if (start < session->open || start >= session->close) return;
  pending_.push_back(session_event(EventType::SessionOpen, *session));
  open_session_ = session;
  last_opened_ = session->date;
}

bool MarketFeed::next(Event& event) {
  if (pending_.empty()) {
    Cursor* cursor = earliest();
    if (cursor != nullptr) {
      enter_session(*cursor);
      if (pending_.empty()) {
        write_event(*cursor, event);
        ++cursor->at;
        refresh(*cursor);
        reorder(*cursor);
        ++position_;
        return true;
      }
    } else if (open_session_ != nullptr) {
      pending_.push_back(session_event(EventType::SessionClose, *open_session_));
      open_session_ = nullptr;
    } else {
      return false;
    }
  }
  event = pending_.front();
  pending_.pop_front();
  ++position_;
  return true;
}

void MarketFeed::skip_to(std::uint64_t count) {
  Event event;
  while (position_ < count && next(event)) {
  }
}

std::uint64_t MarketFeed::market_event_count() const {
  std::uint64_t count = 0;
  for (const Cursor& cursor : cursors_) {
    const FeedSource& source = cursor.source;
    if (!source.history) count += source.bars.size() + source.trades.size() + source.quotes.size();
  }
  return count;
}

BarRun MarketFeed::peek_run() {
  if (cursors_.size() != 1 || !pending_.empty() || open_session_ == nullptr) return {};
  Cursor& cursor = cursors_.front();
  const FeedSource& source = cursor.source;
  if (source.history || cursor.at >= source.bars.size() || source.interval >= kDailyInterval) return {};
  if (cursor.next_time != source.bars[cursor.at].start + source.interval) return {};  // Shorter than the others.
  if (cursor.at >= cursor.run_end) find_run_end(cursor);
  return {source.instrument, source.bars.subspan(cursor.at, cursor.run_end - cursor.at), source.interval,
          source.synthetic};
}

void MarketFeed::find_run_end(Cursor& cursor) const {
  const FeedSource& source = cursor.source;
  const Bar* bar = source.bars.data() + cursor.at;
  const Bar* const end = source.bars.data() + source.bars.size();
  const Duration interval = source.interval;
  const Timestamp last_start = open_session_->close - interval;
  for (Timestamp start = bar->start; bar != end && bar->start == start && start <= last_start; ++bar) {
    start = start + interval;
  }
  cursor.run_end = static_cast<std::size_t>(bar - source.bars.data());
}

void MarketFeed::take_run(std::size_t count) {
  Cursor& cursor = cursors_.front();
  cursor.at += count;
  position_ += count;
  refresh(cursor);
  reorder(cursor);
}

}  // namespace bellwether
