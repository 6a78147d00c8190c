#include "storage/book_rows.hpp"

#include "storage/checksum.hpp"

namespace bellwether {
namespace {

constexpr int kLegBits = 2;
constexpr int kIndexBits = 16;
constexpr int kOrderBits = kIndexBits + kLegBits;
constexpr int kEventBits = 45;

std::int64_t shifted(EventNumber event, int bits) {
  BELLWETHER_INVARIANT(event < (EventNumber{1} << kEventBits), "an event number beyond what the books hold");
  return static_cast<std::int64_t>(event << bits);
}

std::uint32_t seal_of(std::string_view bytes, std::uint64_t key) {
  return static_cast<std::uint32_t>(xxh64(bytes, key));
}

std::string sealed(ByteWriter& out, std::uint64_t key) {
  out.u32(seal_of(out.str(), key));
  return out.take();
}

/// What stands before a seal; nothing where the seal is another row's.
std::optional<std::string_view> unsealed(std::string_view bytes, std::uint64_t key) {
  constexpr std::size_t kSealBytes = 4;
  if (bytes.size() < kSealBytes) return std::nullopt;
  const std::string_view row = bytes.substr(0, bytes.size() - kSealBytes);
  ByteReader seal(bytes.substr(row.size()));
  if (seal.u32() != seal_of(row, key)) return std::nullopt;
  return row;
}

/// Reads a sealed row with `read(ByteReader&)`.
template <typename Read>
auto decode(std::string_view bytes, std::uint64_t key, Read&& read)
    -> std::optional<std::decay_t<decltype(read(std::declval<ByteReader&>()))>> {
  const auto row = unsealed(bytes, key);
  if (!row) return std::nullopt;
  ByteReader in(*row);
  auto value = read(in);
  if (!in.done()) return std::nullopt;
  return value;
}

std::uint64_t number(std::int64_t key) { return static_cast<std::uint64_t>(key); }

std::uint64_t position_key(StrategyIndex strategy, InstrumentIndex instrument) {
  return std::uint64_t{strategy} << kIndexBits | instrument;
}

constexpr std::uint64_t kTotalsKey = 1;

void write(ByteWriter& out, const RunCounts& counts) {
  for (const std::uint64_t count :
       {counts.events, counts.market_events, counts.market_events_in_market, counts.commands, counts.denials}) {
    out.u64(count);
  }
  out.sum(counts.traded_notional);
}

RunCounts read_counts(ByteReader& in) {
  RunCounts counts;
  for (std::uint64_t* count :
       {&counts.events, &counts.market_events, &counts.market_events_in_market, &counts.commands, &counts.denials}) {
    *count = in.u64();
  }
  counts.traded_notional = in.sum();
  return counts;
}

void write(ByteWriter& out, const AccountView& a) {
  for (const Money amount :
       {a.cash, a.equity, a.gross_exposure, a.realized_pnl, a.fees, a.realized_fifo, a.dividends}) {
    out.fixed(amount);
  }
}

AccountView read_account(ByteReader& in) {
  AccountView a;
  for (Money* amount :
       {&a.cash, &a.equity, &a.gross_exposure, &a.realized_pnl, &a.fees, &a.realized_fifo, &a.dividends}) {
    *amount = in.fixed<Money>();
  }
  return a;
}

void write(ByteWriter& out, const PositionChange& p) {
  out.u16(p.strategy);
  out.u16(p.instrument);
  out.fixed(p.quantity);
  out.fixed(p.average_price);
  for (const Money amount : {p.realized_pnl, p.realized_fifo, p.fees, p.dividends}) out.fixed(amount);
}

PositionChange read_position(ByteReader& in) {
  PositionChange p;
  p.strategy = in.u16();
  p.instrument = in.u16();
  p.quantity = in.fixed<Quantity>();
  p.average_price = in.fixed<Price>();
  for (Money* amount : {&p.realized_pnl, &p.realized_fifo, &p.fees, &p.dividends}) *amount = in.fixed<Money>();
  return p;
}

void write_date(ByteWriter& out, Date date) { out.u32(static_cast<std::uint32_t>(date.days)); }
Date read_date(ByteReader& in) { return {static_cast<std::int32_t>(in.u32())}; }

// Variable length: seven bits a byte, the lowest first; signs in the lowest bit.
void write_short(ByteWriter& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.u8(static_cast<std::uint8_t>(value | 0x80));
  out.u8(static_cast<std::uint8_t>(value));
}

std::uint64_t read_short(ByteReader& in) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const std::uint8_t byte = in.u8();
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if ((byte & 0x80) == 0) return value;
  }
  in.fail();
  return 0;
}

void write_difference(ByteWriter& out, std::uint64_t difference) {
  const bool negative = difference >> 63 != 0;
  write_short(out, negative ? ~(difference << 1) : difference << 1);
}

std::uint64_t read_difference(ByteReader& in) {
  const std::uint64_t folded = read_short(in);
  return (folded & 1) != 0 ? ~(folded >> 1) : folded >> 1;
}

// Differences in unsigned words, which wrap around and so come out right whatever the values.
std::uint64_t word(Timestamp time) { return static_cast<std::uint64_t>(time.ns); }
std::uint64_t word(Money amount) { return static_cast<std::uint64_t>(amount.raw()); }

}  // namespace

std::int64_t order_key(EventNumber event, std::size_t place) {
  BELLWETHER_INVARIANT(place < (std::size_t{1} << kOrderBits), "more orders of one event than the books hold");
  return shifted(event, kOrderBits) | static_cast<std::int64_t>(place);
}
std::int64_t order_number(OrderId id) {
  return shifted(id.event, kOrderBits) | std::int64_t{id.index} << kLegBits | static_cast<std::int64_t>(id.leg);
}
EventNumber event_of_order_key(std::int64_t key) { return number(key) >> kOrderBits; }
std::int64_t trade_key(EventNumber event, std::uint16_t index) { return shifted(event, kIndexBits) | index; }
EventNumber event_of_trade_key(std::int64_t key) { return number(key) >> kIndexBits; }

std::string encode(const BookOrder& order) {
  ByteWriter out;
  write(out, order.row);
  return sealed(out, number(order.key));
}

std::optional<OrderRow> decode_order(std::int64_t key, std::string_view bytes) {
  return decode(bytes, number(key), [](ByteReader& in) { return read_order_row(in); });
}

std::string encode(const BookFill& fill) {
  ByteWriter out;
  out.time(fill.time);
  write(out, fill.fill.report);
  return sealed(out, fill.fill.event);
}

std::optional<BookFill> decode_fill(EventNumber event, std::string_view bytes) {
  return decode(bytes, event, [event](ByteReader& in) {
    const Timestamp time = in.time();
    return BookFill{time, {event, read_execution_report(in)}};
  });
}

std::string encode(const TradeRow& trade) {
  ByteWriter out;
  out.time(trade.time);
  write(out, trade.trade);
  return sealed(out, number(trade_key(trade.event, trade.index)));
}

std::optional<TradeRow> decode_trade(std::int64_t key, std::string_view bytes) {
  return decode(bytes, number(key), [key](ByteReader& in) {
    TradeRow trade;
    trade.event = event_of_trade_key(key);
    trade.index = static_cast<std::uint16_t>(key);
    trade.time = in.time();
    trade.trade = read_trade_record(in);
    return trade;
  });
}

std::string encode(const BookSession& session) {
  ByteWriter out;
  out.time(session.time);
  write_date(out, session.date);
  write(out, session.counts);
  write(out, session.account);
  out.fixed(session.lowest_cash);
  out.u32(static_cast<std::uint32_t>(session.positions.size()));
  for (const PositionChange& position : session.positions) write(out, position);
  return sealed(out, session.event);
}

std::optional<BookSession> decode_session(EventNumber event, std::string_view bytes) {
  return decode(bytes, event, [event](ByteReader& in) {
    BookSession session;
    session.event = event;
    session.time = in.time();
    session.date = read_date(in);
    session.counts = read_counts(in);
    session.account = read_account(in);
    session.lowest_cash = in.fixed<Money>();
    for (std::uint32_t left = in.u32(); left > 0 && in.ok(); --left) session.positions.push_back(read_position(in));
    return session;
  });
}

std::string encode(const BookHalt& halt) {
  ByteWriter out;
  out.time(halt.halt.time);
  out.u8(static_cast<std::uint8_t>(halt.halt.reason));
  return sealed(out, halt.event);
}

std::optional<BookHalt> decode_halt(EventNumber event, std::string_view bytes) {
  return decode(bytes, event, [event](ByteReader& in) {
    const Timestamp time = in.time();
    return BookHalt{event, {time, in.enumerator<HaltReason>(kHaltReasonCount)}};
  });
}

std::string encode(const CommandRow& command) {
  ByteWriter out;
  Event event = Event::of(command.time, command.command);
  event.number = command.event;
  write(out, event);
  out.string(command.words.reason.text());
  out.string(command.words.key.text());
  return sealed(out, command.event);
}

std::optional<CommandRow> decode_command(EventNumber event, std::string_view bytes) {
  return decode(bytes, event, [event](ByteReader& in) {
    const Event command = read_event(in);
    if (command.type != EventType::Command) in.fail();
    CommandRow row;
    row.event = event;
    row.time = command.time;
    if (in.ok()) row.command = command.command;
    row.words.reason = OperatorNote(in.string());
    row.words.key = OperatorNote(in.string());
    return row;
  });
}

std::string encode(const PositionChange& position) {
  ByteWriter out;
  write(out, position);
  return sealed(out, position_key(position.strategy, position.instrument));
}

std::optional<PositionChange> decode_position(StrategyIndex strategy, InstrumentIndex instrument,
                                              std::string_view bytes) {
  return decode(bytes, position_key(strategy, instrument), [](ByteReader& in) { return read_position(in); });
}

std::string encode(const BookTotals& totals, const std::vector<Event>& notes) {
  ByteWriter out;
  out.u64(totals.last_event);
  out.u64(totals.last_event_hash);
  out.time(totals.last_time);
  out.fixed(totals.initial_cash);
  write(out, totals.counts);
  write(out, totals.account);
  out.fixed(totals.lowest_cash);
  out.fixed(totals.session_lowest_cash);
  out.boolean(totals.open_date.has_value());
  write_date(out, totals.open_date.value_or(Date()));
  out.u8(static_cast<std::uint8_t>(notes.size()));
  for (const Event& note : notes) write(out, note);
  return sealed(out, kTotalsKey);
}

bool decode_totals(std::string_view bytes, BookTotals& totals, std::vector<Event>& notes) {
  const auto read = decode(bytes, kTotalsKey, [&](ByteReader& in) {
    totals.last_event = in.u64();
    totals.last_event_hash = in.u64();
    totals.last_time = in.time();
    totals.initial_cash = in.fixed<Money>();
    totals.counts = read_counts(in);
    totals.account = read_account(in);
    totals.lowest_cash = in.fixed<Money>();
    totals.session_lowest_cash = in.fixed<Money>();
    const bool is_open = in.boolean();
    const Date date = read_date(in);
    totals.open_date = is_open ? std::optional(date) : std::nullopt;
    notes.clear();
    for (std::uint8_t left = in.u8(); left > 0 && in.ok(); --left) notes.push_back(read_event(in));
    return true;
  });
  return read.has_value();
}

std::string encode(const std::vector<EquityRow>& points) {
  ByteWriter out;
  write_short(out, points.size());
  EquityRow before{points.front().event, Timestamp(), Money()};
  std::uint64_t step = 0;  // Of the times.
  for (const EquityRow& point : points) {
    write_short(out, point.event - before.event);
    const std::uint64_t this_step = word(point.time) - word(before.time);
    write_difference(out, this_step - step);
    write_difference(out, word(point.equity) - word(before.equity));
    step = this_step;
    before = point;
  }
  return sealed(out, points.front().event);
}

std::optional<std::vector<EquityRow>> decode_equity(EventNumber first_event, std::string_view bytes) {
  return decode(bytes, first_event, [first_event](ByteReader& in) {
    std::vector<EquityRow> points;
    EquityRow before{first_event, Timestamp(), Money()};
    std::uint64_t step = 0;
    for (std::uint64_t left = read_short(in); left > 0 && in.ok(); --left) {
      EquityRow point;
      point.event = before.event + read_short(in);
      step += read_difference(in);
      point.time = {static_cast<std::int64_t>(word(before.time) + step)};
      point.equity = Money::from_raw(static_cast<std::int64_t>(word(before.equity) + read_difference(in)));
      points.push_back(point);
      before = point;
    }
    return points;
  });
}

}  // namespace bellwether
