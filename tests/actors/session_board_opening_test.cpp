// A board that begins in the middle of an account shows what one shows that has seen all of it.
#include "actors/session_board.hpp"
#include "tests/support/account_session.hpp"
#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using namespace bellwether::testing;

/// An account up to some event, and where it goes on.
struct Half {
  explicit Half(const AccountSession& session, std::size_t events) : whole(session.config(), wild_registry()) {
    auto made = Engine::make(session.config(), wild_registry());
    engine = std::move(*made);
    for (std::size_t i = 0; i < events; ++i) {
      const Turn& turn = engine->process(session.turns()[i].event);
      whole.apply(turn);
      marks.pass(turn);
      if (turn.event.type == EventType::SessionOpen) open = turn.event.session;
      if (turn.event.type == EventType::SessionClose) open.reset();
    }
  }
  SessionBoard whole;
  std::unique_ptr<Engine> engine;
  std::optional<SessionEvent> open;
  AccountMarks marks;
};

OrderFilter filter_of(OrderFilter::Status status) {
  OrderFilter filter;
  filter.status = status;
  filter.limit = 100'000;
  return filter;
}

void expect_same_account(const SessionBoard& board, const SessionBoard& whole) {
  EXPECT_EQ(board.account().account, whole.account().account);
  EXPECT_EQ(board.account().peak_equity, whole.account().peak_equity);
  EXPECT_EQ(board.account().day_profit, whole.account().day_profit);
  EXPECT_EQ(board.positions(), whole.positions());
  EXPECT_EQ(board.net_positions(), whole.net_positions());
  EXPECT_EQ(board.paused(), whole.paused());
  EXPECT_EQ(board.last_event(), whole.last_event());
  const SessionStatus mine = board.status();
  const SessionStatus theirs = whole.status();
  EXPECT_EQ(mine.halted, theirs.halted);
  EXPECT_EQ(mine.halt_reason, theirs.halt_reason);
  EXPECT_EQ(mine.session_open, theirs.session_open);
  EXPECT_EQ(mine.open_orders, theirs.open_orders);
  EXPECT_EQ(mine.open_positions, theirs.open_positions);
}

TEST(SessionBoardOpening, ShowsTheAccountAsIfItHadSeenAllOfIt) {
  for (std::uint64_t seed = 1; seed <= 16; ++seed) {
    SCOPED_TRACE(seed);
    const AccountSession session(seed);
    const std::size_t events = session.turns().size() * (seed % 9 + 1) / 10;
    Half half(session, events);
    SessionBoard board(session.config(), wild_registry());
    board.open(*half.engine, half.engine->state(), half.marks, half.open);
    expect_same_account(board, half.whole);
    SessionBoard successor(session.config(), wild_registry());
    successor.open(*half.engine, half.engine->state(), half.marks, half.open);
    successor.take_over(half.whole, CarryOver(session.config(), session.config()));
    for (std::size_t i = events; i < session.turns().size(); ++i) {
      for (SessionBoard* each : {&half.whole, &board, &successor}) each->apply(session.turns()[i]);
    }
    for (const SessionBoard* each : {&board, &successor}) expect_same_account(*each, half.whole);
    for (const auto status : {OrderFilter::Status::Open, OrderFilter::Status::Closed}) {
      const auto mine = successor.orders(filter_of(status)).rows;
      const auto theirs = half.whole.orders(filter_of(status)).rows;
      ASSERT_EQ(mine.size(), theirs.size());
      for (std::size_t i = 0; i < mine.size(); ++i) EXPECT_EQ(mine[i], theirs[i]) << mine[i].id.client_order_id();
    }
    EXPECT_EQ(successor.fills(0, 100'000).rows, half.whole.fills(0, 100'000).rows);
    EXPECT_EQ(successor.commands(0, 100'000, false).rows, half.whole.commands(0, 100'000, false).rows);
    EXPECT_EQ(successor.status().counts, half.whole.status().counts);
    EXPECT_EQ(successor.strategy_totals(), half.whole.strategy_totals());
    EXPECT_EQ(successor.account().recent_trades, half.whole.account().recent_trades);
    if (HasFailure()) return;
  }
}

TEST(SessionBoardOpening, UnderAnotherConfigurationNamesDecide) {
  const AccountSession session(3);
  Half half(session, session.turns().size());
  EngineConfig next = session.config();
  std::swap(next.instruments[0], next.instruments[2]);
  for (StrategyConfig& strategy : next.strategies) {
    for (InstrumentIndex& each : strategy.instruments) each = static_cast<InstrumentIndex>(2 - each);
  }
  auto opened = Engine::open(next, wild_registry(), half.engine->state());
  ASSERT_TRUE(opened) << opened.error().text();
  SessionBoard board(next, wild_registry());
  board.open(*opened->engine, opened->engine->state(), half.marks, half.open);
  board.take_over(half.whole, CarryOver(session.config(), next));
  EXPECT_EQ(board.account().account, half.whole.account().account);
  const auto fills = half.whole.fills(0, 100'000).rows;
  const auto renamed = board.fills(0, 100'000).rows;
  ASSERT_FALSE(fills.empty());
  ASSERT_EQ(renamed.size(), fills.size());
  for (std::size_t i = 0; i < fills.size(); ++i) {
    EXPECT_EQ(renamed[i].report.instrument, 2 - fills[i].report.instrument);
  }
  EXPECT_TRUE(board.changes(board.last_event(), 10).changes.empty());
  EXPECT_FALSE(board.changes(board.last_event(), 10).gap);
  EXPECT_TRUE(board.changes(board.last_event() - 1, 10).gap) << "what was before is the history's";
}

}  // namespace
}  // namespace bellwether
