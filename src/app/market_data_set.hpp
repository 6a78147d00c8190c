// The market data of a run as the configuration asks for them: read, checked, adjusted, expanded.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "app/app_config.hpp"
#include "app/run_result.hpp"
#include "engine/market_feed.hpp"

namespace bellwether {

/// Owns the bars; feeds and results point into them, so it must outlive both.
class MarketDataSet {
 public:
  /// Errors name the folder, symbol, date or row.
  static Expected<MarketDataSet> load(const AppConfig& config, const StrategyRegistry& registry);

  MarketDataSet(MarketDataSet&&) = default;
  MarketDataSet& operator=(MarketDataSet&&) = default;

  /// A feed from the beginning.
  [[nodiscard]] MarketFeed feed() const;
  /// SHA-256 of every file that was read, in the order of the symbols.
  [[nodiscard]] const std::vector<DataFingerprint>& fingerprints() const { return fingerprints_; }
  /// The fingerprints as one text, for the log's metadata.
  [[nodiscard]] std::string fingerprint_text() const;
  /// What was dropped or is missing, a line each; empty where all is well.
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }
  /// The traded instruments' prices, for reports.
  [[nodiscard]] std::vector<PriceHistory> prices() const;
  /// Bars of the configured benchmark; empty where there is none.
  [[nodiscard]] std::span<const Bar> benchmark() const { return benchmark_.bars; }
  [[nodiscard]] std::uint64_t market_events() const;
  /// Start of the earliest bar.
  [[nodiscard]] Timestamp first_time() const;

 private:
  MarketDataSet() = default;
  Expected<BarSeries> read_bars(const DataFolder& folder, const std::string& symbol, const AppConfig& config,
                                Timeframe timeframe, Date first, std::vector<CorporateAction>* actions);

  std::deque<BarSeries> series_;   // By instrument; addresses stay.
  std::deque<BarSeries> history_;  // Daily bars for warm-up.
  std::vector<InstrumentIndex> history_instruments_;
  std::vector<InstrumentActions> actions_;
  std::vector<DataFingerprint> fingerprints_;
  std::vector<std::string> warnings_;
  BarSeries benchmark_;
};

}  // namespace bellwether
