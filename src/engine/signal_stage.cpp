#include "engine/signal_stage.hpp"

#include <algorithm>

namespace bellwether {

SignalStage::SignalStage(const EngineConfig& config)
    : context_(config, open_orders_), subscribers_(config.instruments.size()) {}

Expected<std::unique_ptr<SignalStage>> SignalStage::make(const EngineConfig& config, const StrategyRegistry& registry) {
  std::unique_ptr<SignalStage> stage(new SignalStage(config));
  for (std::size_t i = 0; i < config.strategies.size(); ++i) {
    const StrategyConfig& strategy = config.strategies[i];
    const StrategyType* type = registry.find(strategy.type);
    if (type == nullptr) {
      std::string known;
      for (const StrategyType& each : registry.types()) known += (known.empty() ? "" : ", ") + each.name;
      return Error{"strategy", "there is no strategy '" + strategy.type + "'; there are " + known};
    }
    auto made = type->make(strategy);
    if (!made) return made.error();
    stage->strategies_.push_back(std::move(*made));
    for (InstrumentIndex instrument : strategy.instruments) {
      stage->subscribers_[instrument].push_back(static_cast<StrategyIndex>(i));
    }
  }
  return stage;
}

void SignalStage::enter(StrategyIndex strategy) { context_.strategy_ = strategy; }

template <typename Call>
void SignalStage::for_subscribers(InstrumentIndex instrument, Call&& call) {
  for (StrategyIndex strategy : subscribers_[instrument]) {
    enter(strategy);
    call(*strategies_[strategy]);
  }
}

template <typename Call>
void SignalStage::for_all(Call&& call) {
  for (std::size_t i = 0; i < strategies_.size(); ++i) {
    enter(static_cast<StrategyIndex>(i));
    call(*strategies_[i]);
  }
}

void SignalStage::advance(Turn& turn) {
  const Event& event = turn.event;
  context_.now_ = event.time;
  context_.event_ = event.number;
  context_.next_index_ = 0;
  context_.acted_ = false;
  context_.account_ = turn.account;
  context_.intents_ = &turn.intents;
  for (const PositionChange& change : turn.positions) {
    PositionView& view = context_.positions_[context_.slot(change.strategy, change.instrument)];
    context_.net_positions_[change.instrument] += change.quantity - view.quantity;
    view = {change.quantity, change.average_price};
  }
  switch (event.type) {
    case EventType::Bar:
    case EventType::Trade:
    case EventType::Quote: on_market(turn); break;
    case EventType::SessionOpen: for_all([&](Strategy& s) { s.on_session_open(event.session, context_); }); break;
    case EventType::SessionClose: for_all([&](Strategy& s) { s.on_session_close(event.session, context_); }); break;
    case EventType::Report: on_report(event.report); break;
    case EventType::Timer: on_timer(event.timer); break;
    case EventType::Command: on_command(event.command); break;
    case EventType::CorporateAction: {
      Price& last = context_.last_prices_[event.instrument];
      last = scaled(last, 1'000'000'000, event.corporate_action.split_ratio_billionths);
      break;
    }
    case EventType::Connection: break;
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
    last = Price::from_raw(event.quote.bid.raw() / 2 + event.quote.ask.raw() / 2);
    for_subscribers(event.instrument, [&](Strategy& s) { s.on_quote(event.instrument, event.quote, context_); });
  }
}

void SignalStage::begin_run(EventNumber last_event, Turn& turn) {
  context_.event_ = last_event;
  context_.next_index_ = 0;
  context_.acted_ = false;
  context_.account_ = turn.account;
  context_.intents_ = &turn.intents;
}

std::size_t SignalStage::advance_run(const BarRun& run) {
  const StrategyIndex strategy = subscribers_[run.instrument].front();
  enter(strategy);
  return strategies_[strategy]->on_bars(run, context_);
}

void SignalStage::on_report(const ExecutionReport& report) {
  if (report.execution_id != 0) {
    if (report.execution_id <= last_execution_id_) return;  // A repeat.
    last_execution_id_ = report.execution_id;
  }
  open_orders_.apply(report);
  if (report.strategy >= strategies_.size() || report.instrument >= subscribers_.size()) return;
  enter(report.strategy);
  if (report.type == ReportType::Fill) {
    strategies_[report.strategy]->on_fill(report, context_);
  } else {
    strategies_[report.strategy]->on_order(report, context_);
  }
  std::uint8_t& closing = context_.closing_[context_.slot(report.strategy, report.instrument)];
  if (closing != 0 && context_.open_orders(report.instrument).empty()) {
    closing = 0;
    context_.close(report.instrument);
  }
}

NextTimer SignalStage::next_timer() const {
  if (context_.timers_.empty()) return {};
  const Context::Timer& first = context_.timers_.front();
  return {first.at, {first.strategy, first.tag}};
}

void SignalStage::on_timer(const TimerEvent& timer) {
  if (timer.strategy >= strategies_.size()) return;  // A heartbeat of the clock.
  auto& timers = context_.timers_;
  const auto due = std::find_if(timers.begin(), timers.end(), [&](const Context::Timer& each) {
    return each.strategy == timer.strategy && each.tag == timer.tag && each.at <= context_.now_;
  });
  if (due != timers.end()) {
    timers.erase(due);
    std::make_heap(timers.begin(), timers.end(), std::greater<>());
  }
  enter(timer.strategy);
  strategies_[timer.strategy]->on_timer(timer.tag, context_);
}

void SignalStage::on_command(const CommandEvent& command) {
  if (command.type == CommandType::CancelAll || (command.type == CommandType::Halt && !command.flatten)) flatten(false);
  if (command.type == CommandType::Flatten || (command.type == CommandType::Halt && command.flatten)) flatten(true);
}

void SignalStage::flatten(bool close_positions) {
  for_all([&](Strategy&) {
    for (InstrumentIndex instrument : context_.instruments()) {
      if (close_positions) {
        context_.close(instrument);
        continue;
      }
      // A halt leaves the stops and targets of open positions in force.
      for (const OpenOrder& order : context_.open_orders(instrument)) {
        if (!order.is_protective() && order.state != OrderState::PendingCancel) context_.cancel(order.id);
      }
    }
  });
}

void SignalStage::save(ByteWriter& out) const {
  open_orders_.save(out);
  for (const PositionView& view : context_.positions_) {
    out.fixed(view.quantity);
    out.fixed(view.average_price);
  }
  for (Quantity quantity : context_.net_positions_) out.fixed(quantity);
  for (Price price : context_.last_prices_) out.fixed(price);
  for (std::uint8_t closing : context_.closing_) out.u8(closing);
  out.u64(last_execution_id_);
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
  for (std::uint8_t& closing : context_.closing_) closing = in.u8();
  last_execution_id_ = in.u64();
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
