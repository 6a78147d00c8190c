// The project's one way to report bad input: a value or an Error, in the style of std::expected (C++23).
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "engine/invariant.hpp"

namespace bellwether {

/// Why an input was refused. `field` names what was wrong (a configuration path, a column, a flag);
/// `message` says what was found and what is allowed.
struct Error {
  std::string field;
  std::string message;

  /// "field: message", or the message alone where no field applies.
  [[nodiscard]] std::string text() const { return field.empty() ? message : field + ": " + message; }
};

/// A value of type T, or the Error that stands in its place. Reading the wrong one is a broken invariant.
template <typename T>
class [[nodiscard]] Expected {
 public:
  Expected(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Expected(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  [[nodiscard]] T& value() & {
    BELLWETHER_INVARIANT(has_value(), "value() of an Expected that holds an error");
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] const T& value() const& {
    BELLWETHER_INVARIANT(has_value(), "value() of an Expected that holds an error");
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] T&& value() && { return std::move(value()); }
  [[nodiscard]] const Error& error() const {
    BELLWETHER_INVARIANT(!has_value(), "error() of an Expected that holds a value");
    return *std::get_if<1>(&state_);
  }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, Error> state_;
};

/// Success without a value, or an Error.
template <>
class [[nodiscard]] Expected<void> {
 public:
  Expected() = default;
  Expected(Error error) : error_(std::move(error)), ok_(false) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const { return ok_; }
  explicit operator bool() const { return ok_; }
  [[nodiscard]] const Error& error() const {
    BELLWETHER_INVARIANT(!ok_, "error() of an Expected that holds a value");
    return error_;
  }

 private:
  Error error_;
  bool ok_ = true;
};

}  // namespace bellwether
