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

/// The factors of one row, as they apply to prices and to volumes.
class Adjustment {
 public:
  Adjustment(const AdjustmentFactor& row, AdjustmentMode mode)
      : price_(Int128{mode == AdjustmentMode::Total ? row.price_factor : kOne} * row.split_factor),
        split_(row.split_factor) {}

  // Each is false where a result is out of range.
  [[nodiscard]] bool apply(Bar& bar) const {
    return price(bar.open) && price(bar.high) && price(bar.low) && price(bar.close) && size(bar.volume);
  }
  [[nodiscard]] bool apply(Trade& trade) const { return price(trade.price) && size(trade.size); }
  [[nodiscard]] bool apply(Quote& quote) const {
    return price(quote.bid) && price(quote.ask) && size(quote.bid_size) && size(quote.ask_size);
  }

 private:
  [[nodiscard]] bool price(Price& value) const {
    Int128 product = 0;
    if (__builtin_mul_overflow(Int128{value.raw()}, price_, &product)) return false;
    const Int128 adjusted = divide(product, Int128{kOne} * kOne, Rounding::HalfEven);
    if (adjusted <= 0 || adjusted > kPriceMax.raw()) return false;
    value = Price::from_raw(static_cast<std::int64_t>(adjusted));
    return true;
  }
  [[nodiscard]] bool size(Quantity& value) const {
    const std::int64_t step = value.raw() % kOne == 0 ? kOne : 1;
    const Int128 adjusted = divide(Int128{value.raw()} * kOne, Int128{split_} * step, Rounding::HalfEven) * step;
    if (!fits(adjusted + 1)) return false;
    value = Quantity::from_raw(static_cast<std::int64_t>(adjusted));
    return true;
  }

  Int128 price_;
  std::int64_t split_;
};

Timestamp time_of(const Bar& bar) { return bar.start; }
Timestamp time_of(const Trade& trade) { return trade.time; }
Timestamp time_of(const Quote& quote) { return quote.time; }

std::string told(const Bar& bar) {
  return "the bar at " + format_rfc3339(bar.start) + " (close " + bar.close.to_string() + ", volume " +
         bar.volume.to_string() + ")";
}
std::string told(const Trade& trade) {
  return "the trade at " + format_rfc3339(trade.time) + " (price " + trade.price.to_string() + ", size " +
         trade.size.to_string() + ")";
}
std::string told(const Quote& quote) {
  return "the quote at " + format_rfc3339(quote.time) + " (" + quote.bid.to_string() + " to " + quote.ask.to_string() +
         ")";
}

template <typename Row>
Expected<void> adjust_rows(std::string_view symbol, std::span<Row> rows, const AdjustmentFactors& factors,
                           AdjustmentMode mode) {
  if (mode == AdjustmentMode::Raw) return {};
  auto at = rows.begin();
  for (const AdjustmentFactor& factor : factors.rows) {
    const Adjustment adjustment(factor, mode);
    for (const Timestamp end = end_of(factor); at != rows.end() && time_of(*at) < end; ++at) {
      const Row before = *at;
      if (!adjustment.apply(*at)) return Error{std::string(symbol), told(before) + " is out of range once adjusted"};
    }
  }
  return {};
}

}  // namespace

Expected<void> adjust(BarSeries& series, const AdjustmentFactors& factors, AdjustmentMode mode) {
  return adjust_rows<Bar>(series.symbol, series.bars, factors, mode);
}

Expected<void> adjust(std::string_view symbol, std::span<Trade> trades, const AdjustmentFactors& factors,
                      AdjustmentMode mode) {
  return adjust_rows(symbol, trades, factors, mode);
}

Expected<void> adjust(std::string_view symbol, std::span<Quote> quotes, const AdjustmentFactors& factors,
                      AdjustmentMode mode) {
  return adjust_rows(symbol, quotes, factors, mode);
}

AdjustmentFactors factors_before(const AdjustmentFactors& factors, Date date, AdjustmentMode mode) {
  AdjustmentFactors before;
  if (mode == AdjustmentMode::Total) return before;
  const auto part = [](std::int64_t factor, std::int64_t whole) {
    return narrow(divide(Int128{factor} * kOne, whole, Rounding::HalfEven));
  };
  AdjustmentFactor at_date;
  for (auto row = factors.rows.rbegin(); row != factors.rows.rend(); ++row) {
    if (row->date >= date) {
      at_date = *row;
      continue;
    }
    const bool raw = mode == AdjustmentMode::Raw;
    before.rows.push_back({row->date, part(row->price_factor, at_date.price_factor),
                           raw ? part(row->split_factor, at_date.split_factor) : kOne});
  }
  std::reverse(before.rows.begin(), before.rows.end());
  return before;
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
    action.price_ratio_billionths = narrow(
        divide(Int128{action.split_ratio_billionths} * after.price_factor, before.price_factor, Rounding::HalfEven));
    if (action.price_ratio_billionths != kOne || !action.dividend.is_zero()) actions.push_back(action);
  }
  return actions;
}

std::vector<CorporateAction> with_traded_shares(std::vector<CorporateAction> actions, const AdjustmentFactors& factors,
                                                const BarSeries& raw, AdjustmentMode mode) {
  if (mode == AdjustmentMode::Raw || raw.bars.empty()) return actions;
  std::vector<CorporateAction> all;
  auto next = actions.begin();
  std::int64_t traded = kOne;
  auto bar = raw.bars.begin();
  std::vector<AdjustmentFactor> rows = factors.rows;
  rows.push_back({new_york_date(raw.bars.back().start)});  // After the last row prices are as traded.
  for (const AdjustmentFactor& row : rows) {
    if (bar == raw.bars.end() || bar->start >= end_of(row)) continue;
    const std::int64_t share =
        mode == AdjustmentMode::Split
            ? row.split_factor
            : narrow(divide(Int128{row.split_factor} * row.price_factor, kOne, Rounding::HalfEven));
    const Date date = new_york_date(bar->start);
    const auto first = next;
    while (next != actions.end() && next->ex_date <= date) ++next;
    for (auto action = first; action != next; ++action) {
      action->traded_share_billionths = share;
      all.push_back(*action);
    }
    if (first == next && share != traded) {
      CorporateAction change;
      change.ex_date = date;
      change.traded_share_billionths = share;
      all.push_back(change);
    }
    traded = share;
    bar = std::lower_bound(bar, raw.bars.end(), end_of(row),
                           [](const Bar& b, Timestamp limit) { return b.start < limit; });
  }
  return all;
}

Quantity shares_after_split(Quantity shares, std::int64_t ratio_billionths) {
  constexpr std::int64_t kLargestDenominator = 100;
  for (std::int64_t q = 1; q <= kLargestDenominator; ++q) {
    const Int128 product = Int128{ratio_billionths} * q;
    const Int128 p = divide(product, kOne, Rounding::HalfEven);
    const Int128 off = product - p * kOne;
    // Rounding moved the ratio by half a billionth at most.
    if (p > 0 && 2 * (off < 0 ? -off : off) <= q) return scaled(shares, narrow(p), q);
  }
  return scaled(shares, ratio_billionths, kOne);
}

}  // namespace bellwether
