// A folder of market data files: which symbols it has, and their bars, trades, quotes and adjustment factors.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/adjustment.hpp"
#include "engine/calendar.hpp"
#include "engine/expected.hpp"
#include "engine/market.hpp"
#include "storage/csv_reader.hpp"

namespace bellwether {

enum class Timeframe : std::uint8_t { Daily, Hour, Minute, Tick };

/// "daily", "hour", "minute", "tick": also the folder's name.
std::string_view to_string(Timeframe timeframe);
Expected<Timeframe> parse_timeframe(std::string_view text);
/// Length of a bar; kDailyInterval for daily, zero for ticks.
Duration interval_of(Timeframe timeframe);

/// Rows read from one or more files, and what the receipt of a run needs to know about these.
template <typename Rows>
struct Loaded {
  Rows rows;
  ReadReport report;
  std::string sha256;              ///< Of the raw bytes of all files, one after the other, hexadecimal.
  std::vector<std::string> files;  ///< As read, relative to the folder.
};

/// Trades and quotes of one instrument, each in order of time.
struct Ticks {
  std::vector<Trade> trades;
  std::vector<Quote> quotes;
};

/// Reads a folder of the layout
///   daily/SYMBOL.csv, hour/SYMBOL.csv, minute/SYMBOL/DATE.csv, tick/SYMBOL/DATE.trades.csv,
///   tick/SYMBOL/DATE.quotes.csv, adjustment/SYMBOL.csv
/// where each file may also be packed (`.csv.gz`). Times are those of US equity sessions: a daily bar is stamped with
/// its session's open, rows on dates without a session and rows of another date than their file's are bad rows.
/// Nothing is kept between calls. Every error names the path or the symbol.
class DataFolder {
 public:
  /// Errors: not a folder, not readable, or without any of the folders daily, hour, minute and tick.
  static Expected<DataFolder> open(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// All symbols with files of `timeframe`, in alphabetical order.
  [[nodiscard]] std::vector<std::string> symbols(Timeframe timeframe) const;

  /// The bars of the sessions from `first` to `last`, both included (New York dates), prices as traded. The report is
  /// about all rows of the files read: daily and hourly files are read whole. Errors: first after last, an unknown
  /// symbol, no bar between the dates, a file that cannot be used, bad rows in strict mode.
  [[nodiscard]] Expected<Loaded<BarSeries>> load_bars(std::string_view symbol, Timeframe timeframe, Date first,
                                                      Date last, ReadMode mode) const;

  /// The trades and quotes of the sessions from `first` to `last`: all that there is of either kind. Errors as for
  /// load_bars.
  [[nodiscard]] Expected<Loaded<Ticks>> load_ticks(std::string_view symbol, Date first, Date last, ReadMode mode) const;

  /// The adjustment factors; none, and no file, for a symbol without such a file.
  [[nodiscard]] Expected<Loaded<AdjustmentFactors>> load_adjustments(std::string_view symbol) const;

 private:
  explicit DataFolder(std::filesystem::path path) : path_(std::move(path)) {}

  [[nodiscard]] Error unknown_symbol(std::string_view symbol, Timeframe timeframe) const;
  [[nodiscard]] Expected<std::vector<Date>> minute_dates(std::string_view symbol, Date first, Date last) const;

  std::filesystem::path path_;
};

}  // namespace bellwether
