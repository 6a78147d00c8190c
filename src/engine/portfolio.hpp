// The account: cash, positions by strategy and instrument, marks, equity. Changes only by fills, fees, marks and
// corporate actions.
#pragma once

#include <set>
#include <span>
#include <vector>

#include "engine/carry_over.hpp"
#include "engine/engine_config.hpp"
#include "engine/position.hpp"
#include "engine/turn.hpp"

namespace bellwether {

struct AccountPlaces;
struct AccountState;

class Portfolio {
 public:
  explicit Portfolio(const EngineConfig& config);

  /// Applies one execution to cash and position. Returns the round trip it completed, if any.
  std::optional<TradeRecord> apply_fill(const ExecutionReport& fill);
  /// True where quantity and price are above zero, and the fill leaves cash and position within half of what they hold.
  [[nodiscard]] bool can_take(const ExecutionReport& fill) const;
  /// Sets the price at which the instrument's positions are valued.
  void mark(InstrumentIndex instrument, Price price);
  /// Marks, and takes the range that the price ran through into open round trips.
  void mark(InstrumentIndex instrument, Price price, Price low, Price high);
  /// Takes the marks from a market event; other events change nothing.
  void mark(const Event& event);
  /// Splits shares or pays a dividend on them, at `now`. A fraction of a lot that a split leaves is paid out at the
  /// last price. Positions it changed are appended to `changed`, round trips it completed to `closed`.
  void apply(InstrumentIndex instrument, const CorporateAction& action, Timestamp now,
             std::vector<PositionChange>& changed, std::vector<TradeRecord>& closed);

  /// Ends a run of `bars` bars in which positions did not change: the last one's close and the run's range.
  void finish_run(InstrumentIndex instrument, Price close, Price low, Price high, std::uint64_t bars);

  [[nodiscard]] AccountView view() const {
    return {cash_, equity(), gross_exposure_, realized_, fees_, realized_fifo_, dividends_};
  }
  [[nodiscard]] Money cash() const { return cash_; }
  [[nodiscard]] Money equity() const { return cash_ + market_value_; }
  /// The equity less the market value of one instrument.
  [[nodiscard]] Money equity_without(InstrumentIndex instrument) const {
    return equity() - holdings_[instrument].value;
  }
  [[nodiscard]] bool knows(StrategyIndex strategy, InstrumentIndex instrument) const {
    return strategy < strategies_ && instrument < instruments_;
  }
  [[nodiscard]] bool is_flat() const { return open_positions_ == 0; }
  [[nodiscard]] const Position& position(StrategyIndex strategy, InstrumentIndex instrument) const;
  /// Sum over all strategies.
  [[nodiscard]] Quantity net_quantity(InstrumentIndex instrument) const { return holdings_[instrument].quantity; }
  [[nodiscard]] Price last_mark(InstrumentIndex instrument) const { return holdings_[instrument].mark; }
  [[nodiscard]] PositionChange change_of(StrategyIndex strategy, InstrumentIndex instrument) const;

  /// Takes over the account of another configuration: this one has just been made of `carry`'s next. Marks come along;
  /// positions that nobody holds any more are left out, with what they had realised, and must be flat.
  void take_over(const Portfolio& before, const CarryOver& carry);
  /// Adds whose positions are open.
  void add_stakes(std::set<Stake>& stakes) const;
  /// Writes cash, positions and the marks of instruments, in the order of `config`.
  void describe(AccountState& state, const EngineConfig& config) const;
  /// Makes a new account the one of a state.
  void restore(const AccountState& state, const AccountPlaces& places);

  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  struct Holding {
    Quantity quantity;
    Price mark;
    Money value;
  };
  Position& at(StrategyIndex strategy, InstrumentIndex instrument);
  void revalue(Holding& holding);
  std::optional<TradeRecord> pay_out_fraction(StrategyIndex strategy, InstrumentIndex instrument, Timestamp now);

  std::size_t instruments_;
  std::size_t strategies_;
  Money cash_;
  Money market_value_;
  Money gross_exposure_;
  Money realized_;
  Money fees_;
  Money realized_fifo_;
  Money dividends_;
  std::size_t open_positions_ = 0;
  std::vector<Quantity> lots_;       // By instrument.
  std::vector<Holding> holdings_;    // By instrument.
  std::vector<Position> positions_;  // By strategy, then instrument.
};

}  // namespace bellwether
