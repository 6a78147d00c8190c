#include "engine/backtest_runner.hpp"

#include <algorithm>

#include "engine/run_marks.hpp"

namespace bellwether {
namespace {

/// Bars taken at once: their equities stay in the nearest cache.
constexpr std::size_t kBlockBars = 512;
/// Bars marked in a position before the strategy sees them, twice as many each time: what lies behind the bar on which
/// it acts is marked in vain.
constexpr std::size_t kFirstChunkBars = 16;

}  // namespace

BacktestRunner::BacktestRunner(const EngineConfig& config, std::unique_ptr<Engine> engine, MarketFeed feed)
    : engine_(std::move(engine)), venue_(config), feed_(std::move(feed)), recorder_(config), run_equity_(kBlockBars) {
  if (!config.exchange.is_instant()) link_ = std::make_unique<ExchangeLink>(config);
}

Expected<std::unique_ptr<BacktestRunner>> BacktestRunner::make(const EngineConfig& config,
                                                               const StrategyRegistry& registry, MarketFeed feed) {
  auto engine = Engine::make(config, registry);
  if (!engine) return engine.error();
  return std::unique_ptr<BacktestRunner>(new BacktestRunner(config, std::move(*engine), std::move(feed)));
}

void BacktestRunner::set_observer(TurnObserver* observer) {
  observer_ = observer;
  fast_runs_ = fast_runs_ && observer == nullptr;
}

void BacktestRunner::run() {
  recorder_.reserve(feed_.market_event_count());
  while (step()) {
  }
}

bool BacktestRunner::step() {
  if (link_ != nullptr) return step_later_answers();
  Event& event = engine_->turn().event;
  if (has_held_) {
    event = held_;
  } else {
    if (fast_runs_ && step_run()) return true;
    if (!feed_.next(event)) return false;
  }
  const NextTimer next = engine_->next_timer();
  if (next.at < event.time) {
    held_ = event;
    has_held_ = true;
    queue_.push_back(Event::of(next.at, next.timer));
    drain();
    return true;
  }
  has_held_ = false;
  process_market();
  return true;
}

/// Takes what comes next in time: a message of the exchange, a command that reaches it, a market event or a timer.
bool BacktestRunner::step_later_answers() {
  if (!has_held_) has_held_ = feed_.next(held_);
  if (!has_held_) link_->end_market();
  const Timestamp market = has_held_ ? held_.time : kNever;
  const Timestamp message = link_->next_moment();
  if (!has_held_ && message == kNever) return false;
  const NextTimer timer = engine_->next_timer();
  if (message <= market && message <= timer.at) {
    link_->collect_next(queue_);
  } else if (timer.at < market) {
    queue_.push_back(Event::of(timer.at, timer.timer));
  } else {
    has_held_ = false;
    queue_.push_back(held_);
  }
  drain();
  return true;
}

/// Takes the market event that stands in the engine's turn.
void BacktestRunner::process_market() {
  Event& event = engine_->turn().event;
  fills_.clear();
  venue_.on_market(event, fills_);
  if (event.type == EventType::CorporateAction) {
    // What it does to resting orders follows from it.
    for (const ExecutionReport& report : fills_) queue_.emplace_back().become(report);
  } else if (!fills_.empty()) {
    const Event market = event;
    process_fills();
    event = market;
  }
  process_in_place();
  drain();
}

/// Takes the reports on resting orders that a market event has filled.
void BacktestRunner::process_fills() {
  for (const ExecutionReport& fill : fills_) {
    engine_->turn().event.become(fill);
    process_in_place();
  }
}

void BacktestRunner::command(const OperatorCommand& command) {
  for (const Event& event : events_of(command, last_time_)) take(event);
}

void BacktestRunner::take(const Event& from_operator) {
  if (!has_held_) has_held_ = feed_.next(held_);
  if (!has_held_) venue_.end_market();
  if (!has_held_ && link_ != nullptr) link_->end_market();
  queue_.push_back(from_operator);
  queue_.back().time = last_time_;
  drain();
}

void BacktestRunner::drain() {
  while (queue_front_ < queue_.size()) process(queue_[queue_front_++]);
  queue_.clear();
  queue_front_ = 0;
}

/// Numbers an event and takes it through the stages; what it causes goes to the end of the queue. The event may stand
/// in the queue itself, which may move: once the turn has it, it is not looked at again.
void BacktestRunner::process(const Event& event) {
  engine_->turn().event = event;
  process_in_place();
}

/// The same for the event that stands in the engine's turn already.
void BacktestRunner::process_in_place() {
  Event& event = engine_->turn().event;
  event.number = ++last_event_;
  event.time = std::max(event.time, last_time_);
  last_time_ = event.time;
  Turn& turn = engine_->process_in_place();
  recorder_.apply(turn);
  if (observer_ != nullptr) observer_->on_turn(turn);
  take_outcome(turn);
}

void BacktestRunner::take_outcome(Turn& turn) {
  for (const Event& event : turn.follow_ups) queue_.push_back(event);
  if (link_ != nullptr) return link_->take(turn.event, turn.commands);
  for (const OrderCommand& command : turn.commands) {
    reports_.clear();
    venue_.submit(command, turn.event.time, reports_);
    for (const ExecutionReport& report : reports_) queue_.emplace_back().become(report);
  }
}

bool BacktestRunner::step_run() {
  if (engine_->risk_stage().watches_gaps()) return false;
  const BarRun run = feed_.peek_run();
  if (run.bars.empty() || !engine_->signal_stage().may_run(run.instrument)) return false;
  if (venue_.is_quiet()) return take_run(run);
  const Timestamp close = run.bars.front().start + run.interval;
  if (engine_->signal_stage().next_timer().at < close) return false;  // The timer comes before the bar's fills.
  Event event =
      Event::of(close, run.instrument, BarEvent{run.bars.front(), run.interval.count(), run.synthetic, false});
  fills_.clear();
  venue_.on_market(event, fills_);
  process_fills();
  // Where nothing but the bar itself is left to do, it may begin a run.
  if (venue_.is_quiet() && queue_.empty() && take_run(run)) return true;
  feed_.take_run(1);
  process(event);
  drain();
  return true;
}

/// Takes bars of a run, in which nothing rests at the venue, to its end or to what a strategy does. False where not
/// even the first may be taken.
bool BacktestRunner::take_run(const BarRun& run) {
  std::span<const Bar> bars = run.bars;
  if (const NextTimer timer = engine_->signal_stage().next_timer(); timer.at != kNever) {
    // The last bar closes no later than the timer is due.
    const Duration until = timer.at - (bars.front().start + run.interval);
    const std::int64_t before = until.count() < 0 ? 0 : until / run.interval + 1;
    bars = bars.first(std::min(bars.size(), static_cast<std::size_t>(before)));
  }
  bool any = false;
  while (!bars.empty()) {
    const std::size_t handled =
        process_block({run.instrument, bars.first(std::min(bars.size(), kBlockBars)), run.interval, run.synthetic});
    if (handled == 0) return any;
    any = true;
    bars = bars.subspan(handled);
    if (engine_->signal_stage().acted()) {
      take_outcome(engine_->turn());
      drain();
      return true;
    }
  }
  return any;
}

/// Takes bars up to the first on which the strategy acts, and before the first that must take the long way. Returns how
/// many.
std::size_t BacktestRunner::process_block(const BarRun& block) {
  Portfolio& portfolio = engine_->position_stage().portfolio();
  RiskStage& risk = engine_->risk_stage();
  SignalStage& signal = engine_->signal_stage();
  RunMarks marks(block, portfolio, risk, run_equity_.data());
  Turn& turn = engine_->turn();
  turn.clear();
  turn.account = portfolio.view();
  signal.begin_run(last_event_, turn);
  std::size_t handled = 0;
  BarRun chunk{block.instrument, {}, block.interval, block.synthetic};
  std::size_t size = marks.in_market() ? kFirstChunkBars : kBlockBars;
  for (; handled < block.bars.size() && !signal.acted(); size *= 2) {
    chunk.bars = block.bars.subspan(handled, std::min(block.bars.size() - handled, size));
    const std::size_t taken = marks.take(chunk.bars);
    if (taken == 0) break;
    chunk.bars = chunk.bars.first(taken);
    const std::size_t used = signal.advance_run(chunk);
    if (used < taken) marks.keep(chunk.bars.first(used));
    handled += used;
  }
  if (handled == 0) return 0;
  const Bar& last = block.bars[handled - 1];
  last_event_ += handled;
  last_time_ = last.start + block.interval;
  portfolio.finish_run(block.instrument, last.close, marks.low(), marks.high(), handled);
  turn.account = portfolio.view();
  risk.finish_run(block.instrument, last_time_, last.close, turn.account.equity);
  venue_.finish_run(block.instrument, last, last_time_);
  recorder_.apply_run(handled, block.bars.front().start + block.interval, block.interval,
                      {run_equity_.data(), marks.in_market() ? handled : 0}, turn.account);
  feed_.take_run(handled);
  if (!turn.intents.empty()) {
    turn.event.become(last_time_, block.instrument, {last, block.interval.count(), block.synthetic, false});
    turn.event.number = last_event_;
    risk.check_intents(turn);
    engine_->order_stage().issue(turn);
    recorder_.apply_intents(turn);
  }
  return handled;
}

BacktestRunner::Parts BacktestRunner::release() {
  BELLWETHER_INVARIANT(queue_.empty(), "release between an event and what follows from it");
  std::optional<Event> held;
  if (has_held_) held = held_;
  return {std::move(engine_), std::move(venue_), std::move(link_), std::move(feed_), std::move(recorder_), held,
          last_event_,        last_time_};
}

void BacktestRunner::save(ByteWriter& out) const {
  BELLWETHER_INVARIANT(queue_.empty(), "snapshot between an event and what follows from it");
  engine_->save(out);
  if (link_ != nullptr) {
    link_->save(out);
  } else {
    venue_.save(out);
  }
  out.u64(feed_.position() - (has_held_ ? 1 : 0));
  out.u64(last_event_);
  out.time(last_time_);
}

void BacktestRunner::load(ByteReader& in) {
  engine_->load(in);
  if (link_ != nullptr) {
    link_->load(in);
  } else {
    venue_.load(in);
  }
  const std::uint64_t position = in.u64();
  last_event_ = in.u64();
  last_time_ = in.time();
  if (!in.ok()) return;
  feed_.skip_to(position);
  if (feed_.position() != position) in.fail();
}

}  // namespace bellwether
