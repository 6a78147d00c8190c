#include "engine/signal_stage.hpp"

#include <algorithm>

#include "engine/manual_strategy.hpp"
#include "engine/retired_strategy.hpp"

namespace bellwether {

SignalStage::SignalStage(const EngineConfig& config)
    : context_(config, open_orders_),
      subscribers_(config.instruments.size()),
      answers_later_(!config.exchange.is_instant()) {}

Expected<MadeStrategy> make_strategy(const StrategyConfig& config, const StrategyRegistry& registry) {
  if (config.type == kManualStrategy) return MadeStrategy{make_manual_strategy()};
  if (config.type == kRetiredStrategy) return MadeStrategy{make_retired_strategy(config)};
  const StrategyType* type = registry.find(config.type);
  if (type == nullptr) {
    std::string known;
    for (const StrategyType& each : registry.types()) known += (known.empty() ? "" : ", ") + each.name;
    return Error{"strategy", "there is no strategy '" + config.type + "'; there are " + known};
  }
  auto made = type->make(config);
  if (!made) return made.error();
  return MadeStrategy{std::move(*made), type->state_version};
}

Expected<std::unique_ptr<SignalStage>> SignalStage::make(const EngineConfig& config, const StrategyRegistry& registry) {
  std::unique_ptr<SignalStage> stage(new SignalStage(config));
  for (std::size_t i = 0; i < config.strategies.size(); ++i) {
    const StrategyConfig& strategy = config.strategies[i];
    auto made = make_strategy(strategy, registry);
    if (!made) return made.error();
    stage->strategies_.push_back(std::move(made->strategy));
    stage->state_versions_.push_back(made->state_version);
    if (strategy.type == kManualStrategy) continue;  // It subscribes to no market data.
    for (InstrumentIndex instrument : strategy.instruments) {
      stage->subscribers_[instrument].push_back(static_cast<StrategyIndex>(i));
    }
  }
  return stage;
}

template <typename Call>
void SignalStage::for_subscribers(InstrumentIndex instrument, Call&& call) {
  for (StrategyIndex strategy : subscribers_[instrument]) {
    enter(strategy);
    call(*strategies_[strategy]);
  }
}

void SignalStage::advance(Turn& turn) {
  const Event& event = turn.event;
  context_.now_ = event.time;
  context_.event_ = event.number;
  context_.next_index_ = 0;
  context_.acted_ = false;
  context_.cash_ = turn.account.cash;
  context_.intents_ = &turn.intents;
  bool shrinks = false;
  for (const PositionChange& change : turn.positions) {
    PositionView& view = context_.positions_[context_.slot(change.strategy, change.instrument)];
    shrinks |= change.quantity.abs() < view.quantity.abs();
    context_.net_positions_[change.instrument] += change.quantity - view.quantity;
    view = {change.quantity, change.average_price};
  }
  switch (event.type) {
    case EventType::Bar:
    case EventType::Trade:
    case EventType::Quote: on_market(turn); break;
    case EventType::SessionOpen:
      context_.session_close_ = event.session.close;
      context_.in_session_ = true;
      for_all([&](Strategy& s) { s.on_session_open(event.session, context_); });
      resume_goals([](const Context::Goal& goal) { return goal.wait != Context::Goal::Wait::NextPrice; });
      break;
    case EventType::SessionClose:
      context_.in_session_ = false;
      for_all([&](Strategy& s) { s.on_session_close(event.session, context_); });
      resume_goals([](const Context::Goal& goal) { return goal.wait == Context::Goal::Wait::Close; });
      break;
    case EventType::Report:
      if (turn.takes_report()) on_report(event.report);
      if (shrinks) resume_goals([](const Context::Goal& goal) { return goal.wait == Context::Goal::Wait::Room; });
      break;
    case EventType::Timer: on_timer(event.timer); break;
    case EventType::Command: on_command(event.command); break;
    case EventType::CorporateAction: {
      if (!event.corporate_action.is_announced()) break;
      Price& last = context_.last_prices_[event.instrument];
      last = scaled(last, 1'000'000'000, event.corporate_action.split_ratio_billionths);
      open_orders_.apply(event.corporate_action, event.instrument, context_.instrument(event.instrument));
      for_all([&](Strategy&) { context_.apply_to_goal(event.corporate_action, event.instrument); });
      for_subscribers(event.instrument,
                      [&](Strategy& s) { s.on_corporate_action(event.instrument, event.corporate_action, context_); });
      break;
    }
    case EventType::Connection:
    case EventType::CommandNote: break;
  }
  turn.next_timer = next_timer();
}

void SignalStage::on_market(Turn& turn) {
  const Event& event = turn.event;
  Price& last = context_.last_prices_[event.instrument];
  if (event.type == EventType::Bar) {
    const BarEvent& e = event.bar;
    if (!e.history) last = e.bar.close;
    const BarView view{event.instrument, e.bar, Duration(e.interval_ns), e.synthetic, e.history};
    context_.warming_up_ = e.history;
    for_subscribers(event.instrument, [&](Strategy& s) { s.on_bar(view, context_); });
    context_.warming_up_ = false;
  } else if (event.type == EventType::Trade) {
    last = event.trade.price;
    for_subscribers(event.instrument, [&](Strategy& s) { s.on_trade(event.instrument, event.trade, context_); });
  } else {
    if (const Price mark = mark_of(event.quote); mark.is_positive()) last = mark;
    for_subscribers(event.instrument, [&](Strategy& s) { s.on_quote(event.instrument, event.quote, context_); });
  }
  if (context_.waits_for_price_ && !(event.type == EventType::Bar && event.bar.history)) {
    resume_at_price(event.instrument);
  }
}

void SignalStage::begin_run(EventNumber last_event, Turn& turn) {
  context_.event_ = last_event;
  context_.next_index_ = 0;
  context_.acted_ = false;
  context_.cash_ = turn.account.cash;
  context_.intents_ = &turn.intents;
}

std::size_t SignalStage::advance_run(const BarRun& run) {
  const StrategyIndex strategy = subscribers_[run.instrument].front();
  enter(strategy);
  return strategies_[strategy]->on_bars(run, context_);
}

void SignalStage::on_report(const ExecutionReport& report) {
  const OpenOrder* order = answers_later_ ? open_orders_.find(report.order) : nullptr;
  const OrderState before = order == nullptr ? OrderState::Filled : order->state;
  const OpenOrders::Outcome outcome = open_orders_.apply(report).outcome;
  if (report.strategy >= strategies_.size() || report.instrument >= subscribers_.size()) return;
  enter(report.strategy);
  if (report.type == ReportType::Lost && before == OrderState::PendingCancel)
    context_.cancel_once_settled(report.order);
  if (report.type == ReportType::Fill) {
    strategies_[report.strategy]->on_fill(report, context_);
  } else {
    strategies_[report.strategy]->on_order(report, context_);
  }
  const bool settled = before == OrderState::Unknown && outcome != OpenOrders::Outcome::Impossible;
  if (settled) context_.send_what_waited(report.order);
  // Nothing has changed for a goal.
  if (!settled && (report.type == ReportType::Accepted || report.type == ReportType::Held)) return;
  context_.apply_to_goal(report);
  if (report.type == ReportType::CancelRejected && outcome == OpenOrders::Outcome::Changed) {
    context_.wait_after_refused_cancel(report.instrument);
  }
  context_.pursue(report.instrument);
}

void SignalStage::resume_at_price(InstrumentIndex instrument) {
  for_all([&](Strategy&) {
    Context::Goal& goal = context_.goal(instrument);
    if (goal.wait != Context::Goal::Wait::NextPrice || context_.now_ < goal.not_before) return;
    goal.wait = Context::Goal::Wait::No;
    context_.pursue(instrument);
  });
  context_.note_waits();
}

NextTimer SignalStage::next_timer() const {
  if (context_.timers_.empty()) return {};
  const Context::Timer& first = context_.timers_.front();
  return {first.at, {first.strategy, first.tag}};
}

void SignalStage::on_timer(const TimerEvent& timer) {
  if (timer.strategy >= strategies_.size()) return;  // A heartbeat of the clock.
  auto& timers = context_.timers_;
  // Of several, the earliest: how the heap lies decides nothing.
  auto due = timers.end();
  for (auto each = timers.begin(); each != timers.end(); ++each) {
    const bool is_due = each->strategy == timer.strategy && each->tag == timer.tag && each->at <= context_.now_;
    if (is_due && (due == timers.end() || each->at < due->at)) due = each;
  }
  if (due != timers.end()) {
    timers.erase(due);
    std::make_heap(timers.begin(), timers.end(), std::greater<>());
  }
  enter(timer.strategy);
  context_.in_timer_ = true;
  strategies_[timer.strategy]->on_timer(timer.tag, context_);
  context_.in_timer_ = false;
}

void SignalStage::save_goal(const Context::Goal& goal, ByteWriter& out) {
  out.u8(static_cast<std::uint8_t>(goal.kind));
  if (goal.kind == Context::Goal::Kind::None) return;
  out.u8(static_cast<std::uint8_t>(goal.wait));
  out.time(goal.not_before);
  out.fixed(goal.target);
  write(out, goal.order);
  const OrderOptions& o = goal.options;
  out.u8(static_cast<std::uint8_t>(o.type));
  out.u8(static_cast<std::uint8_t>(o.time_in_force));
  for (Price each : {o.limit_price, o.stop_price, o.trail, o.take_profit, o.stop_loss, o.stop_loss_offset})
    out.fixed(each);
  out.boolean(o.one_try);
}

void SignalStage::load_goal(Context::Goal& goal, ByteReader& in) {
  goal = {};
  const std::uint8_t kind = in.u8();
  if (kind > static_cast<std::uint8_t>(Context::Goal::Kind::Flatten)) in.fail();
  if (kind == 0 || !in.ok()) return;
  goal.kind = static_cast<Context::Goal::Kind>(kind);
  const std::uint8_t wait = in.u8();
  if (wait > static_cast<std::uint8_t>(Context::Goal::Wait::NextSession)) in.fail();
  goal.wait = static_cast<Context::Goal::Wait>(wait);
  goal.not_before = in.time();
  goal.target = in.fixed<Quantity>();
  goal.order = read_order_id(in);
  OrderOptions& o = goal.options;
  const std::uint8_t type = in.u8();
  const std::uint8_t time_in_force = in.u8();
  if (type > static_cast<std::uint8_t>(OrderType::TrailingStop) ||
      time_in_force > static_cast<std::uint8_t>(TimeInForce::Cls)) {
    in.fail();
    return;
  }
  o.type = static_cast<OrderType>(type);
  o.time_in_force = static_cast<TimeInForce>(time_in_force);
  for (Price* each : {&o.limit_price, &o.stop_price, &o.trail, &o.take_profit, &o.stop_loss, &o.stop_loss_offset}) {
    *each = in.fixed<Price>();
  }
  o.one_try = in.boolean();
}

void SignalStage::save(ByteWriter& out) const {
  open_orders_.save(out);
  for (const PositionView& view : context_.positions_) {
    out.fixed(view.quantity);
    out.fixed(view.average_price);
  }
  for (Quantity quantity : context_.net_positions_) out.fixed(quantity);
  for (Price price : context_.last_prices_) out.fixed(price);
  for (const Context::Goal& goal : context_.goals_) save_goal(goal, out);
  out.u32(static_cast<std::uint32_t>(context_.waiting_.size()));
  for (const OrderCommand& command : context_.waiting_) write(out, command);
  out.u64(context_.event_);
  out.time(context_.now_);
  out.time(context_.session_close_);
  out.boolean(context_.in_session_);
  out.u32(static_cast<std::uint32_t>(context_.timers_.size()));
  for (const Context::Timer& timer : context_.timers_) {
    out.time(timer.at);
    out.u16(timer.strategy);
    out.u32(timer.tag);
  }
  for (const auto& strategy : strategies_) {
    ByteWriter state;
    strategy->save(state);
    out.string(state.str());
  }
}

void SignalStage::load(ByteReader& in) {
  open_orders_.load(in);
  for (PositionView& view : context_.positions_) {
    view.quantity = in.fixed<Quantity>();
    view.average_price = in.fixed<Price>();
  }
  for (Quantity& quantity : context_.net_positions_) quantity = in.fixed<Quantity>();
  for (Price& price : context_.last_prices_) price = in.fixed<Price>();
  for (Context::Goal& goal : context_.goals_) load_goal(goal, in);
  context_.note_waits();
  context_.waiting_.clear();
  const std::uint32_t waiting = in.u32();
  for (std::uint32_t i = 0; i < waiting && in.ok(); ++i) context_.waiting_.push_back(read_order_command(in));
  context_.event_ = in.u64();
  context_.now_ = in.time();
  context_.session_close_ = in.time();
  context_.in_session_ = in.boolean();
  context_.timers_.clear();
  const std::uint32_t timers = in.u32();
  for (std::uint32_t i = 0; i < timers && in.ok(); ++i) {
    const Timestamp at = in.time();
    const StrategyIndex strategy = in.u16();
    context_.timers_.push_back({at, strategy, in.u32()});
  }
  for (auto& strategy : strategies_) {
    const std::string state = in.string();
    ByteReader reader(state);
    strategy->load(reader);
    if (!reader.done()) in.fail();
  }
}

}  // namespace bellwether
