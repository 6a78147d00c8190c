#include "config/flat_json.hpp"

#include <limits>
#include <nlohmann/json.hpp>

namespace bellwether {

/// Takes the parser's events.
class FlatJson::Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Builder(std::string_view source) : source_(source) {
    // What a state is made of: a value takes about 20 characters, of which quotation marks are not kept.
    document_.nodes_.reserve(source.size() / 16);
    document_.characters_.reserve(source.size());
  }

  bool null() override { return add(Kind::Null); }
  bool boolean(bool value) override {
    add(Kind::Boolean);
    document_.nodes_.back().boolean = value;
    return true;
  }
  bool number_integer(number_integer_t value) override { return add_whole(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return add_whole(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& token) override { return add(Kind::Number, token); }
  bool string(string_t& value) override { return add(Kind::Text, value); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Kind::Object); }
  bool start_array(std::size_t) override { return open(Kind::List); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    key_at_ = keep(name);
    key_size_ = static_cast<std::uint32_t>(name.size());
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& error) override {
    problem_ = json_fault(source_, position, error.what());
    return false;
  }

  [[nodiscard]] const std::string& problem() const { return problem_; }
  FlatJson take() { return std::move(document_); }

 private:
  std::uint32_t keep(std::string_view characters) {
    const auto at = static_cast<std::uint32_t>(document_.characters_.size());
    document_.characters_ += characters;
    return at;
  }

  bool add(Kind kind, std::string_view text = {}) {
    if (!open_.empty()) ++document_.nodes_[open_.back()].children;
    Node node;
    node.kind = kind;
    node.key_at = key_at_;
    node.key_size = std::exchange(key_size_, 0);
    node.text_at = keep(text);
    node.text_size = static_cast<std::uint32_t>(text.size());
    node.after = static_cast<std::uint32_t>(document_.nodes_.size() + 1);
    document_.nodes_.push_back(node);
    return true;
  }
  bool add_whole(std::string_view text) {
    add(Kind::Number, text);
    document_.nodes_.back().is_whole = true;
    return true;
  }
  bool open(Kind kind) {
    if (open_.size() == kJsonDepthMax) {
      problem_ = "is nested more than " + std::to_string(kJsonDepthMax) + " levels deep";
      return false;
    }
    add(kind);
    open_.push_back(static_cast<std::uint32_t>(document_.nodes_.size() - 1));
    return true;
  }
  bool close() {
    document_.nodes_[open_.back()].after = static_cast<std::uint32_t>(document_.nodes_.size());
    open_.pop_back();
    return true;
  }

  std::string_view source_;
  FlatJson document_;
  std::vector<std::uint32_t> open_;  // Outermost first.
  std::uint32_t key_at_ = 0;
  std::uint32_t key_size_ = 0;
  std::string problem_;
};

Expected<FlatJson> FlatJson::parse(std::string_view text, std::string_view name) {
  if (text.size() >= std::numeric_limits<std::uint32_t>::max()) return Error{std::string(name), "is larger than 4 GiB"};
  Builder builder(text);
  if (!nlohmann::json::sax_parse(text, &builder)) return Error{std::string(name), builder.problem()};
  return builder.take();
}

}  // namespace bellwether
