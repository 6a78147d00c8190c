// DP20 rule by rule, on hand-made two-minute bars with 200 sessions before them. Entry open 450.5 with an ATR of 3
// gives a stop distance of 3.6 and a stop at 446.9: the figures of the strategy's published example.
#include "engine/calendar.hpp"
#include "tests/support/strategy_run.hpp"

namespace bellwether {
namespace {

using namespace testing;
using namespace std::string_literals;

constexpr Duration kTwoMinutes = std::chrono::minutes(2);
const Date kDate = Date::from_ymd(2013, 10, 8);

Bar ohlc(std::string_view open, std::string_view high, std::string_view low, std::string_view close) {
  return {{}, price(open), price(high), price(low), price(close), shares(1'000)};
}

/// The two-minute bars of a session: all alike but those that a test sets, by their New York stamps ("10:02").
class Day {
 public:
  explicit Day(Date date = kDate, const Bar& ordinary = ohlc("450", "451.5", "448.5", "450"))
      : session_(*SessionCalendar::us_equity().find(date)) {
    for (Timestamp at = session_.open; at < session_.close; at = at + kTwoMinutes) {
      bars_.push_back(ordinary);
      bars_.back().start = at;
    }
  }
  Bar& at(std::string_view stamp) {
    const auto number = [](std::string_view two) { return (two[0] - '0') * 10 + (two[1] - '0'); };
    const int minutes = number(stamp.substr(0, 2)) * 60 + number(stamp.substr(3, 2)) - (9 * 60 + 30);
    return bars_[static_cast<std::size_t>(minutes / 2)];
  }
  void set(std::string_view stamp, const Bar& bar) {
    const Timestamp start = at(stamp).start;
    at(stamp) = bar;
    at(stamp).start = start;
  }
  /// Pullback, reversal, confirmation and entry at four stamps. Every true range stays 3.
  Day& with_signal(std::string_view pullback, std::string_view reversal, std::string_view confirmation,
                   std::string_view entry) {
    set(pullback, ohlc("450", "451", "448", "449"));
    set(reversal, ohlc("449", "451", "448", "450.6"));
    set(confirmation, ohlc("450.6", "451.5", "448.5", "450.4"));
    set(entry, ohlc("450.5", "451.5", "448.5", "450"));
    return *this;
  }
  [[nodiscard]] const std::vector<Bar>& bars() const { return bars_; }
  /// The same day in one-minute bars.
  [[nodiscard]] std::vector<Bar> minutes() const {
    std::vector<Bar> result;
    for (const Bar& bar : bars_) {
      result.push_back(bar);
      result.push_back({bar.start + kMinuteInterval, bar.close, bar.close, bar.close, bar.close, Quantity()});
    }
    return result;
  }

 private:
  Session session_;
  std::vector<Bar> bars_;
};

void append(std::vector<Bar>& bars, const std::vector<Bar>& more) { bars.insert(bars.end(), more.begin(), more.end()); }

Day ordinary_signal() { return Day().with_signal("10:02", "10:04", "10:06", "10:08"); }

StrategyRun run(const std::vector<Bar>& bars, Duration interval = kTwoMinutes, std::string_view daily_close = "400",
                std::size_t sessions = 200, Date date = kDate) {
  return run_strategy(config_with("dp20"), bars, interval, sessions_before(date, sessions, daily_close));
}

/// New York time of day, "10:08".
std::string stamp(Timestamp t) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(to_new_york(t).time_of_day).count();
  char text[16];
  std::snprintf(text, sizeof text, "%02d:%02d", static_cast<int>(minutes / 60), static_cast<int>(minutes % 60));
  return text;
}

/// When the day's only entry was asked for; "none", or "several".
std::string entry_time(const StrategyRun& made) {
  std::string found = "none";
  for (const Asked& each : made.log.commands) {
    if (each.command.kind == CommandKind::Submit && each.command.spec.side == Side::Buy) {
      found = found == "none" ? stamp(each.time) : "several";
    }
  }
  return found;
}

TEST(Dp20, TradesTheSignalOfItsPublishedExample) {
  const StrategyRun made = run(ordinary_signal().bars());
  ASSERT_EQ(made.record.trades.size(), 1U);
  const OrderSpec& entry = made.log.commands.front().command.spec;
  EXPECT_EQ(entry.type, OrderType::Market);
  EXPECT_EQ(entry.quantity, shares(100));
  EXPECT_EQ(entry.stop_loss_offset, price("3.6"));
  const TradeRecord& trade = made.record.trades.front();
  EXPECT_EQ(trade.entry_price, price("450.5"));
  EXPECT_EQ(stamp(trade.entry_time), "10:08");
  EXPECT_EQ(made.record.fills.front().report.protective_stop, price("446.9"));
  EXPECT_EQ(trade.initial_risk, money("360"));
  EXPECT_EQ(stamp(trade.exit_time), "15:56");
  EXPECT_EQ(trade.exit_price, price("450"));
}

TEST(Dp20, TradesTheSameOnOneMinuteBars) {
  const StrategyRun made = run(ordinary_signal().minutes(), kMinuteInterval);
  ASSERT_EQ(made.record.trades.size(), 1U);
  EXPECT_EQ(stamp(made.record.trades.front().entry_time), "10:08");
  EXPECT_EQ(made.record.trades.front().entry_price, price("450.5"));
  EXPECT_EQ(made.record.fills.front().report.protective_stop, price("446.9"));
  EXPECT_EQ(stamp(made.record.trades.front().exit_time), "15:55");
}

TEST(Dp20, LeavesAtTheOpenOfTheFirstBarAt1555OrLater) {
  // Every second minute opens where the one before closed: 15:55 at 452, 15:56 at 453, 15:57 at 454.
  Day day = ordinary_signal();
  day.set("15:54", ohlc("450", "453", "450", "452"));
  day.set("15:56", ohlc("453", "455", "453", "454"));
  std::vector<Bar> bars = day.minutes();
  const auto leaves = [&] {
    const TradeRecord trade = run(bars, kMinuteInterval).record.trades.at(0);
    return stamp(trade.exit_time) + " " + trade.exit_price.to_string();
  };
  EXPECT_EQ(leaves(), "15:55 452");
  const auto drop = [&](std::string_view time) {
    std::erase_if(bars, [&](const Bar& bar) { return stamp(bar.start) == time; });
  };
  drop("15:54");
  EXPECT_EQ(leaves(), "15:55 452");
  drop("15:55");
  EXPECT_EQ(leaves(), "15:56 453");
  drop("15:56");
  EXPECT_EQ(leaves(), "15:57 454");
}

TEST(Dp20, LeavesAtTheNextOpenWhereNoBarFollowsTheExitTime) {
  const Date friday = Date::from_ymd(2013, 11, 29);  // Closes at 13:00.
  std::vector<Bar> bars = Day(friday).with_signal("10:02", "10:04", "10:06", "10:08").minutes();
  std::erase_if(bars, [](const Bar& bar) { return stamp(bar.start) > "12:54"; });
  append(bars, Day(Date::from_ymd(2013, 12, 2), ohlc("440", "451", "439", "445")).minutes());
  const StrategyRun made = run(bars, kMinuteInterval, "400", 200, friday);
  ASSERT_EQ(made.record.trades.size(), 1U);
  EXPECT_EQ(format_rfc3339(made.record.trades.front().exit_time), "2013-12-02T14:30:00Z");
  EXPECT_EQ(made.record.trades.front().exit_price, price("440"));
}

TEST(Dp20, BeginsADayWithNothingOfADayWithoutItsLastMinute) {
  const Date before = Date::from_ymd(2013, 10, 7);
  std::vector<Bar> bars = Day(before, ohlc("300", "301", "299", "300")).minutes();
  bars.pop_back();
  append(bars, ordinary_signal().minutes());
  const StrategyRun made = run(bars, kMinuteInterval, "400", 200, before);
  EXPECT_EQ(entry_time(made), "10:08");
  EXPECT_EQ(made.record.fills.at(0).report.protective_stop, price("446.9"));
}

TEST(Dp20, NeedsTheCloseOfTheSessionBefore) {
  const std::vector<Bar> bars = ordinary_signal().bars();
  const Date monday = Date::from_ymd(2013, 10, 7);
  const auto trades_with = [&](const std::vector<Bar>& daily) {
    return entry_time(run_strategy(config_with("dp20"), bars, kTwoMinutes, daily));
  };
  EXPECT_EQ(trades_with(sessions_before(kDate, 200, "400")), "10:08");
  EXPECT_EQ(trades_with(sessions_before(monday, 200, "400")), "none");
}

TEST(Dp20, CountsTheClosesOfTheRunWhereThereAreNoDailyBars) {
  std::vector<Bar> bars = Day(Date::from_ymd(2013, 10, 7)).bars();
  append(bars, ordinary_signal().bars());
  const Date before = Date::from_ymd(2013, 10, 7);
  EXPECT_EQ(entry_time(run(bars, kTwoMinutes, "400", 199, before)), "10:08");
  EXPECT_EQ(entry_time(run(bars, kTwoMinutes, "400", 198, before)), "none");
}

TEST(Dp20, BringsItsAverageIntoTheSharesOfAfterASplit) {
  const CorporateAction split = split_of(2'000'000'000, kDate);
  std::vector<Bar> bars = Day(Date::from_ymd(2013, 10, 7), ohlc("800", "801", "799", "800")).bars();
  append(bars, ordinary_signal().bars());
  // 800 before the split is 400 after it, below the open of 450.
  const auto daily = sessions_before(Date::from_ymd(2013, 10, 7), 200, "800");
  EXPECT_EQ(entry_time(run_strategy(config_with("dp20"), bars, kTwoMinutes, daily, {split})), "10:08");
  EXPECT_EQ(entry_time(run_strategy(config_with("dp20"), bars, kTwoMinutes, daily)), "none");
}

TEST(Dp20, TakesItsTimesFromItsParameters) {
  const auto with = [](std::vector<std::pair<std::string, ParameterValue>> given) {
    return run_strategy(config_with("dp20", given), Day().with_signal("10:32", "10:34", "10:36", "10:38").bars(),
                        kTwoMinutes, sessions_before(kDate, 200, "400"));
  };
  EXPECT_EQ(entry_time(with({})), "none");
  const StrategyRun made =
      with({{"signal_window_start", "10:32"s}, {"signal_window_end", "10:36"s}, {"exit_time", "11:00"s}});
  EXPECT_EQ(entry_time(made), "10:38");
  EXPECT_EQ(stamp(made.record.trades.at(0).exit_time), "11:00");
}

TEST(Dp20, RefusesTimesThatAreNoneOrContradictEachOther) {
  const auto error = [](std::vector<std::pair<std::string, ParameterValue>> given) {
    const EngineConfig config = config_with("dp20", given);
    const auto engine = Engine::make(config, StrategyRegistry::built_in());
    return engine ? std::string() : engine.error().text();
  };
  EXPECT_EQ(error({{"exit_time", "24:00"s}}), "exit_time: found \"24:00\", allowed is a time of day such as 10:30");
  EXPECT_EQ(error({{"exit_time", "1x:00"s}}), "exit_time: found \"1x:00\", allowed is a time of day such as 10:30");
  EXPECT_EQ(error({{"signal_window_start", "10:31"s}}), "signal_window_start: lies after signal_window_end");
  EXPECT_EQ(error({{"exit_time", "10:30"s}}), "exit_time: does not lie after signal_window_end");
  EXPECT_EQ(error({{"exit_time", "10:31"s}}), "");
}

TEST(Dp20, StaysOutWhereTheDayOpensAtTheAverageOf200Sessions) {
  EXPECT_EQ(entry_time(run(ordinary_signal().bars(), kTwoMinutes, "450")), "none");
  EXPECT_EQ(entry_time(run(ordinary_signal().bars(), kTwoMinutes, "449.99")), "10:08");
}

TEST(Dp20, StaysOutWithout200SessionsBefore) {
  EXPECT_EQ(entry_time(run(ordinary_signal().bars(), kTwoMinutes, "400", 199)), "none");
}

TEST(Dp20, PassesOverAReversalThatClosesAtExactlyItsStrength) {
  Day day = Day().with_signal("10:02", "10:06", "10:08", "10:10");
  day.set("10:04", ohlc("449", "452.2", "447.2", "450.2"));  // (450.2 - 447.2) / 5 = 0.60: above the EMA, but weak.
  EXPECT_EQ(entry_time(run(day.bars())), "10:10");
}

TEST(Dp20, GivesTheDayUpWhereTheConfirmationClosesBelowTheAverage) {
  Day day = ordinary_signal();
  day.set("10:06", ohlc("450", "451", "448", "449.9"));  // EMA 449.971 before, 449.964 with it.
  day.with_signal("10:12", "10:14", "10:16", "10:18").set("10:06", ohlc("450", "451", "448", "449.9"));
  EXPECT_EQ(entry_time(run(day.bars())), "none");
}

TEST(Dp20, TakesAConfirmationThatClosesAtTheAverage) {
  // EMA: 100 + 2/21 x (89.5 - 100) = 99, then 99 + 2/21 x (109.5 - 99) = 100.
  for (const auto& [close, expected] : {std::pair("100", "10:08"), std::pair("99.99", "none")}) {
    Day day(kDate, ohlc("100", "100", "100", "100"));
    day.set("10:02", ohlc("100", "100", "89", "89.5"));
    day.set("10:04", ohlc("90", "109.5", "89.5", "109.5"));
    day.set("10:06", ohlc("109", "109", "99", close));
    EXPECT_EQ(entry_time(run(day.bars(), kTwoMinutes, "80")), expected);
  }
}

TEST(Dp20, LooksAtNoBarBeforeTen) {
  EXPECT_EQ(entry_time(run(Day().with_signal("09:56", "09:58", "10:00", "10:02").bars())), "none");
  EXPECT_EQ(entry_time(run(Day().with_signal("10:00", "10:02", "10:04", "10:06").bars())), "10:06");
}

TEST(Dp20, CanEnterAt1032ButConfirmsNoLaterThan1030) {
  EXPECT_EQ(entry_time(run(Day().with_signal("10:26", "10:28", "10:30", "10:32").bars())), "10:32");
  EXPECT_EQ(entry_time(run(Day().with_signal("10:28", "10:30", "10:32", "10:34").bars())), "none");
}

TEST(Dp20, StopsOutInTheEntryBarItself) {
  Day day = ordinary_signal();
  day.at("10:08").low = price("446.9");
  const StrategyRun made = run(day.bars());
  ASSERT_EQ(made.record.trades.size(), 1U);
  EXPECT_EQ(made.record.trades.front().exit_price, price("446.9"));
  EXPECT_EQ(made.record.trades.front().net_pnl, money("-360"));
}

TEST(Dp20, TradesOnceADay) {
  Day day = ordinary_signal();
  day.at("10:08").low = price("446");
  day.with_signal("10:16", "10:18", "10:20", "10:22");
  EXPECT_EQ(run(day.bars()).record.trades.size(), 1U);
}

TEST(Dp20, IgnoresALowAfterTheExit) {
  Day day = ordinary_signal();
  day.at("15:56").open = price("449");
  day.at("15:58").low = price("440");
  const StrategyRun made = run(day.bars());
  ASSERT_EQ(made.record.trades.size(), 1U);
  EXPECT_EQ(made.record.trades.front().exit_price, price("449"));
}

TEST(Dp20, LeavesFiveMinutesBeforeAnEarlyClose) {
  const Date friday = Date::from_ymd(2013, 11, 29);
  ASSERT_TRUE(SessionCalendar::us_equity().find(friday)->early_close);
  const Day day = Day(friday).with_signal("10:02", "10:04", "10:06", "10:08");
  const StrategyRun made = run(day.bars(), kTwoMinutes, "400", 200, friday);
  ASSERT_EQ(made.record.trades.size(), 1U);
  EXPECT_EQ(stamp(made.record.trades.front().exit_time), "12:56");
}

TEST(Dp20, RefusesSeveralInstruments) {
  const EngineConfig config = config_with("dp20", {}, {"A", "B"});
  EXPECT_FALSE(Engine::make(config, StrategyRegistry::built_in()));
}

}  // namespace
}  // namespace bellwether
