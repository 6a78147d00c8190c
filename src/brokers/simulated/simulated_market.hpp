// Live prices that nobody trades at: made from a seed as time passes, for running by the clock without a data source.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "brokers/broker.hpp"
#include "engine/calendar.hpp"

namespace bellwether {

struct SimulatedMarketOptions {
  std::uint64_t seed = 1;
  std::vector<Instrument> instruments;
  Duration bar_interval = kMinuteInterval;  ///< Divides half an hour.
  bool round_the_clock = false;             ///< One session a day from midnight to midnight UTC, else the US equity's.
  /// Strategies want so many sessions' daily bars of each instrument before they trade, and those that follow; 0: none.
  std::size_t daily_history_sessions = 0;
};

/// Where a source of market data stands when it begins.
struct MarketStart {
  Timestamp at;                              ///< Nothing before, and nothing but session events at, this time.
  std::optional<SessionEvent> open_session;  ///< Open at that time: its open has been told.
  bool tell_history = true;                  ///< False where the strategies have had their history.
};

/// A price is a function of seed, symbol and time, so a restart goes on with the same prices. Bars are marked
/// synthetic. Sessions that were slept through are opened and closed all the same; of bars, those that lie further back
/// than `kBarsBehindMax` are left out: nobody saw them when they happened.
class SimulatedMarket final : public MarketDataSource {
 public:
  static constexpr int kBarsBehindMax = 10;

  SimulatedMarket(SimulatedMarketOptions options, const MarketStart& start);

  void collect(Timestamp now, std::vector<Event>& out) override;
  [[nodiscard]] Timestamp next_message() const override { return next_; }

  /// The next session to open, or the one that is open.
  [[nodiscard]] const SessionEvent& session() const { return session_; }
  /// The price of an instrument at a time, in whole ticks.
  [[nodiscard]] Price price_at(InstrumentIndex instrument, Timestamp t) const;
  /// The bar from `start` to `end`.
  [[nodiscard]] Bar bar_of(InstrumentIndex instrument, Timestamp start, Timestamp end) const;
  /// When the last `count` bars of sessions closed, up to and including `t`; ascending.
  struct Span {
    Timestamp start;
    Timestamp end;
  };
  [[nodiscard]] std::vector<Span> bars_before(Timestamp t, std::size_t count) const;
  /// Sessions that had closed by `t`, the last `count` of them.
  [[nodiscard]] std::vector<Session> sessions_before(Timestamp t, std::size_t count) const;
  /// The bar of a whole session; of a date that has none, of the day in UTC.
  [[nodiscard]] Bar daily_bar(InstrumentIndex instrument, Date date) const;

 private:
  /// The first session that closes after `t`; false where the calendar has none.
  bool find_session(Timestamp t);
  void find_next();
  void tell_history(std::vector<Event>& out);
  void give_bars(Timestamp end, std::vector<Event>& out) const;
  void give_daily_bars(Date date, Timestamp close, std::vector<Event>& out) const;

  SimulatedMarketOptions options_;
  std::vector<std::uint64_t> keys_;  // By instrument.
  Timestamp at_;
  SessionEvent session_;
  bool open_ = false;
  bool tell_history_;
  Timestamp next_ = {};  // When the next bars close, or the session opens or closes.
};

}  // namespace bellwether
