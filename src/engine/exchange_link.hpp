// What lies between us and the in-process exchange: time that messages take, and what goes wrong with them.
#pragma once

#include <map>
#include <set>
#include <span>
#include <vector>

#include "engine/simulated_exchange.hpp"
#include "engine/split_mix.hpp"

namespace bellwether {

/// The in-process exchange behind a line with delays and faults. What it does is a function of the events that have
/// passed the stages, in their order, and of the commands that each caused: the exchange sees a market event after the
/// stages have, and a command when it has travelled, in the order of times. So the event log alone brings it back after
/// a crash: whatever it had said that is not in the log is said again.
class ExchangeLink {
 public:
  /// `config` must outlive the link.
  explicit ExchangeLink(const EngineConfig& config);

  /// An event has passed the stages and caused these commands. Call it once for every event, in order.
  void take(const Event& event, std::span<const OrderCommand> commands);
  /// Appends what has reached us by `now`: reports, and that the connection went down or up, each with the time at
  /// which it did.
  void collect(Timestamp now, std::vector<Event>& out);
  /// When the next report reaches us; kNever where none is on its way.
  [[nodiscard]] Timestamp next_report() const { return outgoing_.empty() ? kNever : outgoing_.begin()->first.first; }
  /// When the next command reaches the exchange: an event of that time or later must pass for it.
  [[nodiscard]] Timestamp next_arrival() const { return incoming_.empty() ? kNever : incoming_.begin()->first.first; }
  /// When the next of both is.
  [[nodiscard]] Timestamp next_moment() const { return std::min(next_report(), next_arrival()); }
  /// Appends what happens then: messages, or, where a command reaches the exchange and makes it speak, a mere `Timer`
  /// event, with which the stages take notice of the time.
  void collect_next(std::vector<Event>& out);
  /// The market data have ended: see FillSimulator.
  void end_market() { exchange_.end_market(); }

  [[nodiscard]] const SimulatedExchange& exchange() const { return exchange_; }

  /// Takes over from the link of another configuration, messages under way included: this one has just been made of
  /// `carry`'s next. Its own latency and faults hold for what is sent from now on.
  void take_over(const ExchangeLink& before, const CarryOver& carry);
  /// Who has something at the exchange, or on the way there or back.
  [[nodiscard]] std::set<Stake> stakes() const;

  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  using Moment = std::pair<Timestamp, std::uint64_t>;  // Messages of one instant in the order of their numbers.
  struct Span {
    Timestamp from;
    Timestamp to;
    [[nodiscard]] bool holds(Timestamp t) const { return t >= from && t < to; }
  };

  void begin_session(const SessionEvent& session);
  std::vector<Span> draw_spans(double per_session, Duration length, const SessionEvent& session, SplitMix64& draws);
  void post(const OrderCommand& command, Timestamp now);
  void arrive_until(Timestamp now);
  void carry_out(const OrderCommand& command, Timestamp now);
  void send(Timestamp now);
  void send_at(Timestamp due, const Event& event) { outgoing_.emplace(Moment{due, ++last_message_}, event); }
  void acknowledge(const Event& event);
  [[nodiscard]] Duration latency(Duration fixed);
  [[nodiscard]] bool is_down(Timestamp t) const;

  const ExchangeConfig* config_;
  SimulatedExchange exchange_;
  SplitMix64 random_;
  std::map<Moment, OrderCommand> incoming_;
  std::map<Moment, Event> outgoing_;
  std::map<std::uint64_t, Event> in_flight_;  // Handed out, not seen in the stages yet; by their numbers.
  std::uint64_t last_message_ = 0;
  Timestamp last_incoming_;               // Messages of one direction keep their order,
  Timestamp last_outgoing_;               // but for those that a fault makes late.
  std::vector<Span> halts_;               // Of the session.
  std::vector<Span> restarts_;            // Of the session.
  std::vector<ExecutionReport> reports_;  // Of what is under work.
};

}  // namespace bellwether
