#include "config/configuration_strategies.hpp"

#include <algorithm>
#include <charconv>

#include "config/configuration.hpp"
#include "engine/manual_strategy.hpp"

namespace bellwether {
namespace {

using Kind = JsonValue::Kind;

/// One entry of the list while it is checked.
struct Entry {
  const JsonValue& value;
  std::string path;  ///< "strategies.0".
  ConfigurationDocument& document;

  void refuse(const std::string& key, const std::string& message) const {
    document.errors.push_back({document.field(key.empty() ? path : path + "." + key), message});
  }
};

std::string joined(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

const StrategyType* strategy_type(const Entry& entry, std::span<const StrategyType> types) {
  const JsonValue* name = entry.value.find("type");
  std::vector<std::string_view> names;
  for (const StrategyType& type : types) names.push_back(type.name);
  if (name == nullptr) {
    entry.refuse("type", "is missing; allowed is one of " + joined(names));
    return nullptr;
  }
  for (const StrategyType& type : types) {
    if (name->is(Kind::Text) && type.name == name->text) return &type;
  }
  const std::string_view nearest = name->is(Kind::Text) ? nearest_name(name->text, names) : "";
  entry.refuse("type", "found " + describe(*name) + ", allowed is one of " + joined(names) +
                           (nearest.empty() ? "" : "; did you mean " + std::string(nearest) + "?"));
  return nullptr;
}

std::string strategy_id(const Entry& entry, const std::string& default_id, const AppConfig& config) {
  constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  const JsonValue* given = entry.value.find("id");
  std::string id = given == nullptr ? default_id : given->text;
  if (given != nullptr &&
      (!given->is(Kind::Text) || id.empty() || id.size() > 64 || id.find_first_not_of(kAllowed) != std::string::npos)) {
    entry.refuse("id", "found " + describe(*given) + ", allowed are 1 to 64 letters, digits, '_' and '-'");
  }
  if (id == kManualStrategy)
    entry.refuse("id", "found \"manual\", under which orders by hand stand; name it otherwise");
  for (const StrategySetup& other : config.strategies) {
    if (other.id == id) entry.refuse("id", "found \"" + id + "\", which another strategy has; each needs its own");
  }
  return id;
}

std::vector<std::string> strategy_symbols(const Entry& entry, const AppConfig& config) {
  const JsonValue* given = entry.value.find("symbols");
  if (given == nullptr) return config.data.symbols;
  std::vector<std::string> symbols;
  if (!given->is(Kind::List) || given->items.empty()) {
    entry.refuse("symbols", "found " + describe(*given) + ", allowed is a list of symbols among data.symbols");
    return symbols;
  }
  for (const JsonValue& item : given->items) {
    const auto& known = config.data.symbols;
    if (!item.is(Kind::Text) || std::find(known.begin(), known.end(), item.text) == known.end()) {
      entry.refuse("symbols", "found " + describe(item) + ", allowed are the symbols in data.symbols");
    } else if (std::find(symbols.begin(), symbols.end(), item.text) != symbols.end()) {
      entry.refuse("symbols", "found " + describe(item) + " twice");
    } else {
      symbols.push_back(item.text);
    }
  }
  return symbols;
}

/// The value of a parameter, or nothing where it is null, a list or an object.
std::optional<ParameterValue> given_parameter(const JsonValue& value) {
  switch (value.kind) {
    case Kind::Boolean: return ParameterValue(value.boolean);
    case Kind::Text: return ParameterValue(value.text);
    case Kind::Number: break;
    case Kind::Null:
    case Kind::List:
    case Kind::Object: return std::nullopt;
  }
  const char* end = value.text.data() + value.text.size();
  std::int64_t whole = 0;
  if (const auto read = std::from_chars(value.text.data(), end, whole); read.ec == std::errc() && read.ptr == end) {
    return ParameterValue(whole);
  }
  double real = 0;
  if (std::from_chars(value.text.data(), end, real).ec != std::errc()) return std::nullopt;
  return ParameterValue(real);
}

Parameters strategy_parameters(const Entry& entry, const StrategyType& type) {
  std::vector<std::pair<std::string, ParameterValue>> given;
  if (const JsonValue* members = entry.value.find("parameters")) {
    if (!members->is(Kind::Object)) {
      entry.refuse("parameters", "found " + describe(*members) + ", allowed is an object");
    }
    for (const auto& [name, value] : members->members) {
      if (auto parameter = given_parameter(value)) {
        given.emplace_back(name, std::move(*parameter));
      } else {
        entry.refuse("parameters." + name, "found " + describe(value) + ", allowed is a number, a text, true or false");
      }
    }
  }
  auto checked = Parameters::check(type.parameters, given);
  if (auto* parameters = std::get_if<Parameters>(&checked)) return std::move(*parameters);
  for (const Error& error : std::get<std::vector<Error>>(checked)) {
    entry.refuse("parameters." + error.field, error.message);
  }
  return {};
}

/// Parameters that are fine one by one may contradict each other; only making the strategy tells.
void check_contradictions(const Entry& entry, const StrategyType& type, const StrategySetup& setup,
                          const AppConfig& config) {
  StrategyConfig strategy{setup.id, setup.type, {}, setup.parameters};
  if (setup.symbols.empty()) strategy.instruments.push_back(0);  // Stands for those that are missing.
  for (const std::string& symbol : setup.symbols) {
    const auto found = std::find(config.data.symbols.begin(), config.data.symbols.end(), symbol);
    strategy.instruments.push_back(static_cast<InstrumentIndex>(found - config.data.symbols.begin()));
  }
  const auto made = type.make(strategy);
  if (made) return;
  const std::string& field = made.error().field;
  for (const auto& [name, value] : setup.parameters.values()) {
    if (name != field) continue;
    return entry.refuse("parameters." + field, "found " + to_string(value) + ", " + made.error().message);
  }
  entry.refuse(field, made.error().message);
}

void check_bars(const Entry& entry, const StrategyType& type, const AppConfig& config) {
  const Duration interval = bar_interval(config.data);
  if (interval <= type.bar_interval_max) return;
  const auto minutes = [](Duration length) {
    return std::to_string(std::chrono::duration_cast<std::chrono::minutes>(length).count());
  };
  entry.document.errors.push_back(
      {entry.document.field(config.data.interval ? "data.interval" : "data.timeframe"),
       "gives bars of " + (interval == kDailyInterval ? "a day" : minutes(interval) + " minutes") + ", but " +
           entry.path + " (" + type.name + ") works on bars of " + minutes(type.bar_interval_max) +
           " minutes at most: choose a data.timeframe or data.interval that gives such, or data.synthetic_minutes"});
}

void check_entry(const Entry& entry, std::span<const StrategyType> types, AppConfig& config) {
  const std::size_t errors_before = entry.document.errors.size();
  if (!entry.value.is(Kind::Object)) {
    entry.refuse("", "found " + describe(entry.value) + ", allowed is an object with type, id, symbols, parameters");
    return;
  }
  constexpr std::string_view kKeys[] = {"id", "type", "symbols", "parameters"};
  for (const auto& [name, value] : entry.value.members) {
    if (std::find(std::begin(kKeys), std::end(kKeys), name) != std::end(kKeys)) continue;
    const std::string_view nearest = nearest_name(name, kKeys);
    entry.refuse(name, "is not a configuration key" +
                           (nearest.empty() ? "; there are " + joined(kKeys)
                                            : "; did you mean " + entry.path + "." + std::string(nearest) + "?"));
  }
  const StrategyType* type = strategy_type(entry, types);
  StrategySetup setup;
  setup.id = strategy_id(entry, type == nullptr ? entry.path : type->name, config);
  setup.symbols = strategy_symbols(entry, config);
  if (type != nullptr) {
    setup.type = type->name;
    setup.parameters = strategy_parameters(entry, *type);
  }
  if (type != nullptr) check_bars(entry, *type, config);
  if (type != nullptr && entry.document.errors.size() == errors_before)
    check_contradictions(entry, *type, setup, config);
  config.strategies.push_back(std::move(setup));
}

}  // namespace

void check_strategies(const JsonValue& list, std::span<const StrategyType> types, ConfigurationDocument& document,
                      AppConfig& config) {
  if (!list.is(Kind::List) || list.items.size() > kStrategiesMax) {
    document.errors.push_back(
        {document.field("strategies"),
         "found " + describe(list) + ", allowed is a list of up to " + std::to_string(kStrategiesMax) + " strategies"});
    return;
  }
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    check_entry({list.items[i], "strategies." + std::to_string(i), document}, types, config);
  }
}

JsonValue parameter_value(const ParameterValue& value) {
  if (const auto* boolean = std::get_if<bool>(&value)) return JsonValue::of_boolean(*boolean);
  if (const auto* text = std::get_if<std::string>(&value)) return JsonValue::of_text(*text);
  return JsonValue::of_number(to_string(value));
}

JsonValue strategies_value(const AppConfig& config) {
  JsonValue list = JsonValue::list();
  for (const StrategySetup& setup : config.strategies) {
    JsonValue entry = JsonValue::object();
    entry.member("id") = JsonValue::of_text(setup.id);
    entry.member("type") = JsonValue::of_text(setup.type);
    entry.member("symbols") = JsonValue::list();
    for (const std::string& symbol : setup.symbols) {
      entry.member("symbols").items.push_back(JsonValue::of_text(symbol));
    }
    entry.member("parameters") = JsonValue::object();
    for (const auto& [name, value] : setup.parameters.values()) {
      entry.member("parameters").member(name) = parameter_value(value);
    }
    list.items.push_back(std::move(entry));
  }
  return list;
}

}  // namespace bellwether
