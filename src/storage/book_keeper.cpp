#include "storage/book_keeper.hpp"

#include <algorithm>

#include "engine/carry_over.hpp"
#include "storage/book_rows.hpp"
#include "storage/checksum.hpp"

namespace bellwether {
namespace {

/// A command has a note of each kind at most.
constexpr std::size_t kNotesKept = 2;

/// The place of `name` in `names`, at whose end it is added where it is missing, and in `added` too. Nothing where
/// there is no room: the last place stands for no name.
std::optional<std::uint16_t> place_of(const std::string& name, std::vector<std::string>& names,
                                      std::vector<std::string>& added) {
  const auto found = std::ranges::find(names, name);
  const auto place = static_cast<std::size_t>(found - names.begin());
  if (place >= kNoStrategy) return std::nullopt;
  if (found == names.end()) {
    names.push_back(name);
    added.push_back(name);
  }
  return static_cast<std::uint16_t>(place);
}

bool is_market(const Event& event) {
  return event.type == EventType::Trade || event.type == EventType::Quote ||
         (event.type == EventType::Bar && !event.bar.history);
}

}  // namespace

std::uint64_t event_hash(const Event& event) {
  ByteWriter bytes;
  write(bytes, event);
  return xxh64(bytes.str(), event.number);
}

BookKeeper::BookKeeper(BookState state)
    : names_(std::move(state.names)), totals_(state.totals), notes_(std::move(state.notes)) {
  for (const BookOrder& order : state.open_orders) open_.emplace(order.row.id, order);
  for (const PositionChange& each : state.positions) {
    if (!each.quantity.is_zero()) held_.emplace(PositionKey{each.strategy, each.instrument}, each);
  }
}

Expected<void> BookKeeper::begin_segment(const EngineConfig& config) {
  const auto full = [](const std::string& name) {
    return Error{"books", "no room for the name '" + name + "': 65535 are kept"};
  };
  config_ = &config;
  strategies_.clear();
  instruments_.clear();
  for (const StrategyConfig& each : config.strategies) {
    const auto place = place_of(each.id, names_.strategies, changes_.new_names.strategies);
    if (!place) return full(each.id);
    strategies_.push_back(*place);
  }
  for (const Instrument& each : config.instruments) {
    const auto place = place_of(each.symbol, names_.symbols, changes_.new_names.symbols);
    if (!place) return full(each.symbol);
    instruments_.push_back(*place);
  }
  move_positions(config);
  if (totals_.last_event > 0) return {};
  totals_.initial_cash = totals_.lowest_cash = totals_.session_lowest_cash = config.account.initial_cash;
  totals_.account.cash = totals_.account.equity = config.account.initial_cash;
  return {};
}

/// What a configuration takes from a strategy goes to the one that retires it, and comes back: see CarryOver.
void BookKeeper::move_positions(const EngineConfig& config) {
  std::map<PositionKey, PositionChange> moved;
  for (auto& [key, position] : held_) {
    const StrategyIndex holder = holder_of(config, names_.strategies.at(key.first), names_.symbols.at(key.second));
    const StrategyIndex to = strategy(holder);
    if (to == kNoStrategy || to == key.first) {
      moved.emplace(key, position);
      continue;
    }
    PositionChange left;
    left.strategy = key.first;
    left.instrument = key.second;
    changes_.positions.insert_or_assign(key, left);
    position.strategy = to;
    changes_.positions.insert_or_assign({to, key.second}, position);
    moved.emplace(PositionKey{to, key.second}, position);
  }
  held_ = std::move(moved);
}

BookChanges BookKeeper::take_changes() {
  changes_.totals = totals_;
  changes_.notes = notes_;
  return std::exchange(changes_, {});
}

StrategyIndex BookKeeper::strategy(StrategyIndex of_config) const {
  return of_config < strategies_.size() ? strategies_[of_config] : kNoStrategy;
}

InstrumentIndex BookKeeper::instrument(InstrumentIndex of_config) const {
  return of_config < instruments_.size() ? instruments_[of_config] : kNoInstrument;
}

ExecutionReport BookKeeper::in_books(ExecutionReport report) const {
  report.strategy = strategy(report.strategy);
  report.instrument = instrument(report.instrument);
  return report;
}

OrderSpec BookKeeper::in_books(OrderSpec spec) const {
  spec.instrument = instrument(spec.instrument);
  return spec;
}

CommandEvent BookKeeper::in_books(CommandEvent command) const {
  command.strategy = strategy(command.strategy);
  command.instrument = instrument(command.instrument);
  command.spec = in_books(command.spec);
  return command;
}

void BookKeeper::apply(const Turn& turn) {
  const Event& event = turn.event;
  BELLWETHER_INVARIANT(event.number == totals_.last_event + 1, "the books miss an event");
  BELLWETHER_INVARIANT(config_ != nullptr, "books without a configuration");
  totals_.last_event = totals_.counts.events = event.number;
  totals_.last_event_hash = event_hash(event);
  totals_.last_time = event.time;
  totals_.account = turn.account;
  switch (event.type) {
    case EventType::Bar:
    case EventType::Trade:
    case EventType::Quote: add_market(turn); break;
    case EventType::Report: add_report(turn); break;
    case EventType::Command: add_command(event); break;
    case EventType::CommandNote:
      notes_.push_back(event);
      if (notes_.size() > kNotesKept) notes_.erase(notes_.begin());
      break;
    case EventType::CorporateAction: carry_open_orders(event); break;
    case EventType::SessionOpen: totals_.open_date = event.session.date; break;
    case EventType::SessionClose:
    case EventType::Timer:
    case EventType::Connection: break;
  }
  if (!turn.positions.empty()) add_positions(turn);
  if (!turn.closed_trades.empty()) add_trades(turn);
  add_intents(turn);
  if (event.type == EventType::SessionClose) close_session(turn);
}

void BookKeeper::add_market(const Turn& turn) {
  if (!is_market(turn.event)) return;
  ++totals_.counts.market_events;
  if (!turn.account.gross_exposure.is_zero()) ++totals_.counts.market_events_in_market;
  changes_.equity.push_back({turn.event.number, turn.event.time, turn.account.equity});
}

void BookKeeper::add_report(const Turn& turn) {
  if (!turn.takes_report()) return;
  const ExecutionReport report = in_books(turn.event.report);
  Money traded;
  if (report.type == ReportType::Fill) {
    traded = notional(report.last_price, report.last_quantity);
    totals_.counts.traded_notional += traded;
    changes_.fills.push_back({turn.event.time, {turn.event.number, report}});
  }
  const auto open = open_.find(report.order);
  if (open == open_.end()) {
    if (report.type == ReportType::Fill) changes_.late_fills.push_back(report);
    return;
  }
  const RowChange change = apply_report(open->second.row, report, traded);
  note_order(open->second);
  if (change == RowChange::Changed) return;
  const OrderRow ended = open->second.row;
  open_.erase(open);
  if (change != RowChange::EndedWithLegs) return;
  for (const OrderLeg which : {OrderLeg::Target, OrderLeg::StopLoss}) {
    const auto leg = open_.find(ended.id.with_leg(which));
    if (leg == open_.end()) continue;
    end_leg(leg->second.row, ended);
    note_order(leg->second);
    open_.erase(leg);
  }
}

void BookKeeper::add_command(const Event& event) {
  if (event.command.type == CommandType::Halt) {
    changes_.halts.push_back({event.number, {event.time, event.command.reason}});
  }
  CommandNotes notes;
  for (const Event& note : notes_) notes.add(note);
  changes_.commands.push_back({event.number, event.time, in_books(event.command), notes.of(event)});
}

void BookKeeper::carry_open_orders(const Event& event) {
  const InstrumentIndex in_these_books = instrument(event.instrument);
  for (auto& [id, order] : open_) {
    OrderRow& row = order.row;
    if (row.spec.instrument != in_these_books) continue;
    carry_through(row.spec, row.filled, event.corporate_action, config_->instruments[event.instrument]);
    note_order(order);
  }
}

void BookKeeper::close_session(const Turn& turn) {
  BookSession& session = changes_.sessions.emplace_back();
  session.event = turn.event.number;
  session.time = turn.event.time;
  session.date = turn.event.session.date;
  session.counts = totals_.counts;
  session.account = turn.account;
  session.lowest_cash = totals_.session_lowest_cash;
  for (const auto& [key, position] : held_) session.positions.push_back(position);
  totals_.session_lowest_cash = turn.account.cash;
  totals_.open_date.reset();
}

void BookKeeper::add_positions(const Turn& turn) {
  totals_.lowest_cash = std::min(totals_.lowest_cash, turn.account.cash);
  totals_.session_lowest_cash = std::min(totals_.session_lowest_cash, turn.account.cash);
  for (PositionChange change : turn.positions) {
    change.strategy = strategy(change.strategy);
    change.instrument = instrument(change.instrument);
    const PositionKey key{change.strategy, change.instrument};
    changes_.positions.insert_or_assign(key, change);
    if (change.quantity.is_zero()) {
      held_.erase(key);
    } else {
      held_.insert_or_assign(key, change);
    }
  }
}

void BookKeeper::add_trades(const Turn& turn) {
  std::uint16_t index = 0;
  for (TradeRecord trade : turn.closed_trades) {
    trade.strategy = strategy(trade.strategy);
    trade.instrument = instrument(trade.instrument);
    changes_.trades.push_back({turn.event.number, index++, turn.event.time, trade});
  }
}

void BookKeeper::add_intents(const Turn& turn) {
  std::size_t place = 0;
  for (const Intent& intent : turn.intents) {
    if (intent.denied != DenyReason::None) ++totals_.counts.denials;
    if (!adds_order(intent.command.kind)) continue;
    Intent here = intent;
    here.command.strategy = strategy(intent.command.strategy);
    here.command.spec = in_books(intent.command.spec);
    std::vector<OrderRow> rows;
    rows.reserve(3);  // Entry, target and stop: references to rows stay valid.
    make_rows(here, turn.event.time, [&]() -> OrderRow& { return rows.emplace_back(); });
    for (const OrderRow& row : rows) {
      const BookOrder order{order_key(turn.event.number, place++), row};
      note_order(order);
      if (row.denied == DenyReason::None) open_.insert_or_assign(row.id, order);
    }
  }
  totals_.counts.commands += turn.commands.size();
}

}  // namespace bellwether
