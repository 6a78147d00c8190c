#include "backtest/data_quality.hpp"

#include <algorithm>

#include "engine/calendar.hpp"
#include "engine/new_york_time.hpp"

namespace bellwether {
namespace {

/// A share of bars lacking, stale or without volume from which it is worth a caveat.
constexpr double kDoubtfulShare = 0.01;

const SessionCalendar& calendar() { return SessionCalendar::us_equity(); }

/// How many regular bars of the series a session should have.
std::uint64_t expected_bars(const Session& session, const BarSeries& series) {
  if (series.interval >= kDailyInterval) return 1;
  const std::int64_t step = series.interval.count();
  const Duration lead(series.clock_aligned ? session.open.ns % step : 0);
  return static_cast<std::uint64_t>((session.close - session.open + lead + series.interval - Duration(1)) /
                                    series.interval);
}

/// Takes the bars of one session after the other.
class Assessment {
 public:
  Assessment(const BarSeries& series, std::span<const CorporateAction> actions, bool counts_bars, DataQuality& out)
      : series_(series), actions_(actions), out_(out), counts_bars_(counts_bars) {}

  void add_session(Date date, std::span<const Bar> bars) {
    ++out_.sessions;
    note_hole(date);
    note_jump(date, bars.back().close);
    if (const auto session = calendar().session(date)) note_missing_bars(*session, bars);
    for (const Bar& bar : bars) note_life(bar);
    last_date_ = date;
    last_close_ = bars.back().close;
  }
  void finish() { end_stretch(); }

 private:
  void note_hole(Date date) {
    if (out_.sessions == 1) return;
    const auto between = calendar().between(last_date_ + 1, date - 1);
    out_.sessions_missing += between.size();
    if (between.size() <= out_.longest_hole) return;
    out_.longest_hole = between.size();
    out_.hole_first = between.front().date;
    out_.hole_last = between.back().date;
  }

  void note_jump(Date date, Price close) {
    bool acted = false;
    for (; next_action_ < actions_.size() && actions_[next_action_].ex_date <= date; ++next_action_) {
      acted |= actions_[next_action_].is_announced();
    }
    if (out_.sessions == 1 || acted) return;
    const double ratio = close.to_double() / last_close_.to_double();
    if (ratio <= kJumpFactor && ratio >= 1 / kJumpFactor) return;
    if (++out_.jumps <= kJumpsKept) out_.first_jumps.push_back({date, ratio - 1});
  }

  void note_missing_bars(const Session& session, std::span<const Bar> bars) {
    if (!counts_bars_) return;
    const auto regular = static_cast<std::uint64_t>(std::count_if(bars.begin(), bars.end(), [&](const Bar& bar) {
      return bar.start + series_.interval > session.open && bar.start < session.close;
    }));
    const std::uint64_t expected = expected_bars(session, series_);
    out_.bars_expected += expected;
    if (regular < expected) out_.bars_missing += expected - regular;
  }

  void note_life(const Bar& bar) {
    if (bar.volume.is_zero()) ++out_.zero_volume_bars;
    if (bar.high == bar.low && bar.close == stale_price_) {
      ++stretch_;
      return;
    }
    end_stretch();
    stale_price_ = bar.close;
    stretch_ = bar.high == bar.low ? 1 : 0;
  }

  void end_stretch() {
    if (stretch_ >= kStaleBars) out_.stale_bars += stretch_;
    stretch_ = 0;
  }

  const BarSeries& series_;
  std::span<const CorporateAction> actions_;
  DataQuality& out_;
  bool counts_bars_;
  Date last_date_;
  Price last_close_;
  Price stale_price_;
  std::size_t stretch_ = 0;
  std::size_t next_action_ = 0;
};

std::string plural(std::uint64_t count, const char* noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

/// "12.3 %"
std::string percent(double fraction) {
  const std::int64_t tenths = round_to_units(fraction * 100, 1);
  const std::int64_t magnitude = tenths < 0 ? -tenths : tenths;
  return (tenths < 0 ? "-" : "") + std::to_string(magnitude / 10) + "." + std::to_string(magnitude % 10) + " %";
}

bool doubtful(std::uint64_t part, std::uint64_t whole) {
  return whole > 0 && static_cast<double>(part) > kDoubtfulShare * static_cast<double>(whole);
}

std::string share(std::uint64_t part, std::uint64_t whole) {
  return percent(static_cast<double>(part) / static_cast<double>(whole));
}

}  // namespace

DataQuality assess(const BarSeries& series, std::span<const CorporateAction> actions, const ReadReport& report,
                   RunPeriod period, bool has_every_interval) {
  DataQuality out;
  out.symbol = series.symbol;
  out.bars = series.bars.size();
  out.rows_dropped = report.dropped;
  out.dropped_by = report.dropped_by_problem;
  Assessment assessment(series, actions, has_every_interval, out);
  const std::span<const Bar> bars = series.bars;
  for (std::size_t at = 0; at < bars.size();) {
    const Date date = new_york_date(bars[at].start);
    const Timestamp midnight = from_new_york(date + 1, Duration(0));
    const auto end = std::partition_point(bars.begin() + static_cast<std::ptrdiff_t>(at), bars.end(),
                                          [&](const Bar& bar) { return bar.start < midnight; });
    const auto next = static_cast<std::size_t>(end - bars.begin());
    if (!out.first) out.first = date;
    out.last = date;
    assessment.add_session(date, bars.subspan(at, next - at));
    at = next;
  }
  assessment.finish();
  if (out.first) {
    out.sessions_before = calendar().between(period.first, *out.first - 1).size();
    out.sessions_after = calendar().between(*out.last + 1, period.last).size();
  }
  return out;
}

std::vector<std::string> caveats_of(const DataQuality& q) {
  std::vector<std::string> texts;
  const auto add = [&](const std::string& text) { texts.push_back(q.symbol + ": " + text); };
  if (q.sessions_missing > 0) {
    add(plural(q.sessions_missing, "session") + " lacking of " + std::to_string(q.sessions + q.sessions_missing) +
        ", the longest hole " + plural(q.longest_hole, "session") + " from " + q.hole_first->to_string() + " to " +
        q.hole_last->to_string());
  }
  if (q.jumps > 0) {
    const PriceJump& first = q.first_jumps.front();
    add(plural(q.jumps, "session") + (q.jumps == 1 ? " moves" : " move") + " far without a corporate action: " +
        first.session.to_string() + " by " + percent(first.change) + (q.jumps == 1 ? "" : ", and more"));
  }
  if (q.sessions_before > 0) {
    add("begins on " + q.first->to_string() + ", " + plural(q.sessions_before, "session") + " into the run");
  }
  if (q.sessions_after > 0) {
    add("ends on " + q.last->to_string() + ", " + plural(q.sessions_after, "session") + " before the run's end");
  }
  if (doubtful(q.bars_missing, q.bars_expected)) {
    add(share(q.bars_missing, q.bars_expected) + " of the bars within its sessions are lacking");
  }
  if (doubtful(q.zero_volume_bars, q.bars)) add(share(q.zero_volume_bars, q.bars) + " of its bars have no volume");
  if (doubtful(q.stale_bars, q.bars)) {
    add(share(q.stale_bars, q.bars) + " of its bars stand in stretches of one and the same price");
  }
  if (q.rows_dropped > 0) add(plural(q.rows_dropped, "row") + " of its files dropped as faulty");
  return texts;
}

}  // namespace bellwether
