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

/// True where the fields of an order contradict each other.
bool is_malformed(const OrderSpec& spec, const Instrument& instrument) {
  if (!spec.quantity.is_positive() || spec.quantity.raw() % instrument.lot.raw() != 0) return true;
  if (spec.limit_price.is_negative() || spec.stop_price.is_negative() || spec.trail.is_negative()) return true;
  const bool group = spec.order_class != OrderClass::Simple;
  if (spec.order_class != OrderClass::Oco) {
    if (needs_limit(spec.type) != spec.limit_price.is_positive()) return true;
    if (needs_stop(spec.type) != spec.stop_price.is_positive()) return true;
    if ((spec.type == OrderType::TrailingStop) != spec.trail.is_positive()) return true;
  }
  const bool auction = spec.time_in_force == TimeInForce::Opg || spec.time_in_force == TimeInForce::Cls;
  if (auction && spec.type != OrderType::Market && spec.type != OrderType::Limit) return true;
  const bool target = spec.take_profit.is_positive();
  const bool stop = spec.stop_loss.is_positive() || spec.stop_loss_offset.is_positive();
  if (!group) return target || stop;
  if (spec.time_in_force != TimeInForce::Day && spec.time_in_force != TimeInForce::Gtc) return true;
  if (spec.order_class == OrderClass::Oco && !(target && spec.stop_loss.is_positive())) return true;
  if (!target && !stop) return true;
  if (target && spec.stop_loss.is_positive()) {
    const Side exit = spec.order_class == OrderClass::Oco ? spec.side : opposite(spec.side);
    if (exit == Side::Sell ? spec.take_profit <= spec.stop_loss : spec.take_profit >= spec.stop_loss) return true;
  }
  return false;
}

bool same_order(const OrderSpec& a, const OrderSpec& b) {
  return a.instrument == b.instrument && a.side == b.side && a.type == b.type && a.quantity == b.quantity &&
         a.limit_price == b.limit_price && a.stop_price == b.stop_price;
}

}  // namespace

Quantity RiskStage::Exposure::worst() const {
  return std::max((position + open_buy).abs(), (position - open_sell).abs());
}

RiskStage::RiskStage(const EngineConfig& config)
    : config_(&config),
      limits_(config.risk),
      leverage_(billionths(config.account.leverage)),
      gross_exposure_(billionths(config.risk.gross_exposure.value_or(0))),
      price_collar_(billionths(config.risk.price_collar.value_or(0))),
      daily_loss_(billionths(config.risk.daily_loss.value_or(0))),
      drawdown_(billionths(config.risk.drawdown.value_or(0))),
      exposures_(config.instruments.size()),
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
}

void RiskStage::observe(const Turn& turn) {
  const Event& event = turn.event;
  equity_ = turn.account.equity;
  switch (event.type) {
    case EventType::Bar:
      if (event.bar.history) break;
      exposures_[event.instrument].last_price = event.bar.bar.close;
      exposures_[event.instrument].last_time = last_market_time_ = event.time;
      break;
    case EventType::Trade:
      exposures_[event.instrument].last_price = event.trade.price;
      exposures_[event.instrument].last_time = last_market_time_ = event.time;
      break;
    case EventType::Quote:
      exposures_[event.instrument].last_price = Price::from_raw(event.quote.bid.raw() / 2 + event.quote.ask.raw() / 2);
      exposures_[event.instrument].last_time = last_market_time_ = event.time;
      break;
    case EventType::Report: apply_report(event.report); break;
    case EventType::SessionOpen:
      in_session_ = true;
      session_start_equity_ = equity_;
      if (limits_.daily_loss) daily_floor_ = equity_ - fraction_of(equity_, daily_loss_);
      last_market_time_ = event.time;
      break;
    case EventType::SessionClose: in_session_ = false; break;
    case EventType::CorporateAction: {
      Exposure& exposure = exposures_[event.instrument];
      const std::int64_t ratio = event.corporate_action.split_ratio_billionths;
      exposure.last_price = scaled(exposure.last_price, 1'000'000'000, ratio);
      // All positions of the instrument that are not flat are among the changes.
      exposure.position = Quantity();
      for (const PositionChange& change : turn.positions) exposure.position += change.quantity;
      break;
    }
    case EventType::Command:
      if (event.command.type == CommandType::Halt) {
        const HaltReason reason = event.command.reason;
        halt_reason_ = reason == HaltReason::None ? HaltReason::Operator : reason;
      }
      if (event.command.type == CommandType::Resume) {
        halt_reason_ = HaltReason::None;
        // The breakers measure from here on, or they would trip again at once.
        measure_from_here();
      }
      break;
    case EventType::Timer:
    case EventType::Connection: break;
  }
}

void RiskStage::apply_report(const ExecutionReport& report) {
  const OpenOrders::Applied applied = open_orders_.apply(report);
  using Outcome = OpenOrders::Outcome;
  if (applied.outcome != Outcome::Changed && applied.outcome != Outcome::Ended) return;
  Exposure& exposure = exposures_[report.instrument];
  exposure.position += applied.filled * sign(report.side);
  if (applied.order->is_protective()) return;
  Quantity& open = report.side == Side::Buy ? exposure.open_buy : exposure.open_sell;
  open -= applied.filled;
  if (applied.outcome == Outcome::Ended) open -= applied.order->leaves();
  BELLWETHER_INVARIANT(!open.is_negative(), "open quantity below zero");
}

EquityBounds RiskStage::bounds() const {
  return {halted() ? kLowest : std::max(daily_floor_, drawdown_floor_), limits_.drawdown ? peak_equity_ : Money::max()};
}

void RiskStage::finish_run(InstrumentIndex instrument, Timestamp last_time, Price last_close, Money equity) {
  exposures_[instrument].last_price = last_close;
  exposures_[instrument].last_time = last_market_time_ = last_time;
  equity_ = equity;
}

void RiskStage::watch_breakers(Turn& turn) {
  raise_peak(equity_);
  if (!halted()) {
    const EventType type = turn.event.type;
    if (equity_ <= daily_floor_) {
      trip(turn, HaltReason::DailyLoss);
    } else if (equity_ <= drawdown_floor_) {
      trip(turn, HaltReason::Drawdown);
    } else if (limits_.data_staleness && in_session_ && type == EventType::Timer &&
               turn.event.time - last_market_time_ > *limits_.data_staleness) {
      trip(turn, HaltReason::StaleData);
    } else if (type == EventType::Connection && !turn.event.connection.up) {
      trip(turn, HaltReason::ConnectionLost);
    }
  }
  turn.halted = halted();
  turn.halt_reason = halt_reason_;
}

void RiskStage::trip(Turn& turn, HaltReason reason) {
  halt_reason_ = reason;
  CommandEvent halt;
  halt.type = CommandType::Halt;
  halt.reason = reason;
  halt.flatten = limits_.flatten_on_halt && reason != HaltReason::ConnectionLost;
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

DenyReason RiskStage::decide(const Intent& intent, Timestamp now) const {
  const OrderCommand& command = intent.command;
  if (command.kind != CommandKind::Submit && open_orders_.find(command.target) == nullptr)
    return DenyReason::UnknownOrder;
  if (command.kind == CommandKind::Cancel) return DenyReason::None;
  return decide_order(command.spec, command.strategy, now);
}

DenyReason RiskStage::decide_order(const OrderSpec& spec, StrategyIndex strategy, Timestamp now) const {
  const Instrument& instrument = config_->instruments[spec.instrument];
  const Exposure exposure = exposure_of(spec.instrument);
  if (is_malformed(spec, instrument)) return DenyReason::BadOrder;
  if (!exposure.last_price.is_positive()) return DenyReason::NoMarketData;
  if (halted()) {
    const bool long_and_sells = exposure.position.is_positive() && spec.side == Side::Sell &&
                                spec.quantity + exposure.open_sell <= exposure.position;
    const bool short_and_buys = exposure.position.is_negative() && spec.side == Side::Buy &&
                                spec.quantity + exposure.open_buy <= exposure.position.abs();
    if (!long_and_sells && !short_and_buys) {
      if (halt_reason_ == HaltReason::DailyLoss) return DenyReason::DailyLoss;
      return halt_reason_ == HaltReason::Drawdown ? DenyReason::Drawdown : DenyReason::Halted;
    }
  }
  if (limits_.stale_data_age && now - exposure.last_time > *limits_.stale_data_age) return DenyReason::StaleMarketData;
  const Price price = std::max({spec.limit_price, spec.stop_price, exposure.last_price});
  if (limits_.order_quantity && spec.quantity > *limits_.order_quantity) return DenyReason::OrderQuantity;
  if (limits_.order_notional && notional(price, spec.quantity) > *limits_.order_notional)
    return DenyReason::OrderNotional;
  if (limits_.price_collar && (spec.limit_price.is_positive() || spec.stop_price.is_positive())) {
    const Price allowed = scaled(exposure.last_price, price_collar_, kOne);
    for (Price each : {spec.limit_price, spec.stop_price}) {
      if (each.is_positive() && (each - exposure.last_price).abs() > allowed) return DenyReason::PriceCollar;
    }
  }
  if (limits_.open_orders && open_orders_.size() >= *limits_.open_orders) return DenyReason::OpenOrderCount;
  if (!recent_orders_.empty() && recent_orders_[next_recent_].ns != 0 &&
      now - recent_orders_[next_recent_] < std::chrono::seconds(1)) {
    return DenyReason::OrderRate;
  }
  if (limits_.refuse_duplicates) {
    for (const OpenOrder& open : open_orders_.all()) {
      if (open.strategy == strategy && open.state != OrderState::PendingCancel &&
          open.state != OrderState::PendingReplace && same_order(open.spec, spec)) {
        return DenyReason::DuplicateOrder;
      }
    }
  }
  return decide_exposure(spec, exposure, price);
}

DenyReason RiskStage::decide_exposure(const OrderSpec& spec, const Exposure& before, Price price) const {
  Exposure after = before;
  (spec.side == Side::Buy ? after.open_buy : after.open_sell) += spec.quantity;
  const bool may_short = config_->account.shorting && config_->instruments[spec.instrument].shortable;
  if (spec.side == Side::Sell && !may_short && (after.position - after.open_sell).is_negative()) {
    return DenyReason::ShortingNotAllowed;
  }
  const Quantity worst = after.worst();
  if (worst <= before.worst()) return DenyReason::None;
  if (limits_.position_quantity && worst > *limits_.position_quantity) return DenyReason::PositionQuantity;
  const Money worst_notional = notional(price, worst);
  if (limits_.position_notional && worst_notional > *limits_.position_notional) return DenyReason::PositionNotional;
  const Money gross = worst_gross_without(spec.instrument) + worst_notional;
  if (limits_.gross_exposure && gross > fraction_of(equity_, gross_exposure_)) return DenyReason::GrossExposure;
  if (gross > fraction_of(equity_, leverage_)) return DenyReason::BuyingPower;
  return DenyReason::None;
}

Money RiskStage::worst_gross_without(InstrumentIndex instrument) const {
  Money sum;
  for (std::size_t i = 0; i < exposures_.size(); ++i) {
    if (i == instrument) continue;
    const Quantity worst = exposure_of(static_cast<InstrumentIndex>(i)).worst();
    if (!worst.is_zero()) sum += notional(exposures_[i].last_price, worst);
  }
  return sum;
}

RiskStage::Exposure RiskStage::exposure_of(InstrumentIndex instrument) const {
  Exposure exposure = exposures_[instrument];
  OrderId group;
  Quantity counted;
  for (const OpenOrder& order : open_orders_.all()) {
    if (!order.is_protective() || order.spec.instrument != instrument) continue;
    const OrderId id = order.id.with_leg(OrderLeg::Entry);
    if (id != group) counted = Quantity();
    group = id;
    // What the entry is still to fill and the legs are to end again makes no difference.
    const OpenOrder* entry = open_orders_.find(id);
    const Quantity ends = entry != nullptr ? order.leaves() - entry->leaves() : order.leaves();
    // The legs of a group stand together: one cancels the other.
    const Quantity more = std::max(ends - counted, Quantity());
    (order.spec.side == Side::Buy ? exposure.open_buy : exposure.open_sell) += more;
    counted += more;
  }
  return exposure;
}

void RiskStage::approve(const OrderCommand& command, Timestamp now) {
  open_orders_.apply(command);
  if (command.kind == CommandKind::Cancel) return;
  if (command.spec.order_class != OrderClass::Oco) {
    Exposure& exposure = exposures_[command.spec.instrument];
    (command.spec.side == Side::Buy ? exposure.open_buy : exposure.open_sell) += command.spec.quantity;
  }
  if (!recent_orders_.empty()) {
    recent_orders_[next_recent_] = now;
    next_recent_ = next_recent_ + 1 == recent_orders_.size() ? 0 : next_recent_ + 1;
  }
}

void RiskStage::save(ByteWriter& out) const {
  open_orders_.save(out);
  for (const Exposure& exposure : exposures_) {
    for (Quantity each : {exposure.position, exposure.open_buy, exposure.open_sell}) out.fixed(each);
    out.fixed(exposure.last_price);
    out.time(exposure.last_time);
  }
  for (Timestamp time : recent_orders_) out.time(time);
  out.u32(static_cast<std::uint32_t>(next_recent_));
  for (Money amount : {equity_, peak_equity_, session_start_equity_}) out.fixed(amount);
  out.time(last_market_time_);
  out.boolean(in_session_);
  out.u8(static_cast<std::uint8_t>(halt_reason_));
}

void RiskStage::load(ByteReader& in) {
  open_orders_.load(in);
  for (Exposure& exposure : exposures_) {
    for (Quantity* each : {&exposure.position, &exposure.open_buy, &exposure.open_sell}) *each = in.fixed<Quantity>();
    exposure.last_price = in.fixed<Price>();
    exposure.last_time = in.time();
  }
  for (Timestamp& time : recent_orders_) time = in.time();
  next_recent_ = in.u32();
  if (!recent_orders_.empty() && next_recent_ >= recent_orders_.size()) in.fail();
  for (Money* amount : {&equity_, &peak_equity_, &session_start_equity_}) *amount = in.fixed<Money>();
  last_market_time_ = in.time();
  in_session_ = in.boolean();
  const std::uint8_t reason = in.u8();
  if (reason >= kHaltReasonCount) in.fail();
  if (limits_.daily_loss) daily_floor_ = session_start_equity_ - fraction_of(session_start_equity_, daily_loss_);
  if (limits_.drawdown) drawdown_floor_ = peak_equity_ - fraction_of(peak_equity_, drawdown_);
  halt_reason_ = static_cast<HaltReason>(reason < kHaltReasonCount ? reason : 0);
}

}  // namespace bellwether
