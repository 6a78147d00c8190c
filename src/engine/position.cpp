#include "engine/position.hpp"

#include <algorithm>

#include "engine/account_state.hpp"
#include "engine/adjustment.hpp"

namespace bellwether {
Price Position::average_price() const { return price_of(cost_, quantity_); }

std::optional<TradeRecord> Position::apply_fill(const ExecutionReport& fill, Money amount) {
  BELLWETHER_INVARIANT(fill.last_quantity.is_positive() && fill.last_price.is_positive(),
                       "fill without quantity or price");
  fees_ += fill.fee;
  const Quantity signed_quantity = fill.last_quantity * sign(fill.side);
  const bool opens = quantity_.is_zero() || quantity_.is_positive() == signed_quantity.is_positive();
  if (opens) {
    open(fill, signed_quantity, amount, fill.fee);
    return std::nullopt;
  }
  const Quantity closing = std::min(quantity_.abs(), fill.last_quantity);
  if (closing == fill.last_quantity) return close(fill, closing, -amount, fill.fee);
  // Both parts together are worth exactly what the whole is.
  const Money closing_amount = notional(fill.last_price, closing * sign(fill.side));
  const Money closing_fee = scaled(fill.fee, closing.raw(), fill.last_quantity.raw());
  auto trade = close(fill, closing, -closing_amount, closing_fee);
  open(fill, (fill.last_quantity - closing) * sign(fill.side), amount - closing_amount, fill.fee - closing_fee);
  return trade;
}

void Position::open(const ExecutionReport& fill, Quantity quantity, Money amount, Money fee) {
  if (quantity_.is_zero()) {
    trip_ = RoundTrip{};
    trip_.entry_time = fill.time;
    lots_.clear();
    first_lot_ = 0;
  }
  quantity_ += quantity;
  cost_ += amount;
  lots_.push_back({quantity, amount});
  trip_.opened += quantity.abs();
  trip_.peak = std::max(trip_.peak, quantity_.abs());
  trip_.entry_notional += amount.abs();
  trip_.fees += fee;
  if (fill.protective_stop.is_positive()) {
    trip_.risk_quantity += quantity.abs();
    trip_.risk += notional(fill.last_price - fill.protective_stop, quantity).abs();
  }
  observe_profit(fill.last_price);
}

std::optional<TradeRecord> Position::close(const ExecutionReport& fill, Quantity quantity, Money value, Money fee) {
  const Quantity signed_part = quantity_.is_positive() ? quantity : -quantity;
  const Money cost_part = quantity == quantity_.abs() ? cost_ : scaled(cost_, quantity.raw(), quantity_.abs().raw());
  observe_profit(fill.last_price);
  realized_average_ += value - cost_part;
  trip_.realized += value - cost_part;
  trip_.exit_notional += value.abs();
  trip_.closed += quantity;
  trip_.fees += fee;
  close_lots(signed_part, value);
  quantity_ -= signed_part;
  cost_ -= cost_part;
  if (!quantity_.is_zero()) return std::nullopt;
  return finished_trade(fill);
}

void Position::close_lots(Quantity quantity, Money value) {
  while (!quantity.is_zero()) {
    BELLWETHER_INVARIANT(first_lot_ < lots_.size(), "more closed than the lots hold");
    Lot& lot = lots_[first_lot_];
    const bool whole = quantity.abs() >= lot.quantity.abs();
    const Quantity part = whole ? lot.quantity : quantity;
    const Money cost_part = whole ? lot.cost : scaled(lot.cost, part.abs().raw(), lot.quantity.abs().raw());
    const Money value_part = part == quantity ? value : scaled(value, part.abs().raw(), quantity.abs().raw());
    realized_fifo_ += value_part - cost_part;
    lot.quantity -= part;
    lot.cost -= cost_part;
    quantity -= part;
    value -= value_part;
    if (whole) ++first_lot_;
  }
  // Lots that are used up must not pile up while a position lasts.
  constexpr std::size_t kUsedLotsMax = 64;
  if (first_lot_ >= kUsedLotsMax && first_lot_ * 2 >= lots_.size()) {
    lots_.erase(lots_.begin(), lots_.begin() + static_cast<std::ptrdiff_t>(first_lot_));
    first_lot_ = 0;
  }
  if (first_lot_ == lots_.size()) {
    lots_.clear();
    first_lot_ = 0;
  }
}

void Position::observe_profit(Price price) {
  const Money profit = trip_.realized + notional(price, quantity_) - cost_;
  trip_.mae = std::min(trip_.mae, profit);
  trip_.mfe = std::max(trip_.mfe, profit);
}

void Position::observe(Price low, Price high, std::uint64_t events) {
  if (quantity_.is_zero()) return;
  trip_.events += events;
  observe_profit(low);
  observe_profit(high);
}

Quantity Position::apply_split(std::int64_t ratio_billionths) {
  const Quantity before = quantity_;
  quantity_ = shares_after_split(quantity_, ratio_billionths);
  Quantity sum;
  for (std::size_t i = first_lot_; i < lots_.size(); ++i) {
    lots_[i].quantity = shares_after_split(lots_[i].quantity, ratio_billionths);
    sum += lots_[i].quantity;
  }
  if (first_lot_ < lots_.size()) lots_.back().quantity += quantity_ - sum;
  for (Quantity* each : {&trip_.opened, &trip_.closed, &trip_.peak, &trip_.risk_quantity}) {
    *each = shares_after_split(*each, ratio_billionths);
  }
  return quantity_ - before;
}

TradeRecord Position::finished_trade(const ExecutionReport& fill) const {
  TradeRecord trade;
  trade.strategy = strategy_;
  trade.instrument = instrument_;
  trade.direction = fill.side == Side::Sell ? TradeDirection::Long : TradeDirection::Short;
  trade.entry_time = trip_.entry_time;
  trade.exit_time = fill.time;
  trade.entry_price = price_of(trip_.entry_notional, trip_.opened);
  trade.exit_price = price_of(trip_.exit_notional, trip_.closed);
  trade.quantity = trip_.peak;
  trade.gross_pnl = trip_.realized;
  trade.fees = trip_.fees;
  trade.net_pnl = trip_.realized - trip_.fees;
  trade.mae = trip_.mae;
  trade.mfe = trip_.mfe;
  if (trip_.risk_quantity.is_positive()) trade.initial_risk = trip_.risk;
  trade.bars_held = trip_.events;
  return trade;
}

AccountPosition Position::state() const {
  AccountPosition state;
  state.quantity = quantity_;
  state.cost = cost_;
  state.realized_average = realized_average_;
  state.realized_fifo = realized_fifo_;
  state.fees = fees_;
  state.dividends = dividends_;
  state.lots.assign(lots_.begin() + static_cast<std::ptrdiff_t>(first_lot_), lots_.end());
  if (!is_flat()) state.trip = trip_;
  return state;
}

void Position::restore(const AccountPosition& state) {
  realized_average_ += state.realized_average;
  realized_fifo_ += state.realized_fifo;
  fees_ += state.fees;
  dividends_ += state.dividends;
  if (state.quantity.is_zero()) return;
  quantity_ = state.quantity;
  cost_ = state.cost;
  lots_ = state.lots;
  first_lot_ = 0;
  trip_ = state.trip;
}

void Position::save(ByteWriter& out) const {
  out.fixed(quantity_);
  for (Money amount : {cost_, realized_average_, realized_fifo_, fees_, dividends_}) out.fixed(amount);
  out.u32(static_cast<std::uint32_t>(lots_.size() - first_lot_));
  for (std::size_t i = first_lot_; i < lots_.size(); ++i) {
    out.fixed(lots_[i].quantity);
    out.fixed(lots_[i].cost);
  }
  out.time(trip_.entry_time);
  for (Quantity each : {trip_.opened, trip_.closed, trip_.peak, trip_.risk_quantity}) out.fixed(each);
  for (Money each :
       {trip_.entry_notional, trip_.exit_notional, trip_.realized, trip_.fees, trip_.mae, trip_.mfe, trip_.risk}) {
    out.fixed(each);
  }
  out.u64(trip_.events);
}

void Position::load(ByteReader& in) {
  quantity_ = in.fixed<Quantity>();
  for (Money* amount : {&cost_, &realized_average_, &realized_fifo_, &fees_, &dividends_}) *amount = in.fixed<Money>();
  lots_.clear();
  first_lot_ = 0;
  const std::uint32_t lots = in.u32();
  for (std::uint32_t i = 0; i < lots && in.ok(); ++i) {
    const auto quantity = in.fixed<Quantity>();
    lots_.push_back({quantity, in.fixed<Money>()});
  }
  trip_.entry_time = in.time();
  for (Quantity* each : {&trip_.opened, &trip_.closed, &trip_.peak, &trip_.risk_quantity}) *each = in.fixed<Quantity>();
  for (Money* each : {&trip_.entry_notional, &trip_.exit_notional, &trip_.realized, &trip_.fees, &trip_.mae, &trip_.mfe,
                      &trip_.risk}) {
    *each = in.fixed<Money>();
  }
  trip_.events = in.u64();
}

}  // namespace bellwether
