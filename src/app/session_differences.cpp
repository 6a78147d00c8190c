#include "app/session_differences.hpp"

#include <algorithm>
#include <map>
#include <sstream>

#include "config/configuration.hpp"

namespace bellwether {
namespace {

constexpr std::size_t kListedMax = 20;
constexpr std::size_t kValueBytesMax = 100;

using Values = std::map<std::string, std::string>;

/// Every plain value below `value`, by its path: "strategies.0.id".
void flatten(const JsonValue& value, const std::string& path, Values& into) {
  const std::string begin = path.empty() ? "" : path + ".";
  for (const JsonMember& member : value.members) flatten(member.value, begin + member.key, into);
  for (std::size_t i = 0; i < value.items.size(); ++i) flatten(value.items[i], begin + std::to_string(i), into);
  if (value.members.empty() && value.items.empty()) into[path] = canonical_json(value);
}

Values flattened(const JsonValue& value) {
  Values values;
  flatten(value, "", values);
  return values;
}

Values files_of(std::string_view fingerprints) {
  Values files;
  std::istringstream lines{std::string(fingerprints)};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t blank = line.rfind(' ');
    if (blank != std::string::npos) files[line.substr(0, blank)] = line.substr(blank + 1);
  }
  return files;
}

/// Values are compared whole and shown shortened.
std::vector<std::string> differences_of(const Values& recorded, const Values& now) {
  Values names = recorded;
  names.insert(now.begin(), now.end());
  const auto value_of = [](const Values& values, const std::string& name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string("absent") : found->second;
  };
  std::vector<std::string> differences;
  for (const auto& [name, either] : names) {
    const std::string before = value_of(recorded, name);
    const std::string after = value_of(now, name);
    if (before != after)
      differences.push_back(name + " is " + shortened(before, kValueBytesMax) + " in the log and " +
                            shortened(after, kValueBytesMax) + " now");
  }
  return differences;
}

}  // namespace

std::vector<std::string> configuration_differences(std::string_view recorded, const AppConfig& config) {
  const auto before = parse_json(recorded, "configuration");
  const auto deciding = parse_json(canonical_configuration(config), "configuration");
  if (!before || !deciding) return {};
  const Values now = flattened(*deciding);
  const Values all_now = flattened(effective_configuration(config));
  Values then = flattened(*before);
  // What decides no result may differ.
  std::erase_if(then, [&](const auto& each) { return now.count(each.first) == 0 && all_now.count(each.first) != 0; });
  return differences_of(then, now);
}

std::vector<std::string> data_differences(std::string_view recorded, std::string_view now) {
  return differences_of(files_of(recorded), files_of(now));
}

std::string listed(const std::vector<std::string>& differences) {
  if (differences.empty()) return "what differs cannot be told";
  std::string text;
  for (std::size_t i = 0; i < std::min(differences.size(), kListedMax); ++i) {
    text += (i == 0 ? "" : "; ") + differences[i];
  }
  if (differences.size() > kListedMax) text += "; and " + std::to_string(differences.size() - kListedMax) + " more";
  return text;
}

}  // namespace bellwether
