// What a market says: bars, trades and quotes of instruments that are known by a small index.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/decimal.hpp"
#include "engine/time.hpp"

namespace bellwether {

/// Index of an instrument in the session's table of instruments. Never crosses a process: symbols do.
using InstrumentIndex = std::uint16_t;
constexpr InstrumentIndex kNoInstrument = 0xffff;

/// The highest price that is taken in. Sums of it over any strategy's window are exact (PriceWindow).
constexpr Price kPriceMax = Price::from_int(1'000'000);

/// What may be traded, and in which steps.
struct Instrument {
  std::string symbol;
  Price tick = Price::from_raw(10'000'000);  ///< Smallest price step (0.01).
  Quantity lot = Quantity::from_int(1);      ///< Smallest quantity step.
  bool shortable = true;
};

/// Open, high, low, close and volume of one interval. `start` is the first instant of the interval.
struct Bar {
  Timestamp start;
  Price open;
  Price high;
  Price low;
  Price close;
  Quantity volume;

  bool operator==(const Bar&) const = default;
};

/// One trade print.
struct Trade {
  Timestamp time;
  Price price;
  Quantity size;

  bool operator==(const Trade&) const = default;
};

/// Best bid and ask.
struct Quote {
  Timestamp time;
  Price bid;
  Quantity bid_size;
  Price ask;
  Quantity ask_size;

  bool operator==(const Quote&) const = default;
};

/// The price by a quote: the middle of its sides, or the only side there is; zero where there is none.
constexpr Price mark_of(const Quote& quote) {
  if (!quote.bid.is_positive()) return quote.ask.is_positive() ? quote.ask : Price();
  if (!quote.ask.is_positive()) return quote.bid;
  return Price::from_raw(quote.bid.raw() / 2 + quote.ask.raw() / 2);
}

/// Bars of one instrument in ascending order of time, without two of one start.
struct BarSeries {
  std::string symbol;
  Duration interval{0};    ///< Length of a bar; 24 h stands for a whole regular session.
  bool synthetic = false;  ///< Made from coarser bars, not observed. Shown wherever the bars are.
  std::vector<Bar> bars;
  /// Intervals run from full hours of the clock, not from the session's open: a bar that contains the open is stamped
  /// with it, and still ends with its interval (of hours: 09:30 to 10:00).
  bool clock_aligned = false;
};

/// Consecutive intraday bars of one instrument within one session.
struct BarRun {
  InstrumentIndex instrument;
  std::span<const Bar> bars;
  Duration interval;
  bool synthetic;
};

constexpr Duration kDailyInterval = std::chrono::hours(24);
constexpr Duration kMinuteInterval = std::chrono::minutes(1);

/// A split or a cash dividend, applied before the open of `ex_date`. Data of adjusted prices has others beside them
/// that are neither, and tell from when on a share of the data stands for how many that are really traded.
struct CorporateAction {
  Date ex_date;
  /// Shares after / shares before: 7 for a 7:1 split, 1 for none. In billionths, exact.
  std::int64_t split_ratio_billionths = 1'000'000'000;
  /// Cash per share held before the open, in shares as they are after the split.
  Price dividend;
  /// What earlier prices are divided by to compare with later ones: the split's ratio, and for a dividend the close
  /// before / (the close before - the dividend). In billionths.
  std::int64_t price_ratio_billionths = 1'000'000'000;
  /// Shares traded on the exchange for one share of the data, from now on: 1 where prices are as traded, 1/4 before a
  /// 4:1 split that prices are adjusted for. What is charged per share is charged on those. In billionths.
  std::int64_t traded_share_billionths = 1'000'000'000;

  /// True for what a company does: a split or a dividend.
  [[nodiscard]] bool is_announced() const {
    return split_ratio_billionths != 1'000'000'000 || price_ratio_billionths != 1'000'000'000 || !dividend.is_zero();
  }
  bool operator==(const CorporateAction&) const = default;
};

}  // namespace bellwether
