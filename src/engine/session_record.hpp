// What a run did, in memory: orders, fills, round trips and equity, in the order in which they happened. Backtest,
// paper trading, API and reports all read this one record.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/equity_curve.hpp"
#include "engine/order_row.hpp"
#include "engine/trade_record.hpp"
#include "engine/turn.hpp"

namespace bellwether {

/// One execution.
struct FillRow {
  EventNumber event = 0;
  ExecutionReport report;

  bool operator==(const FillRow&) const = default;
};

/// One halt of trading.
struct HaltRow {
  Timestamp time;
  HaltReason reason = HaltReason::None;

  bool operator==(const HaltRow&) const = default;
};

/// How much happened.
struct RunCounts {
  std::uint64_t events = 0;
  std::uint64_t market_events = 0;            ///< Bars, trades and quotes that could move the account.
  std::uint64_t market_events_in_market = 0;  ///< Of these, those with a position open.
  std::uint64_t commands = 0;
  std::uint64_t denials = 0;
  MoneySum traded_notional;

  bool operator==(const RunCounts&) const = default;
};

/// How busy the account was up to the close of one session.
struct SessionActivity {
  Money gross_exposure;  ///< At the close: sum of |price x quantity| over all positions.
  // Since the run's start.
  MoneySum traded_notional;
  std::uint64_t market_events = 0;
  std::uint64_t market_events_in_market = 0;

  bool operator==(const SessionActivity&) const = default;
};

struct SessionRecord {
  Money initial_cash;
  std::vector<OrderRow> orders;
  std::vector<FillRow> fills;
  std::vector<TradeRecord> trades;
  std::vector<HaltRow> halts;
  EquityCurve equity;  ///< After every market event.
  std::vector<DailyEquity> daily;
  std::vector<SessionActivity> activity;  ///< One for each of `daily`.
  RunCounts counts;
  AccountView account;
  /// After any execution; at most the initial cash.
  Money lowest_cash;
  std::vector<PositionChange> positions;  ///< By strategy, then instrument.
};

}  // namespace bellwether
