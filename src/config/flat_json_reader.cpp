#include "config/flat_json_reader.hpp"

#include <algorithm>
#include <charconv>

namespace bellwether {

std::string JsonPlace::path() const {
  if (parent_ == nullptr) return "";
  const std::string before = parent_->path();
  if (parent_->node().kind == FlatJson::Kind::List) return before + "[" + std::to_string(number_) + "]";
  return before + (before.empty() ? "" : ".") + std::string(key());
}

std::optional<JsonPlace> JsonPlace::find(std::string_view name) const {
  std::uint32_t child = index_ + 1;
  for (std::uint32_t i = 0; i < node().children; ++i, child = document_->node(child).after) {
    if (document_->key(document_->node(child)) == name) return JsonPlace(*document_, child, this, i);
  }
  return std::nullopt;
}

JsonObject::JsonObject(const JsonPlace& at, JsonFault& fault) : at_(at), fault_(&fault) {
  names_.reserve(24);
  expect(at, FlatJson::Kind::Object, "an object");
}

bool JsonObject::expect(const JsonPlace& at, FlatJson::Kind kind, std::string_view what) {
  if (at.node().kind == kind) return true;
  fault_->add(at, "must be " + std::string(what));
  return false;
}

std::optional<JsonPlace> JsonObject::take(std::string_view name, bool is_required) {
  if (fault_->any()) return std::nullopt;
  names_.push_back(name);
  auto found = at_.find(name);
  if (found) ++taken_;
  if (!found && is_required) {
    const std::string path = at_.path();
    fault_->add(path + (path.empty() ? "" : ".") + std::string(name), "is missing");
  }
  return found;
}

void JsonObject::finish() {
  if (fault_->any() || taken_ == at_.node().children) return;
  std::vector<std::string_view> seen;
  at_.for_each([&](const JsonPlace& member) {
    if (std::ranges::find(names_, member.key()) == names_.end()) fault_->add(member, "is not known");
    if (std::ranges::find(seen, member.key()) != seen.end()) fault_->add(member, "is given twice");
    seen.push_back(member.key());
  });
}

std::string JsonObject::text(std::string_view name) {
  const auto at = take(name, true);
  return at && expect(*at, FlatJson::Kind::Text, "a text") ? std::string(at->text()) : std::string();
}

bool JsonObject::boolean(std::string_view name) {
  const auto at = take(name, true);
  return at && expect(*at, FlatJson::Kind::Boolean, "true or false") && at->node().boolean;
}

bool JsonObject::boolean_or_false(std::string_view name) {
  const auto at = take(name, false);
  return at && expect(*at, FlatJson::Kind::Boolean, "true or false") && at->node().boolean;
}

std::uint64_t JsonObject::whole_at(const JsonPlace& at, std::uint64_t most) {
  const std::string_view text = at.text();
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = at.node().kind == FlatJson::Kind::Number && at.node().is_whole;
  if (is_whole && error == std::errc() && end == text.data() + text.size() && value <= most) return value;
  fault_->add(at, "must be a whole number from 0 to " + std::to_string(most));
  return 0;
}

std::uint64_t JsonObject::whole(std::string_view name, std::uint64_t most) {
  const auto at = take(name, true);
  return at ? whole_at(*at, most) : 0;
}

std::uint64_t JsonObject::whole_or_zero(std::string_view name, std::uint64_t most) {
  const auto at = take(name, false);
  return at ? whole_at(*at, most) : 0;
}

Timestamp JsonObject::time_at(const JsonPlace& at) {
  if (!expect(at, FlatJson::Kind::Text, "a time between quotation marks")) return {};
  const auto parsed = parse_rfc3339(at.text());
  if (!parsed) fault_->add(at, parsed.error().message);
  return parsed ? *parsed : Timestamp();
}

Timestamp JsonObject::time(std::string_view name) {
  const auto at = take(name, true);
  return at ? time_at(*at) : Timestamp();
}

Timestamp JsonObject::time_or(std::string_view name, Timestamp absent) {
  const auto at = take(name, false);
  return at ? time_at(*at) : absent;
}

OrderId JsonObject::order_at(const JsonPlace& at) {
  if (!expect(at, FlatJson::Kind::Text, "an order's id")) return {};
  const auto parsed = OrderId::parse(at.text());
  if (!parsed) fault_->add(at, parsed.error().message);
  return parsed ? *parsed : OrderId();
}

OrderId JsonObject::order(std::string_view name) {
  const auto at = take(name, true);
  return at ? order_at(*at) : OrderId();
}

OrderId JsonObject::order_or_none(std::string_view name) {
  const auto at = take(name, false);
  return at ? order_at(*at) : OrderId();
}

}  // namespace bellwether
