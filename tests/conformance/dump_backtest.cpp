// Runs one backtest on daily bars of a data folder and writes what it saw and did as CSV files, for comparison with
// other systems. Prints the SHA-256 of the whole record.
//
//   dump_backtest DATA SYMBOL STRATEGY OUT [key=value...]
//
// Keys: cash, shorting (true), adjust (raw, split, total), fill (next_open, same_close), per_order, per_share,
// basis_points; every other key is a parameter of the strategy. No corporate action is fed: a holding of raw prices
// knows no split and no dividend. OUT, a folder that exists, receives bars.csv (as the engine was given them),
// trades.csv (completed round trips), fills.csv and equity.csv (after every bar). Dates are those of New York.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "engine/backtest_runner.hpp"
#include "engine/new_york_time.hpp"
#include "storage/data_folder.hpp"
#include "storage/file_bytes.hpp"

namespace bellwether {
namespace {

[[noreturn]] void fail(const std::string& message) {
  std::cerr << "dump_backtest: " << message << "\n";
  std::exit(2);
}

template <typename T>
T checked(Expected<T> value) {
  if (!value) fail(value.error().text());
  return std::move(*value);
}

struct Request {
  EngineConfig config;
  AdjustmentMode adjustment = AdjustmentMode::Raw;
  std::vector<std::pair<std::string, std::string>> strategy_parameters;
};

/// Value of a key that takes one of a few words.
template <typename T>
T choice(const std::string& key, const std::string& value, std::initializer_list<std::pair<const char*, T>> choices) {
  for (const auto& [word, meaning] : choices) {
    if (value == word) return meaning;
  }
  fail(key + ": '" + value + "' is none of its values");
}

void take_option(const std::string& key, const std::string& value, Request& request) {
  EngineConfig& config = request.config;
  if (key == "cash") {
    config.account.initial_cash = checked(Money::parse(value));
  } else if (key == "shorting") {
    config.account.shorting = choice<bool>(key, value, {{"true", true}, {"false", false}});
  } else if (key == "adjust") {
    request.adjustment = choice<AdjustmentMode>(
        key, value, {{"raw", AdjustmentMode::Raw}, {"split", AdjustmentMode::Split}, {"total", AdjustmentMode::Total}});
  } else if (key == "fill") {
    config.fills.fill_at =
        choice<FillAt>(key, value, {{"next_open", FillAt::NextOpen}, {"same_close", FillAt::SameClose}});
  } else if (key == "per_order") {
    config.fees.per_order = checked(Money::parse(value));
  } else if (key == "per_share") {
    config.fees.per_share = checked(Money::parse(value));
  } else if (key == "basis_points") {
    config.fees.basis_points = checked(Price::parse(value)).to_double();
  } else {
    request.strategy_parameters.emplace_back(key, value);
  }
}

const ParameterSpec& parameter_of(const StrategyType& type, const std::string& name) {
  for (const ParameterSpec& each : type.parameters) {
    if (each.name == name) return each;
  }
  fail("neither an option nor a parameter of the strategy: " + name);
}

StrategyConfig strategy_from(const std::string& name, const Request& request, const StrategyRegistry& registry) {
  const StrategyType* type = registry.find(name);
  if (type == nullptr) fail("no strategy '" + name + "'");
  std::vector<std::pair<std::string, ParameterValue>> given;
  for (const auto& [key, value] : request.strategy_parameters) {
    given.emplace_back(key, checked(parse_parameter(parameter_of(*type, key), value)));
  }
  auto parameters = Parameters::check(type->parameters, given);
  if (const auto* errors = std::get_if<std::vector<Error>>(&parameters)) fail(errors->front().text());
  return {name, name, {0}, std::get<Parameters>(parameters)};
}

BarSeries load(const std::string& path, const std::string& symbol, AdjustmentMode mode) {
  const DataFolder folder = checked(DataFolder::open(path));
  BarSeries series = checked(folder.load_bars(symbol, Timeframe::Daily, Date::from_ymd(1970, 1, 1),
                                              Date::from_ymd(2200, 1, 1), ReadMode::Strict))
                         .rows;
  const auto factors = checked(folder.load_adjustments(symbol));
  if (auto adjusted = adjust(series, factors.rows, mode); !adjusted) fail(adjusted.error().text());
  return series;
}

std::string date_of(Timestamp time) { return new_york_date(time).to_string(); }

class CsvFile {
 public:
  CsvFile(const std::string& path, const char* header) : path_(path), out_(path) { out_ << header << '\n'; }
  ~CsvFile() {
    out_.close();
    if (!out_) fail("cannot write " + path_);
  }
  CsvFile(const CsvFile&) = delete;
  CsvFile& operator=(const CsvFile&) = delete;

  template <typename First, typename... Rest>
  void row(const First& first, const Rest&... rest) {
    out_ << first;
    ((out_ << ',' << rest), ...);
    out_ << '\n';
  }

 private:
  std::string path_;
  std::ofstream out_;
};

void write_bars(const std::string& path, const BarSeries& series) {
  CsvFile file(path, "date,open,high,low,close,volume");
  for (const Bar& bar : series.bars) {
    file.row(date_of(bar.start), bar.open.to_string(), bar.high.to_string(), bar.low.to_string(), bar.close.to_string(),
             bar.volume.to_string());
  }
}

void write_record(const std::string& folder, const SessionRecord& record) {
  CsvFile trades(folder + "/trades.csv",
                 "direction,entry_date,exit_date,quantity,entry_price,exit_price,gross_pnl,fees,net_pnl");
  for (const TradeRecord& trade : record.trades) {
    trades.row(trade.direction == TradeDirection::Long ? "long" : "short", date_of(trade.entry_time),
               date_of(trade.exit_time), trade.quantity.to_string(), trade.entry_price.to_string(),
               trade.exit_price.to_string(), trade.gross_pnl.to_string(), trade.fees.to_string(),
               trade.net_pnl.to_string());
  }
  CsvFile fills(folder + "/fills.csv", "date,side,quantity,price,fee");
  for (const FillRow& fill : record.fills) {
    fills.row(date_of(fill.report.time), token(fill.report.side), fill.report.last_quantity.to_string(),
              fill.report.last_price.to_string(), fill.report.fee.to_string());
  }
  CsvFile equity(folder + "/equity.csv", "date,equity");
  for (const DailyEquity& daily : record.daily) equity.row(daily.session.to_string(), daily.equity.to_string());
}

int run(int argc, char** argv) {
  Request request;
  for (int i = 5; i < argc; ++i) {
    const std::string option = argv[i];
    const std::size_t equals = option.find('=');
    if (equals == std::string::npos) fail("not key=value: '" + option + "'");
    take_option(option.substr(0, equals), option.substr(equals + 1), request);
  }
  const StrategyRegistry registry = StrategyRegistry::built_in();
  Instrument instrument;
  instrument.symbol = argv[2];
  instrument.tick = Price::from_raw(1);  // No rounding that another system would have to repeat.
  request.config.instruments = {instrument};
  request.config.strategies = {strategy_from(argv[3], request, registry)};

  const BarSeries series = load(argv[1], argv[2], request.adjustment);
  FeedSource source;
  source.instrument = 0;
  source.bars = series.bars;
  source.interval = series.interval;
  const auto runner =
      checked(BacktestRunner::make(request.config, registry, MarketFeed({source}, {}, SessionCalendar::us_equity())));
  runner->run();
  const BacktestRunner::Parts parts = runner->release();
  const std::string out = argv[4];
  write_bars(out + "/bars.csv", series);
  write_record(out, parts.recorder.record());
  ByteWriter bytes;
  parts.recorder.save(bytes);
  std::cout << sha256_hex(bytes.str()) << "\n";
  return 0;
}

}  // namespace
}  // namespace bellwether

int main(int argc, char** argv) {
  if (argc < 5) {
    std::cerr << "usage: dump_backtest DATA SYMBOL STRATEGY OUT [key=value...]\n";
    return 2;
  }
  return bellwether::run(argc, argv);
}
