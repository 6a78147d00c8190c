// A board that begins in the middle: where an account goes on after a restart, or under another configuration.
#include <algorithm>

#include "actors/session_board.hpp"

namespace bellwether {
namespace {

/// Renames the rows of a list; those of what has left are dropped.
template <typename Row, typename Rename>
std::deque<Row> renamed(const std::deque<Row>& rows, Rename&& rename) {
  std::deque<Row> kept;
  for (Row row : rows) {
    if (rename(row)) kept.push_back(std::move(row));
  }
  return kept;
}

void rename(CommandEvent& command, const CarryOver& carry) {
  if (command.strategy != kNoStrategy) command.strategy = carry.strategy(command.strategy);
  if (command.instrument != kNoInstrument) command.instrument = carry.instrument(command.instrument);
  if (command.type == CommandType::SubmitOrder) command.spec.instrument = carry.instrument(command.spec.instrument);
}

}  // namespace

void SessionBoard::open(const Engine& engine, const AccountState& state, const AccountMarks& marks,
                        const std::optional<SessionEvent>& session) {
  const std::lock_guard lock(mutex_);
  BELLWETHER_INVARIANT(!began_, "a board that has begun is opened");
  began_ = true;
  forgotten_upto_ = status_.last_event = state.last_event;
  status_.time = state.time;
  status_.halt_reason = state.breakers.halt_reason;
  status_.halted = status_.halt_reason != HaltReason::None;
  status_.session_open = session.has_value();
  if (session) status_.session_date = session->date;
  const Portfolio& portfolio = engine.position_stage().portfolio();
  account_ = portfolio.view();
  peak_equity_ = std::max(account_.equity, marks.peak_equity);
  session_start_equity_ = marks.session_start_equity;
  for (std::size_t i = 0; i < config_.instruments.size(); ++i) {
    last_prices_[i] = portfolio.last_mark(static_cast<InstrumentIndex>(i));
  }
  for (std::size_t s = 0; s < config_.strategies.size(); ++s) {
    const auto strategy = static_cast<StrategyIndex>(s);
    for (std::size_t i = 0; i < config_.instruments.size(); ++i) {
      const PositionChange change = portfolio.change_of(strategy, static_cast<InstrumentIndex>(i));
      const PositionChange blank{strategy, static_cast<InstrumentIndex>(i), {}, {}, {}, {}, {}, {}};
      if (!(change == blank)) apply_position(change);
    }
    const auto named = std::ranges::find(state.strategies, config_.strategies[s].id, &AccountStrategy::id);
    paused_[s] = named != state.strategies.end() && named->paused;
  }
  open_orders(engine.risk_stage().open_orders(), state.time);
}

void SessionBoard::set_halt_note(const std::string& note) {
  const std::lock_guard lock(mutex_);
  status_.halt_note = note;
}

void SessionBoard::open_orders(const OpenOrders& orders, Timestamp time) {
  open_orders_ = orders;
  status_.open_orders = orders.size();
  for (const OpenOrder& order : orders.all()) {
    OrderRow row;
    row.id = order.id;
    row.strategy = order.strategy;
    row.spec = order.spec;
    row.state = order.state;
    row.filled = order.filled;
    row.created = row.updated = time;
    orders_.emplace(row.id, row);
    if (order.id.leg == OrderLeg::Entry) counted_.insert(row.id);
  }
}

void SessionBoard::take_over(const SessionBoard& before, const CarryOver& carry) {
  const std::scoped_lock lock(mutex_, before.mutex_);
  status_.phase = before.status_.phase;
  status_.detail = before.status_.detail;
  status_.halt_note = before.status_.halt_note;
  status_.session_date = before.status_.session_date;
  status_.counts = before.status_.counts;
  status_.synthetic |= before.status_.synthetic;
  recent_trades_ = before.recent_trades_;
  for (std::size_t s = 0; s < before.outcomes_.size(); ++s) {
    const StrategyIndex next = carry.strategy(static_cast<StrategyIndex>(s));
    if (next != kNoStrategy) outcomes_[next] = before.outcomes_[s];
  }
  const auto rename_order = [&](OrderRow& row) { return carry.rename(row, row.spec.instrument); };
  for (auto& [id, row] : orders_) {
    const auto known = before.orders_.find(id);
    if (known == before.orders_.end()) continue;
    const OrderRow mine = row;
    row = known->second;
    row.strategy = mine.strategy;
    row.spec = mine.spec;
  }
  for (const OrderId& id : before.ended_orders_) {
    OrderRow row = before.orders_.at(id);
    if (!rename_order(row)) continue;
    orders_.emplace(id, row);
    ended_orders_.push_back(id);
  }
  for (const auto& [id, row] : orders_) {
    if (!is_terminal(row.state) && !before.counted_.contains(id)) counted_.erase(id);
  }
  fills_ = renamed(before.fills_, [&](FillRow& row) { return carry.rename(row.report, row.report.instrument); });
  commands_ = renamed(before.commands_, [&](CommandRow& row) {
    rename(row.command, carry);
    return true;
  });
}

}  // namespace bellwether
