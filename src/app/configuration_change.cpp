#include "app/configuration_change.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "config/configuration.hpp"

namespace bellwether {
namespace {

constexpr std::size_t kValueBytesMax = 200;

using Values = std::map<std::string, std::string>;

/// Every plain value below `value`, by its path; lists of plain values are one value, entries with an id go by it.
void flatten(const JsonValue& value, const std::string& path, Values& into) {
  const std::string begin = path.empty() ? "" : path + ".";
  for (const JsonMember& member : value.members) flatten(member.value, begin + member.key, into);
  const bool of_objects = !value.items.empty() && !value.items.front().members.empty();
  for (std::size_t i = 0; of_objects && i < value.items.size(); ++i) {
    const JsonValue* id = value.items[i].find("id");
    flatten(value.items[i], begin + (id == nullptr ? std::to_string(i) : id->text), into);
  }
  if (value.members.empty() && !of_objects) into[path] = canonical_json(value);
}

Values flattened(const JsonValue& document) {
  Values values;
  flatten(document, "", values);
  return values;
}

struct Rule {
  std::string_view key;  ///< Of one key, or of all below it where it ends in a dot.
  std::string_view why;
};
/// What an account keeps for its life.
constexpr std::array kFixed = {
    Rule{"account.initial_cash", "the account has begun with it, and what was made of it counts from there"},
    Rule{"market_data.source", "the account's log is one of this source; another source needs an account of its own"},
    Rule{"mode", "paper and real money are different accounts; give the other one a log of its own"},
    Rule{"run.log", "it is the account: to begin another one, start a process with it"},
};
/// What the process reads once.
constexpr std::array kAtStart = {Rule{"api.", ""}, Rule{"run.", ""}, Rule{"clock.rate", ""}};

template <std::size_t N>
const Rule* find(const std::array<Rule, N>& rules, std::string_view key) {
  const auto found = std::ranges::find_if(
      rules, [&](const Rule& rule) { return rule.key.ends_with('.') ? key.starts_with(rule.key) : key == rule.key; });
  return found == rules.end() ? nullptr : &*found;
}

void judge(KeyChange& change, bool running) {
  if (const Rule* fixed = find(kFixed, change.key)) {
    change.outcome = ChangeOutcome::Refused;
    change.reason = fixed->why;
  } else if (running && find(kAtStart, change.key) != nullptr) {
    change.outcome = ChangeOutcome::NextStart;
  }
}

}  // namespace

std::string_view token(ChangeOutcome outcome) {
  constexpr std::string_view kNames[] = {"taken", "next_start", "refused"};
  return kNames[static_cast<std::size_t>(outcome)];
}

std::vector<KeyChange> document_changes(const JsonValue& before_document, const JsonValue& after_document) {
  const Values before = flattened(before_document);
  const Values after = flattened(after_document);
  Values names = before;
  names.insert(after.begin(), after.end());
  std::vector<KeyChange> changes;
  const auto value_of = [](const Values& values, const std::string& name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string("absent") : found->second;
  };
  for (const auto& [name, either] : names) {
    const std::string old_value = value_of(before, name);
    const std::string new_value = value_of(after, name);
    if (old_value == new_value) continue;
    KeyChange& key = changes.emplace_back();
    key.key = name;
    key.before = shortened(old_value, kValueBytesMax);
    key.after = shortened(new_value, kValueBytesMax);
  }
  return changes;
}

ConfigurationChange change_of(const AppConfig& now, const AppConfig& wanted, bool running) {
  ConfigurationChange change;
  change.keys = document_changes(effective_configuration(now), effective_configuration(wanted));
  for (KeyChange& key : change.keys) judge(key, running);
  change.config = wanted;
  change.config.account.initial_cash = now.account.initial_cash;
  change.config.market_data.source = now.market_data.source;
  change.config.mode = now.mode;
  change.config.run.log = now.run.log;
  if (running) {
    change.config.api = now.api;
    change.config.run = now.run;
    change.config.clock.rate = now.clock.rate;
  }
  change.decides = canonical_configuration(now) != canonical_configuration(change.config);
  return change;
}

std::string text_of(const KeyChange& change) {
  std::string text = change.key + ": " + change.before + " -> " + change.after;
  if (change.outcome == ChangeOutcome::NextStart) text += " (from the next start on)";
  if (change.outcome == ChangeOutcome::Refused) text += " (refused: " + change.reason + ")";
  return text;
}

}  // namespace bellwether
