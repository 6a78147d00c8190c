#include "engine/account_state.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace bellwether {
namespace {

std::string element(std::string_view list, std::size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

/// Collects the first contradiction.
class Check {
 public:
  explicit Check(const AccountState& state) : state_(&state) {}

  Expected<void> run() {
    check_names();
    check_amounts();
    check_positions();
    check_orders();
    check_goals();
    check_waiting();
    check_watch();
    check_rest();
    if (error_) return *error_;
    return {};
  }

 private:
  /// `condition` holds, or the place is at fault.
  void require(bool condition, auto&& place, std::string_view message) {
    if (!condition && !error_) error_ = Error{place(), std::string(message)};
  }

  void require_known(const std::string& strategy, const std::string& symbol, std::string_view list, std::size_t index) {
    const auto place = [&](const char* member) { return element(list, index) + "." + member; };
    if (!strategies_.contains(strategy)) {
      require(
          false, [&] { return place("strategy"); }, "'" + strategy + "' is not among the strategies");
    }
    if (!symbols_.contains(symbol)) {
      require(
          false, [&] { return place("symbol"); }, "'" + symbol + "' is not among the instruments");
    }
  }

  void check_names() {
    for (std::size_t i = 0; i < state_->instruments.size(); ++i) {
      const AccountInstrument& each = state_->instruments[i];
      const auto place = [&] { return element("instruments", i) + ".symbol"; };
      require(!each.symbol.empty(), place, "is empty");
      require(symbols_.emplace(each.symbol, i).second, place, "is given twice");
    }
    for (std::size_t i = 0; i < state_->strategies.size(); ++i) {
      const AccountStrategy& each = state_->strategies[i];
      const auto place = [&] { return element("strategies", i) + ".id"; };
      require(!each.id.empty(), place, "is empty");
      require(strategies_.insert(each.id).second, place, "is given twice");
      for (const auto& parameter : each.parameters) {
        const auto* real = std::get_if<double>(&parameter.second);
        const auto where = [&] { return element("strategies", i) + ".parameters." + parameter.first; };
        require(real == nullptr || std::isfinite(*real), where, "is not a number");
      }
    }
  }

  /// As far as fills may lead: see Portfolio::can_take. Sums of two such amounts are in range.
  template <typename Amount>
  static bool is_in_range(Amount amount) {
    constexpr std::int64_t kMost = Amount::max().raw() / 2;
    return amount.raw() <= kMost && amount.raw() >= -kMost;
  }

  /// `name` is that of a member of what `place()` is.
  template <typename Amount>
  void require_range(Amount amount, auto&& place, const char* name) {
    require(
        is_in_range(amount), [&] { return place() + "." + name; }, "is out of range");
  }

  void check_amounts() {
    const auto cash = [] { return std::string("cash"); };
    require_range(state_->cash.cash, cash, "cash");
    require_range(state_->cash.realized, cash, "realized");
    require_range(state_->cash.realized_fifo, cash, "realized_fifo");
    require_range(state_->cash.fees, cash, "fees");
    require_range(state_->cash.dividends, cash, "dividends");
    const auto breakers = [] { return std::string("breakers"); };
    require_range(state_->breakers.peak_equity, breakers, "peak_equity");
    require_range(state_->breakers.session_start_equity, breakers, "session_start_equity");
    for (std::size_t i = 0; i < state_->instruments.size(); ++i) {
      const AccountInstrument& each = state_->instruments[i];
      const auto place = [i](const char* name) { return [=] { return element("instruments", i) + "." + name; }; };
      require(!each.mark.is_negative(), place("mark"), "is below zero");
      require(!each.strategy_price.is_negative(), place("strategy_price"), "is below zero");
      require(!each.checked_price.is_negative(), place("checked_price"), "is below zero");
    }
  }

  void check_positions() {
    std::set<std::pair<std::string_view, std::string_view>> pairs;
    Int128 value = 0;
    Int128 gross = 0;
    for (std::size_t i = 0; i < state_->positions.size(); ++i) {
      const AccountPosition& each = state_->positions[i];
      const auto place = [&] { return element("positions", i); };
      require_known(each.strategy, each.symbol, "positions", i);
      if (error_) return;
      require(pairs.emplace(each.strategy, each.symbol).second, place, "its strategy and symbol are given twice");
      check_position_amounts(each, i);
      check_lots(each, i);
      const Price mark = state_->instruments[symbols_.find(each.symbol)->second].mark;
      const Int128 worth = saturating_notional(mark, each.quantity).raw();
      value += worth;
      gross += worth < 0 ? -worth : worth;
    }
    const auto fits = [](Int128 amount) { return amount < Money::max().raw() && -amount < Money::max().raw(); };
    require(
        fits(gross) && fits(value + state_->cash.cash.raw()), [] { return std::string("positions"); },
        "at their marks they are worth more than any account");
  }

  void check_position_amounts(const AccountPosition& each, std::size_t index) {
    const auto place = [index] { return element("positions", index); };
    require_range(each.quantity, place, "quantity");
    require_range(each.cost, place, "cost");
    require_range(each.realized_average, place, "realized_average");
    require_range(each.realized_fifo, place, "realized_fifo");
    require_range(each.fees, place, "fees");
    require_range(each.dividends, place, "dividends");
    const auto trip = [index] { return element("positions", index) + ".round_trip"; };
    require_range(each.trip.opened, trip, "opened");
    require_range(each.trip.closed, trip, "closed");
    require_range(each.trip.peak, trip, "peak");
    require_range(each.trip.entry_notional, trip, "entry_notional");
    require_range(each.trip.exit_notional, trip, "exit_notional");
    require_range(each.trip.realized, trip, "realized");
    require_range(each.trip.fees, trip, "fees");
    require_range(each.trip.mae, trip, "mae");
    require_range(each.trip.mfe, trip, "mfe");
    require_range(each.trip.risk_quantity, trip, "risk_quantity");
    require_range(each.trip.risk, trip, "risk");
  }

  void check_lots(const AccountPosition& position, std::size_t index) {
    Int128 sum = 0;
    for (std::size_t i = 0; i < position.lots.size(); ++i) {
      const auto place = [=] { return element("positions", index) + "." + element("lots", i); };
      require_range(position.lots[i].quantity, place, "quantity");
      require_range(position.lots[i].cost, place, "cost");
      sum += position.lots[i].quantity.raw();
    }
    const auto member = [index](const char* name) { return [=] { return element("positions", index) + "." + name; }; };
    if (sum != position.quantity.raw()) {
      require(false, member("lots"), "do not add up to the quantity, which is " + position.quantity.to_string());
    }
    if (!position.quantity.is_zero()) return;
    require(position.lots.empty(), member("lots"), "a position of zero has none");
    require(position.cost.is_zero(), member("cost"), "a position of zero has none");
    require(position.trip == Position::RoundTrip(), member("round_trip"), "a position of zero has none");
  }

  void check_orders() {
    std::vector<OrderId> ids;
    for (std::size_t i = 0; i < state_->orders.size(); ++i) {
      const AccountOrder& each = state_->orders[i];
      const auto member = [i](const char* name) { return [=] { return element("orders", i) + "." + name; }; };
      require_known(each.strategy, each.symbol, "orders", i);
      require_id(each.id, member("id"));
      require(each.state || each.strategy_state, member("state"), "neither risk nor strategies have the order");
      require(!each.state || !is_terminal(*each.state), member("state"), "an open order has not ended");
      require(!each.strategy_state || !is_terminal(*each.strategy_state), member("strategy_state"),
              "an open order has not ended");
      require(!each.filled.is_negative(), member("filled"), "is below zero");
      require(is_in_range(each.filled), member("filled"), "is out of range");
      require(is_in_range(each.spec.quantity), member("quantity"), "is out of range");
      // A leg may have been cut below what has filled of it by what the venue says.
      const bool is_entry = each.state && each.id.leg == OrderLeg::Entry;
      require(!is_entry || each.filled <= each.spec.quantity, member("filled"), "is above the quantity");
      ids.push_back(each.id);
    }
    require_once(ids, "orders");
  }

  void check_goals() {
    std::set<std::pair<std::string_view, std::string_view>> pairs;
    for (std::size_t i = 0; i < state_->goals.size(); ++i) {
      const AccountGoal& each = state_->goals[i];
      require_known(each.strategy, each.symbol, "goals", i);
      require(
          pairs.emplace(each.strategy, each.symbol).second, [&] { return element("goals", i); },
          "its strategy and symbol are given twice");
      const auto place = [i] { return element("goals", i); };
      require(
          each.goal.kind != PositionGoal::Kind::None, [&] { return place() + ".kind"; }, "is none");
      require_range(each.goal.target, place, "target");
    }
  }

  void check_waiting() {
    for (std::size_t i = 0; i < state_->waiting.size(); ++i) {
      const AccountWaiting& each = state_->waiting[i];
      const auto member = [i](const char* name) { return [=] { return element("waiting", i) + "." + name; }; };
      const CommandKind kind = each.command.kind;
      require(kind == CommandKind::Cancel || kind == CommandKind::Replace, member("kind"),
              "only a cancel or a replacement waits");
      require(strategies_.contains(each.strategy), member("strategy"), "is not among the strategies");
      require_id(each.command.target, member("target"));
      if (kind != CommandKind::Replace) continue;
      require(symbols_.contains(each.symbol), member("symbol"), "is not among the instruments");
      require_id(each.command.id, member("id"));
    }
  }

  void check_watch() {
    std::vector<OrderId> ids;
    for (std::size_t i = 0; i < state_->watched.size(); ++i) {
      require_id(state_->watched[i].id, [&] { return element("watched", i) + ".id"; });
      ids.push_back(state_->watched[i].id);
    }
    require_once(ids, "watched");
    for (std::size_t i = 0; i < state_->booked.size(); ++i) {
      const BookedExecutions::Run& run = state_->booked[i];
      const auto place = [&] { return element("booked", i); };
      require(run.first != 0 && run.first <= run.last, place, "ends before it begins, or begins at 0");
      require(i == 0 || run.first - 1 > state_->booked[i - 1].last, place,
              "does not lie behind a gap after the one before");
    }
    require(
        state_->booked.size() <= BookedExecutions::kRunsMax, [] { return std::string("booked"); },
        "are more runs than are kept, which is " + std::to_string(BookedExecutions::kRunsMax));
  }

  void check_rest() {
    for (std::size_t i = 0; i < state_->timers.size(); ++i) {
      require(
          strategies_.contains(state_->timers[i].strategy), [&] { return element("timers", i) + ".strategy"; },
          "is not among the strategies");
    }
    require(
        std::ranges::is_sorted(state_->breakers.recent_orders), [] { return std::string("breakers.recent_orders"); },
        "are not in the order of time");
  }

  /// Ids are made of the events that caused the orders.
  void require_id(OrderId id, auto&& place) {
    require(id.exists() && id.event <= state_->last_event, place, "is not an order of an event up to the last one");
  }

  void require_once(std::vector<OrderId> ids, std::string_view list) {
    std::ranges::sort(ids);
    const auto twice = std::ranges::adjacent_find(ids);
    if (twice != ids.end()) {
      require(
          false, [&] { return std::string(list); }, "order " + twice->client_order_id() + " is given twice");
    }
  }

  const AccountState* state_;
  std::map<std::string_view, std::size_t> symbols_;
  std::set<std::string_view> strategies_;
  std::optional<Error> error_;
};

}  // namespace

Expected<void> check(const AccountState& state) { return Check(state).run(); }

std::vector<HeldPair> held_pairs(const AccountState& state) {
  std::set<HeldPair> pairs;
  for (const AccountPosition& each : state.positions) {
    if (!each.quantity.is_zero()) pairs.insert({each.strategy, each.symbol});
  }
  for (const AccountOrder& each : state.orders) pairs.insert({each.strategy, each.symbol});
  for (const AccountGoal& each : state.goals) pairs.insert({each.strategy, each.symbol});
  return {pairs.begin(), pairs.end()};
}

}  // namespace bellwether
