#include "actors/session_board.hpp"

#include <algorithm>

#include "engine/manual_strategy.hpp"

namespace bellwether {
namespace {

bool matches(const OrderRow& row, const OrderFilter& filter) {
  const bool ended = is_terminal(row.state);
  if (filter.status == OrderFilter::Status::Open && ended) return false;
  if (filter.status == OrderFilter::Status::Closed && !ended) return false;
  if (filter.instrument && row.spec.instrument != *filter.instrument) return false;
  return !filter.strategy || row.strategy == *filter.strategy;
}

/// Adds a position's amounts to those of an instrument or a strategy.
template <typename Sum>
void add_amounts(Sum& sum, const PositionRow& row) {
  sum.market_value += row.market_value;
  sum.unrealized_pnl += row.unrealized_pnl;
  sum.realized_pnl += row.realized_pnl;
  sum.realized_fifo += row.realized_fifo;
  sum.fees += row.fees;
  sum.dividends += row.dividends;
}

/// Rows of events after `after`, oldest first.
template <typename Row>
Page<Row> page_of(const std::deque<Row>& rows, EventNumber after, std::size_t limit) {
  Page<Row> page;
  auto it = std::upper_bound(rows.begin(), rows.end(), after,
                             [](EventNumber event, const Row& row) { return event < row.event; });
  for (; it != rows.end() && page.rows.size() < limit; ++it) page.rows.push_back(*it);
  page.more = it != rows.end();
  return page;
}

/// Adds a row where `limit` allows any; the oldest gives way.
template <typename Row>
void keep(std::deque<Row>& rows, const Row& row, std::size_t limit) {
  if (limit == 0) return;
  if (rows.size() == limit) rows.pop_front();
  rows.push_back(row);
}

}  // namespace

SessionBoard::SessionBoard(EngineConfig config, const StrategyRegistry& registry, const BoardConfig& limits)
    : config_(std::move(config)),
      limits_(limits),
      last_prices_(config_.instruments.size()),
      outcomes_(config_.strategies.size()),
      paused_(config_.strategies.size()) {
  for (const StrategyConfig& strategy : config_.strategies) {
    StrategyView& view = strategies_.emplace_back();
    view.config = strategy;
    for (const StrategyType& type : registry.types()) {
      if (type.name != strategy.type) continue;
      view.meaning = type.meaning;
      view.parameters = type.parameters;
    }
    if (strategy.type == kManualStrategy) view.meaning = "Orders by hand.";
  }
  BELLWETHER_INVARIANT(limits_.fills > 0 && limits_.commands > 0 && limits_.stream_changes > 0,
                       "a board that keeps nothing");
  status_.synthetic = limits_.synthetic_data;
  account_.cash = account_.equity = config_.account.initial_cash;
  peak_equity_ = session_start_equity_ = account_.equity;
}

void SessionBoard::set_phase(SessionPhase phase, std::string detail) {
  const std::lock_guard lock(mutex_);
  if (status_.phase == SessionPhase::Failed) return;
  status_.phase = phase;
  status_.detail = std::move(detail);
}

void SessionBoard::fail(std::string why) {
  const std::lock_guard lock(mutex_);
  status_.phase = SessionPhase::Failed;
  status_.detail = std::move(why);
  status_.halted = true;
  status_.halt_reason = HaltReason::ActorFailed;
  status_.halt_note.clear();
}

void SessionBoard::apply(const Turn& turn) {
  const Event& event = turn.event;
  const std::lock_guard lock(mutex_);
  if (began_ && event.number <= status_.last_event) return;
  if (!began_) forgotten_upto_ = event.number - 1;
  began_ = true;
  status_.last_event = event.number;
  status_.time = event.time;
  if (status_.phase != SessionPhase::Failed) {
    status_.halted = turn.halted;
    status_.halt_reason = turn.halt_reason;
  }
  ++status_.counts.events;
  switch (event.type) {
    case EventType::Bar:
    case EventType::Trade:
    case EventType::Quote: apply_market(event); break;
    case EventType::SessionOpen:
      status_.session_date = event.session.date;
      status_.session_open = true;
      session_start_equity_ = turn.account.equity;
      break;
    case EventType::SessionClose: status_.session_open = false; break;
    case EventType::CorporateAction: {
      Price& last = last_prices_[event.instrument];
      last = scaled(last, 1'000'000'000, event.corporate_action.split_ratio_billionths);
      break;
    }
    case EventType::Report:
      if (turn.takes_report()) apply_report(turn);
      break;
    case EventType::Command: apply_command(event); break;
    case EventType::CommandNote: notes_.add(event); break;
    case EventType::Timer:
    case EventType::Connection: break;
  }
  account_ = turn.account;
  peak_equity_ = std::max(peak_equity_, account_.equity);
  for (const PositionChange& change : turn.positions) apply_position(change);
  apply_trades(turn);
  recent_trades_.advance(event.time);
  if (!turn.intents.empty()) apply_denied(turn);
  if (!turn.commands.empty()) apply_commands(turn);
  keep_changes(turn);
  keep_equity(turn);
}

void SessionBoard::apply_trades(const Turn& turn) {
  std::uint16_t index = 0;
  for (const TradeRecord& trade : turn.closed_trades) {
    recent_trades_.add(trade);
    keep(trades_, {turn.event.number, index++, turn.event.time, trade}, limits_.trades);
  }
  status_.counts.trades += turn.closed_trades.size();
}

void SessionBoard::keep_equity(const Turn& turn) {
  const Event& event = turn.event;
  EquityRow row{event.number, event.time, turn.account.equity};
  const bool market = event.type == EventType::Trade || event.type == EventType::Quote ||
                      (event.type == EventType::Bar && !event.bar.history);
  if (market) keep(equity_, row, limits_.equity_points);
  if (event.type != EventType::SessionClose) return;
  row.session = event.session.date;
  keep(closes_, row, limits_.session_closes);
}

void SessionBoard::apply_market(const Event& event) {
  if (event.type == EventType::Bar) {
    if (event.bar.history) return;
    status_.synthetic |= event.bar.synthetic;
  }
  ++status_.counts.market_events;
  const Price price = event.type == EventType::Bar     ? event.bar.bar.close
                      : event.type == EventType::Trade ? event.trade.price
                                                       : mark_of(event.quote);
  if (price.is_positive()) last_prices_[event.instrument] = price;
}

void SessionBoard::apply_command(const Event& event) {
  const CommandRow row{event.number, event.time, event.command, notes_.of(event)};
  keep(commands_, row, limits_.commands);
  const bool pauses = event.command.type == CommandType::PauseStrategy;
  if ((pauses || event.command.type == CommandType::ResumeStrategy) && event.command.strategy < paused_.size()) {
    paused_[event.command.strategy] = pauses;
  }
  if (status_.phase == SessionPhase::Failed) return;
  if (event.command.type == CommandType::Halt) status_.halt_note = row.words.reason.text();
  if (event.command.type == CommandType::Resume) status_.halt_note.clear();
}

void SessionBoard::apply_position(const PositionChange& change) {
  PositionChange& held = positions_[{change.strategy, change.instrument}];
  if (!held.quantity.is_zero()) --status_.open_positions;
  held = change;
  if (!held.quantity.is_zero()) ++status_.open_positions;
}

void SessionBoard::apply_report(const Turn& turn) {
  const ExecutionReport& report = turn.event.report;
  const OpenOrders::Applied applied = open_orders_.apply(report);
  status_.open_orders = open_orders_.size();
  const bool filled = report.type == ReportType::Fill;
  if (filled) {
    last_prices_[report.instrument] = report.last_price;
    ++status_.counts.fills;
    keep(fills_, {turn.event.number, report}, limits_.fills);
  }
  const auto row = orders_.find(report.order);
  if (row == orders_.end()) return;
  OrderRow& order = row->second;
  order.updated = turn.event.time;
  if (report.type == ReportType::Rejected) order.rejected = report.rejected;
  if (filled && !contradicts(report, order.spec)) {
    order.filled += report.last_quantity;
    order.filled_notional += notional(report.last_price, report.last_quantity);
    order.fees += report.fee;
  }
  if (applied.outcome == OpenOrders::Outcome::NotOpen) {
    if (is_terminal(order.state)) end_legs(OrderRow(order));
    return;
  }
  order.state = applied.order->state;
  order.spec = applied.order->spec;
  if (applied.outcome != OpenOrders::Outcome::Ended) return;
  const OrderRow ended = order;  // The board may forget it.
  end_order(ended.id);
  end_legs(ended);
}

/// Legs that have gone with their entry: no report will speak of them.
void SessionBoard::end_legs(const OrderRow& entry) {
  if (entry.id.leg != OrderLeg::Entry) return;
  for (const OrderLeg which : {OrderLeg::Target, OrderLeg::StopLoss}) {
    const OrderId id = entry.id.with_leg(which);
    const auto leg = orders_.find(id);
    if (leg == orders_.end() || is_terminal(leg->second.state) || open_orders_.find(id) != nullptr) continue;
    end_leg(leg->second, entry);
    end_order(id);
  }
}

void SessionBoard::apply_denied(const Turn& turn) {
  for (const Intent& intent : turn.intents) {
    if (intent.denied == DenyReason::None) continue;
    ++status_.counts.denials;
    if (!adds_order(intent.command.kind)) continue;
    OrderRow row;
    row.id = intent.command.id;
    row.strategy = intent.command.strategy;
    row.spec = intent.command.spec;
    row.state = OrderState::Denied;
    row.denied = intent.denied;
    row.created = row.updated = turn.event.time;
    if (!orders_.emplace(row.id, row).second) continue;
    counted_.insert(row.id);
    end_order(row.id);
  }
}

void SessionBoard::apply_commands(const Turn& turn) {
  for (const OrderCommand& command : turn.commands) {
    ++status_.counts.commands;
    const std::size_t open_before = open_orders_.size();
    open_orders_.apply(command);
    const auto fresh = open_orders_.all().subspan(open_before);
    const bool has_entry = std::ranges::any_of(fresh, [](const OpenOrder& o) { return o.id.leg == OrderLeg::Entry; });
    for (const OpenOrder& added : fresh) {
      OrderRow row;
      row.id = added.id;
      row.strategy = added.strategy;
      row.spec = added.spec;
      row.state = added.state;
      row.created = row.updated = turn.event.time;
      orders_.emplace(row.id, row);
      if (!has_entry || row.id.leg == OrderLeg::Entry) counted_.insert(row.id);
    }
    if (command.kind == CommandKind::Submit) continue;
    const auto row = orders_.find(command.target);
    const OpenOrder* target = open_orders_.find(command.target);
    if (row == orders_.end() || target == nullptr) continue;
    row->second.state = target->state;
    row->second.updated = turn.event.time;
  }
  status_.open_orders = open_orders_.size();
}

void SessionBoard::end_order(OrderId id) {
  const OrderRow& order = orders_.at(id);
  if (counted_.erase(id) > 0 && order.strategy < outcomes_.size()) outcomes_[order.strategy].count(order);
  ended_orders_.push_back(id);
  if (ended_orders_.size() <= limits_.ended_orders) return;
  orders_.erase(ended_orders_.front());
  ended_orders_.pop_front();
}

void SessionBoard::keep_changes(const Turn& turn) {
  fresh_.clear();
  append_state_changes(turn, fresh_);
  for (const StateChange& change : fresh_) {
    if (changes_.size() == limits_.stream_changes) {
      forgotten_upto_ = changes_.front().event;
      changes_.pop_front();
    }
    changes_.push_back(change);
  }
}

SessionStatus SessionBoard::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

EventNumber SessionBoard::last_event() const {
  const std::lock_guard lock(mutex_);
  return status_.last_event;
}

AccountSummary SessionBoard::account() const {
  const std::lock_guard lock(mutex_);
  AccountSummary summary;
  summary.account = account_;
  summary.initial_cash = config_.account.initial_cash;
  summary.peak_equity = peak_equity_;
  if (peak_equity_.is_positive()) {
    summary.drawdown = (peak_equity_ - account_.equity).to_double() / peak_equity_.to_double();
  }
  summary.day_profit = account_.equity - session_start_equity_;
  summary.recent_trades = recent_trades_.count();
  summary.win_rate = recent_trades_.win_rate();
  summary.expectancy = recent_trades_.expectancy();
  return summary;
}

PositionRow SessionBoard::valued(PositionRow row) const {
  row.last_price = last_prices_[row.instrument];
  row.market_value = notional(row.last_price, row.quantity);
  if (!row.quantity.is_zero()) row.unrealized_pnl = row.market_value - notional(row.average_price, row.quantity);
  return row;
}

std::vector<PositionRow> SessionBoard::positions() const {
  const std::lock_guard lock(mutex_);
  std::vector<PositionRow> rows;
  rows.reserve(positions_.size());
  for (const auto& [key, p] : positions_) {
    rows.push_back(valued({p.strategy,
                           p.instrument,
                           p.quantity,
                           p.average_price,
                           {},
                           {},
                           {},
                           p.realized_pnl,
                           p.realized_fifo,
                           p.fees,
                           p.dividends}));
  }
  return rows;
}

std::vector<PositionRow> SessionBoard::net_positions() const {
  std::map<InstrumentIndex, PositionRow> sums;
  for (const PositionRow& row : positions()) {
    PositionRow& sum = sums[row.instrument];
    sum.instrument = row.instrument;
    sum.last_price = row.last_price;
    sum.quantity += row.quantity;
    add_amounts(sum, row);
  }
  std::vector<PositionRow> rows;
  rows.reserve(sums.size());
  for (const auto& [instrument, sum] : sums) rows.push_back(sum);
  return rows;
}

std::vector<StrategyTotals> SessionBoard::strategy_totals() const {
  std::vector<StrategyTotals> totals(config_.strategies.size());
  for (const PositionRow& row : positions()) {
    StrategyTotals& sum = totals.at(row.strategy);
    add_amounts(sum, row);
  }
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < totals.size(); ++i) totals[i].orders = outcomes_[i];
  for (const OrderId& id : counted_) {
    const OrderRow& row = orders_.at(id);
    if (row.strategy < totals.size()) totals[row.strategy].orders.count(row);
  }
  return totals;
}

Page<OrderRow> SessionBoard::orders(const OrderFilter& filter) const {
  Page<OrderRow> page;
  const auto take = [&](const OrderRow& row) {
    if (!matches(row, filter)) return true;
    page.more = page.rows.size() == filter.limit;
    if (!page.more) page.rows.push_back(row);
    return !page.more;
  };
  const std::lock_guard lock(mutex_);
  if (filter.newest_first) {
    auto last = filter.after.exists() ? orders_.lower_bound(filter.after) : orders_.end();
    for (auto it = std::make_reverse_iterator(last); it != orders_.rend() && take(it->second); ++it) {
    }
  } else {
    for (auto it = orders_.upper_bound(filter.after); it != orders_.end() && take(it->second); ++it) {
    }
  }
  return page;
}

std::optional<OrderRow> SessionBoard::order(OrderId id) const {
  const std::lock_guard lock(mutex_);
  const auto row = orders_.find(id);
  if (row == orders_.end()) return std::nullopt;
  return row->second;
}

Page<FillRow> SessionBoard::fills(EventNumber after, std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  return page_of(fills_, after, limit);
}

Page<CommandRow> SessionBoard::commands(EventNumber after, std::size_t limit, bool newest_first) const {
  const std::lock_guard lock(mutex_);
  if (!newest_first) return page_of(commands_, after, limit);
  Page<CommandRow> page;
  for (auto row = commands_.rbegin(); row != commands_.rend(); ++row) {
    if (after != 0 && row->event >= after) continue;
    page.more = page.rows.size() == limit;
    if (page.more) break;
    page.rows.push_back(*row);
  }
  return page;
}

std::vector<TradeRow> SessionBoard::trades() const {
  const std::lock_guard lock(mutex_);
  return {trades_.begin(), trades_.end()};
}

std::vector<EquityRow> SessionBoard::equity(bool by_session) const {
  const std::lock_guard lock(mutex_);
  const std::deque<EquityRow>& rows = by_session ? closes_ : equity_;
  return {rows.begin(), rows.end()};
}

std::vector<bool> SessionBoard::paused() const {
  const std::lock_guard lock(mutex_);
  return paused_;
}

ChangeBatch SessionBoard::changes(EventNumber after, std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  ChangeBatch batch;
  batch.upto = std::max(after, status_.last_event);
  batch.gap = after < forgotten_upto_;
  if (batch.gap) {
    batch.upto = after;
    return batch;
  }
  auto it = std::upper_bound(changes_.begin(), changes_.end(), after,
                             [](EventNumber event, const StateChange& change) { return event < change.event; });
  for (; it != changes_.end(); ++it) {
    if (batch.changes.size() >= limit && it->event != batch.changes.back().event) {
      batch.upto = batch.changes.back().event;
      break;
    }
    batch.changes.push_back(*it);
  }
  return batch;
}

Expected<void> SessionBoard::history(EventNumber after, EventNumber upto, const TurnVisitor& visit) const {
  if (!history_) return Error{"after", "events before " + std::to_string(after + 1) + " are no longer kept"};
  return history_(after, upto, visit);
}

}  // namespace bellwether
