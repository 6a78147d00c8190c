#include "engine/position_stage.hpp"

#include "engine/account_places.hpp"

namespace bellwether {

void PositionStage::advance(Turn& turn) {
  const Event& event = turn.event;
  switch (event.type) {
    case EventType::Bar:
    case EventType::Trade:
    case EventType::Quote: portfolio_.mark(event); break;
    case EventType::CorporateAction:
      portfolio_.apply(event.instrument, event.corporate_action, event.time, turn.positions, turn.closed_trades);
      break;
    case EventType::Report: {
      const ExecutionReport& report = event.report;
      turn.verdict = judge(report);
      if (turn.verdict != ReportVerdict::Taken || report.type != ReportType::Fill) break;
      if (auto trade = portfolio_.apply_fill(report)) turn.closed_trades.push_back(*trade);
      turn.positions.push_back(portfolio_.change_of(report.strategy, report.instrument));
      break;
    }
    default: break;
  }
  turn.account = portfolio_.view();
}

ReportVerdict PositionStage::judge(const ExecutionReport& report) {
  if (report.type == ReportType::Fill) {
    if (!portfolio_.knows(report.strategy, report.instrument)) return ReportVerdict::Foreign;
    if (!portfolio_.can_take(report)) return ReportVerdict::Malformed;
  }
  // The engine's own reports have no execution id.
  const bool repeated = report.execution_id != 0 && !booked_.take(report.execution_id);
  return repeated ? ReportVerdict::Repeated : ReportVerdict::Taken;
}

void PositionStage::describe(AccountState& state, const EngineConfig& config) const {
  portfolio_.describe(state, config);
  state.booked = booked_.runs();
}

void PositionStage::restore(const AccountState& state, const AccountPlaces& places) {
  portfolio_.restore(state, places);
  booked_.restore(state.booked);
}

void PositionStage::save(ByteWriter& out) const {
  booked_.save(out);
  portfolio_.save(out);
}

void PositionStage::load(ByteReader& in) {
  booked_.load(in);
  portfolio_.load(in);
}

}  // namespace bellwether
