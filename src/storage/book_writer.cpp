#include "storage/book_writer.hpp"

#include <algorithm>

namespace bellwether {

BookWriter::BookWriter(AccountBooks books, BookWriterCallbacks callbacks, BookWriterOptions options)
    : books_(std::move(books)),
      callbacks_(std::move(callbacks)),
      options_(options),
      keeper_(books_.state()),
      given_(keeper_.last_event()),
      written_(keeper_.last_event()) {
  thread_ = std::thread([this] { run(); });
}

BookWriter::~BookWriter() { close(); }

void BookWriter::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  work_.notify_one();
  if (thread_.joinable()) thread_.join();
}

Expected<void> BookWriter::begin_segment(const EngineConfig& config) {
  const std::lock_guard lock(mutex_);
  auto own = std::make_unique<const EngineConfig>(config);
  if (auto begun = keeper_.begin_segment(*own); !begun) return begun;
  config_ = std::move(own);
  is_new_ = true;  // Names can be asked for before the first turn.
  work_.notify_one();
  return {};
}

void BookWriter::apply(const Turn& turn) {
  const std::lock_guard lock(mutex_);
  take(turn);
}

void BookWriter::catch_up(const Turn& turn) {
  std::unique_lock lock(mutex_);
  const auto has_room = [this] { return keeper_.changes().rows() <= options_.rows_max / 2; };
  if (!has_room()) {
    hurry_ = true;
    work_.notify_one();
    settled_.wait(lock, [&] { return has_room() || refusal_ || stopped_; });
  }
  take(turn);
}

/// With the mutex held.
void BookWriter::take(const Turn& turn) {
  const EventNumber event = turn.event.number;
  given_ = std::max(given_, event);
  if (stopped_ || event <= keeper_.last_event()) return;
  if (event != keeper_.last_event() + 1) {
    return stop({"", "event " + std::to_string(keeper_.last_event() + 1) + " was not given to the books, but event " +
                         std::to_string(event) + " was"});
  }
  keeper_.apply(turn);
  if (!std::exchange(is_new_, true)) work_.notify_one();
  if (keeper_.changes().rows() > options_.rows_max) {
    stop({"", "more than " + std::to_string(options_.rows_max) + " rows wait for the disk" +
                  (refusal_ ? ", which says: " + refusal_->text() : std::string())});
  }
}

/// With the mutex held.
void BookWriter::stop(Error why) {
  stopped_ = std::move(why);
  settled_.notify_all();
  if (callbacks_.on_stop) callbacks_.on_stop(*stopped_);
}

EventNumber BookWriter::written() const {
  const std::lock_guard lock(mutex_);
  return written_;
}

EventNumber BookWriter::given() const {
  const std::lock_guard lock(mutex_);
  return given_;
}

bool BookWriter::has_stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_.has_value();
}

Expected<void> BookWriter::flush() {
  std::unique_lock lock(mutex_);
  const EventNumber awaited = given_;
  const std::uint64_t refusals_before = refusals_;  // Only an answer from now on counts.
  hurry_ = true;
  work_.notify_one();
  settled_.wait(lock, [&] { return written_ >= awaited || refusals_ > refusals_before || stopped_; });
  if (written_ >= awaited) return {};
  return stopped_ ? *stopped_ : *refusal_;
}

void BookWriter::wait_for(EventNumber event, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  if (written_ >= event) return;
  hurry_ = true;
  work_.notify_one();
  settled_.wait_for(lock, patience, [&] { return written_ >= event || refusal_ || stopped_; });
}

/// Lets more come, unless somebody is in a hurry.
void BookWriter::gather(std::unique_lock<std::mutex>& lock) {
  work_.wait(lock, [this] { return is_new_ || closing_; });
  work_.wait_for(lock, options_.gather, [this] { return hurry_ || closing_; });
}

void BookWriter::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    gather(lock);
    if (!is_new_) return;
    is_new_ = hurry_ = false;
    const BookChanges changes = keeper_.take_changes();
    lock.unlock();
    settled_.notify_all();  // There is room.
    while (!write(changes)) {
      lock.lock();
      if (closing_) return;
      work_.wait_for(lock, options_.retry, [this] { return hurry_ || closing_; });
      hurry_ = false;
      lock.unlock();
    }
    lock.lock();
  }
}

bool BookWriter::write(const BookChanges& changes) {
  const auto written = books_.write(changes);
  std::optional<Error> first_refusal;
  {
    const std::lock_guard lock(mutex_);
    if (written) {
      written_ = changes.totals.last_event;
      refusal_.reset();
    } else {
      if (!refusal_) first_refusal = written.error();
      refusal_ = written.error();
      ++refusals_;
    }
    settled_.notify_all();
  }
  if (first_refusal && callbacks_.on_error) callbacks_.on_error(*first_refusal);
  return written.has_value();
}

}  // namespace bellwether
