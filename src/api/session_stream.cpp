// First what a client has missed, then what happens. A client that falls too far behind is disconnected.
#include "api/session_stream.hpp"

#include "config/json.hpp"
#include "net/websocket.hpp"

namespace bellwether {
namespace {

using namespace network;

constexpr std::size_t kHistoryBatchBytes = 64 * 1024;

struct Message {
  EventNumber event = 0;
  std::string text;
};

/// What all streams share. `streams` and `history_readers` belong to the network's thread.
struct Streams {
  Streams(std::function<SessionViewPtr()> current, const StreamLimits& stream_limits, ApiMetrics& api_metrics)
      : session(std::move(current)), limits(stream_limits), metrics(api_metrics) {}

  const std::function<SessionViewPtr()> session;
  const StreamLimits limits;
  ApiMetrics& metrics;
  std::size_t streams = 0;
  std::size_t history_readers = 0;
};

/// Counts a reader of history for as long as it reads.
class HistoryReader {
 public:
  explicit HistoryReader(Streams& streams) : streams_(streams) {
    streams_.metrics.set_history_readers(++streams_.history_readers);
  }
  HistoryReader(const HistoryReader&) = delete;
  HistoryReader& operator=(const HistoryReader&) = delete;
  ~HistoryReader() { streams_.metrics.set_history_readers(--streams_.history_readers); }

 private:
  Streams& streams_;
};

class SessionStream final : public WebSocketConnection {
 public:
  SessionStream(Hub& hub, beast::tcp_stream stream, Streams& streams, EventNumber after)
      : WebSocketConnection(hub, std::move(stream),
                            {streams.limits.stream_write_timeout, streams.limits.stream_buffer_bytes}),
        streams_(streams),
        view_(streams.session()),
        names_(view_->config()),
        after_(after) {
    streams_.metrics.set_streams(++streams_.streams);
  }
  ~SessionStream() override { streams_.metrics.set_streams(--streams_.streams); }

 private:
  awaitable<void> follow() override {
    bool caught_up = false;
    while (!gone()) {
      if (stopping()) {
        const std::string reason = "the server stops";
        co_await close(websocket::close_code::going_away, reason);
        co_return;
      }
      const ChangeBatch batch = view_->changes(after_, streams_.limits.stream_batch_changes);
      if (batch.gap) {
        if (caught_up) {
          streams_.metrics.count_refusal(ApiLimit::StreamChanges);
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
      if (!batch.changes.empty()) continue;
      if (!take_next_view()) co_await wait(streams_.limits.stream_interval);
    }
  }

  /// Where another view has taken over and all of this one's changes are sent: goes on with that.
  bool take_next_view() {
    if (!view_->is_superseded() || view_->last_event() > after_) return false;
    SessionViewPtr next = streams_.session();
    if (next == view_) return false;
    view_ = std::move(next);
    names_ = Names(view_->config());
    return true;
  }

  awaitable<bool> send_changes(std::span<const StateChange> changes) {
    while (!changes.empty()) {
      std::size_t count = 1;
      while (count < changes.size() && changes[count].event == changes[0].event) ++count;
      const Message message{changes[0].event, stream_message(changes.first(count), names_)};
      if (stopping()) co_return false;
      if (!co_await send_message(message)) co_return false;
      changes = changes.subspan(count);
    }
    co_return true;
  }

  awaitable<bool> send_message(const Message& message) {
    const bool sent = co_await send(message.text);
    if (sent) after_ = message.event;
    co_return sent;
  }

  static awaitable<bool> send_all(std::shared_ptr<SessionStream> self, std::vector<Message> messages) {
    for (const Message& message : messages) {
      if (self->stopping()) co_return false;
      if (!co_await self->send_message(message)) co_return false;
    }
    co_return true;
  }

  /// Sends what is no longer kept in memory. False: the connection has ended.
  awaitable<bool> send_history() {
    if (streams_.history_readers >= streams_.limits.history_readers_max) {
      streams_.metrics.count_refusal(ApiLimit::HistoryReaders);
      const std::string reason = "too many streams read history; reconnect later with ?after=" + std::to_string(after_);
      co_await close(websocket::close_code::try_again_later, reason);
      co_return false;
    }
    const EventNumber upto = view_->last_event();
    const HistoryReader counted(streams_);
    // Captures nothing that has a destructor: g++ 12 destroys temporaries of an awaiting expression once too often.
    EventNumber last = after_;
    const auto work = [this, &last, upto]() -> awaitable<Expected<void>> { co_return read_history(last, upto); };
    const Expected<void> read = co_await asio::co_spawn(hub().workers, work, asio::use_awaitable);
    if (!read) {
      const std::string reason =
          "reconnect with ?after=" + std::to_string(after_) + "; the event log cannot be read: " + read.error().text();
      co_await close(websocket::close_code::internal_error, reason);
      co_return false;
    }
    if (gone() || stopping()) co_return !gone();
    after_ = last;
    if (last < upto)
      co_await wait(streams_.limits.stream_interval);  // The log that was read ends before what is on the board.
    co_return !gone();
  }

  /// On a worker's thread: waits for the client to take each batch before it makes the next. `last` is the event after
  /// which to begin, and becomes the last one that was read.
  Expected<void> read_history(EventNumber& last, EventNumber upto) {
    std::vector<StateChange> changes;
    std::vector<Message> batch;
    std::size_t bytes = 0;
    const auto flush = [&] {
      bytes = 0;
      auto sent = asio::co_spawn(
          hub().io, send_all(std::static_pointer_cast<SessionStream>(shared_from_this()), std::exchange(batch, {})),
          asio::use_future);
      return sent.get();
    };
    const EngineConfig* config = nullptr;
    std::optional<Names> names;
    Expected<void> read = view_->history(last, upto, [&](const Turn& turn, const EngineConfig& of_turn) {
      if (config != &of_turn) names.emplace(*(config = &of_turn));
      if (stopping() || gone() || turn.event.number > upto) return false;
      if (turn.event.number <= last) return true;
      last = turn.event.number;
      changes.clear();
      append_state_changes(turn, changes);
      if (changes.empty()) return true;
      batch.push_back({turn.event.number, stream_message(changes, *names)});
      bytes += batch.back().text.size();
      return bytes < kHistoryBatchBytes || flush();
    });
    if (read && !batch.empty()) flush();
    return read;
  }

  Streams& streams_;
  SessionViewPtr view_;
  Names names_;
  EventNumber after_;
};

class SessionStreamHandler final : public StreamHandler {
 public:
  SessionStreamHandler(std::function<SessionViewPtr()> session, const StreamLimits& limits, ApiMetrics& metrics)
      : streams_(std::move(session), limits, metrics) {}

  [[nodiscard]] std::optional<HttpResponse> refuse(const RouteArguments& arguments) const override {
    const EventNumber after = arguments.integer("after");
    const SessionStatus status = streams_.session()->status();
    if (after <= status.last_event) return std::nullopt;
    if (status.phase == SessionPhase::Starting || status.phase == SessionPhase::Recovering) {
      return error_response(
          503, "not_ready",
          "the session is " + std::string(token(status.phase)) + "; ask again when /health/ready answers 200");
    }
    return error_response(400, "bad_parameter",
                          "the last event is " + std::to_string(status.last_event) + ", before " +
                              std::to_string(after) + "; leave `after` out to follow from now on",
                          "after");
  }

  awaitable<void> serve(Hub& hub, beast::tcp_stream& stream, const BeastRequest& request,
                        const RouteArguments& arguments) override {
    const EventNumber after = arguments.has("after") ? arguments.integer("after") : streams_.session()->last_event();
    const auto connection = std::make_shared<SessionStream>(hub, std::move(stream), streams_, after);
    co_await connection->run(request);
  }

 private:
  Streams streams_;
};

}  // namespace

std::shared_ptr<StreamHandler> session_stream(std::function<SessionViewPtr()> session, const StreamLimits& limits,
                                              ApiMetrics& metrics) {
  return std::make_shared<SessionStreamHandler>(std::move(session), limits, metrics);
}

}  // namespace bellwether
