#include "engine/run_marks.hpp"

#include <algorithm>

#include "engine/portfolio.hpp"
#include "engine/risk_stage.hpp"

namespace bellwether {

RunMarks::RunMarks(const BarRun& run, const Portfolio& portfolio, RiskStage& risk, Money* equity)
    : risk_(&risk),
      instrument_(run.instrument),
      in_market_(!portfolio.is_flat()),
      quantity_(portfolio.net_quantity(run.instrument)),
      rest_(portfolio.equity_without(run.instrument)),
      bounds_(settle(portfolio.equity())),
      range_{run.bars.front().low, run.bars.front().high},
      range_before_(range_),
      next_equity_(equity),
      equity_before_(equity) {
  refuses_ = !in_market_ && portfolio.equity() <= bounds_.floor;
  whole_shares_ = quantity_.raw() % Quantity::kScale == 0;
  shares_ = quantity_.raw() / Quantity::kScale;
}

std::size_t RunMarks::take(std::span<const Bar> bars) {
  if (!in_market_) return refuses_ ? 0 : bars.size();
  range_before_ = range_;
  equity_before_ = next_equity_;
  if (const std::size_t marked = mark(bars); marked > 0) return marked;
  const Bar& bar = bars.front();
  const Money equity = rest_ + notional(bar.close, quantity_);
  bounds_ = settle(equity);
  if (equity <= bounds_.floor) return 0;
  range_ = widened(range_, bar);
  *next_equity_++ = equity;
  return 1;
}

void RunMarks::keep(std::span<const Bar> bars) {
  if (!in_market_) return;
  range_ = range_before_;
  for (const Bar& bar : bars) range_ = widened(range_, bar);
  next_equity_ = equity_before_ + bars.size();
}

/// Marks at the closes of `bars`, up to one whose equity is not within the bounds. Returns how many.
std::size_t RunMarks::mark(std::span<const Bar> bars) {
  const std::size_t fast = whole_shares_
                               ? mark_with(bars,
                                           [shares = shares_](Price close, Money& value) {
                                             std::int64_t product = 0;
                                             if (__builtin_mul_overflow(close.raw(), shares, &product)) [[unlikely]]
                                               return false;
                                             value = Money::from_raw(product / 1'000);
                                             return value.raw() * 1'000 == product;
                                           })
                               : 0;
  if (fast > 0) return fast;
  return mark_with(bars, [this](Price close, Money& value) {
    value = notional(close, quantity_);
    return true;
  });
}

/// `valued` gives the position's value at a close, or false where it cannot.
template <typename Valued>
std::size_t RunMarks::mark_with(std::span<const Bar> bars, Valued valued) {
  const Money rest = rest_;
  const EquityBounds bounds = bounds_;
  Range range = range_;
  Money* equity = next_equity_;
  for (const Bar& bar : bars) {
    Money value;
    if (!valued(bar.close, value)) [[unlikely]]
      break;
    const Money sum = rest + value;
    if (sum <= bounds.floor || sum > bounds.peak) [[unlikely]]
      break;
    range = widened(range, bar);
    *equity++ = sum;
  }
  const auto marked = static_cast<std::size_t>(equity - next_equity_);
  range_ = range;
  next_equity_ = equity;
  return marked;
}

RunMarks::Range RunMarks::widened(Range range, const Bar& bar) {
  return {std::min(range.low, bar.low), std::max(range.high, bar.high)};
}

EquityBounds RunMarks::settle(Money equity) const {
  risk_->raise_peak(equity);
  return risk_->bounds(instrument_, rest_);
}

}  // namespace bellwether
