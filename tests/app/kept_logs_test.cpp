// Which logs of ended sessions stay beside the log of the session that runs.
#include "app/session_log.hpp"
#include "tests/backtest/sample_run.hpp"
#include "tests/support/source_path.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bellwether {
namespace {

class KeptLogs : public testing::Test {
 protected:
  KeptLogs() {
    config_ = sample_config({"data.symbols=AAPL", "data.start=2005-01-03", "data.end=2005-01-31",
                             "data.directory=" + source_path("data"), "run.keep_logs=2",
                             R"(strategies=[{"type":"buy_and_hold"}])"});
    config_.run.log = path();
    auto loaded = MarketDataSet::load(config_, registry_);
    data_.emplace(std::move(*loaded));
  }
  [[nodiscard]] std::string path(const std::string& suffix = "") const {
    return (folder_.path() / "session.db").string() + suffix;
  }
  OpenedLog begin() {
    auto opened = open_session_log(config_, *data_);
    return std::move(*opened);
  }
  OpenedLog begin_and_end() {
    OpenedLog opened = begin();
    EXPECT_TRUE(note_end(*opened.log));
    return opened;
  }
  [[nodiscard]] bool exists(const std::string& suffix) const { return std::filesystem::exists(path(suffix)); }

  TemporaryFolder folder_;
  StrategyRegistry registry_ = StrategyRegistry::built_in();
  AppConfig config_;
  std::optional<MarketDataSet> data_;
};

TEST_F(KeptLogs, OldestGoBeyondTheNumberThatIsKept) {
  EXPECT_EQ(begin_and_end().kept_as, "");
  EXPECT_EQ(begin_and_end().kept_as, path(".1"));
  EXPECT_TRUE(begin_and_end().removed.empty());
  const OpenedLog fourth = begin_and_end();
  EXPECT_EQ(fourth.kept_as, path(".3"));
  EXPECT_EQ(fourth.removed, std::vector<std::string>{path(".1")});
  EXPECT_FALSE(exists(".1"));
  EXPECT_TRUE(exists(".2") && exists(".3"));
}

TEST_F(KeptLogs, FilesThatAreNoLogsOfEndedSessionsStay) {
  folder_.file("session.db.1", "mine");
  {
    config_.run.log = path(".2");
    const OpenedLog unfinished = begin();
    config_.run.log = path();
  }
  config_.run.keep_logs = 0;
  begin_and_end();
  const OpenedLog next = begin_and_end();
  EXPECT_EQ(next.removed, std::vector<std::string>{path(".3")});
  EXPECT_TRUE(exists(".1") && exists(".2"));
}

}  // namespace
}  // namespace bellwether
