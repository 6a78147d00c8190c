// A change of any input byte changes the receipt, or the input is refused.
#include <gtest/gtest.h>

#include <fstream>

#include "backtest/backtest.hpp"
#include "config/configuration.hpp"
#include "storage/file_bytes.hpp"
#include "tests/backtest/sample_run.hpp"
#include "tests/support/market_walk.hpp"
#include "tests/support/source_path.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bellwether {
namespace {

const std::vector<std::string> kFiles = {"daily/AAPL.csv", "adjustment/AAPL.csv"};

/// A copy of the bundled data of one symbol, of which single bytes are changed.
class ReceiptTest : public ::testing::Test {
 protected:
  ReceiptTest() {
    for (const std::string& file : kFiles) {
      std::filesystem::create_directories((folder_.path() / file).parent_path());
      texts_.push_back(file_text(source_path("data/" + file)));
      folder_.file(file, texts_.back());
    }
  }

  /// Nothing where the input is refused.
  [[nodiscard]] std::optional<Receipt> receipt() const {
    const AppConfig config =
        sample_config({"data.directory=" + folder_.path().string(), "data.symbols=AAPL", "data.start=2000-01-01",
                       "data.end=2000-12-31", R"(strategies=[{"type":"sma_cross"}])"});
    const StrategyRegistry registry = StrategyRegistry::built_in();
    const auto data = MarketDataSet::load(config, registry);
    if (!data) return std::nullopt;
    const auto result = run_backtest(config, registry, *data, {});
    if (!result) return std::nullopt;
    return result->receipt;
  }

  TemporaryFolder folder_;
  std::vector<std::string> texts_;
};

std::string hashes(const Receipt& receipt) {
  std::string text = receipt.configuration_sha256;
  for (const FileFingerprint& each : receipt.data) text += " " + each.sha256;
  return text;
}

TEST_F(ReceiptTest, ChangesWithEveryByteOfTheData) {
  const auto before = receipt();
  ASSERT_TRUE(before.has_value());
  testing::SplitMix random(1);
  for (std::size_t i = 0; i < kFiles.size(); ++i) {
    int accepted = 0;
    for (int sample = 0; sample < 60; ++sample) {
      std::string changed = texts_[i];
      const auto at = static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(changed.size()) - 1));
      changed[at] = static_cast<char>(changed[at] ^ 1);
      folder_.file(kFiles[i], changed);
      const auto after = receipt();
      if (!after) continue;
      ++accepted;
      EXPECT_NE(hashes(*after), hashes(*before)) << kFiles[i] << " byte " << at;
    }
    EXPECT_GT(accepted, 15) << kFiles[i];
    folder_.file(kFiles[i], texts_[i]);
  }
  EXPECT_EQ(hashes(*receipt()), hashes(*before));
}

TEST_F(ReceiptTest, ChangesWithEveryByteOfTheConfiguration) {
  const std::string text =
      R"({"data":{"symbols":["AAPL"],"start":"2003-04-05"},"account":{"initial_cash":34567,"leverage":1.5},)"
      R"("risk":{"daily_loss":0.25,"open_orders":37,"stale_data_age":"47m"},"fills":{"slippage":"basis_points","slippage_amount":3},)"
      R"("fees":{"per_share":0.0035},"strategies":[{"id":"a","type":"sma_cross","parameters":{"fast":13,"slow":47}}]})";
  const auto hash_of = [&](const std::string& document) -> std::optional<std::string> {
    const auto loaded =
        load_configuration({folder_.file("config.json", document), {}, {}}, StrategyRegistry::built_in().types());
    if (!std::holds_alternative<AppConfig>(loaded)) return std::nullopt;
    return sha256_hex(canonical_configuration(std::get<AppConfig>(loaded)));
  };
  const auto before = hash_of(text);
  ASSERT_TRUE(before.has_value());
  int accepted = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    const auto after = hash_of(changed);
    if (!after) continue;
    ++accepted;
    EXPECT_NE(*after, *before) << changed;
  }
  EXPECT_GT(accepted, 25);
}

}  // namespace
}  // namespace bellwether
