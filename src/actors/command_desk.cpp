#include "actors/command_desk.hpp"

#include <algorithm>

namespace bellwether {

CommandDesk::Pending* CommandDesk::find(const OperatorCommand& command) {
  if (command.words.key.text().empty()) return nullptr;
  if (under_way_ && under_way_->command.words.key == command.words.key) return &*under_way_;
  const auto found =
      std::ranges::find_if(waiting_, [&](const Pending& each) { return each.command.words.key == command.words.key; });
  return found == waiting_.end() ? nullptr : &*found;
}

namespace {

void refuse_one(CommandDesk::Promise promise) {
  promise.deliver(caf::make_error(caf::sec::runtime_error,
                                  std::to_string(CommandDesk::kWaitingMax) + " commands wait for their turn already"));
}

}  // namespace

void CommandDesk::take(const OperatorCommand& command, Promise promise) {
  if (const auto known = keys_->find(command)) {
    promise.deliver(*known);
  } else if (Pending* pending = find(command); pending == nullptr) {
    if (command.only_ask) {
      promise.deliver(CommandReceipt());
      return;
    }
    if (waiting_.size() >= kWaitingMax) return refuse_one(std::move(promise));
    Pending& added = waiting_.emplace_back();
    added.command = command;
    added.promises.push_back(std::move(promise));
  } else if (same_command(pending->command, command)) {
    if (pending->promises.size() >= kWaitingMax) return refuse_one(std::move(promise));
    pending->promises.push_back(std::move(promise));
  } else {
    CommandReceipt refusal;
    refusal.key_taken = true;
    promise.deliver(refusal);
  }
}

std::vector<Event> CommandDesk::begin(Timestamp time) {
  under_way_ = std::move(waiting_.front());
  waiting_.pop_front();
  return events_of(under_way_->command, time);
}

void CommandDesk::on_passed(const Turn& turn) {
  keys_->pass(turn);
  if (!under_way_ || !is_operator_command(turn.event)) return;
  CommandReceipt receipt = receipt_of(turn);
  for (Promise& promise : under_way_->promises) {
    promise.deliver(receipt);
    receipt.repeated = true;
  }
  under_way_.reset();
}

void CommandDesk::refuse(bool all) {
  const auto refuse_all = [](Pending& pending) {
    for (Promise& promise : pending.promises) promise.deliver(caf::make_error(caf::sec::request_receiver_down));
  };
  std::ranges::for_each(waiting_, refuse_all);
  waiting_.clear();
  if (!all || !under_way_) return;
  refuse_all(*under_way_);
  under_way_.reset();
}

}  // namespace bellwether
