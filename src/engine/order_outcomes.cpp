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

OrderOutcomes& OrderOutcomes::operator+=(const OrderOutcomes& other) {
  for (const auto& [name, member] : kOutcomeCounts) {
    this->*member += other.*member;
  }
  for (std::size_t i = 0; i < denied_by.size(); ++i) denied_by[i] += other.denied_by[i];
  for (std::size_t i = 0; i < rejected_by.size(); ++i) rejected_by[i] += other.rejected_by[i];
  return *this;
}

}  // namespace bellwether
