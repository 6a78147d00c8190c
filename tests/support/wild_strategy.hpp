// A strategy that asks for anything at any time: every verb of the Context, drawn from a seed. For simulations.
#pragma once

#include <algorithm>
#include <memory>

#include "engine/split_mix.hpp"
#include "engine/strategy.hpp"

namespace bellwether::testing {

class WildStrategy final : public StrategyBase<WildStrategy> {
 public:
  explicit WildStrategy(std::uint64_t seed, double appetite) : draws_(seed), appetite_(appetite) {}

  void on_bar(const BarView& bar, Context& context) override {
    if (!bar.history) act(bar.instrument, context);
  }
  void on_order(const ExecutionReport& report, Context& context) override {
    if (draws_.chance(0.05)) act(report.instrument, context);
  }
  void on_fill(const ExecutionReport& report, Context& context) override {
    if (draws_.chance(0.1)) act(report.instrument, context);
  }
  void on_timer(std::uint32_t tag, Context& context) override { act(context.instruments()[tag], context); }
  void save(ByteWriter& out) const override { out.u64(draws_.state()); }
  void load(ByteReader& in) override { draws_ = SplitMix64(in.u64()); }

 private:
  /// The same in a configuration of other indices.
  static std::uint32_t place_of(InstrumentIndex instrument, const Context& context) {
    const auto all = context.instruments();
    return static_cast<std::uint32_t>(std::find(all.begin(), all.end(), instrument) - all.begin());
  }
  Quantity some() { return Quantity::from_int(1 + draws_.up_to(19)); }
  Price near(Price last, double reach) {
    return Price::rounded(last.to_double() * (1 + (draws_.fraction() - 0.5) * reach));
  }
  Price below(Price last) { return Price::rounded(last.to_double() * (1 - 0.001 - draws_.fraction() * 0.01)); }
  Price above(Price last) { return Price::rounded(last.to_double() * (1 + 0.001 + draws_.fraction() * 0.01)); }
  TimeInForce some_time() {
    constexpr TimeInForce kTimes[] = {TimeInForce::Day, TimeInForce::Gtc, TimeInForce::Gtc,
                                      TimeInForce::Ioc, TimeInForce::Fok, TimeInForce::Cls};
    return kTimes[draws_.up_to(5)];
  }

  void act(InstrumentIndex instrument, Context& context) {
    if (!draws_.chance(appetite_)) return;
    const auto last = context.last_price(instrument);
    if (!last) return;
    OrderOptions options;
    const std::vector<OpenOrder> open = context.open_orders(instrument);
    const auto any = [&] { return open[static_cast<std::size_t>(draws_.up_to(std::ssize(open) - 1))]; };
    switch (draws_.up_to(9)) {
      case 0: context.buy(instrument, some()); break;
      case 1: context.sell(instrument, some()); break;
      case 2:
        options.type = OrderType::Limit;
        options.time_in_force = some_time();
        options.limit_price = near(*last, 0.01);
        context.buy(instrument, some(), options);
        break;
      case 3:
        options.type = OrderType::Limit;
        options.limit_price = near(*last, 0.01);
        context.sell(instrument, some(), options);
        break;
      case 4:
        options.take_profit = above(*last);
        options.stop_loss = below(*last);
        context.buy(instrument, some(), options);
        break;
      case 5: context.target_position(instrument, Quantity::from_int(draws_.up_to(40))); break;
      case 6: context.close(instrument); break;
      case 7:
        if (!open.empty()) context.cancel(any().id);
        break;
      case 8:
        if (!open.empty()) {
          OpenOrder order = any();
          if (order.spec.type == OrderType::Limit && !order.is_protective()) {
            order.spec.limit_price = round_to_tick(near(*last, 0.01), context.instrument(instrument).tick);
            order.spec.quantity = some();
            context.replace(order.id, order.spec);
          }
        }
        break;
      default:
        if (draws_.chance(0.3)) {
          context.cancel_all(instrument);
        } else {
          context.set_timer(context.now() + Duration(draws_.up_to(std::int64_t{600} * 1'000'000'000)),
                            place_of(instrument, context));
        }
    }
  }

  SplitMix64 draws_;
  double appetite_;
};

/// With the built-in strategies, `wild`: it acts on about every second bar. `seed` is its only parameter.
inline StrategyRegistry wild_registry() {
  StrategyRegistry registry = StrategyRegistry::built_in();
  const ParameterSpec seed{"seed", std::int64_t{1}, 0, 1e15, "Seed of what it does"};
  registry.add(
      {"wild", "Anything at any time", {seed}, [](const StrategyConfig& config) -> StrategyType::Made {
         return {std::make_unique<WildStrategy>(static_cast<std::uint64_t>(config.parameters.integer("seed")), 0.5)};
       }});
  return registry;
}

}  // namespace bellwether::testing
