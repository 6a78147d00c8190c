#include "actors/live_intake.hpp"

#include <algorithm>

namespace bellwether {
namespace {

/// The same thing, whatever its number and the time at which it entered.
bool same_content(Event a, const Event& b) {
  a.number = b.number;
  a.time = b.time;
  return a == b;
}

}  // namespace

NextTimer LiveIntake::due_timer() const {
  if (timer_under_way_) return {};
  if (const Timestamp look = broker_->next_look(); look < next_timer_.at) return {look, TimerEvent{}};
  return next_timer_;
}

void LiveIntake::collect(Timestamp now, std::vector<Event>& out) {
  messages_.clear();
  market_events_.clear();
  broker_->collect(now, messages_);
  market_->collect(now, market_events_);
  // What lies between them is in the order of time already.
  const auto earlier = [](const Event& a, const Event& b) { return a.time < b.time; };
  const auto first = static_cast<std::ptrdiff_t>(out.size());
  std::merge(messages_.begin(), messages_.end(), market_events_.begin(), market_events_.end(), std::back_inserter(out),
             earlier);
  const NextTimer timer = due_timer();
  if (timer.at > now) return;
  timer_under_way_ = true;
  const Event event = Event::of(timer.at, timer.timer);
  out.insert(std::upper_bound(out.begin() + first, out.end(), event, earlier), event);
}

Timestamp LiveIntake::next_due() const {
  return std::min({broker_->next_message(), market_->next_message(), due_timer().at});
}

void LiveIntake::passed(const Turn& turn, std::vector<Event>& out) {
  if (turn.event.type == EventType::Timer) timer_under_way_ = false;
  next_timer_ = turn.next_timer;
  note(turn);
  broker_->take(turn.event, turn.commands);
  out.insert(out.end(), turn.follow_ups.begin(), turn.follow_ups.end());
}

void LiveIntake::replay(const Turn& turn) {
  if (!unseen_.empty() && same_content(unseen_.front(), turn.event)) unseen_.pop_front();
  next_timer_ = turn.next_timer;
  note(turn);
  broker_->replay(turn.event, turn.commands);
  unseen_.insert(unseen_.end(), turn.follow_ups.begin(), turn.follow_ups.end());
}

void LiveIntake::note(const Turn& turn) {
  const Event& event = turn.event;
  marks_.pass(turn);
  last_event_ = event.number;
  last_time_ = event.time;
  if (event.type == EventType::SessionOpen) open_session_ = event.session;
  if (event.type == EventType::SessionClose) open_session_.reset();
}

void LiveIntake::change_configuration(const EngineConfig& next, const CarryOver& carry) {
  broker_->change_configuration(next, carry);
  market_.reset();
}

void LiveIntake::save(ByteWriter& out) const {
  out.u64(last_event_);
  out.time(last_time_);
  marks_.save(out);
  out.boolean(open_session_.has_value());
  const SessionEvent session = open_session_.value_or(SessionEvent());
  out.i64(session.date.days);
  out.time(session.open);
  out.time(session.close);
  out.boolean(session.early_close);
  broker_->save(out);
}

void LiveIntake::load(ByteReader& in) {
  last_event_ = in.u64();
  last_time_ = in.time();
  marks_.load(in);
  const bool is_open = in.boolean();
  SessionEvent session;
  session.date.days = static_cast<std::int32_t>(in.i64());
  session.open = in.time();
  session.close = in.time();
  session.early_close = in.boolean();
  open_session_.reset();
  if (is_open) open_session_ = session;
  broker_->load(in);
}

std::vector<Event> LiveIntake::take_unseen() {
  std::vector<Event> events(unseen_.begin(), unseen_.end());
  unseen_.clear();
  if (broker_->outlives_us()) {
    // What was under way is lost to us until the broker says what it has.
    for (const bool up : {false, true}) events.push_back(Event::of(Timestamp(), ConnectionEvent{false, up}));
  }
  return events;
}

}  // namespace bellwether
