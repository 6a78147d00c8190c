#include "actors/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <sstream>

#include "actors/trailing_trades.hpp"
#include "engine/open_orders.hpp"

namespace bellwether {
namespace {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;

constexpr std::size_t kOrderTypes = 5;

/// What can become of an order; Submitted counts every one that left.
enum class OrderResult : std::uint8_t { Submitted, Filled, Canceled, Expired, Replaced, Rejected, Denied, Lost };
constexpr std::size_t kOrderResults = 8;
constexpr std::array<const char*, kOrderResults> kOrderResultTokens = {"submitted", "filled",   "canceled", "expired",
                                                                       "replaced",  "rejected", "denied",   "lost"};

// From what the fastest stage takes to where something is badly wrong.
const Histogram::BucketBoundaries kStageBuckets = {1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4,
                                                   5e-4, 1e-3, 5e-3, 2e-2, 1e-1, 1.0,  10.0};
const Histogram::BucketBoundaries kCommitBuckets = {1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3,
                                                    5e-3, 1e-2, 2e-2, 5e-2, 1e-1, 5e-1, 1.0,  10.0};

std::string text_of(std::string_view view) { return std::string(view); }

class Maker {
 public:
  explicit Maker(prometheus::Registry& registry) : registry_(registry) {}

  prometheus::Family<Counter>& counters(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry_);
  }
  prometheus::Family<Gauge>& gauges(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry_);
  }
  prometheus::Family<Histogram>& histograms(const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry_);
  }
  Counter& counter(const char* name, const char* help) { return counters(name, help).Add({}); }
  Gauge& gauge(const char* name, const char* help) { return gauges(name, help).Add({}); }

 private:
  prometheus::Registry& registry_;
};

/// Why a report of the venue changed nothing; in the order of ReportVerdict, from Repeated on.
constexpr std::array<const char*, 3> kPassedOver = {"repeated", "foreign", "malformed"};

OrderResult result_of(OrderState ended) {
  switch (ended) {
    case OrderState::Filled: return OrderResult::Filled;
    case OrderState::Canceled: return OrderResult::Canceled;
    case OrderState::Expired: return OrderResult::Expired;
    case OrderState::Replaced: return OrderResult::Replaced;
    case OrderState::Rejected: return OrderResult::Rejected;
    default: return OrderResult::Denied;
  }
}

}  // namespace

std::string_view token(Stage stage) {
  constexpr std::string_view kNames[] = {"sequencer", "log",   "position", "signal", "risk",
                                         "order",     "venue", "recorder", "total"};
  return kNames[static_cast<std::size_t>(stage)];
}

struct EngineMetrics::Handles {
  Handles(const EngineConfig& config, const std::string& version, Timestamp process_start);

  void make_labelled();
  void label(const EngineConfig& config);
  void open_account(const EngineConfig& config, const Engine& engine, const AccountState& state,
                    const AccountMarks& marks);
  void make_trading(Maker& make);
  void make_conveyor(Maker& make);
  void apply_account(const Turn& turn);
  void show_account(const AccountView& account);
  void show_unknown();
  void apply_orders(const Turn& turn);
  void apply_report(const Turn& turn);
  void note_unknown(const ExecutionReport& report, const OpenOrders::Applied& applied, Timestamp now);
  void count_order(OrderType type, OrderResult result) {
    orders[static_cast<std::size_t>(type)][static_cast<std::size_t>(result)]->Increment();
  }

  prometheus::Registry registry;
  std::array<Counter*, kEventTypeCount> events{};
  std::array<std::array<Counter*, kOrderResults>, kOrderTypes> orders{};
  std::array<Counter*, kDenyReasons.size()> denials{};
  std::array<Counter*, 2> fills{};
  std::array<Counter*, kHaltReasonCount> halts{};
  std::array<Counter*, kPassedOver.size()> passed_over{};
  std::array<Histogram*, kStageCount> stage_latency{};
  std::array<Gauge*, kStageCount> queue_depth{};
  std::array<Gauge*, kStageCount> queue_limit{};
  prometheus::Family<Gauge>* position_family = nullptr;
  prometheus::Family<Gauge>* paused_family = nullptr;
  std::vector<Gauge*> paused;     // By strategy.
  std::vector<Gauge*> positions;  // By strategy, then instrument; null where the strategy does not trade it.
  Counter* filled_notional = nullptr;
  Gauge* fees = nullptr;
  Gauge* realized_average = nullptr;
  Gauge* realized_fifo = nullptr;
  Gauge* dividends = nullptr;
  Gauge* equity = nullptr;
  Gauge* cash = nullptr;
  Gauge* gross_exposure = nullptr;
  Gauge* drawdown = nullptr;
  Gauge* day_profit = nullptr;
  Gauge* win_rate = nullptr;
  Gauge* expectancy = nullptr;
  Gauge* recent_trades = nullptr;
  Gauge* open_orders = nullptr;
  Gauge* unknown_orders = nullptr;
  Gauge* unknown_since = nullptr;  // Of the oldest.
  Gauge* halted = nullptr;
  Gauge* last_event_time = nullptr;
  Gauge* last_event_number = nullptr;
  Gauge* data_age = nullptr;
  Gauge* books_behind = nullptr;
  Gauge* books_stopped = nullptr;
  Histogram* commit_latency = nullptr;
  Counter* committed_events = nullptr;

  std::size_t instruments;
  bool was_halted = false;
  Money peak_equity;
  Money session_start_equity;
  TrailingTrades trades;
  OpenOrders open;
  std::map<OrderId, Timestamp> unknown;  // Since when.
};

EngineMetrics::Handles::Handles(const EngineConfig& config, const std::string& version, Timestamp process_start)
    : instruments(config.instruments.size()),
      peak_equity(config.account.initial_cash),
      session_start_equity(config.account.initial_cash) {
  Maker make(registry);
  make.gauges("bellwether_build_info", "Version of the running program; always 1.").Add({{"version", version}}).Set(1);
  make.gauge("process_start_time_seconds", "Start of the process, in seconds since the Unix epoch.")
      .Set(static_cast<double>(process_start.ns) / 1e9);
  make_labelled();
  label(config);
  make_trading(make);
  make_conveyor(make);
  equity->Set(config.account.initial_cash.to_double());
  cash->Set(config.account.initial_cash.to_double());
}

void EngineMetrics::Handles::make_labelled() {
  Maker make(registry);
  auto& event_family = make.counters("bellwether_events_total", "Events that passed the conveyor, by type.");
  for (std::size_t i = 0; i < events.size(); ++i) {
    events[i] = &event_family.Add({{"type", text_of(token(static_cast<EventType>(i)))}});
  }
  auto& order_family = make.counters("bellwether_orders_total", "Orders by order type and by what became of them.");
  for (std::size_t type = 0; type < kOrderTypes; ++type) {
    for (std::size_t result = 0; result < kOrderResults; ++result) {
      orders[type][result] = &order_family.Add(
          {{"type", text_of(token(static_cast<OrderType>(type)))}, {"result", kOrderResultTokens[result]}});
    }
  }
  auto& denial_family =
      make.counters("bellwether_denials_total", "Order commands that the risk stage refused, by reason.");
  for (const DenyReasonText& reason : kDenyReasons) {
    denials[static_cast<std::size_t>(reason.reason) - 1] = &denial_family.Add({{"reason", text_of(reason.token)}});
  }
  auto& fill_family = make.counters("bellwether_fills_total", "Executions, by side.");
  fills = {&fill_family.Add({{"side", "buy"}}), &fill_family.Add({{"side", "sell"}})};
  auto& halt_family = make.counters("bellwether_halts_total", "Halts of trading, by reason.");
  for (std::size_t i = 1; i < halts.size(); ++i) {
    halts[i] = &halt_family.Add({{"reason", text_of(token(static_cast<HaltReason>(i)))}});
  }
  auto& passed_family = make.counters("bellwether_reports_passed_over_total",
                                      "Reports of the venue that changed nothing, by what was wrong with them.");
  for (std::size_t i = 0; i < passed_over.size(); ++i) passed_over[i] = &passed_family.Add({{"why", kPassedOver[i]}});
  position_family = &make.gauges("bellwether_position_shares", "Position by symbol and strategy; negative is short.");
  paused_family =
      &make.gauges("bellwether_strategy_paused", "1 while an operator has paused the strategy, by strategy.");
}

void EngineMetrics::Handles::label(const EngineConfig& config) {
  for (Gauge* gauge : paused) paused_family->Remove(gauge);
  for (Gauge* gauge : positions) {
    if (gauge != nullptr) position_family->Remove(gauge);
  }
  instruments = config.instruments.size();
  paused.clear();
  for (const StrategyConfig& strategy : config.strategies) {
    paused.push_back(&paused_family->Add({{"strategy", strategy.id}}));
  }
  positions.assign(config.strategies.size() * instruments, nullptr);
  for (std::size_t s = 0; s < config.strategies.size(); ++s) {
    for (const InstrumentIndex i : config.strategies[s].instruments) {
      positions[s * instruments + i] =
          &position_family->Add({{"symbol", config.instruments[i].symbol}, {"strategy", config.strategies[s].id}});
    }
  }
}

void EngineMetrics::Handles::open_account(const EngineConfig& config, const Engine& engine, const AccountState& state,
                                          const AccountMarks& marks) {
  peak_equity = marks.peak_equity;
  session_start_equity = marks.session_start_equity;
  open = engine.risk_stage().open_orders();
  unknown.clear();
  for (const OpenOrder& order : open.all()) {
    if (order.state == OrderState::Unknown) unknown.emplace(order.id, state.time);
  }
  show_unknown();
  open_orders->Set(static_cast<double>(open.size()));
  const Portfolio& portfolio = engine.position_stage().portfolio();
  show_account(portfolio.view());
  for (std::size_t s = 0; s < config.strategies.size(); ++s) {
    for (const InstrumentIndex i : config.strategies[s].instruments) {
      const auto strategy = static_cast<StrategyIndex>(s);
      positions[s * instruments + i]->Set(portfolio.position(strategy, i).quantity().to_double());
    }
    const auto named = std::ranges::find(state.strategies, config.strategies[s].id, &AccountStrategy::id);
    paused[s]->Set(named != state.strategies.end() && named->paused ? 1 : 0);
  }
  was_halted = state.breakers.halt_reason != HaltReason::None;
  halted->Set(was_halted ? 1 : 0);
  last_event_number->Set(static_cast<double>(state.last_event));
  last_event_time->Set(static_cast<double>(state.time.ns) / 1e9);
}

void EngineMetrics::Handles::make_trading(Maker& make) {
  filled_notional =
      &make.counter("bellwether_filled_notional_dollars_total", "Sum of price times quantity of all fills.");
  fees = &make.gauge("bellwether_fees_dollars", "Fees paid since the session's start.");
  auto& realized = make.gauges("bellwether_realized_profit_dollars",
                               "Realized profit before fees since the session's start, by cost method.");
  realized_average = &realized.Add({{"method", "average"}});
  realized_fifo = &realized.Add({{"method", "fifo"}});
  dividends = &make.gauge("bellwether_dividends_dollars", "Dividends received since the session's start.");
  equity = &make.gauge("bellwether_equity_dollars", "Cash and market value of all positions.");
  cash = &make.gauge("bellwether_cash_dollars", "Cash.");
  gross_exposure = &make.gauge("bellwether_gross_exposure_dollars", "Sum of the positions' absolute market values.");
  drawdown = &make.gauge("bellwether_drawdown_ratio", "Fall of the equity from its peak, as a fraction of the peak.");
  day_profit = &make.gauge("bellwether_day_profit_dollars", "Equity less equity at the open of the last session.");
  win_rate =
      &make.gauge("bellwether_win_rate_ratio", "Share of winning round trips in the last 30 days; NaN for none.");
  expectancy = &make.gauge("bellwether_expectancy_dollars",
                           "Mean net profit of the round trips of the last 30 days; NaN for none.");
  recent_trades = &make.gauge("bellwether_recent_trades", "Round trips that ended in the last 30 days.");
  open_orders = &make.gauge("bellwether_open_orders", "Orders that have not ended.");
  unknown_orders =
      &make.gauge("bellwether_unknown_orders", "Orders of which the venue has not said what became of them.");
  unknown_since = &make.gauge("bellwether_unknown_order_oldest_timestamp_seconds",
                              "Event time since when the oldest of them is unknown; NaN for none.");
  unknown_since->Set(std::numeric_limits<double>::quiet_NaN());
  halted = &make.gauge("bellwether_halted", "1 while trading is halted.");
  win_rate->Set(std::numeric_limits<double>::quiet_NaN());
  expectancy->Set(std::numeric_limits<double>::quiet_NaN());
}

void EngineMetrics::Handles::make_conveyor(Maker& make) {
  auto& latency = make.histograms("bellwether_stage_latency_seconds", "Time that one event spent in a stage.");
  auto& depth = make.gauges("bellwether_queue_depth", "Events that wait in front of a stage.");
  auto& limit =
      make.gauges("bellwether_queue_limit", "Events that may wait in front of a stage before market data waits too.");
  for (std::size_t i = 0; i < kStageCount; ++i) {
    const std::string name = text_of(token(static_cast<Stage>(i)));
    if (has_latency(static_cast<Stage>(i))) stage_latency[i] = &latency.Add({{"stage", name}}, kStageBuckets);
    if (has_queue(static_cast<Stage>(i))) queue_depth[i] = &depth.Add({{"stage", name}});
  }
  for (const Stage stage : {Stage::Log, Stage::Recorder}) {
    queue_limit[static_cast<std::size_t>(stage)] = &limit.Add({{"stage", text_of(token(stage))}});
  }
  commit_latency =
      &make.histograms("bellwether_log_commit_latency_seconds", "Time of one durable write to the event log.")
           .Add({}, kCommitBuckets);
  committed_events = &make.counter("bellwether_log_committed_events_total", "Events durably written to the event log.");
  books_behind = &make.gauge("bellwether_books_behind_events", "Events that the account's books have yet to take in.");
  books_stopped = &make.gauge("bellwether_books_stopped",
                              "1 while the account's books take nothing in: they go on after a restart.");
  data_age =
      &make.gauge("bellwether_data_age_seconds", "Time since the last market data arrived; NaN before the first.");
  data_age->Set(std::numeric_limits<double>::quiet_NaN());
  last_event_time = &make.gauge("bellwether_last_event_timestamp_seconds", "Time of the last event.");
  last_event_number = &make.gauge("bellwether_last_event_number", "Number of the last event.");
}

void EngineMetrics::Handles::apply_account(const Turn& turn) {
  const AccountView& account = turn.account;
  if (turn.event.type == EventType::SessionOpen) session_start_equity = account.equity;
  peak_equity = std::max(peak_equity, account.equity);
  show_account(account);
  for (const PositionChange& change : turn.positions) {
    Gauge* gauge = positions[change.strategy * instruments + change.instrument];
    if (gauge != nullptr) gauge->Set(change.quantity.to_double());
  }
  for (const TradeRecord& trade : turn.closed_trades) trades.add(trade);
  if (!trades.advance(turn.event.time) && turn.closed_trades.empty()) return;
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  recent_trades->Set(static_cast<double>(trades.count()));
  win_rate->Set(trades.win_rate().value_or(kNone));
  expectancy->Set(trades.count() > 0 ? trades.expectancy()->to_double() : kNone);
}

void EngineMetrics::Handles::show_account(const AccountView& account) {
  equity->Set(account.equity.to_double());
  cash->Set(account.cash.to_double());
  gross_exposure->Set(account.gross_exposure.to_double());
  fees->Set(account.fees.to_double());
  realized_average->Set(account.realized_pnl.to_double());
  realized_fifo->Set(account.realized_fifo.to_double());
  dividends->Set(account.dividends.to_double());
  day_profit->Set((account.equity - session_start_equity).to_double());
  if (peak_equity.is_positive()) {
    drawdown->Set((peak_equity - account.equity).to_double() / peak_equity.to_double());
  }
}

void EngineMetrics::Handles::apply_report(const Turn& turn) {
  const ExecutionReport& report = turn.event.report;
  const OpenOrders::Applied applied = open.apply(report);
  if (report.type == ReportType::Fill) {
    fills[static_cast<std::size_t>(report.side)]->Increment();
    filled_notional->Increment(notional(report.last_price, report.last_quantity).to_double());
  }
  note_unknown(report, applied, turn.event.time);
  if (applied.outcome == OpenOrders::Outcome::NotOpen) return;
  if (report.type == ReportType::Lost) count_order(applied.order->spec.type, OrderResult::Lost);
  if (applied.outcome == OpenOrders::Outcome::Ended) {
    count_order(applied.order->spec.type, result_of(applied.order->state));
  }
}

/// Which orders are unknown, and since when.
void EngineMetrics::Handles::note_unknown(const ExecutionReport& report, const OpenOrders::Applied& applied,
                                          Timestamp now) {
  const bool is_unknown = applied.order != nullptr && applied.order->state == OrderState::Unknown;
  bool changed = is_unknown ? unknown.emplace(report.order, now).second : unknown.erase(report.order) > 0;
  // Legs go with their entry, and no report speaks of them.
  for (const OrderLeg which : {OrderLeg::Target, OrderLeg::StopLoss}) {
    const OrderId leg = report.order.with_leg(which);
    if (report.order.leg == OrderLeg::Entry && open.find(leg) == nullptr) changed |= unknown.erase(leg) > 0;
  }
  if (changed) show_unknown();
}

void EngineMetrics::Handles::show_unknown() {
  unknown_orders->Set(static_cast<double>(unknown.size()));
  Timestamp oldest = kNever;
  for (const auto& [id, since] : unknown) oldest = std::min(oldest, since);
  unknown_since->Set(unknown.empty() ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(oldest.ns) / 1e9);
}

void EngineMetrics::Handles::apply_orders(const Turn& turn) {
  if (turn.takes_report()) apply_report(turn);
  if (turn.event.type == EventType::Report && turn.verdict != ReportVerdict::Taken) {
    passed_over[static_cast<std::size_t>(turn.verdict) - 1]->Increment();
  }
  for (const Intent& intent : turn.intents) {
    if (intent.denied == DenyReason::None) continue;
    denials[static_cast<std::size_t>(intent.denied) - 1]->Increment();
    if (adds_order(intent.command.kind)) count_order(intent.command.spec.type, OrderResult::Denied);
  }
  for (const OrderCommand& command : turn.commands) {
    const std::size_t before = open.size();
    open.apply(command);
    for (const OpenOrder& order : open.all().subspan(before)) count_order(order.spec.type, OrderResult::Submitted);
  }
  open_orders->Set(static_cast<double>(open.size()));
}

EngineMetrics::EngineMetrics(const EngineConfig& config, const std::string& version, Timestamp process_start)
    : handles_(std::make_unique<Handles>(config, version, process_start)) {}
EngineMetrics::~EngineMetrics() = default;

void EngineMetrics::open(const EngineConfig& config, const Engine& engine, const AccountState& state,
                         const AccountMarks& marks) {
  handles_->label(config);
  handles_->open_account(config, engine, state, marks);
}

void EngineMetrics::apply(const Turn& turn) {
  Handles& h = *handles_;
  h.events[static_cast<std::size_t>(turn.event.type)]->Increment();
  h.last_event_number->Set(static_cast<double>(turn.event.number));
  h.last_event_time->Set(static_cast<double>(turn.event.time.ns) / 1e9);
  h.apply_account(turn);
  if (turn.event.type == EventType::Report || !turn.intents.empty() || !turn.commands.empty()) h.apply_orders(turn);
  if (turn.event.type == EventType::Command && turn.event.command.strategy < h.paused.size()) {
    const CommandEvent& command = turn.event.command;
    if (command.type == CommandType::PauseStrategy) h.paused[command.strategy]->Set(1);
    if (command.type == CommandType::ResumeStrategy) h.paused[command.strategy]->Set(0);
  }
  if (turn.halted != h.was_halted) {
    h.was_halted = turn.halted;
    h.halted->Set(turn.halted ? 1 : 0);
    const auto reason = static_cast<std::size_t>(turn.halt_reason);
    if (turn.halted && h.halts[reason] != nullptr) h.halts[reason]->Increment();
  }
}

void EngineMetrics::observe_stage(Stage stage, double seconds) {
  handles_->stage_latency[static_cast<std::size_t>(stage)]->Observe(seconds);
}
void EngineMetrics::set_queue_depth(Stage stage, std::size_t events) {
  handles_->queue_depth[static_cast<std::size_t>(stage)]->Set(static_cast<double>(events));
}
void EngineMetrics::set_queue_limit(Stage stage, std::size_t events) {
  handles_->queue_limit[static_cast<std::size_t>(stage)]->Set(static_cast<double>(events));
}
void EngineMetrics::observe_commit(double seconds, std::size_t events) {
  handles_->commit_latency->Observe(seconds);
  handles_->committed_events->Increment(static_cast<double>(events));
}
void EngineMetrics::set_books(std::uint64_t behind_events, bool stopped) {
  handles_->books_behind->Set(static_cast<double>(behind_events));
  handles_->books_stopped->Set(stopped ? 1 : 0);
}
void EngineMetrics::set_data_age(double seconds) { handles_->data_age->Set(seconds); }

void EngineMetrics::count_failure() {
  handles_->halts[static_cast<std::size_t>(HaltReason::ActorFailed)]->Increment();
  handles_->halted->Set(1);
}

std::string EngineMetrics::text() const {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, handles_->registry.Collect());
  return out.str();
}

}  // namespace bellwether
