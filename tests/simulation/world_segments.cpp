// How the account of a simulated world goes from segment to segment, as a program that trades by the clock does it:
// the conveyor is drained, the state described, and an engine of the next configuration opened with it.
#include "actors/snapshot_seal.hpp"
#include "config/account_state_json.hpp"
#include "engine/account_places.hpp"
#include "tests/simulation/world.hpp"

namespace bellwether::testing {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

/// True where every strategy has a successor in each of its symbols.
bool keeps_all(const CarryOver& carry, const EngineConfig& before) {
  for (StrategyIndex s = 0; s < before.strategies.size(); ++s) {
    for (const InstrumentIndex i : before.strategies[s].instruments) {
      if (carry.strategy(s, i) == kNoStrategy) return false;
    }
  }
  return true;
}

/// The strategy of that id begins afresh in the next segment.
void forget_saved(AccountState& state, const std::string& id) {
  for (AccountStrategy& strategy : state.strategies) {
    if (strategy.id == id) strategy.type = "none";
  }
}

}  // namespace

void World::disturb_segments() {
  if (happens(Disturbance::Snapshots, 0.02)) take_snapshot();
  if (happens(Disturbance::DamagedSnapshots, 0.005) && !log_.snapshots.empty()) {
    log_.snapshots.back().bytes.back() ^= 1;
    say("the newest snapshot is damaged");
  }
  const NodeSetup other = draw_setup(draws_);
  if (happens(Disturbance::Changes, 0.003)) {
    roll_over(other, "a change of the configuration");
    result_.changes += node_ ? 1 : 0;
  } else if (happens(Disturbance::Rollovers, 0.001)) {
    roll_over(setup_, "a segment ends");
  } else if (happens(Disturbance::CleanStops, 0.001)) {
    stop_cleanly();
  }
}

/// Nothing new begins until all that was numbered has passed and is durable. False where the process died meanwhile.
bool World::drain() {
  constexpr int kStepsMax = 10'000;
  for (int i = 0; !node_->conveyor.empty() || !node_->waiting_events.empty(); ++i) {
    if (i == kStepsMax) fail("the conveyor does not come to rest");
    now_ = now_ + Duration(draws_.up_to(kSecond));
    move_world();
    commit();
    if (!node_ || dies_here()) return false;
    pass();
    if (!result_.failure.empty()) return false;
  }
  return true;
}

bool World::dies_here() {
  if (!happens(Disturbance::Kills, 0.02)) return false;
  kill("killed on the way to the next segment");
  return true;
}

void World::take_snapshot() {
  if (!node_->conveyor.empty() || !node_->waiting_events.empty()) return;
  ByteWriter state;
  node_->engine->save(state);
  node_->intake->save(state);
  node_->keys->save(state);
  state.u64(0);  // There is no data set to stand in.
  state.u64(node_->last_event);
  state.time(node_->last_time);
  if (auto put = log_.put_snapshot(sealed_snapshot(node_->last_event, state.str())); !put) fail("no snapshot");
  if (log_.snapshots.size() > kSnapshotsKept) log_.snapshots.erase(log_.snapshots.begin());
}

void World::roll_over(const NodeSetup& setup, const char* why) {
  say(std::string("--- the next segment: ") + why);
  if (!drain() || dies_here()) return;
  const AccountState before = node_->engine->state();
  AccountState state = before;
  for (const std::string& id : afresh_) forget_saved(state, id);
  auto next = std::make_unique<EngineConfig>(engine_config(lasting_, setup, options_.seed, held(state)));
  forget(state, *next);
  rename_holders(state, *next);
  auto opened = Engine::open(*next, registry_, state);
  if (!opened) return fail("the account does not open: " + opened.error().text());
  warm_up(*opened, *next, state.time);
  if (dies_here()) return;
  const CarryOver carry(config(), *next);
  check_places(carry);
  if (!result_.failure.empty()) return;
  const bool keeps_messages = keeps_all(carry, config());
  const Timestamp next_report = link().next_report();
  node_->intake->change_configuration(*next, carry);
  if (options_.fault == PlantedFault::RolloverForgetsKeys) node_->keys = std::make_shared<CommandKeys>();
  node_->keys->change_configuration(carry);
  const AccountState opening = opened->engine->state();
  if (dies_here() || !open_segment(opening, std::move(next))) return;
  setup_ = setup;
  afresh_.clear();
  node_->engine = std::move(opened->engine);
  node_->intake->set_next_timer(node_->engine->next_timer());
  set_market(false);
  if (keeps_messages && link().next_report() != next_report) fail("messages under way are lost");
  check_carried(before, opening);
  check_keys();
  dies_here();
}

/// The account is put down; who goes on with it may be a later version.
void World::stop_cleanly() {
  say("--- a clean stop");
  if (!drain() || dies_here()) return;
  if (log_.last_event() > log_.segments()->back().after &&
      !open_segment(node_->engine->state(), std::make_unique<EngineConfig>(config()))) {
    return;
  }
  ++result_.stops;
  broker_ = nullptr;
  node_.reset();
  if (!happens(Disturbance::Upgrades, 0.5)) return;
  registry_ = registry_of(++version_);
  ++result_.upgrades;
  say("the program is one of version " + std::to_string(version_) + " now");
}

bool World::open_segment(const AccountState& opening, std::unique_ptr<EngineConfig> next) {
  if (happens(Disturbance::FullDisk, 0.02)) {
    kill("the disk is full: the process ends");
    return false;
  }
  const std::string carried = carried_state(*node_->intake, *node_->keys);
  auto written = log_.open_segment({opening.time, {}, text_of(opening), carried});
  if (!written) {
    fail("the log refused: " + written.error().text());
    return false;
  }
  if (outside_) {
    auto link = std::make_unique<ExchangeLink>(*next);
    link->take_over(*outside_, CarryOver(config(), *next));
    if (options_.fault == PlantedFault::RolloverLosesMessages) {
      std::vector<Event> lost;
      link->collect(now_ + std::chrono::hours(24), lost);
    }
    outside_ = std::move(link);
  }
  configs_.push_back(std::move(next));
  versions_.push_back(version_);
  market_.emplace(market_options(config()), MarketStart{now_, session_, false});
  return true;
}

void World::warm_up(Engine::Opened& opened, const EngineConfig& config, Timestamp upto) const {
  constexpr std::size_t kBars = 6;
  const SimulatedMarket market(market_options(config), {});
  for (const StrategyIndex index : opened.fresh) {
    std::deque<std::vector<Bar>> bars;
    std::vector<FeedSource> sources;
    for (const InstrumentIndex instrument : config.strategies[index].instruments) {
      std::vector<Bar>& own = bars.emplace_back();
      for (const auto& span : market.bars_before(upto, kBars)) {
        own.push_back(market.bar_of(instrument, span.start, span.end));
      }
      FeedSource& source = sources.emplace_back();
      source.instrument = instrument;
      source.bars = own;
      source.interval = market_options(config).bar_interval;
      source.synthetic = source.history = true;
    }
    opened.engine->signal_stage().warm_up(index, sources);
  }
}

std::vector<HeldPair> World::held(const AccountState& state) const {
  std::vector<HeldPair> pairs = held_pairs(state);
  for (const Stake& stake : link().stakes()) {
    if (stake.strategy >= config().strategies.size() || stake.instrument >= config().instruments.size()) continue;
    pairs.push_back({config().strategies[stake.strategy].id, config().instruments[stake.instrument].symbol});
  }
  return pairs;
}

/// What planted faults lose of the account.
void World::forget(AccountState& state, const EngineConfig& next) const {
  switch (options_.fault) {
    case PlantedFault::RolloverForgetsExecutions: state.booked.clear(); break;
    case PlantedFault::RolloverForgetsTheWatch:
      state.watched.clear();
      state.given_up.clear();
      break;
    case PlantedFault::RolloverForgetsHalts:
      state.breakers.halt_reason = HaltReason::None;
      for (AccountStrategy& strategy : state.strategies) strategy.paused = false;
      break;
    case PlantedFault::RolloverDropsRemovedPositions:
      std::erase_if(state.positions, [&](const AccountPosition& position) {
        const StrategyIndex holder = holder_of(next, position.strategy, position.symbol);
        return holder != kNoStrategy && next.strategies[holder].id != position.strategy;
      });
      break;
    case PlantedFault::RolloverLosesLots:
      for (AccountPosition& position : state.positions) {
        if (position.lots.empty()) continue;
        position.lots = {{position.quantity, Money()}};
      }
      break;
    default: break;
  }
}

}  // namespace bellwether::testing
