// A finished run with all that result files, report and terminal say about it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "backtest/data_quality.hpp"
#include "backtest/run_summary.hpp"
#include "config/app_config.hpp"
#include "engine/session_record.hpp"
#include "engine/statistics.hpp"

namespace bellwether {

/// A file that was read, or written.
struct FileFingerprint {
  std::string file;    ///< Relative to the data folder, or to that of the result.
  std::string sha256;  ///< Of its bytes, hexadecimal.

  bool operator==(const FileFingerprint&) const = default;
};

/// What a result is a function of, and the result's own hash.
struct Receipt {
  std::string engine_version;
  std::string configuration_sha256;  ///< Of canonical_configuration().
  std::vector<FileFingerprint> data;
  std::string result_sha256;  ///< Of the canonical bytes of orders, fills and equity.
  /// Those of the result but result.json itself. Known once they have been made.
  std::vector<FileFingerprint> files;
  /// Commands that an operator gave to the session: the rest of the receipt does not decide the result where there are
  /// some. The session's log does.
  std::uint64_t operator_commands = 0;

  bool operator==(const Receipt&) const = default;
};

struct RunResult {
  AppConfig config;
  EngineConfig engine;
  SessionRecord record;
  Statistics statistics;
  Receipt receipt;
  std::vector<PriceHistory> prices;
  /// The initial cash held in the benchmark instead, for each session of record.daily; empty where there is none.
  std::vector<DailyEquity> benchmark;
  /// Its return in each session, absent where it has no bar of one of the two days; empty where there is none.
  std::vector<std::optional<double>> benchmark_returns;
  std::vector<OrderOutcomes> outcomes;       ///< By strategy.
  std::vector<OpenPosition> open_positions;  ///< At the end.
  std::vector<std::string> idle;             ///< Strategies that sent no order, each with the reason.
  std::vector<DataQuality> data_quality;     ///< By instrument.
  std::vector<std::string> excess;           ///< What was traded beyond what may be had.
  /// What the data lack that the result depends on.
  std::vector<std::string> data_caveats;

  [[nodiscard]] bool synthetic() const {
    for (const PriceHistory& history : prices) {
      if (history.synthetic) return true;
    }
    return config.data.synthetic_minutes;
  }
  /// What a reader must know to judge the result, the gravest first: ruin and margin calls, refused orders, strategies
  /// that sent none, synthetic data, same-close fills, operator commands, that and when trading was halted, open
  /// positions.
  [[nodiscard]] std::vector<std::string> caveats() const;

 private:
  [[nodiscard]] std::string halts_text() const;
  [[nodiscard]] std::string open_text() const;
  [[nodiscard]] std::vector<std::string> loss_texts() const;
};

/// Receipt of `record` under `config`; version and data hashes as given.
Receipt make_receipt(const AppConfig& config, const SessionRecord& record, std::vector<FileFingerprint> data);

/// SHA-256 of the canonical bytes of orders, fills and equity, hexadecimal.
std::string result_sha256(const SessionRecord& record);

/// The return of an instrument in each session of `daily`, from its close at the session before; absent where it has
/// no bar of one of the two. `bars` are daily and may begin before.
std::vector<std::optional<double>> benchmark_returns(std::span<const Bar> bars, std::span<const DailyEquity> daily);

/// The initial cash held in an instrument from its first close on, at each session of `daily`; a session without a bar
/// keeps the value before. Empty when there is no bar.
std::vector<DailyEquity> benchmark_equity(std::span<const Bar> bars, Money initial, std::span<const DailyEquity> daily);

}  // namespace bellwether
