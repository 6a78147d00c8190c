#include "engine/market_feed.hpp"

#include <algorithm>

namespace bellwether {
namespace {

Event session_event(EventType type, const Session& session) {
  return Event::of(type, type == EventType::SessionOpen ? session.open : session.close,
                   SessionEvent{session.date, session.open, session.close, session.early_close});
}

}  // namespace

MarketFeed::MarketFeed(std::vector<FeedSource> sources, std::vector<InstrumentActions> actions,
                       const SessionCalendar& calendar)
    : actions_(std::move(actions)), next_action_(actions_.size()), calendar_(calendar) {
  for (FeedSource& source : sources) {
    cursors_.push_back({source, 0, kNever, 0});
    refresh(cursors_.back());
  }
}

Timestamp MarketFeed::close_time(const Bar& bar, Duration interval) const {
  if (interval != kDailyInterval) return bar.start + interval;
  const Session* session = calendar_.session_at(bar.start);
  return session != nullptr ? session->close : bar.start + interval;
}

void MarketFeed::refresh(Cursor& cursor) const {
  const FeedSource& source = cursor.source;
  if (cursor.at < source.bars.size()) {
    cursor.next_time = close_time(source.bars[cursor.at], source.interval);
  } else if (cursor.at < source.trades.size()) {
    cursor.next_time = source.trades[cursor.at].time;
  } else if (cursor.at < source.quotes.size()) {
    cursor.next_time = source.quotes[cursor.at].time;
  } else {
    cursor.next_time = kNever;
  }
}

MarketFeed::Cursor* MarketFeed::earliest() {
  Cursor* best = nullptr;
  for (Cursor& cursor : cursors_) {
    if (cursor.next_time != kNever && (best == nullptr || cursor.next_time < best->next_time)) best = &cursor;
  }
  return best;
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
    event.bar = {source.bars[cursor.at], source.interval.count(), source.synthetic, source.history};
  } else if (!source.trades.empty()) {
    event.type = EventType::Trade;
    event.trade = source.trades[cursor.at];
  } else {
    event.type = EventType::Quote;
    event.quote = source.quotes[cursor.at];
  }
}

void MarketFeed::push_actions(const Session& session) {
  for (std::size_t i = 0; i < actions_.size(); ++i) {
    const auto& all = actions_[i].actions;
    for (std::size_t& at = next_action_[i]; at < all.size() && all[at].ex_date <= session.date; ++at) {
      // Actions from before the data began have nobody to concern.
      if (last_opened_.days > -1'000'000) pending_.push_back(Event::of(session.open, actions_[i].instrument, all[at]));
    }
  }
}

/// Queues what must come before the cursor's event: the close of a session that is over, the open of one that begins.
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
  if (start < session->open || start >= session->close) return;
  push_actions(*session);
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
}

}  // namespace bellwether
