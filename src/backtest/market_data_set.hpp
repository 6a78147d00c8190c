// The market data of a run as the configuration asks for them: read, checked, adjusted, expanded
// or made into longer bars.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "backtest/data_quality.hpp"
#include "backtest/run_result.hpp"
#include "config/app_config.hpp"
#include "engine/market_feed.hpp"

namespace bellwether {

/// Owns bars, trades and quotes; feeds and results point into them, so it must outlive both.
class MarketDataSet {
 public:
  /// Errors name the folder, symbol, date or row.
  static Expected<MarketDataSet> load(const AppConfig& config, const StrategyRegistry& registry);

  /// A set that consists of these, for results of data that come from elsewhere.
  static MarketDataSet of_bars(std::vector<BarSeries> series);

  MarketDataSet(MarketDataSet&&) = default;
  MarketDataSet& operator=(MarketDataSet&&) = default;

  /// A feed from the beginning.
  [[nodiscard]] MarketFeed feed() const;
  /// SHA-256 of every file that was read, in the order of the symbols.
  [[nodiscard]] const std::vector<FileFingerprint>& fingerprints() const { return fingerprints_; }
  /// The fingerprints as one text, for the log's metadata.
  [[nodiscard]] std::string fingerprint_text() const;
  /// What was dropped or is missing, a line each; empty where all is well.
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }
  /// Those of them that the result depends on.
  [[nodiscard]] const std::vector<std::string>& caveats() const { return caveats_; }
  /// Of every traded instrument.
  [[nodiscard]] const std::vector<DataQuality>& quality() const { return quality_; }
  /// The traded instruments' prices, for reports.
  [[nodiscard]] std::vector<PriceHistory> prices() const;
  /// Daily bars of the configured benchmark, adjusted for splits and dividends, from some before the first session on;
  /// empty where there is none.
  [[nodiscard]] std::span<const Bar> benchmark() const { return benchmark_.bars; }
  [[nodiscard]] std::uint64_t market_events() const;
  /// Start of the earliest bar.
  [[nodiscard]] Timestamp first_time() const;
  /// Close of the latest bar.
  [[nodiscard]] Timestamp last_time() const;

 private:
  MarketDataSet() = default;
  template <typename Rows>
  void note(const std::string& symbol, const Loaded<Rows>& loaded);
  Expected<AdjustmentFactors> read_factors(const DataFolder& folder, const std::string& symbol, AdjustmentMode mode);
  Expected<BarSeries> read_bars(const DataFolder& folder, const std::string& symbol, const AppConfig& config,
                                Timeframe timeframe, Date first, AdjustmentMode mode,
                                std::vector<CorporateAction>* actions);
  Expected<BarSeries> read_ticks(const DataFolder& folder, const std::string& symbol, const AppConfig& config,
                                 Date first, Ticks& ticks, std::vector<CorporateAction>& actions);
  Expected<void> read_history(const DataFolder& folder, const AppConfig& config, const StrategyType& type,
                              InstrumentIndex instrument);
  void assess_all(const AppConfig& config);
  Expected<void> add_instrument(const DataFolder& folder, const AppConfig& config, const std::string& symbol,
                                const StrategyType* wants_history);

  std::deque<BarSeries> series_;   // By instrument; addresses stay.
  std::deque<Ticks> ticks_;        // By instrument; empty where bars are read.
  std::deque<BarSeries> history_;  // Daily bars for warm-up.
  std::vector<InstrumentIndex> history_instruments_;
  std::vector<InstrumentActions> actions_;
  std::vector<FileFingerprint> fingerprints_;
  std::vector<std::string> warnings_;
  std::vector<std::string> caveats_;
  std::vector<ReadReport> reports_;  // By instrument.
  ReadReport last_report_;           // Of the last file or folder of files read.
  std::vector<DataQuality> quality_;
  BarSeries benchmark_;
};

}  // namespace bellwether
