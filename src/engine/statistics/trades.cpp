#include "engine/statistics/trades.hpp"

#include <algorithm>

#include "engine/statistics/returns.hpp"

namespace bellwether::statistics {
namespace {

/// Wins or losses of a session.
struct Side {
  std::uint64_t count = 0;
  Int128 sum = 0;  // Millionths.
  Money extreme;   // The one farthest from zero.
  std::uint64_t streak = 0;
  std::uint64_t longest_streak = 0;

  void take(Money pnl) {
    ++count;
    sum += pnl.raw();
    if (pnl.abs() > extreme.abs()) extreme = pnl;
    longest_streak = std::max(longest_streak, ++streak);
  }
};

std::int64_t average(Int128 sum, std::uint64_t count) {
  return narrow(divide(sum, static_cast<Int128>(count), Rounding::HalfEven));
}

Money average_money(Int128 sum, std::uint64_t count) { return Money::from_raw(average(sum, count)); }

double magnitude(Int128 sum) { return static_cast<double>(sum < 0 ? -sum : sum); }

void add_sides(const Side& wins, const Side& losses, Statistics& out) {
  out.winning_trades = wins.count;
  out.losing_trades = losses.count;
  out.max_consecutive_wins = wins.longest_streak;
  out.max_consecutive_losses = losses.longest_streak;
  if (wins.count > 0) {
    out.average_win = average_money(wins.sum, wins.count);
    out.largest_win = wins.extreme;
  }
  if (losses.count == 0) return;
  out.average_loss = average_money(losses.sum, losses.count);
  out.largest_loss = losses.extreme;
  const double ratio = magnitude(wins.sum) / magnitude(losses.sum);
  out.profit_factor = ratio;
  if (wins.count > 0) out.payoff_ratio = ratio * static_cast<double>(losses.count) / static_cast<double>(wins.count);
}

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

void add_trade_statistics(std::span<const TradeRecord> trades, Statistics& out) {
  Side wins;
  Side losses;
  Int128 pnl = 0;
  Int128 adverse = 0;
  Int128 favorable = 0;
  Int128 held_ns = 0;
  for (const TradeRecord& trade : trades) {
    pnl += trade.net_pnl.raw();
    adverse += trade.mae.raw();
    favorable += trade.mfe.raw();
    held_ns += (trade.exit_time - trade.entry_time).count();
    out.total_fees += trade.fees;
    if (trade.net_pnl.is_positive()) {
      wins.take(trade.net_pnl);
    } else {
      wins.streak = 0;
    }
    if (trade.net_pnl.is_negative()) {
      losses.take(trade.net_pnl);
    } else {
      losses.streak = 0;
    }
  }
  add_sides(wins, losses, out);
  add_r_multiples(trades, out);
  out.trades = trades.size();
  if (trades.empty()) return;
  out.win_rate = static_cast<double>(wins.count) / static_cast<double>(trades.size());
  out.expectancy = average_money(pnl, trades.size());
  out.average_mae = average_money(adverse, trades.size());
  out.average_mfe = average_money(favorable, trades.size());
  out.average_holding_time = Duration(average(held_ns, trades.size()));
}

}  // namespace bellwether::statistics
