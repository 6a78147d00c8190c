// The sums over open orders against a walk over all of them, after whatever a session and a venue may do: commands,
// reports in any order, late and repeated, prices on both sides of the orders' own, splits and dividends. Few orders
// and many are kept in two ways: the number rises and falls past the border between them again and again.
#include "engine/order_reserves.hpp"

#include "tests/support/venue.hpp"

namespace bellwether {
namespace {

using namespace testing;

constexpr InstrumentIndex kInstruments = 3;
constexpr StrategyIndex kStrategies = 2;
constexpr int kActionsMax = 6;  // So that quantities stay within their range.

/// What an order asks for, counted one by one.
struct Walk {
  OrderReach all;
  OrderReach own;
};

/// Of one instrument over all strategies, and of one of them, without the order `except`.
Walk walk_over(const OpenOrders& open, InstrumentIndex instrument, StrategyIndex strategy, Quantity position,
               Price last_price, OrderId except) {
  Walk walk;
  walk.all.position = position;
  OrderId group;
  Quantity counted;
  for (const OpenOrder& order : open.all()) {
    if (order.spec.instrument != instrument || order.id == except) continue;
    Quantity quantity = order.leaves();
    if (order.is_protective()) {
      const OrderId id = order.id.with_leg(OrderLeg::Entry);
      if (id != group) counted = Quantity();
      group = id;
      if (const OpenOrder* entry = open.find(id)) quantity -= entry->leaves();
      quantity = std::max(quantity - counted, Quantity());
      counted += quantity;
    }
    const Price price = worst_price(order.spec, last_price);
    walk.all.add(order.spec.side, quantity, price);
    if (order.strategy == strategy) walk.own.add(order.spec.side, quantity, price);
  }
  return walk;
}

bool walk_finds_same(const OpenOrders& open, const OrderCommand& command) {
  const auto all = open.all();
  return std::any_of(all.begin(), all.end(), [&](const OpenOrder& each) {
    const OrderSpec& a = each.spec;
    const OrderSpec& b = command.spec;
    return each.strategy == command.strategy && each.id != command.target && each.state != OrderState::PendingCancel &&
           each.state != OrderState::PendingReplace && a.instrument == b.instrument && a.side == b.side &&
           a.type == b.type && a.quantity == b.quantity && a.limit_price == b.limit_price &&
           a.stop_price == b.stop_price && a.trail == b.trail;
  });
}

class ReservesScene {
 public:
  void step() {
    switch (*rc::gen::inRange(0, 12)) {
      case 10: rise(); break;
      case 11: fall(); break;
      case 0: act(); break;
      case 1:
      case 2: move(); break;
      case 3: restore(); break;
      case 4:
      case 5:
      case 6: command(); break;
      default: report(); break;
    }
    check();
  }

 private:
  static InstrumentIndex any_instrument() { return *rc::gen::inRange<InstrumentIndex>(0, kInstruments); }
  /// Mostly in cents, at times with more digits than money has, now and then so high that sums leave the range.
  static Price any_price_level() {
    const std::int64_t cents = *rc::gen::inRange<std::int64_t>(1, 30);
    const std::int64_t finer = *rc::gen::element<std::int64_t>(0, 0, 0, 500, 1'234'567);
    const std::int64_t times = *rc::gen::element<std::int64_t>(1, 1, 1, 1, 100'000'000);
    return Price::from_raw(times * (cents * 10'000'000) + finer);
  }
  static Quantity any_size() {
    const std::int64_t shares = *rc::gen::inRange<std::int64_t>(1, 5);
    const std::int64_t part = *rc::gen::element<std::int64_t>(0, 0, 0, 1, 333'333'333);
    const std::int64_t times = *rc::gen::element<std::int64_t>(1, 1, 1, 1, 1'000'000);
    return Quantity::from_raw(times * shares * Quantity::kScale + part);
  }

  OrderSpec any_order() {
    OrderSpec spec;
    spec.instrument = any_instrument();
    spec.side = *rc::gen::element(Side::Buy, Side::Sell);
    spec.type = *rc::gen::element(OrderType::Market, OrderType::Limit, OrderType::Stop, OrderType::TrailingStop);
    spec.quantity = any_size();
    if (spec.type == OrderType::Limit) spec.limit_price = any_price_level();
    if (spec.type == OrderType::Stop) spec.stop_price = any_price_level();
    if (spec.type == OrderType::TrailingStop) spec.trail = price("0.05");
    spec.order_class = *rc::gen::element(OrderClass::Simple, OrderClass::Simple, OrderClass::Bracket, OrderClass::Oco);
    if (spec.order_class == OrderClass::Simple) return spec;
    const int legs = spec.order_class == OrderClass::Oco ? 3 : *rc::gen::inRange(1, 4);
    if ((legs & 1) != 0) spec.take_profit = any_price_level();
    if ((legs & 2) != 0) spec.stop_loss = any_price_level();
    return spec;
  }

  OrderId any_known() { return ids_.empty() ? OrderId{999, 1, 0, OrderLeg::Entry} : *rc::gen::elementOf(ids_); }

  void command() {
    OrderCommand command;
    command.strategy = *rc::gen::inRange<StrategyIndex>(0, kStrategies);
    command.id = {++last_event_, 1, 0, OrderLeg::Entry};
    command.kind =
        *rc::gen::element(CommandKind::Submit, CommandKind::Submit, CommandKind::Cancel, CommandKind::Replace);
    if (command.kind != CommandKind::Submit) {
      command.target = any_known();
      const OpenOrder* const target = open_.find(command.target);
      const auto sent = command.kind == CommandKind::Cancel ? Transition::CancelSent : Transition::ReplaceSent;
      if (target == nullptr || !next_state(target->state, sent)) return;
    }
    command.spec = any_order();
    if (!specs_.empty() && *rc::gen::inRange(0, 3) == 0) command.spec = *rc::gen::elementOf(specs_);
    RC_ASSERT(reserves_.has_same(open_, command) == walk_finds_same(open_, command));
    check_without(command.target, command.spec.instrument);
    open_.apply(command);
    if (command.kind == CommandKind::Cancel) return;
    reserves_.add(open_, command);
    specs_.push_back(command.spec);
    for (OrderLeg leg : {OrderLeg::Entry, OrderLeg::Target, OrderLeg::StopLoss})
      ids_.push_back(command.id.with_leg(leg));
  }

  void rise() {
    const std::size_t size = *rc::gen::inRange<std::size_t>(OpenOrders::kFew - 1, OpenOrders::kFew + 5);
    for (int i = 0; i < 20 && open_.size() < size; ++i) command();
  }

  /// Orders end from the oldest on, or by chance.
  void fall() {
    const std::size_t size = *rc::gen::inRange<std::size_t>(0, OpenOrders::kFewAgain + 3);
    while (open_.size() > size) {
      ExecutionReport report;
      report.order = *rc::gen::arbitrary<bool>() ? open_.all().front().id : any_open();
      report.type = ReportType::Canceled;
      reserves_.apply(open_, report);
      check();
    }
  }
  OrderId any_open() {
    auto order = open_.all().begin();
    std::advance(order, *rc::gen::inRange<std::size_t>(0, open_.size()));
    return order->id;
  }

  void report() {
    if (!reports_.empty() && *rc::gen::inRange(0, 4) == 0) {
      reserves_.apply(open_, *rc::gen::elementOf(reports_));
      return;
    }
    ExecutionReport report;
    report.order = any_known();
    report.type = static_cast<ReportType>(*rc::gen::inRange<int>(0, kReportTypeCount));
    report.instrument = any_instrument();
    if (report.type == ReportType::Fill) {
      report.last_quantity = any_size();
      report.last_price = any_price_level();
    } else if (report.type == ReportType::Accepted) {
      if (*rc::gen::arbitrary<bool>()) report.last_price = any_price_level();
      if (*rc::gen::arbitrary<bool>()) report.leaves_quantity = any_size();
      if (*rc::gen::arbitrary<bool>()) report.cumulative_quantity = any_size();
    }
    reports_.push_back(report);
    reserves_.apply(open_, report);
  }

  void move() {
    const InstrumentIndex instrument = any_instrument();
    prices_[instrument] = any_price_level();
    if (*rc::gen::arbitrary<bool>()) positions_[instrument] = any_size() * *rc::gen::element<std::int64_t>(-1, 0, 1);
    reserves_.touch(instrument);
  }

  void act() {
    if (++actions_ > kActionsMax) return;
    CorporateAction action;
    action.split_ratio_billionths = *rc::gen::element<std::int64_t>(2'000'000'000, 500'000'000, 1'500'000'000);
    action.price_ratio_billionths = action.split_ratio_billionths;
    Instrument instrument;
    instrument.lot = *rc::gen::element(Quantity::from_int(1), Quantity::from_raw(1));
    reserves_.apply(open_, action, any_instrument(), instrument);
  }

  void restore() {
    ByteWriter out;
    open_.save(out);
    ByteReader in(out.str());
    open_.load(in);
    RC_ASSERT(in.done());
    reserves_.reset(open_);
  }

  void check_without(OrderId except, InstrumentIndex instrument) {
    const OpenOrder* const order = open_.find(except);
    const OrderReach all = reserves_.reach_of(open_, instrument, positions_[instrument], prices_[instrument], order);
    for (StrategyIndex strategy = 0; strategy < kStrategies; ++strategy) {
      const Walk walk = walk_over(open_, instrument, strategy, positions_[instrument], prices_[instrument], except);
      RC_ASSERT(all == walk.all);
      RC_ASSERT(reserves_.open_of(open_, strategy, instrument, Side::Buy, order) == walk.own.buys);
      RC_ASSERT(reserves_.open_of(open_, strategy, instrument, Side::Sell, order) == walk.own.sells);
    }
  }

  Money walk_worst(InstrumentIndex instrument) const {
    const Walk walk = walk_over(open_, instrument, 0, positions_[instrument], prices_[instrument], OrderId());
    return walk.all.worst_value(prices_[instrument]);
  }

  void check_found(OrderId id) {
    const OpenOrder* among_all = nullptr;
    for (const OpenOrder& each : open_.all()) {
      if (each.id == id) among_all = &each;
    }
    RC_ASSERT(open_.find(id) == among_all);
  }

  void check() {
    check_found(any_known());
    // At times one instrument alone is asked for, and the others have more than one change behind them.
    const InstrumentIndex but = any_instrument();
    check_without(any_known(), but);
    if (*rc::gen::arbitrary<bool>()) return;
    reserves_.settle(but, [&](InstrumentIndex each) {
      return reserves_.reach_of(open_, each, positions_[each], prices_[each], nullptr).worst_value(prices_[each]);
    });
    Money sum;
    for (InstrumentIndex i = 0; i < kInstruments; ++i) {
      if (i != but) sum = saturating_sum(sum, walk_worst(i));
    }
    RC_ASSERT(reserves_.worst_without(but) == sum);
  }

  OpenOrders open_;
  OrderReserves reserves_{kInstruments, kStrategies};
  std::array<Price, kInstruments> prices_{};
  std::array<Quantity, kInstruments> positions_{};
  std::vector<OrderId> ids_;
  std::vector<OrderSpec> specs_;
  std::vector<ExecutionReport> reports_;
  EventNumber last_event_ = 0;
  int actions_ = 0;
};

RC_GTEST_PROP(OrderReserves, EqualAWalkOverAllOpenOrders, ()) {
  ReservesScene scene;
  const int steps = *rc::gen::inRange(1, 120);
  for (int i = 0; i < steps; ++i) scene.step();
}

}  // namespace
}  // namespace bellwether
