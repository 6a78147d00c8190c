#include "engine/statistics/trades.hpp"

#include <algorithm>

#include "engine/statistics/returns.hpp"

namespace bellwether::statistics {
namespace {

std::int64_t average(Int128 sum, std::uint64_t count) {
  return narrow(divide(sum, static_cast<Int128>(count), Rounding::HalfEven));
}

Money average_money(Int128 sum, std::uint64_t count) { return Money::from_raw(average(sum, count)); }

double magnitude(Int128 sum) { return static_cast<double>(sum < 0 ? -sum : sum); }

void add_r_multiples(std::span<const TradeRecord> trades, Statistics& out) {
  std::vector<double> multiples = r_multiples(trades);
  out.r_multiple_trades = multiples.size();
  if (multiples.empty()) return;
  out.r_multiple_mean = mean(multiples);
  out.r_multiple_stdev = standard_deviation(multiples);
  std::sort(multiples.begin(), multiples.end());
  const std::size_t middle = multiples.size() / 2;
  out.r_multiple_median =
      multiples.size() % 2 == 1 ? multiples[middle] : (multiples[middle - 1] + multiples[middle]) / 2;
}

}  // namespace

void TradeTally::Side::take(Money pnl) {
  ++count;
  sum += pnl.raw();
  if (pnl.abs() > extreme.abs()) extreme = pnl;
  longest_streak = std::max(longest_streak, ++streak);
}

void TradeTally::take(const TradeRecord& trade) {
  ++count_;
  pnl_ += trade.net_pnl.raw();
  adverse_ += trade.mae.raw();
  favorable_ += trade.mfe.raw();
  held_ns_ += (trade.exit_time - trade.entry_time).count();
  if (trade.net_pnl.is_positive()) {
    wins_.take(trade.net_pnl);
  } else {
    wins_.streak = 0;
  }
  if (trade.net_pnl.is_negative()) {
    losses_.take(trade.net_pnl);
  } else {
    losses_.streak = 0;
  }
}

std::optional<double> trade_return(const TradeRecord& trade) {
  const double invested = trade.entry_price.to_double() * trade.quantity.to_double();
  if (!(invested > 0)) return std::nullopt;
  return trade.net_pnl.to_double() / invested;
}

Money TradeTally::net_pnl() const { return Money::from_raw(narrow(pnl_)); }

void TradeTally::set(Statistics& out) const {
  out.trades = count_;
  out.winning_trades = wins_.count;
  out.losing_trades = losses_.count;
  out.max_consecutive_wins = wins_.longest_streak;
  out.max_consecutive_losses = losses_.longest_streak;
  if (wins_.count > 0) {
    out.average_win = average_money(wins_.sum, wins_.count);
    out.largest_win = wins_.extreme;
  }
  if (losses_.count > 0) {
    out.average_loss = average_money(losses_.sum, losses_.count);
    out.largest_loss = losses_.extreme;
    const double ratio = magnitude(wins_.sum) / magnitude(losses_.sum);
    out.profit_factor = ratio;
    if (wins_.count > 0) {
      out.payoff_ratio = ratio * static_cast<double>(losses_.count) / static_cast<double>(wins_.count);
    }
  }
  if (count_ == 0) return;
  out.win_rate = static_cast<double>(wins_.count) / static_cast<double>(count_);
  out.expectancy = average_money(pnl_, count_);
  out.average_mae = average_money(adverse_, count_);
  out.average_mfe = average_money(favorable_, count_);
  out.average_holding_time = Duration(average(held_ns_, count_));
}

void add_trade_statistics(std::span<const TradeRecord> trades, Statistics& out) {
  TradeTally tally;
  for (const TradeRecord& trade : trades) tally.take(trade);
  tally.set(out);
  add_r_multiples(trades, out);
}

}  // namespace bellwether::statistics
