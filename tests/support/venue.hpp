// A simulated venue under a test's hand: orders and market events go in as one-liners, reports come out.
#pragma once

#include <algorithm>
#include <optional>

#include "engine/fill_simulator.hpp"
#include "tests/support/turns.hpp"

namespace bellwether::testing {

inline OrderSpec market_order(Side side, std::int64_t quantity, TimeInForce tif = TimeInForce::Day) {
  OrderSpec spec;
  spec.instrument = 0;
  spec.side = side;
  spec.time_in_force = tif;
  spec.quantity = shares(quantity);
  return spec;
}

inline OrderSpec limit_order(Side side, std::int64_t quantity, std::string_view limit,
                             TimeInForce tif = TimeInForce::Day) {
  OrderSpec spec = market_order(side, quantity, tif);
  spec.type = OrderType::Limit;
  spec.limit_price = price(limit);
  return spec;
}

inline OrderSpec stop_order(Side side, std::int64_t quantity, std::string_view stop,
                            TimeInForce tif = TimeInForce::Day) {
  OrderSpec spec = market_order(side, quantity, tif);
  spec.type = OrderType::Stop;
  spec.stop_price = price(stop);
  return spec;
}

inline OrderSpec stop_limit_order(Side side, std::int64_t quantity, std::string_view stop, std::string_view limit) {
  OrderSpec spec = stop_order(side, quantity, stop);
  spec.type = OrderType::StopLimit;
  spec.limit_price = price(limit);
  return spec;
}

inline OrderSpec trailing_order(Side side, std::int64_t quantity, std::string_view trail) {
  OrderSpec spec = market_order(side, quantity, TimeInForce::Gtc);
  spec.type = OrderType::TrailingStop;
  spec.trail = price(trail);
  return spec;
}

/// `entry` with a target and a stop; an empty text is an absent leg.
inline OrderSpec bracket(OrderSpec entry, std::string_view target, std::string_view stop) {
  entry.order_class = OrderClass::Bracket;
  if (!target.empty()) entry.take_profit = price(target);
  if (!stop.empty()) entry.stop_loss = price(stop);
  return entry;
}

inline OrderSpec oco(Side side, std::int64_t quantity, std::string_view target, std::string_view stop,
                     TimeInForce tif = TimeInForce::Gtc) {
  OrderSpec spec = market_order(side, quantity, tif);
  spec.order_class = OrderClass::Oco;
  spec.take_profit = price(target);
  spec.stop_loss = price(stop);
  return spec;
}

/// Minute bars of instrument 0 in a session of 390 minutes from `kOpen` on. Minute m's bar runs from m to m + 1.
class Venue {
 public:
  explicit Venue(const EngineConfig& given = small_config()) : config(given), simulator(config) { open(); }
  Venue(const Venue&) = delete;
  Venue& operator=(const Venue&) = delete;

  void open() { on(session_event(EventType::SessionOpen, 0)); }
  void close() { on(session_event(EventType::SessionClose, 390)); }
  /// The session a day later.
  void open_next() {
    const Timestamp open = kOpen + kDailyInterval;
    on(Event::of(EventType::SessionOpen, open,
                 SessionEvent{Date::from_ymd(2005, 1, 4), open, open + std::chrono::minutes(390), false}));
  }
  static constexpr int kNextDay = 24 * 60;

  OrderId send(const OrderSpec& spec, int minute = 0) {
    OrderCommand command;
    command.id = {++last_event_, 1, 0, OrderLeg::Entry};
    command.strategy = 0;
    command.spec = spec;
    simulator.submit(command, at_minute(minute), reports);
    return command.id;
  }
  void cancel(OrderId target, int minute) {
    OrderCommand command;
    command.kind = CommandKind::Cancel;
    command.strategy = 0;
    command.id = {++last_event_, 1, 0, OrderLeg::Entry};
    command.target = target;
    command.spec.instrument = 0;
    simulator.submit(command, at_minute(minute), reports);
  }
  OrderId replace(OrderId target, const OrderSpec& spec, int minute) {
    OrderCommand command;
    command.kind = CommandKind::Replace;
    command.strategy = 0;
    command.id = {++last_event_, 1, 0, OrderLeg::Entry};
    command.target = target;
    command.spec = spec;
    simulator.submit(command, at_minute(minute), reports);
    return command.id;
  }

  void bar(int minute, std::string_view o, std::string_view h, std::string_view l, std::string_view c,
           std::int64_t volume = 1'000) {
    BarEvent bar;
    bar.bar = {at_minute(minute), price(o), price(h), price(l), price(c), shares(volume)};
    bar.interval_ns = kMinuteInterval.count();
    on(Event::of(at_minute(minute + 1), 0, bar));
  }
  void trade(int minute, std::string_view at, std::int64_t size = 1'000) {
    on(Event::of(0, Trade{at_minute(minute), price(at), shares(size)}));
  }
  void quote(int minute, std::string_view bid, std::int64_t bid_size, std::string_view ask, std::int64_t ask_size) {
    on(Event::of(0, Quote{at_minute(minute), price(bid), shares(bid_size), price(ask), shares(ask_size)}));
  }
  void on(const Event& event) { simulator.on_market(event, reports); }

  [[nodiscard]] std::vector<ExecutionReport> fills() const {
    std::vector<ExecutionReport> result;
    std::copy_if(reports.begin(), reports.end(), std::back_inserter(result),
                 [](const ExecutionReport& each) { return each.type == ReportType::Fill; });
    return result;
  }
  /// The price of the only fill so far; "none" or "several" otherwise.
  [[nodiscard]] std::string filled_at() const {
    const auto all = fills();
    return all.empty() ? "none" : all.size() > 1 ? "several" : all.front().last_price.to_string();
  }
  /// Type of the last report about an order.
  [[nodiscard]] std::optional<ReportType> last(OrderId id) const {
    for (auto it = reports.rbegin(); it != reports.rend(); ++it) {
      if (it->order == id) return it->type;
    }
    return std::nullopt;
  }
  /// The last fill of an order: "quantity@price", or "".
  [[nodiscard]] std::string fill_of_order(OrderId id) const {
    std::string text;
    for (const ExecutionReport& each : fills()) {
      if (each.order == id) text = each.last_quantity.to_string() + "@" + each.last_price.to_string();
    }
    return text;
  }

  EngineConfig config;
  FillSimulator simulator;
  std::vector<ExecutionReport> reports;

 private:
  EventNumber last_event_ = 0;
};

inline OrderId target_of(OrderId id) { return id.with_leg(OrderLeg::Target); }
inline OrderId stop_of(OrderId id) { return id.with_leg(OrderLeg::StopLoss); }

}  // namespace bellwether::testing
