#include "engine/simulated_exchange.hpp"

#include <algorithm>

#include "engine/adjustment.hpp"

namespace bellwether {
namespace {

/// The status report that a fill leaves behind: what of the order is filled and what is open.
bool says_where_it_stands(ReportType type) {
  return type != ReportType::CancelRejected && type != ReportType::ReplaceRejected;
}

bool ends(const ExecutionReport& report) {
  switch (report.type) {
    case ReportType::Canceled:
    case ReportType::Expired:
    case ReportType::Replaced:
    case ReportType::Rejected: return true;
    case ReportType::Fill: return report.leaves_quantity.is_zero();
    default: return false;
  }
}

}  // namespace

void SimulatedExchange::note(std::vector<ExecutionReport>& out, std::size_t first) {
  for (std::size_t i = first; i < out.size(); ++i) {
    ExecutionReport& report = out[i];
    report.execution_id = ++last_execution_;
    if (!says_where_it_stands(report.type)) continue;
    Known& known = known_[report.order];
    if (report.type == ReportType::Fill) {
      known.executions.push_back(report);
      books_.apply_fill(report);
    }
    known.last = report;
    if (ends(report)) end(report.order, known);
  }
}

void SimulatedExchange::end(OrderId id, Known& known) {
  if (std::exchange(known.ended, true)) return;
  ended_.push_back(id);
  if (ended_.size() <= kEndedMax) return;
  forgotten_upto_ = std::max(forgotten_upto_, ended_.front().event);
  known_.erase(ended_.front());
  ended_.pop_front();
}

void SimulatedExchange::on_market(const Event& event, std::vector<ExecutionReport>& out) {
  const std::size_t first = out.size();
  if (event.type == EventType::CorporateAction) {
    carry_executions(event.instrument, event.corporate_action);
    std::vector<PositionChange> changes;
    std::vector<TradeRecord> trades;
    books_.apply(event.instrument, event.corporate_action, event.time, changes, trades);
  } else {
    books_.mark(event);
  }
  simulator_.on_market(event, out);
  note(out, first);
}

void SimulatedExchange::refuse(OrderId id, Timestamp now, std::vector<ExecutionReport>& out) {
  const std::size_t first = out.size();
  simulator_.refuse(id, now, out);
  note(out, first);
}

void SimulatedExchange::submit(const OrderCommand& command, Timestamp now, std::vector<ExecutionReport>& out) {
  if (command.kind == CommandKind::Query) return answer(command, now, out);
  if (adds_order(command.kind) && knows(command.id)) {
    return say_rejected(command.id, command, RejectReason::DuplicateId, now, out);
  }
  const std::size_t first = out.size();
  simulator_.submit(command, now, out);
  note(out, first);
}

bool SimulatedExchange::knows(OrderId id) const {
  const auto has = [&](OrderLeg leg) { return known_.contains(id.with_leg(leg)); };
  return has(OrderLeg::Entry) || has(OrderLeg::Target) || has(OrderLeg::StopLoss);
}

/// Says of an order that there is none of it here, or one already.
void SimulatedExchange::say_rejected(OrderId id, const OrderCommand& command, RejectReason reason, Timestamp now,
                                     std::vector<ExecutionReport>& out) {
  ExecutionReport report;
  report.order = id;
  report.type = ReportType::Rejected;
  report.rejected = reason;
  report.strategy = command.strategy;
  report.instrument = command.spec.instrument;
  report.side = command.spec.side;
  report.time = now;
  report.execution_id = ++last_execution_;
  out.push_back(report);
}

void SimulatedExchange::answer(const OrderCommand& query, Timestamp now, std::vector<ExecutionReport>& out) {
  const auto found = known_.find(query.target);
  if (found == known_.end()) {
    if (query.target.event <= forgotten_upto_) return;
    return say_rejected(query.target, query, RejectReason::NeverArrived, now, out);
  }
  const Known& known = found->second;
  out.insert(out.end(), known.executions.begin(), known.executions.end());
  if (known.last.type == ReportType::Fill && known.ended) return;  // The executions say it all.
  if (!simulator_.report_status(query.target, now, out)) {
    out.push_back(known.last);
    out.back().time = now;
  }
  out.back().execution_id = ++last_execution_;
}

/// An execution that is told again after a split is told in the shares after it.
void SimulatedExchange::carry_executions(InstrumentIndex instrument, const CorporateAction& action) {
  if (!action.is_announced()) return;
  for (auto& [id, known] : known_) {
    if (known.last.instrument != instrument) continue;
    const auto carry = [&](ExecutionReport& report) {
      for (Quantity* quantity : {&report.last_quantity, &report.cumulative_quantity, &report.leaves_quantity}) {
        *quantity = shares_after_split(*quantity, action.split_ratio_billionths);
      }
      report.last_price = scaled(report.last_price, 1'000'000'000, action.split_ratio_billionths);
    };
    carry(known.last);
    for (ExecutionReport& execution : known.executions) carry(execution);
  }
}

void SimulatedExchange::take_over(const SimulatedExchange& before, const CarryOver& carry) {
  simulator_.take_over(before.simulator_, carry);
  books_.take_over(before.books_, carry);
  simulator_.take_books(books_);
  for (const auto& [id, order] : before.known_) {
    Known known = order;
    if (!carry.rename(known.last, known.last.instrument)) continue;
    std::erase_if(known.executions, [&](ExecutionReport& each) { return !carry.rename(each, each.instrument); });
    known_.emplace(id, std::move(known));
  }
  for (const OrderId& id : before.ended_) {
    if (known_.contains(id)) ended_.push_back(id);
  }
  forgotten_upto_ = before.forgotten_upto_;
  last_execution_ = before.last_execution_;
}

void SimulatedExchange::add_stakes(std::set<Stake>& stakes) const {
  books_.add_stakes(stakes);
  for (const auto& [id, known] : known_) {
    if (!known.ended) stakes.insert({known.last.strategy, known.last.instrument});
  }
}

void SimulatedExchange::save(ByteWriter& out) const {
  simulator_.save(out);
  books_.save(out);
  out.u32(static_cast<std::uint32_t>(known_.size()));
  for (const auto& [id, known] : known_) {
    write(out, id);
    write(out, known.last);
    out.u32(static_cast<std::uint32_t>(known.executions.size()));
    for (const ExecutionReport& execution : known.executions) write(out, execution);
    out.boolean(known.ended);
  }
  out.u32(static_cast<std::uint32_t>(ended_.size()));
  for (const OrderId& id : ended_) write(out, id);
  out.u64(forgotten_upto_);
  out.u64(last_execution_);
}

void SimulatedExchange::load(ByteReader& in) {
  simulator_.load(in);
  books_.load(in);
  known_.clear();
  ended_.clear();
  const std::uint32_t orders = in.u32();
  for (std::uint32_t i = 0; i < orders && in.ok(); ++i) {
    const OrderId id = read_order_id(in);
    Known& known = known_[id];
    known.last = read_execution_report(in);
    const std::uint32_t executions = in.u32();
    for (std::uint32_t n = 0; n < executions && in.ok(); ++n) known.executions.push_back(read_execution_report(in));
    known.ended = in.boolean();
  }
  const std::uint32_t ended = in.u32();
  for (std::uint32_t i = 0; i < ended && in.ok(); ++i) ended_.push_back(read_order_id(in));
  forgotten_upto_ = in.u64();
  last_execution_ = in.u64();
}

}  // namespace bellwether
