#include "engine/session_recorder.hpp"

#include <algorithm>

namespace bellwether {
namespace {

/// Asks for the memory of the rows that will be added some rows later.
template <typename Row>
void prefetch_next(const std::vector<Row>& rows) {
  constexpr std::size_t kAhead = 4;
  if (rows.size() + kAhead >= rows.capacity()) return;
  const char* const row = reinterpret_cast<const char*>(rows.data() + rows.size() + kAhead);
  for (std::size_t offset = 0; offset < sizeof(Row); offset += 64) __builtin_prefetch(row + offset, 1);
}

}  // namespace

void SessionRecorder::reserve(std::size_t market_events) {
  constexpr std::size_t kBarsPerOrder = 16;
  record_.equity.reserve(market_events);
  record_.orders.reserve(market_events / kBarsPerOrder);
  record_.fills.reserve(market_events / kBarsPerOrder);
  record_.trades.reserve(market_events / kBarsPerOrder);
}

void SessionRecorder::apply(const Turn& turn) {
  const Event& event = turn.event;
  record_.counts.events = event.number;
  record_.account = turn.account;
  const bool market = event.type == EventType::Trade || event.type == EventType::Quote ||
                      (event.type == EventType::Bar && !event.bar.history);
  if (market) {
    ++record_.counts.market_events;
    if (!turn.account.gross_exposure.is_zero()) ++record_.counts.market_events_in_market;
    record_.equity.append(event.time, turn.account.equity);
  } else if (turn.takes_report()) {
    apply_report(event.report, event.number);
  } else if (event.type == EventType::Command && event.command.type == CommandType::Halt) {
    record_.halts.push_back({event.time, event.command.reason});
  } else if (event.type == EventType::CorporateAction) {
    for (const OpenRow& open : open_) {
      OrderRow& row = record_.orders[open.row];
      if (row.spec.instrument != event.instrument) continue;
      carry_through(row.spec, row.filled, event.corporate_action, config_->instruments[event.instrument]);
    }
  } else if (event.type == EventType::SessionClose) {
    record_.daily.push_back({event.session.date, turn.account.equity});
    const RunCounts& counts = record_.counts;
    record_.activity.push_back(
        {turn.account.gross_exposure, counts.traded_notional, counts.market_events, counts.market_events_in_market});
  }
  if (!turn.positions.empty()) record_.lowest_cash = std::min(record_.lowest_cash, turn.account.cash);
  for (const PositionChange& change : turn.positions) {
    record_.positions[change.strategy * config_->instruments.size() + change.instrument] = change;
  }
  if (!turn.closed_trades.empty()) {
    prefetch_next(record_.trades);
    record_.trades.insert(record_.trades.end(), turn.closed_trades.begin(), turn.closed_trades.end());
  }
  apply_intents(turn);
}

void SessionRecorder::apply_run(std::size_t bars, Timestamp first_close, Duration interval,
                                std::span<const Money> equity, const AccountView& account) {
  record_.counts.events += bars;
  record_.counts.market_events += bars;
  record_.counts.market_events_in_market += equity.size();
  record_.account = account;
  if (equity.empty()) {
    record_.equity.append_still(first_close, interval, bars, account.equity);
  } else {
    record_.equity.append_run(first_close, interval, equity);
  }
}

void SessionRecorder::apply_intents(const Turn& turn) {
  for (const Intent& intent : turn.intents) {
    if (intent.denied != DenyReason::None) ++record_.counts.denials;
    if (adds_order(intent.command.kind)) add_rows(intent, turn.event.time);
  }
  record_.counts.commands += turn.commands.size();
}

void SessionRecorder::add_rows(const Intent& intent, Timestamp now) {
  const std::size_t before = record_.orders.size();
  make_rows(intent, now, [&]() -> OrderRow& {
    prefetch_next(record_.orders);
    return record_.orders.emplace_back();
  });
  if (intent.denied != DenyReason::None) return;
  for (std::size_t row = before; row < record_.orders.size(); ++row) open_.push_back({record_.orders[row].id, row});
}

void SessionRecorder::apply_report(const ExecutionReport& report, EventNumber event) {
  Money traded;
  if (report.type == ReportType::Fill) {
    prefetch_next(record_.fills);
    FillRow& row = record_.fills.emplace_back();
    row.event = event;
    row.report = report;
    traded = notional(report.last_price, report.last_quantity);
    record_.counts.traded_notional += traded;
  }
  const auto open =
      std::find_if(open_.rbegin(), open_.rend(), [&](const OpenRow& row) { return row.id == report.order; });
  if (open == open_.rend()) {
    if (report.type == ReportType::Fill) add_to_ended(report, traded);
    return;
  }
  OrderRow& row = record_.orders[open->row];
  const RowChange change = bellwether::apply_report(row, report, traded);
  if (change == RowChange::Changed) return;
  open_.erase(std::next(open).base());
  if (change == RowChange::EndedWithLegs) end_legs(row);
}

/// The legs of an entry that was refused go with it.
void SessionRecorder::end_legs(const OrderRow& entry) {
  std::erase_if(open_, [&](const OpenRow& open) {
    if (open.id.with_leg(OrderLeg::Entry) != entry.id) return false;
    end_leg(record_.orders[open.row], entry);
    return true;
  });
}

void SessionRecorder::add_to_ended(const ExecutionReport& report, Money traded) {
  const auto row = std::find_if(record_.orders.rbegin(), record_.orders.rend(),
                                [&](const OrderRow& each) { return each.id == report.order; });
  if (row != record_.orders.rend()) add_late_fill(*row, report, traded);
}

void SessionRecorder::save(ByteWriter& out) const {
  out.fixed(record_.initial_cash);
  out.u64(record_.orders.size());
  for (const OrderRow& row : record_.orders) write(out, row);
  out.u64(record_.fills.size());
  for (const FillRow& fill : record_.fills) {
    out.u64(fill.event);
    write(out, fill.report);
  }
  out.u64(record_.trades.size());
  for (const TradeRecord& trade : record_.trades) write(out, trade);
  out.u64(record_.halts.size());
  for (const HaltRow& halt : record_.halts) {
    out.time(halt.time);
    out.u8(static_cast<std::uint8_t>(halt.reason));
  }
  record_.equity.save(out);
  out.u64(record_.daily.size());
  for (const DailyEquity& daily : record_.daily) {
    out.i64(daily.session.days);
    out.fixed(daily.equity);
  }
  for (const SessionActivity& activity : record_.activity) {
    out.fixed(activity.gross_exposure);
    out.sum(activity.traded_notional);
    out.u64(activity.market_events);
    out.u64(activity.market_events_in_market);
  }
  const RunCounts& c = record_.counts;
  for (std::uint64_t count : {c.events, c.market_events, c.market_events_in_market, c.commands, c.denials})
    out.u64(count);
  out.sum(c.traded_notional);
  const AccountView& a = record_.account;
  for (Money amount : {a.cash, a.equity, a.gross_exposure, a.realized_pnl, a.fees, a.realized_fifo, a.dividends}) {
    out.fixed(amount);
  }
  out.fixed(record_.lowest_cash);
  for (const PositionChange& position : record_.positions) {
    out.fixed(position.quantity);
    out.fixed(position.average_price);
  }
  out.u64(open_.size());
  for (const OpenRow& open : open_) {
    write(out, open.id);
    out.u64(open.row);
  }
}

}  // namespace bellwether
