#include <algorithm>
#include <atomic>
#include <limits>
#include <nlohmann/json.hpp>
#include <thread>

#include "actors/session_board.hpp"
#include "api/server.hpp"
#include "config/json.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using namespace bellwether::testing;

/// Event n of a long session: one bar a minute, equity 100000 + n, a halt or resume every hundredth event.
Turn long_session_turn(EventNumber n) {
  const std::string equity = std::to_string(100'000 + n);
  const int minute = static_cast<int>(n);
  if (n % 100 != 0) return turn_of(n, bar_event(0, minute, "10"), "100000", equity);
  const CommandType type = n % 200 == 0 ? CommandType::Resume : CommandType::Halt;
  return turn_of(n, Event::of(at_minute(minute), CommandEvent{type, HaltReason::Operator, false}), "100000", equity);
}

std::string message_of(EventNumber n) {
  std::vector<StateChange> changes;
  append_state_changes(long_session_turn(n), changes);
  return stream_message(changes, Names(small_config()));
}

class StreamTest : public ::testing::Test {
 protected:
  explicit StreamTest(std::size_t kept = 1'000) : board(small_config(), StrategyRegistry(), {10, 10, kept}) {
    board.set_phase(SessionPhase::Trading);
    board.set_history([this](EventNumber, EventNumber upto, const TurnVisitor& visit) -> Expected<void> {
      ++history_reads;
      for (EventNumber n = 1; n <= std::min(upto, history_end.load()); ++n) {
        if (!visit(long_session_turn(n), board.config())) break;
      }
      return {};
    });
    config.port = 0;
    config.stream_interval = std::chrono::milliseconds(1);
  }

  std::uint16_t serve() {
    ApiPorts ports;
    ports.session = fixed_session(board);
    auto started = ApiServer::start(config, ports);
    EXPECT_TRUE(started.has_value());
    server = std::move(*started);
    return server->port();
  }
  void play(EventNumber first, EventNumber last) {
    for (EventNumber n = first; n <= last; ++n) board.apply(long_session_turn(n));
  }
  /// Reads the messages of events first to last and compares each byte.
  void expect_messages(StreamClient& client, EventNumber first, EventNumber last) {
    for (EventNumber n = first; n <= last; ++n) ASSERT_EQ(client.read(), message_of(n));
  }

  SessionBoard board;
  ApiConfig config;
  std::atomic<int> history_reads = 0;
  std::atomic<EventNumber> history_end = std::numeric_limits<EventNumber>::max();
  std::unique_ptr<ApiServer> server;
};

class ShortMemoryStreamTest : public StreamTest {
 protected:
  ShortMemoryStreamTest() : StreamTest(50) {}
};

TEST_F(StreamTest, SendsWhatHappensFromNowOn) {
  const std::uint16_t port = serve();
  play(1, 10);
  StreamClient client(port, "/v1/stream");
  ASSERT_TRUE(client.connected());
  play(11, 20);
  expect_messages(client, 11, 20);
}

TEST_F(StreamTest, SendsWhatIsKeptBeforeWhatHappens) {
  const std::uint16_t port = serve();
  play(1, 10);
  StreamClient client(port, "/v1/stream?after=4");
  play(11, 20);
  expect_messages(client, 5, 20);
  EXPECT_EQ(history_reads, 0);
}

TEST_F(ShortMemoryStreamTest, ReadsFromHistoryWhatIsNoLongerKept) {
  const std::uint16_t port = serve();
  play(1, 500);
  StreamClient client(port, "/v1/stream?after=0");
  expect_messages(client, 1, 500);
  play(501, 520);
  expect_messages(client, 501, 520);
  EXPECT_EQ(history_reads, 1);
}

TEST_F(ShortMemoryStreamTest, GoesOnWhereTheHistoryEndedThatItRead) {
  const std::uint16_t port = serve();
  play(1, 500);
  history_end = 300;  // The log lacks what the board knows.
  StreamClient client(port, "/v1/stream?after=0");
  expect_messages(client, 1, 300);
  history_end = 500;
  expect_messages(client, 301, 500);
}

TEST_F(ShortMemoryStreamTest, AClientThatReconnectsAgainAndAgainMissesNothing) {
  const std::uint16_t port = serve();
  std::thread writer([this] {
    for (EventNumber n = 1; n <= 2'000; ++n) {
      board.apply(long_session_turn(n));
      if (n % 20 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  EventNumber seen = 0;
  while (seen < 2'000) {
    StreamClient client(port, "/v1/stream?after=" + std::to_string(seen));
    ASSERT_TRUE(client.connected());
    for (int i = 0; i < 37 && seen < 2'000; ++i) {
      const auto message = client.read();
      if (!message) break;  // Fell behind what is kept, and was told so.
      ASSERT_EQ(*message, message_of(seen + 1));
      ++seen;
    }
  }
  writer.join();
}

TEST_F(ShortMemoryStreamTest, DisconnectsAClientThatFallsBehind) {
  config.stream_interval = std::chrono::milliseconds(50);
  const std::uint16_t port = serve();
  play(1, 10);
  StreamClient client(port, "/v1/stream?after=9");
  expect_messages(client, 10, 10);
  play(11, 500);  // Ten times what is kept, within one interval or a few.
  std::optional<std::string> message;
  EventNumber seen = 10;
  while ((message = client.read())) ASSERT_EQ(*message, message_of(++seen));
  EXPECT_EQ(client.close_code(), 1013u);
  EXPECT_EQ(client.close_reason(), "too slow; reconnect with ?after=" + std::to_string(seen));
}

TEST_F(ShortMemoryStreamTest, CutsOffAClientThatTakesNothing) {
  config.stream_write_timeout = std::chrono::milliseconds(100);
  config.stream_buffer_bytes = 16 * 1024;
  const std::uint16_t port = serve();
  play(1, 100'000);  // More than the sockets' buffers hold.
  StreamClient client(port, "/v1/stream?after=0");
  ASSERT_TRUE(client.connected());
  std::this_thread::sleep_for(std::chrono::seconds(3));
  EventNumber seen = 0;
  while (client.read()) ++seen;
  EXPECT_LT(seen, 100'000u);
}

TEST_F(ShortMemoryStreamTest, StopsWhileAClientReadsHistory) {
  const std::uint16_t port = serve();
  play(1, 100'000);
  StreamClient client(port, "/v1/stream?after=0");
  EXPECT_EQ(client.read(), message_of(1));
  server->stop();
  while (client.read()) {
  }
  EXPECT_EQ(history_reads, 1);
}

TEST_F(ShortMemoryStreamTest, TellsClientsToComeBackWhenTooManyReadHistory) {
  config.history_readers_max = 1;
  config.stream_write_timeout = std::chrono::seconds(60);
  const std::uint16_t port = serve();
  play(1, 100'000);
  StreamClient first(port, "/v1/stream?after=0");
  EXPECT_EQ(first.read(), message_of(1));
  StreamClient second(port, "/v1/stream?after=0");
  EXPECT_FALSE(second.read().has_value());
  EXPECT_EQ(second.close_code(), 1013u);
}

TEST_F(ShortMemoryStreamTest, TellsWhereToGoOnWhenTheLogCannotBeRead) {
  board.set_history([this](EventNumber, EventNumber, const TurnVisitor& visit) -> Expected<void> {
    // Enough to be sent, then some that wait to be sent together with what follows.
    for (EventNumber n = 1; n <= 700; ++n) {
      if (!visit(long_session_turn(n), board.config())) break;
    }
    return Error{"log", "the disk is on fire"};
  });
  const std::uint16_t port = serve();
  play(1, 1'000);
  StreamClient client(port, "/v1/stream?after=0");
  EventNumber seen = 0;
  while (const auto message = client.read()) ASSERT_EQ(*message, message_of(++seen));
  EXPECT_GT(seen, 0u);
  EXPECT_LT(seen, 700u);
  EXPECT_EQ(client.close_code(), 1011u);
  EXPECT_EQ(client.close_reason(), "reconnect with ?after=" + std::to_string(seen) +
                                       "; the event log cannot be read: log: the disk is on fire");
}

TEST_F(StreamTest, RefusesAnEventStillToCome) {
  const std::uint16_t port = serve();
  play(1, 10);
  EXPECT_EQ(StreamClient(port, "/v1/stream?after=11").status(), 400u);
  EXPECT_EQ(StreamClient(port, "/v1/stream?after=x").status(), 400u);
  EXPECT_EQ(StreamClient(port, "/v1/stream?after=10").status(), 101u);
}

TEST_F(StreamTest, SurvivesClientsThatLeaveWithoutAWord) {
  const std::uint16_t port = serve();
  play(1, 10);
  for (int i = 0; i < 20; ++i) {
    StreamClient client(port, "/v1/stream?after=0");
    EXPECT_EQ(client.read(), message_of(1));
  }
  EXPECT_EQ(HttpClient(port).ask("GET", "/health/live").status, 200u);
}

}  // namespace
}  // namespace bellwether
