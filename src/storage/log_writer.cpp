#include "storage/log_writer.hpp"

#include <algorithm>
#include <chrono>

namespace bellwether {

void LogWriter::Group::clear() {
  events.clear();
  commands.clear();
  snapshot.reset();
}

LogWriter::LogWriter(EventLog& log, LogWriterCallbacks callbacks, LogWriterOptions options)
    : log_(log),
      callbacks_(std::move(callbacks)),
      capacity_(options.capacity),
      look_every_(options.look_every),
      durable_(log.last_event()) {
  BELLWETHER_INVARIANT(capacity_ > 0, "a log writer needs room for one event");
  thread_ = std::thread([this] { run(); });
}

LogWriter::~LogWriter() { close(); }

void LogWriter::close() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool LogWriter::wait_for_room(std::unique_lock<std::mutex>& lock) {
  room_.wait(lock, [this] { return failure_ || incoming_.entries() < capacity_; });
  return !failure_;
}

void LogWriter::wake_writer() {
  if (!writer_idle_) return;
  writer_idle_ = false;
  work_.notify_one();
}

void LogWriter::enqueue(std::span<const Event> events) {
  std::unique_lock lock(mutex_);
  while (!events.empty()) {
    if (!wait_for_room(lock)) return;
    const auto some = events.first(std::min(events.size(), capacity_ - incoming_.entries()));
    incoming_.events.insert(incoming_.events.end(), some.begin(), some.end());
    events = events.subspan(some.size());
    wake_writer();
  }
}

void LogWriter::enqueue(const LoggedCommand& command) {
  std::unique_lock lock(mutex_);
  if (!wait_for_room(lock)) return;
  incoming_.commands.push_back(command);
  wake_writer();
}

void LogWriter::enqueue(Snapshot snapshot) {
  const std::lock_guard lock(mutex_);
  if (failure_) return;
  incoming_.snapshot = std::move(snapshot);
  wake_writer();
}

Expected<void> LogWriter::flush() {
  std::unique_lock lock(mutex_);
  const std::uint64_t awaited = groups_begun_ + (incoming_.empty() ? 0 : 1);
  settled_.wait(lock, [&] { return failure_ || groups_done_ >= awaited; });
  if (failure_) return *failure_;
  return {};
}

std::size_t LogWriter::waiting() const {
  const std::lock_guard lock(mutex_);
  return incoming_.entries();
}

void LogWriter::run() {
  Group group;
  std::unique_lock lock(mutex_);
  while (true) {
    wait_for_work(lock);
    if (incoming_.empty()) return;
    std::swap(group, incoming_);
    const bool failed = failure_.has_value();
    ++groups_begun_;
    lock.unlock();
    room_.notify_all();
    if (!failed) commit(group);
    group.clear();
    lock.lock();
    ++groups_done_;
    settled_.notify_all();
  }
}

void LogWriter::wait_for_work(std::unique_lock<std::mutex>& lock) {
  while (incoming_.empty() && !stopping_) {
    writer_idle_ = true;
    const bool silent = work_.wait_for(lock, look_every_) == std::cv_status::timeout;
    if (!silent || failure_ || !incoming_.empty()) continue;
    writer_idle_ = false;  // Whoever brings something while we look need not wake us.
    lock.unlock();
    looked_ = std::chrono::steady_clock::now();
    auto fine = log_.check_files();
    if (!fine) fail(fine.error());
    lock.lock();
  }
  writer_idle_ = false;
}

void LogWriter::commit(const Group& group) {
  const auto start = std::chrono::steady_clock::now();
  if (start - looked_ >= look_every_) {
    looked_ = start;
    if (auto fine = log_.check_files(); !fine) return fail(fine.error());
  }
  if (auto written = log_.append(group.events, group.commands); !written) return fail(written.error());
  if (group.snapshot) {
    auto written = log_.put_snapshot(*group.snapshot);
    if (!written && callbacks_.on_snapshot_error) callbacks_.on_snapshot_error(written.error());
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  if (!group.events.empty()) durable_.store(group.events.back().number, std::memory_order_release);
  if (callbacks_.on_commit_time) callbacks_.on_commit_time(taken.count(), group.events.size());
  if (callbacks_.on_commit) callbacks_.on_commit(durable());
}

void LogWriter::fail(const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    failure_ = error;
    incoming_.clear();
  }
  room_.notify_all();
  settled_.notify_all();
  if (callbacks_.on_error) callbacks_.on_error(error);
}

}  // namespace bellwether
