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
constexpr Duration kExitBeforeClose = std::chrono::minutes(5);
constexpr std::int64_t kTrendSessions = 200;
/// A longer hole in the daily closes begins the trend's average anew.
constexpr std::size_t kTrendHoleMax = 5;
constexpr std::int64_t kEmaBars = 20;
constexpr std::int64_t kAtrBars = 14;

enum class Phase : std::uint8_t { WaitingPullback, Pullback, Reversal, Done };

/// The rules, all by information that was there at the time:
/// 1. The day's open lies above the average of the 200 session closes before it.
/// 2. Of the bars stamped within the signal window (10:00 to 10:30 New York time), one closes below the EMA: the
///    pullback.
/// 3. A later one closes above it, at more than `reversal_strength_threshold` of its own range: the reversal.
/// 4. The next bar, still in the window, does not close below the EMA: the confirmation.
/// 5. Buy at the open of the bar after; stop at the entry less `stop_atr_multiplier` times the confirmation bar's ATR.
/// 6. Sell at the stop, or at the open of the first bar stamped at `exit_time` (15:55) or later; five minutes before
///    the close where that is earlier, and at the next session's first open where no bar follows.
/// One trade a day. EMA and ATR begin anew each day unless `indicator_carry` is set. A day whose previous session's
/// close is unknown has no trend.
class Dp20 final : public StrategyBase<Dp20> {
 public:
  explicit Dp20(const StrategyConfig& config)
      : instrument_(config.instruments.front()),
        window_start_(time_of_day(config.parameters, "signal_window_start").value()),
        window_end_(time_of_day(config.parameters, "signal_window_end").value()),
        exit_time_(time_of_day(config.parameters, "exit_time").value()),
        reversal_strength_(config.parameters.real("reversal_strength_threshold")),
        stop_atr_(config.parameters.real("stop_atr_multiplier")),
        carry_(config.parameters.boolean("indicator_carry")),
        sizing_(config.parameters),
        bars_(kBarLength, SessionCalendar::us_equity()),
        trend_(kTrendSessions),
        ema_(kEmaBars, EmaSeed::FirstValue),
        range_(kAtrBars) {}

  void on_session_open(const SessionEvent& session, Context& context) override {
    if (!context.position(instrument_).quantity.is_zero()) context.close(instrument_);
    session_ = session;
    phase_ = Phase::Done;
    open_seen_ = false;
    if (!carry_) {
      ema_.reset();
      range_.reset();
    }
  }

  void on_session_close(const SessionEvent&, Context&) override {
    // A session whose last minutes are missing leaves a bar that no other completes.
    completed_.clear();
    bars_.flush(completed_);
    for (const Bar& bar : completed_) take_in(bar);
    // The trend takes in a session only once it is over; its daily bar, where there is one, has come before.
    if (open_seen_) add_session(session_.date, last_close_);
  }

  void on_bar(const BarView& view, Context& context) override {
    if (view.interval >= kDailyInterval) {
      add_session(new_york_date(view.bar.start), view.bar.close);
      return;
    }
    if (view.history || view.bar.start < session_.open || view.bar.start >= session_.close) return;
    last_close_ = view.bar.close;
    if (!open_seen_) {
      open_seen_ = true;
      const Session* before = SessionCalendar::us_equity().previous(session_.date);
      const bool known = trend_.ready() && before != nullptr && before->date == trend_date_;
      if (known && view.bar.open.to_double() > trend_.value()) phase_ = Phase::WaitingPullback;
    }
    completed_.clear();
    bars_.update(view.bar, view.interval, completed_);
    for (const Bar& bar : completed_) on_two_minutes(bar, view.interval, context);
  }

  void on_corporate_action(InstrumentIndex, const CorporateAction& action, Context&) override {
    trend_.rescale(action.price_ratio_billionths);
    ema_.rescale(action.price_ratio_billionths);
    range_.rescale(action.price_ratio_billionths);
  }

  void on_timer(std::uint32_t, Context& context) override { context.close(instrument_); }

  /// The times of day contradict each other or are none.
  static std::optional<Error> fault(const Parameters& parameters) {
    for (const char* name : {"signal_window_start", "signal_window_end", "exit_time"}) {
      if (const auto time = time_of_day(parameters, name); !time) return time.error();
    }
    if (*time_of_day(parameters, "signal_window_start") > *time_of_day(parameters, "signal_window_end")) {
      return Error{"signal_window_start", "lies after signal_window_end"};
    }
    if (*time_of_day(parameters, "exit_time") <= *time_of_day(parameters, "signal_window_end")) {
      return Error{"exit_time", "does not lie after signal_window_end"};
    }
    return std::nullopt;
  }

  void save(ByteWriter& out) const override {
    bars_.save(out);
    trend_.save(out);
    ema_.save(out);
    range_.save(out);
    out.u8(static_cast<std::uint8_t>(phase_));
    out.boolean(open_seen_);
    out.i64(trend_date_.days);
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
    trend_date_.days = static_cast<std::int32_t>(in.i64());
    last_close_ = in.fixed<Price>();
    session_.date.days = static_cast<std::int32_t>(in.i64());
    session_.open = in.time();
    session_.close = in.time();
  }

 private:
  /// A time of day written as "10:30".
  static Expected<Duration> time_of_day(const Parameters& parameters, std::string_view name) {
    const std::string& text = parameters.text(name);
    const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9' ? text[at] - '0' : 99; };
    if (text.size() == 5 && text[2] == ':') {
      const int hours = digit(0) * 10 + digit(1);
      const int minutes = digit(3) * 10 + digit(4);
      if (hours < 24 && minutes < 60) return Duration(std::chrono::hours(hours) + std::chrono::minutes(minutes));
    }
    return Error{std::string(name), "found \"" + text + "\", allowed is a time of day such as 10:30"};
  }

  void add_session(Date date, Price close) {
    if (date <= trend_date_) return;
    if (SessionCalendar::us_equity().between(trend_date_ + 1, date - 1).size() > kTrendHoleMax) trend_.reset();
    trend_.update(close);
    trend_date_ = date;
  }

  void take_in(const Bar& bar) {
    ema_.update(bar.close);
    range_.update(bar);
  }

  /// `interval` is that of the bars that came in.
  void on_two_minutes(const Bar& bar, Duration interval, Context& context) {
    take_in(bar);
    const Duration stamp = to_new_york(bar.start).time_of_day;
    if (phase_ == Phase::Done || stamp < window_start_) return;
    if (stamp > window_end_) {
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
        if (close >= ema_.value()) enter(interval, context);
        break;
      case Phase::Done: break;
    }
  }

  /// Where in its range the bar closed, 0 to 1.
  static double strength_of(const Bar& bar) {
    if (bar.high == bar.low) return 0;
    return (bar.close - bar.low).to_double() / (bar.high - bar.low).to_double();
  }

  /// When the last bar that is stamped before the exit has closed: what is sent then fills at the next one's open.
  [[nodiscard]] Timestamp exit_instant(Duration interval) const {
    const Timestamp exit = std::min(from_new_york(session_.date, exit_time_), session_.close - kExitBeforeClose);
    const std::int64_t bars = (exit - session_.open + interval - Duration(1)) / interval;
    return session_.open + bars * interval;
  }

  void enter(Duration interval, Context& context) {
    const Quantity quantity = sizing_.quantity(instrument_, context);
    if (!quantity.is_positive()) return;
    OrderOptions options;
    options.stop_loss_offset = Price::rounded(stop_atr_ * range_.value());
    if (!options.stop_loss_offset.is_positive()) return;
    context.buy(instrument_, quantity, options);
    context.set_timer(exit_instant(interval), 0);
  }

  InstrumentIndex instrument_;
  Duration window_start_;
  Duration window_end_;
  Duration exit_time_;
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
  Date trend_date_;  // Of the last session in the trend.
  Price last_close_;
  std::vector<Bar> completed_;
};

}  // namespace

StrategyType dp20() {
  return {
      "dp20",
      "in an uptrend, buys the morning's first pullback below the 20-bar EMA of two-minute bars once it has turned",
      {{"signal_window_start", std::string("10:00"), 0, 0, "first stamp of a two-minute bar looked at, New York time"},
       {"signal_window_end", std::string("10:30"), 0, 0, "last stamp of a bar that may confirm, New York time"},
       {"reversal_strength_threshold", 0.60, 0.0, 1.0, "part of its range above which the reversal bar must close"},
       {"stop_atr_multiplier", 1.2, 0.01, 100.0, "stop below the entry, in average true ranges"},
       {"exit_time", std::string("15:55"), 0, 0,
        "sells at the open of the first bar stamped then or later, New York time; at an early close, five minutes "
        "before it"},
       {"indicator_carry", false, 0, 0, "EMA and ATR run on from day to day instead of beginning anew"},
       {"quantity", std::int64_t{100}, 0, 1e9, "shares to trade; 0: as many as `allocation` buys"},
       {"allocation", 0.95, 0.0, 10.0, "fraction of the account's equity to hold, where `quantity` is 0"}},
      [](const StrategyConfig& config) -> StrategyType::Made {
        if (config.instruments.size() != 1) return Error{"symbols", "dp20 trades exactly one instrument"};
        if (const auto fault = Dp20::fault(config.parameters)) return *fault;
        return {std::make_unique<Dp20>(config)};
      },
      kTrendSessions,
      kBarLength};
}

}  // namespace bellwether
