// The read side of a running session: follows the conveyor event by event and answers everyone who asks. One thread
// writes; any number read, each getting copies.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <set>

#include "actors/account_marks.hpp"
#include "actors/board_past.hpp"
#include "actors/trailing_trades.hpp"
#include "engine/carry_over.hpp"
#include "engine/engine.hpp"
#include "engine/open_orders.hpp"
#include "engine/session_view.hpp"

namespace bellwether {

/// What is kept; the oldest goes first.
struct BoardConfig {
  std::size_t ended_orders = 10'000;  ///< Open orders are always kept.
  std::size_t fills = 10'000;
  std::size_t stream_changes = 16'384;  ///< For those who follow the stream; older ones come from the event log.
  std::size_t commands = 1'000;
  std::size_t trades = 10'000;          ///< 0: none.
  std::size_t equity_points = 20'000;   ///< Of market events; 0: none.
  std::size_t session_closes = 10'000;  ///< 0: none.
  bool synthetic_data = false;          ///< Known from the start to be so; else the first such bar tells.
};

class SessionBoard final : public SessionView {
 public:
  SessionBoard(EngineConfig config, const StrategyRegistry& registry, const BoardConfig& limits = {});

  /// The session stands where `engine` does, of which `state` is the state; before anything was applied. `session` is
  /// the one that is open. Rows of open orders say what the engine knows of them.
  void open(const Engine& engine, const AccountState& state, const AccountMarks& marks,
            const std::optional<SessionEvent>& session);
  /// After `open`: why an operator has halted, in his words.
  void set_halt_note(const std::string& note);
  /// After `open`: what another board, of the configuration before, knows beside that.
  void take_over(const SessionBoard& before, const CarryOver& carry);
  /// Takes what the stages made of one event. An event that was applied before changes nothing. O(1) for market data.
  void apply(const Turn& turn);
  /// From where those who follow the stream get changes that are no longer kept. Set before anyone reads.
  void set_history(HistorySource history) { history_ = std::move(history); }
  void set_phase(SessionPhase phase, std::string detail = {});
  /// Shows for good that the session has failed, and trading halted by that.
  void fail(std::string why);

  /// Another board has taken over.
  void supersede() { superseded_.store(true, std::memory_order_release); }

  [[nodiscard]] const EngineConfig& config() const override { return config_; }
  [[nodiscard]] bool is_superseded() const override { return superseded_.load(std::memory_order_acquire); }
  [[nodiscard]] const std::vector<StrategyView>& strategies() const override { return strategies_; }
  [[nodiscard]] SessionStatus status() const override;
  [[nodiscard]] AccountSummary account() const override;
  [[nodiscard]] std::vector<PositionRow> positions() const override;
  [[nodiscard]] std::vector<PositionRow> net_positions() const override;
  [[nodiscard]] std::vector<StrategyTotals> strategy_totals() const override;
  [[nodiscard]] Page<OrderRow> orders(const OrderFilter& filter) const override;
  [[nodiscard]] std::optional<OrderRow> order(OrderId id) const override;
  [[nodiscard]] Page<FillRow> fills(EventNumber after, std::size_t limit) const override;
  [[nodiscard]] Page<CommandRow> commands(EventNumber after, std::size_t limit, bool newest_first) const override;
  [[nodiscard]] std::vector<bool> paused() const override;
  [[nodiscard]] const PastView& past() const override { return past_; }
  /// The last round trips, oldest first.
  [[nodiscard]] std::vector<TradeRow> trades() const;
  /// After the last market events, or at the last closes, oldest first.
  [[nodiscard]] std::vector<EquityRow> equity(bool by_session) const;
  [[nodiscard]] EventNumber last_event() const override;
  [[nodiscard]] ChangeBatch changes(EventNumber after, std::size_t limit) const override;
  Expected<void> history(EventNumber after, EventNumber upto, const TurnVisitor& visit) const override;

 private:
  void open_orders(const OpenOrders& orders, Timestamp time);
  void apply_market(const Event& event);
  void apply_report(const Turn& turn);
  void apply_command(const Event& event);
  void apply_denied(const Turn& turn);
  void apply_commands(const Turn& turn);
  void apply_position(const PositionChange& change);
  void apply_trades(const Turn& turn);
  void keep_equity(const Turn& turn);
  void end_order(OrderId id);
  void end_legs(const OrderRow& entry);
  void keep_changes(const Turn& turn);
  [[nodiscard]] PositionRow valued(PositionRow row) const;

  const EngineConfig config_;
  const BoardConfig limits_;
  std::vector<StrategyView> strategies_;
  HistorySource history_;
  const BoardPast past_{*this};
  std::atomic<bool> superseded_ = false;

  mutable std::mutex mutex_;  // Guards everything below; held for no longer than one page of rows takes to copy.
  SessionStatus status_;
  AccountView account_;
  Money peak_equity_;
  Money session_start_equity_;
  TrailingTrades recent_trades_;
  std::vector<Price> last_prices_;  // By instrument.
  std::map<std::pair<StrategyIndex, InstrumentIndex>, PositionChange> positions_;
  OpenOrders open_orders_;
  std::map<OrderId, OrderRow> orders_;
  std::vector<OrderOutcomes> outcomes_;  // Of ended orders, by strategy.
  std::set<OrderId> counted_;            // Open orders that are to be counted, as OrderOutcomes has it.
  std::deque<OrderId> ended_orders_;     // In the order in which they ended.
  std::deque<FillRow> fills_;
  std::deque<CommandRow> commands_;
  std::deque<TradeRow> trades_;
  std::deque<EquityRow> equity_;
  std::deque<EquityRow> closes_;
  CommandNotes notes_;
  std::vector<bool> paused_;  // By strategy.

  std::deque<StateChange> changes_;
  EventNumber forgotten_upto_ = 0;  // Every change of later events is in `changes_`.
  bool began_ = false;
  std::vector<StateChange> fresh_;  // Scratch of one event.
};

}  // namespace bellwether
