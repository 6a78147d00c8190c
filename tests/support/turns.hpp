// Turns made by hand: a small session whose every number can be checked on paper.
#pragma once

#include "engine/engine_config.hpp"
#include "engine/turn.hpp"

namespace bellwether::testing {

constexpr Timestamp kOpen = Timestamp::from_seconds(1'104'762'600);  // 2005-01-03T14:30:00Z, a session's open.

inline Timestamp at_minute(int minute) { return kOpen + minute * std::chrono::minutes(1); }
inline Price price(std::string_view text) { return *Price::parse(text); }
inline Money money(std::string_view text) { return *Money::parse(text); }
inline Quantity shares(std::int64_t count) { return Quantity::from_int(count); }

/// AAPL and IBM; "fast" trades both, "slow" trades IBM. 100,000 in cash.
inline EngineConfig small_config() {
  EngineConfig config;
  config.instruments = {{"AAPL"}, {"IBM"}};
  config.strategies = {{"fast", "sma_cross", {0, 1}, {}}, {"slow", "buy_and_hold", {1}, {}}};
  return config;
}

/// A split of `ratio_billionths` new shares for each old one.
inline CorporateAction split_of(std::int64_t ratio_billionths, Date ex_date = {}) {
  return {ex_date, ratio_billionths, {}, ratio_billionths};
}

inline Turn turn_of(EventNumber number, const Event& event, std::string_view cash = "100000",
                    std::string_view equity = "100000") {
  Turn turn;
  turn.begin(event);
  turn.event.number = number;
  turn.account.cash = money(cash);
  turn.account.equity = money(equity);
  return turn;
}

inline Event bar_event(InstrumentIndex instrument, int minute, std::string_view close) {
  BarEvent bar;
  bar.bar = {at_minute(minute - 1), price(close), price(close), price(close), price(close), shares(1000)};
  bar.interval_ns = kMinuteInterval.count();
  return Event::of(at_minute(minute), instrument, bar);
}

inline Event session_event(EventType type, int minute) {
  return Event::of(type, at_minute(minute),
                   SessionEvent{Date::from_ymd(2005, 1, 3), at_minute(0), at_minute(390), false});
}

inline OrderCommand submit(EventNumber event, InstrumentIndex instrument, Side side, std::int64_t quantity,
                           StrategyIndex strategy = 0) {
  OrderCommand command;
  command.id = {event, 1, 0, OrderLeg::Entry};
  command.strategy = strategy;
  command.spec.instrument = instrument;
  command.spec.side = side;
  command.spec.quantity = shares(quantity);
  return command;
}

inline ExecutionReport report_on(const OrderCommand& command, ReportType type, int minute,
                                 std::uint64_t execution_id = 0) {
  ExecutionReport report;
  report.order = command.id;
  report.type = type;
  report.side = command.spec.side;
  report.strategy = command.strategy;
  report.instrument = command.spec.instrument;
  report.execution_id = execution_id;
  report.time = at_minute(minute);
  return report;
}

inline ExecutionReport fill_of(const OrderCommand& command, std::int64_t quantity, std::string_view at,
                               std::int64_t leaves, int minute, std::uint64_t execution_id,
                               std::string_view fee = "0") {
  ExecutionReport report = report_on(command, ReportType::Fill, minute, execution_id);
  report.last_quantity = shares(quantity);
  report.last_price = price(at);
  report.leaves_quantity = shares(leaves);
  report.cumulative_quantity = command.spec.quantity - report.leaves_quantity;
  report.fee = money(fee);
  return report;
}

/// A session of eight events. 1: the session opens. 2: AAPL closes at 10; "fast" buys 100. 3: the venue accepts.
/// 4: 60 fill at 10.5 for a fee of 0.3. 5: 40 fill at 10.6, no fee. 6: AAPL closes at 11. 7: an operator halts.
/// 8: the session closes.
inline std::vector<Turn> small_session() {
  std::vector<Turn> turns;
  const OrderCommand buy = submit(2, 0, Side::Buy, 100);
  turns.push_back(turn_of(1, session_event(EventType::SessionOpen, 0)));
  turns.push_back(turn_of(2, bar_event(0, 1, "10")));
  turns.back().intents.push_back({buy, DenyReason::None});
  turns.back().commands.push_back(buy);
  turns.push_back(turn_of(3, Event::of(report_on(buy, ReportType::Accepted, 1, 1))));
  // 100000 - 60 x 10.5 - 0.3 = 99369.7; 60 x 10.5 = 630.
  turns.push_back(turn_of(4, Event::of(fill_of(buy, 60, "10.5", 40, 2, 2, "0.3")), "99369.7", "99999.7"));
  turns.back().positions.push_back({0, 0, shares(60), price("10.5"), Money()});
  // 99369.7 - 40 x 10.6 = 98945.7; 100 x 10.6 = 1060; average (630 + 424) / 100 = 10.54.
  turns.push_back(turn_of(5, Event::of(fill_of(buy, 40, "10.6", 0, 2, 3)), "98945.7", "100005.7"));
  turns.back().positions.push_back({0, 0, shares(100), price("10.54"), Money()});
  // 98945.7 + 100 x 11 = 100045.7.
  turns.push_back(turn_of(6, bar_event(0, 2, "11"), "98945.7", "100045.7"));
  turns.push_back(turn_of(7, Event::of(at_minute(2), CommandEvent{CommandType::Halt, HaltReason::Operator, false}),
                          "98945.7", "100045.7"));
  turns.push_back(turn_of(8, session_event(EventType::SessionClose, 390), "98945.7", "100045.7"));
  for (std::size_t i = 3; i < turns.size(); ++i) turns[i].account.fees = money("0.3");
  for (std::size_t i = 6; i < turns.size(); ++i) {
    turns[i].halted = true;
    turns[i].halt_reason = HaltReason::Operator;
  }
  return turns;
}

}  // namespace bellwether::testing
