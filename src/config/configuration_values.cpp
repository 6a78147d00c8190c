// How values of each type of a configuration key are read, described and written.
#include <charconv>
#include <cmath>
#include <type_traits>

#include "config/configuration_schema.hpp"

namespace bellwether {
namespace {

using Kind = JsonValue::Kind;

template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>*> : std::true_type {};

template <typename T>
constexpr bool kIsFixed = std::is_same_v<T, Money> || std::is_same_v<T, Price> || std::is_same_v<T, Quantity>;

std::string number_text(double value) {
  char buffer[32];
  const bool plain = value == 0 || (std::abs(value) >= 1e-9 && std::abs(value) <= 1e15);
  const auto [end, error] = plain ? std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed)
                                  : std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, end};
}

struct DurationUnit {
  std::string_view name;
  std::int64_t ns;
};
constexpr DurationUnit kDurationUnits[] = {
    {"d", 86'400'000'000'000},
    {"h", 3'600'000'000'000},
    {"m", 60'000'000'000},
    {"s", 1'000'000'000},
    {"ms", 1'000'000},
    {"us", 1'000},
    {"ns", 1},
};

std::string duration_text(Duration duration) {
  if (duration.count() == 0) return "0s";
  for (const DurationUnit& unit : kDurationUnits) {
    if (duration.count() % unit.ns == 0) return std::to_string(duration.count() / unit.ns) + std::string(unit.name);
  }
  return {};
}

std::optional<Duration> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || count < 0) return std::nullopt;
  const std::string_view name(at, static_cast<std::size_t>(text.data() + text.size() - at));
  for (const DurationUnit& unit : kDurationUnits) {
    std::int64_t ns = 0;
    if (unit.name == name && !__builtin_mul_overflow(count, unit.ns, &ns)) return Duration(ns);
  }
  return std::nullopt;
}

bool in_range(const ConfigKey& key, double value) {
  return std::isfinite(value) && value >= key.minimum && value <= key.maximum;
}

/// Each `read` sets `out` and returns true when `value` is of the key's type and allowed.
bool read(const ConfigKey&, const JsonValue& value, bool& out) {
  out = value.boolean;
  return value.is(Kind::Boolean);
}

template <typename Integer>
requires std::is_same_v<Integer, std::uint32_t> || std::is_same_v<Integer, std::uint64_t>
bool read(const ConfigKey& key, const JsonValue& value, Integer& out) {
  if (!value.is(Kind::Number)) return false;
  const auto whole = parse_decimal(value.text, 0);
  if (!whole || *whole < 0 || !in_range(key, static_cast<double>(*whole))) return false;
  out = static_cast<Integer>(*whole);
  return true;
}

bool read(const ConfigKey& key, const JsonValue& value, double& out) {
  if (!value.is(Kind::Number)) return false;
  const char* end = value.text.data() + value.text.size();
  const auto [at, error] = std::from_chars(value.text.data(), end, out);
  return error == std::errc() && at == end && in_range(key, out);
}

template <typename Amount>
requires kIsFixed<Amount>
bool read(const ConfigKey& key, const JsonValue& value, Amount& out) {
  if (!value.is(Kind::Number) && !value.is(Kind::Text)) return false;
  const auto amount = Amount::parse(value.text);
  if (!amount || !in_range(key, amount->to_double())) return false;
  out = *amount;
  return true;
}

bool read(const ConfigKey& key, const JsonValue& value, std::string& out) {
  out = value.text;
  return value.is(Kind::Text) && in_range(key, static_cast<double>(value.text.size())) &&
         value.text.find('\0') == std::string::npos;
}

/// A symbol, or the name of a host.
bool is_name(std::string_view text, std::size_t length_max) {
  constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
  return !text.empty() && text.size() <= length_max && text.find_first_not_of(kAllowed) == std::string_view::npos &&
         text.front() != '.';
}

bool read_names(const JsonValue& value, std::size_t length_max, std::vector<std::string>& out) {
  if (!value.is(Kind::List)) return false;
  std::vector<std::string> texts;
  for (const JsonValue& item : value.items) {
    if (!item.is(Kind::Text) || !is_name(item.text, length_max)) return false;
    for (const std::string& earlier : texts) {
      if (earlier == item.text) return false;
    }
    texts.push_back(item.text);
  }
  out = std::move(texts);
  return out.size() <= static_cast<std::size_t>(kNoInstrument);
}

bool read(const ConfigKey&, const JsonValue& value, std::vector<std::string>& out) {
  constexpr std::size_t kSymbolLengthMax = 32;
  return read_names(value, kSymbolLengthMax, out);
}
bool read(const ConfigKey& key, const JsonValue& value, HostNames& out) {
  return read_names(value, static_cast<std::size_t>(key.maximum), out.names);
}

bool read(const ConfigKey&, const JsonValue& value, Date& out) {
  if (!value.is(Kind::Text)) return false;
  const auto date = Date::parse(value.text);
  if (date) out = *date;
  return date.has_value();
}

/// The bounds are in seconds; without them, any length but none.
bool read(const ConfigKey& key, const JsonValue& value, Duration& out) {
  if (!value.is(Kind::Text)) return false;
  const auto duration = parse_duration(value.text);
  if (!duration) return false;
  out = *duration;
  if (key.maximum == 0) return out.count() > 0;
  return in_range(key, std::chrono::duration<double>(out).count());
}

bool read(const ConfigKey& key, const JsonValue& value, RunSpeed& out) {
  if (value.is(Kind::Text) && (value.text == "demo" || value.text == "max")) {
    out = {value.text == "demo" ? RunSpeed::Kind::Demo : RunSpeed::Kind::Max, 1};
    return true;
  }
  out.kind = RunSpeed::Kind::Factor;
  return read(key, value, out.factor);
}

bool read_choice(const ConfigKey& key, const JsonValue& value, unsigned char& out) {
  if (!value.is(Kind::Text)) return false;
  for (std::size_t i = 0; i < key.choices.size(); ++i) {
    if (key.choices[i] != value.text) continue;
    out = static_cast<unsigned char>(i);
    return true;
  }
  return false;
}

JsonValue written(bool value) { return JsonValue::of_boolean(value); }
JsonValue written(double value) { return JsonValue::of_number(value); }
JsonValue written(std::uint32_t value) { return JsonValue::of_number(std::to_string(value)); }
JsonValue written(std::uint64_t value) { return JsonValue::of_number(std::to_string(value)); }
JsonValue written(const std::string& value) { return JsonValue::of_text(value); }
JsonValue written(Date value) { return JsonValue::of_text(value.to_string()); }
JsonValue written(Duration value) { return JsonValue::of_text(duration_text(value)); }
template <typename Amount>
requires kIsFixed<Amount> JsonValue written(Amount value) { return JsonValue::of_number(value.to_string()); }
JsonValue written(const std::vector<std::string>& value) {
  JsonValue list = JsonValue::list();
  for (const std::string& text : value) list.items.push_back(JsonValue::of_text(text));
  return list;
}
JsonValue written(const HostNames& value) { return written(value.names); }
JsonValue written(const RunSpeed& value) {
  switch (value.kind) {
    case RunSpeed::Kind::Demo: return JsonValue::of_text("demo");
    case RunSpeed::Kind::Max: return JsonValue::of_text("max");
    case RunSpeed::Kind::Factor: break;
  }
  return JsonValue::of_number(value.factor);
}

std::string range_text(const ConfigKey& key) {
  return " from " + number_text(key.minimum) + " to " + number_text(key.maximum);
}

std::string choices_text(const ConfigKey& key) {
  std::string text = "one of";
  for (const std::string_view& choice : key.choices) {
    text += (&choice == &key.choices.front() ? " " : ", ") + std::string(choice);
  }
  return text;
}

struct AllowedText {
  const ConfigKey& key;

  std::string operator()(bool*) const { return "true or false"; }
  std::string operator()(std::uint32_t*) const { return "a whole number" + range_text(key); }
  std::string operator()(std::uint64_t*) const { return "a whole number" + range_text(key); }
  std::string operator()(double*) const { return "a number" + range_text(key); }
  std::string operator()(std::string*) const {
    return key.minimum > 0 ? "a text that is not empty" : "a text of up to " + number_text(key.maximum) + " characters";
  }
  std::string operator()(std::vector<std::string>*) const {
    return "a list of different symbols of letters, digits, '.', '-' and '_'";
  }
  std::string operator()(HostNames*) const {
    return "a list of different names of hosts, without port, of letters, digits, '.', '-' and '_'";
  }
  template <typename Amount>
  requires kIsFixed<Amount> std::string operator()(Amount*) const {
    return "a decimal number" + range_text(key) + " with at most " + std::to_string(Amount::kDecimals) +
           " decimal places";
  }
  std::string operator()(ChoiceRef) const { return choices_text(key); }
  std::string operator()(RunSpeed*) const { return "demo, max or a number" + range_text(key); }
  std::string operator()(Duration*) const {
    const std::string text = "a length of time such as 500ms, 90s, 15m or 1h";
    return key.maximum == 0 ? text : text + range_text(key) + " seconds";
  }
  std::string operator()(Date*) const { return "a date such as 2005-01-31"; }
  template <typename T>
  std::string operator()(std::optional<T>*) const {
    return (*this)(static_cast<T*>(nullptr)) + ", or null";
  }
};

}  // namespace

std::string ConfigKey::allowed() const {
  AppConfig config;
  return std::visit(AllowedText{*this}, field(config));
}

bool ConfigKey::optional() const {
  AppConfig config;
  return std::visit([](auto ref) { return IsOptional<decltype(ref)>::value; }, field(config));
}

Expected<void> assign(const ConfigKey& key, const JsonValue& value, AppConfig& config) {
  const bool fits = std::visit(
      [&](auto ref) {
        using Ref = decltype(ref);
        if constexpr (std::is_same_v<Ref, ChoiceRef>) {
          return read_choice(key, value, *ref.index);
        } else if constexpr (IsOptional<Ref>::value) {
          ref->reset();
          if (value.is(Kind::Null)) return true;
          return read(key, value, ref->emplace());
        } else {
          return read(key, value, *ref);
        }
      },
      key.field(config));
  if (fits) return {};
  return Error{std::string(key.path), "found " + describe(value) + ", allowed is " + key.allowed()};
}

JsonValue config_value(const ConfigKey& key, const AppConfig& config) {
  AppConfig copy = config;
  return std::visit(
      [&](auto ref) -> JsonValue {
        using Ref = decltype(ref);
        if constexpr (std::is_same_v<Ref, ChoiceRef>) {
          return JsonValue::of_text(std::string(key.choices[*ref.index]));
        } else if constexpr (IsOptional<Ref>::value) {
          return ref->has_value() ? written(**ref) : JsonValue();
        } else {
          return written(*ref);
        }
      },
      key.field(copy));
}

}  // namespace bellwether
