// An event log in memory, which can be cut off anywhere and told to refuse.
#pragma once

#include <algorithm>
#include <limits>

#include "storage/event_log.hpp"

namespace bellwether::testing {

class MemoryLog : public EventLog {
 public:
  std::vector<Event> events;
  std::vector<LoggedCommand> commands;
  std::vector<Snapshot> snapshots;
  EventNumber refuse_after = std::numeric_limits<EventNumber>::max();  ///< As a full disk does.

  Expected<void> append(std::span<const Event> new_events, std::span<const LoggedCommand> new_commands) override {
    if (events.size() + new_events.size() > refuse_after) return Error{"log", "the disk is full"};
    for (const Event& event : new_events) {
      if (event.number != events.size() + 1) return Error{"log", "gap in the event numbers"};
      events.push_back(event);
    }
    commands.insert(commands.end(), new_commands.begin(), new_commands.end());
    return {};
  }
  Expected<void> put_snapshot(const Snapshot& snapshot) override {
    snapshots.push_back(snapshot);
    return {};
  }
  Expected<std::vector<EventNumber>> snapshot_events() override {
    std::vector<EventNumber> found;
    for (const Snapshot& snapshot : snapshots) found.insert(found.begin(), snapshot.event);
    return found;
  }
  Expected<Snapshot> snapshot(EventNumber event) override {
    for (const Snapshot& snapshot : snapshots) {
      if (snapshot.event == event) return snapshot;
    }
    return Error{"log", "no such snapshot"};
  }
  Expected<void> open_segment(const SegmentOpening& opening) override {
    openings_.push_back(opening);
    after_.push_back(events.size());
    snapshots.clear();
    return {};
  }
  Expected<std::vector<SegmentNote>> segments() override {
    std::vector<SegmentNote> notes;
    for (std::size_t i = 0; i < openings_.size(); ++i) {
      notes.push_back({i + 1, after_[i], openings_[i].opened, 0, {}, {}, openings_[i].metadata, {}});
    }
    return notes;
  }
  Expected<SegmentOpening> segment_opening(std::uint64_t number) override {
    if (number == 0 || number > openings_.size()) return Error{"log", "no such segment"};
    return openings_[number - 1];
  }
  [[nodiscard]] EventNumber last_event() const override { return events.size(); }
  [[nodiscard]] const std::map<std::string, std::string>& metadata() const override {
    return openings_.back().metadata;
  }
  Expected<void> put_metadata(const std::string& key, const std::string& value) override {
    openings_.back().metadata[key] = value;
    return {};
  }
  [[nodiscard]] std::unique_ptr<EventLogCursor> read(EventNumber after) override {
    return std::make_unique<Cursor>(*this, after);
  }

 private:
  /// Gives everything at once.
  class Cursor final : public EventLogCursor {
   public:
    Cursor(const MemoryLog& log, EventNumber after) : log_(log), after_(after) {}
    Expected<std::size_t> next(std::vector<Event>& out_events, std::vector<LoggedCommand>& out_commands) override {
      out_events.clear();
      out_commands.clear();
      if (done_) return std::size_t{0};
      done_ = true;
      for (const Event& event : log_.events) {
        if (event.number > after_) out_events.push_back(event);
      }
      for (const LoggedCommand& command : log_.commands) {
        if (command.event > after_) out_commands.push_back(command);
      }
      return out_events.size() + out_commands.size();
    }

   private:
    const MemoryLog& log_;
    EventNumber after_;
    bool done_ = false;
  };

  std::vector<SegmentOpening> openings_ = std::vector<SegmentOpening>(1);
  std::vector<EventNumber> after_ = {0};
};

}  // namespace bellwether::testing
