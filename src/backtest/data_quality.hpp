// What is wrong with the data of a run, instrument by instrument: holes, dropped rows, jumps, stretches without life.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/market.hpp"
#include "engine/time.hpp"
#include "storage/csv_reader.hpp"

namespace bellwether {

/// A session whose close lies further from the one before than kJumpFactor allows, without a corporate action between.
struct PriceJump {
  Date session;
  double change = 0;  ///< close / close before - 1.

  bool operator==(const PriceJump&) const = default;
};

/// Up by more than this factor, or down by more than its inverse (down 30 %, up 43 %): what a forgotten split of 3:2 or
/// more makes, and what a share of a large company does in a day once in some years.
constexpr double kJumpFactor = 1 / 0.7;
/// Bars of one and the same price in a row, from which they count as stale.
constexpr std::size_t kStaleBars = 5;
/// Of so many jumps session and size are kept; further ones are only counted.
constexpr std::size_t kJumpsKept = 20;

struct DataQuality {
  std::string symbol;
  std::uint64_t bars = 0;
  /// Sessions of its first and last bar; absent without bars.
  std::optional<Date> first;
  std::optional<Date> last;
  /// Sessions of the run before its first and after its last bar.
  std::uint64_t sessions_before = 0;
  std::uint64_t sessions_after = 0;
  /// Sessions with a bar, and sessions between the first and the last without one.
  std::uint64_t sessions = 0;
  std::uint64_t sessions_missing = 0;
  /// The longest hole of them.
  std::uint64_t longest_hole = 0;
  std::optional<Date> hole_first;
  std::optional<Date> hole_last;
  /// Bars that regular sessions with a bar lack, of all that they should have. Zero for bars made from trades.
  std::uint64_t bars_missing = 0;
  std::uint64_t bars_expected = 0;
  std::uint64_t jumps = 0;
  std::vector<PriceJump> first_jumps;
  std::uint64_t zero_volume_bars = 0;
  std::uint64_t stale_bars = 0;
  std::uint64_t rows_dropped = 0;
  std::array<std::uint64_t, kRowProblems> dropped_by{};  ///< Indexed by RowProblem.
};

/// The period of a run: all sessions from the first to the last date, both included.
struct RunPeriod {
  Date first;
  Date last;
};

/// Assesses the bars of a run. `actions` are those within them; `has_every_interval` is false for bars made from
/// trades.
DataQuality assess(const BarSeries& series, std::span<const CorporateAction> actions, const ReadReport& report,
                   RunPeriod period, bool has_every_interval);

/// What of it makes figures doubtful, a sentence each.
std::vector<std::string> caveats_of(const DataQuality& quality);

}  // namespace bellwether
