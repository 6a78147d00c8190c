// What a running session consists of, for whatever brings its market data: log, board, metrics, API, signals.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "actors/live_clock.hpp"
#include "actors/metrics.hpp"
#include "actors/paper_session.hpp"
#include "actors/session_board.hpp"
#include "api/server.hpp"
#include "app/live_view.hpp"
#include "app/session_log.hpp"
#include "backtest/market_data_set.hpp"

namespace bellwether {

BoardConfig board_config(const AppConfig& config);

/// Everything that lives as long as the session, in the order of its making.
struct Running {
  Running(AppConfig app, ApiConfig api_server, MarketDataSet set)
      : config(std::move(app)),
        api_config(std::move(api_server)),
        data(std::move(set)),
        engine(session_engine_config(config)),
        board(engine, registry, board_config(config)),
        metrics(engine, BELLWETHER_VERSION, LiveClock::wall()) {}

  AppConfig config;
  ApiConfig api_config;
  MarketDataSet data;
  StrategyRegistry registry = StrategyRegistry::built_in();
  EngineConfig engine;
  SessionBoard board;
  EngineMetrics metrics;
  OpenedLog log;
  std::unique_ptr<PaperSession> session;
  std::atomic<PaperSession*> trading = nullptr;  // What the API's threads see of it, from its start on.
  std::unique_ptr<ApiServer> api;
  std::atomic<bool> flatten_incomplete = false;
};

/// From here on, signals that end the process are noted instead.
void install_signal_handlers();
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
Expected<void> start_api(Running& running);
PaperSessionOptions session_options(const Running& running);
/// Shows the session until it ends, fails or a signal comes. `look` is called every so often meanwhile; may be empty.
PaperSession::Outcome watch(Running& running, LiveView& view, const std::function<void()>& look);
/// `fills` are those of the frame before; the newest are added to them.
LiveFrame frame_of(const Running& running, double events_per_second, std::vector<FillRow> fills);
/// Ends the session before the API, so that whoever follows it sees its end. Gives the process's exit code.
int stop(Running& running, int code);

}  // namespace bellwether
