#include "actors/scheduler_config.hpp"

namespace bellwether {
namespace {

constexpr std::size_t kMessagesAtATime = 100;
/// How often a thread without work looks whether the other one has some to give away. Whatever an actor is sent wakes a
/// thread at once, so that this costs an idle process its wake-ups and a busy one nothing that counts.
constexpr caf::timespan kStealInterval = std::chrono::milliseconds(100);

}  // namespace

SchedulerConfig::SchedulerConfig(std::size_t threads, bool deterministic) {
  // With work stealing, a thread that sends a message goes on with its receiver: an event passes the stages on one
  // thread, its data in that core's cache and nobody woken up, while the other thread takes the recorder's work.
  set("scheduler.policy", deterministic ? caf::atom("testing") : caf::atom("stealing"));
  set("scheduler.max-threads", threads);
  // Lets an event in between where the recorder has much to catch up with.
  set("scheduler.max-throughput", kMessagesAtATime);
  // An idle thread waits to be woken at once, instead of looking for work every 50 us for a while before that.
  set("work-stealing.moderate-poll-attempts", std::size_t{0});
  set("work-stealing.relaxed-sleep-duration", kStealInterval);
}

}  // namespace bellwether
