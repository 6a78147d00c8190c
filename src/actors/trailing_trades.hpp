// Win rate and expectancy of the round trips of the last days.
#pragma once

#include <chrono>
#include <deque>
#include <optional>

#include "engine/trade_record.hpp"

namespace bellwether {

/// So many round trips are remembered; the oldest goes.
constexpr std::size_t kTrailingTradesMax = 100'000;

/// Keeps the net profits of the round trips that ended within `window` before the last `advance`, `capacity` at most.
class TrailingTrades {
 public:
  explicit TrailingTrades(Duration window = std::chrono::days(30), std::size_t capacity = kTrailingTradesMax)
      : window_(window), capacity_(capacity) {}

  void add(const TradeRecord& trade) {
    if (trades_.size() == capacity_) drop_oldest();
    trades_.push_back({trade.exit_time, trade.net_pnl});
    sum_ += trade.net_pnl;
    if (trade.net_pnl.is_positive()) ++wins_;
  }
  /// Forgets what ended before `now` less the window. Returns whether anything did.
  bool advance(Timestamp now) {
    bool dropped = false;
    for (; !trades_.empty() && trades_.front().ended < now - window_; dropped = true) drop_oldest();
    return dropped;
  }

  [[nodiscard]] std::size_t count() const { return trades_.size(); }
  /// Nothing where there is no trade.
  [[nodiscard]] std::optional<double> win_rate() const {
    if (trades_.empty()) return std::nullopt;
    return static_cast<double>(wins_) / static_cast<double>(trades_.size());
  }
  /// Mean net profit; nothing where there is no trade.
  [[nodiscard]] std::optional<Money> expectancy() const {
    if (trades_.empty()) return std::nullopt;
    return scaled(sum_, 1, static_cast<std::int64_t>(trades_.size()));
  }

 private:
  struct Ended {
    Timestamp ended;
    Money net_pnl;
  };

  void drop_oldest() {
    sum_ -= trades_.front().net_pnl;
    if (trades_.front().net_pnl.is_positive()) --wins_;
    trades_.pop_front();
  }

  Duration window_;
  std::size_t capacity_;
  std::deque<Ended> trades_;
  Money sum_;
  std::size_t wins_ = 0;
};

}  // namespace bellwether
