// What must hold of every fill, whatever the orders and the market.
#include "engine/fill_simulator.hpp"

#include <map>

#include "tests/support/venue.hpp"

namespace bellwether {
namespace {

using namespace testing;

Price cents(std::int64_t count) { return Price::from_raw(count * 10'000'000); }
Price any_level() { return cents(*rc::gen::inRange<std::int64_t>(900, 1'100)); }

OrderSpec any_simple_order() {
  OrderSpec spec = market_order(*rc::gen::element(Side::Buy, Side::Sell), *rc::gen::inRange<std::int64_t>(1, 300));
  spec.type = *rc::gen::element(OrderType::Market, OrderType::Limit, OrderType::Stop, OrderType::StopLimit,
                                OrderType::TrailingStop);
  spec.time_in_force = *rc::gen::element(TimeInForce::Day, TimeInForce::Gtc, TimeInForce::Ioc, TimeInForce::Fok);
  if (spec.type == OrderType::Limit || spec.type == OrderType::StopLimit) spec.limit_price = any_level();
  if (spec.type == OrderType::Stop || spec.type == OrderType::StopLimit) spec.stop_price = any_level();
  if (spec.type == OrderType::TrailingStop) spec.trail = cents(*rc::gen::inRange<std::int64_t>(1, 60));
  return spec;
}

OrderSpec any_order() {
  switch (*rc::gen::inRange(0, 4)) {
    case 0: {
      OrderSpec spec = any_simple_order();
      spec.time_in_force = TimeInForce::Gtc;
      spec.order_class = OrderClass::Bracket;
      spec.take_profit = cents(spec.side == Side::Buy ? 1'080 : 920);
      spec.stop_loss_offset = cents(*rc::gen::inRange<std::int64_t>(5, 60));
      return spec;
    }
    case 1: return oco(Side::Sell, *rc::gen::inRange<std::int64_t>(1, 300), "10.5", "9.5");
    default: return any_simple_order();
  }
}

class Market {
 public:
  explicit Market(const EngineConfig& config) : venue_(config) {}

  void step() {
    if (*rc::gen::inRange(0, 3) == 0) send();
    if (!ids_.empty() && *rc::gen::inRange(0, 8) == 0) venue_.cancel(*rc::gen::elementOf(ids_), minute_);
    const std::size_t before = venue_.reports.size();
    const std::int64_t a = *rc::gen::inRange<std::int64_t>(900, 1'100);
    const std::int64_t b = *rc::gen::inRange<std::int64_t>(900, 1'100);
    const auto inside = [&] { return cents(*rc::gen::inRange(std::min(a, b), std::max(a, b) + 1)); };
    BarEvent event;
    event.bar = {at_minute(minute_),    inside(), cents(std::max(a, b)),
                 cents(std::min(a, b)), inside(), shares(*rc::gen::inRange<std::int64_t>(0, 2'000))};
    ++minute_;
    venue_.on(Event::of(at_minute(minute_), 0, event));
    check_bar(event.bar, before);
    check_books();
  }

 private:
  void send() {
    const OrderSpec spec = any_order();
    const OrderId id = venue_.send(spec, minute_);
    ids_.push_back(id);
    if (spec.order_class != OrderClass::Oco) specs_[id] = spec;
    if (const auto leg = target_leg(spec)) specs_[target_of(id)] = *leg;
    if (const auto leg = stop_leg(spec, Price())) specs_[stop_of(id)] = *leg;
  }

  void check_bar(const Bar& bar, std::size_t first_report) {
    Quantity taken;
    for (std::size_t i = first_report; i < venue_.reports.size(); ++i) {
      const ExecutionReport& report = venue_.reports[i];
      if (report.type != ReportType::Fill) continue;
      taken += report.last_quantity;
      const OrderSpec& spec = specs_.at(report.order);
      RC_ASSERT(report.last_quantity.is_positive());
      RC_ASSERT(report.last_price >= bar.low);
      RC_ASSERT(report.last_price <= bar.high);
      if (spec.limit_price.is_positive() && spec.side == Side::Buy) RC_ASSERT(report.last_price <= spec.limit_price);
      if (spec.limit_price.is_positive() && spec.side == Side::Sell) RC_ASSERT(report.last_price >= spec.limit_price);
      if (spec.type == OrderType::Market) RC_ASSERT(report.last_price == bar.open);
      if (spec.time_in_force == TimeInForce::Fok) RC_ASSERT(report.last_quantity == spec.quantity);
    }
    if (const auto& cap = venue_.config.fills.participation) {
      RC_ASSERT(taken.to_double() <= *cap * bar.volume.to_double() + 1e-9);
    }
  }

  void check_books() {
    for (; checked_ < venue_.reports.size(); ++checked_) {
      const ExecutionReport& report = venue_.reports[checked_];
      RC_ASSERT(report.execution_id == checked_ + 1);
      if (report.type == ReportType::CancelRejected) continue;
      RC_ASSERT(!ended_[report.order]);
      if (report.type == ReportType::Fill) filled_[report.order] += report.last_quantity;
      RC_ASSERT(report.cumulative_quantity == filled_[report.order]);
      const Quantity ordered = specs_.at(report.order).quantity;
      const Quantity told = report.cumulative_quantity + report.leaves_quantity;
      // A leg shrinks with its sibling's fills.
      RC_ASSERT((report.order.leg == OrderLeg::Entry ? told == ordered : told <= ordered));
      const bool filled = report.type == ReportType::Fill && report.leaves_quantity.is_zero();
      ended_[report.order] = filled || report.type == ReportType::Canceled || report.type == ReportType::Expired;
    }
    // Together the two legs of a group close no more than was asked for.
    for (const OrderId& id : ids_) {
      const Quantity both = filled_[target_of(id)] + filled_[stop_of(id)];
      if (both.is_positive()) RC_ASSERT(both <= specs_.at(target_of(id)).quantity);
    }
  }

  Venue venue_;
  int minute_ = 0;
  std::vector<OrderId> ids_;
  std::map<OrderId, OrderSpec> specs_;
  std::map<OrderId, Quantity> filled_;
  std::map<OrderId, bool> ended_;
  std::size_t checked_ = 0;
};

RC_GTEST_PROP(FillSimulatorProperty, KeepsToLimitsRangesCapsAndBooks, ()) {
  EngineConfig config = small_config();
  config.fills.touch = *rc::gen::arbitrary<bool>();
  if (*rc::gen::arbitrary<bool>()) config.fills.participation = 0.125;
  Market market(config);
  const int steps = *rc::gen::inRange(1, 60);
  for (int i = 0; i < steps; ++i) market.step();
}

}  // namespace
}  // namespace bellwether
