// What an account has moves by names from one configuration to the next.
#include "engine/carry_over.hpp"

#include <random>

#include "engine/exchange_link.hpp"
#include "tests/support/venue.hpp"

namespace bellwether {
namespace {

using namespace testing;
using std::chrono::milliseconds;

struct Trades {
  std::string strategy;
  std::vector<std::string> symbols;
};

EngineConfig config_of(const std::vector<std::string>& symbols, const std::vector<Trades>& strategies) {
  EngineConfig config = small_config();
  const Instrument model = config.instruments.front();
  config.instruments.clear();
  for (const std::string& symbol : symbols) {
    config.instruments.push_back(model);
    config.instruments.back().symbol = symbol;
  }
  config.strategies.clear();
  for (const Trades& each : strategies) {
    StrategyConfig& strategy = config.strategies.emplace_back();
    strategy.id = each.strategy;
    for (const std::string& symbol : each.symbols) {
      const auto place = std::ranges::find(symbols, symbol) - symbols.begin();
      strategy.instruments.push_back(static_cast<InstrumentIndex>(place));
    }
  }
  return config;
}

TEST(CarryOver, NamesDecideWhoHasWhat) {
  const EngineConfig before = config_of({"A", "B", "C"}, {{"one", {"A", "B"}}, {"two", {"B", "C"}}});
  // "two" is gone but for what it holds of B; "one" trades B no more, which its retired one holds; C has left.
  const EngineConfig after =
      config_of({"B", "D", "A"}, {{"new", {"D"}}, {"one", {"A"}}, {"two.retired", {"B"}}, {"one.retired", {"B"}}});
  const CarryOver carry(before, after);
  EXPECT_EQ(carry.instrument(0), 2);
  EXPECT_EQ(carry.instrument(1), 0);
  EXPECT_EQ(carry.instrument(2), kNoInstrument);
  EXPECT_EQ(carry.instrument(kNoInstrument), kNoInstrument);
  EXPECT_EQ(carry.strategy(0, 0), 1) << "one keeps A";
  EXPECT_EQ(carry.strategy(0, 1), 3) << "its retired one has B";
  EXPECT_EQ(carry.strategy(1, 1), 2);
  EXPECT_EQ(carry.strategy(1, 2), kNoStrategy);
  EXPECT_EQ(carry.strategy(kNoStrategy, 1), kNoStrategy);
  EXPECT_EQ(carry.strategy(0), 1);
  EXPECT_EQ(carry.strategy(1), kNoStrategy);
  // And back: who trades the symbol again takes over what was kept of it.
  const CarryOver back(after, before);
  EXPECT_EQ(back.strategy(3, 0), 0);
  EXPECT_EQ(back.strategy(2, 0), 1);
  EXPECT_EQ(back.strategy(0, 1), kNoStrategy);
}

/// Drives two links with the same commands and prices, the second under other indices from some moment on.
class Twins {
 public:
  Twins(EngineConfig one, EngineConfig two, std::uint64_t seed)
      : before_(std::move(one)), after_(std::move(two)), random_(seed) {
    left_ = std::make_unique<ExchangeLink>(before_);
    right_ = std::make_unique<ExchangeLink>(before_);
  }

  void run(int steps, int change_at) {
    Timestamp now = at_minute(0);
    pass(session_event(EventType::SessionOpen, 0), {});
    for (int i = 0; i < steps; ++i) {
      if (i == change_at) change();
      now = now + milliseconds(50 + random_() % 1'000);
      pass(Event::of(now, TimerEvent{}), commands());
      if (i % 4 == 3) pass(bar(now), {});
      collect(now);
    }
  }
  std::size_t seen = 0;

 private:
  std::vector<OrderCommand> commands() {
    if (random_() % 2 == 0) return {};
    OrderCommand command;
    command.strategy = static_cast<StrategyIndex>(random_() % 2);
    command.id = {++orders_, 1, 0, OrderLeg::Entry};
    command.spec = limit_order(random_() % 2 == 0 ? Side::Buy : Side::Sell, 1 + random_() % 9,
                               std::to_string(95 + random_() % 10));
    command.spec.instrument = static_cast<InstrumentIndex>(random_() % 2);
    if (orders_ > 3 && random_() % 3 == 0) {
      command.kind = random_() % 2 == 0 ? CommandKind::Cancel : CommandKind::Query;
      command.target = {1 + random_() % orders_, 1, 0, OrderLeg::Entry};
    }
    return {command};
  }
  Event bar(Timestamp now) {
    BarEvent event;
    const auto price = [&] { return Price::from_int(static_cast<std::int64_t>(95 + random_() % 10)); };
    event.bar.open = price();
    event.bar.close = price();
    event.bar.high = std::max(event.bar.open, event.bar.close);
    event.bar.low = std::min(event.bar.open, event.bar.close);
    event.bar.volume = Quantity::from_int(static_cast<std::int64_t>(20 + random_() % 50));
    event.interval_ns = 40'000'000;
    event.bar.start = now - milliseconds(40);
    return Event::of(now, static_cast<InstrumentIndex>(random_() % 2), event);
  }
  void change() {
    auto next = std::make_unique<ExchangeLink>(after_);
    carry_.emplace(before_, after_);
    next->take_over(*right_, *carry_);
    // As an opening state is kept; what was handed out and not seen is on its way again, for both.
    right_ = std::make_unique<ExchangeLink>(after_);
    reload(*next, *right_);
    auto mine = std::make_unique<ExchangeLink>(before_);
    reload(*left_, *mine);
    left_ = std::move(mine);
  }
  static void reload(const ExchangeLink& from, ExchangeLink& to) {
    ByteWriter bytes;
    from.save(bytes);
    ByteReader reader(bytes.str());
    to.load(reader);
    ASSERT_TRUE(reader.done());
  }
  Event renamed(Event event) const {
    if (!carry_) return event;
    if (event.type == EventType::Bar) event.instrument = carry_->instrument(event.instrument);
    if (event.type != EventType::Report) return event;
    EXPECT_TRUE(carry_->rename(event.report, event.report.instrument));
    event.instrument = event.report.instrument;
    return event;
  }
  void pass(const Event& event, const std::vector<OrderCommand>& commands) {
    left_->take(event, commands);
    std::vector<OrderCommand> theirs = commands;
    for (OrderCommand& command : theirs) {
      ASSERT_TRUE(!carry_ || carry_->rename(command, command.spec.instrument));
    }
    right_->take(renamed(event), theirs);
  }
  void collect(Timestamp now) {
    std::vector<Event> mine;
    std::vector<Event> theirs;
    left_->collect(now, mine);
    right_->collect(now, theirs);
    ASSERT_EQ(mine.size(), theirs.size());
    for (std::size_t i = 0; i < mine.size(); ++i) {
      ASSERT_EQ(renamed(mine[i]), theirs[i]);
      if (random_() % 4 != 0) pass(mine[i], {});  // The rest dies on its way to the stages.
    }
    seen += mine.size();
    std::set<Stake> renamed_stakes;
    for (Stake stake : left_->stakes()) {
      ASSERT_TRUE(!carry_ || carry_->rename(stake, stake.instrument));
      renamed_stakes.insert(stake);
    }
    ASSERT_EQ(renamed_stakes, right_->stakes());
  }

  EngineConfig before_;
  EngineConfig after_;
  std::mt19937_64 random_;
  std::unique_ptr<ExchangeLink> left_;
  std::unique_ptr<ExchangeLink> right_;
  std::optional<CarryOver> carry_;
  EventNumber orders_ = 0;
};

TEST(CarryOver, AnExchangeGoesOnUnderOtherIndicesAsIfNothingHadHappened) {
  EngineConfig before = config_of({"A", "B"}, {{"one", {"A", "B"}}, {"two", {"A", "B"}}});
  before.exchange.asynchronous = true;
  before.exchange.latency = {milliseconds(120), milliseconds(300), milliseconds(90)};
  before.exchange.faults.lost_reports = 0.1;
  before.exchange.faults.repeated_reports = 0.1;
  before.exchange.faults.late_reports = 0.1;
  EngineConfig after =
      config_of({"C", "B", "A"}, {{"three", {"C"}}, {"two", {"A"}}, {"two.retired", {"B"}}, {"one", {"B", "A"}}});
  after.exchange = before.exchange;
  std::size_t seen = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    Twins twins(before, after, seed);
    twins.run(200, static_cast<int>(seed * 3));
    if (HasFatalFailure() || HasNonfatalFailure()) return;
    seen += twins.seen;
  }
  EXPECT_GT(seen, 5'000U);
}

}  // namespace
}  // namespace bellwether
