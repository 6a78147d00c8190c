// The past of a session as far as its board remembers it: the answers of a session whose books are not kept.
#pragma once

#include "engine/past_view.hpp"

namespace bellwether {

class SessionBoard;

/// `board` must outlive it. Every answer looks through all that the board remembers.
class BoardPast final : public PastView {
 public:
  explicit BoardPast(const SessionBoard& board) : board_(&board) {}

  /// In the order of their ids.
  [[nodiscard]] Expected<PastPage<OrderRow>> orders(const PastOrderFilter& filter) const override;
  [[nodiscard]] Expected<PastPage<FillRow>> fills(const PastFillFilter& filter) const override;
  [[nodiscard]] Expected<PastPage<TradeRow>> trades(const PastTradeFilter& filter) const override;
  [[nodiscard]] Expected<PastPage<CommandRow>> commands(const PastEventFilter& filter) const override;
  [[nodiscard]] Expected<PastPage<EquityRow>> equity(const PastEventFilter& filter, bool by_session) const override;

 private:
  template <typename Row>
  [[nodiscard]] PastPage<Row> new_page() const;

  const SessionBoard* board_;
};

}  // namespace bellwether
