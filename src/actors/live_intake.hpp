// What enters the conveyor of a session by the clock, and when: market data, messages of the broker, timers, and what
// the engine itself causes. A plain object: the venue's actor and the simulation of a whole node both drive it.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "actors/account_marks.hpp"
#include "brokers/broker.hpp"
#include "engine/turn.hpp"

namespace bellwether {

/// Nothing here waits for anything else: market events and messages enter when they come, and the time of a deadline is
/// an event like them. Times are those of the market clock.
class LiveIntake {
 public:
  explicit LiveIntake(std::unique_ptr<Broker> broker) : broker_(std::move(broker)) {}
  /// Before anything is collected.
  void set_market(std::unique_ptr<MarketDataSource> market) { market_ = std::move(market); }

  /// Appends everything that is due by `now`, in the order of time; at one time messages of the broker first, then
  /// market events, then timers.
  void collect(Timestamp now, std::vector<Event>& out);
  /// When the next of it is due, as far as it is known.
  [[nodiscard]] Timestamp next_due() const;
  /// An event has passed the stages and is durable where it acts. Appends what the engine caused to `out`, which enters
  /// next.
  void passed(const Turn& turn, std::vector<Event>& out);

  /// For recovery: takes in an event of the log with the turn that it gave.
  void replay(const Turn& turn);
  /// After recovery: what the engine had caused and the log does not hold, and that the connection to a broker that
  /// outlives us was lost and is back. Enters first.
  [[nodiscard]] std::vector<Event> take_unseen();
  void set_next_timer(const NextTimer& timer) { next_timer_ = timer; }

  /// The session that is open after the events that have passed.
  [[nodiscard]] const std::optional<SessionEvent>& open_session() const { return open_session_; }
  [[nodiscard]] const AccountMarks& marks() const { return marks_; }
  /// Of the events that have passed.
  [[nodiscard]] EventNumber last_event() const { return last_event_; }
  [[nodiscard]] Timestamp last_time() const { return last_time_; }
  /// See Broker; a market of the next configuration must be set afterwards. Nothing may be under way.
  void change_configuration(const EngineConfig& next, const CarryOver& carry);
  /// What has passed, and what the broker keeps of it; nothing may be under way.
  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  /// The earliest timer, of the stages or for the broker's sake; none while one is under way.
  [[nodiscard]] NextTimer due_timer() const;
  void note(const Turn& turn);

  std::unique_ptr<MarketDataSource> market_;
  std::unique_ptr<Broker> broker_;
  NextTimer next_timer_;
  std::optional<SessionEvent> open_session_;
  EventNumber last_event_ = 0;
  Timestamp last_time_;
  AccountMarks marks_;
  bool timer_under_way_ = false;
  std::deque<Event> unseen_;  // During recovery: what the engine caused and has not come by in the log.
  std::vector<Event> messages_;
  std::vector<Event> market_events_;
};

}  // namespace bellwether
