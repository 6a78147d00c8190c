// A JSON document that keeps the text of its numbers, so that decimal amounts are read exactly, and the order of its
// keys. Refuses what a configuration must not contain: keys given twice and nesting without end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/expected.hpp"

namespace bellwether {

struct JsonMember;

struct JsonValue {
  enum class Kind : std::uint8_t { Null, Boolean, Number, Text, List, Object };

  JsonValue();

  Kind kind = Kind::Null;
  bool boolean = false;
  std::string text;  ///< Text: the characters. Number: its JSON text, such as "0.10".
  std::vector<JsonValue> items;
  std::vector<JsonMember> members;  ///< Object: in the order of the document.

  static JsonValue of_boolean(bool value);
  static JsonValue of_number(std::string token);
  static JsonValue of_number(double value);  ///< Finite.
  static JsonValue of_text(std::string value);
  static JsonValue list();
  static JsonValue object();

  [[nodiscard]] bool is(Kind which) const { return kind == which; }
  /// The member of that name, or null.
  [[nodiscard]] const JsonValue* find(std::string_view key) const;
  [[nodiscard]] JsonValue* find(std::string_view key);
  /// Object: the member of that name, made when it is not there.
  JsonValue& member(std::string_view key);
};

struct JsonMember {
  JsonMember(std::string name, JsonValue content) : key(std::move(name)), value(std::move(content)) {}

  std::string key;
  JsonValue value;
};

/// Nesting that a document may have.
constexpr std::size_t kJsonDepthMax = 32;

/// A document with what is wrong with its keys.
struct JsonDocument {
  JsonValue root;
  std::vector<Error> duplicates;  ///< One for each key that is given again.
};

/// Reads one document, through to its end where keys are given twice. An Error carries `name` as its field and says
/// line and column.
Expected<JsonDocument> parse_json_document(std::string_view text, std::string_view name);

/// The same, where a key that is given twice is an Error too.
Expected<JsonValue> parse_json(std::string_view text, std::string_view name);

/// What a parser that stopped at byte `position` of `text` says of it, after line and column.
std::string json_fault(std::string_view text, std::size_t position, std::string_view what);

/// `text` between quotation marks, escaped; invalid UTF-8 becomes U+FFFD.
std::string json_quoted(std::string_view text);

/// One line without blanks, keys sorted by their bytes: equal documents have equal text.
std::string canonical_json(const JsonValue& value);

/// Two blanks of indentation, keys in their order.
std::string pretty_json(const JsonValue& value);

/// `text`, or its first `bytes_max` bytes and "..."; no character of UTF-8 is cut in two.
std::string shortened(std::string text, std::size_t bytes_max);

/// The value for a message: 5, true, "text", [...], {...}; long ones are cut.
std::string describe(const JsonValue& value);

}  // namespace bellwether
