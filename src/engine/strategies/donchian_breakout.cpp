// Buys a close above the highest high of the preceding bars, sells a close below the lowest low: the turtles' entry and
// exit, with a stop by average true range.
#include "engine/indicators/average_true_range.hpp"
#include "engine/indicators/donchian_channel.hpp"
#include "engine/strategies/built_in.hpp"
#include "engine/strategies/sizing.hpp"

namespace bellwether {
namespace {

class DonchianBreakout final : public StrategyBase<DonchianBreakout> {
 public:
  explicit DonchianBreakout(const StrategyConfig& config)
      : stop_multiple_(config.parameters.real("stop_atr")), sizing_(config.parameters) {
    for (InstrumentIndex instrument : config.instruments) {
      if (instrument >= index_.size()) index_.resize(instrument + std::size_t{1}, 0);
      index_[instrument] = channels_.size();
      channels_.push_back({DonchianChannel(config.parameters.integer("entry")),
                           DonchianChannel(config.parameters.integer("exit")),
                           AverageTrueRange(config.parameters.integer("atr"))});
    }
  }

  void on_bar(const BarView& view, Context& context) override {
    Channels& channels = channels_[index_[view.instrument]];
    // The channels hold the bars before this one.
    const bool ready = channels.entry.ready() && channels.exit.ready() && channels.range.ready();
    const bool breaks_out = ready && view.bar.close > channels.entry.upper();
    const bool breaks_down = ready && view.bar.close < channels.exit.lower();
    channels.entry.update(view.bar);
    channels.exit.update(view.bar);
    channels.range.update(view.bar);
    if (!ready || view.history) return;
    const Quantity held = context.position(view.instrument).quantity;
    const std::optional<Quantity> target = context.target(view.instrument);
    if (breaks_out && held.is_zero() && !target) {
      OrderOptions options;
      if (stop_multiple_ > 0) options.stop_loss_offset = Price::rounded(channels.range.value() * stop_multiple_);
      context.target_position(view.instrument, sizing_.quantity(view.instrument, context), options);
    } else if (breaks_down && !target.value_or(held).is_zero()) {
      context.close(view.instrument);
    }
  }

  void on_corporate_action(InstrumentIndex instrument, const CorporateAction& action, Context&) override {
    Channels& channels = channels_[index_[instrument]];
    channels.entry.rescale(action.price_ratio_billionths);
    channels.exit.rescale(action.price_ratio_billionths);
    channels.range.rescale(action.price_ratio_billionths);
  }

  void save(ByteWriter& out) const override {
    for (const Channels& each : channels_) {
      each.entry.save(out);
      each.exit.save(out);
      each.range.save(out);
    }
  }

  void load(ByteReader& in) override {
    for (Channels& each : channels_) {
      each.entry.load(in);
      each.exit.load(in);
      each.range.load(in);
    }
  }

 private:
  struct Channels {
    DonchianChannel entry;
    DonchianChannel exit;
    AverageTrueRange range;
  };

  double stop_multiple_;
  Sizing sizing_;
  std::vector<Channels> channels_;
  std::vector<std::size_t> index_;  // By instrument.
};

}  // namespace

StrategyType donchian_breakout() {
  return {
      "donchian_breakout",
      "buys a close above the highest high of the bars before, sells a close below their lowest low",
      with_sizing({{"entry", std::int64_t{20}, 1, 5'000, "bars whose highest high is broken"},
                   {"exit", std::int64_t{10}, 1, 5'000, "bars whose lowest low is broken"},
                   {"atr", std::int64_t{14}, 1, 5'000, "bars of the average true range (Wilder)"},
                   {"stop_atr", 2.0, 0.0, 100.0, "stop below the entry, in average true ranges; 0: none"}}),
      [](const StrategyConfig& config) -> StrategyType::Made { return {std::make_unique<DonchianBreakout>(config)}; },
      0,
      kDailyInterval,
      [](const StrategyConfig& config) {
        const auto length = [&](const char* name) { return config.parameters.integer(name); };
        return static_cast<std::size_t>(std::max({length("entry"), length("exit"), length("atr")})) + 1;
      }};
}

}  // namespace bellwether
