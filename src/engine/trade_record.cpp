#include "engine/trade_record.hpp"

namespace bellwether {

void write(ByteWriter& out, const TradeRecord& trade) {
  out.u16(trade.strategy);
  out.u16(trade.instrument);
  out.u8(static_cast<std::uint8_t>(trade.direction));
  out.time(trade.entry_time);
  out.time(trade.exit_time);
  out.fixed(trade.entry_price);
  out.fixed(trade.exit_price);
  out.fixed(trade.quantity);
  for (Money amount : {trade.gross_pnl, trade.fees, trade.net_pnl, trade.mae, trade.mfe}) out.fixed(amount);
  out.boolean(trade.initial_risk.has_value());
  out.fixed(trade.initial_risk.value_or(Money()));
  out.u64(trade.bars_held);
}

}  // namespace bellwether
