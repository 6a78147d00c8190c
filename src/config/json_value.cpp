#include "config/json_value.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace bellwether {
namespace {

std::string number_text(double value) {
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, end};
}

/// "line 3, column 7" of the character that ends `position` bytes of `text`.
std::string place(std::string_view text, std::size_t position) {
  const std::string_view before = text.substr(0, std::min(position == 0 ? 0 : position - 1, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t newline = before.rfind('\n');
  const std::size_t column = newline == std::string_view::npos ? before.size() + 1 : before.size() - newline;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// The parser's message without its own prefix and position.
std::string reason(std::string_view what) {
  if (const std::size_t bracket = what.find("] "); bracket != std::string_view::npos) what.remove_prefix(bracket + 2);
  if (what.starts_with("parse error at line")) what.remove_prefix(std::min(what.size(), what.find(": ") + 2));
  return std::string(what);
}

/// Builds a JsonValue from the parser's events.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Builder(std::string_view source) : source_(source) {}

  bool null() override { return add({}); }
  bool boolean(bool value) override { return add(JsonValue::of_boolean(value)); }
  bool number_integer(number_integer_t value) override { return add(JsonValue::of_number(std::to_string(value))); }
  bool number_unsigned(number_unsigned_t value) override { return add(JsonValue::of_number(std::to_string(value))); }
  bool number_float(number_float_t, const string_t& token) override { return add(JsonValue::of_number(token)); }
  bool string(string_t& value) override { return add(JsonValue::of_text(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(JsonValue::object()); }
  bool start_array(std::size_t) override { return open(JsonValue::list()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (open_.back()->find(name) != nullptr) {
      duplicates_.push_back("the key " + json_quoted(name) + (path_.empty() ? "" : " in " + path()) +
                            " is given twice");
    }
    key_ = name;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& error) override {
    problem_ = json_fault(source_, position, error.what());
    return false;
  }

  JsonValue take() { return std::move(root_); }
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] const std::vector<std::string>& duplicates() const { return duplicates_; }

 private:
  JsonValue& put(JsonValue value) {
    if (open_.empty()) return root_ = std::move(value);
    JsonValue& parent = *open_.back();
    if (parent.is(JsonValue::Kind::List)) return parent.items.emplace_back(std::move(value));
    return parent.members.emplace_back(key_, std::move(value)).value;
  }
  bool add(JsonValue value) {
    put(std::move(value));
    return true;
  }
  bool open(JsonValue value) {
    if (open_.size() == kJsonDepthMax) {
      problem_ = "is nested more than " + std::to_string(kJsonDepthMax) + " levels deep";
      return false;
    }
    if (!open_.empty()) {
      const JsonValue& parent = *open_.back();
      path_.push_back(parent.is(JsonValue::Kind::List) ? std::to_string(parent.items.size()) : key_);
    }
    open_.push_back(&put(std::move(value)));
    return true;
  }
  bool close() {
    open_.pop_back();
    if (!path_.empty()) path_.pop_back();
    return true;
  }
  [[nodiscard]] std::string path() const {
    std::string text;
    for (const std::string& part : path_) text += (text.empty() ? "" : ".") + part;
    return text;
  }

  std::string_view source_;
  JsonValue root_;
  std::vector<JsonValue*> open_;  // Outermost first; a parent does not grow while a child is open.
  std::vector<std::string> path_;
  std::string key_;
  std::string problem_;
  std::vector<std::string> duplicates_;
};

struct Layout {
  bool sorted;
  bool indented;
};

void line_break(std::string& out, Layout layout, std::size_t depth) {
  if (!layout.indented) return;
  out += '\n';
  out.append(depth * 2, ' ');
}

void append(std::string& out, const JsonValue& value, Layout layout, std::size_t depth);

void append_list(std::string& out, const JsonValue& value, Layout layout, std::size_t depth) {
  out += '[';
  const bool flat = std::all_of(value.items.begin(), value.items.end(), [](const JsonValue& item) {
    return !item.is(JsonValue::Kind::List) && !item.is(JsonValue::Kind::Object);
  });
  for (const JsonValue& item : value.items) {
    if (&item != &value.items.front()) out += layout.indented && flat ? ", " : ",";
    if (!flat) line_break(out, layout, depth + 1);
    append(out, item, layout, depth + 1);
  }
  if (!flat) line_break(out, layout, depth);
  out += ']';
}

void append_object(std::string& out, const JsonValue& value, Layout layout, std::size_t depth) {
  std::vector<const JsonMember*> members;
  for (const auto& member : value.members) members.push_back(&member);
  if (layout.sorted) {
    std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) { return a->key < b->key; });
  }
  out += '{';
  for (const auto* member : members) {
    if (member != members.front()) out += ',';
    line_break(out, layout, depth + 1);
    out += json_quoted(member->key) + (layout.indented ? ": " : ":");
    append(out, member->value, layout, depth + 1);
  }
  if (!members.empty()) line_break(out, layout, depth);
  out += '}';
}

void append(std::string& out, const JsonValue& value, Layout layout, std::size_t depth) {
  switch (value.kind) {
    case JsonValue::Kind::Null: out += "null"; return;
    case JsonValue::Kind::Boolean: out += value.boolean ? "true" : "false"; return;
    case JsonValue::Kind::Number: out += value.text; return;
    case JsonValue::Kind::Text: out += json_quoted(value.text); return;
    case JsonValue::Kind::List: append_list(out, value, layout, depth); return;
    case JsonValue::Kind::Object: append_object(out, value, layout, depth); return;
  }
}

}  // namespace

JsonValue::JsonValue() = default;

JsonValue JsonValue::of_boolean(bool value) {
  JsonValue result;
  result.kind = Kind::Boolean;
  result.boolean = value;
  return result;
}

JsonValue JsonValue::of_number(std::string token) {
  JsonValue result;
  result.kind = Kind::Number;
  result.text = std::move(token);
  return result;
}

JsonValue JsonValue::of_number(double value) { return of_number(number_text(value)); }

JsonValue JsonValue::of_text(std::string value) {
  JsonValue result;
  result.kind = Kind::Text;
  result.text = std::move(value);
  return result;
}

JsonValue JsonValue::list() {
  JsonValue result;
  result.kind = Kind::List;
  return result;
}

JsonValue JsonValue::object() {
  JsonValue result;
  result.kind = Kind::Object;
  return result;
}

const JsonValue* JsonValue::find(std::string_view key) const {
  for (const auto& [name, value] : members) {
    if (name == key) return &value;
  }
  return nullptr;
}

JsonValue* JsonValue::find(std::string_view key) {
  return const_cast<JsonValue*>(static_cast<const JsonValue*>(this)->find(key));
}

JsonValue& JsonValue::member(std::string_view key) {
  if (JsonValue* found = find(key)) return *found;
  return members.emplace_back(std::string(key), JsonValue()).value;
}

Expected<JsonDocument> parse_json_document(std::string_view text, std::string_view name) {
  Builder builder(text);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) {
    return Error{std::string(name), builder.problem()};
  }
  JsonDocument document{builder.take(), {}};
  for (const std::string& duplicate : builder.duplicates())
    document.duplicates.push_back({std::string(name), duplicate});
  return document;
}

Expected<JsonValue> parse_json(std::string_view text, std::string_view name) {
  auto document = parse_json_document(text, name);
  if (!document) return document.error();
  if (!document->duplicates.empty()) return document->duplicates.front();
  return std::move(document->root);
}

std::string json_fault(std::string_view text, std::size_t position, std::string_view what) {
  return place(text, position) + ": " + reason(what);
}

std::string json_quoted(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string canonical_json(const JsonValue& value) {
  std::string out;
  append(out, value, {true, false}, 0);
  return out;
}

std::string pretty_json(const JsonValue& value) {
  std::string out;
  append(out, value, {false, true}, 0);
  return out + "\n";
}

std::string shortened(std::string text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t cut = bytes_max;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80) --cut;
  return text.substr(0, cut) + "...";
}

std::string describe(const JsonValue& value) {
  constexpr std::size_t kLengthMax = 60;
  return shortened(canonical_json(value), kLengthMax);
}

}  // namespace bellwether
