#include "tests/simulate/year.hpp"

#include <unistd.h>

#include <chrono>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <memory>
#include <ostream>

#include "actors/recovery.hpp"
#include "actors/snapshot_seal.hpp"
#include "brokers/simulated/simulated_broker.hpp"
#include "brokers/simulated/simulated_market.hpp"
#include "config/account_state_json.hpp"
#include "engine/engine.hpp"
#include "storage/sqlite_event_log.hpp"
#include "tests/support/engine_setup.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bellwether::testing {
namespace {

using std::chrono::steady_clock;

constexpr int kSessionsOfAMonth = 21;
constexpr EventNumber kSnapshotEvery = 50'000;
constexpr Timestamp kBegin = Date::from_ymd(2025, 1, 2).midnight_utc();

double seconds_since(steady_clock::time_point begin) {
  return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

double resident_mib() {
  std::ifstream in("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  in >> size >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

/// One account, its log and its exchange in this process.
class Year {
 public:
  explicit Year(const YearOptions& options, std::ostream& out)
      : options_(options), out_(&out), path_(folder_.path() / "year.db") {
    configs_.push_back(config_of_day(0));
  }

  bool run() {
    auto created = SqliteEventLog::create(path_, {});
    if (!created) return fail(created.error());
    log_ = std::move(*created);
    // A machine's disk is not what is measured.
    if (auto off = log_->sync_commits(false); !off) return fail(off.error());
    if (!start()) return false;
    *out_ << "  session     events  ns/event  resident MiB  log MiB\n";
    for (int session = 1; session <= options_.sessions; ++session) {
      if (!trade_a_session() || !change(session)) return false;
      if (session % kSessionsOfAMonth == 0 || session == options_.sessions) print(session);
    }
    return restart();
  }

 private:
  bool fail(const Error& error) const {
    *out_ << "failed: " << error.text() << std::endl;
    return false;
  }

  /// Other parameters and limits on every day.
  [[nodiscard]] std::unique_ptr<EngineConfig> config_of_day(int day) const {
    std::vector<std::string> symbols;
    for (int i = 0; i < options_.symbols; ++i) symbols.push_back("S" + std::to_string(i));
    const std::int64_t fast = 3 + day % 3;
    auto config = std::make_unique<EngineConfig>(
        config_with("sma_cross", {{"fast", fast}, {"slow", std::int64_t{12}}, {"allocation", 0.01}}, symbols));
    config->exchange.asynchronous = true;
    config->exchange.latency.reports = std::chrono::milliseconds(50);
    config->risk.position_quantity = Quantity::from_int(10'000 + day % 5);
    return config;
  }
  [[nodiscard]] const EngineConfig& config() const { return *configs_.back(); }

  bool start() {
    const auto begin = steady_clock::now();
    LiveRecoveryPorts ports;
    ports.make_engine = [this] { return Engine::make(config(), registry_); };
    ports.open_engine = [this](const std::string& text) -> Expected<std::unique_ptr<Engine>> {
      if (text.empty()) return Engine::make(config(), registry_);
      const auto state = account_state_of(text);
      if (!state) return state.error();
      auto opened = Engine::open(config(), registry_, *state);
      if (!opened) return opened.error();
      return std::move(opened->engine);
    };
    ports.make_intake = [this] { return std::make_unique<LiveIntake>(std::make_unique<SimulatedBroker>(config())); };
    auto recovered = recover_live(*log_, ports);
    if (!recovered) return fail(recovered.error());
    at_ = std::move(*recovered);
    at_.intake->set_next_timer(at_.engine->next_timer());
    set_market();
    start_seconds_ = seconds_since(begin);
    return true;
  }

  void set_market() {
    SimulatedMarketOptions options;
    options.instruments = config().instruments;
    options.bar_interval = std::chrono::minutes(options_.bar_minutes);
    const bool fresh = at_.last_event == 0;
    at_.intake->set_market(std::make_unique<SimulatedMarket>(
        options, MarketStart{fresh ? kBegin : at_.last_time, at_.intake->open_session(), fresh}));
  }

  /// Up to the close of the session.
  bool trade_a_session() {
    const auto begin = steady_clock::now();
    const EventNumber before = at_.last_event;
    for (bool closed = false; !closed;) {
      std::vector<Event> events;
      at_.intake->collect(at_.intake->next_due(), events);
      if (!take(events, closed)) return false;
    }
    month_seconds_ += seconds_since(begin);
    month_events_ += at_.last_event - before;
    return true;
  }

  /// What is due at one moment, and what follows from it; in the log before anything leaves.
  bool take(std::vector<Event>& events, bool& closed) {
    while (!events.empty()) {
      std::vector<LoggedCommand> commands;
      std::vector<Turn> turns;
      for (Event& event : events) {
        event.number = ++at_.last_event;
        event.time = at_.last_time = std::max(event.time, at_.last_time);
        turns.push_back(at_.engine->process(event));
        for (const OrderCommand& command : turns.back().commands) commands.push_back({event.number, command});
        closed |= event.type == EventType::SessionClose;
      }
      if (auto written = log_->append(events, commands); !written) return fail(written.error());
      events.clear();
      for (const Turn& turn : turns) {
        at_.keys->pass(turn);
        at_.intake->passed(turn, events);
      }
    }
    return at_.last_event - last_snapshot_ < kSnapshotEvery || take_snapshot();
  }

  bool take_snapshot() {
    ByteWriter state;
    at_.engine->save(state);
    at_.intake->save(state);
    at_.keys->save(state);
    state.u64(0);  // There is no data set to stand in.
    state.u64(at_.last_event);
    state.time(at_.last_time);
    last_snapshot_ = at_.last_event;
    auto put = log_->put_snapshot(sealed_snapshot(at_.last_event, state.str()));
    return put ? true : fail(put.error());
  }

  bool change(int day) {
    auto next = config_of_day(day);
    auto opened = Engine::open(*next, registry_, at_.engine->state());
    if (!opened) return fail(opened.error());
    const CarryOver carry(config(), *next);
    at_.intake->change_configuration(*next, carry);
    at_.keys->change_configuration(carry);
    const AccountState opening = opened->engine->state();
    auto written = log_->open_segment({opening.time, {}, text_of(opening), carried_state(*at_.intake, *at_.keys)});
    if (!written) return fail(written.error());
    at_.engine = std::move(opened->engine);
    configs_.push_back(std::move(next));
    if (configs_.size() > 2) configs_.pop_front();
    at_.intake->set_next_timer(at_.engine->next_timer());
    set_market();
    return true;
  }

  void print(int session) {
    const double bytes = static_cast<double>(std::filesystem::file_size(path_));
    *out_ << std::fixed << std::setw(9) << session << std::setw(11) << at_.last_event << std::setprecision(0)
          << std::setw(10) << month_seconds_ * 1e9 / static_cast<double>(std::max<EventNumber>(month_events_, 1))
          << std::setprecision(1) << std::setw(14) << resident_mib() << std::setw(9) << bytes / (1 << 20) << std::endl;
    month_seconds_ = 0;
    month_events_ = 0;
  }

  bool restart() {
    const EventNumber last = at_.last_event;
    at_ = {};
    log_.reset();
    const auto begin = steady_clock::now();
    auto opened = SqliteEventLog::open(path_, OpenMode::ReadWrite);
    if (!opened) return fail(opened.error());
    log_ = std::move(*opened);
    const double open_seconds = seconds_since(begin);
    if (!start()) return false;
    if (at_.last_event != last) return fail({"log", "does not end where the account stood"});
    *out_ << std::setprecision(1) << "start from the log: " << open_seconds * 1e3 << " ms to open it, "
          << start_seconds_ * 1e3 << " ms to bring the account back" << std::endl;
    return true;
  }

  YearOptions options_;
  std::ostream* out_;
  TemporaryFolder folder_;
  std::string path_;
  StrategyRegistry registry_ = StrategyRegistry::built_in();
  std::deque<std::unique_ptr<EngineConfig>> configs_;  // The current one is last; what it followed goes with it.
  std::unique_ptr<SqliteEventLog> log_;
  LiveRecovery at_;
  EventNumber last_snapshot_ = 0;
  EventNumber month_events_ = 0;
  double month_seconds_ = 0;
  double start_seconds_ = 0;
};

}  // namespace

bool live_a_year(const YearOptions& options, std::ostream& out) { return Year(options, out).run(); }

}  // namespace bellwether::testing
