#include "config/configuration_overrides.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "config/configuration_schema.hpp"

namespace bellwether {
namespace {

using Kind = JsonValue::Kind;

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

JsonValue comma_list(std::string_view text) {
  JsonValue list = JsonValue::list();
  if (text.empty()) return list;
  for (std::string& part : split(text, ',')) list.items.push_back(JsonValue::of_text(std::move(part)));
  return list;
}

/// The value that `text` stands for at `path`: JSON where it is JSON, plain text otherwise; text keys take it as it is.
JsonValue override_value(std::string_view path, std::string_view text) {
  const ConfigKey* key = find_config_key(path);
  const JsonValue default_value = key == nullptr ? JsonValue() : config_value(*key, AppConfig());
  const bool quoted = text.starts_with('"');
  if (default_value.is(Kind::Text) && key->choices.empty() && !quoted && path != "run.speed") {
    return JsonValue::of_text(std::string(text));
  }
  auto parsed = parse_json(text, path);
  const bool list = default_value.is(Kind::List) || (path.starts_with("strategies.") && path.ends_with(".symbols"));
  if (list && (!parsed || !parsed->is(Kind::List))) return comma_list(text);
  if (parsed) return std::move(parsed.value());
  return JsonValue::of_text(std::string(text));
}

/// The entry of a list by its place or by its `id`.
JsonValue* list_entry(JsonValue& list, const std::string& name) {
  std::size_t index = 0;
  const auto [at, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  if (error == std::errc() && at == name.data() + name.size()) {
    return index < list.items.size() ? &list.items[index] : nullptr;
  }
  for (JsonValue& item : list.items) {
    const JsonValue* id = item.find("id");
    if (id == nullptr) id = item.find("type");
    if (id != nullptr && id->text == name) return &item;
  }
  return nullptr;
}

std::string no_entry(const std::string& name, const std::string& list) {
  return "there is no entry '" + name + "' in " + list;
}

std::string no_keys_below(const std::string& path) { return path + " has no keys below it"; }

/// Sets the value at `path`, whose objects are made where they are missing.
void put(ConfigurationDocument& document, const std::string& path, JsonValue value, const std::string& origin) {
  JsonValue* node = &document.root;
  std::string canonical;
  const auto refuse = [&](std::string message) {
    document.errors.push_back({path + " (from " + origin + ")", std::move(message)});
  };
  for (const std::string& part : split(path, '.')) {
    std::string name = part;
    if (node->is(Kind::List)) {
      JsonValue* entry = list_entry(*node, part);
      if (entry == nullptr) {
        return refuse(no_entry(part, canonical));
      }
      name = std::to_string(entry - node->items.data());
      node = entry;
    } else {
      if (node->is(Kind::Null)) *node = JsonValue::object();
      if (!node->is(Kind::Object)) {
        return refuse(no_keys_below(canonical));
      }
      node = &node->member(part);
    }
    if (!canonical.empty()) canonical += '.';
    canonical += name;
  }
  *node = std::move(value);
  document.origins[canonical] = origin;
}

constexpr std::string_view kVariablePrefix = "BELLWETHER_";

/// The path that an environment variable names, or nothing where there can be no such key.
std::optional<std::string> path_of_variable(std::string_view name) {
  std::string path;
  name.remove_prefix(kVariablePrefix.size());
  while (!name.empty()) {
    if (name.starts_with("__")) {
      path += '.';
      name.remove_prefix(2);
      continue;
    }
    const char c = name.front();
    path += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    name.remove_prefix(1);
  }
  const bool ours = path.find('.') != std::string::npos || path == "strategies" || find_config_key(path) != nullptr;
  return ours ? std::optional(path) : std::nullopt;
}

Error unknown_variable(const std::string& name) {
  constexpr std::size_t kNamesMax = 3;
  std::vector<std::string> variables;
  for (const ConfigKey& key : config_keys()) variables.push_back(key.environment_name());
  const std::vector<std::string_view> candidates(variables.begin(), variables.end());
  std::string near;
  for (const std::string_view candidate : near_names(name, candidates, kNamesMax)) {
    near += (near.empty() ? "; did you mean " : ", ") + std::string(candidate);
  }
  return {name, "is the variable of no configuration key" +
                    (near.empty() ? std::string("; `bellwether config --markdown` lists them all") : near + "?")};
}

}  // namespace

std::string ConfigurationDocument::field(const std::string& path) const {
  const auto origin = origins.find(path);
  return origin == origins.end() ? path : path + " (from " + origin->second + ")";
}

void apply_environment(const std::vector<std::string>& environment, ConfigurationDocument& document) {
  std::vector<std::string> sorted = environment;  // A list stands before its entries, whatever the process was given.
  std::sort(sorted.begin(), sorted.end());
  for (const std::string& variable : sorted) {
    const std::size_t equals = variable.find('=');
    if (equals == std::string::npos || !variable.starts_with(kVariablePrefix)) continue;
    const std::string name = variable.substr(0, equals);
    if (const auto path = path_of_variable(name)) {
      put(document, *path, override_value(*path, std::string_view(variable).substr(equals + 1)), name);
    } else {
      document.errors.push_back(unknown_variable(name));
    }
  }
}

void apply_flags(const std::vector<ConfigurationFlag>& flags, ConfigurationDocument& document) {
  for (const ConfigurationFlag& given : flags) {
    put(document, given.path, override_value(given.path, given.value), given.flag);
  }
}

void apply_settings(const std::vector<std::string>& settings, ConfigurationDocument& document) {
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.find('=');
    if (equals == 0 || equals == std::string::npos) {
      document.errors.push_back({"--set", "found '" + setting + "', allowed is KEY=VALUE"});
      continue;
    }
    const std::string path = setting.substr(0, equals);
    put(document, path, override_value(path, std::string_view(setting).substr(equals + 1)), "--set");
  }
}

}  // namespace bellwether
