#include "engine/portfolio.hpp"

#include <algorithm>

#include "engine/account_places.hpp"

namespace bellwether {

Portfolio::Portfolio(const EngineConfig& config)
    : instruments_(config.instruments.size()),
      strategies_(config.strategies.size()),
      cash_(config.account.initial_cash),
      holdings_(instruments_) {
  for (const Instrument& instrument : config.instruments) lots_.push_back(instrument.lot);
  positions_.reserve(strategies_ * instruments_);
  for (std::size_t s = 0; s < strategies_; ++s) {
    for (std::size_t i = 0; i < instruments_; ++i) {
      positions_.emplace_back(static_cast<StrategyIndex>(s), static_cast<InstrumentIndex>(i));
    }
  }
}

Position& Portfolio::at(StrategyIndex strategy, InstrumentIndex instrument) {
  BELLWETHER_INVARIANT(strategy < strategies_ && instrument < instruments_,
                       "fill of an unknown strategy or instrument");
  return positions_[strategy * instruments_ + instrument];
}

const Position& Portfolio::position(StrategyIndex strategy, InstrumentIndex instrument) const {
  return const_cast<Portfolio*>(this)->at(strategy, instrument);
}

PositionChange Portfolio::change_of(StrategyIndex strategy, InstrumentIndex instrument) const {
  const Position& p = position(strategy, instrument);
  return {strategy,          instrument, p.quantity(), p.average_price(), p.realized_average(),
          p.realized_fifo(), p.fees(),   p.dividends()};
}

void Portfolio::revalue(Holding& holding) {
  const Money value = notional(holding.mark, holding.quantity);
  market_value_ += value - holding.value;
  gross_exposure_ += value.abs() - holding.value.abs();
  holding.value = value;
}

bool Portfolio::can_take(const ExecutionReport& fill) const {
  if (!fill.last_quantity.is_positive() || !fill.last_price.is_positive()) return false;
  const auto fits = [](Int128 sum, auto max) { return sum <= max.raw() / 2; };
  const Int128 amount = saturating_notional(fill.last_price, fill.last_quantity).raw();
  return fits(amount + Int128{cash_.abs().raw()} + Int128{fill.fee.abs().raw()}, Money::max()) &&
         fits(Int128{fill.last_quantity.raw()} + holdings_[fill.instrument].quantity.abs().raw(), Quantity::max());
}

std::optional<TradeRecord> Portfolio::apply_fill(const ExecutionReport& fill) {
  Position& position = at(fill.strategy, fill.instrument);
  Holding& holding = holdings_[fill.instrument];
  const bool was_flat = position.is_flat();
  const Money realized_before = position.realized_average();
  const Money fifo_before = position.realized_fifo();
  const Quantity signed_quantity = fill.last_quantity * sign(fill.side);
  const Money amount = notional(fill.last_price, signed_quantity);
  auto trade = position.apply_fill(fill, amount);
  if (was_flat != position.is_flat()) open_positions_ += was_flat ? 1 : std::size_t(-1);
  cash_ -= amount + fill.fee;
  fees_ += fill.fee;
  realized_ += position.realized_average() - realized_before;
  realized_fifo_ += position.realized_fifo() - fifo_before;
  holding.quantity += signed_quantity;
  holding.mark = fill.last_price;
  revalue(holding);
  return trade;
}

void Portfolio::mark(InstrumentIndex instrument, Price price) {
  Holding& holding = holdings_[instrument];
  holding.mark = price;
  if (!holding.quantity.is_zero()) revalue(holding);
}

void Portfolio::mark(InstrumentIndex instrument, Price price, Price low, Price high) {
  mark(instrument, price);
  if (open_positions_ == 0) return;
  for (std::size_t s = 0; s < strategies_; ++s) positions_[s * instruments_ + instrument].observe(low, high);
}

void Portfolio::mark(const Event& event) {
  switch (event.type) {
    case EventType::Bar: {
      const Bar& bar = event.bar.bar;
      if (!event.bar.history) mark(event.instrument, bar.close, bar.low, bar.high);
      break;
    }
    case EventType::Trade: mark(event.instrument, event.trade.price, event.trade.price, event.trade.price); break;
    case EventType::Quote: {
      const Price price = mark_of(event.quote);
      if (price.is_positive()) mark(event.instrument, price, price, price);
      break;
    }
    default: break;
  }
}

void Portfolio::apply(InstrumentIndex instrument, const CorporateAction& action, Timestamp now,
                      std::vector<PositionChange>& changed, std::vector<TradeRecord>& closed) {
  Holding& holding = holdings_[instrument];
  holding.mark = scaled(holding.mark, 1'000'000'000, action.split_ratio_billionths);
  for (std::size_t s = 0; s < strategies_; ++s) {
    Position& position = positions_[s * instruments_ + instrument];
    if (position.is_flat()) continue;
    holding.quantity += position.apply_split(action.split_ratio_billionths);
    const Money dividend = notional(action.dividend, position.quantity());
    position.add_dividend(dividend);
    cash_ += dividend;
    dividends_ += dividend;
    const auto strategy = static_cast<StrategyIndex>(s);
    if (action.split_ratio_billionths != 1'000'000'000) {
      if (auto trade = pay_out_fraction(strategy, instrument, now)) closed.push_back(*trade);
    }
    changed.push_back(change_of(strategy, instrument));
  }
  revalue(holding);
}

/// Cash in lieu: what no order could ever close.
std::optional<TradeRecord> Portfolio::pay_out_fraction(StrategyIndex strategy, InstrumentIndex instrument,
                                                       Timestamp now) {
  const Quantity quantity = at(strategy, instrument).quantity();
  const Quantity fraction = quantity - round_to_lot(quantity, lots_[instrument]);
  if (fraction.is_zero()) return std::nullopt;
  ExecutionReport payment;
  payment.type = ReportType::Fill;
  payment.strategy = strategy;
  payment.instrument = instrument;
  payment.side = fraction.is_positive() ? Side::Sell : Side::Buy;
  payment.time = now;
  payment.last_quantity = fraction.abs();
  payment.last_price = holdings_[instrument].mark;
  return apply_fill(payment);
}

void Portfolio::finish_run(InstrumentIndex instrument, Price close, Price low, Price high, std::uint64_t bars) {
  mark(instrument, close);
  if (open_positions_ == 0) return;
  for (std::size_t s = 0; s < strategies_; ++s) positions_[s * instruments_ + instrument].observe(low, high, bars);
}

void Portfolio::add_stakes(std::set<Stake>& stakes) const {
  for (std::size_t slot = 0; slot < positions_.size(); ++slot) {
    if (positions_[slot].is_flat()) continue;
    stakes.insert({static_cast<StrategyIndex>(slot / instruments_), static_cast<InstrumentIndex>(slot % instruments_)});
  }
}

void Portfolio::take_over(const Portfolio& before, const CarryOver& carry) {
  cash_ = before.cash_;
  realized_ = before.realized_;
  fees_ = before.fees_;
  realized_fifo_ = before.realized_fifo_;
  dividends_ = before.dividends_;
  market_value_ = before.market_value_;
  gross_exposure_ = before.gross_exposure_;
  for (std::size_t i = 0; i < before.instruments_; ++i) {
    const InstrumentIndex next = carry.instrument(static_cast<InstrumentIndex>(i));
    const Holding& holding = before.holdings_[i];
    BELLWETHER_INVARIANT(next != kNoInstrument || holding.quantity.is_zero(), "a symbol left with a position open");
    if (next != kNoInstrument) holdings_[next] = holding;
  }
  open_positions_ = before.open_positions_;
  for (std::size_t slot = 0; slot < before.positions_.size(); ++slot) {
    const auto instrument = static_cast<InstrumentIndex>(slot % before.instruments_);
    const StrategyIndex next = carry.strategy(static_cast<StrategyIndex>(slot / before.instruments_), instrument);
    const Position& position = before.positions_[slot];
    BELLWETHER_INVARIANT(next != kNoStrategy || position.is_flat(), "a strategy left with a position open");
    if (next == kNoStrategy) continue;
    Position& mine = at(next, carry.instrument(instrument));
    // Of a strategy and its retired one, at most one has ever traded since the other was emptied.
    if (mine.is_flat()) mine = position.renamed(next, carry.instrument(instrument));
  }
}

void Portfolio::describe(AccountState& state, const EngineConfig& config) const {
  state.cash = {cash_, realized_, realized_fifo_, fees_, dividends_};
  for (std::size_t i = 0; i < instruments_; ++i) {
    AccountInstrument& instrument = state.instruments.emplace_back();
    instrument.symbol = config.instruments[i].symbol;
    instrument.mark = holdings_[i].mark;
  }
  for (std::size_t s = 0; s < strategies_; ++s) {
    for (std::size_t i = 0; i < instruments_; ++i) {
      const Position& each = positions_[s * instruments_ + i];
      if (each.is_blank()) continue;
      AccountPosition position = each.state();
      position.strategy = config.strategies[s].id;
      position.symbol = config.instruments[i].symbol;
      state.positions.push_back(std::move(position));
    }
  }
}

void Portfolio::restore(const AccountState& state, const AccountPlaces& places) {
  cash_ = state.cash.cash;
  realized_ = state.cash.realized;
  realized_fifo_ = state.cash.realized_fifo;
  fees_ = state.cash.fees;
  dividends_ = state.cash.dividends;
  for (std::size_t i = 0; i < state.instruments.size(); ++i) {
    if (places.instruments[i] != kNoInstrument) holdings_[places.instruments[i]].mark = state.instruments[i].mark;
  }
  for (std::size_t i = 0; i < state.positions.size(); ++i) {
    const AccountPlaces::Place place = places.positions[i];
    if (!place.exists()) continue;
    at(place.strategy, place.instrument).restore(state.positions[i]);
    if (state.positions[i].quantity.is_zero()) continue;
    holdings_[place.instrument].quantity += state.positions[i].quantity;
    ++open_positions_;
  }
  for (Holding& holding : holdings_) revalue(holding);
}

void Portfolio::save(ByteWriter& out) const {
  for (Money amount : {cash_, market_value_, gross_exposure_, realized_, fees_, realized_fifo_, dividends_}) {
    out.fixed(amount);
  }
  for (const Holding& holding : holdings_) {
    out.fixed(holding.quantity);
    out.fixed(holding.mark);
    out.fixed(holding.value);
  }
  for (const Position& position : positions_) position.save(out);
}

void Portfolio::load(ByteReader& in) {
  for (Money* amount : {&cash_, &market_value_, &gross_exposure_, &realized_, &fees_, &realized_fifo_, &dividends_}) {
    *amount = in.fixed<Money>();
  }
  for (Holding& holding : holdings_) {
    holding.quantity = in.fixed<Quantity>();
    holding.mark = in.fixed<Price>();
    holding.value = in.fixed<Money>();
  }
  open_positions_ = 0;
  for (Position& position : positions_) {
    position.load(in);
    if (!position.is_flat()) ++open_positions_;
  }
}

}  // namespace bellwether
