// Splits and dividends as factors: back-adjusts prices by them, or derives the corporate actions that they stand for.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/expected.hpp"
#include "engine/market.hpp"

namespace bellwether {

/// Factors that hold up to and including `date` (New York), back to the date of the row before. In billionths.
struct AdjustmentFactor {
  Date date;
  std::int64_t price_factor = 1'000'000'000;  ///< Product of 1 - dividend / close before over all later dividends.
  std::int64_t split_factor = 1'000'000'000;  ///< Shares before / shares after over all later splits.

  bool operator==(const AdjustmentFactor&) const = default;
};

/// All factors of one instrument.
///
/// Invariant: dates ascend, factors are positive. After the last date both factors are 1.
struct AdjustmentFactors {
  std::vector<AdjustmentFactor> rows;
};

/// Which events prices are adjusted for.
enum class AdjustmentMode : std::uint8_t {
  Raw,    ///< None: prices as traded; splits and dividends are corporate actions.
  Split,  ///< Splits; dividends are corporate actions in the scale of the adjusted prices.
  Total,  ///< Splits and dividends; there are no corporate actions.
};

/// Multiplies every price by the factors that hold on its New York date (rounded once, half to even, to billionths)
/// and divides the volume by the split factor (to whole shares where the volume is whole). An adjusted price that is
/// above kPriceMax is an error, which leaves `series` unspecified.
Expected<void> adjust(BarSeries& series, const AdjustmentFactors& factors, AdjustmentMode mode);

/// The same for trades and quotes of one instrument, by ascending times.
Expected<void> adjust(std::string_view symbol, std::span<Trade> trades, const AdjustmentFactors& factors,
                      AdjustmentMode mode);
Expected<void> adjust(std::string_view symbol, std::span<Quote> quotes, const AdjustmentFactors& factors,
                      AdjustmentMode mode);

/// The factors of the dates before `date`, as seen on `date`: they bring what came before a run, and is adjusted by
/// `mode`, into prices that compare with those at its start. Apply them by AdjustmentMode::Total.
AdjustmentFactors factors_before(const AdjustmentFactors& factors, Date date, AdjustmentMode mode);

/// The corporate actions between the first and the last bar of `raw`, unadjusted bars of any interval, by ascending
/// ex-date. A step of the factors after a row's date takes effect on the date of the next bar.
///
/// Split ratio = split factor after / before, taken as the nearest ratio of small whole numbers if one lies within a
/// hundred-thousandth (factors are rounded numbers). Dividend = close before x (1 - price factor before / after), with
/// the last close of the regular session before, in shares as they are after a split, to a thousandth of a cent.
/// Price ratio = split ratio x price factor after / before.
std::vector<CorporateAction> corporate_actions(const AdjustmentFactors& factors, const BarSeries& raw,
                                               AdjustmentMode mode);

/// `actions`, of `raw` in `mode`, with what a share of the adjusted data stands for on the exchange
/// (CorporateAction::traded_share_billionths): split factor, in total adjustment x price factor. Where that changes and
/// the company does nothing that the data shows, and at the first bar, an action is added that says no more.
std::vector<CorporateAction> with_traded_shares(std::vector<CorporateAction> actions, const AdjustmentFactors& factors,
                                                const BarSeries& raw, AdjustmentMode mode);

/// What `shares` become by a split (CorporateAction), exactly: a ratio that is one of small whole numbers but for its
/// rounding to billionths is taken as that, so that three shares become one by a ratio of 1:3.
Quantity shares_after_split(Quantity shares, std::int64_t ratio_billionths);

}  // namespace bellwether
