// bellwether backtest, and bellwether verify.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <iostream>

#include "app/commands.hpp"
#include "app/config_command.hpp"
#include "backtest/backtest.hpp"
#include "backtest/result_files.hpp"
#include "backtest/result_text.hpp"
#include "backtest/staged_files.hpp"

namespace bellwether {
namespace {

void print_error(const Error& error) { print_errors({&error, 1}, std::cerr); }

/// A bar on a terminal, once the run has taken a second.
class ProgressBar {
 public:
  void operator()(std::uint64_t done, std::uint64_t total) {
    const auto now = std::chrono::steady_clock::now();
    if (!terminal_ || total == 0 || now - started_ < std::chrono::seconds(1) ||
        now - drawn_ < std::chrono::milliseconds(100)) {
      return;
    }
    drawn_ = now;
    constexpr int kWidth = 40;
    const double part = static_cast<double>(done) / static_cast<double>(total);
    const int filled = static_cast<int>(part * kWidth);
    std::fprintf(stderr, "\r[%-*.*s] %3.0f %%", kWidth, filled, "########################################", part * 100);
    drew_ = true;
  }
  void finish() const {
    if (drew_) std::fprintf(stderr, "\r%60s\r", "");
  }

 private:
  bool terminal_ = isatty(STDERR_FILENO) == 1;
  bool drew_ = false;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point drawn_;
};

}  // namespace

int backtest_command(const ConfigurationSources& sources) {
  const StrategyRegistry registry = StrategyRegistry::built_in();
  auto loaded = load_configuration(sources, registry.types());
  if (const auto* errors = std::get_if<std::vector<Error>>(&loaded)) {
    print_errors(*errors, std::cerr);
    return kExitUsage;
  }
  const AppConfig& config = std::get<AppConfig>(loaded);
  if (const auto missing = missing_for_a_run(config); !missing.empty()) {
    print_errors(missing, std::cerr);
    return kExitUsage;
  }
  if (auto proved = prove_writable(config.output.directory); !proved) {
    print_error(proved.error());
    return kExitFailed;
  }
  auto data = MarketDataSet::load(config, registry);
  if (!data) {
    print_error(data.error());
    return kExitFailed;
  }
  for (const std::string& warning : data->warnings()) std::cerr << "warning: " << warning << "\n";
  ProgressBar bar;
  auto result =
      run_backtest(config, registry, *data, [&](std::uint64_t done, std::uint64_t total) { bar(done, total); });
  bar.finish();
  if (!result) {
    print_error(result.error());
    return kExitFailed;
  }
  if (auto written = write_results(*result, config.output.directory); !written) {
    print_error(written.error());
    return kExitFailed;
  }
  std::cout << summary_text(*result);
  std::cout << "\nresult " << result->receipt.result_sha256 << " in " << config.output.directory << "\n";
  return kExitDone;
}

namespace {

/// Prints every part of the receipt that differs; whether none does.
bool same_receipts(const Receipt& claimed, const Receipt& found) {
  bool same = true;
  const auto compare = [&](const char* what, const std::string& left, const std::string& right) {
    if (left == right) return;
    same = false;
    std::cout << "refuted: " << what << "\n  receipt  " << left << "\n  this run " << right << "\n";
  };
  compare("engine_version", claimed.engine_version, found.engine_version);
  compare("configuration_sha256", claimed.configuration_sha256, found.configuration_sha256);
  for (std::size_t i = 0; i < std::max(claimed.data.size(), found.data.size()); ++i) {
    const auto text = [&](const Receipt& receipt) {
      return i < receipt.data.size() ? receipt.data[i].file + " " + receipt.data[i].sha256 : std::string("(none)");
    };
    compare("data", text(claimed), text(found));
  }
  compare("result_sha256", claimed.result_sha256, found.result_sha256);
  return same;
}

/// Whether the whole file is what this run would have written; prints the first part that is not.
bool same_documents(const JsonValue& stored, const RunResult& result) {
  const auto found = parse_json(result_json(result, fingerprints_of(result)), "result");
  BELLWETHER_INVARIANT(found, "a result must be JSON");
  const auto difference = first_difference(stored, *found);
  if (!difference) return true;
  std::cout << "refuted: " << difference->path << "\n  file     " << difference->left << "\n  this run "
            << difference->right << "\n";
  return false;
}

}  // namespace

int verify_command(const std::string& file, const std::vector<std::string>& settings) {
  const StrategyRegistry registry = StrategyRegistry::built_in();
  auto stored = read_result(file);
  if (!stored) {
    print_error(stored.error());
    return kExitFailed;
  }
  auto recorded = check_configuration(stored->configuration, registry.types());
  if (const auto* errors = std::get_if<std::vector<Error>>(&recorded)) {
    print_errors(*errors, std::cerr);
    return kExitFailed;
  }
  auto checked = check_configuration(stored->configuration, registry.types(), settings);
  if (const auto* errors = std::get_if<std::vector<Error>>(&checked)) {
    print_errors(*errors, std::cerr);
    return kExitUsage;
  }
  if (const std::uint64_t commands = stored->receipt.operator_commands; commands > 0) {
    std::cout << "not verifiable: an operator gave " << commands << " commands to this session, so that its result "
              << "follows from its event log, not from configuration and data; use `bellwether replay LOG`\n";
    return kExitNotVerifiable;
  }
  const AppConfig& config = std::get<AppConfig>(checked);
  auto data = MarketDataSet::load(config, registry);
  if (!data) {
    print_error(data.error());
    return kExitFailed;
  }
  auto result = run_backtest(config, registry, *data, {});
  if (!result) {
    print_error(result.error());
    return kExitFailed;
  }
  result->config = std::get<AppConfig>(recorded);  // Where the data lie now is no part of the result.
  bool same = same_receipts(stored->receipt, result->receipt);
  same = same && same_documents(stored->document, *result);
  for (const std::string& fault : faults_of_files(stored->receipt, std::filesystem::path(file).parent_path())) {
    std::cout << "refuted: " << fault << "\n";
    same = false;
  }
  if (!same) return kExitFailed;
  std::cout << "confirmed: result " << result->receipt.result_sha256 << "\n";
  return kExitDone;
}

}  // namespace bellwether
