// Buys after some falling closes in a row, sells after the first rising close.
#include "engine/strategy.hpp"

namespace bellwether {
namespace {

class FallingCloses final : public StrategyBase<FallingCloses> {
 public:
  explicit FallingCloses(const StrategyConfig& config)
      : closes_(config.parameters.integer("closes")), quantity_(config.parameters.integer("quantity")) {}

  void on_bar(const BarView& view, Context& context) override {
    if (view.instrument >= seen_.size()) seen_.resize(view.instrument + std::size_t{1});
    Seen& seen = seen_[view.instrument];
    seen.falls = view.bar.close < seen.close ? seen.falls + 1 : 0;
    const bool rises = seen.close.is_positive() && view.bar.close > seen.close;
    seen.close = view.bar.close;
    if (view.history) return;
    if (seen.falls == closes_) context.target_position(view.instrument, Quantity::from_int(quantity_));
    if (rises) context.close(view.instrument);
  }

  void save(ByteWriter& out) const override {
    out.u32(static_cast<std::uint32_t>(seen_.size()));
    for (const Seen& each : seen_) {
      out.fixed(each.close);
      out.i64(each.falls);
    }
  }

  void load(ByteReader& in) override {
    seen_.clear();
    for (std::uint32_t left = in.u32(); left > 0 && in.ok(); --left) {
      const Price close = in.fixed<Price>();
      seen_.push_back({close, in.i64()});
    }
  }

 private:
  struct Seen {
    Price close;  // Zero before the first bar.
    std::int64_t falls = 0;
  };

  std::int64_t closes_;
  std::int64_t quantity_;
  std::vector<Seen> seen_;  // By instrument.
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
