#include "tests/simulation/world.hpp"

#include <ostream>

#include "engine/manual_strategy.hpp"
#include "tests/simulation/lossy_ports.hpp"

namespace bellwether::testing {
namespace {

constexpr Date kDay = Date::from_ymd(2026, 11, 24);
constexpr std::int64_t kSecond = 1'000'000'000;

const Session& session_of_the_day() { return *SessionCalendar::us_equity().find(kDay); }

bool left_out(const SimulationOptions& options, Disturbance disturbance) {
  return (options.without >> static_cast<unsigned>(disturbance) & 1U) != 0;
}

}  // namespace

World::World(const SimulationOptions& options)
    : options_(options),
      draws_(options.seed * 0x9e3779b97f4a7c15 + 1),
      lasting_(lasting_config(options, draws_)),
      registry_(registry_of(version_)),
      now_(session_of_the_day().open - std::chrono::minutes(2)) {
  configs_.push_back(std::make_unique<EngineConfig>(engine_config(lasting_, setup_, options.seed, {})));
  versions_.push_back(version_);
  market_.emplace(market_options(config()), MarketStart{now_, std::nullopt, false});
  if (draws_.chance(0.5)) outside_ = std::make_unique<ExchangeLink>(config());
  start();
}

SimulationResult World::run() {
  const Timestamp close = session_of_the_day().close;
  const Timestamp calm = close - std::chrono::minutes(40);
  while (now_ < calm && result_.failure.empty()) step();
  settle();
  while (now_ < close - std::chrono::minutes(1) && result_.failure.empty()) step();
  if (result_.failure.empty()) check_end();
  return result_;
}

void World::fail(const std::string& what) {
  if (!result_.failure.empty()) return;
  result_.failure = what + " (at " + format_rfc3339(now_) + ", event " +
                    std::to_string(node_ ? node_->last_event : log_.last_event()) + ")";
  say("FAILED: " + what);
}

void World::say(const std::string& what) const {
  if (options_.trace != nullptr) *options_.trace << format_rfc3339(now_) << "  " << what << "\n";
}

bool World::happens(Disturbance disturbance, double probability) {
  return wild_ && draws_.chance(probability) && !left_out(options_, disturbance);
}

// --- The world

SimulatedMarketOptions World::market_options(const EngineConfig& config) const {
  SimulatedMarketOptions options;
  options.seed = options_.seed;
  options.instruments = config.instruments;
  options.bar_interval = std::chrono::minutes(2);
  return options;
}

void World::step() {
  now_ = now_ + Duration(draws_.chance(0.5) ? draws_.up_to(2 * kSecond) : draws_.up_to(40 * kSecond));
  move_world();
  if (!node_) {
    if (!wild_ || draws_.chance(0.2)) start();
    return;
  }
  if (happens(Disturbance::ClockJumps, 0.02)) jump_clock();
  if (draws_.chance(0.8)) commit();
  if (!node_) return;
  pass();
  if (happens(Disturbance::Kills, 0.004)) return kill("killed");
  collect();
  if (happens(Disturbance::Operator, 0.02)) operate();
  if (happens(Disturbance::Strangers, 0.02)) slander();
  pass();
  check();
  if (happens(Disturbance::Kills, 0.004)) return kill("killed");
  if (node_) disturb_segments();
}

/// Market and exchange go on, whatever the node does; an exchange that lives in the node sees what the node sees.
void World::move_world() {
  std::vector<Event> events;
  market_->collect(now_, events);
  for (const Event& event : events) {
    if (event.type == EventType::SessionOpen) session_ = event.session;
    if (event.type == EventType::SessionClose) session_.reset();
    if (outside_) outside_->take(event, {});
  }
  if (outside_) outside_->take(Event::of(now_, TimerEvent{}), {});
}

void World::jump_clock() {
  skew_ = Duration(draws_.up_to(120 * kSecond) - 60 * kSecond);
  say("the clock jumps to " + format_rfc3339(node_clock()));
}

/// From here on nothing goes wrong any more.
void World::settle() {
  say("--- the faults end");
  wild_ = false;
  skew_ = {};
  lasting_.exchange.faults = {};
  if (outside_) {
    configs_.back()->exchange.faults = {};
    return;
  }
  // An exchange in the node is brought back by its segment's configuration.
  if (!node_) start();
  if (node_) roll_over(setup_, "the exchange has no faults any more");
}

void World::send(const OrderCommand& command) {
  if (options_.trace != nullptr) say("  leaves: " + std::string(token(command.kind)));
  if (adds_order(command.kind) && !sent_.insert(command.id).second) {
    fail("order " + command.id.client_order_id() + " was sent twice");
  }
  outside_->take(Event::of(now_, TimerEvent{}), {&command, 1});
}

// --- Operator and strangers

void World::operate() {
  if (node_->asked) return;
  OperatorCommand command;
  command.words.key = OperatorNote("k" + std::to_string(draws_.up_to(1'000'000)));
  command.words.reason = OperatorNote("simulated");
  if (node_->keys->find(command)) return;
  ask(command);
}

void World::ask(OperatorCommand& command) {
  CommandEvent& c = command.command;
  c.type = static_cast<CommandType>(draws_.up_to(static_cast<std::int64_t>(kCommandTypeCount) - 1));
  // Who halts and pauses, resumes more often.
  if (c.type == CommandType::Halt && draws_.chance(0.7)) c.type = CommandType::Resume;
  if (c.type == CommandType::PauseStrategy && draws_.chance(0.7)) c.type = CommandType::ResumeStrategy;
  const auto strategy = static_cast<StrategyIndex>(draws_.up_to(std::ssize(config().strategies) - 1));
  const auto& traded = config().strategies[strategy].instruments;
  c.instrument = traded[static_cast<std::size_t>(draws_.up_to(std::ssize(traded) - 1))];
  const auto open = node_->engine->risk_stage().open_orders().all();
  switch (c.type) {
    case CommandType::Halt:
      c.instrument = kNoInstrument;
      c.reason = HaltReason::Operator;
      c.flatten = draws_.chance(0.5);
      break;
    case CommandType::Resume:
    case CommandType::Flatten: c.instrument = kNoInstrument; break;
    case CommandType::CancelAll:
      if (draws_.chance(0.5)) c.instrument = kNoInstrument;
      break;
    case CommandType::CancelOrder:
      c.instrument = kNoInstrument;
      if (open.empty()) return;
      c.order = std::next(open.begin(), draws_.up_to(std::ssize(open) - 1))->id;
      break;
    case CommandType::ClosePosition:
      if (draws_.chance(0.5)) c.quantity = Quantity::from_int(1 + draws_.up_to(20));
      c.strategy = strategy;
      break;
    case CommandType::PauseStrategy:
    case CommandType::ResumeStrategy:
      c.instrument = kNoInstrument;
      c.strategy = strategy;
      break;
    case CommandType::SubmitOrder:
      c.strategy = *manual_strategy(config());
      c.spec.instrument = std::exchange(c.instrument, kNoInstrument);
      c.spec.side = draws_.chance(0.5) ? Side::Buy : Side::Sell;
      c.spec.quantity = Quantity::from_int(1 + draws_.up_to(30));
      break;
  }
  say("the operator: " + std::string(token(c.type)));
  node_->asked = command;
  for (const Event& event : events_of(command, node_clock())) enter(event);
}

/// Reports that no broker should send.
void World::slander() {
  ExecutionReport report;
  report.type = ReportType::Fill;
  report.execution_id = ++invented_id_;
  report.time = now_ + Duration(draws_.up_to(7'200 * kSecond) - 3'600 * kSecond);
  report.order = {static_cast<EventNumber>(1 + draws_.up_to(1'000)), 1, 0, OrderLeg::Entry};
  report.strategy = static_cast<StrategyIndex>(draws_.up_to(std::ssize(config().strategies) - 1));
  report.instrument = static_cast<InstrumentIndex>(draws_.up_to(std::ssize(config().instruments) - 1));
  report.last_price = Price::from_int(100);
  report.last_quantity = Quantity::from_int(5);
  switch (draws_.up_to(4)) {
    case 0: report.strategy = 77; break;
    case 1: report.instrument = 77; break;
    case 2: report.last_quantity = Quantity::from_int(-5); break;
    case 3: report.last_price = {}; break;
    default: report.last_quantity = Quantity::max();
  }
  Event event = Event::of(report);
  event.instrument = kNoInstrument;
  event.time = node_clock();  // When it comes, whatever it says.
  enter(event);
}

}  // namespace bellwether::testing
