// Which strategies go on with what they have saved in an engine of another configuration, and how the others warm up.
#include "tests/support/engine_scene.hpp"
#include "tests/support/engine_setup.hpp"
#include "tests/support/strategy_run.hpp"

namespace bellwether {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Counts bars and sets a timer at each; its state is the count.
class Counter final : public StrategyBase<Counter> {
 public:
  void on_bar(const BarView&, Context& context) override {
    ++bars_;
    context.set_timer(context.now() + std::chrono::hours(1), 7);
  }
  void save(ByteWriter& out) const override { out.u32(bars_); }
  void load(ByteReader& in) override { bars_ = in.u32(); }

 private:
  std::uint32_t bars_ = 0;
};

StrategyRegistry counters(std::uint32_t state_version = 1) {
  StrategyRegistry registry;
  StrategyType type{
      "counter", "", {{"step", std::int64_t{1}, 1, 9, ""}}, [](const StrategyConfig&) -> StrategyType::Made {
        return {std::make_unique<Counter>()};
      }};
  type.state_version = state_version;
  registry.add(type);
  return registry;
}

EngineConfig counting(std::int64_t step = 1) {
  EngineConfig config;
  config.instruments = {{"AAPL"}, {"IBM"}};
  const std::pair<std::string, ParameterValue> given{"step", step};
  const auto checked = Parameters::check(counters().find("counter")->parameters, {&given, 1});
  config.strategies = {{"a", "counter", {0, 1}, std::get<Parameters>(checked)}};
  return config;
}

/// Minute bars of an instrument, as history.
FeedSource minutes(InstrumentIndex instrument, std::span<const Bar> bars) {
  FeedSource source;
  source.instrument = instrument;
  source.bars = bars;
  source.interval = kMinuteInterval;
  return source;
}

/// `count` bars of one price.
std::vector<Bar> flat_bars(int count) {
  std::vector<Bar> bars;
  for (int minute = 1; minute <= count; ++minute) bars.push_back(bar_event(0, minute, "10").bar.bar);
  return bars;
}

/// Two bars have passed.
class CounterScene : public EngineScene {
 public:
  CounterScene() : EngineScene(counting(), counters()) {}
  /// Of the strategy at `index` in the order of ids.
  [[nodiscard]] std::uint32_t bars(std::size_t index = 0) const {
    ByteReader reader(saved_.emplace_back(engine->state().strategies[index].saved));
    return reader.u32();
  }

 private:
  mutable std::vector<std::string> saved_;
};

TEST(EngineStateStrategies, OneThatIsUnchangedGoesOn) {
  CounterScene scene;
  const auto fresh = scene.reopen(counting());
  ASSERT_TRUE(fresh);
  EXPECT_THAT(*fresh, IsEmpty());
  EXPECT_EQ(scene.bars(), 2U);
  EXPECT_EQ(scene.engine->state().timers.size(), 2U);
}

TEST(EngineStateStrategies, OtherParametersBeginAfreshWithoutTimers) {
  CounterScene scene;
  const auto fresh = scene.reopen(counting(2));
  ASSERT_TRUE(fresh);
  EXPECT_THAT(*fresh, ElementsAre(0));
  EXPECT_EQ(scene.bars(), 0U);
  EXPECT_THAT(scene.engine->state().timers, IsEmpty());
}

TEST(EngineStateStrategies, OtherSymbolsOrAnotherOrderOfThemBeginAfresh) {
  for (const std::vector<InstrumentIndex>& instruments : {std::vector<InstrumentIndex>{0}, {1, 0}}) {
    CounterScene scene;
    EngineConfig next = counting();
    next.strategies[0].instruments = instruments;
    const auto fresh = scene.reopen(next);
    ASSERT_TRUE(fresh);
    EXPECT_THAT(*fresh, ElementsAre(0));
  }
}

TEST(EngineStateStrategies, AnotherStateVersionOrTypeBeginsAfresh) {
  CounterScene scene;
  scene.registry = counters(2);
  const auto fresh = scene.reopen(counting());
  ASSERT_TRUE(fresh);
  EXPECT_THAT(*fresh, ElementsAre(0));
  EXPECT_EQ(scene.bars(), 0U);
  CounterScene other;
  AccountState state = other.engine->state();
  state.strategies[0].type = "counter_before";
  EXPECT_THAT(*other.reopen(counting(), state), ElementsAre(0));
}

TEST(EngineStateStrategies, BytesThatDoNotFitLeaveItAsNew) {
  for (const std::string& saved :
       {std::string(), std::string("\x05\x00\x00", 3), std::string("\x05\x00\x00\x00\x00", 5)}) {
    CounterScene scene;
    AccountState state = scene.engine->state();
    state.strategies[0].saved = saved;
    const auto fresh = scene.reopen(counting(), state);
    ASSERT_TRUE(fresh);
    EXPECT_THAT(*fresh, ElementsAre(0));
    EXPECT_EQ(scene.bars(), 0U);
  }
}

TEST(EngineStateStrategies, ANewOneIsFreshBesideOneThatGoesOn) {
  CounterScene scene;
  EngineConfig next = counting();
  next.strategies.insert(next.strategies.begin(), next.strategies[0]);
  next.strategies[0].id = "b";
  const auto fresh = scene.reopen(next);
  ASSERT_TRUE(fresh);
  EXPECT_THAT(*fresh, ElementsAre(0));
  EXPECT_EQ(scene.bars(0), 2U);  // Of a.
  EXPECT_EQ(scene.bars(1), 0U);  // Of b.
}

TEST(EngineStateStrategies, AFreshOneIsToldItsPosition) {
  EngineScene scene;
  scene.hold(0, 0, 30);
  AccountState state = scene.engine->state();
  state.strategies[0].state_version = 9;
  ASSERT_THAT(*scene.reopen(scripted_config(), state), ElementsAre(0));
  Quantity seen;
  scene.act(0, 0, [&](Context& context) { seen = context.position(0).quantity; });
  EXPECT_EQ(seen, shares(30));
}

TEST(WarmUp, ReachesOneStrategyAlone) {
  CounterScene scene;
  EngineConfig next = counting();
  next.strategies.push_back(next.strategies[0]);
  next.strategies[1].id = "b";
  ASSERT_TRUE(scene.reopen(next));
  const std::vector<Bar> bars = flat_bars(5);
  scene.engine->signal_stage().warm_up(1, std::vector{minutes(0, bars)});
  EXPECT_EQ(scene.bars(0), 2U);
  EXPECT_EQ(scene.bars(1), 5U);
}

TEST(WarmUp, StandsAsIfTheBarsHadBeenSeen) {
  const EngineConfig config = config_with("sma_cross", {{"fast", std::int64_t{2}}, {"slow", std::int64_t{4}}});
  const StrategyRegistry registry = StrategyRegistry::built_in();
  std::vector<Bar> bars;
  for (int minute = 1; minute <= 7; ++minute) {
    bars.push_back(bar_event(0, minute, std::to_string(10 + minute * minute % 5)).bar.bar);
  }
  const auto warmed = Engine::make(config, registry);
  warmed->get()->signal_stage().warm_up(0, std::vector{minutes(0, bars)});
  const auto seen = Engine::make(config, registry);
  EventNumber number = 0;
  for (const Bar& bar : bars) {
    Event event = Event::of(bar.start + kMinuteInterval, 0, BarEvent{bar, kMinuteInterval.count(), false, true, false});
    event.number = ++number;
    seen->get()->process(event);
  }
  EXPECT_FALSE(seen->get()->state().strategies[0].saved.empty());
  EXPECT_EQ(warmed->get()->state().strategies[0].saved, seen->get()->state().strategies[0].saved);
}

TEST(WarmUp, IsPartOfTheStateAfterIt) {
  CounterScene scene;
  ASSERT_THAT(*scene.reopen(counting(2)), ElementsAre(0));
  const std::vector<Bar> bars = flat_bars(5);
  scene.engine->signal_stage().warm_up(0, std::vector{minutes(0, bars)});
  const auto fresh = scene.reopen(counting(2));
  ASSERT_TRUE(fresh);
  EXPECT_THAT(*fresh, IsEmpty());
  EXPECT_EQ(scene.bars(), 5U);
}

TEST(WarmUp, ShowsTheBarsOfSeveralInstrumentsByTheirTimes) {
  EngineScene scene;
  const std::vector<Bar> bars = flat_bars(4);
  const std::span<const Bar> all(bars);
  std::vector<std::pair<InstrumentIndex, Timestamp>> seen;
  script().on_bar = [&](const BarView& view, Context& context) { seen.emplace_back(view.instrument, context.now()); };
  scene.engine->signal_stage().warm_up(0, std::vector{minutes(0, all.subspan(2)), minutes(1, all.first(3))});
  EXPECT_THAT(seen, ElementsAre(std::pair(1, at_minute(1)), std::pair(1, at_minute(2)), std::pair(0, at_minute(3)),
                                std::pair(1, at_minute(3)), std::pair(0, at_minute(4))));
}

TEST(WarmUp, TakesTheDailyBarsThatAStrategyNeeds) {
  const EngineConfig config = config_with("dp20");
  const StrategyRegistry registry = StrategyRegistry::built_in();
  const std::vector<Bar> daily = sessions_before(Date::from_ymd(2005, 1, 3), 200, "10");
  const auto warmed = Engine::make(config, registry);
  FeedSource source;
  source.instrument = 0;
  source.bars = daily;
  source.interval = kDailyInterval;
  warmed->get()->signal_stage().warm_up(0, std::vector{source});
  source.history = true;
  MarketFeed feed({source}, {}, SessionCalendar::us_equity());
  const auto seen = Engine::make(config, registry);
  Event event;
  for (EventNumber number = 1; feed.next(event); ++number) {
    event.number = number;
    if (event.type == EventType::Bar) seen->get()->process(event);
  }
  EXPECT_EQ(seen->get()->state().last_event, 200U);
  EXPECT_EQ(warmed->get()->state().strategies[0].saved, seen->get()->state().strategies[0].saved);
}

TEST(WarmUp, AsksForNothingAndKeepsGoals) {
  EngineScene scene;
  scene.hold(0, 0, 10);
  const OrderCommand order = scene.rest(0, 0, 10, "9");
  scene.act(0, 0, [](Context& context) { context.target_position(0, shares(50)); });
  const AccountState before = scene.engine->state();
  ASSERT_EQ(before.goals.size(), 1U);
  script().on_bar = [&](const BarView& view, Context& context) {
    EXPECT_TRUE(view.history);
    context.buy(0, shares(1));
    context.target_position(0, shares(2));
    context.close(0);
    context.cancel(order.id);
    context.cancel_all(0);
  };
  // More orders than one event may have.
  const std::vector<Bar> bars = flat_bars(70'000);
  scene.engine->signal_stage().warm_up(0, std::vector{minutes(0, bars)});
  script().on_bar = nullptr;
  EXPECT_EQ(scene.engine->state(), before);
  const Turn& next = scene.bar(1, "10");
  EXPECT_THAT(next.intents, IsEmpty());
}

}  // namespace
}  // namespace bellwether
