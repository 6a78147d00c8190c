#include "engine/state_change.hpp"

namespace bellwether {
namespace {

bool moves_account(const Event& event) {
  switch (event.type) {
    case EventType::Bar: return !event.bar.history;
    case EventType::Report: return event.report.type == ReportType::Fill;
    case EventType::Trade:
    case EventType::Quote:
    case EventType::SessionOpen:
    case EventType::SessionClose:
    case EventType::CorporateAction:
    case EventType::Command: return true;
    case EventType::Timer:
    case EventType::Connection:
    case EventType::CommandNote: return false;
  }
  return false;
}

}  // namespace

void append_state_changes(const Turn& turn, std::vector<StateChange>& out) {
  const Event& event = turn.event;
  const auto add = [&](const StateChange::What& what) {
    out.push_back({event.number, event.time, event.type, event.instrument, what});
  };
  switch (event.type) {
    case EventType::SessionOpen:
    case EventType::SessionClose: add(event.session); break;
    case EventType::CorporateAction: add(event.corporate_action); break;
    case EventType::Report: add(event.report); break;
    case EventType::Command: add(event.command); break;
    case EventType::Connection: add(event.connection); break;
    case EventType::CommandNote: add(event.note); break;
    case EventType::Bar:
    case EventType::Trade:
    case EventType::Quote:
    case EventType::Timer: break;
  }
  for (const PositionChange& position : turn.positions) add(position);
  for (const TradeRecord& trade : turn.closed_trades) add(trade);
  for (const OrderCommand& command : turn.commands) add(command);
  if (moves_account(event)) add(turn.account);
}

}  // namespace bellwether
