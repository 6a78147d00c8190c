// Turns data sets into one stream of events in the order of time: bars, trades and quotes of any number of instruments,
// the openings and closings of sessions between them, and corporate actions before all else of their ex-date.
#pragma once

#include <deque>
#include <span>
#include <vector>

#include "engine/calendar.hpp"
#include "engine/event.hpp"
#include "engine/strategy.hpp"

namespace bellwether {

/// One source of a feed. The data must outlive the feed; only one of the spans is set.
struct FeedSource {
  InstrumentIndex instrument = kNoInstrument;
  std::span<const Bar> bars;
  Duration interval{0};  ///< Of the bars.
  bool synthetic = false;
  bool history = false;  ///< For the strategies' warm-up only.
  std::span<const Trade> trades;
  std::span<const Quote> quotes;
  bool clock_aligned = false;  ///< See BarSeries.
  bool derived = false;        ///< Bars made from trades that are a source themselves.
};

struct InstrumentActions {
  InstrumentIndex instrument = kNoInstrument;
  std::vector<CorporateAction> actions;  ///< Ascending ex-dates.
};

/// Merges its sources by time, then by their order. A pure function of its input: the n-th event is always the same.
class MarketFeed {
 public:
  MarketFeed(std::vector<FeedSource> sources, std::vector<InstrumentActions> actions, const SessionCalendar& calendar);

  /// Writes the next event, unnumbered. False at the end, after the last session's close.
  bool next(Event& event);
  /// Events given out so far.
  [[nodiscard]] std::uint64_t position() const { return position_; }
  /// Gives out events until `count` have been.
  void skip_to(std::uint64_t count);
  /// Bars, trades and quotes in all sources, history left out.
  [[nodiscard]] std::uint64_t market_event_count() const;

  /// The bars of the feed's only source that `next` would give one after the other as its next events: of one session
  /// and without a gap. Empty where the next event is of another kind, or the feed has several sources.
  [[nodiscard]] BarRun peek_run();
  /// Takes the first `count` bars of `peek_run`.
  void take_run(std::size_t count);

 private:
  static constexpr Date kNoDate{-1'000'000};

  struct Cursor {
    FeedSource source;
    std::size_t at = 0;
    bool plain = true;  // Every bar ends one interval after its start.
    Timestamp next_time = kNever;
    std::size_t run_end = 0;  // Bars from `at` up to here follow one another within the session.
  };

  /// When a source has its next event.
  struct Due {
    Timestamp time;
    std::uint32_t cursor;
    [[nodiscard]] bool before(const Due& other) const {
      // Without a branch, which nothing foresees.
      return (time < other.time) | ((time == other.time) & (cursor < other.cursor));
    }
  };

  void refresh(Cursor& cursor) const;
  /// The source that is next; null at the end.
  Cursor* earliest();
  /// Few sources are looked at one by one: for them a heap costs more than it saves.
  static constexpr std::size_t kFewSources = 16;
  [[nodiscard]] bool few() const { return order_.size() <= kFewSources; }
  /// Takes notice of when the source that was next has its next event.
  void reorder(const Cursor& cursor);
  void enter_session(const Cursor& cursor);
  void find_run_end(Cursor& cursor) const;
  static void write_event(const Cursor& cursor, Event& event);
  [[nodiscard]] Timestamp start_of(const Cursor& cursor) const;
  /// When the bar could be known.
  [[nodiscard]] Timestamp close_time(const Cursor& cursor) const;
  void push_actions(const Session& session, Timestamp at);

  std::vector<Cursor> cursors_;
  std::vector<Due> order_;  // Of all sources: few by their places, more as a heap, the next one first.
  std::vector<InstrumentActions> actions_;
  std::vector<std::size_t> next_action_;
  SessionCalendar calendar_;
  std::deque<Event> pending_;
  std::uint64_t position_ = 0;
  const Session* open_session_ = nullptr;
  Date last_opened_ = kNoDate;
  Date last_seen_ = kNoDate;  // Of the sessions whose date some event fell on, in whatever hour.
};

}  // namespace bellwether
