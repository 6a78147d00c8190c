// Everything that can be configured, as plain values. What each may be, and what it is for, stands in
// configuration_schema.cpp; the member's name is the key's name in the configuration file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/adjustment.hpp"
#include "engine/engine_config.hpp"
#include "engine/statistics.hpp"
#include "engine/time.hpp"
#include "storage/data_folder.hpp"

namespace bellwether {

enum class Mode : std::uint8_t { Paper, Live };
enum class LogFormat : std::uint8_t { Auto, JsonLines, Text };
enum class LogLevel : std::uint8_t { Debug, Info, Notice, Warning, Error };

struct DataConfig {
  std::string directory = "data";
  Timeframe timeframe = Timeframe::Daily;
  std::vector<std::string> symbols;
  std::optional<Date> start;
  std::optional<Date> end;
  AdjustmentMode adjustment = AdjustmentMode::Split;
  /// Of the bars that are made from minutes or trades.
  std::optional<Duration> interval;
  bool synthetic_minutes = false;
  std::uint64_t synthetic_seed = 1;
  bool strict = false;
  bool extended_hours = false;
};

/// Applies to every instrument.
struct InstrumentConfig {
  std::optional<Price> tick;
  Quantity lot = Instrument().lot;
  bool shortable = true;
};

/// One entry of `strategies`.
struct StrategySetup {
  std::string id;
  std::string type;
  std::vector<std::string> symbols;
  Parameters parameters;
};

struct StatisticsConfig {
  double risk_free_annual = 0;
  double minimum_acceptable_annual = 0;
  double periods_per_year = 252;
  std::string benchmark;  ///< Symbol; empty: none.
};

/// How fast recorded market data is played.
struct RunSpeed {
  enum class Kind : std::uint8_t { Demo, Max, Factor };
  Kind kind = Kind::Demo;
  double factor = 1;  ///< Factor: market time per real time.

  bool operator==(const RunSpeed&) const = default;
};

struct RunConfig {
  RunSpeed speed;
  bool exit_at_end = false;
  std::string log = "bellwether.db";
  std::uint64_t keep_logs = 5;
  std::uint64_t snapshot_every_events = 50'000;
  std::uint64_t segment_events_max = 1'000'000;
  std::uint64_t segment_days_max = 30;
  bool durable = true;
  std::uint64_t log_queue_max = 16'384;
  std::uint64_t recorder_lag_max = 32'768;
};

/// Names of hosts, without port.
struct HostNames {
  std::vector<std::string> names;

  bool operator==(const HostNames&) const = default;
};

struct ApiSettings {
  bool enabled = true;
  std::string host = "127.0.0.1";
  std::uint32_t port = 8080;
  std::string token_file;
  HostNames allowed_hosts;
  std::uint64_t connections_max = 256;
  std::uint64_t header_bytes_max = 16 * 1024;
  std::uint64_t body_bytes_max = 64 * 1024;
  std::uint64_t history_readers_max = 2;
  std::uint64_t stream_changes_max = 16'384;
  std::uint64_t ended_orders_max = 10'000;
  std::uint64_t fills_max = 10'000;
};

struct LoggingConfig {
  LogFormat format = LogFormat::Auto;
  LogLevel level = LogLevel::Info;
};

struct OutputConfig {
  std::string directory = "out";
  std::uint64_t equity_points_max = 100'000;
  std::uint64_t report_trades_max = 1'000;
};

enum class MarketDataOrigin : std::uint8_t {
  Files,      ///< The data set that `data` describes.
  Simulated,  ///< Seeded prices that are made as time passes.
};

struct MarketDataConfig {
  MarketDataOrigin source = MarketDataOrigin::Files;
  std::uint64_t seed = 1;
  Duration bar_interval = std::chrono::minutes(1);  ///< Divides a day.
};

enum class Sessions : std::uint8_t {
  UsEquity,  ///< Those of the New York Stock Exchange.
  Always,    ///< One a day, from midnight to midnight UTC.
};

/// Of a session by the clock.
struct ClockConfig {
  double rate = 1;  ///< Market time per real time.
  Sessions sessions = Sessions::UsEquity;
};

/// What becomes of positions and orders of strategies and symbols that a change of configuration removes.
enum class WhenRemoved : std::uint8_t {
  Keep,   ///< They stay as they are; orders that would open or enlarge a position are cancelled.
  Close,  ///< Orders are cancelled and positions closed.
};

struct ChangesConfig {
  WhenRemoved removed = WhenRemoved::Keep;
};

struct AppConfig {
  Mode mode = Mode::Paper;
  MarketDataConfig market_data;
  DataConfig data;
  InstrumentConfig instruments;
  AccountConfig account;
  RiskLimits risk;
  FillConfig fills;
  FeeConfig fees;
  ExchangeConfig exchange;
  OrderCare orders;
  ClockConfig clock;
  ChangesConfig changes;
  std::vector<StrategySetup> strategies;
  StatisticsConfig statistics;
  RunConfig run;
  ApiSettings api;
  LoggingConfig logging;
  OutputConfig output;
};

}  // namespace bellwether
