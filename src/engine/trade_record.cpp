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

TradeRecord read_trade_record(ByteReader& in) {
  TradeRecord trade;
  trade.strategy = in.u16();
  trade.instrument = in.u16();
  trade.direction = in.enumerator<TradeDirection>(2);
  trade.entry_time = in.time();
  trade.exit_time = in.time();
  trade.entry_price = in.fixed<Price>();
  trade.exit_price = in.fixed<Price>();
  trade.quantity = in.fixed<Quantity>();
  for (Money* amount : {&trade.gross_pnl, &trade.fees, &trade.net_pnl, &trade.mae, &trade.mfe}) {
    *amount = in.fixed<Money>();
  }
  const bool has_risk = in.boolean();
  const auto risk = in.fixed<Money>();
  if (has_risk) trade.initial_risk = risk;
  trade.bars_held = in.u64();
  return trade;
}

}  // namespace bellwether
