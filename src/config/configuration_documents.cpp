// The configuration's documentation and JSON Schema, both from the schema table.
#include "config/configuration_schema.hpp"
#include "config/configuration_strategies.hpp"

namespace bellwether {
namespace {

struct Group {
  std::string_view prefix;
  std::string_view title;
};
constexpr Group kGroups[] = {
    {"mode", "Mode"},
    {"market_data.", "Source of market data"},
    {"data.", "Data sets"},
    {"clock.", "Clock"},
    {"instruments.", "Instruments"},
    {"account.", "Account"},
    {"risk.", "Risk limits and breakers"},
    {"fills.", "Fill simulation"},
    {"fees.", "Fees"},
    {"exchange.", "Exchange"},
    {"orders.", "Orders without an answer"},
    {"changes.", "Changes of a running account"},
    {"statistics.", "Statistics"},
    {"run.", "Running"},
    {"api.", "API"},
    {"logging.", "Logging"},
    {"output.", "Results"},
};

constexpr std::string_view kIntroduction = R"(# Configuration

<!-- Written by `bellwether config --markdown`; a test compares this file with what the program writes. -->

One JSON file, given with `--config FILE`. Every key has a default, so the file holds only what differs. A value comes
from, in rising order of precedence: its default, the file, its environment variable, `--set KEY=VALUE`.

- An unknown key, a value of the wrong type or out of its range, a key given twice: each is an error that names the path,
  what was found and what is allowed. All errors are reported at once, and nothing is started.
- Decimal amounts are read from the digits as they are written, never through binary floating point; they may also stand
  in quotation marks.
- Lists may be given to `--set` and in environment variables as JSON or separated by commas:
  `--set data.symbols=AAPL,MSFT`.
- Entries of `strategies` go by their place or id: `--set strategies.0.parameters.fast=5`, or
  `BELLWETHER_STRATEGIES__0__PARAMETERS__FAST=5`.
- The result of a backtest depends on the keys marked *result*: their canonical JSON is what a receipt's
  `configuration_sha256` is of.

`bellwether config` shows the configuration in effect, `bellwether config --schema` a JSON Schema for editors.

| Example | Shows |
|---|---|
| `demo.json` | Paper trading of four stocks on synthetic minutes, two strategies |
| `backtest.json` | One strategy over daily bars, with fees |
| `risk.json` | Risk limits and breakers |
| `costs.json` | Slippage, participation cap and US regulatory fees |
| `always_on.json` | Trading by the clock on simulated live prices, until it is stopped |
| `bad_broker.json` | A backtest against a slow exchange that loses, repeats and reorders what it says |
)";

/// `text` for a cell of a Markdown table.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string key_row(const ConfigKey& key) {
  return "| `" + std::string(key.path) + "` | `" + canonical_json(config_value(key, AppConfig())) + "` | " +
         cell(key.allowed()) + " | " + cell(key.meaning) + (key.effect == Effect::Result ? " (*result*)" : "") +
         " | `" + key.environment_name() + "` |\n";
}

std::string number_text(double value) { return to_string(ParameterValue(value)); }

std::string parameter_allowed(const ParameterSpec& spec) {
  const std::string range = " from " + number_text(spec.minimum) + " to " + number_text(spec.maximum);
  switch (spec.type()) {
    case ParameterType::Integer: return "a whole number" + range;
    case ParameterType::Real: return "a number" + range;
    case ParameterType::Boolean: return "true or false";
    case ParameterType::Text: break;
  }
  std::string text;
  for (const std::string& choice : spec.choices) text += (text.empty() ? "one of " : ", ") + choice;
  return text.empty() ? "a text" : text;
}

std::string strategies_section(std::span<const StrategyType> types) {
  std::string text = R"(
## Strategies

`strategies` is a list; each entry trades on its own account of positions and profit. No `id` may be `manual`: orders by
hand stand under it.

| Key | Meaning |
|---|---|
| `type` | Which strategy, of those below |
| `id` | Its name in orders, metrics and reports: 1 to 64 letters, digits, `_` and `-`; default: the type |
| `symbols` | Instruments that it trades, among `data.symbols`; default: all of them |
| `parameters` | Its parameters; those left out have their defaults |
)";
  for (const StrategyType& type : types) {
    text += "\n### `" + type.name + "`\n\n" + type.meaning + "\n";
    if (type.parameters.empty()) continue;
    text += "\n| Parameter | Default | Allowed | Meaning |\n|---|---|---|---|\n";
    for (const ParameterSpec& spec : type.parameters) {
      text += "| `" + spec.name + "` | `" + canonical_json(parameter_value(spec.default_value)) + "` | " +
              cell(parameter_allowed(spec)) + " | " + cell(spec.meaning) + " |\n";
    }
  }
  return text;
}

JsonValue text_list(std::span<const std::string_view> texts) {
  JsonValue list = JsonValue::list();
  for (const std::string_view text : texts) list.items.push_back(JsonValue::of_text(std::string(text)));
  return list;
}

void set_type(JsonValue& schema, std::string_view type) {
  schema.member("type") = JsonValue::of_text(std::string(type));
}

void set_range(JsonValue& schema, double minimum, double maximum) {
  schema.member("minimum") = JsonValue::of_number(minimum);
  schema.member("maximum") = JsonValue::of_number(maximum);
}

/// The schema of one type of value.
struct SchemaOf {
  const ConfigKey& key;
  JsonValue schema = JsonValue::object();

  void operator()(bool*) { set_type(schema, "boolean"); }
  void operator()(std::uint32_t*) { number("integer"); }
  void operator()(std::uint64_t*) { number("integer"); }
  void operator()(double*) { number("number"); }
  void operator()(std::string*) {
    set_type(schema, "string");
    schema.member("minLength") = JsonValue::of_number(key.minimum);
    schema.member("maxLength") = JsonValue::of_number(key.maximum);
  }
  void operator()(std::vector<std::string>*) {
    set_type(schema, "array");
    set_type(schema.member("items") = JsonValue::object(), "string");
    schema.member("uniqueItems") = JsonValue::of_boolean(true);
  }
  void operator()(HostNames*) { (*this)(static_cast<std::vector<std::string>*>(nullptr)); }
  void operator()(ChoiceRef) { schema.member("enum") = text_list(key.choices); }
  void operator()(RunSpeed*) { set_types({"string", "number"}); }
  void operator()(Date*) {
    set_type(schema, "string");
    schema.member("format") = JsonValue::of_text("date");
  }
  void operator()(Duration*) {
    set_type(schema, "string");
    schema.member("pattern") = JsonValue::of_text(
        key.maximum == 0 || key.minimum > 0 ? "^[1-9][0-9]*(d|h|m|s|ms|us|ns)$" : "^[0-9]+(d|h|m|s|ms|us|ns)$");
  }
  template <typename Tag, int Decimals>
  void operator()(Fixed<Tag, Decimals>*) {
    set_types({"number", "string"});
    set_range(schema, key.minimum, key.maximum);
  }
  template <typename T>
  void operator()(std::optional<T>*) {
    (*this)(static_cast<T*>(nullptr));
    JsonValue& type = schema.member("type");
    if (!type.is(JsonValue::Kind::List)) {
      const JsonValue single = type;
      type = JsonValue::list();
      type.items.push_back(single);
    }
    type.items.push_back(JsonValue::of_text("null"));
  }

 private:
  void number(std::string_view type) {
    set_type(schema, type);
    set_range(schema, key.minimum, key.maximum);
  }
  void set_types(std::vector<std::string_view> types) { schema.member("type") = text_list(types); }
};

JsonValue key_schema(const ConfigKey& key) {
  AppConfig config;
  SchemaOf of{key};
  std::visit(of, key.field(config));
  of.schema.member("default") = config_value(key, config);
  of.schema.member("description") = JsonValue::of_text(std::string(key.meaning));
  return std::move(of.schema);
}

JsonValue closed_object() {
  JsonValue schema = JsonValue::object();
  set_type(schema, "object");
  schema.member("additionalProperties") = JsonValue::of_boolean(false);
  schema.member("properties") = JsonValue::object();
  return schema;
}

JsonValue parameter_schema(const ParameterSpec& spec) {
  JsonValue schema = JsonValue::object();
  set_type(schema, token(spec.type()));
  if (spec.type() == ParameterType::Integer || spec.type() == ParameterType::Real) {
    set_range(schema, spec.minimum, spec.maximum);
  }
  if (!spec.choices.empty()) {
    schema.member("enum") = text_list(std::vector<std::string_view>(spec.choices.begin(), spec.choices.end()));
  }
  schema.member("default") = parameter_value(spec.default_value);
  schema.member("description") = JsonValue::of_text(spec.meaning);
  return schema;
}

JsonValue strategy_schema(const StrategyType& type) {
  JsonValue schema = closed_object();
  schema.member("description") = JsonValue::of_text(type.meaning);
  schema.member("required") = text_list(std::vector<std::string_view>{"type"});
  JsonValue& properties = schema.member("properties");
  properties.member("type") = JsonValue::object();
  properties.member("type").member("const") = JsonValue::of_text(type.name);
  properties.member("id") = JsonValue::object();
  properties.member("id").member("type") = JsonValue::of_text("string");
  properties.member("id").member("pattern") = JsonValue::of_text("^[A-Za-z0-9_-]{1,64}$");
  properties.member("symbols") = JsonValue::object();
  set_type(properties.member("symbols"), "array");
  properties.member("symbols").member("items") = JsonValue::object();
  set_type(properties.member("symbols").member("items"), "string");
  properties.member("parameters") = closed_object();
  for (const ParameterSpec& spec : type.parameters) {
    properties.member("parameters").member("properties").member(spec.name) = parameter_schema(spec);
  }
  return schema;
}

}  // namespace

std::string configuration_markdown(std::span<const StrategyType> strategies) {
  std::string text(kIntroduction);
  for (const Group& group : kGroups) {
    text += "\n## " + std::string(group.title) +
            "\n\n| Key | Default | Allowed | Meaning | Environment variable |\n|---|---|---|---|---|\n";
    for (const ConfigKey& key : config_keys()) {
      if (key.path.starts_with(group.prefix)) text += key_row(key);
    }
  }
  return text + strategies_section(strategies);
}

std::string configuration_json_schema(std::span<const StrategyType> strategies) {
  JsonValue root = JsonValue::object();
  root.member("$schema") = JsonValue::of_text("https://json-schema.org/draft/2020-12/schema");
  root.member("title") = JsonValue::of_text("Bellwether configuration");
  JsonValue body = closed_object();
  for (auto& [name, value] : body.members) root.member(name) = std::move(value);
  for (const ConfigKey& key : config_keys()) {
    JsonValue* properties = &root.member("properties");
    std::string_view name = key.path;
    for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
      JsonValue& group = properties->member(name.substr(0, dot));
      if (group.is(JsonValue::Kind::Null)) group = closed_object();
      properties = &group.member("properties");
      name.remove_prefix(dot + 1);
    }
    properties->member(name) = key_schema(key);
  }
  JsonValue& list = root.member("properties").member("strategies");
  list = JsonValue::object();
  set_type(list, "array");
  JsonValue& items = list.member("items");
  items = JsonValue::object();
  JsonValue& kinds = items.member("oneOf");
  kinds = JsonValue::list();
  for (const StrategyType& type : strategies) kinds.items.push_back(strategy_schema(type));
  return pretty_json(root);
}

}  // namespace bellwether
