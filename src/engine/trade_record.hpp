// A completed round trip: from flat to flat, as statistics, reports and journals need it.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/bytes.hpp"
#include "engine/decimal.hpp"
#include "engine/market.hpp"
#include "engine/time.hpp"

namespace bellwether {

/// Index of a strategy in the session's configuration.
using StrategyIndex = std::uint16_t;
constexpr StrategyIndex kNoStrategy = 0xffff;

enum class TradeDirection : std::uint8_t { Long, Short };

/// One round trip of one strategy in one instrument. Prices are quantity-weighted averages of the fills.
struct TradeRecord {
  StrategyIndex strategy = kNoStrategy;
  InstrumentIndex instrument = kNoInstrument;
  TradeDirection direction = TradeDirection::Long;
  Timestamp entry_time;  ///< First fill.
  Timestamp exit_time;   ///< Last fill.
  Price entry_price;
  Price exit_price;
  Quantity quantity;  ///< Largest position held, positive.
  Money gross_pnl;    ///< Before fees.
  Money fees;         ///< All fees of entry and exit, positive is a cost.
  Money net_pnl;      ///< gross_pnl - fees.
  /// Worst and best open profit seen between entry and exit, before fees: mae <= 0 <= mfe.
  Money mae;
  Money mfe;
  /// Money at risk at entry: |entry - initial stop| x quantity. Nothing where the entry had no stop.
  std::optional<Money> initial_risk;
  std::uint64_t bars_held = 0;  ///< Market events of the instrument between entry and exit.

  bool operator==(const TradeRecord&) const = default;
};

void write(ByteWriter& out, const TradeRecord& trade);
/// Reads what `write` wrote; malformed input makes `in.ok()` false.
TradeRecord read_trade_record(ByteReader& in);

}  // namespace bellwether
