#include "engine/strategy_context.hpp"

#include <algorithm>

#include "engine/adjustment.hpp"

namespace bellwether {
namespace {

/// Between an order's end and the price at which it is tried again, so that ticks make no flood of orders.
constexpr Duration kPriceWait = std::chrono::seconds(1);

bool is_immediate(TimeInForce tif) { return tif == TimeInForce::Ioc || tif == TimeInForce::Fok; }

}  // namespace

Context::Goal::Wait Context::wait_after(const ExecutionReport& refusal) {
  if (refusal.rejected == RejectReason::InsufficientCash) return Goal::Wait::Room;
  if (refusal.rejected == RejectReason::NeverArrived) return Goal::Wait::NextPrice;
  switch (refusal.denied) {
    case DenyReason::NoMarketData:
    case DenyReason::StaleMarketData:
    case DenyReason::OrderRate: return Goal::Wait::NextPrice;
    case DenyReason::BuyingPower:
    case DenyReason::GrossExposure:
    case DenyReason::PositionNotional:
    case DenyReason::PositionQuantity: return Goal::Wait::Room;
    default: return Goal::Wait::NextSession;
  }
}

Context::Context(const EngineConfig& config, OpenOrders& open_orders)
    : config_(&config),
      open_orders_(&open_orders),
      positions_(config.strategies.size() * config.instruments.size()),
      net_positions_(config.instruments.size()),
      last_prices_(config.instruments.size()),
      goals_(config.strategies.size() * config.instruments.size()) {
  cash_ = config.account.initial_cash;
}

std::span<const InstrumentIndex> Context::instruments() const { return config_->strategies[strategy_].instruments; }

Quantity Context::pending(InstrumentIndex instrument) const {
  Quantity sum;
  for (const OpenOrder& order : open_orders_->of(instrument)) {
    if (order.strategy == strategy_ && !order.is_protective() && order.state != OrderState::PendingReplace) {
      sum += order.leaves() * sign(order.spec.side);
    }
  }
  return sum;
}

std::vector<OpenOrder> Context::open_orders(InstrumentIndex instrument) const {
  std::vector<OpenOrder> result;
  for (const OpenOrder& order : open_orders_->of(instrument)) {
    if (order.strategy == strategy_) result.push_back(order);
  }
  return result;
}

std::optional<Price> Context::last_price(InstrumentIndex instrument) const {
  const Price price = last_prices_[instrument];
  if (price.is_zero()) return std::nullopt;
  return price;
}

Money Context::equity() const {
  Money equity = cash_;
  for (std::size_t i = 0; i < net_positions_.size(); ++i) {
    if (!net_positions_[i].is_zero()) equity += notional(last_prices_[i], net_positions_[i]);
  }
  return equity;
}

OrderSpec Context::spec_of(InstrumentIndex instrument, Side side, Quantity quantity,
                           const OrderOptions& options) const {
  const Price tick = this->instrument(instrument).tick;
  OrderSpec spec;
  spec.instrument = instrument;
  spec.side = side;
  spec.type = options.type;
  spec.time_in_force = options.time_in_force;
  spec.quantity = quantity;
  // Strategies work out prices in floating point; orders are in ticks.
  const auto in_ticks = [tick](Price price) { return price.is_zero() ? price : round_to_tick(price, tick); };
  spec.limit_price = in_ticks(options.limit_price);
  spec.stop_price = in_ticks(options.stop_price);
  spec.trail = in_ticks(options.trail);
  spec.take_profit = in_ticks(options.take_profit);
  spec.stop_loss = in_ticks(options.stop_loss);
  spec.stop_loss_offset = in_ticks(options.stop_loss_offset);
  if (options.take_profit.is_positive() || options.stop_loss.is_positive() || options.stop_loss_offset.is_positive()) {
    spec.order_class = OrderClass::Bracket;
  }
  return spec;
}

OrderId Context::next_id() {
  BELLWETHER_INVARIANT(next_index_ < 0xffff, "more than 65535 orders for one event");
  return {event_, config_->epoch, next_index_++, OrderLeg::Entry};
}

void Context::ask(const OrderCommand& command) {
  if (warming_up_) return;
  acted_ = true;
  open_orders_->apply(command);
  intents_->emplace_back().command = command;
}

OrderId Context::submit(const OrderSpec& spec) {
  if (Goal& kept = goal(spec.instrument); kept.kind != Goal::Kind::Flatten && !warming_up_) kept = {};
  return send(spec);
}

OrderId Context::send(const OrderSpec& spec) {
  const OrderCommand command{CommandKind::Submit, strategy_, next_id(), {}, spec};
  ask(command);
  return command.id;
}

OrderId Context::buy(InstrumentIndex instrument, Quantity quantity, const OrderOptions& options) {
  return submit(spec_of(instrument, Side::Buy, quantity, options));
}

OrderId Context::sell(InstrumentIndex instrument, Quantity quantity, const OrderOptions& options) {
  return submit(spec_of(instrument, Side::Sell, quantity, options));
}

OrderId Context::target_position(InstrumentIndex instrument, Quantity target, const OrderOptions& options) {
  return set_goal(instrument, Goal::Kind::Target, target, options);
}

void Context::close(InstrumentIndex instrument) { set_goal(instrument, Goal::Kind::Close); }

OrderId Context::set_goal(InstrumentIndex instrument, Goal::Kind kind, Quantity target, const OrderOptions& options) {
  Goal& present = goal(instrument);
  if (warming_up_ || present.kind == Goal::Kind::Flatten) return {};
  // An order that is on its way may serve a goal of the same kind.
  const bool same = (kind == Goal::Kind::Target) == (present.kind == Goal::Kind::Target);
  present = {kind, Goal::Wait::No, target, options, same ? present.order : OrderId()};
  return pursue(instrument);
}

std::optional<Quantity> Context::target(InstrumentIndex instrument) const {
  const Goal& present = goals_[slot(strategy_, instrument)];
  if (present.kind == Goal::Kind::None) return std::nullopt;
  return present.target;
}

void Context::give_up_target(InstrumentIndex instrument) {
  if (Goal& present = goal(instrument); present.kind == Goal::Kind::Target && !warming_up_) present = {};
}

void Context::wait_for_price(Goal& wanted) {
  wanted.wait = Goal::Wait::NextPrice;
  wanted.not_before = now_ + kPriceWait;
  waits_for_price_ = true;
}

void Context::note_waits() {
  waits_for_price_ =
      std::any_of(goals_.begin(), goals_.end(), [](const Goal& g) { return g.wait == Goal::Wait::NextPrice; });
}

void Context::apply_to_goal(const ExecutionReport& report) {
  Goal& wanted = goal(report.instrument);
  const bool targets = wanted.kind == Goal::Kind::Target;
  if (report.type == ReportType::Fill && report.order.leg != OrderLeg::Entry) {
    // The strategy's own stop or profit target has spoken: what it sold is not bought again.
    const Quantity left = wanted.target - position(report.instrument).quantity;
    if (targets && left.raw() * sign(report.side) < 0) wanted = {};
    return;
  }
  if (report.order != wanted.order) return;
  const bool refused = report.type == ReportType::Denied || report.type == ReportType::Rejected;
  const bool ended = report.type == ReportType::Expired || report.type == ReportType::Canceled;
  if (!refused && !ended) return;
  if (targets && wanted.options.one_try) {
    wanted = {};
  } else if (refused) {
    wanted.wait = wait_after(report);
    if (wanted.wait == Goal::Wait::NextPrice) wait_for_price(wanted);
  } else if (is_immediate(wanted.options.time_in_force)) {
    wait_for_price(wanted);
  } else if (report.type == ReportType::Expired && in_session_) {
    wanted.wait = Goal::Wait::Close;
  }
}

void Context::apply_to_goal(const CorporateAction& action, InstrumentIndex instrument) {
  Goal& wanted = goal(instrument);
  const Quantity lot = this->instrument(instrument).lot;
  wanted.target = round_to_lot(shares_after_split(wanted.target, action.split_ratio_billionths), lot);
  // Target, position and order are each rounded to lots: what is on its way is no lot too much or too few.
  if (const Quantity open = pending(instrument); wanted.kind == Goal::Kind::Target && !open.is_zero()) {
    const Quantity under_way = position(instrument).quantity + open;
    if ((wanted.target - under_way).abs() <= lot) wanted.target = under_way;
  }
  OrderOptions& o = wanted.options;
  for (Price* each : {&o.limit_price, &o.stop_price, &o.trail, &o.take_profit, &o.stop_loss, &o.stop_loss_offset}) {
    *each = scaled(*each, 1'000'000'000, action.price_ratio_billionths);
  }
}

OrderId Context::pursue(InstrumentIndex instrument) {
  Goal& wanted = goal(instrument);
  if (wanted.kind == Goal::Kind::None || wanted.wait != Goal::Wait::No) return {};
  const Quantity open = wanted.kind == Goal::Kind::Target ? pending(instrument) : Quantity();
  const Quantity held = position(instrument).quantity;
  const Quantity difference = wanted.target - held - open;
  if (wanted.kind != Goal::Kind::Target && !wanted.target.is_zero() &&
      (held.abs() <= wanted.target.abs() || held.is_positive() != wanted.target.is_positive())) {
    wanted = {};  // As much has been closed as was asked for, or more.
    return {};
  }
  if (cancel_what_stands_against(instrument, wanted, difference)) return {};
  if (difference.is_zero()) {
    if (open.is_zero()) wanted = {};  // It has been reached.
    return {};
  }
  if (!open.is_zero() && in_session_ && now_ >= session_close_) {
    wanted.wait = Goal::Wait::Close;
    return {};
  }
  wanted.order =
      send(spec_of(instrument, difference.is_positive() ? Side::Buy : Side::Sell, difference.abs(), wanted.options));
  return wanted.order;
}

/// True where orders must end before the goal's own may leave; asks for their cancellation. The goal's own order, which
/// alone may be open for a closing goal, stands against it until it has ended.
bool Context::cancel_what_stands_against(InstrumentIndex instrument, const Goal& wanted, Quantity difference) {
  const bool closes = wanted.kind != Goal::Kind::Target;
  const Quantity held = position(instrument).quantity;
  const bool shrinks = !held.is_zero() && (held.is_positive() ? wanted.target < held : wanted.target > held);
  bool blocked = false;
  // A cancel changes the state of an order, not the list.
  for (const OpenOrder& order : open_orders_->of(instrument)) {
    if (order.strategy != strategy_) continue;
    const bool closing = closes && order.id == wanted.order;
    const bool other_side = !difference.is_zero() && sign(order.spec.side) * difference.raw() < 0;
    if (!closes && !(order.is_protective() ? shrinks : other_side)) continue;
    blocked = true;
    const bool under_way = order.state == OrderState::PendingCancel || order.state == OrderState::Unknown;
    if (!closing && !under_way) ask_to_cancel(order.id);
  }
  return blocked;
}

void Context::cancel_growth(InstrumentIndex instrument) {
  Quantity held = position(instrument).quantity;
  if (Goal& wanted = goal(instrument); wanted.kind == Goal::Kind::Target) {
    // What of it shrinks the position stays.
    if (held.is_zero() || (held.is_positive() ? wanted.target >= held : wanted.target <= held)) {
      wanted = {};
    } else if (held.is_positive() != wanted.target.is_positive()) {
      wanted.target = {};
    }
  }
  for (const OpenOrder& order : open_orders(instrument)) {
    // The stops and targets of a position stay in force, and so does what else can only shrink it.
    if (order.is_protective()) continue;
    const Quantity signed_leaves = order.leaves() * sign(order.spec.side);
    const bool shrinks = !held.is_zero() && held.is_positive() != signed_leaves.is_positive() &&
                         order.leaves() <= held.abs() && order.spec.order_class == OrderClass::Simple;
    if (shrinks) {
      held += signed_leaves;
    } else if (order.state != OrderState::PendingCancel) {
      ask_to_cancel(order.id);
    }
  }
}

void Context::cancel(OrderId order) {
  for (InstrumentIndex instrument : instruments()) {
    if (goal(instrument).order == order) give_up_target(instrument);
  }
  ask_to_cancel(order);
}

void Context::ask_to_cancel(OrderId order) {
  const OpenOrder* open = open_orders_->find(order);
  if (open != nullptr && open->state == OrderState::Unknown) return cancel_once_settled(order);
  OrderCommand command;
  command.kind = CommandKind::Cancel;
  command.strategy = strategy_;
  command.id = next_id();
  command.target = order;
  if (open != nullptr) command.spec.instrument = open->spec.instrument;
  ask(command);
}

void Context::cancel_once_settled(OrderId order) {
  const bool waits = std::any_of(waiting_.begin(), waiting_.end(), [&](const OrderCommand& command) {
    return command.kind == CommandKind::Cancel && command.target == order;
  });
  if (waits || warming_up_) return;
  OrderCommand command;
  command.kind = CommandKind::Cancel;
  command.strategy = strategy_;
  command.target = order;
  waiting_.push_back(command);
}

void Context::send_what_waited(OrderId order) {
  const OpenOrder* open = open_orders_->find(order);
  if (open != nullptr && open->state == OrderState::Unknown) return;
  const auto first =
      std::stable_partition(waiting_.begin(), waiting_.end(), [&](const OrderCommand& c) { return c.target != order; });
  const std::vector<OrderCommand> due(first, waiting_.end());
  waiting_.erase(first, waiting_.end());
  for (const OrderCommand& command : due) {
    open = open_orders_->find(order);
    if (command.kind == CommandKind::Cancel) {
      if (open != nullptr) ask_to_cancel(order);
    } else if (open == nullptr || next_state(open->state, Transition::ReplaceSent)) {
      // Of an order that has ended, the risk stage refuses it, and so the strategy hears of it.
      ask(command);
    }
  }
}

void Context::wait_after_refused_cancel(InstrumentIndex instrument) {
  if (Goal& wanted = goal(instrument); wanted.kind != Goal::Kind::None) wait_for_price(wanted);
}

void Context::cancel_all(InstrumentIndex instrument) {
  give_up_target(instrument);
  for (const OpenOrder& order : open_orders(instrument)) {
    if (order.state != OrderState::PendingCancel) ask_to_cancel(order.id);
  }
}

OrderId Context::replace(OrderId order, const OrderSpec& spec) {
  const OpenOrder* open = open_orders_->find(order);
  const bool waits = open != nullptr && open->state == OrderState::Unknown;
  if (open != nullptr && !waits && !next_state(open->state, Transition::ReplaceSent)) return {};
  if (goal(spec.instrument).order == order) give_up_target(spec.instrument);
  OrderCommand command;
  command.kind = CommandKind::Replace;
  command.strategy = strategy_;
  command.id = next_id();
  command.target = order;
  command.spec = spec;
  if (waits) {
    waiting_.push_back(command);
  } else {
    ask(command);
  }
  return command.id;
}

void Context::set_timer(Timestamp at, std::uint32_t tag) {
  if (in_timer_) at = std::max(at, now_ + Duration(1));
  timers_.push_back({at, strategy_, tag});
  std::push_heap(timers_.begin(), timers_.end(), std::greater<>());
  // A timer may cut a run of bars short, so the run must end here.
  acted_ = true;
}

Quantity Context::quantity_for(InstrumentIndex instrument, double fraction_of_equity) const {
  const auto price = last_price(instrument);
  const Money all = equity();
  if (!price || !all.is_positive()) return {};
  const double shares = all.to_double() * fraction_of_equity / price->to_double();
  if (!(shares > 0) || shares > 9e9) return {};
  return round_to_lot(Quantity::rounded(shares), this->instrument(instrument).lot, Rounding::Down);
}

}  // namespace bellwether
