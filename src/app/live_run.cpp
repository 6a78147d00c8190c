#include "app/live_run.hpp"

#include <deque>
#include <iostream>
#include <mutex>

#include "actors/recovery.hpp"
#include "actors/venue.hpp"
#include "app/commands.hpp"
#include "app/logging.hpp"
#include "app/running_session.hpp"
#include "backtest/backtest.hpp"
#include "backtest/result_files.hpp"
#include "brokers/simulated/simulated_broker.hpp"
#include "brokers/simulated/simulated_market.hpp"

namespace bellwether {
namespace {

/// Sessions that have opened or closed and of which the main thread has not taken notice.
class SessionNotices {
 public:
  void add(const Event& event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(event);
  }
  std::optional<Event> take() {
    const std::lock_guard lock(mutex_);
    if (events_.empty()) return std::nullopt;
    const Event event = events_.front();
    events_.pop_front();
    return event;
  }

 private:
  std::mutex mutex_;
  std::deque<Event> events_;
};

SimulatedMarketOptions market_options(const Running& running) {
  SimulatedMarketOptions options;
  options.seed = running.config.market_data.seed;
  options.instruments = running.engine.instruments;
  options.bar_interval = running.config.market_data.bar_interval;
  options.round_the_clock = running.config.clock.sessions == Sessions::Always;
  for (const StrategyConfig& strategy : running.engine.strategies) {
    const StrategyType* type = running.registry.find(strategy.type);
    if (type == nullptr) continue;
    options.daily_history_sessions = std::max(options.daily_history_sessions, type->daily_history_sessions);
  }
  return options;
}

/// At another pace than the wall clock's, a log is continued where it ended, and a new account begins shortly before an
/// open, since nobody wants to wait for it.
Timestamp market_begin(const Running& running, const LiveRecovery& recovery) {
  const Timestamp now = LiveClock::wall();
  const double rate = running.config.clock.rate;
  if (rate == 1) return std::max(now, recovery.last_time);
  if (recovery.last_event > 0) return recovery.last_time;
  const SimulatedMarket market(market_options(running), {now, std::nullopt, false});
  const Duration lead(static_cast<std::int64_t>(rate * 2e9));
  return std::max(now, market.session().open - lead);
}

std::string count_text(std::uint64_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

void tell_waiting(const Running& running, Timestamp after) {
  const SimulatedMarket market(market_options(running), {after, std::nullopt, false});
  if (market.next_message() == kNever) {
    return log_event(Severity::Warning, "waiting", "the market is closed, and the calendar knows of no further session",
                     {{"after", format_rfc3339(after)}});
  }
  log_event(Severity::Notice, "waiting",
            "the market is closed: waits until " + format_rfc3339(market.session().open) + " for the session of " +
                market.session().date.to_string(),
            {{"open", format_rfc3339(market.session().open)}, {"session", market.session().date.to_string()}});
}

/// Daily bars of the sessions that the account has lived through, for the report.
MarketDataSet daily_bars(const Running& running, const SessionRecord& record) {
  const SimulatedMarketOptions options = market_options(running);
  const SimulatedMarket market(options, {});
  std::vector<BarSeries> series;
  for (std::size_t i = 0; i < options.instruments.size(); ++i) {
    BarSeries& daily = series.emplace_back();
    daily.symbol = options.instruments[i].symbol;
    daily.interval = kDailyInterval;
    daily.synthetic = true;
    for (const DailyEquity& day : record.daily) {
      daily.bars.push_back(market.daily_bar(static_cast<InstrumentIndex>(i), day.session));
    }
  }
  return MarketDataSet::of_bars(std::move(series));
}

/// The account's results up to the close of a session, in a folder of their own.
void write_day(Running& running, const SessionEvent& session) {
  const auto record = running.session->record();
  const std::string folder = running.config.output.directory + "/" + session.date.to_string();
  Expected<void> written = record ? Expected<void>() : Error{"", "the record of the session cannot be had"};
  if (written) {
    const MarketDataSet data = daily_bars(running, *record);
    RunResult result = finish_run(running.config, running.registry, *record, data);
    if (const auto commands = count_operator_commands(*running.log.log)) result.receipt.operator_commands = *commands;
    written = write_results(result, folder);
  }
  if (!written) {
    log_event(Severity::Error, "results_failed", written.error().text(), {{"session", session.date.to_string()}});
    return;
  }
  const AccountSummary account = running.board.account();
  log_event(Severity::Notice, "session_closed",
            "the session of " + session.date.to_string() + " has closed; its results are in " + folder,
            {{"session", session.date.to_string()},
             {"equity", account.account.equity.to_string()},
             {"day_profit", account.day_profit.to_string()},
             {"folder", folder}});
}

void take_notices(Running& running, SessionNotices& notices) {
  while (const auto event = notices.take()) {
    if (event->type == EventType::SessionOpen) {
      log_event(Severity::Notice, "session_opened", "the session of " + event->session.date.to_string() + " is open",
                {{"session", event->session.date.to_string()}, {"close", format_rfc3339(event->session.close)}});
      continue;
    }
    write_day(running, event->session);
    tell_waiting(running, event->session.close);
  }
}

BacktestRunner::Parts live_parts(const Running& running, LiveRecovery& at) {
  return {std::move(at.engine),
          FillSimulator(running.engine),
          nullptr,
          MarketFeed({}, {}, SessionCalendar::us_equity()),
          SessionRecorder(running.engine),
          std::nullopt,
          at.last_event,
          at.last_time};
}

/// Engine, record and broker where the log ends.
Expected<LiveRecovery> bring_back(Running& running) {
  if (running.log.continues) running.board.set_phase(SessionPhase::Recovering);
  const auto begin = std::chrono::steady_clock::now();
  LiveRecoveryPorts ports;
  ports.make_engine = [&] { return Engine::make(running.engine, running.registry); };
  ports.open_engine = [&](const std::string&) { return Engine::make(running.engine, running.registry); };
  ports.make_intake = [&] { return std::make_unique<LiveIntake>(std::make_unique<SimulatedBroker>(running.engine)); };
  ports.visit = [&](const Turn& turn) {
    running.board.apply(turn);
    running.metrics.apply(turn);
    return !interrupted();
  };
  auto recovery = recover_live(*running.log.log, ports);
  if (!recovery || recovery->interrupted) return recovery;
  if (running.log.continues) {
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    log_event(Severity::Notice, "recovered",
              "the account goes on from its log after " + count_text(recovery->last_event, "event"),
              {{"last_event", recovery->last_event}, {"seconds", seconds.count()}});
  }
  return recovery;
}

}  // namespace

int run_by_the_clock(AppConfig config, ApiConfig api) {
  Running running(std::move(config), std::move(api), MarketDataSet::of_bars({}));
  if (auto started = start_api(running); !started) return fail_to_start(started.error());
  if (auto opened = open_log(running); !opened) return fail_to_start(opened.error());
  PaperSessionOptions options = session_options(running);
  auto recovery = bring_back(running);
  if (!recovery) return fail_to_start(recovery.error());
  if (recovery->interrupted) return stop_early(running);
  LiveRecovery& at = *recovery;
  options.keys = at.keys;
  auto live = std::make_shared<LiveEntry>();
  live->intake = std::move(at.intake);
  const Timestamp begin = market_begin(running, at);
  live->clock = LiveClock(running.config.clock.rate, begin);
  live->first = std::move(at.first);
  live->intake->set_next_timer(at.engine->next_timer());
  const bool fresh = at.last_event == 0;
  // Where a log goes on, what happened since its end comes first: sessions that were slept through open and close.
  const std::optional<SessionEvent> open_session = live->intake->open_session();
  const MarketStart market_start{fresh ? begin : at.last_time, open_session, fresh};
  auto market = std::make_unique<SimulatedMarket>(market_options(running), market_start);
  if (market->next_message() > begin && !open_session) tell_waiting(running, begin);
  live->intake->set_market(std::move(market));

  SessionNotices notices;
  options.snapshot_every_events = 0;  // Recovery replays the log from its beginning.
  options.on_session = [&notices](const Turn& turn) { notices.add(turn.event); };
  running.session = std::make_unique<PaperSession>(live_parts(running, at), std::move(live), options,
                                                   running.log.log.get(), &running.board, &running.metrics);
  running.board.set_phase(SessionPhase::Trading);
  log_event(Severity::Info, "session_started", "paper trading by the clock begins, on simulated prices",
            {{"clock.rate", running.config.clock.rate}, {"log", running.config.run.log}});
  running.session->start();
  running.trading.store(running.session.get());
  LiveView view(stdout);
  watch(running, view, [&] { take_notices(running, notices); });
  view.show(frame_of(running, 0, {}));
  view.finish();
  const int code = stop(running, kExitDone);
  if (code == kExitDone) {
    std::cout << "Stopped. The same command goes on with this account, from " << running.config.run.log << "."
              << std::endl;
  }
  return code;
}

}  // namespace bellwether
