// An account goes on in another engine as it would have in the one that it comes from, wherever it is taken over.
#include "engine/account_state.hpp"

#include "config/account_state_json.hpp"
#include "engine/engine.hpp"
#include "tests/support/account_session.hpp"

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

TEST(AccountStateProperty, TheSessionsHaveEverythingInThem) {
  AccountState seen;
  std::size_t refused_views = 0;
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    const AccountSession session(seed);
    const StrategyRegistry registry = testing::wild_registry();
    const auto engine = Engine::make(session.config(), registry);
    for (const Turn& turn : session.turns()) {
      (*engine)->process(turn.event);
      if (turn.event.number % 10 != 0) continue;
      const AccountState state = (*engine)->state();
      const auto keep = [](auto& kept, const auto& other) {
        if (kept.empty()) kept = other;
      };
      keep(seen.goals, state.goals);
      keep(seen.waiting, state.waiting);
      keep(seen.watched, state.watched);
      keep(seen.given_up, state.given_up);
      keep(seen.timers, state.timers);
      keep(seen.breakers.recent_orders, state.breakers.recent_orders);
      if (state.booked.size() > 1) keep(seen.booked, state.booked);
      seen.breakers.flattening |= state.breakers.flattening;
      seen.breakers.resuming |= state.breakers.resuming;
      seen.venue_connected &= state.venue_connected;
      seen.market_data_connected &= state.market_data_connected;
      for (const AccountOrder& order : state.orders) refused_views += order.state != order.strategy_state ? 1 : 0;
    }
  }
  EXPECT_FALSE(seen.goals.empty());
  EXPECT_FALSE(seen.waiting.empty());
  EXPECT_FALSE(seen.watched.empty());
  EXPECT_FALSE(seen.given_up.empty());
  EXPECT_FALSE(seen.timers.empty());
  EXPECT_FALSE(seen.breakers.recent_orders.empty());
  EXPECT_FALSE(seen.booked.empty());
  EXPECT_TRUE(seen.breakers.flattening);
  EXPECT_TRUE(seen.breakers.resuming);
  EXPECT_FALSE(seen.venue_connected);
  EXPECT_FALSE(seen.market_data_connected);
  EXPECT_GT(refused_views, 0U);
}

}  // namespace
}  // namespace bellwether
