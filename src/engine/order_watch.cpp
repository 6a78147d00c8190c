#include "engine/order_watch.hpp"

#include <algorithm>

#include "engine/account_state.hpp"

namespace bellwether {
namespace {

constexpr OrderLeg kLegs[] = {OrderLeg::Entry, OrderLeg::Target, OrderLeg::StopLoss};

bool awaits_answer(OrderState state) {
  return state == OrderState::PendingNew || state == OrderState::PendingCancel || state == OrderState::PendingReplace;
}

/// The engine's own report on an order of which the venue says too little.
ExecutionReport own_report(ReportType type, const OpenOrder& order, Timestamp now) {
  ExecutionReport report;
  report.type = type;
  report.order = order.id;
  report.strategy = order.strategy;
  report.instrument = order.spec.instrument;
  report.side = order.spec.side;
  report.time = now;
  report.cumulative_quantity = order.filled;
  report.leaves_quantity = order.leaves();
  return report;
}

bool is_from_venue(const ExecutionReport& report) { return report.execution_id != 0; }

}  // namespace

/// A command of the engine's own, which no limit holds back.
void OrderWatch::issue(CommandKind kind, const ExecutionReport& about) {
  OrderCommand command;
  command.kind = kind;
  command.strategy = about.strategy;
  command.target = about.order;
  command.spec.instrument = about.instrument;
  command.spec.side = about.side;
  commands_.push_back(command);
}

Duration OrderWatch::patience(std::uint32_t asked) const {
  Duration wait = care_.acknowledge_within;
  for (std::uint32_t i = 0; i < asked && wait < care_.ask_at_least_every; ++i) wait += wait;
  return std::max(std::min(wait, care_.ask_at_least_every), care_.acknowledge_within);
}

void OrderWatch::watch(OrderId id, Timestamp due, std::uint32_t asked) {
  Entry& entry = entries_[id];
  due_.erase({entry.due, id});
  entry.due = due;
  entry.asked = asked;
  if (due != kNever) due_.emplace(due, id);
}

void OrderWatch::unwatch(OrderId id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  set_unknown(found->second, false);
  due_.erase({found->second.due, id});
  entries_.erase(found);
}

void OrderWatch::set_unknown(Entry& entry, bool unknown) {
  if (entry.unknown == unknown) return;
  entry.unknown = unknown;
  unknown_ = unknown ? unknown_ + 1 : unknown_ - 1;
}

void OrderWatch::sent(const OrderCommand& command, Timestamp now, const OpenOrders& orders) {
  const Timestamp due = now + care_.acknowledge_within;
  if (command.kind != CommandKind::Submit && orders.find(command.target) != nullptr) watch(command.target, due);
  if (!adds_order(command.kind)) return;
  for (const OrderLeg leg : kLegs) {
    if (const OrderId id = command.id.with_leg(leg); orders.find(id) != nullptr) watch(id, due);
  }
}

void OrderWatch::heard(Turn& turn, const OpenOrders::Applied& applied, const OpenOrders& orders) {
  const ExecutionReport& report = turn.event.report;
  const Timestamp now = turn.event.time;
  if (applied.outcome == OpenOrders::Outcome::NotOpen) {
    unwatch(report.order);
    const bool lives = report.type == ReportType::Accepted || report.type == ReportType::Held ||
                       (report.type == ReportType::Fill && report.leaves_quantity.is_positive());
    if (lives && std::find(given_up_.begin(), given_up_.end(), report.order) != given_up_.end()) {
      issue(CommandKind::Cancel, report);
    }
    return;
  }
  if (applied.outcome == OpenOrders::Outcome::Ended) {
    for (const OrderLeg leg : kLegs) {
      const OrderId id = report.order.with_leg(leg);
      if (id == report.order || orders.find(id) == nullptr) unwatch(id);
    }
    if (report.rejected != RejectReason::NeverArrived) return;
    given_up_.push_back(report.order);
    if (given_up_.size() > kGivenUpMax) given_up_.pop_front();
    return;
  }
  const OpenOrder& order = *applied.order;
  const bool absent = report.type == ReportType::Rejected && report.rejected == RejectReason::NeverArrived;
  if (absent && is_from_venue(report)) return note_absence(turn, order);
  const bool gap = report.cumulative_quantity > order.filled;
  Entry& entry = entries_[order.id];
  set_unknown(entry, order.state == OrderState::Unknown);
  if (gap) {
    // What is missing may be on its way.
    if (entry.asked == 0) watch(order.id, now + care_.acknowledge_within);
    return;
  }
  if (order.state == OrderState::Unknown || applied.outcome == OpenOrders::Outcome::Impossible) {
    if (entry.asked == 0) look_at(turn, order);
    return;
  }
  if (awaits_answer(order.state)) return;
  entry.absent = false;
  watch(order.id, in_session_ ? now + care_.check_every : kNever);
}

/// What was sent may still be under way when the venue is asked for the first time.
void OrderWatch::note_absence(Turn& turn, const OpenOrder& order) {
  Entry& entry = entries_[order.id];
  set_unknown(entry, order.state == OrderState::Unknown);
  if (!std::exchange(entry.absent, true)) {
    watch(order.id, turn.event.time + care_.acknowledge_within, std::max(entry.asked, 1U));
    return;
  }
  ExecutionReport end = own_report(ReportType::Rejected, order, turn.event.time);
  end.rejected = RejectReason::NeverArrived;
  turn.follow_ups.push_back(Event::of(end));
}

void OrderWatch::look(Turn& turn, const OpenOrders& orders) {
  const Timestamp now = turn.event.time;
  while (next_due() <= now) {
    const OrderId id = due_.begin()->second;
    if (const OpenOrder* order = orders.find(id)) {
      look_at(turn, *order);
    } else {
      unwatch(id);
    }
  }
  for (const OrderCommand& command : commands_) turn.intents.push_back({command, DenyReason::None});
  commands_.clear();
}

/// What is due of an order that is open.
void OrderWatch::look_at(Turn& turn, const OpenOrder& order) {
  Entry& entry = entries_[order.id];
  if (awaits_answer(order.state)) {
    turn.follow_ups.push_back(Event::of(own_report(ReportType::Lost, order, turn.event.time)));
  }
  const bool settled = order.state != OrderState::Unknown && !awaits_answer(order.state);
  // Where nothing is wrong with it, there is nothing to ask outside of sessions; without a connection, it is no use.
  if (!connected_ || (settled && !in_session_ && entry.asked == 0)) return watch(order.id, kNever, entry.asked);
  ask(turn, order);
}

void OrderWatch::ask(Turn& turn, const OpenOrder& order) {
  issue(CommandKind::Query, own_report(ReportType::Lost, order, turn.event.time));
  const std::uint32_t asked = entries_[order.id].asked + 1;
  watch(order.id, turn.event.time + patience(asked), asked);
}

void OrderWatch::on_connection(Turn& turn, const OpenOrders& orders) {
  if (!is_on_ || turn.event.connection.market_data) return;
  connected_ = turn.event.connection.up;
  for (const OpenOrder& order : orders.all()) {
    if (connected_) {
      ask(turn, order);
    } else if (awaits_answer(order.state)) {
      look_at(turn, order);
    }
  }
}

void OrderWatch::on_session(bool open, Timestamp now, const OpenOrders& orders) {
  in_session_ = open;
  if (!is_on_ || !open) return;
  for (const OpenOrder& order : orders.all()) {
    if (const auto entry = entries_.find(order.id); entry == entries_.end() || entry->second.due == kNever) {
      watch(order.id, now + care_.check_every);
    }
  }
}

void OrderWatch::describe(AccountState& state) const {
  for (const auto& [id, entry] : entries_) {
    state.watched.push_back({id, entry.due, entry.asked, entry.absent, entry.unknown});
  }
  state.given_up.assign(given_up_.begin(), given_up_.end());
  state.venue_connected = connected_;
}

void OrderWatch::restore(const AccountState& state) {
  in_session_ = state.session_close.has_value();
  if (!is_on_) return;
  for (const AccountWatch& each : state.watched) {
    watch(each.id, each.due, each.asked);
    Entry& entry = entries_[each.id];
    entry.absent = each.absent;
    set_unknown(entry, each.unknown);
  }
  given_up_.assign(state.given_up.begin(), state.given_up.end());
  connected_ = state.venue_connected;
}

void OrderWatch::save(ByteWriter& out) const {
  out.u32(static_cast<std::uint32_t>(entries_.size()));
  for (const auto& [id, entry] : entries_) {
    write(out, id);
    out.time(entry.due);
    out.u32(entry.asked);
    out.boolean(entry.absent);
    out.boolean(entry.unknown);
  }
  out.u32(static_cast<std::uint32_t>(given_up_.size()));
  for (const OrderId& id : given_up_) write(out, id);
  out.boolean(connected_);
  out.boolean(in_session_);
}

void OrderWatch::load(ByteReader& in) {
  entries_.clear();
  due_.clear();
  given_up_.clear();
  unknown_ = 0;
  const std::uint32_t entries = in.u32();
  for (std::uint32_t i = 0; i < entries && in.ok(); ++i) {
    const OrderId id = read_order_id(in);
    const Timestamp due = in.time();
    watch(id, due, in.u32());
    Entry& entry = entries_[id];
    entry.absent = in.boolean();
    set_unknown(entry, in.boolean());
  }
  const std::uint32_t given_up = in.u32();
  for (std::uint32_t i = 0; i < given_up && in.ok(); ++i) given_up_.push_back(read_order_id(in));
  connected_ = in.boolean();
  in_session_ = in.boolean();
}

}  // namespace bellwether
