// The promise of the risk stage, held against a hostile venue: whatever it lets pass, in whatever order and parts the
// venue fills, cancels or loses it, no position and no exposure ends up beyond the limits.
#include <map>

#include "tests/support/risk_scene.hpp"

namespace bellwether {
namespace {

using namespace testing;

constexpr std::int64_t kMostShares = 100;
constexpr std::int64_t kMostGross = 150;  // Shares of both instruments together, at a price of 10.

EngineConfig limited(bool shorting) {
  EngineConfig config = small_config();
  config.account.shorting = shorting;
  config.risk.position_quantity = shares(kMostShares);
  config.risk.gross_exposure = 0.015;  // 1,500 of 100,000.
  config.risk.refuse_duplicates = false;
  return config;
}

class HostileVenue {
 public:
  explicit HostileVenue(bool shorting) : shorting_(shorting), scene_(limited(shorting)) {}

  void step() {
    switch (*rc::gen::inRange(0, 12)) {
      case 0: halt_or_resume(); break;
      case 1: ask_to_cancel(); break;
      case 2: end(ReportType::Canceled); break;
      case 3: lose(); break;
      case 4:
      case 5:
      case 6:
      case 7: execute(); break;
      default: send(); break;
    }
    check();
  }

 private:
  struct Live {
    InstrumentIndex instrument;
    Side side;
    std::int64_t leaves;
    bool held;  // Leg whose entry has not filled.
  };

  void send() {
    OrderSpec spec = market_order(*rc::gen::element(Side::Buy, Side::Sell), *rc::gen::inRange<std::int64_t>(1, 121));
    const int kind = *rc::gen::inRange(0, 4);
    const bool buys = spec.side == Side::Buy;
    if (kind == 1) spec = bracket(spec, buys ? "12" : "8", buys ? "8" : "12");
    if (kind == 2) spec = oco(spec.side, spec.quantity.raw() / Quantity::kScale, buys ? "8" : "12", buys ? "12" : "8");
    if (kind == 3) spec = limit_order(spec.side, spec.quantity.raw() / Quantity::kScale, "10");
    spec.instrument = static_cast<InstrumentIndex>(*rc::gen::inRange(0, 2));
    if (scene_.send(spec) != DenyReason::None) return;
    const OrderId id = scene_.last_id;
    const auto add = [&](OrderId which, const OrderSpec& leg, bool held) {
      live_[which] = {leg.instrument, leg.side, leg.quantity.raw() / Quantity::kScale, held};
    };
    const bool group = spec.order_class == OrderClass::Bracket;
    if (spec.order_class != OrderClass::Oco) add(id, spec, false);
    if (const auto leg = target_leg(spec)) add(target_of(id), *leg, group);
    if (const auto leg = stop_leg(spec, Price())) add(stop_of(id), *leg, group);
  }

  /// An order that the venue can do something about; nothing where there is none.
  std::optional<OrderId> any_order() {
    std::vector<OrderId> ids;
    for (const auto& [id, order] : live_) {
      if (!order.held) ids.push_back(id);
    }
    if (ids.empty()) return std::nullopt;
    return *rc::gen::elementOf(ids);
  }

  void execute() {
    const auto id = any_order();
    if (!id) return;
    Live& order = live_.at(*id);
    const auto quantity = *rc::gen::inRange<std::int64_t>(1, order.leaves + 1);
    order.leaves -= quantity;
    scene_.fill(*id, order.instrument, order.side, quantity, order.leaves);
    position_[order.instrument] += quantity * sign(order.side);
    const bool whole = order.leaves == 0;
    if (whole) live_.erase(*id);
    if (id->leg == OrderLeg::Entry) {
      if (whole) release_legs(*id);
      return;
    }
    const OrderId sibling = id->with_leg(id->leg == OrderLeg::Target ? OrderLeg::StopLoss : OrderLeg::Target);
    const auto other = live_.find(sibling);
    if (other == live_.end()) return;
    other->second.leaves -= quantity;
    if (whole || other->second.leaves <= 0) cancel(sibling, ReportType::Canceled);
  }

  void release_legs(OrderId entry) {
    for (const OrderId& leg : {target_of(entry), stop_of(entry)}) {
      const auto found = live_.find(leg);
      if (found == live_.end()) continue;
      found->second.held = false;
      scene_.say(leg, found->second.instrument, found->second.side, ReportType::Accepted);
    }
  }

  /// Ends an order, and with it the rest of its group.
  void end(ReportType type) {
    const auto id = any_order();
    if (!id) return;
    for (OrderLeg leg : {OrderLeg::Entry, OrderLeg::Target, OrderLeg::StopLoss}) cancel(id->with_leg(leg), type);
  }

  void cancel(OrderId id, ReportType type) {
    const auto found = live_.find(id);
    if (found == live_.end()) return;
    scene_.say(id, found->second.instrument, found->second.side, type);
    live_.erase(found);
  }

  void lose() {
    if (const auto id = any_order()) scene_.say(*id, live_.at(*id).instrument, live_.at(*id).side, ReportType::Lost);
  }

  void ask_to_cancel() {
    if (const auto id = any_order()) RC_ASSERT(scene_.cancel(*id) == DenyReason::None);
  }

  void halt_or_resume() {
    const auto type = *rc::gen::element(CommandType::Halt, CommandType::Resume);
    scene_.on(Event::of(at_minute(1), CommandEvent{type, HaltReason::Operator, false}));
  }

  void check() const {
    std::int64_t gross = 0;
    for (const auto& [instrument, position] : position_) {
      RC_ASSERT(position <= kMostShares);
      RC_ASSERT(position >= (shorting_ ? -kMostShares : 0));
      gross += std::abs(position);
    }
    RC_ASSERT(gross <= kMostGross);
  }

  bool shorting_;
  RiskScene scene_;
  std::map<OrderId, Live> live_;
  std::map<InstrumentIndex, std::int64_t> position_;
};

RC_GTEST_PROP(RiskExposure, NeverExceedsTheLimitsThroughWhatWasLetPass, (bool shorting)) {
  HostileVenue venue(shorting);
  const int steps = *rc::gen::inRange(1, 150);
  for (int i = 0; i < steps; ++i) venue.step();
}

}  // namespace
}  // namespace bellwether
