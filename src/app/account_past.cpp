#include "app/account_past.hpp"

#include <set>

#include "app/logging.hpp"

namespace bellwether {
namespace {

/// How long an answer waits for what has just happened.
constexpr std::chrono::milliseconds kMoment{100};

BookWriterCallbacks callbacks() {
  BookWriterCallbacks callbacks;
  callbacks.on_error = [](const Error& error) {
    log_event(Severity::Error, "books_refused", error.text(),
              {{"action", "trading goes on; what the account's books are to hold waits, and is written later"}});
  };
  callbacks.on_stop = [](const Error& error) {
    log_event(Severity::Error, "books_stopped", "the account's books take nothing in any more: " + error.text(),
              {{"action", "trading goes on; after a restart the books are brought up to the log"}});
  };
  return callbacks;
}

void tell_of(const OpenedBooks& opened) {
  if (opened.rebuilt_because.empty()) return;
  const std::string aside = opened.kept_as.empty() ? "" : "; what was there is now " + opened.kept_as;
  log_event(Severity::Warning, "books_rebuilt",
            "the account's books are made anew from its log: " + opened.rebuilt_because + aside, {});
}

}  // namespace

Expected<void> bring_books_up(BookWriter& writer, EventLog& log, EventNumber upto, const HistorySource& history) {
  const auto notes = log.segments();
  if (!notes) return notes.error();
  std::set<EventNumber> begins;
  for (const SegmentNote& note : *notes) begins.insert(note.after + 1);
  Expected<void> begun;
  bool is_first = true;
  auto read = history(writer.given(), upto, [&](const Turn& turn, const EngineConfig& config) {
    if (std::exchange(is_first, false) || begins.contains(turn.event.number)) begun = writer.begin_segment(config);
    if (begun) writer.catch_up(turn);
    return begun && !writer.has_stopped();
  });
  if (!begun) return begun;
  return read ? writer.flush() : read;
}

AccountPast::AccountPast(const std::string& log_path, std::function<EventNumber()> seen)
    : path_(books_path(log_path)), seen_(std::move(seen)), reader_(path_, [this] { wait_a_moment(); }) {}

AccountPast::~AccountPast() { written_by_ = nullptr; }

Expected<void> AccountPast::open(EventLog& log, const HistorySource& history) {
  auto opened = open_books(path_, log);
  if (!opened) return opened.error();
  tell_of(*opened);
  writer_ = std::make_unique<BookWriter>(std::move(opened->books), callbacks());
  const auto notes = log.segments();
  if (!notes) return notes.error();
  if (writer_->written() < notes->back().after) {
    if (auto up = bring_books_up(*writer_, log, notes->back().after, history); !up) {
      log_event(Severity::Error, "books_behind",
                "the account's books cannot be brought up to its log: " + up.error().text(),
                {{"action", "trading goes on without them"}, {"books_event", writer_->written()}});
    }
  }
  written_by_ = writer_.get();
  reader_.open();
  return {};
}

void AccountPast::begin_segment(const EngineConfig& config) {
  if (auto begun = writer_->begin_segment(config); !begun) {
    log_event(Severity::Error, "books_stopped", "the account's books have no room: " + begun.error().text(), {});
  }
}

void AccountPast::settle() {
  if (auto flushed = writer_->flush(); !flushed) {
    log_event(Severity::Warning, "books_behind", "the account's books are behind: " + flushed.error().text(),
              {{"books_event", writer_->written()}});
  }
}

void AccountPast::wait_a_moment() const {
  if (BookWriter* writer = written_by_.load()) writer->wait_for(std::min(seen_(), writer->given()), kMoment);
}

}  // namespace bellwether
