#include "tests/simulation/whole_node.hpp"

#include <deque>
#include <map>
#include <ostream>
#include <set>

#include "actors/live_intake.hpp"
#include "actors/recovery.hpp"
#include "brokers/simulated/simulated_market.hpp"
#include "engine/exchange_link.hpp"
#include "engine/manual_strategy.hpp"
#include "engine/operator_command.hpp"
#include "tests/support/engine_setup.hpp"
#include "tests/support/memory_log.hpp"
#include "tests/support/wild_strategy.hpp"

namespace bellwether::testing {
namespace {

constexpr std::int64_t kPositionMax = 80;
constexpr Date kDay = Date::from_ymd(2026, 11, 24);
constexpr std::int64_t kSecond = 1'000'000'000;

Timestamp session_open() { return SessionCalendar::us_equity().find(kDay)->open; }

bool left_out(const SimulationOptions& options, Disturbance disturbance) {
  return (options.without >> static_cast<unsigned>(disturbance) & 1U) != 0;
}

/// What is drawn is drawn, so that the rest stays as it was.
void leave_out(const SimulationOptions& options, ExchangeConfig& exchange) {
  using enum Disturbance;
  ExchangeFaults& faults = exchange.faults;
  if (left_out(options, Latency)) exchange.latency = {};
  if (left_out(options, LostCommands)) faults.lost_commands = 0;
  if (left_out(options, LostReports)) faults.lost_reports = 0;
  if (left_out(options, RepeatedReports)) faults.repeated_reports = 0;
  if (left_out(options, LateReports)) faults.late_reports = 0;
  if (left_out(options, LateRefusals)) faults.late_refusals = 0;
  if (left_out(options, Halts)) faults.halts_per_session = 0;
  if (left_out(options, Restarts)) faults.restarts_per_session = 0;
}

EngineConfig config_of(const SimulationOptions& options, SplitMix64& draws) {
  EngineConfig config = config_with(
      "sma_cross", {{"fast", std::int64_t{2}}, {"slow", std::int64_t{5}}, {"allocation", 0.03}}, {"A", "B"});
  StrategyConfig wild = config.strategies[0];
  wild.id = wild.type = "wild";
  wild.parameters = std::get<Parameters>(Parameters::check(
      wild_registry().find("wild")->parameters,
      std::vector{std::pair<std::string, ParameterValue>("seed", static_cast<std::int64_t>(options.seed))}));
  config.strategies.push_back(wild);
  add_manual_strategy(config);
  config.risk.position_quantity = Quantity::from_int(kPositionMax);
  config.account.leverage = 4;
  config.account.shorting = draws.chance(0.5);
  if (draws.chance(0.7)) config.fills.participation = 0.0005 + draws.fraction() * 0.002;
  const auto share = [&](double most) { return draws.chance(0.6) ? draws.fraction() * most : 0.0; };
  const auto time = [&](double seconds) { return Duration(draws.up_to(static_cast<std::int64_t>(seconds * 1e9))); };
  config.exchange.asynchronous = true;
  config.exchange.latency = {time(3), time(3), time(2)};
  config.exchange.faults = {draws.next(), share(0.2), share(0.2), share(0.3), share(0.3), time(200),
                            share(0.1),   share(3),   time(600),  share(4),   time(300)};
  config.orders = {Duration(kSecond + draws.up_to(20 * kSecond)), std::chrono::minutes(2), std::chrono::minutes(3)};
  leave_out(options, config.exchange);
  return config;
}

/// What the node has of the broker: the line to it. The account goes on without the node.
class OutsideBroker final : public Broker {
 public:
  using Send = std::function<void(const OrderCommand&)>;
  OutsideBroker(ExchangeLink& link, const Timestamp& now, Send send)
      : link_(&link), now_(&now), send_(std::move(send)) {}

  [[nodiscard]] BrokerCapabilities capabilities() const override { return {}; }
  void take(const Event&, std::span<const OrderCommand> commands) override {
    for (const OrderCommand& command : commands) send_(command);
  }
  void change_configuration(const EngineConfig&, const CarryOver&) override {}
  void collect(Timestamp, std::vector<Event>& out) override { link_->collect(*now_, out); }
  [[nodiscard]] Timestamp next_message() const override { return link_->next_report(); }
  void ask_books(Timestamp, std::function<void(const Expected<BrokerBooks>&)>) override {}

 private:
  ExchangeLink* link_;
  const Timestamp* now_;
  Send send_;
};

/// Market data that do not all arrive.
class LossyMarket final : public MarketDataSource {
 public:
  LossyMarket(std::unique_ptr<MarketDataSource> source, SplitMix64& draws, double lost)
      : source_(std::move(source)), draws_(&draws), lost_(lost) {}
  void collect(Timestamp now, std::vector<Event>& out) override {
    std::vector<Event> all;
    source_->collect(now, all);
    for (const Event& event : all) {
      if (event.type != EventType::Bar || event.bar.history || draws_->fraction() >= lost_) out.push_back(event);
    }
  }
  [[nodiscard]] Timestamp next_message() const override { return source_->next_message(); }

 private:
  std::unique_ptr<MarketDataSource> source_;
  SplitMix64* draws_;
  double lost_;
};

/// One life of the process.
struct Node {
  std::unique_ptr<Engine> engine;
  std::unique_ptr<LiveIntake> intake;
  EventNumber last_event = 0;
  Timestamp last_time;
  std::vector<Event> waiting_events;            // For the log.
  std::vector<LoggedCommand> waiting_commands;  // For the log.
  struct Passing {
    Turn turn;
    Timestamp at;  // When it comes to the end of the conveyor.
  };
  std::deque<Passing> conveyor;
  std::optional<OperatorCommand> asked;  // An operator waits for its answer.
};

class World {
 public:
  explicit World(const SimulationOptions& options)
      : options_(options),
        draws_(options.seed * 0x9e3779b97f4a7c15 + 1),
        config_(config_of(options, draws_)),
        now_(session_open() - std::chrono::minutes(2)),
        link_(config_),
        market_(market_options(), {now_, std::nullopt, false}) {
    start();
  }

  SimulationResult run() {
    const Timestamp close = SessionCalendar::us_equity().find(kDay)->close;
    const Timestamp calm = close - std::chrono::minutes(40);
    while (now_ < calm && result_.failure.empty()) step(true);
    settle();
    while (now_ < close - std::chrono::minutes(1) && result_.failure.empty()) step(false);
    if (result_.failure.empty()) check_end();
    return result_;
  }

 private:
  [[nodiscard]] SimulatedMarketOptions market_options() const {
    SimulatedMarketOptions options;
    options.seed = options_.seed;
    options.instruments = config_.instruments;
    options.bar_interval = std::chrono::minutes(2);
    return options;
  }

  void fail(const std::string& what) {
    if (!result_.failure.empty()) return;
    result_.failure = what + " (at " + format_rfc3339(now_) + ", event " +
                      std::to_string(node_ ? node_->last_event : log_.last_event()) + ")";
    say("FAILED: " + what);
  }
  void say(const std::string& what) const {
    if (options_.trace != nullptr) *options_.trace << format_rfc3339(now_) << "  " << what << "\n";
  }

  void step(bool wild) {
    now_ = now_ + Duration(draws_.chance(0.5) ? draws_.up_to(2 * kSecond) : draws_.up_to(40 * kSecond));
    move_world();
    if (!node_) {
      if (!wild || draws_.chance(0.2)) start();
      return;
    }
    if (wild && happens(Disturbance::ClockJumps, 0.02)) jump_clock();
    if (draws_.chance(0.8)) commit(wild);
    if (!node_) return;
    pass();
    if (wild && happens(Disturbance::Kills, 0.004)) return kill("killed");
    collect();
    if (wild && happens(Disturbance::Operator, 0.02)) operate();
    if (wild && happens(Disturbance::Strangers, 0.02)) slander();
    pass();
    check();
    if (wild && happens(Disturbance::Kills, 0.004)) kill("killed");
  }

  bool happens(Disturbance disturbance, double probability) {
    return draws_.chance(probability) && !left_out(options_, disturbance);
  }

  /// The market and the exchange go on, whatever the node does.
  void move_world() {
    std::vector<Event> events;
    market_.collect(now_, events);
    for (const Event& event : events) link_.take(event, {});
    link_.take(Event::of(now_, TimerEvent{}), {});
  }

  [[nodiscard]] Timestamp node_clock() const { return now_ + skew_; }
  void jump_clock() {
    skew_ = Duration(draws_.up_to(120 * kSecond) - 60 * kSecond);
    say("the clock jumps to " + format_rfc3339(node_clock()));
  }

  // --- Life and death

  void start() {
    std::vector<Event> lost;  // Said to nobody.
    link_.collect(now_, lost);
    auto node = std::make_unique<Node>();
    auto recovered = recover_live(log_, recovery_ports());
    if (!recovered) return fail("recovery: " + recovered.error().text());
    LiveRecovery& at = *recovered;
    node->engine = std::move(at.engine);
    node->intake = std::move(at.intake);
    node->last_event = at.last_event;
    node->last_time = at.last_time;
    node->intake->set_next_timer(node->engine->next_timer());
    const bool fresh = node->last_event == 0;
    const MarketStart market{fresh ? now_ : node->last_time, node->intake->open_session(), fresh};
    node->intake->set_market(std::make_unique<LossyMarket>(std::make_unique<SimulatedMarket>(market_options(), market),
                                                           draws_,
                                                           left_out(options_, Disturbance::LostData) ? 0 : 0.1));
    node_ = std::move(node);
    say("started after event " + std::to_string(node_->last_event));
    for (Event& event : at.first) {
      if (options_.fault == PlantedFault::CrashForgetsOrders && event.type == EventType::Connection) continue;
      event.time = std::max(event.time, node_clock());
      enter(event);
    }
    check_answers();
  }

  [[nodiscard]] LiveRecoveryPorts recovery_ports() {
    LiveRecoveryPorts ports;
    ports.make_engine = [this] { return Engine::make(config_, registry_); };
    ports.open_engine = [this](const std::string&) { return Engine::make(config_, registry_); };
    ports.make_intake = [this] {
      return std::make_unique<LiveIntake>(
          std::make_unique<OutsideBroker>(link_, now_, [this](const OrderCommand& command) { send(command); }));
    };
    return ports;
  }

  void kill(const char* how) {
    say(how);
    ++result_.kills;
    node_.reset();
  }

  void commit(bool wild) {
    if (wild && happens(Disturbance::FullDisk, 0.003)) return kill("the disk is full: the process ends");
    if (auto appended = log_.append(node_->waiting_events, node_->waiting_commands); !appended) {
      return fail("the log refused: " + appended.error().text());
    }
    node_->waiting_events.clear();
    node_->waiting_commands.clear();
  }

  // --- The conveyor

  void collect() {
    std::vector<Event> events;
    node_->intake->collect(node_clock(), events);
    for (Event& event : events) enter(event);
  }

  void enter(Event event) {
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

  void advance_risk(Turn& turn) {
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
  bool let_in(Event& event) {
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
  void pass() {
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
      if (is_operator_command(passing.turn.event)) answer(passing.turn.event);
      for (Event& event : caused) enter(event);
    }
  }

  void send(const OrderCommand& command) {
    if (options_.trace != nullptr) say("  leaves: " + std::string(token(command.kind)));
    if (adds_order(command.kind) && !sent_.insert(command.id).second) {
      fail("order " + command.id.client_order_id() + " was sent twice");
    }
    link_.take(Event::of(now_, TimerEvent{}), {&command, 1});
  }

  // --- Operator and strangers

  void operate() {
    if (node_->asked) return;
    OperatorCommand command;
    command.words.key = OperatorNote("k" + std::to_string(draws_.up_to(1'000'000)));
    command.words.reason = OperatorNote("simulated");
    CommandEvent& c = command.command;
    c.type = static_cast<CommandType>(draws_.up_to(static_cast<std::int64_t>(kCommandTypeCount) - 1));
    // Who halts and pauses, resumes more often.
    if (c.type == CommandType::Halt && draws_.chance(0.7)) c.type = CommandType::Resume;
    if (c.type == CommandType::PauseStrategy && draws_.chance(0.7)) c.type = CommandType::ResumeStrategy;
    c.instrument = static_cast<InstrumentIndex>(draws_.up_to(1));
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
        c.strategy = static_cast<StrategyIndex>(draws_.up_to(1));
        break;
      case CommandType::PauseStrategy:
      case CommandType::ResumeStrategy:
        c.instrument = kNoInstrument;
        c.strategy = static_cast<StrategyIndex>(draws_.up_to(1));
        break;
      case CommandType::SubmitOrder:
        c.strategy = *manual_strategy(config_);
        c.spec.instrument = std::exchange(c.instrument, kNoInstrument);
        c.spec.side = draws_.chance(0.5) ? Side::Buy : Side::Sell;
        c.spec.quantity = Quantity::from_int(1 + draws_.up_to(30));
        break;
    }
    say("the operator: " + std::string(token(c.type)));
    node_->asked = command;
    for (const Event& event : events_of(command, node_clock())) enter(event);
  }

  void answer(const Event& event) {
    node_->asked.reset();
    answered_.push_back(event);
    ++result_.commands;
  }
  /// What was answered is in the log for good.
  void check_answers() {
    for (const Event& event : answered_) {
      if (event.number > log_.last_event() || !(log_.events[event.number - 1] == event)) {
        return fail("an answered command is not in the log");
      }
    }
  }

  /// Reports that no broker should send.
  void slander() {
    ExecutionReport report;
    report.type = ReportType::Fill;
    report.execution_id = ++invented_id_;
    report.time = now_ + Duration(draws_.up_to(7'200 * kSecond) - 3'600 * kSecond);
    report.order = {static_cast<EventNumber>(1 + draws_.up_to(1'000)), 1, 0, OrderLeg::Entry};
    report.strategy = static_cast<StrategyIndex>(draws_.up_to(1));
    report.instrument = static_cast<InstrumentIndex>(draws_.up_to(1));
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
    enter(event);
  }

  // --- What must hold

  void check() {
    if (!node_) return;
    for (InstrumentIndex i = 0; i < config_.instruments.size(); ++i) {
      const Quantity ours = node_->engine->position_stage().portfolio().net_quantity(i);
      if (node_->engine->risk_stage().position(i) != ours) fail("risk and position stage disagree about a position");
      if (link_.exchange().books().net_quantity(i).abs() > Quantity::from_int(kPositionMax)) {
        fail("a position limit was exceeded");
      }
    }
  }

  /// From here on nothing goes wrong any more.
  void settle() {
    say("--- the faults end");
    config_.exchange.faults = {};
    skew_ = {};
  }

  void check_end() {
    if (!node_) start();
    for (int i = 0; i < 4'000 && node_ && result_.failure.empty(); ++i) {
      if (is_at_rest()) break;
      step(false);
    }
    if (!result_.failure.empty()) return;
    if (!is_at_rest()) return fail("it does not come to rest");
    compare_books();
    commit(false);
    check_answers();
    auto engine = Engine::make(config_, registry_);
    const auto replayed = replay(**engine, log_, 0, log_.last_event(), true);
    if (!replayed) return fail("replay: " + replayed.error().text());
    const bool whole = options_.fault == PlantedFault::None;
    if (whole && replayed->difference) fail("replay: " + *replayed->difference);
  }

  [[nodiscard]] bool is_at_rest() const {
    return node_ && node_->conveyor.empty() && link_.next_report() == kNever && link_.next_arrival() == kNever &&
           node_->engine->risk_stage().order_watch().unknown() == 0 && says_the_same_of_orders();
  }
  [[nodiscard]] bool says_the_same_of_orders() const {
    std::set<OrderId> ours;
    std::set<OrderId> theirs;
    for (const OpenOrder& order : node_->engine->risk_stage().open_orders().all()) ours.insert(order.id);
    for (const auto& [id, known] : link_.exchange().orders()) {
      if (!known.ended) theirs.insert(id);
    }
    return ours == theirs;
  }

  void compare_books() {
    const Portfolio& ours = node_->engine->position_stage().portfolio();
    const Portfolio& theirs = link_.exchange().books();
    for (StrategyIndex s = 0; s < config_.strategies.size(); ++s) {
      for (InstrumentIndex i = 0; i < config_.instruments.size(); ++i) {
        if (ours.position(s, i).quantity() == theirs.position(s, i).quantity()) continue;
        fail("strategy " + config_.strategies[s].id + " holds " + ours.position(s, i).quantity().to_string() + " of " +
             config_.instruments[i].symbol + " by our books, " + theirs.position(s, i).quantity().to_string() +
             " by the broker's");
      }
    }
    if (ours.cash() != theirs.cash()) {
      fail("cash is " + ours.cash().to_string() + " by our books, " + theirs.cash().to_string() + " by the broker's");
    }
  }

  void trace(const Turn& turn) const {
    std::string text = std::to_string(turn.event.number) + " " + std::string(token(turn.event.type));
    if (turn.event.type == EventType::Report) {
      const ExecutionReport& r = turn.event.report;
      text += " " + std::string(token(r.type)) + " " + r.order.client_order_id() + " " + r.last_quantity.to_string() +
              " of " + r.cumulative_quantity.to_string() + "+" + r.leaves_quantity.to_string();
      if (!turn.takes_report()) text += " (passed over)";
      if (r.type == ReportType::Fill && turn.takes_report()) {
        const Portfolio& portfolio = node_->engine->position_stage().portfolio();
        text += ", holds " + portfolio.net_quantity(r.instrument).to_string() + " of " +
                config_.instruments[r.instrument].symbol + ", " +
                portfolio.position(r.strategy, r.instrument).quantity().to_string() + " by strategy " +
                config_.strategies[r.strategy].id;
      }
    }
    if (turn.event.type == EventType::Connection) text += turn.event.connection.up ? " up" : " down";
    for (const Intent& intent : turn.intents) {
      const OrderCommand& c = intent.command;
      text += "\n    " + std::string(token(c.kind)) + " " + (adds_order(c.kind) ? c.id : c.target).client_order_id() +
              (adds_order(c.kind) ? " " + std::string(token(c.spec.side)) + " " + c.spec.quantity.to_string() : "") +
              (intent.denied == DenyReason::None ? "" : " denied: " + std::string(token(intent.denied)));
    }
    say(text);
  }

  SimulationOptions options_;
  SplitMix64 draws_;
  EngineConfig config_;
  StrategyRegistry registry_ = wild_registry();
  Timestamp now_;
  ExchangeLink link_;
  SimulatedMarket market_;
  MemoryLog log_;
  std::unique_ptr<Node> node_;
  Duration skew_{0};  // Of the node's clock.
  std::set<OrderId> sent_;
  std::vector<Event> answered_;
  std::uint64_t last_id_ = 0;
  std::map<OrderId, std::uint64_t> last_ids_;
  std::uint64_t invented_id_ = 1'000'000'000;
  SimulationResult result_;
};

}  // namespace

const char* name_of(PlantedFault fault) {
  constexpr const char* kNames[kPlantedFaultCount] = {"none",
                                                      "ids_must_ascend",
                                                      "ids_must_ascend_per_order",
                                                      "repeats_are_booked",
                                                      "late_fills_pass_risk_by",
                                                      "impossible_ends",
                                                      "gaps_go_unnoticed",
                                                      "commands_leave_early",
                                                      "crash_forgets_orders"};
  return kNames[static_cast<std::size_t>(fault)];
}

const char* name_of(Disturbance disturbance) {
  constexpr const char* kNames[kDisturbanceCount] = {
      "kills",        "full_disk",        "clock_jumps",  "operator",      "strangers", "lost_data", "lost_commands",
      "lost_reports", "repeated_reports", "late_reports", "late_refusals", "halts",     "restarts",  "latency"};
  return kNames[static_cast<std::size_t>(disturbance)];
}

SimulationOptions shrink(SimulationOptions options) {
  options.trace = nullptr;
  for (unsigned i = 0; i < kDisturbanceCount; ++i) {
    SimulationOptions fewer = options;
    fewer.without |= 1U << i;
    if (!simulate(fewer).failure.empty()) options = fewer;
  }
  return options;
}

SimulationResult simulate(const SimulationOptions& options) { return World(options).run(); }

}  // namespace bellwether::testing
