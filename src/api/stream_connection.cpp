// One WebSocket that follows the session: first what its client has missed, then what happens. One message is under way
// at a time, so a client's slowness costs the server no memory; one that falls too far behind is disconnected.
#include <boost/asio/buffer.hpp>
#include <boost/beast/websocket.hpp>

#include "api/network.hpp"

namespace bellwether::network {
namespace {

namespace websocket = beast::websocket;

constexpr std::size_t kMessageFromClientBytesMax = 4096;
constexpr std::size_t kReasonBytesMax = 120;  // The protocol has room for 123.
constexpr std::size_t kHistoryBatchBytes = 64 * 1024;

struct Message {
  EventNumber event = 0;
  std::string text;
};

/// Counts a reader of history for as long as it reads.
class HistoryReader {
 public:
  explicit HistoryReader(Hub& hub) : hub_(hub) { hub_.metrics.set_history_readers(++hub_.history_readers); }
  HistoryReader(const HistoryReader&) = delete;
  HistoryReader& operator=(const HistoryReader&) = delete;
  ~HistoryReader() { hub_.metrics.set_history_readers(--hub_.history_readers); }

 private:
  Hub& hub_;
};

class StreamConnection final : public Connection, public std::enable_shared_from_this<StreamConnection> {
 public:
  StreamConnection(Hub& hub, beast::tcp_stream stream, EventNumber after)
      : hub_(hub), socket_(std::move(stream)), timer_(hub.io), after_(after) {
    hub_.add(this);
    hub_.metrics.set_streams(++hub_.streams);
  }
  ~StreamConnection() override {
    hub_.metrics.set_streams(--hub_.streams);
    hub_.remove(this);
  }

  awaitable<void> run(const HttpRequest& request) {
    error_code ignored;
    const asio::socket_base::send_buffer_size buffer(static_cast<int>(hub_.config.stream_buffer_bytes));
    beast::get_lowest_layer(socket_).socket().set_option(buffer, ignored);
    websocket::stream_base::timeout timeout{};
    timeout.handshake_timeout = hub_.config.request_timeout;
    timeout.idle_timeout = hub_.config.idle_timeout;
    timeout.keep_alive_pings = true;
    socket_.set_option(timeout);
    socket_.read_message_max(kMessageFromClientBytesMax);
    const auto [error] = co_await socket_.async_accept(request, kAwait);
    if (error) co_return;
    socket_.text(true);
    asio::co_spawn(hub_.io, read_loop(shared_from_this()), asio::detached);
    co_await follow();
    cut();
  }

  void wind_up() override { timer_.cancel(); }
  void cut() override {
    gone_ = true;
    timer_.cancel();
    beast::get_lowest_layer(socket_).close();
  }
  void check(SteadyTime now) override {
    if (write_deadline_ && now > *write_deadline_) cut();
  }

 private:
  /// Answers pings, notices the client's leaving; what the client says is ignored.
  static awaitable<void> read_loop(std::shared_ptr<StreamConnection> self) {
    beast::flat_buffer buffer;
    while (true) {
      const auto [error, bytes] = co_await self->socket_.async_read(buffer, kAwait);
      if (error) break;
      buffer.consume(bytes);
    }
    self->gone_ = true;
    self->timer_.cancel();
  }

  awaitable<void> follow() {
    bool caught_up = false;
    while (!gone_) {
      if (hub_.stopping) {
        const std::string reason = "the server stops";
        co_await close(websocket::close_code::going_away, reason);
        co_return;
      }
      const ChangeBatch batch = hub_.ports.session->changes(after_, hub_.config.stream_batch_changes);
      if (batch.gap) {
        if (caught_up) {
          hub_.metrics.count_refusal(ApiLimit::StreamChanges);
          const std::string reason = "too slow; reconnect with ?after=" + std::to_string(after_);
          co_await close(websocket::close_code::try_again_later, reason);
          co_return;
        }
        if (!co_await send_history()) co_return;
        continue;
      }
      caught_up = true;
      if (!co_await send_changes(batch.changes)) continue;
      after_ = batch.upto;
      if (batch.changes.empty()) co_await wait();
    }
  }

  awaitable<void> wait() {
    timer_.expires_after(hub_.config.stream_interval);
    co_await timer_.async_wait(kAwait);
  }

  awaitable<bool> send_changes(std::span<const StateChange> changes) {
    while (!changes.empty()) {
      std::size_t count = 1;
      while (count < changes.size() && changes[count].event == changes[0].event) ++count;
      const Message message{changes[0].event, stream_message(changes.first(count), hub_.names)};
      if (hub_.stopping || !co_await send(message)) co_return false;
      changes = changes.subspan(count);
    }
    co_return true;
  }

  awaitable<bool> send(const Message& message) {
    if (gone_) co_return false;
    write_deadline_ = std::chrono::steady_clock::now() + hub_.config.stream_write_timeout;
    const auto [error, bytes] = co_await socket_.async_write(asio::buffer(message.text), kAwait);
    write_deadline_.reset();
    if (error) gone_ = true;
    if (!error) after_ = message.event;
    co_return !error;
  }

  static awaitable<bool> send_all(std::shared_ptr<StreamConnection> self, std::vector<Message> messages) {
    for (const Message& message : messages) {
      if (self->hub_.stopping || !co_await self->send(message)) co_return false;
    }
    co_return true;
  }

  /// Sends what is no longer kept in memory. False: the connection has ended.
  awaitable<bool> send_history() {
    if (hub_.history_readers >= hub_.config.history_readers_max) {
      hub_.metrics.count_refusal(ApiLimit::HistoryReaders);
      const std::string reason = "too many streams read history; reconnect later with ?after=" + std::to_string(after_);
      co_await close(websocket::close_code::try_again_later, reason);
      co_return false;
    }
    const EventNumber upto = hub_.ports.session->last_event();
    const HistoryReader counted(hub_);
    // Captures nothing that has a destructor: g++ 12 destroys temporaries of an awaiting expression once too often.
    EventNumber last = after_;
    const auto work = [this, &last, upto]() -> awaitable<Expected<void>> { co_return read_history(last, upto); };
    const Expected<void> read = co_await asio::co_spawn(hub_.workers, work, asio::use_awaitable);
    if (!read) {
      const std::string reason = read.error().text().substr(0, kReasonBytesMax);
      co_await close(websocket::close_code::internal_error, reason);
      co_return false;
    }
    if (gone_ || hub_.stopping) co_return !gone_;
    after_ = last;
    if (last < upto) co_await wait();  // The log that was read ends before what is on the board.
    co_return !gone_;
  }

  /// On a worker's thread: waits for the client to take each batch before it makes the next. `last` is the event after
  /// which to begin, and becomes the last one that was read.
  Expected<void> read_history(EventNumber& last, EventNumber upto) {
    std::vector<StateChange> changes;
    std::vector<Message> batch;
    std::size_t bytes = 0;
    const auto flush = [&] {
      bytes = 0;
      auto sent = asio::co_spawn(hub_.io, send_all(shared_from_this(), std::exchange(batch, {})), asio::use_future);
      return sent.get();
    };
    Expected<void> read = hub_.ports.session->history(last, upto, [&](const Turn& turn) {
      if (hub_.stopping || gone_ || turn.event.number > upto) return false;
      if (turn.event.number <= last) return true;
      last = turn.event.number;
      changes.clear();
      append_state_changes(turn, changes);
      if (changes.empty()) return true;
      batch.push_back({turn.event.number, stream_message(changes, hub_.names)});
      bytes += batch.back().text.size();
      return bytes < kHistoryBatchBytes || flush();
    });
    if (read && !batch.empty()) flush();
    return read;
  }

  awaitable<void> close(websocket::close_code code, const std::string& reason) {
    const websocket::close_reason why(code, reason);
    co_await socket_.async_close(why, kAwait);
  }

  Hub& hub_;
  websocket::stream<beast::tcp_stream> socket_;
  asio::steady_timer timer_;
  EventNumber after_;
  std::optional<SteadyTime> write_deadline_;
  std::atomic<bool> gone_ = false;  // Nothing more can be sent.
};

}  // namespace

awaitable<void> serve_stream(Hub& hub, beast::tcp_stream& stream, const Upgrade& upgrade) {
  const auto connection = std::make_shared<StreamConnection>(hub, std::move(stream), upgrade.after);
  co_await connection->run(upgrade.request);
}

}  // namespace bellwether::network
