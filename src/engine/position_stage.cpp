#include "engine/position_stage.hpp"

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
      if (report.execution_id != 0) {
        if (report.execution_id <= last_execution_id_) break;  // A repeat.
        last_execution_id_ = report.execution_id;
      }
      if (report.type != ReportType::Fill) break;
      if (auto trade = portfolio_.apply_fill(report)) turn.closed_trades.push_back(*trade);
      turn.positions.push_back(portfolio_.change_of(report.strategy, report.instrument));
      break;
    }
    default: break;
  }
  turn.account = portfolio_.view();
}

void PositionStage::save(ByteWriter& out) const {
  out.u64(last_execution_id_);
  portfolio_.save(out);
}

void PositionStage::load(ByteReader& in) {
  last_execution_id_ = in.u64();
  portfolio_.load(in);
}

}  // namespace bellwether
