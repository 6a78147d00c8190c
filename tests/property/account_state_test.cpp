// An account goes on in another engine as it would have in the one that it comes from, wherever it is taken over.
#include "engine/account_state.hpp"

#include <map>

#include "config/account_state_json.hpp"
#include "engine/engine.hpp"
#include "tests/support/account_session.hpp"
#include "tests/support/reordered.hpp"

namespace bellwether {
namespace {

using testing::AccountSession;

/// What differs between two turns; "" where nothing does.
std::string difference(const Turn& a, const Turn& b) {
  const auto same_intent = [](const Intent& x, const Intent& y) {
    return x.command == y.command && x.denied == y.denied;
  };
  if (!(a.event == b.event)) return "event";
  if (a.verdict != b.verdict) return "verdict";
  if (a.account != b.account) return "account";
  if (a.positions != b.positions) return "positions";
  if (a.closed_trades != b.closed_trades) return "closed trades";
  if (!std::ranges::equal(a.intents, b.intents, same_intent)) return "intents";
  if (a.next_timer != b.next_timer) return "next timer";
  if (a.halted != b.halted || a.halt_reason != b.halt_reason) return "halt";
  if (a.commands != b.commands) return "commands";
  if (a.follow_ups != b.follow_ups) return "follow-ups";
  return "";
}

/// Takes `engine` through the events after the first `done` of the session: the first turn that differs.
std::string first_difference(Engine& engine, const AccountSession& session, std::size_t done) {
  for (std::size_t i = done; i < session.turns().size(); ++i) {
    const Turn& expected = session.turns()[i];
    const std::string what = difference(engine.process(expected.event), expected);
    if (!what.empty()) return what + " of event " + std::to_string(expected.event.number);
  }
  return "";
}

/// Some places at which to take over, ascending.
std::vector<std::size_t> cuts_of(const AccountSession& session, std::uint64_t seed, std::size_t count) {
  SplitMix64 draws(seed);
  std::vector<std::size_t> cuts;
  for (std::size_t i = 0; i < count; ++i) {
    cuts.push_back(static_cast<std::size_t>(draws.up_to(std::ssize(session.turns()) - 1)));
  }
  std::ranges::sort(cuts);
  return cuts;
}

TEST(AccountStateProperty, AnotherEngineGoesOnAsTheFirstWouldHave) {
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    const AccountSession session(seed);
    const StrategyRegistry registry = testing::wild_registry();
    const auto whole = Engine::make(session.config(), registry);
    ASSERT_TRUE(whole);
    std::vector<std::unique_ptr<Engine>> continued;
    std::size_t done = 0;
    for (const std::size_t cut : cuts_of(session, seed, 12)) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", after event " + std::to_string(cut));
      for (; done < cut; ++done) (*whole)->process(session.turns()[done].event);
      const std::string text = text_of((*whole)->state());
      const auto state = account_state_of(text);
      ASSERT_TRUE(state) << state.error().text();
      auto opened = Engine::open(session.config(), registry, *state);
      ASSERT_TRUE(opened) << opened.error().text();
      EXPECT_TRUE(opened->fresh.empty());
      ASSERT_EQ(text_of(opened->engine->state()), text);
      ASSERT_EQ(first_difference(*opened->engine, session, cut), "");
      continued.push_back(std::move(opened->engine));
    }
    ASSERT_EQ(first_difference(**whole, session, done), "");
    for (const auto& engine : continued)
      ASSERT_EQ(text_of(engine->state()), text_of((*whole)->state())) << "seed " << seed;
  }
}

/// True where the order of strategies decides: whose order is the first of an event, and who closes a part of what
/// several hold.
bool depends_on_strategies(const Turn& turn) {
  if (turn.event.type == EventType::Command && turn.event.command.type == CommandType::ClosePosition) return true;
  for (std::size_t i = 0; i < turn.intents.size(); ++i) {
    const OrderCommand& command = turn.intents[i].command;
    // Another strategy has taken an id before it, for a replacement that waits.
    if (command.strategy != turn.intents.front().command.strategy || command.id.index > i) return true;
  }
  return false;
}

/// As `first_difference`, by names; where strategies stand in another order, up to the first event on which that
/// decides. `compared` grows by the events that were equal.
std::string first_difference_by_names(Engine& engine, const AccountSession& session, std::size_t done,
                                      const testing::Reordered& reordered, bool strategies, std::size_t& compared) {
  for (std::size_t i = done; i < session.turns().size(); ++i, ++compared) {
    const Turn expected = reordered.of(session.turns()[i]);
    const Turn& turn = engine.process(expected.event);
    if (strategies && (depends_on_strategies(expected) || depends_on_strategies(turn))) return "";
    const std::string what = difference(turn, expected);
    if (!what.empty()) return what + " of event " + std::to_string(expected.event.number);
  }
  return "";
}

TEST(AccountStateProperty, AnEngineOfAnotherOrderGoesOnTheSameByNames) {
  for (const bool strategies : {false, true}) {
    std::size_t compared = 0;
    for (std::uint64_t seed = 1; seed <= 16; ++seed) {
      const AccountSession session(seed);
      const StrategyRegistry registry = testing::wild_registry();
      const testing::Reordered reordered(session.config(), strategies);
      const auto whole = Engine::make(session.config(), registry);
      std::size_t done = 0;
      for (const std::size_t cut : cuts_of(session, seed, 12)) {
        SCOPED_TRACE("seed " + std::to_string(seed) + ", after event " + std::to_string(cut));
        for (; done < cut; ++done) (*whole)->process(session.turns()[done].event);
        const AccountState state = (*whole)->state();
        auto opened = Engine::open(reordered.config(), registry, state);
        ASSERT_TRUE(opened) << opened.error().text();
        EXPECT_TRUE(opened->fresh.empty());
        ASSERT_EQ(text_of(opened->engine->state()), text_of(state));
        ASSERT_EQ(first_difference_by_names(*opened->engine, session, cut, reordered, strategies, compared), "");
      }
    }
    EXPECT_GT(compared, 1'000U);
  }
}

/// A part of the state, and how to lose it.
struct Loss {
  const char* part;
  void (*lose)(AccountState&);
};

template <typename Items, typename Lose>
void each(Items& items, Lose&& lose) {
  for (auto& item : items) lose(item);
}

const Loss kLosses[] = {
    {"cash.cash", [](AccountState& s) { s.cash.cash = {}; }},
    {"cash.realized", [](AccountState& s) { s.cash.realized = {}; }},
    {"cash.realized_fifo", [](AccountState& s) { s.cash.realized_fifo = {}; }},
    {"cash.fees", [](AccountState& s) { s.cash.fees = {}; }},
    {"cash.dividends", [](AccountState& s) { s.cash.dividends = {}; }},
    {"mark", [](AccountState& s) { each(s.instruments, [](auto& i) { i.mark = {}; }); }},
    {"strategy_price", [](AccountState& s) { each(s.instruments, [](auto& i) { i.strategy_price = {}; }); }},
    {"checked_price", [](AccountState& s) { each(s.instruments, [](auto& i) { i.checked_price = {}; }); }},
    {"checked_at", [](AccountState& s) { each(s.instruments, [](auto& i) { i.checked_at = {}; }); }},
    {"paused", [](AccountState& s) { each(s.strategies, [](auto& i) { i.paused = false; }); }},
    {"saved", [](AccountState& s) { each(s.strategies, [](auto& i) { i.saved.clear(); }); }},
    {"position.cost", [](AccountState& s) { each(s.positions, [](auto& i) { i.cost = {}; }); }},
    {"position.realized_average", [](AccountState& s) { each(s.positions, [](auto& i) { i.realized_average = {}; }); }},
    {"position.realized_fifo", [](AccountState& s) { each(s.positions, [](auto& i) { i.realized_fifo = {}; }); }},
    {"position.fees", [](AccountState& s) { each(s.positions, [](auto& i) { i.fees = {}; }); }},
    {"position.dividends", [](AccountState& s) { each(s.positions, [](auto& i) { i.dividends = {}; }); }},
    {"lot.cost",
     [](AccountState& s) { each(s.positions, [](auto& i) { each(i.lots, [](auto& l) { l.cost = {}; }); }); }},
    {"trip.entry_time", [](AccountState& s) { each(s.positions, [](auto& i) { i.trip.entry_time = {}; }); }},
    {"trip.opened", [](AccountState& s) { each(s.positions, [](auto& i) { i.trip.opened = {}; }); }},
    {"trip.closed", [](AccountState& s) { each(s.positions, [](auto& i) { i.trip.closed = {}; }); }},
    {"trip.peak", [](AccountState& s) { each(s.positions, [](auto& i) { i.trip.peak = {}; }); }},
    {"trip.entry_notional", [](AccountState& s) { each(s.positions, [](auto& i) { i.trip.entry_notional = {}; }); }},
    {"trip.exit_notional", [](AccountState& s) { each(s.positions, [](auto& i) { i.trip.exit_notional = {}; }); }},
    {"trip.realized", [](AccountState& s) { each(s.positions, [](auto& i) { i.trip.realized = {}; }); }},
    {"trip.fees", [](AccountState& s) { each(s.positions, [](auto& i) { i.trip.fees = {}; }); }},
    {"trip.mae", [](AccountState& s) { each(s.positions, [](auto& i) { i.trip.mae = {}; }); }},
    {"trip.mfe", [](AccountState& s) { each(s.positions, [](auto& i) { i.trip.mfe = {}; }); }},
    {"trip.risk_quantity", [](AccountState& s) { each(s.positions, [](auto& i) { i.trip.risk_quantity = {}; }); }},
    {"trip.risk", [](AccountState& s) { each(s.positions, [](auto& i) { i.trip.risk = {}; }); }},
    {"trip.events", [](AccountState& s) { each(s.positions, [](auto& i) { i.trip.events = 0; }); }},
    {"goals", [](AccountState& s) { s.goals.clear(); }},
    {"goal.kind", [](AccountState& s) { each(s.goals, [](auto& i) { i.goal.kind = PositionGoal::Kind::Close; }); }},
    {"goal.wait", [](AccountState& s) { each(s.goals, [](auto& i) { i.goal.wait = PositionGoal::Wait::No; }); }},
    {"goal.not_before", [](AccountState& s) { each(s.goals, [](auto& i) { i.goal.not_before = {}; }); }},
    {"goal.target", [](AccountState& s) { each(s.goals, [](auto& i) { i.goal.target = {}; }); }},
    {"goal.order", [](AccountState& s) { each(s.goals, [](auto& i) { i.goal.order = {}; }); }},
    {"orders", [](AccountState& s) { s.orders.clear(); }},
    {"the orders' order", [](AccountState& s) { std::ranges::reverse(s.orders); }},
    {"order.filled", [](AccountState& s) { each(s.orders, [](auto& i) { i.filled = {}; }); }},
    {"order.state", [](AccountState& s) { each(s.orders, [](auto& i) { i.state = OrderState::Working; }); }},
    {"order.strategy_state",
     [](AccountState& s) { each(s.orders, [](auto& i) { i.strategy_state = OrderState::Working; }); }},
    {"waiting", [](AccountState& s) { s.waiting.clear(); }},
    {"watched", [](AccountState& s) { s.watched.clear(); }},
    {"watched.due", [](AccountState& s) { each(s.watched, [](auto& i) { i.due = kNever; }); }},
    {"watched.asked", [](AccountState& s) { each(s.watched, [](auto& i) { i.asked = 0; }); }},
    {"watched.absent", [](AccountState& s) { each(s.watched, [](auto& i) { i.absent = false; }); }},
    {"watched.unknown", [](AccountState& s) { each(s.watched, [](auto& i) { i.unknown = false; }); }},
    {"given_up", [](AccountState& s) { s.given_up.clear(); }},
    {"booked", [](AccountState& s) { s.booked.clear(); }},
    {"timers", [](AccountState& s) { s.timers.clear(); }},
    {"peak_equity", [](AccountState& s) { s.breakers.peak_equity = {}; }},
    {"session_start_equity", [](AccountState& s) { s.breakers.session_start_equity = {}; }},
    {"last_market_time", [](AccountState& s) { s.breakers.last_market_time = {}; }},
    {"halt_reason", [](AccountState& s) { s.breakers.halt_reason = HaltReason::None; }},
    {"flattening", [](AccountState& s) { s.breakers.flattening = false; }},
    {"recent_orders", [](AccountState& s) { s.breakers.recent_orders.clear(); }},
    {"session_close", [](AccountState& s) { s.session_close.reset(); }},
    {"market_data_connected", [](AccountState& s) { s.market_data_connected = true; }},
    {"venue_connected", [](AccountState& s) { s.venue_connected = true; }},
};

TEST(AccountStateProperty, ALostPartShowsInWhatFollows) {
  const StrategyRegistry registry = testing::wild_registry();
  std::map<std::string, std::string> shown;
  for (std::uint64_t seed = 1; seed <= 60 && shown.size() < std::size(kLosses); ++seed) {
    const AccountSession session(seed);
    const auto whole = Engine::make(session.config(), registry);
    std::size_t done = 0;
    for (const std::size_t cut : cuts_of(session, seed, 60)) {
      for (; done < cut; ++done) (*whole)->process(session.turns()[done].event);
      const AccountState sound = (*whole)->state();
      for (const Loss& loss : kLosses) {
        AccountState state = sound;
        loss.lose(state);
        if (shown.contains(loss.part) || state == sound) continue;
        auto opened = Engine::open(session.config(), registry, state);
        ASSERT_TRUE(opened) << loss.part << ": " << opened.error().text();
        const std::string what = first_difference(*opened->engine, session, cut);
        if (!what.empty()) shown[loss.part] = what;
      }
    }
  }
  for (const Loss& loss : kLosses) EXPECT_TRUE(shown.contains(loss.part)) << loss.part;
}

/// The parts that are rarely there, of all states together.
class Seen {
 public:
  void add(const AccountState& state) {
    note("a goal", !state.goals.empty());
    note("a command that waits", !state.waiting.empty());
    note("a watched order", !state.watched.empty());
    note("an order given up", !state.given_up.empty());
    note("a gap in executions", state.booked.size() > 1);
    note("a timer", !state.timers.empty());
    note("orders of the last second", !state.breakers.recent_orders.empty());
    note("a halt that closes positions", state.breakers.flattening);
    note("a connection that is back", state.breakers.resuming);
    note("a venue that is away", !state.venue_connected);
    note("market data that are away", !state.market_data_connected);
    for (const AccountStrategy& each : state.strategies) note("a paused strategy", each.paused);
    for (const AccountPosition& each : state.positions) note("a short", each.quantity.is_negative());
    for (const AccountOrder& each : state.orders) {
      note("an order of two views", each.state != each.strategy_state);
      note("a target", each.id.leg == OrderLeg::Target);
      note("a trailing stop", each.spec.type == OrderType::TrailingStop);
      note("a partial fill", !each.filled.is_zero());
      note("an unknown order", each.state == OrderState::Unknown);
    }
  }
  [[nodiscard]] const std::map<std::string, bool>& parts() const { return parts_; }

 private:
  void note(const char* part, bool is_there) { parts_[part] |= is_there; }
  std::map<std::string, bool> parts_;
};

TEST(AccountStateProperty, TheSessionsHaveEverythingInThem) {
  Seen seen;
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    const AccountSession session(seed);
    const StrategyRegistry registry = testing::wild_registry();
    const auto engine = Engine::make(session.config(), registry);
    for (const Turn& turn : session.turns()) {
      (*engine)->process(turn.event);
      if (turn.event.number % 10 == 0) seen.add((*engine)->state());
    }
  }
  EXPECT_EQ(seen.parts().size(), 18U);
  for (const auto& [part, is_there] : seen.parts()) EXPECT_TRUE(is_there) << part;
}

}  // namespace
}  // namespace bellwether
