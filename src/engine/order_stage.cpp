#include "engine/order_stage.hpp"

namespace bellwether {
namespace {

/// The engine's own report on an intent that the risk stage refused.
ExecutionReport refusal(const Intent& intent, Timestamp now) {
  ExecutionReport report;
  report.type = intent.command.kind == CommandKind::Cancel ? ReportType::CancelRejected : ReportType::Denied;
  report.order = intent.command.kind == CommandKind::Cancel ? intent.command.target : intent.command.id;
  report.denied = intent.denied;
  if (report.type == ReportType::CancelRejected) report.rejected = RejectReason::UnknownOrder;
  report.strategy = intent.command.strategy;
  report.instrument = intent.command.spec.instrument;
  report.side = intent.command.spec.side;
  report.time = now;
  return report;
}

/// The old order of a refused replacement stays as it was.
ExecutionReport replacement_refusal(const Intent& intent, Timestamp now) {
  ExecutionReport report = refusal(intent, now);
  report.type = ReportType::ReplaceRejected;
  report.order = intent.command.target;
  report.related = intent.command.id;
  return report;
}

}  // namespace

void OrderStage::issue(Turn& turn) {
  for (const Intent& intent : turn.intents) {
    if (intent.denied == DenyReason::None) {
      turn.commands.push_back(intent.command);
      continue;
    }
    if (intent.command.kind == CommandKind::Replace) {
      turn.follow_ups.push_back(Event::of(replacement_refusal(intent, turn.event.time)));
    }
    turn.follow_ups.push_back(Event::of(refusal(intent, turn.event.time)));
  }
}

}  // namespace bellwether
