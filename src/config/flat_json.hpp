// A large JSON document read at once: its values stand one behind the other in memory, without an allocation for each.
// For documents of a known form; configurations, of which people write any, are JsonValues.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/json_value.hpp"
#include "engine/expected.hpp"

namespace bellwether {

class FlatJson {
 public:
  using Kind = JsonValue::Kind;

  /// A value. What it says of keys and places means nothing for the root.
  struct Node {
    Kind kind = Kind::Null;
    bool boolean = false;
    bool is_whole = false;  ///< Number: written without a point or exponent.
    std::uint32_t key_at = 0;
    std::uint32_t key_size = 0;
    std::uint32_t text_at = 0;
    std::uint32_t text_size = 0;
    std::uint32_t children = 0;
    std::uint32_t after = 0;  ///< The first node behind this value and all that it holds.
  };

  /// An Error carries `name` as its field and says line and column.
  static Expected<FlatJson> parse(std::string_view text, std::string_view name);

  /// Node 0 is the root; the children of a value follow it, each at the `after` of the one before.
  [[nodiscard]] const Node& node(std::uint32_t index) const { return nodes_[index]; }
  [[nodiscard]] std::string_view key(const Node& node) const { return part(node.key_at, node.key_size); }
  /// Text: the characters. Number: as it was written.
  [[nodiscard]] std::string_view text(const Node& node) const { return part(node.text_at, node.text_size); }

 private:
  class Builder;
  [[nodiscard]] std::string_view part(std::uint32_t at, std::uint32_t size) const {
    return std::string_view(characters_).substr(at, size);
  }

  std::vector<Node> nodes_;
  std::string characters_;  // Of all keys and texts.
};

}  // namespace bellwether
