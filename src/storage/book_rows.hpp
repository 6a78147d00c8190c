// The rows of an account's books as bytes. Every row ends with a checksum of it and its key, since SQLite's pages have
// none; a row that does not fit its checksum, or that is malformed, is nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/book_changes.hpp"

namespace bellwether {

/// An order's key: the event with which it came to be and its place among the orders of that event. Positive; an event
/// number may have 45 bits.
std::int64_t order_key(EventNumber event, std::size_t place);
/// An order's id as one number, the epoch left out: event numbers do not repeat.
std::int64_t order_number(OrderId id);
/// The event and the place of `order_key` or `trade_key`.
EventNumber event_of_order_key(std::int64_t key);
/// A round trip's place: its event and its place among those that the event closed.
std::int64_t trade_key(EventNumber event, std::uint16_t index);
EventNumber event_of_trade_key(std::int64_t key);

std::string encode(const BookOrder& order);
std::string encode(const BookFill& fill);
std::string encode(const TradeRow& trade);
std::string encode(const BookSession& session);
std::string encode(const BookHalt& halt);
std::string encode(const CommandRow& command);
std::string encode(const PositionChange& position);
std::string encode(const BookTotals& totals, const std::vector<Event>& notes);

std::optional<OrderRow> decode_order(std::int64_t key, std::string_view bytes);
std::optional<BookFill> decode_fill(EventNumber event, std::string_view bytes);
std::optional<TradeRow> decode_trade(std::int64_t key, std::string_view bytes);
std::optional<BookSession> decode_session(EventNumber event, std::string_view bytes);
std::optional<BookHalt> decode_halt(EventNumber event, std::string_view bytes);
std::optional<CommandRow> decode_command(EventNumber event, std::string_view bytes);
std::optional<PositionChange> decode_position(StrategyIndex strategy, InstrumentIndex instrument,
                                              std::string_view bytes);
/// Writes what it reads to `totals` and `notes`; false where the bytes are none of it.
bool decode_totals(std::string_view bytes, BookTotals& totals, std::vector<Event>& notes);

/// Points that follow each other, none missing; their key is the first one's event. A point takes some bytes only:
/// what is written is how much it differs from what the two before it let expect.
std::string encode(const std::vector<EquityRow>& points);
std::optional<std::vector<EquityRow>> decode_equity(EventNumber first_event, std::string_view bytes);

}  // namespace bellwether
