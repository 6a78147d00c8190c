#include "engine/order_outcomes.hpp"

#include "engine/open_orders.hpp"

namespace bellwether {

void OrderOutcomes::count(const OrderRow& row) {
  ++asked;
  switch (row.state) {
    case OrderState::Filled: ++filled; return;
    case OrderState::Denied:
      ++denied;
      ++denied_by[static_cast<std::size_t>(row.denied)];
      return;
    case OrderState::Rejected:
      if (!row.filled.is_zero()) break;
      ++rejected;
      ++rejected_by[static_cast<std::size_t>(row.rejected)];
      return;
    default: break;
  }
  if (!is_terminal(row.state)) {
    ++open;
  } else if (!row.filled.is_zero()) {
    ++cut;
  } else if (row.state == OrderState::Canceled) {
    ++cancelled;
  } else if (row.state == OrderState::Expired) {
    ++expired;
  } else {
    ++replaced;
  }
}

OrderOutcomes::ByReason OrderOutcomes::denials() const {
  ByReason some;
  for (const DenyReasonText& each : kDenyReasons) {
    const std::uint64_t count = denied_by[static_cast<std::size_t>(each.reason)];
    if (count > 0) some.emplace_back(each.token, count);
  }
  return some;
}

OrderOutcomes::ByReason OrderOutcomes::rejections() const {
  ByReason some;
  for (std::size_t i = 0; i < rejected_by.size(); ++i) {
    if (rejected_by[i] > 0) some.emplace_back(token(static_cast<RejectReason>(i)), rejected_by[i]);
  }
  return some;
}

OrderOutcomes& OrderOutcomes::operator+=(const OrderOutcomes& other) {
  for (const auto& [name, member] : kOutcomeCounts) {
    this->*member += other.*member;
  }
  for (std::size_t i = 0; i < denied_by.size(); ++i) denied_by[i] += other.denied_by[i];
  for (std::size_t i = 0; i < rejected_by.size(); ++i) rejected_by[i] += other.rejected_by[i];
  return *this;
}

}  // namespace bellwether
