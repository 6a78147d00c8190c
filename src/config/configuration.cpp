#include "config/configuration.hpp"

#include <algorithm>
#include <numeric>

#include "config/configuration_overrides.hpp"
#include "config/configuration_schema.hpp"
#include "config/configuration_strategies.hpp"
#include "engine/manual_strategy.hpp"
#include "storage/file_bytes.hpp"

namespace bellwether {
namespace {

using Kind = JsonValue::Kind;

Expected<std::string> configuration_text(const std::string& path) {
  auto text = read_file(path);
  if (!text) return text;
  if (text->size() > kConfigurationBytesMax) {
    return Error{path, "is larger than " + std::to_string(kConfigurationBytesMax) + " bytes"};
  }
  if (text->find_first_not_of(" \t\r\n") == std::string::npos) return Error{path, "is empty"};
  return text;
}

void read_document(const std::string& path, ConfigurationDocument& document) {
  const auto text = configuration_text(path);
  if (!text) {
    document.errors.push_back(text.error());
    return;
  }
  auto parsed = parse_json_document(*text, path);
  if (!parsed) {
    document.errors.push_back(parsed.error());
  } else if (!parsed->root.is(Kind::Object)) {
    document.errors.push_back({path, "found " + describe(parsed->root) + ", allowed is an object"});
  } else {
    document.root = std::move(parsed->root);
    document.duplicates = std::move(parsed->duplicates);
  }
}

/// Growth over less than about a month says nothing about a year.
constexpr std::uint64_t kAnnualSessionsMin = 21;
/// The least for a quantile of 5 %.
constexpr std::uint64_t kReturnsMin = 20;
/// Below, the sessions that there are say too little of those that there are not.
constexpr double kCoverageMin = 0.9;

/// All sources in one.
ConfigurationDocument document_of_sources(const ConfigurationSources& sources) {
  ConfigurationDocument document;
  if (!sources.file.empty()) read_document(sources.file, document);
  document.readable = document.errors.empty();
  apply_environment(sources.environment, document);
  apply_flags(sources.flags, document);
  apply_settings(sources.settings, document);
  return document;
}

bool has_keys_below(const std::string& path) {
  const auto keys = config_keys();
  return std::any_of(keys.begin(), keys.end(), [&](const ConfigKey& key) { return key.path.starts_with(path + "."); });
}

Error unknown_key(const ConfigurationDocument& document, const std::string& path) {
  std::vector<std::string_view> candidates = {"strategies"};
  for (const ConfigKey& key : config_keys()) {
    candidates.push_back(key.path);
    candidates.push_back(key.path.substr(0, key.path.find('.')));
  }
  const std::string_view nearest = nearest_name(path, candidates);
  return {document.field(path), "is not a configuration key" +
                                    (nearest.empty() ? std::string("; `bellwether config --markdown` lists them all")
                                                     : "; did you mean " + std::string(nearest) + "?")};
}

/// Checks the members of one object, whose own path is `prefix` ("" or "account."), and assigns their values.
void check_members(const JsonValue& object, const std::string& prefix, ConfigurationDocument& document,
                   AppConfig& config) {
  for (const auto& [name, value] : object.members) {
    const std::string path = prefix + name;
    if (path == "strategies") continue;
    if (const ConfigKey* key = find_config_key(path)) {
      const auto assigned = assign(*key, value, config);
      if (!assigned) document.errors.push_back({document.field(path), assigned.error().message});
    } else if (!has_keys_below(path) && value.members.empty()) {
      document.errors.push_back(unknown_key(document, path));
    } else if (!value.is(Kind::Object)) {
      document.errors.push_back({document.field(path), "found " + describe(value) + ", allowed is an object"});
    } else {
      check_members(value, path + ".", document, config);
    }
  }
}

void check_interval(ConfigurationDocument& document, const DataConfig& data) {
  if (!data.interval) return;
  const bool from_minutes = data.timeframe == Timeframe::Minute || data.synthetic_minutes;
  if (!from_minutes && data.timeframe != Timeframe::Tick) {
    document.errors.push_back({document.field("data.interval"), "needs data.timeframe minute or tick"});
  } else if (*data.interval > kDailyInterval || (from_minutes && *data.interval % kMinuteInterval != Duration(0))) {
    document.errors.push_back({document.field("data.interval"), from_minutes ? "allowed are whole minutes up to 1d"
                                                                             : "allowed is a length of time up to 1d"});
  } else if (data.extended_hours && std::chrono::minutes(30) % *data.interval != Duration(0)) {
    document.errors.push_back(
        {document.field("data.interval"), "allowed with data.extended_hours are lengths that divide 30m"});
  }
}

void check_together(ConfigurationDocument& document, AppConfig& config) {
  if (config.mode == Mode::Live) {
    document.errors.push_back({document.field("mode"), "live is not available yet; allowed is paper"});
  }
  if (config.data.start && config.data.end && *config.data.start > *config.data.end) {
    document.errors.push_back(
        {document.field("data.start"),
         "found " + config.data.start->to_string() + ", which is after data.end, " + config.data.end->to_string()});
  }
  if (config.data.synthetic_minutes && config.data.timeframe != Timeframe::Daily) {
    document.errors.push_back({document.field("data.synthetic_minutes"), "needs data.timeframe daily"});
  }
  check_interval(document, config.data);
  if (std::chrono::minutes(30) % config.market_data.bar_interval != Duration(0)) {
    document.errors.push_back({document.field("market_data.bar_interval"), "allowed are lengths that divide 30m"});
  }
  const FeeConfig& fees = config.fees;
  if (fees.us_regulatory &&
      !(fees.sec_fee_per_million.is_zero() && fees.taf_per_share.is_zero() && fees.taf_maximum.is_zero())) {
    document.errors.push_back({document.field("fees.us_regulatory"),
                               "found true beside fees.sec_fee_per_million, fees.taf_per_share or fees.taf_maximum, "
                               "which it replaces; allowed is one or the other"});
  }
  if (config.fills.slippage == SlippageModel::Ticks && config.data.adjustment != AdjustmentMode::Raw &&
      !config.instruments.tick) {
    document.errors.push_back({document.field("fills.slippage"),
                               "found ticks, but a tick of adjusted prices is no cent: set instruments.tick, or "
                               "data.adjustment to raw"});
  }
}

LoadedConfiguration checked(ConfigurationDocument& document, std::span<const StrategyType> strategies) {
  AppConfig config;
  document.errors.insert(document.errors.begin(), document.duplicates.begin(), document.duplicates.end());
  check_members(document.root, "", document, config);
  check_together(document, config);
  if (const JsonValue* list = document.root.find("strategies")) {
    check_strategies(*list, strategies, document, config);
  }
  if (!document.errors.empty()) return std::move(document.errors);
  return config;
}

/// An Error for each key that decides a result and differs.
std::vector<Error> changes_of_result(const ConfigurationDocument& document, const AppConfig& before,
                                     const AppConfig& after) {
  constexpr const char* kRefused = "would change the result; what was recorded can only be run again as it was";
  std::vector<Error> errors;
  for (const ConfigKey& key : config_keys()) {
    if (key.effect != Effect::Result) continue;
    if (canonical_json(config_value(key, before)) == canonical_json(config_value(key, after))) continue;
    errors.push_back({document.field(std::string(key.path)), kRefused});
  }
  if (canonical_json(strategies_value(before)) != canonical_json(strategies_value(after))) {
    errors.push_back({"strategies (from --set)", kRefused});
  }
  return errors;
}

std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
    parts.emplace_back(path.substr(0, dot));
    path.remove_prefix(dot + 1);
  }
  parts.emplace_back(path);
  return parts;
}

/// Every key for which `wanted` holds, and the strategies.
template <typename Wanted>
JsonValue document_of(const AppConfig& config, Wanted&& wanted) {
  JsonValue root = JsonValue::object();
  for (const ConfigKey& key : config_keys()) {
    if (!wanted(key)) continue;
    JsonValue* node = &root;
    for (const std::string& part : parts_of(key.path)) {
      if (node->is(Kind::Null)) *node = JsonValue::object();
      node = &node->member(part);
    }
    *node = config_value(key, config);
  }
  root.member("strategies") = strategies_value(config);
  return root;
}

}  // namespace

LoadedConfiguration load_configuration(const ConfigurationSources& sources, std::span<const StrategyType> strategies) {
  ConfigurationDocument document = document_of_sources(sources);
  if (!document.readable) return std::move(document.errors);
  return checked(document, strategies);
}

LoadedConfiguration check_configuration(const JsonValue& root, std::span<const StrategyType> strategies,
                                        const std::vector<std::string>& settings) {
  ConfigurationDocument document;
  if (!root.is(Kind::Object)) {
    return std::vector<Error>{{"configuration", "found " + describe(root) + ", allowed is an object"}};
  }
  document.root = root;
  LoadedConfiguration recorded = checked(document, strategies);
  if (settings.empty() || !std::holds_alternative<AppConfig>(recorded)) return recorded;
  apply_settings(settings, document);
  LoadedConfiguration changed = checked(document, strategies);
  if (!std::holds_alternative<AppConfig>(changed)) return changed;
  auto refused = changes_of_result(document, std::get<AppConfig>(recorded), std::get<AppConfig>(changed));
  if (!refused.empty()) return refused;
  return changed;
}

LoggingConfig logging_configuration(const ConfigurationSources& sources) {
  ConfigurationDocument document = document_of_sources(sources);
  AppConfig config;
  if (const JsonValue* logging = document.root.find("logging")) {
    for (const auto& [name, value] : logging->members) {
      const ConfigKey* key = find_config_key("logging." + name);
      AppConfig changed = config;
      if (key != nullptr && assign(*key, value, changed)) config = changed;
    }
  }
  return config.logging;
}

std::vector<Error> missing_for_a_run(const AppConfig& config) {
  std::vector<Error> errors;
  if (config.data.symbols.empty()) {
    errors.push_back({"data.symbols", "none is given: name some with --symbol or in the configuration file"});
  }
  if (config.strategies.empty()) {
    errors.push_back({"strategies", "none is given: name one with --strategy or in the configuration file"});
  }
  return errors;
}

JsonValue effective_configuration(const AppConfig& config) {
  return document_of(config, [](const ConfigKey&) { return true; });
}

JsonValue receipt_configuration(const AppConfig& config) {
  return document_of(config, [](const ConfigKey& key) { return key.effect != Effect::Process; });
}

std::string canonical_configuration(const AppConfig& config) {
  return canonical_json(document_of(config, [](const ConfigKey& key) { return key.effect == Effect::Result; }));
}

Duration bar_interval(const DataConfig& data) {
  if (data.interval) return *data.interval;
  const bool minutes = data.synthetic_minutes || data.timeframe == Timeframe::Tick;
  return minutes ? kMinuteInterval : interval_of(data.timeframe);
}

EngineConfig engine_config(const AppConfig& config) {
  // Fine enough for a cent of long ago in the prices of today.
  constexpr Price kAdjustedTick = Price::from_raw(1'000);
  const bool as_traded =
      config.data.adjustment == AdjustmentMode::Raw || config.market_data.source == MarketDataOrigin::Simulated;
  const Price usual_tick = as_traded ? Instrument().tick : kAdjustedTick;
  EngineConfig engine;
  for (const std::string& symbol : config.data.symbols) {
    engine.instruments.push_back(
        {symbol, config.instruments.tick.value_or(usual_tick), config.instruments.lot, config.instruments.shortable});
  }
  for (const StrategySetup& setup : config.strategies) {
    StrategyConfig strategy{setup.id, setup.type, {}, setup.parameters};
    for (const std::string& symbol : setup.symbols) {
      const auto found = std::find(config.data.symbols.begin(), config.data.symbols.end(), symbol);
      BELLWETHER_INVARIANT(found != config.data.symbols.end(), "a strategy's symbol is not among data.symbols");
      strategy.instruments.push_back(static_cast<InstrumentIndex>(found - config.data.symbols.begin()));
    }
    engine.strategies.push_back(std::move(strategy));
  }
  engine.account = config.account;
  engine.risk = config.risk;
  engine.fills = config.fills;
  engine.fees = config.fees;
  engine.exchange = config.exchange;
  engine.exchange.asynchronous = config.market_data.source == MarketDataOrigin::Simulated;
  engine.orders = config.orders;
  return engine;
}

EngineConfig session_engine_config(const AppConfig& config) {
  EngineConfig engine = engine_config(config);
  add_manual_strategy(engine);
  return engine;
}

StatisticsOptions statistics_options(const AppConfig& config) {
  StatisticsOptions options;
  options.periods_per_year = config.statistics.periods_per_year;
  options.risk_free_annual = config.statistics.risk_free_annual;
  options.minimum_acceptable_annual = config.statistics.minimum_acceptable_annual;
  options.annual_sessions_min = kAnnualSessionsMin;
  options.returns_min = kReturnsMin;
  options.coverage_min = kCoverageMin;
  return options;
}

namespace {

/// Levenshtein's distance: letters to insert, remove or replace.
std::size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < right.size(); ++j) {
      const std::size_t replaced = diagonal + (left[i] == right[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::vector<std::string_view> near_names(std::string_view name, std::span<const std::string_view> candidates,
                                         std::size_t most) {
  const std::size_t beyond = name.size() / 3 + 2;  // So far away is another word.
  std::vector<std::pair<std::size_t, std::string_view>> found;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < beyond) found.emplace_back(distance, candidate);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < std::min(most, found.size()); ++i) names.push_back(found[i].second);
  return names;
}

std::string_view nearest_name(std::string_view name, std::span<const std::string_view> candidates) {
  if (const auto near = near_names(name, candidates, 1); !near.empty()) return near.front();
  // A key given without its group, or in the wrong one.
  const std::string_view last = name.substr(name.rfind('.') + 1);
  for (const std::string_view candidate : candidates) {
    if (candidate.substr(candidate.rfind('.') + 1) == last) return candidate;
  }
  return {};
}

}  // namespace bellwether
