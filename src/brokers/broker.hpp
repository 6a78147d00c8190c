// The port to a broker: commands go out, reports and changes of the connection come back when they come.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "engine/bytes.hpp"
#include "engine/carry_over.hpp"
#include "engine/event.hpp"

namespace bellwether {

/// Which orders a broker takes and keeps by itself; what it does not, the engine must not send.
struct BrokerCapabilities {
  std::vector<OrderType> types;
  std::vector<TimeInForce> times_in_force;
  std::vector<OrderClass> classes;
  bool replaces = false;
};

/// What a broker holds for us, as it says itself.
struct BrokerBooks {
  struct Holding {
    InstrumentIndex instrument = kNoInstrument;
    Quantity quantity;  ///< Over all strategies; negative is short.
  };
  Money cash;
  std::vector<Holding> positions;            ///< Those that are not zero, by instrument.
  std::vector<ExecutionReport> open_orders;  ///< Where each stands, by id.
  std::vector<ExecutionReport> executions;   ///< Since the time that was asked for, oldest first.
};

/// One account at a broker. All calls come from one thread; none of them waits for the broker.
class Broker {
 public:
  Broker() = default;
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;
  virtual ~Broker() = default;

  [[nodiscard]] virtual BrokerCapabilities capabilities() const = 0;

  /// An event has passed the stages and is durable: the commands that it caused leave now. Called for every event, in
  /// order. A Query asks what has become of one order; the answer comes as reports.
  virtual void take(const Event& event, std::span<const OrderCommand> commands) = 0;
  /// After a restart: an event of the log with the commands that it caused then. A broker somewhere else has had them
  /// or not, and is asked about the orders; one that died with us needs them again.
  virtual void replay(const Event& /*event*/, std::span<const OrderCommand> /*commands*/) {}
  /// True where the account goes on without us: after a restart, what was under way is not known.
  [[nodiscard]] virtual bool outlives_us() const { return true; }
  /// The session goes on under another configuration, which must outlive the broker; nothing that was handed out is
  /// under way to the stages. From here on all indices are the next one's.
  virtual void change_configuration(const EngineConfig& next, const CarryOver& carry) = 0;
  /// What a broker that died with us needs to go on as if it had not; one that outlives us needs nothing.
  virtual void save(ByteWriter& /*out*/) const {}
  virtual void load(ByteReader& /*in*/) {}
  /// Appends what has come by `now`: reports, and that the connection went down or up.
  virtual void collect(Timestamp now, std::vector<Event>& out) = 0;
  /// When the next of these comes, as far as it is known; kNever where it is not.
  [[nodiscard]] virtual Timestamp next_message() const = 0;
  /// When the broker must see an event of that time or later; kNever where it need not.
  [[nodiscard]] virtual Timestamp next_look() const { return kNever; }

  /// Asks for positions, cash, open orders, and executions since a time. The answer comes with a later `collect`.
  virtual void ask_books(Timestamp since, std::function<void(const Expected<BrokerBooks>&)> answer) = 0;
};

/// A source of market data by the clock: bars, trades, quotes, sessions and corporate actions, unnumbered.
class MarketDataSource {
 public:
  MarketDataSource() = default;
  MarketDataSource(const MarketDataSource&) = delete;
  MarketDataSource& operator=(const MarketDataSource&) = delete;
  virtual ~MarketDataSource() = default;

  /// Appends what has come by `now`, in the order of time.
  virtual void collect(Timestamp now, std::vector<Event>& out) = 0;
  /// When the next event comes, as far as it is known; kNever where it is not.
  [[nodiscard]] virtual Timestamp next_message() const = 0;
};

}  // namespace bellwether
