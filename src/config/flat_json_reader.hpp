// Takes a document of a known form apart, and says of the first thing that is wrong where it stands.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/flat_json.hpp"
#include "engine/decimal.hpp"
#include "engine/order_types.hpp"
#include "engine/time.hpp"

namespace bellwether {

/// A value of a document with the way to it. The one that it was taken from must outlive it.
class JsonPlace {
 public:
  explicit JsonPlace(const FlatJson& document) : document_(&document) {}

  [[nodiscard]] const FlatJson::Node& node() const { return document_->node(index_); }
  [[nodiscard]] std::string_view text() const { return document_->text(node()); }
  [[nodiscard]] std::string_view key() const { return document_->key(node()); }
  /// "positions[3].lots[0].quantity"; empty for the whole document.
  [[nodiscard]] std::string path() const;
  /// Calls `visit(JsonPlace)` for every child, in order.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    std::uint32_t child = index_ + 1;
    for (std::uint32_t i = 0; i < node().children; ++i, child = document_->node(child).after) {
      visit(JsonPlace(*document_, child, this, i));
    }
  }
  /// The member of that name; nothing where there is none.
  [[nodiscard]] std::optional<JsonPlace> find(std::string_view name) const;

 private:
  JsonPlace(const FlatJson& document, std::uint32_t index, const JsonPlace* parent, std::uint32_t number)
      : document_(&document), index_(index), parent_(parent), number_(number) {}

  const FlatJson* document_;
  std::uint32_t index_ = 0;
  const JsonPlace* parent_ = nullptr;
  std::uint32_t number_ = 0;  // Among the parent's children.
};

/// The first fault of a document.
class JsonFault {
 public:
  void add(const JsonPlace& at, const std::string& message) { add(at.path(), message); }
  void add(std::string path, std::string message) {
    if (!error_) error_ = Error{std::move(path), std::move(message)};
  }
  [[nodiscard]] bool any() const { return error_.has_value(); }
  [[nodiscard]] const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

/// The members of an object. A member without a default must be there; what is wrong goes to the fault, and the value
/// read in its place means nothing. At the end, `finish` refuses members that nobody asked for.
class JsonObject {
 public:
  JsonObject(const JsonPlace& at, JsonFault& fault);

  std::string text(std::string_view name);
  bool boolean(std::string_view name);
  bool boolean_or_false(std::string_view name);
  std::uint64_t whole(std::string_view name, std::uint64_t most);
  std::uint64_t whole_or_zero(std::string_view name, std::uint64_t most);
  Timestamp time(std::string_view name);
  Timestamp time_or(std::string_view name, Timestamp absent);
  OrderId order(std::string_view name);
  OrderId order_or_none(std::string_view name);
  template <typename Number>
  Number decimal(std::string_view name) {
    const auto at = take(name, true);
    return at ? decimal_at<Number>(*at) : Number();
  }
  template <typename Number>
  Number decimal_or_zero(std::string_view name) {
    const auto at = take(name, false);
    return at ? decimal_at<Number>(*at) : Number();
  }
  /// By the tokens of the first `count` enumerators.
  template <typename Enum>
  Enum token_of(std::string_view name, std::size_t count) {
    const auto at = take(name, true);
    return at ? enumerator_at<Enum>(*at, count) : Enum();
  }
  template <typename Enum>
  Enum token_or_first(std::string_view name, std::size_t count) {
    const auto at = take(name, false);
    return at ? enumerator_at<Enum>(*at, count) : Enum();
  }
  /// Calls `visit(JsonPlace)` for every item of a list, until a fault is found.
  template <typename Visit>
  void list(std::string_view name, Visit&& visit) {
    const auto at = take(name, true);
    if (!at || !expect(*at, FlatJson::Kind::List, "a list")) return;
    at->for_each([&](const JsonPlace& item) {
      if (!fault_->any()) visit(item);
    });
  }
  /// A member of any kind.
  std::optional<JsonPlace> take(std::string_view name, bool is_required);
  void finish();

  bool expect(const JsonPlace& at, FlatJson::Kind kind, std::string_view what);
  [[nodiscard]] JsonFault& fault() { return *fault_; }
  OrderId order_at(const JsonPlace& at);
  Timestamp time_at(const JsonPlace& at);
  template <typename Number>
  Number decimal_at(const JsonPlace& at) {
    if (!expect(at, FlatJson::Kind::Text, "a decimal number between quotation marks")) return {};
    const auto parsed = Number::parse(at.text());
    if (!parsed) fault_->add(at, parsed.error().message);
    return parsed ? *parsed : Number();
  }
  template <typename Enum>
  Enum enumerator_at(const JsonPlace& at, std::size_t count) {
    if (!expect(at, FlatJson::Kind::Text, "a text")) return {};
    for (std::size_t i = 0; i < count; ++i) {
      if (token(static_cast<Enum>(i)) == at.text()) return static_cast<Enum>(i);
    }
    std::string known;
    for (std::size_t i = 0; i < count; ++i) known += (i == 0 ? "" : ", ") + std::string(token(static_cast<Enum>(i)));
    fault_->add(at, "found " + json_quoted(at.text()) + ", allowed are " + known);
    return {};
  }

 private:
  std::uint64_t whole_at(const JsonPlace& at, std::uint64_t most);

  JsonPlace at_;
  JsonFault* fault_;
  std::uint32_t taken_ = 0;
  std::vector<std::string_view> names_;  // Asked for.
};

}  // namespace bellwether
