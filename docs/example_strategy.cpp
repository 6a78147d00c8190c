// Buys after some falling closes in a row, sells after the first rising close.
#include <algorithm>

#include "engine/strategy.hpp"

namespace bellwether {
namespace {

class FallingCloses final : public StrategyBase<FallingCloses> {
 public:
  explicit FallingCloses(const StrategyConfig& config)
      : closes_(config.parameters.integer("closes")),
        quantity_(config.parameters.integer("quantity")),
        instruments_(config.instruments),
        seen_(instruments_.size()) {}

  void on_bar(const BarView& view, Context& context) override {
    const auto place = std::find(instruments_.begin(), instruments_.end(), view.instrument) - instruments_.begin();
    Seen& seen = seen_[static_cast<std::size_t>(place)];
    seen.falls = view.bar.close < seen.close ? seen.falls + 1 : 0;
    const bool rises = seen.close.is_positive() && view.bar.close > seen.close;
    seen.close = view.bar.close;
    if (view.history) return;
    if (seen.falls == closes_) context.target_position(view.instrument, Quantity::from_int(quantity_));
    if (rises) context.close(view.instrument);
  }

  void save(ByteWriter& out) const override {
    for (const Seen& each : seen_) {
      out.fixed(each.close);
      out.i64(each.falls);
    }
  }

  void load(ByteReader& in) override {
    for (Seen& each : seen_) {
      each.close = in.fixed<Price>();
      each.falls = in.i64();
    }
  }

 private:
  struct Seen {
    Price close;  // Zero before the first bar.
    std::int64_t falls = 0;
  };

  std::int64_t closes_;
  std::int64_t quantity_;
  std::vector<InstrumentIndex> instruments_;
  std::vector<Seen> seen_;  // By place among the instruments: their indices change with the configuration.
};

}  // namespace

StrategyType falling_closes() {
  return {"falling_closes",
          "buys after some falling closes in a row, sells after the first rising close",
          {{"closes", std::int64_t{3}, 1, 100, "falling closes in a row that it waits for"},
           {"quantity", std::int64_t{100}, 1, 1e6, "shares to buy"}},
          [](const StrategyConfig& config) -> StrategyType::Made { return {std::make_unique<FallingCloses>(config)}; }};
}

}  // namespace bellwether
