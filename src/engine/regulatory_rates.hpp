// The fees that US regulators take on sells of stock, by their published history.
#pragma once

#include "engine/decimal.hpp"
#include "engine/time.hpp"

namespace bellwether {

/// Rates in force on one date. Zero: none was charged, or none is known (before the first row of the history).
struct RegulatoryRates {
  Money sec_fee_per_million;  ///< Section 31 of the Securities Exchange Act: dollars per million of proceeds.
  Money taf_per_share;        ///< FINRA's (before 2007 NASD's) trading activity fee: dollars a share.
  Money taf_maximum;          ///< The most of it for one order, in dollars.

  bool operator==(const RegulatoryRates&) const = default;
};

/// The rates on `date`, the trade's date in New York. After the last change that is known its rates hold on.
RegulatoryRates regulatory_rates(Date date);

}  // namespace bellwether
