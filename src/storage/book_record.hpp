// The record of a span of an account's life, read back from its books.
#pragma once

#include <optional>
#include <string>

#include "engine/engine_config.hpp"
#include "engine/past_view.hpp"

namespace bellwether {

/// Sessions from one date to another, both included; absent: from the first, up to the last event.
struct SessionSpan {
  std::optional<Date> from = {};
  std::optional<Date> to = {};
};

struct BookRecord {
  /// As if the run had begun with the span: its initial cash is the equity before, amounts and counts are those of the
  /// span. Orders are those that came to be in it, as they stand now.
  SessionRecord record;
  PastNames names;                      ///< What the record's indices stand for.
  EventNumber first_event = 0;          ///< The first of the span
  EventNumber last_event = 0;           ///< and its last one.
  std::uint64_t operator_commands = 0;  ///< In the span.
};

/// Reads the record of a span. The Error says that the books cannot be read, or that no session lies in the span.
Expected<BookRecord> read_record(const std::string& path, const SessionSpan& span);

/// The record with the indices of `config`, to which the strategies and instruments are added that it lacks: a former
/// configuration had them.
SessionRecord record_under(BookRecord books, EngineConfig& config);

}  // namespace bellwether
