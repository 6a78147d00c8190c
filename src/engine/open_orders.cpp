#include "engine/open_orders.hpp"

#include <algorithm>

#include "engine/adjustment.hpp"

namespace bellwether {
namespace {

// One row for each state that is not terminal, one column for each transition. kNo: cannot happen. kSame: no change.
// A partial fill keeps the pending states; `restored` gives the state after a refused cancel or replacement.
constexpr std::uint8_t kNo = 0xff;
constexpr std::uint8_t kSame = 0xfe;
constexpr std::uint8_t kRestored = 0xfd;
constexpr std::uint8_t Wrk = static_cast<std::uint8_t>(OrderState::Working);
constexpr std::uint8_t Hld = static_cast<std::uint8_t>(OrderState::Held);
constexpr std::uint8_t Prt = static_cast<std::uint8_t>(OrderState::PartiallyFilled);
constexpr std::uint8_t PCa = static_cast<std::uint8_t>(OrderState::PendingCancel);
constexpr std::uint8_t PRe = static_cast<std::uint8_t>(OrderState::PendingReplace);
constexpr std::uint8_t Unk = static_cast<std::uint8_t>(OrderState::Unknown);
constexpr std::uint8_t Fil = static_cast<std::uint8_t>(OrderState::Filled);
constexpr std::uint8_t Can = static_cast<std::uint8_t>(OrderState::Canceled);
constexpr std::uint8_t Exp = static_cast<std::uint8_t>(OrderState::Expired);
constexpr std::uint8_t Rep = static_cast<std::uint8_t>(OrderState::Replaced);
constexpr std::uint8_t Rej = static_cast<std::uint8_t>(OrderState::Rejected);
constexpr std::uint8_t Den = static_cast<std::uint8_t>(OrderState::Denied);

// clang-format off
constexpr std::uint8_t kTransitions[][kTransitionCount] = {
  // Accepted Held   Partial Final Cancel Expire Replac Reject Denied  CxlRej     RepRej     Lost CxlSent RepSent
  /* PendingNew      */ {Wrk,   Hld,   Prt,   Fil,  Can,   Exp,   kNo,   Rej,   Den,    kSame,     kSame,     Unk, PCa,   PRe},
  /* Held            */ {Wrk,   kSame, kNo,   kNo,  Can,   Exp,   Rep,   Rej,   kNo,    kSame,     kSame,     Unk, PCa,   PRe},
  /* Working         */ {kSame, kNo,   Prt,   Fil,  Can,   Exp,   Rep,   Rej,   kNo,    kSame,     kSame,     Unk, PCa,   PRe},
  /* PartiallyFilled */ {kSame, kNo,   kSame, Fil,  Can,   Exp,   Rep,   Rej,   kNo,    kSame,     kSame,     Unk, PCa,   PRe},
  /* PendingCancel   */ {kSame, kSame, kSame, Fil,  Can,   Exp,   Rep,   Rej,   Den,    kRestored, kRestored, Unk, kSame, kNo },
  /* PendingReplace  */ {kSame, kSame, kSame, Fil,  Can,   Exp,   Rep,   Rej,   Den,    kSame,     kRestored, Unk, PCa,   kNo },
  /* Unknown         */ {Wrk,   Hld,   Prt,   Fil,  Can,   Exp,   Rep,   Rej,   Den,    kSame,     kSame,     Unk, kSame, kNo },
};
// clang-format on
static_assert(std::size(kTransitions) == static_cast<std::size_t>(OrderState::Filled));

/// True where a venue says that there is nothing to cancel. The engine's own reports, without an execution id, do not.
bool has_lost_it(const ExecutionReport& report) {
  return report.execution_id != 0 &&
         (report.rejected == RejectReason::TooLate || report.rejected == RejectReason::UnknownOrder);
}

/// True for a refusal that ends an order. A venue that has an order of this id already has it from us and does not say
/// what has become of it; one that does not know it may still get it. What the engine itself concludes counts.
bool refuses(const ExecutionReport& report) {
  if (report.type == ReportType::Denied) return true;
  if (report.type != ReportType::Rejected || report.rejected == RejectReason::DuplicateId) return false;
  return report.rejected != RejectReason::NeverArrived || report.execution_id == 0;
}

Transition transition_of(const ExecutionReport& report) {
  switch (report.type) {
    case ReportType::Accepted: return Transition::Accepted;
    case ReportType::Held: return Transition::Held;
    case ReportType::Fill: break;
    case ReportType::Canceled: return Transition::Canceled;
    case ReportType::Expired: return Transition::Expired;
    case ReportType::Replaced: return Transition::Replaced;
    case ReportType::Rejected: return refuses(report) ? Transition::Rejected : Transition::Lost;
    case ReportType::Denied: return Transition::Denied;
    // A venue that cannot cancel what we hold to be open knows more of it than we do.
    case ReportType::CancelRejected: return has_lost_it(report) ? Transition::Lost : Transition::CancelRejected;
    case ReportType::ReplaceRejected: return has_lost_it(report) ? Transition::Lost : Transition::ReplaceRejected;
    case ReportType::Lost: return Transition::Lost;
  }
  invariant_failed("report type without a transition", __FILE__, __LINE__);
}

/// The legs of a group have the hash of its entry: nothing asks for one of them without the others.
std::uint32_t hash_of(OrderId id) {
  const std::uint64_t place = (std::uint64_t{id.epoch} << 16) + id.index;
  return static_cast<std::uint32_t>((id.event * 0x9e3779b97f4a7c15U + place * 0xd6e8feb86659fd93U) >> 32);
}

/// The legs of a bracket guard a position for as long as it lasts.
TimeInForce leg_time_in_force(const OrderSpec& group) {
  return group.order_class == OrderClass::Oco ? group.time_in_force : TimeInForce::Gtc;
}

/// The table's cell, with what it says of the present state worked out; kNo where the transition cannot happen.
std::uint8_t resolved_cell(OrderState from, Transition transition) {
  const std::uint8_t cell = kTransitions[static_cast<std::size_t>(from)][static_cast<std::size_t>(transition)];
  if (cell == kSame) return static_cast<std::uint8_t>(from);
  return cell == kRestored ? Wrk : cell;
}

/// After what we do ourselves.
OrderState state_after_own(const OpenOrder& order, Transition transition) {
  const auto next = next_state(order.state, transition);
  BELLWETHER_INVARIANT(next.has_value(), "impossible transition of an order's state");
  return *next;
}

}  // namespace

std::optional<OrderState> next_state(OrderState from, Transition transition) {
  if (is_terminal(from)) return std::nullopt;
  const std::uint8_t next = resolved_cell(from, transition);
  if (next == kNo) return std::nullopt;
  return static_cast<OrderState>(next);
}

std::optional<OrderState> state_after(OrderState from, Quantity filled, Quantity quantity,
                                      const ExecutionReport& report) {
  if (report.type == ReportType::Fill) {
    // What the venue has executed is a fact, whatever state we thought the order in.
    const bool whole = filled >= quantity;
    const auto next = next_state(from, whole ? Transition::FinalFill : Transition::PartialFill);
    return next.value_or(whole ? OrderState::Filled : OrderState::PartiallyFilled);
  }
  auto next = next_state(from, transition_of(report));
  if (next == OrderState::Working && !filled.is_zero()) next = OrderState::PartiallyFilled;
  if (next && is_terminal(*next) && report.cumulative_quantity > filled) next = OrderState::Unknown;
  return next;
}

bool contradicts(const ExecutionReport& report, const OrderSpec& spec) {
  return report.type == ReportType::Fill && (report.instrument != spec.instrument || report.side != spec.side);
}

void shrink_leg(OrderId id, Quantity& quantity, const ExecutionReport& report) {
  if (id.leg == OrderLeg::Entry || (report.type != ReportType::Fill && report.type != ReportType::Accepted)) return;
  const Quantity whole = report.cumulative_quantity + report.leaves_quantity;
  const bool says_it = report.leaves_quantity.is_positive() || report.cumulative_quantity.is_positive();
  if (says_it && report.cumulative_quantity >= report.last_quantity) quantity = std::min(quantity, whole);
}

std::optional<OrderSpec> target_leg(const OrderSpec& group) {
  if (!group.take_profit.is_positive()) return std::nullopt;
  OrderSpec leg;
  leg.instrument = group.instrument;
  leg.side = group.order_class == OrderClass::Oco ? group.side : opposite(group.side);
  leg.type = OrderType::Limit;
  leg.time_in_force = leg_time_in_force(group);
  leg.quantity = group.quantity;
  leg.limit_price = group.take_profit;
  return leg;
}

std::optional<OrderSpec> stop_leg(const OrderSpec& group, Price entry_price) {
  if (!group.stop_loss.is_positive() && !group.stop_loss_offset.is_positive()) return std::nullopt;
  OrderSpec leg;
  leg.instrument = group.instrument;
  leg.side = group.order_class == OrderClass::Oco ? group.side : opposite(group.side);
  leg.type = OrderType::Stop;
  leg.time_in_force = leg_time_in_force(group);
  leg.quantity = group.quantity;
  leg.stop_price = group.stop_loss;
  if (group.stop_loss_offset.is_positive() && entry_price.is_positive()) {
    leg.stop_price =
        leg.side == Side::Sell ? entry_price - group.stop_loss_offset : entry_price + group.stop_loss_offset;
  }
  return leg;
}

void carry_through(OrderSpec& spec, Quantity& filled, const CorporateAction& action, const Instrument& instrument) {
  if (!action.is_announced()) return;
  constexpr std::int64_t kOne = 1'000'000'000;
  const Quantity leaves = shares_after_split(spec.quantity - filled, action.split_ratio_billionths);
  filled = shares_after_split(filled, action.split_ratio_billionths);
  spec.quantity = filled + round_to_lot(leaves, instrument.lot);
  const auto carry = [&](Price& price, Rounding rounding) {
    if (price.is_zero()) return;
    price = scaled(price, kOne, action.price_ratio_billionths);
    price = std::max(round_to_tick(price, instrument.tick, rounding), instrument.tick);
  };
  carry(spec.limit_price, spec.side == Side::Buy ? Rounding::Down : Rounding::Up);
  // The target of a bracket is a limit of the other side.
  const Side exit = spec.order_class == OrderClass::Oco ? spec.side : opposite(spec.side);
  carry(spec.take_profit, exit == Side::Buy ? Rounding::Down : Rounding::Up);
  for (Price* price : {&spec.stop_price, &spec.trail, &spec.stop_loss, &spec.stop_loss_offset}) {
    carry(*price, Rounding::HalfEven);
  }
}

void OpenOrders::apply(const CorporateAction& action, InstrumentIndex index, const Instrument& instrument) {
  for (const OpenOrder& each : of(index)) {
    OpenOrder& order = orders_[slot_of(each)];
    carry_through(order.spec, order.filled, action, instrument);
  }
}

OpenOrder* OpenOrders::find_open(OrderId id) {
  if (!indexed_) {
    // The orders asked for are the newest far more often than not.
    std::uint32_t newest = all_.last;
    for (std::size_t left = all_.size; left > 0; --left, newest = links_[newest].before) {
      if (orders_[newest].id == id) return &orders_[newest];
    }
    return nullptr;
  }
  std::uint32_t slot = by_id_.first(hash_of(id));
  while (slot != HashChains::kNone && orders_[slot].id != id) slot = by_id_.next(slot);
  return slot == HashChains::kNone ? nullptr : &orders_[slot];
}

const OpenOrder* OpenOrders::find(OrderId id) const { return const_cast<OpenOrders*>(this)->find_open(id); }

void OpenOrders::append(List& list, std::vector<Link>& links, std::uint32_t slot) {
  links[slot] = {list.last, HashChains::kNone};
  (list.size == 0 ? list.first : links[list.last].after) = slot;
  list.last = slot;
  ++list.size;
}

void OpenOrders::unlink(List& list, std::vector<Link>& links, std::uint32_t slot) {
  const Link link = links[slot];
  (link.before == HashChains::kNone ? list.first : links[link.before].after) = link.after;
  (link.after == HashChains::kNone ? list.last : links[link.after].before) = link.before;
  --list.size;
}

void OpenOrders::add(OrderId id, StrategyIndex strategy, const OrderSpec& spec, OrderState state, Quantity filled) {
  std::uint32_t slot = static_cast<std::uint32_t>(orders_.size());
  if (free_.empty()) {
    orders_.emplace_back();
    links_.emplace_back();
    instrument_links_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  OpenOrder& order = orders_[slot];
  order.id = id;
  order.strategy = strategy;
  order.spec = spec;
  order.state = state;
  order.filled = filled;
  const std::size_t instrument = spec.instrument;
  if (instrument >= by_instrument_.size()) by_instrument_.resize(instrument + 1);
  append(all_, links_, slot);
  append(by_instrument_[instrument], instrument_links_, slot);
  if (indexed_) {
    by_id_.insert(slot, hash_of(id));
  } else if (all_.size > kFew) {
    index_by_id();
  }
}

void OpenOrders::index_by_id() {
  for (const OpenOrder& each : all()) by_id_.insert(slot_of(each), hash_of(each.id));
  indexed_ = true;
}

void OpenOrders::drop_index() {
  for (const OpenOrder& each : all()) by_id_.erase(slot_of(each));
  indexed_ = false;
}

void OpenOrders::apply(const OrderCommand& command) {
  if (command.kind == CommandKind::Query) return;
  if (command.kind != CommandKind::Submit) {
    if (OpenOrder* target = find_open(command.target)) {
      const bool cancel = command.kind == CommandKind::Cancel;
      target->state = state_after_own(*target, cancel ? Transition::CancelSent : Transition::ReplaceSent);
    }
    if (command.kind == CommandKind::Cancel) return;
  }
  const auto add_leg = [&](OrderLeg leg, const OrderSpec& spec) {
    add(command.id.with_leg(leg), command.strategy, spec, OrderState::PendingNew, Quantity());
  };
  if (command.spec.order_class != OrderClass::Oco) add_leg(OrderLeg::Entry, command.spec);
  if (command.spec.order_class == OrderClass::Simple) return;
  if (const auto leg = target_leg(command.spec)) add_leg(OrderLeg::Target, *leg);
  if (const auto leg = stop_leg(command.spec, Price())) add_leg(OrderLeg::StopLoss, *leg);
}

OpenOrders::Applied OpenOrders::apply(const ExecutionReport& report) {
  OpenOrder* order = find_open(report.order);
  const bool nothing_filled = report.cumulative_quantity.is_zero() && (order == nullptr || order->filled.is_zero());
  if (refuses(report) && report.order.leg == OrderLeg::Entry && nothing_filled) {
    return end_group(report);
  }
  if (order == nullptr) return {};
  if (contradicts(report, order->spec)) {
    order->state = OrderState::Unknown;
    return {Outcome::Changed, order, {}};
  }
  if (report.type == ReportType::Fill) {
    order->filled += report.last_quantity;
    shrink_leg(order->id, order->spec.quantity, report);
    order->state = *state_after(order->state, order->filled, order->spec.quantity, report);
    if (!is_terminal(order->state)) return {Outcome::Changed, order, report.last_quantity};
    return {Outcome::Ended, take_out(order), report.last_quantity};
  }
  const auto next = state_after(order->state, order->filled, order->spec.quantity, report);
  if (!next) return {Outcome::Impossible, order, {}};
  if (report.type == ReportType::Accepted && report.last_price.is_positive() && order->spec.type == OrderType::Stop) {
    order->spec.stop_price = report.last_price;
  }
  shrink_leg(order->id, order->spec.quantity, report);
  order->state = *next;
  if (!is_terminal(order->state)) return {Outcome::Changed, order, {}};
  return {Outcome::Ended, take_out(order), {}};
}

const OpenOrder* OpenOrders::take_out(OpenOrder* order) {
  const std::uint32_t slot = slot_of(*order);
  unlink(all_, links_, slot);
  unlink(by_instrument_[order->spec.instrument], instrument_links_, slot);
  if (indexed_) {
    by_id_.erase(slot);
    if (all_.size <= kFewAgain) drop_index();
  }
  free_.push_back(slot);
  return order;
}

OpenOrders::Applied OpenOrders::end_group(const ExecutionReport& report) {
  Applied applied;
  if (OpenOrder* entry = find_open(report.order)) {
    const auto next = state_after(entry->state, entry->filled, entry->spec.quantity, report);
    if (!next) return {Outcome::Impossible, entry, {}};
    entry->state = *next;
    applied = {Outcome::Ended, take_out(entry), {}};
  }
  for (OrderLeg leg : {OrderLeg::Target, OrderLeg::StopLoss}) {
    if (OpenOrder* order = find_open(report.order.with_leg(leg))) take_out(order);
  }
  return applied;
}

void OpenOrders::restore(std::span<const OpenOrder> orders) {
  *this = {};
  for (const OpenOrder& each : orders) add(each.id, each.strategy, each.spec, each.state, each.filled);
}

void OpenOrders::save(ByteWriter& out) const {
  out.u32(static_cast<std::uint32_t>(size()));
  for (const OpenOrder& order : all()) {
    write(out, order.id);
    out.u16(order.strategy);
    write(out, order.spec);
    out.u8(static_cast<std::uint8_t>(order.state));
    out.fixed(order.filled);
  }
}

void OpenOrders::load(ByteReader& in) {
  *this = {};
  const std::uint32_t count = in.u32();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    OpenOrder order;
    order.id = read_order_id(in);
    order.strategy = in.u16();
    order.spec = read_order_spec(in);
    const std::uint8_t state = in.u8();
    if (state >= static_cast<std::uint8_t>(OrderState::Filled)) in.fail();
    order.state = static_cast<OrderState>(state);
    order.filled = in.fixed<Quantity>();
    if (find(order.id) != nullptr) in.fail();
    if (in.ok()) add(order.id, order.strategy, order.spec, order.state, order.filled);
  }
}

}  // namespace bellwether
