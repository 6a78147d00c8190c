// An account that trades by the clock, from segment to segment: brought back from its log, changed while it runs, and
// put down so that the next process, of this version or a later one, goes on with it.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <set>

#include "actors/recovery.hpp"
#include "actors/venue.hpp"
#include "app/account_plan.hpp"
#include "app/live_change.hpp"
#include "app/running_session.hpp"
#include "brokers/simulated/simulated_broker.hpp"
#include "brokers/simulated/simulated_market.hpp"

namespace bellwether {

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

/// All calls come from the main thread.
class LiveAccount {
 public:
  /// `running.log` is open. Both outlive the account.
  LiveAccount(Running& running, ConfigurationSources sources);

  /// Brings the account to where its log ends; false where a signal came meanwhile.
  Expected<bool> bring_back(bool continues);
  /// Takes the configuration that is wanted now, or the engine of this version: with both as they were, nothing.
  Expected<void> change_at_start(const AppConfig& wanted, const std::string& written_by);
  /// Trades from here on.
  void start();
  /// Takes the configuration as the sources have it now. Errors: all that is wrong with it; nothing has changed then,
  /// unless the session has failed, which `running.session` shows.
  ChangeOrErrors change(const ConfigurationRequest& request);
  /// Goes on in a new segment of the log where the current one has become large or old. An Error ends the session.
  Expected<void> roll_if_due();
  /// After the session was stopped: leaves the state in which it stands for whoever goes on.
  Expected<void> put_down();

  SessionNotices& notices() { return notices_; }
  /// The log could not be written in the middle of a change: the account is in no session and goes on from its log.
  [[nodiscard]] bool failed() const { return log_failed_; }

 private:
  /// Between two sessions of actors: all that was numbered has passed.
  struct AtRest {
    AccountState state;
    std::unique_ptr<LiveIntake> intake;
    std::shared_ptr<CommandKeys> keys;
  };
  struct Words {
    std::string reason;
    std::string key;
  };
  [[nodiscard]] LiveRecoveryPorts recovery_ports();
  Expected<std::unique_ptr<Engine>> open_engine(const std::string& text);
  [[nodiscard]] std::string written_by() const;
  void begin_attempt(const LiveRecovery& recovery);
  void finish_what_was_caused();
  /// What must have a place in the next segment: what the account holds by our books and by the broker's.
  [[nodiscard]] std::vector<HeldPair> held(const AccountState& state) const;
  [[nodiscard]] AtRest take_apart(PaperSession::Left& left) const;
  /// The account stands here until a session begins.
  void stand(std::unique_ptr<Engine> engine, AtRest rest, EventNumber last_event, Timestamp last_time);
  void remember(const std::string& key, const ChangeResult& result);
  Expected<AtRest> stop_session();
  void note_segment();
  void go_on(AtRest rest);
  /// The next segment, and the account in it. After an Error the account is as it was, unless the log failed.
  Expected<void> open_segment(AtRest& rest, const AccountSetup& setup, const Words& words);
  std::vector<std::string> warm_up(Engine::Opened& opened, const Generation& next, Timestamp upto);
  [[nodiscard]] BacktestRunner::Parts parts();

  Running& running_;
  ConfigurationSources sources_;
  SessionNotices notices_;
  std::optional<LiveRecovery> at_;     // Where it stands, while no session runs.
  SimulatedBroker* broker_ = nullptr;  // Of the intake.
  std::optional<LiveClock> clock_;     // Once a session has run.
  std::set<std::string> afresh_;       // Strategies of which this version cannot read what another has saved.
  std::vector<std::string> warmed_;    // By the last change.
  /// So many changes are known by their keys; the oldest goes.
  static constexpr std::size_t kKnownChangesMax = 1'000;
  std::map<std::string, ChangeResult> by_key_;  // Of changes that were carried out by this process.
  std::deque<std::string> keys_;                // In the order in which they came.
  bool log_failed_ = false;
  EventNumber segment_after_ = 0;  // Where the current segment begins,
  Timestamp segment_opened_;       // and when it was opened; zero for a log's first.
};

}  // namespace bellwether
