// What a backtest leaves behind: result.json with its receipt, trades, orders, fills and equity as CSV, the report, and
// the table of statistics for the terminal.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "backtest/run_result.hpp"
#include "backtest/staged_files.hpp"
#include "config/json_value.hpp"

namespace bellwether {

/// Writes result.json, trades.csv, orders.csv, fills.csv, equity.csv (one row a session), equity_events.csv (one row an
/// event, where there are no more than output.equity_points_max) and report.html. All appear or none: an Error names
/// the file and what the system said.
Expected<void> write_results(const RunResult& result, const std::filesystem::path& folder);

/// Of every file that `result` has beside result.json, in the order in which they are written.
std::vector<FileFingerprint> fingerprints_of(const RunResult& result);

/// `files` are the fingerprints of the others, for the receipt.
std::string result_json(const RunResult& result, const std::vector<FileFingerprint>& files);

/// The other files. Those with a row for each event or order are large: they come in pieces of some tens of kilobytes.
void trades_csv(const RunResult& result, const TextSink& sink);
void orders_csv(const RunResult& result, const TextSink& sink);
void fills_csv(const RunResult& result, const TextSink& sink);
void sessions_csv(const RunResult& result, const TextSink& sink);
void events_csv(const RunResult& result, const TextSink& sink);

/// What `verify` needs of a result.json.
struct StoredResult {
  Receipt receipt;
  JsonValue configuration;  ///< For check_configuration().
  JsonValue document;       ///< All of it.
};

/// Where two documents differ first, in the order of the left one.
struct JsonDifference {
  std::string path;  ///< "statistics.final_equity", "monthly_returns.3.return".
  std::string left;  ///< The values, "(none)" where there is none.
  std::string right;
};
std::optional<JsonDifference> first_difference(const JsonValue& left, const JsonValue& right);

/// What is wrong with the files beside a result.json, a line each: those that its receipt names and that are missing or
/// of other bytes, and those of a result's names that it does not name.
std::vector<std::string> faults_of_files(const Receipt& receipt, const std::filesystem::path& folder);

/// Reads a result.json; the Error names the file and the member that is missing or malformed.
Expected<StoredResult> read_result(const std::filesystem::path& file);

}  // namespace bellwether
