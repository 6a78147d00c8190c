#include "engine/adjustment.hpp"

#include <algorithm>
#include <limits>
#include <span>

#include "engine/calendar.hpp"
#include "engine/new_york_time.hpp"

namespace bellwether {
namespace {

constexpr std::int64_t kOne = 1'000'000'000;
// Files carry factors with seven digits and more, so that a ratio of two is off by less than this share of itself.
constexpr std::int64_t kRatioTolerance = 100'000;
constexpr std::int64_t kSmallWholeNumber = 20;
// Dividends are as exact as the factors they come from; digits beyond this step would be noise.
constexpr Price kDividendStep = Price::from_raw(10'000);

/// The first instant at which the factors of a row no longer hold.
Timestamp end_of(const AdjustmentFactor& row) { return from_new_york(row.date + 1, Duration(0)); }

bool fits(Int128 value) { return value > 0 && value <= std::numeric_limits<std::int64_t>::max(); }

/// The last close of the regular session that `bars` ends in; the last close of all where there is no session.
Price regular_close(std::span<const Bar> bars) {
  const Session* session = SessionCalendar::us_equity().session_at(bars.back().start);
  if (session == nullptr) return bars.back().close;
  for (std::size_t i = bars.size(); i > 0 && bars[i - 1].start >= session->open; --i) {
    if (bars[i - 1].start < session->close) return bars[i - 1].close;
  }
  return bars.back().close;
}

/// numerator / denominator in billionths, as a ratio of small whole numbers where it is one but for rounding.
std::int64_t split_ratio(std::int64_t numerator, std::int64_t denominator) {
  const bool grows = numerator >= denominator;
  const Int128 large = grows ? numerator : denominator;
  const Int128 small = grows ? denominator : numerator;
  for (std::int64_t q = 1; q <= kSmallWholeNumber; ++q) {
    const Int128 p = divide(large * q, small, Rounding::HalfEven);
    const Int128 off = large * q - p * small;
    if ((off < 0 ? -off : off) * kRatioTolerance > large * q) continue;
    return narrow(grows ? divide(p * kOne, q, Rounding::HalfEven) : divide(Int128{q} * kOne, p, Rounding::HalfEven));
  }
  return narrow(divide(Int128{numerator} * kOne, denominator, Rounding::HalfEven));
}

Price dividend_of(Price close, const AdjustmentFactor& before, const AdjustmentFactor& after, AdjustmentMode mode) {
  if (after.price_factor <= before.price_factor) return {};
  // close x split_before / scale is the close in shares of after the split (Raw) or of the end of the data (Split).
  const std::int64_t scale = mode == AdjustmentMode::Raw ? after.split_factor : kOne;
  const Int128 dividend =
      divide(Int128{close.raw()} * before.split_factor / scale * (after.price_factor - before.price_factor),
             after.price_factor, Rounding::HalfEven);
  return round_to_tick(Price::from_raw(narrow(dividend)), kDividendStep);
}

/// False if a result is out of range.
bool adjust_bar(Bar& bar, std::int64_t price_factor, std::int64_t split_factor) {
  const Int128 factor = Int128{price_factor} * split_factor;
  for (Price* const price : {&bar.open, &bar.high, &bar.low, &bar.close}) {
    Int128 product = 0;
    if (__builtin_mul_overflow(Int128{price->raw()}, factor, &product)) return false;
    const Int128 adjusted = divide(product, Int128{kOne} * kOne, Rounding::HalfEven);
    if (!fits(adjusted)) return false;
    *price = Price::from_raw(static_cast<std::int64_t>(adjusted));
  }
  const std::int64_t step = bar.volume.raw() % kOne == 0 ? kOne : 1;
  const Int128 volume = divide(Int128{bar.volume.raw()} * kOne, Int128{split_factor} * step, Rounding::HalfEven) * step;
  if (!fits(volume + 1)) return false;
  bar.volume = Quantity::from_raw(static_cast<std::int64_t>(volume));
  return true;
}

}  // namespace

Expected<void> adjust(BarSeries& series, const AdjustmentFactors& factors, AdjustmentMode mode) {
  if (mode == AdjustmentMode::Raw) return {};
  auto bar = series.bars.begin();
  for (const AdjustmentFactor& row : factors.rows) {
    const auto row_end = std::lower_bound(bar, series.bars.end(), end_of(row),
                                          [](const Bar& b, Timestamp limit) { return b.start < limit; });
    const std::int64_t price_factor = mode == AdjustmentMode::Total ? row.price_factor : kOne;
    for (; bar != row_end; ++bar) {
      const Bar before = *bar;
      if (adjust_bar(*bar, price_factor, row.split_factor)) continue;
      return Error{series.symbol, "the bar at " + format_rfc3339(before.start) + " (close " + before.close.to_string() +
                                      ", volume " + before.volume.to_string() + ") is out of range once adjusted"};
    }
  }
  return {};
}

std::vector<CorporateAction> corporate_actions(const AdjustmentFactors& factors, const BarSeries& raw,
                                               AdjustmentMode mode) {
  std::vector<CorporateAction> actions;
  if (mode == AdjustmentMode::Total) return actions;
  for (std::size_t i = 0; i < factors.rows.size(); ++i) {
    const AdjustmentFactor& before = factors.rows[i];
    const AdjustmentFactor after = i + 1 < factors.rows.size() ? factors.rows[i + 1] : AdjustmentFactor{};
    const auto ex = std::lower_bound(raw.bars.begin(), raw.bars.end(), end_of(before),
                                     [](const Bar& b, Timestamp limit) { return b.start < limit; });
    if (ex == raw.bars.begin() || ex == raw.bars.end()) continue;
    CorporateAction action;
    action.ex_date = new_york_date(ex->start);
    if (mode == AdjustmentMode::Raw && after.split_factor != before.split_factor) {
      action.split_ratio_billionths = split_ratio(after.split_factor, before.split_factor);
    }
    action.dividend = dividend_of(regular_close({raw.bars.begin(), ex}), before, after, mode);
    if (action.split_ratio_billionths != kOne || !action.dividend.is_zero()) actions.push_back(action);
  }
  return actions;
}

}  // namespace bellwether
