#include "app/live_account.hpp"

#include <algorithm>
#include <set>

#include "app/account_log.hpp"
#include "app/live_market.hpp"
#include "app/logging.hpp"
#include "app/segment_replay.hpp"
#include "brokers/simulated/simulated_broker.hpp"
#include "config/account_state_json.hpp"
#include "engine/account_places.hpp"
#include "engine/manual_strategy.hpp"
#include "engine/retired_strategy.hpp"

namespace bellwether {
namespace {

using std::chrono::steady_clock;

double seconds_since(steady_clock::time_point begin) {
  return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

/// Of an account whose last process came to no clean stop, and of which another version makes something else.
Error needs_its_version(const std::string& version, const Error& why) {
  return {"run.log", "the account was traded by version " + version +
                         ", which was not stopped cleanly, and this one (" + BELLWETHER_VERSION +
                         ") cannot re-execute what followed: start version " + version +
                         " and stop it once more, then start this one (" + why.text() + ")"};
}

/// So that it begins afresh, and is warmed up.
void forget_saved(AccountState& state, const std::set<std::string>& strategies) {
  for (AccountStrategy& strategy : state.strategies) {
    if (strategies.contains(strategy.id)) strategy.type = "none";
  }
}

}  // namespace

LiveAccount::LiveAccount(Running& running, ConfigurationSources sources)
    : running_(running), sources_(std::move(sources)) {}

// --- Recovery

/// The version that opened the current segment.
std::string LiveAccount::written_by() const { return engine_version_of(running_.log.log->metadata()); }

Expected<std::unique_ptr<Engine>> LiveAccount::open_engine(const std::string& text) {
  afresh_.clear();
  if (text.empty()) return Engine::make(running_.now->engine, running_.registry);
  const auto state = account_state_of(text);
  if (!state) return Error{"log", "the opening state of the segment: " + state.error().text()};
  auto opened = Engine::open(running_.now->engine, running_.registry, *state);
  if (!opened) return opened.error();
  for (const StrategyIndex index : opened->fresh) afresh_.insert(running_.now->engine.strategies[index].id);
  // What they did after the opening would not come out again.
  if (!afresh_.empty() && running_.log.log->last_event() > state->last_event) {
    return Error{"log", "strategy '" + *afresh_.begin() + "' cannot read what it has saved"};
  }
  return std::move(opened->engine);
}

LiveRecoveryPorts LiveAccount::recovery_ports() {
  LiveRecoveryPorts ports;
  ports.make_engine = [this] { return Engine::make(running_.now->engine, running_.registry); };
  ports.open_engine = [this](const std::string& state) { return open_engine(state); };
  ports.make_intake = [this] {
    // Called first of all: what an attempt before has shown is forgotten.
    if (running_.now->board.last_event() > 0) {
      auto afresh = std::make_shared<Generation>(running_.now->setup, running_.registry);
      afresh->board.set_phase(SessionPhase::Recovering);
      set_history(running_, *afresh);
      running_.take_over(std::move(afresh));
    }
    auto broker = std::make_unique<SimulatedBroker>(running_.now->engine);
    broker_ = broker.get();
    return std::make_unique<LiveIntake>(std::move(broker));
  };
  ports.begin = [this](const LiveRecovery& recovery) { begin_attempt(recovery); };
  ports.snapshots_upto = running_.past->writer()->given();
  // A snapshot does not say which version of a strategy has written it.
  if (written_by() != BELLWETHER_VERSION) ports.snapshots_upto = 0;
  ports.visit = [this](const Turn& turn) {
    running_.past->writer()->catch_up(turn);
    running_.now->board.apply(turn);
    running_.metrics.apply(turn);
    return !interrupted();
  };
  return ports;
}

void LiveAccount::begin_attempt(const LiveRecovery& recovery) {
  if (recovery.begun_at == 0) return;
  const AccountState state = recovery.engine->state();
  running_.now->board.open(*recovery.engine, state, recovery.intake->marks(), recovery.intake->open_session());
  running_.now->board.set_halt_note(recovery.keys->halt_note());
  running_.metrics.open(running_.now->engine, *recovery.engine, state, recovery.intake->marks());
}

Expected<bool> LiveAccount::bring_back(bool continues) {
  if (continues) running_.now->board.set_phase(SessionPhase::Recovering);
  const auto begin = steady_clock::now();
  const auto history = [this](EventNumber after, EventNumber upto, const TurnVisitor& visit) {
    return replay_segments(*running_.log.log, running_.registry, after, upto, visit);
  };
  if (auto opened = running_.past->open(*running_.log.log, history); !opened) return opened.error();
  running_.past->begin_segment(running_.now->engine);
  auto recovery = recover_live(*running_.log.log, recovery_ports());
  if (!recovery && written_by() != BELLWETHER_VERSION) return needs_its_version(written_by(), recovery.error());
  if (!recovery) return recovery.error();
  if (recovery->interrupted) return false;
  for (const Error& error : recovery->unusable) {
    log_event(Severity::Warning, "snapshot_unusable", error.text(), {{"action", "an older one serves"}});
  }
  at_ = std::move(*recovery);
  if (continues) {
    log_event(Severity::Notice, "recovered",
              "the account goes on from its log after event " + std::to_string(at_->last_event),
              {{"last_event", at_->last_event},
               {"from_event", at_->begun_at},
               {"replayed_events", at_->replayed},
               {"seconds", seconds_since(begin)}});
  }
  return true;
}

/// Takes what the engine had caused and the log lacks through the stages, before anything else changes.
void LiveAccount::finish_what_was_caused() {
  std::deque<Event> waiting(at_->first.begin(), at_->first.end());
  at_->first.clear();
  while (!waiting.empty() && !log_failed_) {
    Event event = waiting.front();
    waiting.pop_front();
    event.number = ++at_->last_event;
    event.time = at_->last_time = std::max(event.time, at_->last_time);
    const Turn& turn = at_->engine->process(event);
    std::vector<LoggedCommand> commands;
    for (const OrderCommand& command : turn.commands) commands.push_back({event.number, command});
    if (auto written = running_.log.log->append({&event, 1}, commands); !written) log_failed_ = true;
    running_.past->writer()->catch_up(turn);
    running_.now->board.apply(turn);
    running_.metrics.apply(turn);
    at_->keys->pass(turn);
    std::vector<Event> caused;
    at_->intake->passed(turn, caused);
    waiting.insert(waiting.end(), caused.begin(), caused.end());
  }
}

// --- Change

std::vector<HeldPair> LiveAccount::held(const AccountState& state) const {
  std::vector<HeldPair> pairs = held_pairs(state);
  const std::set<Stake> stakes = broker_->stakes();
  const std::vector<HeldPair> at_broker = pairs_of(stakes, running_.now->engine);
  pairs.insert(pairs.end(), at_broker.begin(), at_broker.end());
  std::ranges::sort(pairs);
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  return pairs;
}

Expected<void> LiveAccount::change_at_start(const AppConfig& wanted, const std::string& written_by) {
  const bool upgrade = written_by != BELLWETHER_VERSION;
  if (upgrade) {
    log_event(Severity::Notice, "upgraded",
              "the account was last traded by version " + written_by +
                  "; this one, " BELLWETHER_VERSION ", goes on with it in a new segment of its log",
              {{"from", written_by}, {"to", BELLWETHER_VERSION}});
  }
  finish_what_was_caused();
  if (log_failed_) return Error{"log", "cannot be written"};
  AccountState state = at_->engine->state();
  ChangeResult result;
  result.plan = plan_change(running_.now->setup, wanted, running_.now->board, held(state),
                            wanted.changes.removed == WhenRemoved::Close, false);
  result.after = at_->last_event;
  const bool opens = result.plan.change.decides || upgrade;
  if (opens) {
    AtRest rest{std::move(state), std::move(at_->intake), at_->keys};
    if (auto done = open_segment(rest, result.plan.setup, {}); !done) return done;
    result.opened = true;
  } else if (!result.plan.change.keys.empty()) {
    running_.adopt(result.plan.setup);
  }
  const auto segments = running_.log.log->segments();
  result.segment = segments ? segments->back().number : 0;
  result.warmed = std::exchange(warmed_, {});
  if (result.opened || !result.plan.change.keys.empty()) tell_change(result);
  return {};
}

std::vector<std::string> LiveAccount::warm_up(Engine::Opened& opened, const Generation& next, Timestamp upto) {
  std::vector<std::string> warmed;
  const LiveHistory history(next.config, next.engine, running_.registry);
  for (const StrategyIndex index : opened.fresh) {
    const StrategyConfig& strategy = next.engine.strategies[index];
    if (strategy.type == kManualStrategy || strategy.type == kRetiredStrategy) continue;
    history.show(opened.engine->signal_stage(), index, upto);
    warmed.push_back(strategy.id);
  }
  return warmed;
}

Expected<void> LiveAccount::open_segment(AtRest& rest, const AccountSetup& setup, const Words& words) {
  auto next = std::make_shared<Generation>(setup, running_.registry);
  AccountState state = rest.state;
  forget_saved(state, afresh_);
  rename_holders(state, next->engine);
  auto opened = Engine::open(next->engine, running_.registry, state);
  if (!opened) return opened.error();
  warmed_ = warm_up(*opened, *next, state.time);
  const CarryOver carry(running_.now->engine, next->engine);
  rest.intake->change_configuration(next->engine, carry);
  rest.keys->change_configuration(carry);
  const AccountState opening = opened->engine->state();
  Metadata metadata = metadata_of(setup);
  if (!words.reason.empty()) metadata["change_reason"] = words.reason;
  if (!words.key.empty()) metadata["change_key"] = words.key;
  auto written = running_.log.log->open_segment(
      {opening.time, metadata, text_of(opening), carried_state(*rest.intake, *rest.keys)});
  if (!written) {
    log_failed_ = true;
    return written;
  }
  afresh_.clear();
  next->board.open(*opened->engine, opening, rest.intake->marks(), rest.intake->open_session());
  next->board.take_over(running_.now->board, carry);
  set_history(running_, *next);
  running_.metrics.open(next->engine, *opened->engine, opening, rest.intake->marks());
  running_.take_over(std::move(next));
  running_.past->begin_segment(running_.now->engine);
  stand(std::move(opened->engine), std::move(rest), opening.last_event, opening.time);
  return {};
}

Expected<LiveAccount::AtRest> LiveAccount::stop_session() {
  // Nothing new enters; a busy conveyor takes its time all the same.
  constexpr auto kPatience = std::chrono::minutes(1);
  running_.session->stop(kPatience);
  auto left = running_.session->take_left();
  if (!left) {
    log_failed_ = true;
    return Error{"", running_.session->failure().empty() ? "the session could not come to rest within a minute"
                                                         : running_.session->failure()};
  }
  running_.session.reset();
  return take_apart(*left);
}

LiveAccount::AtRest LiveAccount::take_apart(PaperSession::Left& left) const {
  return {describe(*left.position, *left.signal, *left.risk, running_.now->engine), std::move(left.live->intake),
          std::move(left.keys)};
}

void LiveAccount::stand(std::unique_ptr<Engine> engine, AtRest rest, EventNumber last_event, Timestamp last_time) {
  at_.emplace();
  at_->engine = std::move(engine);
  at_->intake = std::move(rest.intake);
  at_->keys = std::move(rest.keys);
  at_->last_event = last_event;
  at_->last_time = last_time;
}

void LiveAccount::note_segment() {
  const auto segments = running_.log.log->segments();
  if (!segments) return;
  segment_after_ = segments->back().after;
  segment_opened_ = segments->back().opened;
}

Expected<void> LiveAccount::roll_if_due() {
  const RunConfig& run = running_.now->config.run;
  const EventNumber last = running_.now->board.last_event();
  const Timestamp time = running_.now->board.status().time;
  if (segment_opened_.ns == 0) segment_opened_ = time;
  const bool large = run.segment_events_max > 0 && last - segment_after_ >= run.segment_events_max;
  const auto age = std::chrono::days(static_cast<std::int64_t>(run.segment_days_max));
  const bool old = run.segment_days_max > 0 && last > segment_after_ && time - segment_opened_ >= age;
  if (!large && !old) return {};
  const auto begin = steady_clock::now();
  const std::lock_guard lock(running_.changing);
  running_.trading = nullptr;
  auto rest = stop_session();
  if (!rest) return rest.error();
  const EventNumber after = rest->state.last_event;
  if (auto opened = open_segment(*rest, running_.now->setup, {}); !opened) {
    log_failed_ = true;
    return opened;
  }
  start();
  running_.trading = running_.session.get();
  log_event(Severity::Notice, "segment_opened",
            "the log goes on in a new segment after event " + std::to_string(after) + ": the former had become " +
                (large ? "large" : "old"),
            {{"after_event", after}, {"seconds", seconds_since(begin)}});
  return {};
}

/// Under the configuration that it had.
void LiveAccount::go_on(AtRest rest) {
  auto opened = Engine::open(running_.now->engine, running_.registry, rest.state);
  BELLWETHER_INVARIANT(opened, "an account cannot go on where it stood");
  const EventNumber last_event = rest.state.last_event;
  const Timestamp last_time = rest.state.time;
  stand(std::move(opened->engine), std::move(rest), last_event, last_time);
}

ChangeOrErrors LiveAccount::change(const ConfigurationRequest& request) {
  if (const auto known = by_key_.find(request.key); known != by_key_.end()) return known->second;
  auto loaded = load_configuration(sources_, running_.registry.types());
  if (auto* errors = std::get_if<std::vector<Error>>(&loaded)) return std::move(*errors);
  const AppConfig wanted = std::get<AppConfig>(std::move(loaded));
  if (auto missing = missing_for_a_run(wanted); !missing.empty()) return missing;
  ChangeResult result;
  result.dry_run = request.dry_run;
  const bool close = request.close_removed.value_or(wanted.changes.removed == WhenRemoved::Close);
  const auto plan = [&](const std::vector<HeldPair>& pairs) {
    return plan_change(running_.now->setup, wanted, running_.now->board, pairs, close, true);
  };
  result.plan = plan(held_pairs(running_.now->board));
  result.after = running_.now->board.last_event();
  if (!request.dry_run && result.plan.change.decides) {
    const auto begin = steady_clock::now();
    const std::lock_guard lock(running_.changing);
    running_.trading = nullptr;
    auto rest = stop_session();
    if (!rest) return std::vector<Error>{rest.error()};
    // As it stands now: it has gone on since.
    result.plan = plan(held(rest->state));
    result.after = rest->state.last_event;
    auto opened = open_segment(*rest, result.plan.setup, {request.reason, request.key});
    if (!opened && log_failed_) return std::vector<Error>{opened.error()};
    if (!opened) go_on(std::move(*rest));
    start();
    running_.trading = running_.session.get();
    result.seconds = seconds_since(begin);
    if (!opened) return std::vector<Error>{opened.error()};
  } else if (!request.dry_run) {
    running_.adopt(result.plan.setup);
  }
  if (!request.dry_run) {
    configure_logging(running_.now->config.logging);
    result.opened = result.plan.change.decides;
  }
  if (const auto segments = running_.log.log->segments()) result.segment = segments->back().number;
  result.warmed = std::exchange(warmed_, {});
  if (!request.key.empty() && !request.dry_run) remember(request.key, result);
  return result;
}

/// For who repeats it.
void LiveAccount::remember(const std::string& key, const ChangeResult& result) {
  ChangeResult& known = by_key_[key] = result;
  known.repeated = true;
  keys_.push_back(key);
  if (keys_.size() <= kKnownChangesMax) return;
  by_key_.erase(keys_.front());
  keys_.pop_front();
}

Expected<void> LiveAccount::put_down() {
  if (log_failed_ || !running_.session) return {};
  auto left = running_.session->take_left();
  if (!left) return {};
  const auto segments = running_.log.log->segments();
  if (!segments) return segments.error();
  if (running_.log.log->last_event() == segments->back().after) return {};
  const AtRest rest = take_apart(*left);
  return running_.log.log->open_segment({rest.state.time, metadata_of(running_.now->setup), text_of(rest.state),
                                         carried_state(*rest.intake, *rest.keys)});
}

// --- Trading

BacktestRunner::Parts LiveAccount::parts() {
  return {std::move(at_->engine),
          FillSimulator(running_.now->engine),
          nullptr,
          MarketFeed({}, {}, SessionCalendar::us_equity()),
          SessionRecorder(running_.now->engine),
          std::nullopt,
          at_->last_event,
          at_->last_time};
}

void LiveAccount::start() {
  note_segment();
  PaperSessionOptions options = session_options(running_);
  options.keys = at_->keys;
  options.last_snapshot = at_->last_event;
  options.books = running_.past->writer();
  options.on_session = [this](const Turn& turn) { notices_.add(turn.event); };
  auto live = std::make_shared<LiveEntry>();
  live->intake = std::move(at_->intake);
  live->first = std::move(at_->first);
  live->intake->set_next_timer(at_->engine->next_timer());
  const bool fresh = at_->last_event == 0;
  if (!clock_) clock_.emplace(running_.now->config.clock.rate, market_begin(running_, *at_));
  live->clock = *clock_;
  // Where a log goes on, what happened since its end comes first: sessions that were slept through open and close.
  const Timestamp begin = clock_->now();
  const std::optional<SessionEvent> open_session = live->intake->open_session();
  const MarketStart from{fresh ? begin : at_->last_time, open_session, fresh};
  auto market = std::make_unique<SimulatedMarket>(market_options(running_), from);
  if (market->next_message() > begin && !open_session) tell_waiting(running_, begin);
  live->intake->set_market(std::move(market));
  running_.session = std::make_unique<PaperSession>(parts(), std::move(live), options, running_.log.log.get(),
                                                    &running_.now->board, &running_.metrics);
  at_.reset();
  running_.now->board.set_phase(SessionPhase::Trading);
  running_.session->start();
}

}  // namespace bellwether
