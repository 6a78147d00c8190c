#include "engine/exchange_link.hpp"

#include <algorithm>

#include "engine/turn.hpp"

namespace bellwether {
namespace {

/// The same thing said, whatever its number and the time at which it came.
bool same_message(const Event& a, const Event& b) {
  if (a.type != b.type) return false;
  return a.type == EventType::Report ? a.report == b.report : a.connection == b.connection;
}

}  // namespace

ExchangeLink::ExchangeLink(const EngineConfig& config)
    : config_(&config.exchange), exchange_(config), random_(config.exchange.faults.seed) {}

Duration ExchangeLink::latency(Duration fixed) {
  const std::int64_t jitter = config_->latency.jitter.count();
  return jitter > 0 ? fixed + Duration(random_.up_to(jitter)) : fixed;
}

bool ExchangeLink::is_down(Timestamp t) const {
  return std::any_of(restarts_.begin(), restarts_.end(), [t](const Span& span) { return span.holds(t); });
}

void ExchangeLink::take(const Event& event, std::span<const OrderCommand> commands) {
  acknowledge(event);
  arrive_until(event.time);
  if (event.type == EventType::SessionOpen) begin_session(event.session);
  if (event.from_feed()) {
    exchange_.set_halted(
        std::any_of(halts_.begin(), halts_.end(), [&](const Span& span) { return span.holds(event.time); }));
    exchange_.on_market(event, reports_);
    send(event.time);
  }
  for (const OrderCommand& command : commands) post(command, event.time);
}

void ExchangeLink::begin_session(const SessionEvent& session) {
  const ExchangeFaults& faults = config_->faults;
  SplitMix64 draws(faults.seed * 0x9e3779b97f4a7c15 + static_cast<std::uint32_t>(session.date.days));
  halts_ = draw_spans(faults.halts_per_session, faults.halt_for, session, draws);
  restarts_ = draw_spans(faults.restarts_per_session, faults.restart_for, session, draws);
  for (const Span& span : restarts_) {
    send_at(span.from, Event::of(span.from, ConnectionEvent{false, false}));
    send_at(span.to, Event::of(span.to, ConnectionEvent{false, true}));
  }
}

/// Spans do not touch: one that would is left out.
std::vector<ExchangeLink::Span> ExchangeLink::draw_spans(double per_session, Duration length,
                                                         const SessionEvent& session, SplitMix64& draws) {
  std::vector<Span> spans;
  const auto whole = static_cast<std::uint64_t>(per_session);
  const std::uint64_t count = whole + (draws.chance(per_session - static_cast<double>(whole)) ? 1 : 0);
  const Duration room = session.close - session.open;
  for (std::uint64_t i = 0; i < count && room.count() > 0; ++i) {
    const Timestamp from = session.open + Duration(draws.up_to(room.count() - 1));
    const Span span{from, from + length};
    const bool touches = std::any_of(spans.begin(), spans.end(),
                                     [&](const Span& other) { return span.from <= other.to && other.from <= span.to; });
    if (!touches) spans.push_back(span);
  }
  return spans;
}

void ExchangeLink::post(const OrderCommand& command, Timestamp now) {
  const Timestamp due = std::max(now + latency(config_->latency.commands), last_incoming_);
  if (random_.chance(config_->faults.lost_commands) || is_down(now) || is_down(due)) return;
  last_incoming_ = due;
  if (due == now) return carry_out(command, now);
  incoming_.emplace(Moment{due, ++last_message_}, command);
}

void ExchangeLink::arrive_until(Timestamp now) {
  while (next_arrival() <= now) {
    const auto first = incoming_.extract(incoming_.begin());
    carry_out(first.mapped(), first.key().first);
  }
}

void ExchangeLink::carry_out(const OrderCommand& command, Timestamp now) {
  exchange_.submit(command, now, reports_);
  const bool accepted =
      command.kind == CommandKind::Submit && !reports_.empty() && reports_.front().type == ReportType::Accepted;
  if (accepted && random_.chance(config_->faults.late_refusals)) exchange_.refuse(command.id, now, reports_);
  send(now);
}

/// Sends what the exchange has just said.
void ExchangeLink::send(Timestamp now) {
  const ExchangeFaults& faults = config_->faults;
  for (const ExecutionReport& report : reports_) {
    Timestamp due = std::max(now + latency(config_->latency.reports), last_outgoing_);
    const bool lost = random_.chance(faults.lost_reports);
    const bool repeated = random_.chance(faults.repeated_reports);
    if (random_.chance(faults.late_reports)) {
      due = due + faults.late_by;
    } else {
      last_outgoing_ = due;
    }
    if (lost || is_down(now) || is_down(due)) continue;
    const Event event = Event::of(report);
    send_at(due, event);
    if (repeated) send_at(due + latency(config_->latency.reports), event);
  }
  reports_.clear();
}

void ExchangeLink::collect(Timestamp now, std::vector<Event>& out) {
  while (next_report() <= now) {
    auto first = outgoing_.extract(outgoing_.begin());
    Event& event = first.mapped();
    event.time = first.key().first;
    out.push_back(event);
    in_flight_.emplace(first.key().second, event);
  }
}

void ExchangeLink::collect_next(std::vector<Event>& out) {
  const Timestamp moment = next_moment();
  const std::size_t before = out.size();
  collect(moment, out);
  if (out.size() == before) out.push_back(Event::of(moment, TimerEvent{}));
}

/// What the stages have seen is not said again. After a crash it may not even have been handed out.
void ExchangeLink::acknowledge(const Event& event) {
  if (event.type != EventType::Report && event.type != EventType::Connection) return;
  const auto flying = std::find_if(in_flight_.begin(), in_flight_.end(),
                                   [&](const auto& each) { return same_message(each.second, event); });
  if (flying != in_flight_.end()) {
    in_flight_.erase(flying);
    return;
  }
  const auto waiting = std::find_if(outgoing_.begin(), outgoing_.end(),
                                    [&](const auto& each) { return same_message(each.second, event); });
  if (waiting != outgoing_.end()) outgoing_.erase(waiting);
}

void ExchangeLink::take_over(const ExchangeLink& before, const CarryOver& carry) {
  exchange_.take_over(before.exchange_, carry);
  random_ = before.random_;
  for (const auto& [moment, command] : before.incoming_) {
    OrderCommand renamed = command;
    if (carry.rename(renamed, renamed.spec.instrument)) incoming_.emplace(moment, renamed);
  }
  const auto renamed = [&](Event event) -> std::optional<Event> {
    if (event.type != EventType::Report) return event;
    if (!carry.rename(event.report, event.report.instrument)) return std::nullopt;
    event.instrument = event.report.instrument;
    return event;
  };
  for (const auto& [moment, event] : before.outgoing_) {
    if (const auto next = renamed(event)) outgoing_.emplace(moment, *next);
  }
  for (const auto& [number, event] : before.in_flight_) {
    if (const auto next = renamed(event)) in_flight_.emplace(number, *next);
  }
  last_message_ = before.last_message_;
  last_incoming_ = before.last_incoming_;
  last_outgoing_ = before.last_outgoing_;
  halts_ = before.halts_;
  restarts_ = before.restarts_;
}

std::set<Stake> ExchangeLink::stakes() const {
  std::set<Stake> stakes;
  exchange_.add_stakes(stakes);
  for (const auto& [moment, command] : incoming_) stakes.insert({command.strategy, command.spec.instrument});
  const auto add = [&](const Event& event) {
    if (event.type == EventType::Report) stakes.insert({event.report.strategy, event.report.instrument});
  };
  for (const auto& [moment, event] : outgoing_) add(event);
  for (const auto& [number, event] : in_flight_) add(event);
  return stakes;
}

void ExchangeLink::save(ByteWriter& out) const {
  exchange_.save(out);
  out.u64(random_.state());
  out.u32(static_cast<std::uint32_t>(incoming_.size()));
  for (const auto& [moment, command] : incoming_) {
    out.time(moment.first);
    out.u64(moment.second);
    write(out, command);
  }
  // What has been handed out but not seen is on its way again.
  out.u32(static_cast<std::uint32_t>(outgoing_.size() + in_flight_.size()));
  const auto save_message = [&out](Timestamp due, std::uint64_t number, const Event& event) {
    out.time(due);
    out.u64(number);
    write(out, event);
  };
  for (const auto& [number, event] : in_flight_) save_message(event.time, number, event);
  for (const auto& [moment, event] : outgoing_) save_message(moment.first, moment.second, event);
  out.u64(last_message_);
  out.time(last_incoming_);
  out.time(last_outgoing_);
  for (const std::vector<Span>* spans : {&halts_, &restarts_}) {
    out.u32(static_cast<std::uint32_t>(spans->size()));
    for (const Span& span : *spans) {
      out.time(span.from);
      out.time(span.to);
    }
  }
}

void ExchangeLink::load(ByteReader& in) {
  exchange_.load(in);
  random_ = SplitMix64(in.u64());
  incoming_.clear();
  outgoing_.clear();
  in_flight_.clear();
  const std::uint32_t commands = in.u32();
  for (std::uint32_t i = 0; i < commands && in.ok(); ++i) {
    const Timestamp due = in.time();
    const std::uint64_t number = in.u64();
    incoming_.emplace(Moment{due, number}, read_order_command(in));
  }
  const std::uint32_t messages = in.u32();
  for (std::uint32_t i = 0; i < messages && in.ok(); ++i) {
    const Timestamp due = in.time();
    const std::uint64_t number = in.u64();
    outgoing_.emplace(Moment{due, number}, read_event(in));
  }
  last_message_ = in.u64();
  last_incoming_ = in.time();
  last_outgoing_ = in.time();
  for (std::vector<Span>* spans : {&halts_, &restarts_}) {
    spans->clear();
    const std::uint32_t count = in.u32();
    for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
      const Timestamp from = in.time();
      spans->push_back({from, in.time()});
    }
  }
}

}  // namespace bellwether
