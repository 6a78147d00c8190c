// DP20: in an uptrend, buys the first pullback below the 20-bar EMA of the morning once it has turned and been
// confirmed. Works on two-minute bars, which it makes from whatever shorter bars come.
#include "engine/aggregation.hpp"
#include "engine/calendar.hpp"
#include "engine/indicators/ema_true_range.hpp"
#include "engine/indicators/exponential_moving_average.hpp"
#include "engine/indicators/simple_moving_average.hpp"
#include "engine/strategies/built_in.hpp"
#include "engine/strategies/sizing.hpp"

namespace bellwether {
namespace {

constexpr Duration kBarLength = std::chrono::minutes(2);
constexpr Duration kWindowStart = std::chrono::hours(10);
constexpr Duration kWindowEnd = std::chrono::hours(10) + std::chrono::minutes(30);
constexpr Duration kExitBeforeClose = std::chrono::minutes(5);
constexpr std::int64_t kTrendSessions = 200;
constexpr std::int64_t kEmaBars = 20;
constexpr std::int64_t kAtrBars = 14;

enum class Phase : std::uint8_t { WaitingPullback, Pullback, Reversal, Done };

/// The rules, all by information that was there at the time:
/// 1. The day's open lies above the average of the 200 session closes before it.
/// 2. Of the bars stamped 10:00 to 10:30 New York time, one closes below the EMA: the pullback.
/// 3. A later one closes above it, at more than `reversal_strength` of its own range: the reversal.
/// 4. The next bar, still in the window, does not close below the EMA: the confirmation.
/// 5. Buy at the open of the bar after; stop at the entry less `stop_atr` times the confirmation bar's ATR.
/// 6. Sell at the stop, or at the first bar's open five minutes or less before the session's close.
/// One trade a day. EMA and ATR begin anew each day unless `indicator_carry` is set.
class Dp20 final : public StrategyBase<Dp20> {
 public:
  explicit Dp20(const StrategyConfig& config)
      : instrument_(config.instruments.front()),
        reversal_strength_(config.parameters.real("reversal_strength")),
        stop_atr_(config.parameters.real("stop_atr")),
        carry_(config.parameters.boolean("indicator_carry")),
        sizing_(config.parameters),
        bars_(kBarLength, SessionCalendar::us_equity()),
        trend_(kTrendSessions),
        ema_(kEmaBars, EmaSeed::FirstValue),
        range_(kAtrBars) {}

  void on_session_open(const SessionEvent& session, Context&) override {
    session_ = session;
    phase_ = Phase::Done;
    open_seen_ = false;
    if (!carry_) {
      ema_.reset();
      range_.reset();
    }
  }

  void on_session_close(const SessionEvent&, Context&) override {
    // The trend takes in a session only once it is over; daily bars, where they come, take precedence.
    if (open_seen_ && !has_daily_) trend_.update(last_close_);
  }

  void on_bar(const BarView& view, Context& context) override {
    if (view.interval >= kDailyInterval) {
      has_daily_ = true;
      trend_.update(view.bar.close);
      return;
    }
    if (view.history || view.bar.start < session_.open || view.bar.start >= session_.close) return;
    last_close_ = view.bar.close;
    if (!open_seen_) {
      open_seen_ = true;
      const bool uptrend = trend_.ready() && view.bar.open.to_double() > trend_.value();
      if (uptrend) phase_ = Phase::WaitingPullback;
    }
    completed_.clear();
    bars_.update(view.bar, view.interval, completed_);
    for (const Bar& bar : completed_) on_two_minutes(bar, context);
  }

  void on_corporate_action(InstrumentIndex, const CorporateAction& action, Context&) override {
    trend_.rescale(action.split_ratio_billionths);
    ema_.rescale(action.split_ratio_billionths);
    range_.rescale(action.split_ratio_billionths);
  }

  void save(ByteWriter& out) const override {
    bars_.save(out);
    trend_.save(out);
    ema_.save(out);
    range_.save(out);
    out.u8(static_cast<std::uint8_t>(phase_));
    out.boolean(open_seen_);
    out.boolean(has_daily_);
    out.fixed(last_close_);
    out.i64(session_.date.days);
    out.time(session_.open);
    out.time(session_.close);
  }

  void load(ByteReader& in) override {
    bars_.load(in);
    trend_.load(in);
    ema_.load(in);
    range_.load(in);
    const std::uint8_t phase = in.u8();
    if (phase > static_cast<std::uint8_t>(Phase::Done)) in.fail();
    phase_ = static_cast<Phase>(phase);
    open_seen_ = in.boolean();
    has_daily_ = in.boolean();
    last_close_ = in.fixed<Price>();
    session_.date.days = static_cast<std::int32_t>(in.i64());
    session_.open = in.time();
    session_.close = in.time();
  }

 private:
  void on_two_minutes(const Bar& bar, Context& context) {
    ema_.update(bar.close);
    range_.update(bar);
    const Timestamp end = bar.start + kBarLength;
    if (!context.position(instrument_).quantity.is_zero()) {
      if (end >= session_.close - kExitBeforeClose) context.close(instrument_);
      return;
    }
    const Duration stamp = to_new_york(bar.start).time_of_day;
    if (phase_ == Phase::Done || stamp < kWindowStart) return;
    if (stamp > kWindowEnd) {
      phase_ = Phase::Done;
      return;
    }
    const double close = bar.close.to_double();
    switch (phase_) {
      case Phase::WaitingPullback:
        if (close < ema_.value()) phase_ = Phase::Pullback;
        break;
      case Phase::Pullback:
        if (close > ema_.value() && strength_of(bar) > reversal_strength_) phase_ = Phase::Reversal;
        break;
      case Phase::Reversal:
        phase_ = Phase::Done;
        if (close >= ema_.value()) enter(context);
        break;
      case Phase::Done: break;
    }
  }

  /// Where in its range the bar closed, 0 to 1.
  static double strength_of(const Bar& bar) {
    if (bar.high == bar.low) return 0;
    return (bar.close - bar.low).to_double() / (bar.high - bar.low).to_double();
  }

  void enter(Context& context) {
    const Quantity quantity = sizing_.quantity(instrument_, context);
    if (!quantity.is_positive()) return;
    OrderOptions options;
    options.stop_loss_offset = Price::rounded(stop_atr_ * range_.value());
    if (options.stop_loss_offset.is_positive()) context.buy(instrument_, quantity, options);
  }

  InstrumentIndex instrument_;
  double reversal_strength_;
  double stop_atr_;
  bool carry_;
  Sizing sizing_;
  BarAggregator bars_;
  SimpleMovingAverage trend_;
  ExponentialMovingAverage ema_;
  EmaTrueRange range_;
  SessionEvent session_;
  Phase phase_ = Phase::Done;
  bool open_seen_ = false;
  bool has_daily_ = false;
  Price last_close_;
  std::vector<Bar> completed_;
};

}  // namespace

StrategyType dp20() {
  return {"dp20",
          "in an uptrend, buys the morning's first pullback below the 20-bar EMA of two-minute bars once it has turned",
          {{"reversal_strength", 0.60, 0.0, 1.0, "part of its range above which the reversal bar must close"},
           {"stop_atr", 1.2, 0.01, 100.0, "stop below the entry, in average true ranges"},
           {"indicator_carry", false, 0, 0, "EMA and ATR run on from day to day instead of beginning anew"},
           {"quantity", std::int64_t{100}, 0, 1e9, "shares to trade; 0: as many as `allocation` buys"},
           {"allocation", 0.95, 0.0, 10.0, "fraction of the account's equity to hold, where `quantity` is 0"}},
          [](const StrategyConfig& config) -> StrategyType::Made {
            if (config.instruments.size() != 1) return Error{"symbols", "dp20 trades exactly one instrument"};
            return {std::make_unique<Dp20>(config)};
          },
          true};
}

}  // namespace bellwether
