// Reads bars, trades, quotes and adjustment factors from CSV text, checks every row, and reports what it refuses with
// line and column. Files, folders and calendars are left to DataFolder.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/adjustment.hpp"
#include "engine/expected.hpp"
#include "engine/market.hpp"

namespace bellwether {

/// Why a row is refused.
enum class RowProblem : std::uint8_t {
  WrongColumns,       ///< More or fewer columns than the header.
  Unparsable,         ///< A field is not a time or a number, or has more than nine decimal places.
  Duplicate,          ///< Same time as the row before (bars only).
  Disorder,           ///< Time before that of the row before.
  NonPositivePrice,   ///< A price of zero or less.
  InconsistentRange,  ///< high < low, open or close outside of [low, high], or bid above ask.
  NegativeVolume,     ///< Volume or quoted size below zero, or the size of a trade not above zero.
  NotASession,        ///< The time lies on no session of the calendar, or on another date than the file's.
  PriceTooHigh,       ///< A price above kPriceMax.
  Gap,                ///< Bars are missing before the row, which itself is good and kept.
};
constexpr std::size_t kRowProblems = 10;

/// "wrong columns", "unparsable", ...
std::string_view to_string(RowProblem problem);

/// One refused row, or one after a gap.
struct RowReport {
  std::string file;
  std::uint64_t line = 0;    ///< From 1, the header included.
  std::uint64_t column = 0;  ///< Position in the line, from 1.
  RowProblem problem = RowProblem::Unparsable;
  std::string message;

  /// "daily/SPY.csv, line 7, column 12: unparsable: ..."
  [[nodiscard]] std::string text() const;
};

/// The full text of so many refused rows and gaps is kept; further ones are only counted.
constexpr std::size_t kRowReportsMax = 20;

/// What was read and what was refused.
struct ReadReport {
  std::uint64_t rows = 0;  ///< Rows read, refused ones included; blank lines do not count.
  std::uint64_t dropped = 0;
  std::array<std::uint64_t, kRowProblems> dropped_by_problem{};  ///< Indexed by RowProblem.
  std::vector<RowReport> first;                                  ///< The first kRowReportsMax refused rows and gaps.
  std::uint64_t gaps = 0;                                        ///< Rows before which bars are missing.
  /// What the gaps add up to: sessions without a bar, and bars of the other regular sessions.
  std::uint64_t missing_sessions = 0;
  std::uint64_t missing_bars = 0;
  std::uint64_t suspicious = 0;  ///< Trades that the file marks as suspicious and that were left out for it.

  [[nodiscard]] std::uint64_t count(RowProblem problem) const {
    return dropped_by_problem[static_cast<std::size_t>(problem)];
  }
  /// Nothing is to be said about the rows but their number.
  [[nodiscard]] bool clean() const { return dropped == 0 && gaps == 0 && suspicious == 0; }
  /// One line for the terminal: "2517 rows, 3 dropped (2 duplicate, 1 unparsable), 4 sessions missing".
  [[nodiscard]] std::string summary() const;
};

enum class ReadMode : std::uint8_t {
  DropBadRows,  ///< Leaves bad rows out and counts them.
  Strict,       ///< Any bad row and any gap is an error, which lists the first kRowReportsMax of the file.
};

/// May move a row's time (a session's date to its open, say); a text refuses the row as RowProblem::NotASession.
using StampRule = std::function<std::optional<std::string>(Timestamp&)>;

/// Asked of two rows that follow one another and lie further apart than `step`: says what is missing between them, or
/// nothing where nothing is.
struct GapRule {
  Duration step{0};
  std::function<std::optional<std::string>(Timestamp before, Timestamp next)> missing;
};

/// Each reads `text`, whose name for reports is `file`, and appends its rows to `rows`; the first must lie after those
/// that are there. Columns come in any order, further ones are passed over; lines end with LF or CRLF; times are RFC
/// 3339 or dates (midnight UTC). Errors: an empty text, a header without a needed column or without rows below it, and
/// bad rows in strict mode; `rows` is then unspecified.
/// Columns: timestamp (or time, date), open, high, low, close, volume.
Expected<void> read_bars(std::string_view text, std::string_view file, ReadMode mode, std::vector<Bar>& rows,
                         ReadReport& report, const StampRule& rule = {}, const GapRule& gaps = {});
/// Columns: timestamp, price, size, and suspicious where there is such a column: rows with a value other than 0 there
/// are left out. Several trades may have one time.
Expected<void> read_trades(std::string_view text, std::string_view file, ReadMode mode, std::vector<Trade>& rows,
                           ReadReport& report, const StampRule& rule = {});
/// Columns: timestamp, bid, bid_size, ask, ask_size. Several quotes may have one time.
Expected<void> read_quotes(std::string_view text, std::string_view file, ReadMode mode, std::vector<Quote>& rows,
                           ReadReport& report, const StampRule& rule = {});
/// Columns: date, price_factor, split_factor. Any bad row is an error.
Expected<AdjustmentFactors> read_adjustments(std::string_view text, std::string_view file);

}  // namespace bellwether
