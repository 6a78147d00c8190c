#include "app/change_desk.hpp"

namespace bellwether {

std::optional<ConfigurationAnswer> ChangeDesk::ask(const ConfigurationRequest& request,
                                                   std::chrono::milliseconds patience) {
  std::future<ConfigurationAnswer> answer;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return closed_;
    Pending& pending = waiting_.emplace_back();
    pending.request = request;
    answer = pending.answer.get_future();
  }
  if (answer.wait_for(patience) != std::future_status::ready) return std::nullopt;
  return answer.get();
}

std::optional<ChangeDesk::Pending> ChangeDesk::take() {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) return std::nullopt;
  Pending pending = std::move(waiting_.front());
  waiting_.pop_front();
  return pending;
}

void ChangeDesk::close(ConfigurationAnswer answer) {
  const std::lock_guard lock(mutex_);
  for (Pending& pending : waiting_) pending.answer.set_value(answer);
  waiting_.clear();
  closed_ = std::move(answer);
}

}  // namespace bellwether
