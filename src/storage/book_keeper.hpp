// Makes the rows of an account's books from its turns. Holds what is open, nothing of the past.
#pragma once

#include "engine/engine_config.hpp"
#include "storage/book_changes.hpp"

namespace bellwether {

/// The same rules as SessionRecorder's, for rows that leave the memory once they are written.
class BookKeeper {
 public:
  /// Goes on from what the books hold.
  explicit BookKeeper(BookState state);

  /// From the next turn on, indices are those of `config`, which must outlive the keeper or the next call; positions go
  /// to who has them in it. On books in which nothing stands, its account begins them. An Error where the books have no
  /// room for its names.
  Expected<void> begin_segment(const EngineConfig& config);

  /// Takes the turn of the event behind `last_event`, any other is a broken invariant.
  void apply(const Turn& turn);
  [[nodiscard]] EventNumber last_event() const { return totals_.last_event; }

  /// What there is to write so far.
  [[nodiscard]] const BookChanges& changes() const { return changes_; }
  /// Takes it; what comes then begins anew.
  [[nodiscard]] BookChanges take_changes();

 private:
  using PositionKey = std::pair<StrategyIndex, InstrumentIndex>;

  [[nodiscard]] StrategyIndex strategy(StrategyIndex of_config) const;
  [[nodiscard]] InstrumentIndex instrument(InstrumentIndex of_config) const;
  [[nodiscard]] ExecutionReport in_books(ExecutionReport report) const;
  [[nodiscard]] OrderSpec in_books(OrderSpec spec) const;
  [[nodiscard]] CommandEvent in_books(CommandEvent command) const;

  void move_positions(const EngineConfig& config);
  void add_market(const Turn& turn);
  void add_report(const Turn& turn);
  void add_command(const Event& event);
  void carry_open_orders(const Event& event);
  void close_session(const Turn& turn);
  void add_positions(const Turn& turn);
  void add_trades(const Turn& turn);
  void add_intents(const Turn& turn);
  void note_order(const BookOrder& order) { changes_.orders.insert_or_assign(order.key, order.row); }

  const EngineConfig* config_ = nullptr;
  std::vector<StrategyIndex> strategies_;  // Of the configuration's, their places in the books.
  std::vector<InstrumentIndex> instruments_;
  PastNames names_;
  BookTotals totals_;
  std::vector<Event> notes_;
  std::map<OrderId, BookOrder> open_;
  std::map<PositionKey, PositionChange> held_;  // Positions that are open.
  BookChanges changes_;
};

/// A hash of an event's bytes.
std::uint64_t event_hash(const Event& event);

}  // namespace bellwether
