#include "engine/run_marks.hpp"

#include "engine/portfolio.hpp"
#include "engine/risk_stage.hpp"

namespace bellwether {

RunMarks::RunMarks(const BarRun& run, Timestamp last_start, const Portfolio& portfolio, RiskStage& risk, Money* equity)
    : next_start_(run.bars.front().start),
      last_start_(last_start),
      interval_(run.interval),
      in_market_(!portfolio.is_flat()),
      quantity_(portfolio.net_quantity(run.instrument)),
      rest_(portfolio.equity_without(run.instrument)),
      bounds_(settle(risk, portfolio.equity())),
      low_(run.bars.front().low),
      high_(run.bars.front().high),
      next_equity_(equity),
      risk_(&risk) {
  whole_shares_ = quantity_.raw() % Quantity::kScale == 0;
  shares_ = quantity_.raw() / Quantity::kScale;
  // Out of the market the equity stands still: either every bar passes or none.
  if (!in_market_ && portfolio.equity() <= bounds_.floor) last_start_ = next_start_ - interval_;
}

Money RunMarks::rounded_value(Price close, Quantity quantity) { return notional(close, quantity); }

EquityBounds RunMarks::settle(RiskStage& risk, Money equity) {
  risk.raise_peak(equity);
  return risk.bounds();
}

}  // namespace bellwether
