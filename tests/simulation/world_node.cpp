// The process of a simulated world: its start from the log, its conveyor, its end.
#include "config/account_state_json.hpp"
#include "engine/operator_command.hpp"
#include "tests/simulation/lossy_ports.hpp"
#include "tests/simulation/world.hpp"

namespace bellwether::testing {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

}  // namespace

// --- Life and death

void World::start() {
  if (outside_) {
    std::vector<Event> lost;  // Said to nobody.
    outside_->collect(now_, lost);
  }
  // An exchange in the node forgets with it what was not durable, and so what a position had shrunk to.
  if (!outside_) {
    for (auto& [symbol, bound] : bounds_) bound = Quantity::from_int(kPositionMax);
  }
  afresh_.clear();
  auto recovered = recover_live(log_, recovery_ports());
  if (!recovered) return fail("recovery: " + recovered.error().text());
  LiveRecovery& at = *recovered;
  const bool upgraded = versions_.back() != version_;
  if (!upgraded && !afresh_.empty()) return fail("a segment does not open with the program that wrote it");
  result_.resumed += at.begun_at > log_.segments()->back().after ? 1 : 0;
  node_ = std::make_unique<Node>();
  node_->engine = std::move(at.engine);
  node_->intake = std::move(at.intake);
  node_->keys = std::move(at.keys);
  node_->last_event = at.last_event;
  node_->last_time = at.last_time;
  node_->intake->set_next_timer(node_->engine->next_timer());
  say("started after event " + std::to_string(node_->last_event));
  set_market(node_->last_event == 0);
  if (upgraded) roll_over(setup_, "an upgrade");
  for (Event& event : at.first) {
    if (options_.fault == PlantedFault::CrashForgetsOrders && event.type == EventType::Connection) continue;
    event.time = std::max(event.time, node_clock());
    enter(event);
  }
  check_answers();
  check_keys();
}

LiveRecoveryPorts World::recovery_ports() {
  LiveRecoveryPorts ports;
  ports.make_engine = [this] { return Engine::make(config(), registry_); };
  ports.open_engine = [this](const std::string& text) -> Expected<std::unique_ptr<Engine>> {
    if (text.empty()) return Engine::make(config(), registry_);
    const auto state = account_state_of(text);
    if (!state) return state.error();
    auto opened = Engine::open(config(), registry_, *state);
    if (!opened) return opened.error();
    for (const StrategyIndex index : opened->fresh) afresh_.insert(config().strategies[index].id);
    return std::move(opened->engine);
  };
  ports.make_intake = [this]() -> std::unique_ptr<LiveIntake> {
    if (outside_) {
      return std::make_unique<LiveIntake>(
          std::make_unique<OutsideBroker>([this]() -> ExchangeLink& { return *outside_; }, now_,
                                          [this](const OrderCommand& command) { send(command); }));
    }
    auto broker = std::make_unique<SimulatedBroker>(config());
    broker_ = broker.get();
    return std::make_unique<LiveIntake>(std::move(broker));
  };
  // Of another version, they are in another format.
  if (versions_.back() != version_) ports.snapshots_upto = 0;
  return ports;
}

/// `fresh`: an account that has seen nothing.
void World::set_market(bool fresh) {
  const MarketStart from{fresh ? now_ : node_->last_time, node_->intake->open_session(), fresh};
  const bool loses = (options_.without >> static_cast<unsigned>(Disturbance::LostData) & 1U) == 0;
  node_->intake->set_market(std::make_unique<LossyMarket>(
      std::make_unique<SimulatedMarket>(market_options(config()), from), draws_, loses ? 0.1 : 0));
}

void World::kill(const char* how) {
  say(how);
  ++result_.kills;
  broker_ = nullptr;
  node_.reset();
}

void World::commit() {
  if (happens(Disturbance::FullDisk, 0.003)) return kill("the disk is full: the process ends");
  if (auto appended = log_.append(node_->waiting_events, node_->waiting_commands); !appended) {
    return fail("the log refused: " + appended.error().text());
  }
  node_->waiting_events.clear();
  node_->waiting_commands.clear();
}

// --- The conveyor

void World::collect() {
  std::vector<Event> events;
  node_->intake->collect(node_clock(), events);
  for (Event& event : events) enter(event);
}

void World::enter(Event event) {
  if (!node_ || !let_in(event)) return;
  Node& node = *node_;
  event.number = ++node.last_event;
  event.time = std::max(event.time, node.last_time);
  node.last_time = event.time;
  ++result_.events;
  node.waiting_events.push_back(event);
  Node::Passing passing;
  Turn& turn = passing.turn;
  turn.begin(event);
  node.engine->position_stage().advance(turn);
  node.engine->signal_stage().advance(turn);
  advance_risk(turn);
  if (!node_) return;
  node.engine->order_stage().advance(turn);
  if (turn.takes_report()) {
    result_.fills += event.report.type == ReportType::Fill ? 1 : 0;
    result_.unknown += event.report.type == ReportType::Lost ? 1 : 0;
  }
  for (const OrderCommand& command : turn.commands) node.waiting_commands.push_back({event.number, command});
  if (options_.trace != nullptr) trace(turn);
  const Timestamp last = node.conveyor.empty() ? now_ : node.conveyor.back().at;
  passing.at = std::max(now_, last) + Duration(draws_.chance(0.7) ? 0 : draws_.up_to(kSecond / 2));
  node.conveyor.push_back(std::move(passing));
}

void World::advance_risk(Turn& turn) {
  RiskStage& risk = node_->engine->risk_stage();
  const ReportVerdict verdict = turn.verdict;
  if (turn.takes_report()) {
    const ExecutionReport& report = turn.event.report;
    const OpenOrder* order = risk.open_orders().find(report.order);
    if (options_.fault == PlantedFault::LateFillsPassRiskBy && order == nullptr && report.type == ReportType::Fill) {
      turn.verdict = ReportVerdict::Foreign;
    }
    const bool impossible = order != nullptr && report.type != ReportType::Fill &&
                            !state_after(order->state, order->filled, order->spec.quantity, report);
    if (options_.fault == PlantedFault::ImpossibleEnds && impossible) return fail("the process ends");
  }
  risk.advance(turn);
  turn.verdict = verdict;
}

/// Lets planted faults change what comes in.
bool World::let_in(Event& event) {
  if (event.type != EventType::Report || event.report.execution_id == 0) return true;
  ExecutionReport& report = event.report;
  switch (options_.fault) {
    case PlantedFault::IdsMustAscend:
      if (report.execution_id <= last_id_) return false;
      last_id_ = report.execution_id;
      break;
    case PlantedFault::IdsMustAscendPerOrder:
      if (report.execution_id <= last_ids_[report.order]) return false;
      last_ids_[report.order] = report.execution_id;
      break;
    case PlantedFault::RepeatsAreBooked: report.execution_id = ++invented_id_; break;
    case PlantedFault::LateFillsPassRiskBy:
    case PlantedFault::GapsGoUnnoticed: report.cumulative_quantity = {}; break;
    default: break;
  }
  return true;
}

/// Takes from the conveyor what has come to its end and may leave.
void World::pass() {
  while (node_ && !node_->conveyor.empty()) {
    Node& node = *node_;
    const Turn& turn = node.conveyor.front().turn;
    const bool acts = !turn.commands.empty() || turn.event.type == EventType::Command;
    const bool durable = turn.event.number <= log_.last_event();
    if (node.conveyor.front().at > now_) return;
    if (acts && !durable && options_.fault != PlantedFault::CommandsLeaveEarly) return;
    const Node::Passing passing = std::move(node.conveyor.front());
    node.conveyor.pop_front();
    std::vector<Event> caused;
    node.intake->passed(passing.turn, caused);
    node.keys->pass(passing.turn);
    if (is_operator_command(passing.turn.event) && node.asked) answer(passing.turn);
    for (Event& event : caused) enter(event);
  }
}

void World::answer(const Turn& turn) {
  answered_.push_back({turn.event, *std::exchange(node_->asked, std::nullopt)});
  ++result_.commands;
}

}  // namespace bellwether::testing
