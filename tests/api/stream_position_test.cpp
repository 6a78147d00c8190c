// Where a stream goes over from the log to memory, no event is lost and none comes twice: for every event after which a
// client may begin, around every kind of border between the two.
#include <atomic>
#include <functional>
#include <nlohmann/json.hpp>

#include "actors/session_board.hpp"
#include "api/server.hpp"
#include "config/json.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using namespace bellwether::testing;

constexpr EventNumber kLiveEvents = 12;  // That follow once all clients are there.

struct Passage {
  const char* name;
  EventNumber events;      ///< Before the clients come.
  EventNumber board_from;  ///< The board has seen events from this one on; those before stand in the log alone.
  std::size_t kept;        ///< Changes in memory.
  std::size_t batch;       ///< Changes that a stream takes at a time.
  std::function<bool(EventNumber)> silent;  ///< Events that change nothing for who follows.
  std::function<bool(EventNumber)> twofold = [](EventNumber n) { return n % 5 == 0; };  ///< That bring two changes.
};

std::ostream& operator<<(std::ostream& out, const Passage& passage) { return out << passage.name; }

bool never(EventNumber) { return false; }

class StreamPosition : public ::testing::TestWithParam<Passage> {
 protected:
  StreamPosition() : board(small_config(), StrategyRegistry(), limits()) {
    board.set_phase(SessionPhase::Trading);
    // Begins now and then before the event after which it is asked to.
    board.set_history([this](EventNumber after, EventNumber upto, const TurnVisitor& visit) -> Expected<void> {
      ++history_reads;
      for (EventNumber n = after > after % 4 ? after - after % 4 : 1; n <= upto; ++n) {
        if (!visit(turn(n), board.config())) break;
      }
      return {};
    });
    config.port = 0;
    config.connections_max = 2'000;
    config.history_readers_max = 64;
    config.stream_interval = std::chrono::milliseconds(1);
    config.stream_batch_changes = GetParam().batch;
  }

  static BoardConfig limits() {
    BoardConfig limits;
    limits.stream_changes = GetParam().kept;
    return limits;
  }

  static Turn turn(EventNumber n) {
    const std::string equity = std::to_string(100'000 + n);
    const int minute = static_cast<int>(n);
    if (GetParam().silent(n)) return turn_of(n, Event::of(at_minute(minute), TimerEvent{}), "100000", equity);
    if (!GetParam().twofold(n)) return turn_of(n, bar_event(0, minute, "10"), "100000", equity);
    return turn_of(n, Event::of(at_minute(minute), CommandEvent{CommandType::Halt, HaltReason::Operator, false}),
                   "100000", equity);
  }

  /// What a client that begins after event `after` must get of the events up to `upto`.
  static std::vector<std::string> messages(EventNumber after, EventNumber upto) {
    std::vector<std::string> texts;
    for (EventNumber n = after + 1; n <= upto; ++n) {
      if (GetParam().silent(n)) continue;
      std::vector<StateChange> changes;
      append_state_changes(turn(n), changes);
      texts.push_back(stream_message(changes, Names(small_config())));
    }
    return texts;
  }

  SessionBoard board;
  ApiConfig config;
  std::atomic<int> history_reads = 0;
};

TEST_P(StreamPosition, LosesNoEventAndRepeatsNone) {
  const Passage& passage = GetParam();
  for (EventNumber n = passage.board_from; n <= passage.events; ++n) board.apply(turn(n));
  ApiPorts ports;
  ports.session = fixed_session(board);
  auto server = ApiServer::start(config, ports);
  ASSERT_TRUE(server.has_value());
  std::vector<std::unique_ptr<StreamClient>> clients;
  int from_log = 0;
  for (EventNumber after = 0; after <= passage.events; ++after) {
    if (board.changes(after, 1).gap) ++from_log;
    clients.push_back(std::make_unique<StreamClient>((*server)->port(), "/v1/stream?after=" + std::to_string(after)));
    ASSERT_TRUE(clients.back()->connected());
    for (const std::string& text : messages(after, passage.events)) ASSERT_EQ(clients.back()->read(), text) << after;
  }
  EXPECT_GT(from_log, 0);
  EXPECT_LT(from_log, static_cast<int>(passage.events) + 1);
  // A client that only silent events await gets nothing that would tell when it has read.
  for (int i = 0; i < 10'000 && history_reads < from_log; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  // Each reads the log once, and then finds in memory what follows.
  EXPECT_EQ(history_reads, from_log);
  const EventNumber end = passage.events + kLiveEvents;
  for (EventNumber n = passage.events + 1; n <= end; ++n) {
    board.apply(turn(n));
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  for (EventNumber after = 0; after <= passage.events; ++after) {
    for (const std::string& text : messages(passage.events, end)) ASSERT_EQ(clients[after]->read(), text) << after;
  }
  EXPECT_EQ(history_reads, from_log);
}

INSTANTIATE_TEST_SUITE_P(
    Borders, StreamPosition,
    ::testing::Values(
        Passage{"EveryEventOneChange", 40, 1, 20, 512, never, never},
        Passage{"SomeEventsTwoChanges", 40, 1, 20, 512, never}, Passage{"BatchesOfOneChange", 40, 1, 20, 1, never},
        Passage{"BatchesThatSplitAnEvent", 40, 1, 21, 3, never},
        Passage{"MemoryBeginsWithinAnEvent", 40, 1, 21, 2, never, [](EventNumber) { return true; }},
        Passage{"SilentEventsAroundTheBorder", 40, 1, 5, 4, [](EventNumber n) { return n % 4 != 0; }},
        Passage{"TheLogEndsWithSilentEvents", 40, 1, 15, 4, [](EventNumber n) { return n > 33 && n < 42; }},
        Passage{"TheBoardBeginsLater", 40, 26, 500, 4, never},
        Passage{"NothingButSilenceSinceTheBoardBegan", 40, 38, 500, 4, [](EventNumber n) { return n > 33 && n < 42; }},
        Passage{"SilentEventsBeforeTheBoardBegins", 40, 26, 500, 4, [](EventNumber n) { return n > 20 && n < 29; }}),
    [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace bellwether
