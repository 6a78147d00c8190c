// Parameters of a strategy: declared once with type, range, default and meaning; the declaration serves configuration
// checks, the API and the documentation.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/expected.hpp"

namespace bellwether {

enum class ParameterType : std::uint8_t { Integer, Real, Boolean, Text };
std::string_view token(ParameterType type);

using ParameterValue = std::variant<std::int64_t, double, bool, std::string>;

/// One parameter. `minimum` and `maximum` bound numbers, inclusive; `choices` bounds texts (any, where empty).
struct ParameterSpec {
  std::string name;
  ParameterValue default_value;
  double minimum = 0;
  double maximum = 0;
  std::string meaning;
  std::vector<std::string> choices = {};

  [[nodiscard]] ParameterType type() const { return static_cast<ParameterType>(default_value.index()); }
};

/// Checked values of all parameters of one strategy, defaults filled in.
class Parameters {
 public:
  /// Checks `given` against `specs`. Returns the values, or every violation at once: unknown name, wrong type (a whole
  /// number stands for a Real too), out of range.
  static std::variant<Parameters, std::vector<Error>> check(
      std::span<const ParameterSpec> specs, std::span<const std::pair<std::string, ParameterValue>> given);

  /// The value of a declared parameter; an undeclared name or the wrong type is a broken invariant.
  [[nodiscard]] std::int64_t integer(std::string_view name) const;
  [[nodiscard]] double real(std::string_view name) const;
  [[nodiscard]] bool boolean(std::string_view name) const;
  [[nodiscard]] const std::string& text(std::string_view name) const;

  /// In the order of declaration.
  [[nodiscard]] std::span<const std::pair<std::string, ParameterValue>> values() const { return values_; }

 private:
  [[nodiscard]] const ParameterValue& find(std::string_view name) const;
  std::vector<std::pair<std::string, ParameterValue>> values_;
};

/// The value as it is written in a configuration: 10, 0.5, true, text.
std::string to_string(const ParameterValue& value);

/// Reads a command-line value by the type of `spec`.
Expected<ParameterValue> parse_parameter(const ParameterSpec& spec, std::string_view text);

}  // namespace bellwether
