// Holds an instrument while its fast moving average is above its slow one.
#include "engine/indicators/price_window.hpp"
#include "engine/strategies/built_in.hpp"
#include "engine/strategies/sizing.hpp"

namespace bellwether {
namespace {

/// Compares the averages as exact sums, so that equal means equal. Acts when the sign of their difference turns, and on
/// the first bar on which both are ready.
class SmaCross final : public StrategyBase<SmaCross> {
 public:
  explicit SmaCross(const StrategyConfig& config)
      : fast_period_(config.parameters.integer("fast")),
        slow_period_(config.parameters.integer("slow")),
        goes_short_(config.parameters.boolean("short")),
        sizing_(config.parameters) {
    for (InstrumentIndex instrument : config.instruments) {
      if (instrument >= index_.size()) index_.resize(instrument + std::size_t{1}, 0);
      index_[instrument] = averages_.size();
      averages_.push_back({PriceWindow(slow_period_), 0, 0, 0});
    }
  }

  void on_bar(const BarView& view, Context& context) override {
    Averages& averages = averages_[index_[view.instrument]];
    const std::int64_t close = view.bar.close.raw();
    averages.fast_sum += close - averages.closes.at_age(fast_period_ - 1);
    averages.slow_sum += close - averages.closes.push(close);
    if (!averages.closes.full()) return;
    // fast sum / fast period against slow sum / slow period, without division.
    const Int128 difference = Int128{averages.fast_sum} * slow_period_ - Int128{averages.slow_sum} * fast_period_;
    const std::int8_t trend = difference > 0 ? 1 : difference < 0 ? -1 : 0;
    if (trend == averages.trend) return;
    averages.trend = trend;
    if (!view.history) act(view.instrument, trend, context);
  }

  std::size_t pass_over(InstrumentIndex instrument, std::span<const Bar> bars) {
    Averages& averages = averages_[index_[instrument]];
    if (!averages.closes.full() || averages.trend == 0) return 0;
    PriceWindow::Pass closes(averages.closes);
    std::int64_t fast_sum = averages.fast_sum;
    std::int64_t slow_sum = averages.slow_sum;
    const std::int64_t fast_age = fast_period_ - 1;
    const std::int64_t slow_age = slow_period_ - 1;
    // While the trend lasts, the product of the fast sum is the greater; downward, both have the other sign.
    const std::int64_t fast_factor = slow_period_ * averages.trend;
    const std::int64_t slow_factor = fast_period_ * averages.trend;
    const Bar* bar = bars.data();
    for (const Bar* const end = bar + bars.size(); bar != end; ++bar) {
      const std::int64_t close = bar->close.raw();
      const std::int64_t fast = fast_sum + close - closes.at_age(fast_age);
      const std::int64_t slow = slow_sum + close - closes.at_age(slow_age);
      std::int64_t scaled_fast = 0;
      std::int64_t scaled_slow = 0;
      if (__builtin_mul_overflow(fast, fast_factor, &scaled_fast)) [[unlikely]]
        break;
      if (__builtin_mul_overflow(slow, slow_factor, &scaled_slow)) [[unlikely]]
        break;
      if (scaled_fast <= scaled_slow || !closes.admits(close)) break;
      closes.push(close);
      fast_sum = fast;
      slow_sum = slow;
    }
    averages.fast_sum = fast_sum;
    averages.slow_sum = slow_sum;
    return static_cast<std::size_t>(bar - bars.data());
  }

  void on_corporate_action(InstrumentIndex instrument, const CorporateAction& action, Context&) override {
    Averages& averages = averages_[index_[instrument]];
    averages.closes.rescale(action.price_ratio_billionths);
    averages.fast_sum = averages.closes.sum(fast_period_);
    averages.slow_sum = averages.closes.sum(slow_period_);
  }

  void save(ByteWriter& out) const override {
    for (const Averages& each : averages_) {
      each.closes.save(out);
      out.u8(static_cast<std::uint8_t>(each.trend));
    }
  }

  void load(ByteReader& in) override {
    for (Averages& each : averages_) {
      each.closes.load(in);
      each.fast_sum = each.closes.sum(fast_period_);
      each.slow_sum = each.closes.sum(slow_period_);
      each.trend = static_cast<std::int8_t>(in.u8());
    }
  }

 private:
  /// Both averages look at one window of closes: the fast one at its newest part.
  struct Averages {
    PriceWindow closes;
    std::int64_t fast_sum;
    std::int64_t slow_sum;
    std::int8_t trend;
  };

  [[gnu::noinline]] void act(InstrumentIndex instrument, std::int8_t trend, Context& context) {
    Quantity target;
    if (trend > 0) target = sizing_.quantity(instrument, context);
    if (trend < 0 && goes_short_) target = -sizing_.quantity(instrument, context);
    const Quantity held = context.position(instrument).quantity;
    // Keeps a position that already has the right side, instead of trading the drift of its size; an order that was to
    // end it is taken back.
    if (trend > 0 ? held.is_positive() : trend < 0 && goes_short_ && held.is_negative()) target = held;
    context.target_position(instrument, target);
  }

  std::int64_t fast_period_;
  std::int64_t slow_period_;
  bool goes_short_;
  Sizing sizing_;
  std::vector<Averages> averages_;
  std::vector<std::size_t> index_;  // By instrument.
};

}  // namespace

StrategyType sma_cross() {
  return {"sma_cross",
          "holds an instrument while the fast simple moving average of its closes is above the slow one",
          with_sizing({{"fast", std::int64_t{10}, 1, 5'000, "bars of the fast average; below `slow`"},
                       {"slow", std::int64_t{50}, 2, 5'000, "bars of the slow average"},
                       {"short", false, 0, 0, "goes short while the fast average is below the slow one"}}),
          [](const StrategyConfig& config) -> StrategyType::Made {
            if (config.parameters.integer("fast") >= config.parameters.integer("slow")) {
              return Error{"fast", "must be below slow (" + std::to_string(config.parameters.integer("slow")) + ")"};
            }
            return {std::make_unique<SmaCross>(config)};
          },
          0,
          kDailyInterval,
          [](const StrategyConfig& config) { return static_cast<std::size_t>(config.parameters.integer("slow")); }};
}

}  // namespace bellwether
