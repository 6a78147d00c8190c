#include "actors/session_board.hpp"

#include <atomic>
#include <thread>

#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using namespace bellwether::testing;

SessionBoard empty_board(const BoardConfig& limits = {}) {
  return SessionBoard(small_config(), StrategyRegistry(), limits);
}

void play(SessionBoard& board, std::size_t events = 8) {
  const auto turns = small_session();
  for (std::size_t i = 0; i < events; ++i) board.apply(turns[i]);
}

OrderFilter filter_of(OrderFilter::Status status) {
  OrderFilter filter;
  filter.status = status;
  return filter;
}

TEST(SessionBoard, ShowsTheInitialCashBeforeTheFirstEvent) {
  const SessionBoard board = empty_board();
  EXPECT_EQ(board.account().account.equity, money("100000"));
  EXPECT_EQ(board.status().phase, SessionPhase::Starting);
  EXPECT_EQ(board.last_event(), 0u);
  EXPECT_FALSE(board.status().session_date.has_value());
}

TEST(SessionBoard, FollowsAnOrderFromCommandToTheLastFill) {
  SessionBoard board = empty_board();
  const OrderId id{2, 1, 0, OrderLeg::Entry};
  const auto turns = small_session();
  board.apply(turns[0]);
  board.apply(turns[1]);
  EXPECT_EQ(board.order(id)->state, OrderState::PendingNew);
  board.apply(turns[2]);
  EXPECT_EQ(board.order(id)->state, OrderState::Working);
  board.apply(turns[3]);
  EXPECT_EQ(board.order(id)->state, OrderState::PartiallyFilled);
  EXPECT_EQ(board.order(id)->filled, shares(60));
  EXPECT_EQ(board.status().open_orders, 1u);
  board.apply(turns[4]);
  const OrderRow order = *board.order(id);
  EXPECT_EQ(order.state, OrderState::Filled);
  EXPECT_EQ(order.filled, shares(100));
  EXPECT_EQ(order.filled_notional, money("1054"));
  EXPECT_EQ(order.fees, money("0.3"));
  EXPECT_EQ(order.created, at_minute(1));
  EXPECT_EQ(order.updated, at_minute(2));
  EXPECT_EQ(board.status().open_orders, 0u);
}

TEST(SessionBoard, ValuesPositionsAtTheLastPrice) {
  SessionBoard board = empty_board();
  play(board, 6);
  const auto rows = board.positions();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].quantity, shares(100));
  EXPECT_EQ(rows[0].average_price, price("10.54"));
  EXPECT_EQ(rows[0].last_price, price("11"));
  EXPECT_EQ(rows[0].market_value, money("1100"));
  EXPECT_EQ(rows[0].unrealized_pnl, money("46"));
}

TEST(SessionBoard, SumsPositionsOfAllStrategiesByInstrument) {
  SessionBoard board = empty_board();
  Turn turn = turn_of(1, bar_event(1, 1, "50"));
  turn.positions = {{0, 1, shares(10), price("40"), money("5")}, {1, 1, shares(-4), price("60"), money("1")}};
  board.apply(turn);
  const auto net = board.net_positions();
  ASSERT_EQ(net.size(), 1u);
  EXPECT_EQ(net[0].strategy, kNoStrategy);
  EXPECT_EQ(net[0].quantity, shares(6));
  EXPECT_EQ(net[0].market_value, money("300"));
  EXPECT_EQ(net[0].unrealized_pnl, money("140"));  // 10 x (50 - 40) + -4 x (50 - 60).
  EXPECT_EQ(net[0].realized_pnl, money("6"));
  EXPECT_EQ(board.status().open_positions, 2u);
}

TEST(SessionBoard, SumsPositionsOfAllInstrumentsByStrategy) {
  SessionBoard board = empty_board();
  Turn turn = turn_of(1, bar_event(1, 1, "50"));
  turn.positions = {{0, 0, shares(0), {}, money("-3"), money("-3"), money("1"), {}},
                    {0, 1, shares(10), price("40"), money("5"), money("7"), money("2"), money("4")},
                    {1, 1, shares(-4), price("60"), money("1"), money("2"), money("3"), money("-8")}};
  board.apply(turn);
  const std::vector<StrategyTotals> totals = board.strategy_totals();
  ASSERT_EQ(totals.size(), 2u);
  EXPECT_EQ(totals[0],
            (StrategyTotals{money("500"), money("100"), money("2"), money("4"), money("3"), money("4"), {}}));
  EXPECT_EQ(totals[1],
            (StrategyTotals{money("-200"), money("40"), money("1"), money("2"), money("3"), money("-8"), {}}));
}

TEST(SessionBoard, ReportsStatusHaltAndCounts) {
  SessionBoard board = empty_board();
  board.set_phase(SessionPhase::Trading);
  play(board);
  const SessionStatus status = board.status();
  EXPECT_EQ(status.phase, SessionPhase::Trading);
  EXPECT_TRUE(status.halted);
  EXPECT_EQ(status.halt_reason, HaltReason::Operator);
  EXPECT_EQ(status.last_event, 8u);
  EXPECT_EQ(status.time, at_minute(390));
  EXPECT_EQ(status.session_date, Date::from_ymd(2005, 1, 3));
  EXPECT_FALSE(status.session_open);
  EXPECT_EQ(status.counts, (SessionCounts{8, 2, 1, 2, 0, 0}));
}

TEST(SessionBoard, MeasuresDrawdownAndTheDaysProfit) {
  SessionBoard board = empty_board();
  board.apply(turn_of(1, session_event(EventType::SessionOpen, 0), "100000", "100000"));
  board.apply(turn_of(2, bar_event(0, 1, "10"), "100000", "120000"));
  board.apply(turn_of(3, bar_event(0, 2, "9"), "100000", "90000"));
  const AccountSummary account = board.account();
  EXPECT_EQ(account.peak_equity, money("120000"));
  EXPECT_DOUBLE_EQ(account.drawdown, 0.25);
  EXPECT_EQ(account.day_profit, money("-10000"));
}

TEST(SessionBoard, CountsWinRateAndExpectancyOverThirtyDays) {
  SessionBoard board = empty_board();
  const auto closed = [](EventNumber number, int day, std::string_view profit) {
    Turn turn = turn_of(number, bar_event(0, day * 1440, "10"));
    TradeRecord trade;
    trade.exit_time = turn.event.time;
    trade.net_pnl = money(profit);
    turn.closed_trades.push_back(trade);
    return turn;
  };
  board.apply(closed(1, 1, "-90"));
  board.apply(closed(2, 20, "10"));
  board.apply(closed(3, 31, "20"));
  EXPECT_EQ(board.account().recent_trades, 3u);
  EXPECT_DOUBLE_EQ(*board.account().win_rate, 2.0 / 3.0);
  EXPECT_EQ(board.account().expectancy, money("-20"));
  board.apply(closed(4, 32, "-30"));
  EXPECT_EQ(board.account().recent_trades, 3u);
  EXPECT_EQ(board.account().expectancy, money("0"));
  EXPECT_EQ(board.status().counts.trades, 4u);
}

TEST(SessionBoard, IgnoresAnEventThatWasAppliedBefore) {
  SessionBoard board = empty_board();
  play(board);
  play(board);
  EXPECT_EQ(board.status().counts.events, 8u);
  EXPECT_EQ(board.fills(0, 100).rows.size(), 2u);
}

TEST(SessionBoard, ListsADeniedIntentAsAnOrderThatEnded) {
  SessionBoard board = empty_board();
  Turn turn = turn_of(1, bar_event(0, 1, "10"));
  turn.intents.push_back({submit(1, 0, Side::Buy, 1'000'000), DenyReason::BuyingPower});
  board.apply(turn);
  const auto page = board.orders(filter_of(OrderFilter::Status::Closed));
  ASSERT_EQ(page.rows.size(), 1u);
  EXPECT_EQ(page.rows[0].state, OrderState::Denied);
  EXPECT_EQ(page.rows[0].denied, DenyReason::BuyingPower);
  EXPECT_EQ(board.status().counts.denials, 1u);
}

TEST(SessionBoard, AddsTheLegsOfABracket) {
  SessionBoard board = empty_board();
  Turn turn = turn_of(1, bar_event(0, 1, "10"));
  OrderCommand bracket = submit(1, 0, Side::Buy, 10);
  bracket.spec.order_class = OrderClass::Bracket;
  bracket.spec.take_profit = price("12");
  bracket.spec.stop_loss = price("9");
  turn.commands.push_back(bracket);
  board.apply(turn);
  const auto page = board.orders(filter_of(OrderFilter::Status::Open));
  ASSERT_EQ(page.rows.size(), 3u);
  EXPECT_EQ(page.rows[1].id.leg, OrderLeg::Target);
  EXPECT_EQ(page.rows[1].spec.limit_price, price("12"));
  EXPECT_EQ(page.rows[2].spec.stop_price, price("9"));
}

TEST(SessionBoard, LegsOfARefusedEntryEndWithItAndAreForgottenInTheirTurn) {
  BoardConfig limits;
  limits.ended_orders = 3;
  SessionBoard board = empty_board(limits);
  for (EventNumber event = 1; event < 20; event += 2) {
    Turn turn = turn_of(event, bar_event(0, static_cast<int>(event), "10"));
    OrderCommand bracket = submit(event, 0, Side::Buy, 10);
    bracket.spec.order_class = OrderClass::Bracket;
    bracket.spec.take_profit = price("12");
    bracket.spec.stop_loss = price("9");
    turn.commands.push_back(bracket);
    board.apply(turn);
    const int minute = static_cast<int>(event) + 1;
    board.apply(turn_of(event + 1, Event::of(report_on(bracket, ReportType::Rejected, minute, event))));
  }
  EXPECT_TRUE(board.orders(filter_of(OrderFilter::Status::Open)).rows.empty());
  const auto rows = board.orders({}).rows;
  ASSERT_EQ(rows.size(), 3U);
  for (const OrderRow& row : rows) EXPECT_EQ(row.state, OrderState::Rejected);
}

TEST(SessionBoard, KeepsTheLastRoundTripsAndPointsOfEquity) {
  BoardConfig limits;
  limits.equity_points = 2;
  limits.trades = 1;
  SessionBoard board = empty_board(limits);
  for (EventNumber event = 1; event <= 4; ++event) {
    Turn turn = turn_of(event, bar_event(0, static_cast<int>(event), "10"));
    turn.closed_trades.resize(2);
    board.apply(turn);
  }
  ASSERT_EQ(board.equity(false).size(), 2U);
  EXPECT_EQ(board.equity(false)[0].event, 3U);
  ASSERT_EQ(board.trades().size(), 1U);
  EXPECT_EQ(board.trades()[0].event, 4U);
  EXPECT_EQ(board.trades()[0].index, 1U);
  limits.equity_points = limits.trades = 0;
  SessionBoard forgetful = empty_board(limits);
  forgetful.apply(turn_of(1, bar_event(0, 1, "10")));
  EXPECT_TRUE(forgetful.equity(false).empty());
}

/// One order per event 1..count, each rejected by the next event but the first, which stays open.
void reject_all_but_the_first(SessionBoard& board, EventNumber count) {
  for (EventNumber n = 1; n <= count; ++n) {
    const OrderCommand command = submit(2 * n - 1, n % 2 == 0 ? 1 : 0, Side::Buy, 1, n % 2 == 0 ? 1 : 0);
    Turn asked = turn_of(2 * n - 1, bar_event(0, static_cast<int>(n), "10"));
    asked.commands.push_back(command);
    board.apply(asked);
    const ReportType type = n == 1 ? ReportType::Accepted : ReportType::Rejected;
    board.apply(turn_of(2 * n, Event::of(report_on(command, type, static_cast<int>(n), n))));
  }
}

TEST(SessionBoard, ForgetsTheOldestEndedOrdersButNeverAnOpenOne) {
  BoardConfig limits;
  limits.ended_orders = 3;
  SessionBoard board = empty_board(limits);
  reject_all_but_the_first(board, 10);
  const auto page = board.orders({});
  ASSERT_EQ(page.rows.size(), 4u);
  EXPECT_EQ(page.rows[0].id.event, 1u);
  EXPECT_EQ(page.rows[0].state, OrderState::Working);
  EXPECT_EQ(page.rows[1].id.event, 15u);
  EXPECT_EQ(page.rows[3].id.event, 19u);
}

TEST(SessionBoard, CountsHowOrdersEndedAlsoThoseThatItForgot) {
  BoardConfig limits;
  limits.ended_orders = 3;
  SessionBoard board = empty_board(limits);
  reject_all_but_the_first(board, 10);
  Turn denied = turn_of(30, bar_event(0, 30, "50"));
  Intent& intent = denied.intents.emplace_back();
  intent.command = submit(30, 0, Side::Buy, 5, 0);
  intent.denied = DenyReason::BuyingPower;
  board.apply(denied);
  const auto totals = board.strategy_totals();
  // Odd events were the first strategy's, of which the first order was accepted; even ones the second's.
  OrderOutcomes first;
  first.asked = 6;
  first.open = 1;
  first.rejected = first.rejected_by[0] = 4;
  first.denied = first.denied_by[static_cast<std::size_t>(DenyReason::BuyingPower)] = 1;
  EXPECT_EQ(totals[0].orders, first);
  OrderOutcomes second;
  second.asked = second.rejected = second.rejected_by[0] = 5;
  EXPECT_EQ(totals[1].orders, second);
}

TEST(SessionBoard, CountsABracketOnce) {
  SessionBoard board = empty_board();
  OrderCommand bracket = submit(1, 0, Side::Buy, 10, 0);
  bracket.spec.order_class = OrderClass::Bracket;
  bracket.spec.take_profit = price("12");
  bracket.spec.stop_loss = price("9");
  Turn turn = turn_of(1, bar_event(0, 1, "10"));
  turn.commands.push_back(bracket);
  board.apply(turn);
  EXPECT_EQ(board.orders(filter_of(OrderFilter::Status::Open)).rows.size(), 3U);
  EXPECT_EQ(board.strategy_totals()[0].orders.asked, 1U);
}

TEST(SessionBoard, PagesOrdersByAStableCursorInBothDirections) {
  SessionBoard board = empty_board();
  reject_all_but_the_first(board, 10);
  for (const bool newest_first : {false, true}) {
    OrderFilter filter;
    filter.limit = 4;
    filter.newest_first = newest_first;
    std::vector<EventNumber> seen;
    for (bool more = true; more; filter.after = {seen.back(), 1, 0, OrderLeg::Entry}) {
      const auto page = board.orders(filter);
      for (const OrderRow& row : page.rows) seen.push_back(row.id.event);
      more = page.more;
    }
    std::vector<EventNumber> expected = {1, 3, 5, 7, 9, 11, 13, 15, 17, 19};
    if (newest_first) std::reverse(expected.begin(), expected.end());
    EXPECT_EQ(seen, expected);
  }
}

TEST(SessionBoard, FiltersOrdersBySymbolAndStrategy) {
  SessionBoard board = empty_board();
  reject_all_but_the_first(board, 10);
  OrderFilter filter;
  filter.instrument = InstrumentIndex{1};
  EXPECT_EQ(board.orders(filter).rows.size(), 5u);
  filter.strategy = StrategyIndex{0};
  EXPECT_TRUE(board.orders(filter).rows.empty());
}

TEST(SessionBoard, GivesFillsAfterAnEvent) {
  SessionBoard board = empty_board();
  play(board);
  const auto first = board.fills(0, 1);
  ASSERT_EQ(first.rows.size(), 1u);
  EXPECT_EQ(first.rows[0].event, 4u);
  EXPECT_TRUE(first.more);
  const auto rest = board.fills(4, 10);
  ASSERT_EQ(rest.rows.size(), 1u);
  EXPECT_EQ(rest.rows[0].event, 5u);
  EXPECT_FALSE(rest.more);
}

/// Event `number`: a command that leaves trading halted, or not.
Turn commanded(EventNumber number, const CommandEvent& command) {
  Turn turn = turn_of(number, Event::of(at_minute(static_cast<int>(number)), command));
  turn.halted = command.type == CommandType::Halt;
  turn.halt_reason = command.reason;
  return turn;
}

/// Event `number`, and the command behind it that has it for its note.
void say_and_command(SessionBoard& board, EventNumber number, CommandEvent command, std::string_view words) {
  const CommandNoteEvent note{CommandNoteEvent::Kind::Reason, OperatorNote(words)};
  board.apply(turn_of(number, Event::of(at_minute(static_cast<int>(number)), note)));
  command.notes = 1;
  board.apply(commanded(number + 1, command));
}

TEST(SessionBoard, ShowsTheWordsOfTheOperatorWhoHalted) {
  SessionBoard board = empty_board();
  say_and_command(board, 1, {CommandType::Halt, HaltReason::Operator, false}, "lunch");
  EXPECT_EQ(board.status().halt_note, "lunch");
  board.apply(commanded(3, {CommandType::Halt, HaltReason::Drawdown, true}));
  EXPECT_EQ(board.status().halt_note, "");
  say_and_command(board, 4, {CommandType::Halt, HaltReason::Operator, false}, "again");
  EXPECT_EQ(board.status().halt_note, "again");
  say_and_command(board, 6, {CommandType::Resume, HaltReason::None, false}, "done");
  EXPECT_EQ(board.status().halt_note, "");
}

TEST(SessionBoard, ListsCommandsAndForgetsTheOldest) {
  BoardConfig limits;
  limits.commands = 2;
  SessionBoard board = empty_board(limits);
  say_and_command(board, 1, {CommandType::Halt, HaltReason::Operator, true}, "a");
  board.apply(turn_of(3, bar_event(0, 3, "10")));
  say_and_command(board, 4, {CommandType::Resume, HaltReason::None, false}, "b");
  const auto first = board.commands(0, 1, false);
  ASSERT_EQ(first.rows.size(), 1u);
  EXPECT_EQ(first.rows[0].event, 2u);
  EXPECT_EQ(first.rows[0].time, at_minute(2));
  EXPECT_EQ(first.rows[0].words.reason.text(), "a");
  EXPECT_TRUE(first.more);
  const auto rest = board.commands(2, 10, false);
  ASSERT_EQ(rest.rows.size(), 1u);
  EXPECT_EQ(rest.rows[0].event, 5u);
  EXPECT_FALSE(rest.more);
  board.apply(commanded(6, {CommandType::Halt, HaltReason::Drawdown, false}));
  EXPECT_EQ(board.commands(0, 10, false).rows.front().event, 5u);
  EXPECT_EQ(board.commands(0, 10, false).rows.size(), 2u);
  const auto newest = board.commands(0, 1, true);
  ASSERT_EQ(newest.rows.size(), 1u);
  EXPECT_EQ(newest.rows[0].event, 6u);
  EXPECT_TRUE(newest.more);
  const auto older = board.commands(6, 10, true);
  ASSERT_EQ(older.rows.size(), 1u);
  EXPECT_EQ(older.rows[0].event, 5u);
  EXPECT_FALSE(older.more);
}

TEST(SessionBoard, ShowsSyntheticDataFromTheStart) {
  BoardConfig limits;
  EXPECT_FALSE(empty_board(limits).status().synthetic);
  limits.synthetic_data = true;
  EXPECT_TRUE(empty_board(limits).status().synthetic);
  SessionBoard board = empty_board(limits);
  play(board);  // Bars that say nothing of it.
  EXPECT_TRUE(board.status().synthetic);
}

TEST(SessionBoard, StreamsWholeEventsFromAnyEventOn) {
  SessionBoard board = empty_board();
  play(board);
  std::vector<StateChange> expected;
  for (const Turn& turn : small_session()) append_state_changes(turn, expected);
  std::vector<StateChange> seen;
  EventNumber after = 0;
  while (after < 8) {
    const ChangeBatch batch = board.changes(after, 1);
    ASSERT_FALSE(batch.gap);
    ASSERT_GT(batch.upto, after);
    seen.insert(seen.end(), batch.changes.begin(), batch.changes.end());
    after = batch.upto;
  }
  EXPECT_EQ(seen, expected);
  EXPECT_TRUE(board.changes(8, 10).changes.empty());
}

TEST(SessionBoard, SaysWhenChangesAreNoLongerKeptAndReadsThemFromHistory) {
  BoardConfig limits;
  limits.stream_changes = 4;
  SessionBoard board = empty_board(limits);
  EXPECT_FALSE(board.history(0, 8, [](const Turn&, const EngineConfig&) { return true; }).has_value());
  board.set_history([&board](EventNumber, EventNumber upto, const TurnVisitor& visit) -> Expected<void> {
    for (const Turn& turn : small_session()) {
      if (turn.event.number > upto || !visit(turn, board.config())) break;
    }
    return {};
  });
  play(board);
  EXPECT_TRUE(board.changes(0, 100).gap);
  // Of the last four changes (7: command and account, 8: session and account) none belongs to an earlier event.
  const ChangeBatch kept = board.changes(6, 100);
  EXPECT_FALSE(kept.gap);
  EXPECT_EQ(kept.changes.size(), 4u);
  std::vector<StateChange> old;
  EXPECT_TRUE(board.history(0, 6, [&](const Turn& turn, const EngineConfig&) {
    append_state_changes(turn, old);
    return true;
  }));
  old.insert(old.end(), kept.changes.begin(), kept.changes.end());
  std::vector<StateChange> expected;
  for (const Turn& turn : small_session()) append_state_changes(turn, expected);
  EXPECT_EQ(old, expected);
}

TEST(SessionBoard, AnEventOfWhichAPartWasForgottenCountsAsForgotten) {
  BoardConfig limits;
  limits.stream_changes = 3;
  SessionBoard board = empty_board(limits);
  play(board);
  EXPECT_TRUE(board.changes(6, 100).gap);
  EXPECT_FALSE(board.changes(7, 100).gap);
}

TEST(SessionBoard, NeedsHistoryForEventsBeforeTheFirstItSaw) {
  SessionBoard board = empty_board();
  const auto turns = small_session();
  for (std::size_t i = 4; i < 8; ++i) board.apply(turns[i]);
  EXPECT_TRUE(board.changes(3, 100).gap);
  EXPECT_FALSE(board.changes(4, 100).gap);
}

TEST(SessionBoard, ReadersSeeWholeEventsWhileOneThreadWrites) {
  SessionBoard board = empty_board();
  std::atomic<bool> done = false;
  std::thread reader([&] {
    EventNumber after = 0;
    while (!done) {
      const ChangeBatch batch = board.changes(after, 16);
      for (const StateChange& change : batch.changes) ASSERT_GT(change.event, after);
      if (!batch.changes.empty()) {
        ASSERT_GE(batch.upto, batch.changes.back().event);
      }
      after = batch.gap ? board.last_event() : batch.upto;
      const auto account = board.account();
      ASSERT_GE(account.peak_equity, account.account.equity);
    }
  });
  for (EventNumber n = 1; n <= 20'000; ++n) {
    board.apply(turn_of(n, bar_event(0, static_cast<int>(n), "10"), "100000", std::to_string(100'000 + n)));
  }
  done = true;
  reader.join();
  EXPECT_EQ(board.last_event(), 20'000u);
}

}  // namespace
}  // namespace bellwether
