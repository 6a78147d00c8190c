#include "app/account_config.hpp"

#include <algorithm>
#include <charconv>

#include "engine/carry_over.hpp"
#include "engine/manual_strategy.hpp"
#include "engine/retired_strategy.hpp"
#include "storage/file_bytes.hpp"

namespace bellwether {
namespace {

constexpr const char* kConfiguration = "configuration";
constexpr const char* kConfigurationHash = "configuration_sha256";
constexpr const char* kData = "data";
constexpr const char* kRetired = "retired";
constexpr const char* kVersion = "engine_version";

/// One line for each: id, "keep" or "close", and the symbols, with blanks between them; none of these holds a blank.
std::string retired_text(const std::vector<RetiredSetup>& retired) {
  std::string text;
  for (const RetiredSetup& each : retired) {
    text += each.id + (each.close ? " close" : " keep");
    for (const std::string& symbol : each.symbols) text += " " + symbol;
    text += "\n";
  }
  return text;
}

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(' '), line.size());
    if (end > 0) words.emplace_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

Expected<std::vector<RetiredSetup>> retired_of(std::string_view text) {
  std::vector<RetiredSetup> retired;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::vector<std::string> words = words_of(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const bool sound =
        words.size() > 2 && active_id(words[0]) != words[0] && (words[1] == "close" || words[1] == "keep");
    if (!sound) return Error{"log", "what it says of retired strategies cannot be read"};
    retired.push_back({words[0], {words.begin() + 2, words.end()}, words[1] == "close"});
  }
  return retired;
}

std::string entry(const Metadata& metadata, const char* key) {
  const auto found = metadata.find(key);
  return found == metadata.end() ? std::string() : found->second;
}

void add_retired(EngineConfig& engine, const RetiredSetup& setup, const std::vector<std::string>& symbols) {
  StrategyConfig& strategy = engine.strategies.emplace_back();
  strategy.id = setup.id;
  strategy.type = kRetiredStrategy;
  strategy.parameters = retired_parameters(setup.close);
  for (const std::string& symbol : setup.symbols) {
    const auto found = std::ranges::find(symbols, symbol);
    BELLWETHER_INVARIANT(found != symbols.end(), "a retired strategy's symbol is unknown");
    strategy.instruments.push_back(static_cast<InstrumentIndex>(found - symbols.begin()));
  }
}

}  // namespace

std::vector<std::string> AccountSetup::symbols() const {
  std::vector<std::string> all = config.data.symbols;
  for (const RetiredSetup& each : retired) {
    for (const std::string& symbol : each.symbols) {
      if (std::ranges::find(all, symbol) == all.end()) all.push_back(symbol);
    }
  }
  return all;
}

EngineConfig account_engine_config(const AccountSetup& setup) {
  AppConfig config = setup.config;
  config.data.symbols = setup.symbols();
  EngineConfig engine = engine_config(config);
  for (const RetiredSetup& each : setup.retired) add_retired(engine, each, config.data.symbols);
  add_manual_strategy(engine);
  // By hand, too, nothing is opened in what is only held.
  engine.strategies.back().instruments.resize(setup.config.data.symbols.size());
  return engine;
}

Metadata metadata_of(const AccountSetup& setup) {
  Metadata metadata;
  metadata[kConfiguration] = canonical_json(effective_configuration(setup.config));
  metadata[kConfigurationHash] = sha256_hex(canonical_configuration(setup.config));
  metadata[kData] = "";
  metadata[kRetired] = retired_text(setup.retired);
  metadata[kVersion] = BELLWETHER_VERSION;
  return metadata;
}

std::variant<AccountSetup, std::vector<Error>> setup_of(const Metadata& metadata, const StrategyRegistry& registry) {
  const auto fail = [](const Error& error) { return std::vector<Error>{error}; };
  if (!metadata.contains(kConfiguration)) {
    return fail({"log", "holds no configuration: it was not written by a session"});
  }
  const auto document = parse_json(entry(metadata, kConfiguration), "the log's configuration");
  if (!document) return fail(document.error());
  auto loaded = check_configuration(*document, registry.types());
  if (auto* errors = std::get_if<std::vector<Error>>(&loaded)) return std::move(*errors);
  auto retired = retired_of(entry(metadata, kRetired));
  if (!retired) return fail(retired.error());
  return AccountSetup{std::get<AppConfig>(std::move(loaded)), std::move(*retired)};
}

std::string engine_version_of(const Metadata& metadata) { return entry(metadata, kVersion); }

int compare_versions(std::string_view a, std::string_view b) {
  const auto next_number = [](std::string_view& rest) {
    std::uint64_t number = 0;
    const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    rest.remove_prefix(static_cast<std::size_t>(read.ptr - rest.data()));
    if (!rest.empty()) rest.remove_prefix(1);
    return number;
  };
  while (!a.empty() || !b.empty()) {
    const std::uint64_t one = next_number(a);
    const std::uint64_t other = next_number(b);
    if (one != other) return one < other ? -1 : 1;
  }
  return 0;
}

}  // namespace bellwether
