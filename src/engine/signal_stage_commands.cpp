// What operators' commands and halts ask of the strategies' orders and positions.
#include <algorithm>

#include "engine/signal_stage.hpp"

namespace bellwether {

void SignalStage::on_command(const CommandEvent& command) {
  switch (command.type) {
    case CommandType::Halt: return command.flatten ? flatten() : cancel_growth();
    case CommandType::Flatten: return flatten();
    case CommandType::Resume: return resume();
    case CommandType::CancelAll: return cancel_all(command.instrument);
    case CommandType::CancelOrder: return cancel_order(command.order);
    case CommandType::ClosePosition: return close_position(command);
    case CommandType::SubmitOrder: return submit_by_hand(command);
    case CommandType::PauseStrategy:
    case CommandType::ResumeStrategy: break;
  }
  if (command.strategy >= strategies_.size()) return;
  enter(command.strategy);
  if (command.type == CommandType::PauseStrategy) {
    for (InstrumentIndex instrument : context_.instruments()) context_.cancel_growth(instrument);
  } else {
    resume_own_goals([](const Context::Goal& goal) { return goal.wait == Context::Goal::Wait::NextSession; });
  }
}

void SignalStage::cancel_growth() {
  for_all_slots([&](InstrumentIndex instrument) { context_.cancel_growth(instrument); });
}

void SignalStage::flatten() {
  for_all_slots([&](InstrumentIndex instrument) { context_.set_goal(instrument, Context::Goal::Kind::Flatten); });
}

void SignalStage::resume() {
  for_all_slots([&](InstrumentIndex instrument) {
    Context::Goal& goal = context_.goal(instrument);
    if (goal.kind == Context::Goal::Kind::Flatten)
      goal.kind = Context::Goal::Kind::Close;  // A strategy may think again.
  });
  resume_goals([](const Context::Goal& goal) { return goal.wait == Context::Goal::Wait::NextSession; });
}

/// Every order, stops and targets too, and what was still to be sent; but a flatten goes on.
void SignalStage::cancel_all(InstrumentIndex only) {
  for_all_slots([&](InstrumentIndex instrument) {
    if (only != kNoInstrument && instrument != only) return;
    Context::Goal& goal = context_.goal(instrument);
    if (goal.kind == Context::Goal::Kind::Flatten) return;
    goal = {};
    context_.cancel_all(instrument);
  });
}

/// One that has ended meanwhile is left alone.
void SignalStage::cancel_order(OrderId id) {
  const OpenOrder* order = open_orders_.find(id);
  if (order == nullptr || order->state == OrderState::PendingCancel) return;
  enter(order->strategy);
  // What it was to reach is given up with it.
  Context::Goal& goal = context_.goal(order->spec.instrument);
  if (goal.order == id && goal.kind != Context::Goal::Kind::Flatten) goal = {};
  context_.ask_to_cancel(id);
}

/// A part is taken from the strategies that hold the instrument in their order, until there is as much of it.
void SignalStage::close_position(const CommandEvent& command) {
  const InstrumentIndex instrument = command.instrument;
  if (instrument >= subscribers_.size()) return;
  const bool all = command.quantity.is_zero();
  Quantity left = command.quantity;
  for_all([&](Strategy&) {
    Quantity held = context_.position(instrument).quantity;
    const bool meant = command.strategy == kNoStrategy || command.strategy == context_.strategy_;
    if (!meant || held.is_zero() || (!all && left.is_zero())) return;
    // What is being closed already is no part of what another command asks for.
    const Context::Goal& goal = context_.goal(instrument);
    if (goal.kind == Context::Goal::Kind::Close && goal.target.abs() < held.abs()) held = goal.target;
    const Quantity part = all ? held.abs() : std::min(left, held.abs());
    left -= part;
    context_.set_goal(instrument, Context::Goal::Kind::Close, held.is_positive() ? held - part : held + part);
  });
}

void SignalStage::submit_by_hand(const CommandEvent& command) {
  if (command.strategy >= strategies_.size() || command.spec.instrument >= subscribers_.size()) return;
  enter(command.strategy);
  context_.submit(command.spec);
}

}  // namespace bellwether
