#include "engine/order_reserves.hpp"

#include <algorithm>

namespace bellwether {
namespace {

/// `saturating_notional`, without an end to the range.
Int128 unbounded_notional(Price price, Quantity quantity) {
  const Money amount = saturating_notional(price, quantity);
  if (amount < Money::max()) return amount.raw();
  return divide(Int128{price.raw()} * quantity.raw(), Int128{1'000'000'000'000}, Rounding::HalfEven);
}

/// All amounts summed up here are zero or more, so that a sum of sums that stop at the end of the range is this.
std::int64_t bounded(Int128 sum) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  return sum > kMost ? kMost : static_cast<std::int64_t>(sum);
}

std::size_t index_of(Side side) { return static_cast<std::size_t>(side); }

/// An order's own price; zero for one that takes what there is.
Price own_price(const OrderSpec& spec) { return std::max(spec.limit_price, spec.stop_price); }

/// A price of which whole shares cost a whole number of the smallest amount of money.
bool is_even(Price price) { return price.raw() % 1'000 == 0; }

bool same_order(const OrderSpec& a, const OrderSpec& b) {
  return a.instrument == b.instrument && a.side == b.side && a.type == b.type && a.quantity == b.quantity &&
         a.limit_price == b.limit_price && a.stop_price == b.stop_price && a.trail == b.trail;
}

/// Of what `same_order` compares.
std::uint32_t hash_of(StrategyIndex strategy, const OrderSpec& spec) {
  constexpr std::uint64_t kMix = 0x9e3779b97f4a7c15U;
  std::uint64_t hash = (std::uint64_t{strategy} << 32) | (std::uint64_t{spec.instrument} << 16) |
                       (index_of(spec.side) << 8) | static_cast<std::uint64_t>(spec.type);
  for (std::int64_t each : {spec.quantity.raw(), spec.limit_price.raw(), spec.stop_price.raw(), spec.trail.raw()}) {
    hash = (hash ^ (hash >> 29) ^ static_cast<std::uint64_t>(each)) * kMix;
  }
  return static_cast<std::uint32_t>(hash >> 32);
}

/// True where nothing is on its way that would end the order.
bool stays(const OpenOrder& order) {
  return order.state != OrderState::PendingCancel && order.state != OrderState::PendingReplace;
}

/// True where an order would be the command's double.
bool is_double(const OpenOrder& order, const OrderCommand& command) {
  return order.strategy == command.strategy && order.id != command.target && stays(order) &&
         same_order(order.spec, command.spec);
}

bool is_alone(const OpenOrder& order) { return !order.is_protective() && order.spec.order_class == OrderClass::Simple; }

}  // namespace

Price worst_price(const OrderSpec& spec, Price last_price) {
  return std::max({spec.limit_price, spec.stop_price, last_price});
}

void OrderReach::add(Side side, Quantity quantity, Price price) {
  Quantity& open = side == Side::Buy ? buys : sells;
  Money& value = side == Side::Buy ? buy_value : sell_value;
  open = saturating_sum(open, quantity);
  value = saturating_sum(value, saturating_notional(price, quantity));
}

Quantity OrderReach::worst(Side side) const {
  return side == Side::Buy ? saturating_sum(position, buys).abs() : saturating_sum(-position, sells).abs();
}

Money OrderReach::worst_value(Side side, Price last_price) const {
  const Money held = saturating_notional(last_price, position);
  return side == Side::Buy ? saturating_sum(held, buy_value).abs() : saturating_sum(-held, sell_value).abs();
}

Money OrderReach::worst_value(Price last_price) const {
  return std::max(worst_value(Side::Buy, last_price), worst_value(Side::Sell, last_price));
}

OrderReserves::OrderReserves(std::size_t instruments, std::size_t strategies)
    : tallies_(instruments), own_(instruments * strategies), worst_(instruments) {}

/// What counts of a leg that is open for `leaves`. `counted` is what already does of its group's other.
Quantity OrderReserves::counted_of(Quantity leaves, const OpenOrder* entry, Quantity counted) {
  // What the entry is still to fill and the legs are to end again makes no difference.
  if (entry != nullptr) leaves -= entry->leaves();
  // The legs of a group stand together: one cancels the other.
  return std::max(leaves - counted, Quantity());
}

OrderReserves::Group OrderReserves::group_of(const OpenOrders& open, OrderId id, const OpenOrder* except) {
  Group group;
  const OpenOrder* const entry = open.find(id.with_leg(OrderLeg::Entry));
  if (entry != nullptr && entry != except) group.shares[group.size++] = {entry, entry->leaves()};
  if (entry != nullptr && is_alone(*entry)) return group;
  Quantity counted;
  for (OrderLeg leg : {OrderLeg::Target, OrderLeg::StopLoss}) {
    const OpenOrder* const order = open.find(id.with_leg(leg));
    if (order == nullptr || order == except) continue;
    const Quantity quantity = counted_of(order->leaves(), entry, counted);
    counted += quantity;
    group.shares[group.size++] = {order, quantity};
  }
  return group;
}

void OrderReserves::clear(Tallies& tallies, Price price) {
  tallies = {};
  tallies.price = price;
}

void OrderReserves::count(Tallies& tallies, const OrderSpec& spec, Quantity quantity, std::int64_t times) {
  Tally& tally = tallies.sides[index_of(spec.side)];
  const Price own = own_price(spec);
  const bool floats = own < tallies.price;
  (floats ? tallies.low : tallies.high) = floats ? std::max(tallies.low, own) : std::min(tallies.high, own);
  tally.quantity += times * Int128{quantity.raw()};
  tally.value += times * unbounded_notional(std::max(own, tallies.price), quantity);
  if (floats) tally.floating += times * Int128{quantity.raw()};
  if (quantity.raw() % Quantity::kScale != 0) tallies.odd += static_cast<std::uint32_t>(times);
}

void OrderReserves::count_one(const OpenOrder& order, Quantity quantity, std::int64_t times) {
  Tallies& tallies = tallies_[order.spec.instrument];
  count(tallies, order.spec, quantity, times);
  tallies.count += static_cast<std::uint32_t>(times);
  if (tallies.count == 0) clear(tallies, tallies.price);
  own_[slot(order.strategy, order.spec.instrument)][index_of(order.spec.side)] += times * Int128{quantity.raw()};
  touch(order.spec.instrument);
}

void OrderReserves::count_all(const OpenOrders& open, const Group& group, std::int64_t times) {
  for (const Share& share : group) {
    count_one(*share.order, share.quantity, times);
    const std::uint32_t slot = open.slot_of(*share.order);
    if (times > 0) {
      by_spec_.insert(slot, hash_of(share.order->strategy, share.order->spec));
    } else {
      by_spec_.erase(slot);
    }
  }
}

void OrderReserves::add(const OpenOrders& open, const OrderCommand& command) {
  if (keeps_sums_) return count_all(open, group_of(open, command.id, nullptr), 1);
  touch(command.spec.instrument);
  if (open.size() > OpenOrders::kFew) begin_sums(open);
}

OpenOrders::Applied OrderReserves::apply(OpenOrders& open, const ExecutionReport& report) {
  if (!keeps_sums_) return apply_to_few(open, report);
  const OpenOrders::Applied applied = apply_to_many(open, report);
  if (open.size() <= OpenOrders::kFewAgain) end_sums(open);
  return applied;
}

OpenOrders::Applied OrderReserves::apply_to_few(OpenOrders& open, const ExecutionReport& report) {
  if (report.type == ReportType::Rejected || report.type == ReportType::Denied) {
    // What it ends may be no more than the legs of a group, which the answer does not name.
    for (const OpenOrder& each : open.all()) touch(each.spec.instrument);
  }
  const OpenOrders::Applied applied = open.apply(report);
  if (applied.order != nullptr) touch(applied.order->spec.instrument);
  return applied;
}

OpenOrders::Applied OrderReserves::apply_to_many(OpenOrders& open, const ExecutionReport& report) {
  const OpenOrder* const order = open.find(report.order);
  if (order == nullptr || !is_alone(*order)) {
    const OrderId id = report.order;
    count_all(open, group_of(open, id, nullptr), -1);
    const OpenOrders::Applied applied = open.apply(report);
    count_all(open, group_of(open, id, nullptr), 1);
    return applied;
  }
  // Most orders are alone, and most reports change nothing that is summed up.
  const OpenOrder before = *order;
  const std::uint32_t slot = open.slot_of(*order);
  const OpenOrders::Applied applied = open.apply(report);
  if (applied.outcome == OpenOrders::Outcome::Ended) {
    count_one(before, before.leaves(), -1);
    by_spec_.erase(slot);
    return applied;
  }
  const OpenOrder& after = open.at(slot);
  if (before.filled == after.filled && before.spec == after.spec) return applied;
  count_one(after, after.leaves(), 1);
  count_one(before, before.leaves(), -1);
  if (before.spec == after.spec) return applied;
  by_spec_.erase(slot);
  by_spec_.insert(slot, hash_of(after.strategy, after.spec));
  return applied;
}

void OrderReserves::apply(OpenOrders& open, const CorporateAction& action, InstrumentIndex index,
                          const Instrument& instrument) {
  open.apply(action, index, instrument);
  reset(open);
  touch(index);
}

void OrderReserves::reset(const OpenOrders& open) {
  std::fill(tallies_.begin(), tallies_.end(), Tallies());
  std::fill(own_.begin(), own_.end(), std::array<Int128, 2>{});
  by_spec_.clear();
  keeps_sums_ = false;
  if (open.size() > OpenOrders::kFew) begin_sums(open);
}

void OrderReserves::begin_sums(const OpenOrders& open) {
  count_each(open, 1);
  keeps_sums_ = true;
}

void OrderReserves::end_sums(const OpenOrders& open) {
  count_each(open, -1);
  keeps_sums_ = false;
}

void OrderReserves::count_each(const OpenOrders& open, std::int64_t times) {
  for (const OpenOrder& order : open.all()) {
    // A group once, with its first order.
    const Group group = group_of(open, order.id, nullptr);
    if (group.begin()->order == &order) count_all(open, group, times);
  }
}

/// Gives every order of an instrument but one, with what of it counts.
template <typename Take>
void OrderReserves::walk(const OpenOrders& open, InstrumentIndex instrument, const OpenOrder* except, Take&& take) {
  OrderId group;
  Quantity counted;
  for (const OpenOrder& order : open.of(instrument)) {
    if (&order == except) continue;
    Quantity quantity = order.leaves();
    if (order.is_protective()) {
      const OrderId entry_id = order.id.with_leg(OrderLeg::Entry);
      if (entry_id != group) counted = Quantity();
      group = entry_id;
      quantity = counted_of(quantity, open.find(entry_id), counted);
      counted += quantity;
    }
    take(order, quantity);
  }
}

void OrderReserves::value_anew(const OpenOrders& open, InstrumentIndex instrument, Price price) {
  Tallies& tallies = tallies_[instrument];
  const std::uint32_t orders = tallies.count;
  clear(tallies, price);
  tallies.count = orders;
  for (const OpenOrder& order : open.of(instrument)) {
    const Group group = group_of(open, order.id, nullptr);
    if (group.begin()->order != &order) continue;
    for (const Share& share : group) count(tallies, share.order->spec, share.quantity, 1);
  }
}

/// Brings the values to a price.
void OrderReserves::bring_to(const OpenOrders& open, InstrumentIndex instrument, Price price) {
  Tallies& tallies = tallies_[instrument];
  if (tallies.price == price) return;
  const bool exact = tallies.odd == 0 && is_even(price) && is_even(tallies.price);
  if (!exact || price <= tallies.low || price > tallies.high) return value_anew(open, instrument, price);
  const std::int64_t step = (price.raw() - tallies.price.raw()) / 1'000;
  for (Tally& tally : tallies.sides) {
    if (tally.floating != 0) tally.value += tally.floating / Quantity::kScale * step;
  }
  tallies.price = price;
}

OrderReach OrderReserves::clamped(const std::array<Tally, 2>& sides, Quantity position) {
  const Tally& buys = sides[index_of(Side::Buy)];
  const Tally& sells = sides[index_of(Side::Sell)];
  return {position, Quantity::from_raw(bounded(buys.quantity)), Quantity::from_raw(bounded(sells.quantity)),
          Money::from_raw(bounded(buys.value)), Money::from_raw(bounded(sells.value))};
}

OrderReach OrderReserves::reach_of_few(const OpenOrders& open, InstrumentIndex instrument, Quantity position,
                                       Price last_price, const OpenOrder* except) {
  OrderReach reach{position, {}, {}, {}, {}};
  walk(open, instrument, except, [&](const OpenOrder& order, Quantity quantity) {
    reach.add(order.spec.side, quantity, worst_price(order.spec, last_price));
  });
  return reach;
}

OrderReach OrderReserves::reach_of(const OpenOrders& open, InstrumentIndex instrument, Quantity position,
                                   Price last_price, const OpenOrder* except) {
  if (open.empty()) return {position, {}, {}, {}, {}};
  if (!keeps_sums_) return reach_of_few(open, instrument, position, last_price, except);
  Tallies& tallies = tallies_[instrument];
  if (tallies.count == 0) {
    tallies.price = last_price;  // The next order is valued at it.
    return {position, {}, {}, {}, {}};
  }
  bring_to(open, instrument, last_price);
  if (except == nullptr || except->spec.instrument != instrument) {
    return clamped(tallies.sides, position);
  }
  Tallies rest = tallies;
  for (const Share& each : group_of(open, except->id, nullptr)) count(rest, each.order->spec, each.quantity, -1);
  for (const Share& each : group_of(open, except->id, except)) count(rest, each.order->spec, each.quantity, 1);
  return clamped(rest.sides, position);
}

Quantity OrderReserves::open_of(const OpenOrders& open, StrategyIndex strategy, InstrumentIndex instrument, Side side,
                                const OpenOrder* except) const {
  if (open.empty()) return {};
  if (!keeps_sums_) {
    Quantity few;
    walk(open, instrument, except, [&](const OpenOrder& order, Quantity quantity) {
      if (order.strategy == strategy && order.spec.side == side) few = saturating_sum(few, quantity);
    });
    return few;
  }
  Int128 sum = own_[slot(strategy, instrument)][index_of(side)];
  if (except == nullptr || except->spec.instrument != instrument || except->strategy != strategy) {
    return Quantity::from_raw(bounded(sum));
  }
  const auto add = [&](const Group& group, std::int64_t times) {
    for (const Share& each : group) {
      if (each.order->spec.side == side) sum += times * Int128{each.quantity.raw()};
    }
  };
  add(group_of(open, except->id, nullptr), -1);
  add(group_of(open, except->id, except), 1);
  return Quantity::from_raw(bounded(sum));
}

bool OrderReserves::has_same(const OpenOrders& open, const OrderCommand& command) const {
  if (!keeps_sums_) {
    const OpenOrders::Range range = open.of(command.spec.instrument);
    return std::any_of(range.begin(), range.end(), [&](const OpenOrder& each) { return is_double(each, command); });
  }
  std::uint32_t at = by_spec_.first(hash_of(command.strategy, command.spec));
  for (; at != HashChains::kNone; at = by_spec_.next(at)) {
    if (is_double(open.at(at), command)) return true;
  }
  return false;
}

Money OrderReserves::worst_without(InstrumentIndex instrument) const {
  return Money::from_raw(bounded(worst_sum_ - worst_[instrument].value.raw()));
}

}  // namespace bellwether
