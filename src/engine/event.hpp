// Everything that can change a decision. An event is numbered once, logged, and then passes every stage.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/market.hpp"
#include "engine/order_types.hpp"

namespace bellwether {

enum class EventType : std::uint8_t {
  Bar,
  Trade,
  Quote,
  SessionOpen,
  SessionClose,
  CorporateAction,
  Report,       ///< An execution report.
  Timer,        ///< A strategy's timer, or a heartbeat of the clock.
  Command,      ///< An operator's command, or a breaker's halt.
  Connection,   ///< A connection to a venue or data source went up or down.
  CommandNote,  ///< What an operator says of the command behind it; changes nothing by itself.
};
constexpr std::size_t kEventTypeCount = 11;
std::string_view token(EventType type);

struct BarEvent {
  Bar bar;
  std::int64_t interval_ns = 0;
  bool synthetic = false;
  /// For strategies' warm-up only: neither marks positions nor fills orders.
  bool history = false;
  /// Made from trades that were events themselves: fills no orders.
  bool derived = false;

  bool operator==(const BarEvent&) const = default;
};

struct SessionEvent {
  Date date;
  Timestamp open;
  Timestamp close;
  bool early_close = false;

  bool operator==(const SessionEvent&) const = default;
};

struct TimerEvent {
  StrategyIndex strategy = kNoStrategy;  ///< kNoStrategy: a heartbeat of the clock.
  std::uint32_t tag = 0;                 ///< What the strategy passed to `set_timer`.

  bool operator==(const TimerEvent&) const = default;
};

enum class CommandType : std::uint8_t {
  Halt,
  Resume,     ///< Ends a halt.
  CancelAll,  ///< Every open order, or those of one instrument.
  Flatten,    ///< Closes every position.
  CancelOrder,
  ClosePosition,  ///< In one instrument, wholly or in part, of one strategy or of all that hold it.
  PauseStrategy,  ///< From now on it may only shrink its positions.
  ResumeStrategy,
  SubmitOrder,  ///< An order by hand.
};
constexpr std::size_t kCommandTypeCount = 9;
std::string_view token(CommandType type);

/// Who or what halted trading.
enum class HaltReason : std::uint8_t {
  None,
  Operator,
  DailyLoss,
  Drawdown,
  StaleData,
  ConnectionLost,
  ActorFailed,
  InvariantBroken,
  MarginCall,  ///< The equity is below the maintenance margin.
  Ruin,        ///< The equity is at or below zero.
};
constexpr std::size_t kHaltReasonCount = 10;
std::string_view token(HaltReason reason);

/// What an operator says of a command: a text in UTF-8 that stands in the event itself.
class OperatorNote {
 public:
  /// As many as an event has room for without becoming larger.
  static constexpr std::size_t kBytesMax = 100;

  OperatorNote() = default;
  /// A longer text is cut.
  explicit OperatorNote(std::string_view text) : size_(static_cast<std::uint8_t>(std::min(text.size(), kBytesMax))) {
    std::copy_n(text.begin(), size_, bytes_.begin());
  }

  [[nodiscard]] std::string_view text() const { return {bytes_.data(), size_}; }
  bool operator==(const OperatorNote& other) const { return text() == other.text(); }

 private:
  std::uint8_t size_ = 0;
  std::array<char, kBytesMax> bytes_{};
};

/// What a command does, and to what. What its type does not speak of stays as it is here.
struct CommandEvent {
  CommandType type = CommandType::Halt;
  HaltReason reason = HaltReason::None;
  bool flatten = false;    ///< Halt: also close every position.
  std::uint8_t notes = 0;  ///< So many events directly before this one are its notes.
  /// PauseStrategy, ResumeStrategy, SubmitOrder: which. ClosePosition: which, or kNoStrategy for all that hold.
  StrategyIndex strategy = kNoStrategy;
  InstrumentIndex instrument = kNoInstrument;  ///< ClosePosition. CancelAll: of which alone, or kNoInstrument.
  OrderId order = {};                          ///< CancelOrder.
  Quantity quantity = {};                      ///< ClosePosition: the part to close; zero: all.
  OrderSpec spec = {};                         ///< SubmitOrder.

  bool operator==(const CommandEvent&) const = default;
};

/// A text that belongs to the command behind it in the log, which says how many notes it has. Where the command was
/// lost with the process, its notes have no meaning.
struct CommandNoteEvent {
  enum class Kind : std::uint8_t {
    Reason,  ///< Why, in the operator's words.
    Key,     ///< The idempotency key: a repeat of the command has the same.
  };
  Kind kind = Kind::Reason;
  OperatorNote text = {};

  bool operator==(const CommandNoteEvent&) const = default;
};
std::string_view token(CommandNoteEvent::Kind kind);

static_assert(sizeof(CommandEvent) <= sizeof(ExecutionReport), "a command makes every event larger");
static_assert(sizeof(CommandNoteEvent) <= sizeof(ExecutionReport), "a note makes every event larger");

struct ConnectionEvent {
  bool market_data = false;  ///< Market data, or else the venue.
  bool up = false;

  bool operator==(const ConnectionEvent&) const = default;
};

/// One numbered event. Trivially copyable; only the member that `type` names is meaningful.
struct Event {
  EventNumber number = 0;
  Timestamp time;  ///< When it could be known: a bar's close, not its start. Never before the previous event's.
  EventType type = EventType::Bar;
  InstrumentIndex instrument = kNoInstrument;
  union {
    BarEvent bar;
    Trade trade;
    Quote quote;
    SessionEvent session;
    CorporateAction corporate_action;
    ExecutionReport report;
    TimerEvent timer;
    CommandEvent command;
    ConnectionEvent connection;
    CommandNoteEvent note;
  };

  Event() : bar() {}
  bool operator==(const Event& other) const;

  static Event of(Timestamp close, InstrumentIndex instrument, const BarEvent& bar);
  static Event of(InstrumentIndex instrument, const Trade& trade);
  static Event of(InstrumentIndex instrument, const Quote& quote);
  static Event of(EventType open_or_close, Timestamp time, const SessionEvent& session);
  static Event of(Timestamp time, InstrumentIndex instrument, const CorporateAction& action);
  static Event of(const ExecutionReport& report);
  /// Makes this event, in place, the one of a report or a bar, unnumbered.
  void become(const ExecutionReport& given);
  void become(Timestamp close, InstrumentIndex of, const BarEvent& given);
  static Event of(Timestamp time, const TimerEvent& timer);
  static Event of(Timestamp time, const CommandEvent& command);
  static Event of(Timestamp time, const ConnectionEvent& connection);
  static Event of(Timestamp time, const CommandNoteEvent& note);

  /// From a data source, and so reproducible from it: bars, trades, quotes, sessions, corporate actions.
  [[nodiscard]] bool from_feed() const { return type <= EventType::CorporateAction; }
};

inline Event Event::of(const ExecutionReport& report) {
  Event event;
  event.become(report);
  return event;
}

inline void Event::become(const ExecutionReport& given) {
  number = 0;
  time = given.time;
  type = EventType::Report;
  instrument = given.instrument;
  report = given;
}

inline void Event::become(Timestamp close, InstrumentIndex of, const BarEvent& given) {
  number = 0;
  time = close;
  type = EventType::Bar;
  instrument = of;
  bar = given;
}

void write(ByteWriter& out, const Event& event);
/// Reads what `write` wrote; malformed input makes `in.ok()` false.
Event read_event(ByteReader& in);

}  // namespace bellwether
