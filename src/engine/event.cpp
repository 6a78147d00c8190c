#include "engine/event.hpp"

namespace bellwether {
namespace {

void write(ByteWriter& out, const BarEvent& e) {
  out.time(e.bar.start);
  for (Price price : {e.bar.open, e.bar.high, e.bar.low, e.bar.close}) out.fixed(price);
  out.fixed(e.bar.volume);
  out.i64(e.interval_ns);
  out.u8(static_cast<std::uint8_t>((e.synthetic ? 1 : 0) | (e.history ? 2 : 0) | (e.derived ? 4 : 0)));
}

BarEvent read_bar(ByteReader& in) {
  BarEvent e;
  e.bar.start = in.time();
  for (Price* price : {&e.bar.open, &e.bar.high, &e.bar.low, &e.bar.close}) *price = in.fixed<Price>();
  e.bar.volume = in.fixed<Quantity>();
  e.interval_ns = in.i64();
  const std::uint8_t flags = in.u8();
  if (flags > 7) in.fail();
  e.synthetic = (flags & 1) != 0;
  e.history = (flags & 2) != 0;
  e.derived = (flags & 4) != 0;
  return e;
}

void write(ByteWriter& out, const SessionEvent& e) {
  out.u32(static_cast<std::uint32_t>(e.date.days));
  out.time(e.open);
  out.time(e.close);
  out.boolean(e.early_close);
}

SessionEvent read_session(ByteReader& in) {
  SessionEvent e;
  e.date.days = static_cast<std::int32_t>(in.u32());
  e.open = in.time();
  e.close = in.time();
  e.early_close = in.boolean();
  return e;
}

/// What a command is about is written where it says so.
void write(ByteWriter& out, const CommandEvent& e) {
  CommandEvent plain;
  plain.type = e.type;
  plain.reason = e.reason;
  plain.flatten = e.flatten;
  plain.notes = e.notes;
  const bool about = !(e == plain);
  out.u8(static_cast<std::uint8_t>(e.type));
  out.u8(static_cast<std::uint8_t>(e.reason));
  out.u8(static_cast<std::uint8_t>((e.flatten ? 1 : 0) | (about ? 2 : 0)));
  out.u8(e.notes);
  if (!about) return;
  out.u16(e.strategy);
  out.u16(e.instrument);
  write(out, e.order);
  out.fixed(e.quantity);
  write(out, e.spec);
}

CommandEvent read_command(ByteReader& in) {
  CommandEvent e;
  const std::uint8_t type = in.u8();
  const std::uint8_t reason = in.u8();
  if (type >= kCommandTypeCount || reason >= kHaltReasonCount) {
    in.fail();
    return e;
  }
  e.type = static_cast<CommandType>(type);
  e.reason = static_cast<HaltReason>(reason);
  const std::uint8_t flags = in.u8();
  if (flags > 3) in.fail();
  e.flatten = (flags & 1) != 0;
  e.notes = in.u8();
  if ((flags & 2) == 0) return e;
  e.strategy = in.u16();
  e.instrument = in.u16();
  e.order = read_order_id(in);
  e.quantity = in.fixed<Quantity>();
  e.spec = read_order_spec(in);
  return e;
}

CommandNoteEvent read_note(ByteReader& in) {
  CommandNoteEvent e;
  const std::uint8_t kind = in.u8();
  if (kind > static_cast<std::uint8_t>(CommandNoteEvent::Kind::Key)) in.fail();
  const std::string text = in.string();
  if (text.size() > OperatorNote::kBytesMax) in.fail();
  if (!in.ok()) return e;
  e.kind = static_cast<CommandNoteEvent::Kind>(kind);
  e.text = OperatorNote(text);
  return e;
}

Event blank(EventType type, Timestamp time, InstrumentIndex instrument) {
  Event event;
  event.type = type;
  event.time = time;
  event.instrument = instrument;
  return event;
}

}  // namespace

std::string_view token(EventType type) {
  constexpr std::string_view kNames[] = {
      "bar",    "trade", "quote",   "session_open", "session_close", "corporate_action",
      "report", "timer", "command", "connection",   "command_note"};
  return kNames[static_cast<std::size_t>(type)];
}

std::string_view token(CommandType type) {
  constexpr std::string_view kNames[] = {"halt",           "resume",          "cancel_all",
                                         "flatten",        "cancel_order",    "close_position",
                                         "pause_strategy", "resume_strategy", "submit_order"};
  return kNames[static_cast<std::size_t>(type)];
}

std::string_view token(CommandNoteEvent::Kind kind) {
  return kind == CommandNoteEvent::Kind::Reason ? "reason" : "key";
}

std::string_view token(HaltReason reason) {
  constexpr std::string_view kNames[] = {
      "none",         "operator",         "daily_loss",  "drawdown", "stale_data", "connection_lost",
      "actor_failed", "invariant_broken", "margin_call", "ruin"};
  return kNames[static_cast<std::size_t>(reason)];
}

Event Event::of(Timestamp close, InstrumentIndex instrument, const BarEvent& bar) {
  Event event = blank(EventType::Bar, close, instrument);
  event.bar = bar;
  return event;
}
Event Event::of(InstrumentIndex instrument, const Trade& trade) {
  Event event = blank(EventType::Trade, trade.time, instrument);
  event.trade = trade;
  return event;
}
Event Event::of(InstrumentIndex instrument, const Quote& quote) {
  Event event = blank(EventType::Quote, quote.time, instrument);
  event.quote = quote;
  return event;
}
Event Event::of(EventType open_or_close, Timestamp time, const SessionEvent& session) {
  Event event = blank(open_or_close, time, kNoInstrument);
  event.session = session;
  return event;
}
Event Event::of(Timestamp time, InstrumentIndex instrument, const CorporateAction& action) {
  Event event = blank(EventType::CorporateAction, time, instrument);
  event.corporate_action = action;
  return event;
}
Event Event::of(Timestamp time, const TimerEvent& timer) {
  Event event = blank(EventType::Timer, time, kNoInstrument);
  event.timer = timer;
  return event;
}
Event Event::of(Timestamp time, const CommandEvent& command) {
  Event event = blank(EventType::Command, time, kNoInstrument);
  event.command = command;
  return event;
}
Event Event::of(Timestamp time, const ConnectionEvent& connection) {
  Event event = blank(EventType::Connection, time, kNoInstrument);
  event.connection = connection;
  return event;
}
Event Event::of(Timestamp time, const CommandNoteEvent& note) {
  Event event = blank(EventType::CommandNote, time, kNoInstrument);
  event.note = note;
  return event;
}

bool Event::operator==(const Event& other) const {
  if (number != other.number || time != other.time || type != other.type || instrument != other.instrument)
    return false;
  switch (type) {
    case EventType::Bar: return bar == other.bar;
    case EventType::Trade: return trade == other.trade;
    case EventType::Quote: return quote == other.quote;
    case EventType::SessionOpen:
    case EventType::SessionClose: return session == other.session;
    case EventType::CorporateAction: return corporate_action == other.corporate_action;
    case EventType::Report: return report == other.report;
    case EventType::Timer: return timer == other.timer;
    case EventType::Command: return command == other.command;
    case EventType::Connection: return connection == other.connection;
    case EventType::CommandNote: return note == other.note;
  }
  return false;
}

void write(ByteWriter& out, const Event& event) {
  out.u8(static_cast<std::uint8_t>(event.type));
  out.u64(event.number);
  out.time(event.time);
  out.u16(event.instrument);
  switch (event.type) {
    case EventType::Bar: write(out, event.bar); break;
    case EventType::Trade:
      out.time(event.trade.time);
      out.fixed(event.trade.price);
      out.fixed(event.trade.size);
      break;
    case EventType::Quote:
      out.time(event.quote.time);
      out.fixed(event.quote.bid);
      out.fixed(event.quote.bid_size);
      out.fixed(event.quote.ask);
      out.fixed(event.quote.ask_size);
      break;
    case EventType::SessionOpen:
    case EventType::SessionClose: write(out, event.session); break;
    case EventType::CorporateAction:
      out.u32(static_cast<std::uint32_t>(event.corporate_action.ex_date.days));
      out.i64(event.corporate_action.split_ratio_billionths);
      out.fixed(event.corporate_action.dividend);
      out.i64(event.corporate_action.price_ratio_billionths);
      out.i64(event.corporate_action.traded_share_billionths);
      break;
    case EventType::Report: write(out, event.report); break;
    case EventType::Timer:
      out.u16(event.timer.strategy);
      out.u32(event.timer.tag);
      break;
    case EventType::Command: write(out, event.command); break;
    case EventType::Connection:
      out.boolean(event.connection.market_data);
      out.boolean(event.connection.up);
      break;
    case EventType::CommandNote:
      out.u8(static_cast<std::uint8_t>(event.note.kind));
      out.string(event.note.text.text());
      break;
  }
}

Event read_event(ByteReader& in) {
  Event event;
  const std::uint8_t type = in.u8();
  if (type >= kEventTypeCount) in.fail();
  event.number = in.u64();
  event.time = in.time();
  event.instrument = in.u16();
  if (!in.ok()) return event;
  event.type = static_cast<EventType>(type);
  switch (event.type) {
    case EventType::Bar: event.bar = read_bar(in); break;
    case EventType::Trade: {
      Trade trade;
      trade.time = in.time();
      trade.price = in.fixed<Price>();
      trade.size = in.fixed<Quantity>();
      event.trade = trade;
      break;
    }
    case EventType::Quote: {
      Quote quote;
      quote.time = in.time();
      quote.bid = in.fixed<Price>();
      quote.bid_size = in.fixed<Quantity>();
      quote.ask = in.fixed<Price>();
      quote.ask_size = in.fixed<Quantity>();
      event.quote = quote;
      break;
    }
    case EventType::SessionOpen:
    case EventType::SessionClose: event.session = read_session(in); break;
    case EventType::CorporateAction: {
      CorporateAction action;
      action.ex_date.days = static_cast<std::int32_t>(in.u32());
      action.split_ratio_billionths = in.i64();
      action.dividend = in.fixed<Price>();
      action.price_ratio_billionths = in.i64();
      action.traded_share_billionths = in.i64();
      event.corporate_action = action;
      break;
    }
    case EventType::Report: event.report = read_execution_report(in); break;
    case EventType::Timer: {
      TimerEvent timer;
      timer.strategy = in.u16();
      timer.tag = in.u32();
      event.timer = timer;
      break;
    }
    case EventType::Command: event.command = read_command(in); break;
    case EventType::Connection: {
      ConnectionEvent connection;
      connection.market_data = in.boolean();
      connection.up = in.boolean();
      event.connection = connection;
      break;
    }
    case EventType::CommandNote: event.note = read_note(in); break;
  }
  return event;
}

}  // namespace bellwether
