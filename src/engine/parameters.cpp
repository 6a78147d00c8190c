#include "engine/parameters.hpp"

#include <charconv>
#include <cmath>

namespace bellwether {
namespace {

std::string number_text(double value) {
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, end};
}

std::string allowed_text(const ParameterSpec& spec) {
  switch (spec.type()) {
    case ParameterType::Integer:
      return "a whole number from " + number_text(spec.minimum) + " to " + number_text(spec.maximum);
    case ParameterType::Real: return "a number from " + number_text(spec.minimum) + " to " + number_text(spec.maximum);
    case ParameterType::Boolean: return "true or false";
    case ParameterType::Text: break;
  }
  if (spec.choices.empty()) return "a text";
  std::string text = "one of";
  for (const std::string& choice : spec.choices) text += (&choice == &spec.choices.front() ? " " : ", ") + choice;
  return text;
}

Error violation(const ParameterSpec& spec, const std::string& found) {
  return {spec.name, "found " + found + ", allowed is " + allowed_text(spec)};
}

bool allowed(const ParameterSpec& spec, const ParameterValue& value) {
  const auto in_range = [&](double number) {
    return std::isfinite(number) && number >= spec.minimum && number <= spec.maximum;
  };
  switch (spec.type()) {
    case ParameterType::Integer: return in_range(static_cast<double>(std::get<std::int64_t>(value)));
    case ParameterType::Real: return in_range(std::get<double>(value));
    case ParameterType::Boolean: return true;
    case ParameterType::Text: break;
  }
  if (spec.choices.empty()) return true;
  for (const std::string& choice : spec.choices) {
    if (choice == std::get<std::string>(value)) return true;
  }
  return false;
}

/// `value` as the type of `spec`: a whole number given for a Real becomes one. The same index means it fits.
ParameterValue converted(const ParameterSpec& spec, const ParameterValue& value) {
  if (spec.type() == ParameterType::Real && std::holds_alternative<std::int64_t>(value)) {
    return static_cast<double>(std::get<std::int64_t>(value));
  }
  return value;
}

const ParameterSpec* find_spec(std::span<const ParameterSpec> specs, std::string_view name) {
  for (const ParameterSpec& spec : specs) {
    if (spec.name == name) return &spec;
  }
  return nullptr;
}

}  // namespace

std::string_view token(ParameterType type) {
  constexpr std::string_view kNames[] = {"integer", "number", "boolean", "string"};
  return kNames[static_cast<std::size_t>(type)];
}

std::string to_string(const ParameterValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* real = std::get_if<double>(&value)) return number_text(*real);
  if (const auto* boolean = std::get_if<bool>(&value)) return *boolean ? "true" : "false";
  return std::get<std::string>(value);
}

std::variant<Parameters, std::vector<Error>> Parameters::check(
    std::span<const ParameterSpec> specs, std::span<const std::pair<std::string, ParameterValue>> given) {
  std::vector<Error> errors;
  Parameters result;
  for (const ParameterSpec& spec : specs) result.values_.emplace_back(spec.name, spec.default_value);
  for (const auto& [name, value] : given) {
    const ParameterSpec* spec = find_spec(specs, name);
    if (spec == nullptr) {
      std::string known;
      for (const ParameterSpec& each : specs) known += (known.empty() ? "" : ", ") + each.name;
      errors.push_back({name, "is not a parameter; there are " + (known.empty() ? "none" : known)});
      continue;
    }
    ParameterValue typed = converted(*spec, value);
    if (typed.index() != spec->default_value.index() || !allowed(*spec, typed)) {
      errors.push_back(violation(*spec, to_string(value)));
      continue;
    }
    result.values_[static_cast<std::size_t>(spec - specs.data())].second = std::move(typed);
  }
  if (!errors.empty()) return errors;
  return result;
}

const ParameterValue& Parameters::find(std::string_view name) const {
  for (const auto& [key, value] : values_) {
    if (key == name) return value;
  }
  invariant_failed("a parameter that was not declared", __FILE__, __LINE__);
}

std::int64_t Parameters::integer(std::string_view name) const { return std::get<std::int64_t>(find(name)); }
double Parameters::real(std::string_view name) const { return std::get<double>(find(name)); }
bool Parameters::boolean(std::string_view name) const { return std::get<bool>(find(name)); }
const std::string& Parameters::text(std::string_view name) const { return std::get<std::string>(find(name)); }

Expected<ParameterValue> parse_parameter(const ParameterSpec& spec, std::string_view text) {
  const char* end = text.data() + text.size();
  switch (spec.type()) {
    case ParameterType::Integer: {
      std::int64_t value = 0;
      const auto [at, error] = std::from_chars(text.data(), end, value);
      if (error == std::errc() && at == end) return ParameterValue(value);
      break;
    }
    case ParameterType::Real: {
      double value = 0;
      const auto [at, error] = std::from_chars(text.data(), end, value);
      if (error == std::errc() && at == end) return ParameterValue(value);
      break;
    }
    case ParameterType::Boolean:
      if (text == "true" || text == "false") return ParameterValue(text == "true");
      break;
    case ParameterType::Text: return ParameterValue(std::string(text));
  }
  return violation(spec, "'" + std::string(text) + "'");
}

}  // namespace bellwether
