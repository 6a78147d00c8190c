// What a running session consists of, for whatever brings its market data: log, board, metrics, API, signals.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "actors/live_clock.hpp"
#include "actors/metrics.hpp"
#include "actors/paper_session.hpp"
#include "actors/session_board.hpp"
#include "api/server.hpp"
#include "app/account_config.hpp"
#include "app/account_past.hpp"
#include "app/live_view.hpp"
#include "app/session_log.hpp"
#include "backtest/market_data_set.hpp"

namespace bellwether {

BoardConfig board_config(const AppConfig& config);

/// What a session is configured with, and what can be seen of it: with the configuration, all of it changes.
struct Generation {
  /// Of a data set, retired strategies apart.
  Generation(AccountSetup account_setup, const StrategyRegistry& registry)
      : setup(std::move(account_setup)),
        config(setup.config),
        engine(account_engine_config(setup)),
        board(engine, registry, board_config(config)) {}

  AccountSetup setup;  // Main thread; others under Running::mutex.
  const AppConfig& config;
  const EngineConfig engine;
  SessionBoard board;
};

/// Everything that lives as long as the session, in the order of its making.
struct Running {
  Running(AccountSetup setup, ApiConfig api_server, MarketDataSet set)
      : api_config(std::move(api_server)),
        data(std::move(set)),
        now(std::make_shared<Generation>(std::move(setup), registry)),
        metrics(now->engine, BELLWETHER_VERSION, LiveClock::wall()) {}

  /// What those see of the session who keep it while it may change.
  [[nodiscard]] std::shared_ptr<Generation> generation() const {
    const std::lock_guard lock(mutex);
    return now;
  }
  /// Puts the next one in its place; the main thread alone does so, and reads `now` without more ado.
  void take_over(std::shared_ptr<Generation> next) {
    const std::lock_guard lock(mutex);
    now.swap(next);
    next->board.supersede();
  }

  StrategyRegistry registry = StrategyRegistry::built_in();
  ApiConfig api_config;
  MarketDataSet data;
  /// Takes a setup that differs in nothing that decides a result.
  void adopt(AccountSetup setup) {
    const std::lock_guard lock(mutex);
    now->setup.config = std::move(setup.config);
  }
  /// The configuration in force, as JSON.
  [[nodiscard]] std::string configuration_text() const {
    const std::lock_guard lock(mutex);
    return canonical_json(effective_configuration(now->setup.config));
  }
  /// What the session is configured with.
  [[nodiscard]] AccountSetup setup() const {
    const std::lock_guard lock(mutex);
    return now->setup;
  }
  /// From here on, the API's threads reach the session; null: none.
  void let_in(PaperSession* begun) {
    const std::lock_guard lock(changing);
    trading = begun;
  }

  std::shared_ptr<Generation> now;
  EngineMetrics metrics;
  OpenedLog log;
  std::unique_ptr<AccountPast> past;  // Of a session by the clock.
  std::unique_ptr<PaperSession> session;
  mutable std::mutex mutex;         // Guards the change of `now` against other threads.
  std::shared_mutex changing;       // Held alone while the session changes its configuration.
  PaperSession* trading = nullptr;  // What the API's threads see of it, from its start on; under `changing`.
  std::unique_ptr<ApiServer> api;
  std::atomic<bool> flatten_incomplete = false;
};

/// From here on, signals that end the process are noted instead.
void install_signal_handlers();
/// From here on SIGHUP asks for a change of configuration, unless the terminal has gone.
void reload_at_hangup();
/// It has asked since the last call.
bool take_hangup();
/// A signal has come.
bool interrupted();

/// Logs why a session cannot begin; gives the exit code.
int fail_to_start(const Error& error);
/// A signal came before the session began.
int stop_early(Running& running);
/// A halt is never silent: a line for each, and one for its end.
void tell_halt(const Turn& turn);
/// Opens the log and tells what became of an older one.
Expected<void> open_log(Running& running);
/// `ports` with what the session gives to all of them filled in.
Expected<void> start_api(Running& running, ApiPorts ports = {});
void set_history(const Running& running, Generation& generation);
PaperSessionOptions session_options(const Running& running);
/// Shows the session until it ends, fails or a signal comes. `look` is called every so often meanwhile, and may put
/// another session in its place; where it gives false, the session has failed. It may be empty.
PaperSession::Outcome watch(Running& running, LiveView& view, const std::function<bool()>& look);
/// `fills` are those of the frame before; the newest are added to them.
LiveFrame frame_of(const Running& running, double events_per_second, std::vector<FillRow> fills);
/// Shows for good that the session has failed: nothing leaves any more, and the process ends with 1.
void fail_session(Running& running, const std::string& why);
/// Ends the session before the API, so that whoever follows it sees its end. Gives the process's exit code.
int stop(Running& running, int code);

}  // namespace bellwether
