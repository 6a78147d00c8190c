// Buys when Wilder's RSI falls below a level, sells when it has risen above another.
#include "engine/indicators/relative_strength_index.hpp"
#include "engine/strategies/built_in.hpp"
#include "engine/strategies/sizing.hpp"

namespace bellwether {
namespace {

class RsiReversion final : public StrategyBase<RsiReversion> {
 public:
  explicit RsiReversion(const StrategyConfig& config)
      : buy_below_(config.parameters.real("buy_below")),
        sell_above_(config.parameters.real("sell_above")),
        sizing_(config.parameters) {
    for (InstrumentIndex instrument : config.instruments) {
      if (instrument >= index_.size()) index_.resize(instrument + std::size_t{1}, 0);
      index_[instrument] = strength_.size();
      strength_.emplace_back(config.parameters.integer("period"));
    }
  }

  void on_bar(const BarView& view, Context& context) override {
    RelativeStrengthIndex& strength = strength_[index_[view.instrument]];
    strength.update(view.bar.close);
    if (!strength.ready() || view.history) return;
    // What it holds, or is on its way to hold.
    const Quantity wanted = context.target(view.instrument).value_or(context.position(view.instrument).quantity);
    if (wanted.is_zero() && strength.value() < buy_below_) {
      context.target_position(view.instrument, sizing_.quantity(view.instrument, context));
    } else if (!wanted.is_zero() && strength.value() > sell_above_) {
      context.target_position(view.instrument, Quantity());
    }
  }

  void on_corporate_action(InstrumentIndex instrument, const CorporateAction& action, Context&) override {
    strength_[index_[instrument]].rescale(action.price_ratio_billionths);
  }

  void save(ByteWriter& out) const override {
    for (const RelativeStrengthIndex& each : strength_) each.save(out);
  }
  void load(ByteReader& in) override {
    for (RelativeStrengthIndex& each : strength_) each.load(in);
  }

 private:
  double buy_below_;
  double sell_above_;
  Sizing sizing_;
  std::vector<RelativeStrengthIndex> strength_;
  std::vector<std::size_t> index_;  // By instrument.
};

}  // namespace

StrategyType rsi_reversion() {
  return {
      "rsi_reversion",
      "buys when Wilder's RSI falls below a level, sells when it has risen above another",
      with_sizing({{"period", std::int64_t{14}, 2, 5'000, "bars of the RSI"},
                   {"buy_below", 30.0, 0.0, 100.0, "RSI below which it buys; below `sell_above`"},
                   {"sell_above", 55.0, 0.0, 100.0, "RSI above which it sells"}}),
      [](const StrategyConfig& config) -> StrategyType::Made {
        if (config.parameters.real("buy_below") >= config.parameters.real("sell_above")) {
          return Error{"buy_below", "must be below sell_above"};
        }
        return {std::make_unique<RsiReversion>(config)};
      },
      0,
      kDailyInterval,
      [](const StrategyConfig& config) { return static_cast<std::size_t>(config.parameters.integer("period")) + 1; }};
}

}  // namespace bellwether
