#include "engine/risk_stage.hpp"

#include <algorithm>
#include <cmath>

namespace bellwether {
namespace {

constexpr std::int64_t kOne = 1'000'000'000;
constexpr Money kLowest = Money::from_raw(std::numeric_limits<std::int64_t>::min());

std::int64_t billionths(double factor) { return round_to_units(factor, 9); }
/// amount x factor in billionths.
Money fraction_of(Money amount, std::int64_t factor) { return scaled(amount, factor, kOne); }

bool needs_limit(OrderType type) { return type == OrderType::Limit || type == OrderType::StopLimit; }
bool needs_stop(OrderType type) { return type == OrderType::Stop || type == OrderType::StopLimit; }

/// True where an exit by `side` at `price` gains on one at `base`.
bool gains(Side side, Price price, Price base) { return side == Side::Sell ? price > base : price < base; }

/// True where the target and stop of a group contradict each other or, of a bracket, its entry. `base` is the price at
/// which the entry is expected.
bool has_bad_legs(const OrderSpec& spec, Price base) {
  const bool target = spec.take_profit.is_positive();
  const bool stop = spec.stop_loss.is_positive() || spec.stop_loss_offset.is_positive();
  if (spec.order_class == OrderClass::Simple) return target || stop;
  if (spec.time_in_force != TimeInForce::Day && spec.time_in_force != TimeInForce::Gtc) return true;
  if (spec.order_class == OrderClass::Oco && !(target && spec.stop_loss.is_positive())) return true;
  if (!target && !stop) return true;
  const Side exit = spec.order_class == OrderClass::Oco ? spec.side : opposite(spec.side);
  if (target && spec.stop_loss.is_positive() && !gains(exit, spec.take_profit, spec.stop_loss)) return true;
  if (spec.order_class == OrderClass::Oco) return false;
  if (target && !gains(exit, spec.take_profit, base)) return true;
  return spec.stop_loss.is_positive() && !gains(exit, base, spec.stop_loss);
}

/// True where the fields of an order contradict each other.
bool is_malformed(const OrderSpec& spec, const Instrument& instrument, Price last_price) {
  if (!spec.quantity.is_positive() || spec.quantity.raw() % instrument.lot.raw() != 0) return true;
  if (spec.limit_price.is_negative() || spec.stop_price.is_negative() || spec.trail.is_negative()) return true;
  if (spec.order_class != OrderClass::Oco) {
    if (needs_limit(spec.type) != spec.limit_price.is_positive()) return true;
    if (needs_stop(spec.type) != spec.stop_price.is_positive()) return true;
    if ((spec.type == OrderType::TrailingStop) != spec.trail.is_positive()) return true;
  }
  if (is_auction(spec.time_in_force) && spec.type != OrderType::Market && spec.type != OrderType::Limit) return true;
  const Price base = spec.limit_price.is_positive()  ? spec.limit_price
                     : spec.stop_price.is_positive() ? spec.stop_price
                                                     : last_price;
  return has_bad_legs(spec, base);
}

/// How many orders a submission makes.
std::size_t orders_in(const OrderSpec& spec) {
  if (spec.order_class == OrderClass::Simple) return 1;
  return (spec.order_class == OrderClass::Bracket ? 1U : 0U) + (target_leg(spec) ? 1U : 0U) +
         (stop_leg(spec, Price()) ? 1U : 0U);
}

}  // namespace

RiskStage::RiskStage(const EngineConfig& config)
    : config_(&config),
      limits_(config.risk),
      leverage_(billionths(config.account.leverage)),
      gross_exposure_(billionths(config.risk.gross_exposure.value_or(0))),
      price_collar_(billionths(config.risk.price_collar.value_or(0))),
      daily_loss_(billionths(config.risk.daily_loss.value_or(0))),
      drawdown_(billionths(config.risk.drawdown.value_or(0))),
      order_watch_(config),
      reserves_(config.instruments.size(), config.strategies.size()),
      exposures_(config.instruments.size()),
      margin_(config),
      own_positions_(config.strategies.size() * config.instruments.size()),
      paused_(config.strategies.size()),
      recent_orders_(config.risk.orders_per_second.value_or(0)),
      equity_(config.account.initial_cash) {
  measure_from_here();
}

/// The breakers measure from the present equity on.
void RiskStage::measure_from_here() {
  peak_equity_ = session_start_equity_ = equity_;
  daily_floor_ = limits_.daily_loss ? equity_ - fraction_of(equity_, daily_loss_) : kLowest;
  drawdown_floor_ = limits_.drawdown ? equity_ - fraction_of(equity_, drawdown_) : kLowest;
}

void RiskStage::raise_peak(Money equity) {
  if (!limits_.drawdown || equity <= peak_equity_) return;
  peak_equity_ = equity;
  drawdown_floor_ = equity - fraction_of(equity, drawdown_);
}

void RiskStage::advance(Turn& turn) {
  observe(turn);
  watch_breakers(turn);
  check_intents(turn);
  if (order_watch_.is_on()) order_watch_.look(turn, open_orders_);
  if (const NextTimer next = next_timer(); next.at < turn.next_timer.at) turn.next_timer = next;
}

NextTimer RiskStage::next_timer() const { return {std::min(stale_at(), order_watch_.next_due()), TimerEvent{}}; }

Timestamp RiskStage::stale_at() const {
  if (!limits_.data_staleness || !in_session_ || halted()) return kNever;
  return last_market_time_ + *limits_.data_staleness + Duration(1);
}

void RiskStage::observe(Turn& turn) {
  const Event& event = turn.event;
  equity_ = turn.account.equity;
  switch (event.type) {
    case EventType::Bar:
      if (!event.bar.history) observe_price(event.instrument, event.bar.bar.close, event.time);
      break;
    case EventType::Trade: observe_price(event.instrument, event.trade.price, event.time); break;
    case EventType::Quote: observe_price(event.instrument, mark_of(event.quote), event.time); break;
    case EventType::Report:
      if (turn.takes_report()) apply_report(turn);
      break;
    case EventType::SessionOpen:
      in_session_ = true;
      order_watch_.on_session(true, event.time, open_orders_);
      session_start_equity_ = equity_;
      if (limits_.daily_loss) daily_floor_ = equity_ - fraction_of(equity_, daily_loss_);
      last_market_time_ = event.time;
      break;
    case EventType::SessionClose:
      in_session_ = false;
      order_watch_.on_session(false, event.time, open_orders_);
      break;
    case EventType::CorporateAction: observe_action(turn); break;
    case EventType::Command:
      if (event.command.type == CommandType::Halt) {
        const HaltReason reason = event.command.reason;
        halt_reason_ = reason == HaltReason::None ? HaltReason::Operator : reason;
        flattening_ |= event.command.flatten;
      }
      if (event.command.type == CommandType::Resume && event.command.reason == HaltReason::ConnectionLost) {
        resuming_ = false;
        if (halt_reason_ == HaltReason::ConnectionLost && is_reconnected()) halt_reason_ = HaltReason::None;
        last_market_time_ = event.time;
      } else if (event.command.type == CommandType::Resume) {
        halt_reason_ = HaltReason::None;
        flattening_ = false;
        // The breakers measure from here on, or they would trip again at once.
        measure_from_here();
        last_market_time_ = event.time;
      }
      observe_pause(event.command);
      break;
    case EventType::Timer:
    case EventType::CommandNote: break;
    case EventType::Connection:
      if (event.connection.market_data) data_connected_ = event.connection.up;
      order_watch_.on_connection(turn, open_orders_);
      break;
  }
}

void RiskStage::observe_pause(const CommandEvent& command) {
  if (command.strategy >= paused_.size()) return;
  if (command.type == CommandType::PauseStrategy) paused_[command.strategy] = true;
  if (command.type == CommandType::ResumeStrategy) paused_[command.strategy] = false;
}

void RiskStage::observe_price(InstrumentIndex instrument, Price price, Timestamp time) {
  last_market_time_ = time;
  if (!price.is_positive()) return;
  exposures_[instrument].last_price = price;
  exposures_[instrument].last_time = time;
  touch_value(instrument);
  mark_margin(instrument);
}

void RiskStage::mark_margin(InstrumentIndex instrument) {
  const Exposure& exposure = exposures_[instrument];
  margin_.set(instrument, exposure.position, exposure.last_price);
}

void RiskStage::observe_action(const Turn& turn) {
  const CorporateAction& action = turn.event.corporate_action;
  Exposure& exposure = exposures_[turn.event.instrument];
  exposure.last_price = scaled(exposure.last_price, kOne, action.split_ratio_billionths);
  reserves_.apply(open_orders_, action, turn.event.instrument, config_->instruments[turn.event.instrument]);
  // All positions of the instrument that were not flat are among the changes.
  exposure.position = Quantity();
  for (const PositionChange& change : turn.positions) {
    exposure.position += change.quantity;
    own_positions_[slot(change.strategy, change.instrument)] = change.quantity;
  }
  mark_margin(turn.event.instrument);
}

void RiskStage::apply_report(Turn& turn) {
  const ExecutionReport& report = turn.event.report;
  const OpenOrders::Applied applied = reserves_.apply(open_orders_, report);
  if (order_watch_.is_on()) order_watch_.heard(turn, applied, open_orders_);
  // Whether its order is still open or not: what was executed moves the position.
  if (report.type != ReportType::Fill) return;
  const Quantity filled = report.last_quantity * sign(report.side);
  exposures_[report.instrument].position += filled;
  own_positions_[slot(report.strategy, report.instrument)] += filled;
  reserves_.touch(report.instrument);
  mark_margin(report.instrument);
}

EquityBounds RiskStage::bounds(InstrumentIndex instrument, Money rest) const {
  Money floor = halt_reason_ == HaltReason::Ruin ? kLowest : Money();
  if (may_trip()) floor = std::max({floor, daily_floor_, drawdown_floor_});
  if (!flattening_) floor = std::max(floor, margin_.floor(instrument, exposures_[instrument].position, rest));
  return {floor, limits_.drawdown ? peak_equity_ : Money::max()};
}

void RiskStage::finish_run(InstrumentIndex instrument, Timestamp last_time, Price last_close, Money equity) {
  exposures_[instrument].last_price = last_close;
  exposures_[instrument].last_time = last_market_time_ = last_time;
  touch_value(instrument);
  mark_margin(instrument);
  equity_ = equity;
}

void RiskStage::watch_breakers(Turn& turn) {
  raise_peak(equity_);
  const Event& event = turn.event;
  if (!equity_.is_positive() && halt_reason_ != HaltReason::Ruin) {
    trip(turn, HaltReason::Ruin);
  } else if (!flattening_ && !margin_.is_met_by(equity_)) {
    trip(turn, HaltReason::MarginCall);
  } else if (may_trip() && equity_ <= daily_floor_) {
    trip(turn, HaltReason::DailyLoss);
  } else if (may_trip() && equity_ <= drawdown_floor_) {
    trip(turn, HaltReason::Drawdown);
  } else if (event.type == EventType::Timer && event.time >= stale_at()) {
    trip(turn, HaltReason::StaleData);
  } else if (event.type == EventType::Connection && !event.connection.up && !halted()) {
    trip(turn, HaltReason::ConnectionLost);
  }
  resume_after_reconnection(turn);
  turn.halted = halted();
  turn.halt_reason = halt_reason_;
}

/// A halt for a lost connection ends by itself: once the connection is back and no order is unknown any more.
void RiskStage::resume_after_reconnection(Turn& turn) {
  if (halt_reason_ != HaltReason::ConnectionLost || resuming_ || !order_watch_.is_on() || !is_reconnected()) return;
  resuming_ = true;
  CommandEvent resume;
  resume.type = CommandType::Resume;
  resume.reason = HaltReason::ConnectionLost;
  turn.follow_ups.push_back(Event::of(turn.event.time, resume));
}

void RiskStage::trip(Turn& turn, HaltReason reason) {
  halt_reason_ = reason;
  CommandEvent halt;
  halt.type = CommandType::Halt;
  halt.reason = reason;
  const bool lost = reason == HaltReason::MarginCall || reason == HaltReason::Ruin;
  halt.flatten = lost || (limits_.flatten_on_halt && reason != HaltReason::ConnectionLost);
  flattening_ |= halt.flatten;
  turn.follow_ups.push_back(Event::of(turn.event.time, halt));
}

void RiskStage::check_intents(Turn& turn) {
  turn.halted = halted();
  turn.halt_reason = halt_reason_;
  for (Intent& intent : turn.intents) {
    intent.denied = decide(intent, turn.event.time);
    if (intent.denied == DenyReason::None) approve(intent.command, turn.event.time);
  }
}

DenyReason RiskStage::decide(const Intent& intent, Timestamp now) {
  const OrderCommand& command = intent.command;
  if (command.kind != CommandKind::Submit && open_orders_.find(command.target) == nullptr)
    return DenyReason::UnknownOrder;
  if (command.kind == CommandKind::Cancel) return DenyReason::None;
  return decide_order(command, now);
}

DenyReason RiskStage::decide_order(const OrderCommand& command, Timestamp now) {
  const OrderSpec& spec = command.spec;
  const Price last_price = exposures_[spec.instrument].last_price;
  if (!last_price.is_positive()) return DenyReason::NoMarketData;
  if (is_malformed(spec, config_->instruments[spec.instrument], last_price)) return DenyReason::BadOrder;
  // A replacement takes the place of its target, which does not count here; until the venue answers, both count.
  const OpenOrder* const target = command.target.exists() ? open_orders_.find(command.target) : nullptr;
  const Reaches reaches = reaches_of(spec.instrument, command.strategy, target);
  const Quantity held = spec.side == Side::Sell ? reaches.position : -reaches.position;
  const Quantity asked = saturating_sum(spec.quantity, spec.side == Side::Sell ? reaches.sells : reaches.buys);
  const bool reduces = spec.order_class != OrderClass::Bracket && asked <= held;
  if (halted() && !reduces) {
    if (halt_reason_ == HaltReason::DailyLoss) return DenyReason::DailyLoss;
    return halt_reason_ == HaltReason::Drawdown ? DenyReason::Drawdown : DenyReason::Halted;
  }
  if (!reduces && paused_[command.strategy]) return DenyReason::StrategyPaused;
  const Price price = worst_price(spec, last_price);
  if (!reduces) {
    if (const DenyReason reason = decide_size(command, price, now); reason != DenyReason::None) return reason;
  }
  if (limits_.price_collar) {
    const Price allowed = scaled(last_price, price_collar_, kOne);
    for (Price each : {spec.limit_price, spec.stop_price}) {
      if (each.is_positive() && (each - last_price).abs() > allowed) return DenyReason::PriceCollar;
    }
  }
  if (limits_.refuse_duplicates && reserves_.has_same(open_orders_, command)) return DenyReason::DuplicateOrder;
  // Of several strategies in one instrument, what reduces the position of one may enlarge that of the account.
  return decide_exposure(spec, reaches, price);
}

/// The limits on single orders and on how many there are.
DenyReason RiskStage::decide_size(const OrderCommand& command, Price price, Timestamp now) const {
  const OrderSpec& spec = command.spec;
  if (limits_.stale_data_age && now - exposures_[spec.instrument].last_time > *limits_.stale_data_age)
    return DenyReason::StaleMarketData;
  if (limits_.order_quantity && spec.quantity > *limits_.order_quantity) return DenyReason::OrderQuantity;
  if (limits_.order_notional && saturating_notional(price, spec.quantity) > *limits_.order_notional)
    return DenyReason::OrderNotional;
  const std::size_t replaced = command.kind == CommandKind::Replace ? 1 : 0;
  if (limits_.open_orders && open_orders_.size() + orders_in(spec) > *limits_.open_orders + replaced)
    return DenyReason::OpenOrderCount;
  if (!recent_orders_.empty() && recent_orders_[next_recent_].ns != 0 &&
      now - recent_orders_[next_recent_] < std::chrono::seconds(1)) {
    return DenyReason::OrderRate;
  }
  return DenyReason::None;
}

DenyReason RiskStage::decide_exposure(const OrderSpec& spec, const Reaches& before, Price price) {
  const bool may_short = config_->account.shorting && config_->instruments[spec.instrument].shortable;
  const Quantity sold = saturating_sum(before.sells, spec.quantity);
  if (spec.side == Side::Sell && !may_short && sold > before.position) return DenyReason::ShortingNotAllowed;
  OrderReach after = before.all;
  after.add(spec.side, spec.quantity, price);
  // What the orders of the other side may come to, this one does not change, and it does not excuse it.
  const Quantity worst = after.worst(spec.side);
  if (worst <= before.all.position.abs()) return DenyReason::None;
  if (limits_.position_quantity && worst > *limits_.position_quantity) return DenyReason::PositionQuantity;
  const Money worst_value = after.worst_value(spec.side, exposures_[spec.instrument].last_price);
  if (limits_.position_notional && worst_value > *limits_.position_notional) return DenyReason::PositionNotional;
  const Money gross = saturating_sum(worst_gross_without(spec.instrument), worst_value);
  if (limits_.gross_exposure && gross > fraction_of(equity_, gross_exposure_)) return DenyReason::GrossExposure;
  if (gross > fraction_of(equity_, leverage_)) return DenyReason::BuyingPower;
  return DenyReason::None;
}

Money RiskStage::worst_gross_without(InstrumentIndex instrument) {
  reserves_.settle(instrument, [&](InstrumentIndex each) {
    const Exposure& exposure = exposures_[each];
    const OrderReach reach = reserves_.reach_of(open_orders_, each, exposure.position, exposure.last_price, nullptr);
    return reach.worst_value(exposure.last_price);
  });
  return reserves_.worst_without(instrument);
}

RiskStage::Reaches RiskStage::reaches_of(InstrumentIndex instrument, StrategyIndex strategy, const OpenOrder* except) {
  const Exposure& exposure = exposures_[instrument];
  return {reserves_.reach_of(open_orders_, instrument, exposure.position, exposure.last_price, except),
          own_positions_[slot(strategy, instrument)],
          reserves_.open_of(open_orders_, strategy, instrument, Side::Buy, except),
          reserves_.open_of(open_orders_, strategy, instrument, Side::Sell, except)};
}

void RiskStage::approve(const OrderCommand& command, Timestamp now) {
  open_orders_.apply(command);
  if (order_watch_.is_on()) order_watch_.sent(command, now, open_orders_);
  if (command.kind != CommandKind::Cancel) reserves_.add(open_orders_, command);
  if (command.kind == CommandKind::Cancel || recent_orders_.empty()) return;
  recent_orders_[next_recent_] = now;
  next_recent_ = next_recent_ + 1 == recent_orders_.size() ? 0 : next_recent_ + 1;
}

void RiskStage::derive() {
  if (limits_.daily_loss) daily_floor_ = session_start_equity_ - fraction_of(session_start_equity_, daily_loss_);
  if (limits_.drawdown) drawdown_floor_ = peak_equity_ - fraction_of(peak_equity_, drawdown_);
  reserves_.reset(open_orders_);
  for (std::size_t i = 0; i < exposures_.size(); ++i) {
    mark_margin(static_cast<InstrumentIndex>(i));
    reserves_.touch(static_cast<InstrumentIndex>(i));
  }
}

void RiskStage::save(ByteWriter& out) const {
  open_orders_.save(out);
  order_watch_.save(out);
  for (const Exposure& exposure : exposures_) {
    out.fixed(exposure.position);
    out.fixed(exposure.last_price);
    out.time(exposure.last_time);
  }
  for (Quantity quantity : own_positions_) out.fixed(quantity);
  for (const bool paused : paused_) out.boolean(paused);
  for (Timestamp time : recent_orders_) out.time(time);
  out.u32(static_cast<std::uint32_t>(next_recent_));
  for (Money amount : {equity_, peak_equity_, session_start_equity_}) out.fixed(amount);
  out.time(last_market_time_);
  out.boolean(in_session_);
  out.boolean(flattening_);
  out.boolean(resuming_);
  out.boolean(data_connected_);
  out.u8(static_cast<std::uint8_t>(halt_reason_));
}

void RiskStage::load(ByteReader& in) {
  open_orders_.load(in);
  order_watch_.load(in);
  for (const OpenOrder& order : open_orders_.all()) {
    if (order.spec.instrument >= exposures_.size() || order.strategy >= config_->strategies.size()) in.fail();
  }
  for (Exposure& exposure : exposures_) {
    exposure.position = in.fixed<Quantity>();
    exposure.last_price = in.fixed<Price>();
    exposure.last_time = in.time();
  }
  for (Quantity& quantity : own_positions_) quantity = in.fixed<Quantity>();
  for (auto paused : paused_) paused = in.boolean();
  for (Timestamp& time : recent_orders_) time = in.time();
  next_recent_ = in.u32();
  if (!recent_orders_.empty() && next_recent_ >= recent_orders_.size()) in.fail();
  for (Money* amount : {&equity_, &peak_equity_, &session_start_equity_}) *amount = in.fixed<Money>();
  last_market_time_ = in.time();
  in_session_ = in.boolean();
  flattening_ = in.boolean();
  resuming_ = in.boolean();
  data_connected_ = in.boolean();
  const std::uint8_t reason = in.u8();
  if (reason >= kHaltReasonCount) in.fail();
  halt_reason_ = static_cast<HaltReason>(reason < kHaltReasonCount ? reason : 0);
  if (!in.ok()) return;
  derive();
}

}  // namespace bellwether
