#include "brokers/simulated/simulated_market.hpp"

#include <algorithm>
#include <array>

#include "engine/split_mix.hpp"

namespace bellwether {
namespace {

/// One wave of a price: how long it takes and how high it goes.
struct Octave {
  std::int64_t period_s;
  double height;
};
// From weeks down to seconds, so that a minute moves by some hundredths of a per cent and a day by some per cent.
constexpr std::array<Octave, 7> kOctaves = {{{20 * 86'400, 0.12},
                                             {4 * 86'400, 0.05},
                                             {86'400 / 2, 0.02},
                                             {2 * 3'600, 0.008},
                                             {20 * 60, 0.003},
                                             {4 * 60, 0.0012},
                                             {30, 0.0005}}};

/// Uniform from -1 to 1, a function of its arguments.
double knot(std::uint64_t key, std::size_t octave, std::int64_t index) {
  SplitMix64 draws(key + octave * 0x9e3779b97f4a7c15 + static_cast<std::uint64_t>(index) * 0xd1342543de82ef95);
  return draws.fraction() * 2 - 1;
}

/// Value noise: knots at whole periods, smoothly joined.
double wave(std::uint64_t key, std::size_t octave, Timestamp t) {
  const std::int64_t period = kOctaves[octave].period_s * 1'000'000'000;
  const std::int64_t index = t.ns >= 0 ? t.ns / period : -((-t.ns + period - 1) / period);
  const double x = static_cast<double>(t.ns - index * period) / static_cast<double>(period);
  const double weight = x * x * (3 - 2 * x);
  return kOctaves[octave].height * (knot(key, octave, index) * (1 - weight) + knot(key, octave, index + 1) * weight);
}

SessionEvent event_of(const Session& session) {
  return {session.date, session.open, session.close, session.early_close};
}

Session utc_session(Date date) { return {date, date.midnight_utc(), (date + 1).midnight_utc(), false}; }

}  // namespace

SimulatedMarket::SimulatedMarket(SimulatedMarketOptions options, const MarketStart& start)
    : options_(std::move(options)), at_(start.at), open_(start.open_session), tell_history_(start.tell_history) {
  for (const Instrument& instrument : options_.instruments) {
    SplitMix64 mix(fnv_1a(instrument.symbol) ^ (options_.seed * 0x9e3779b97f4a7c15));
    keys_.push_back(mix.next());
  }
  if (open_) {
    session_ = *start.open_session;
    find_next();
  } else {
    next_ = find_session(at_) ? std::max(session_.open, at_) : kNever;
  }
}

bool SimulatedMarket::find_session(Timestamp t) {
  if (options_.round_the_clock) {
    session_ = event_of(utc_session(utc_date(t)));
    return true;
  }
  const SessionCalendar& calendar = SessionCalendar::us_equity();
  const Session* session = calendar.first_on_or_after(utc_date(t) - 1);
  while (session != nullptr && session->close <= t) session = calendar.next(*session);
  if (session == nullptr) return false;
  session_ = event_of(*session);
  return true;
}

/// Of an open session: the next close of bars.
void SimulatedMarket::find_next() {
  const Timestamp from = std::max(at_, session_.open);
  const std::int64_t passed = (from - session_.open) / options_.bar_interval;
  next_ = std::min(session_.open + (passed + 1) * options_.bar_interval, session_.close);
}

void SimulatedMarket::collect(Timestamp now, std::vector<Event>& out) {
  if (std::exchange(tell_history_, false)) tell_history(out);
  while (next_ <= now) {
    const Timestamp at = next_;
    at_ = at;
    if (!open_) {
      open_ = true;
      out.push_back(Event::of(EventType::SessionOpen, at, session_));
      find_next();
      continue;
    }
    const bool fresh = now - at <= kBarsBehindMax * options_.bar_interval;
    if (fresh && at > session_.open) give_bars(at, out);
    if (at < session_.close) {
      find_next();
      continue;
    }
    open_ = false;
    out.push_back(Event::of(EventType::SessionClose, at, session_));
    if (options_.daily_history_sessions > 0) give_daily_bars(session_.date, at, out);
    next_ = find_session(at) ? std::max(session_.open, at) : kNever;
  }
}

void SimulatedMarket::give_bars(Timestamp end, std::vector<Event>& out) const {
  const Duration since_open = end - session_.open;
  const Duration length = since_open % options_.bar_interval;
  const Timestamp start = end - (length.count() == 0 ? options_.bar_interval : length);
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const auto instrument = static_cast<InstrumentIndex>(i);
    out.push_back(Event::of(end, instrument,
                            BarEvent{bar_of(instrument, start, end), options_.bar_interval.count(), true, false}));
  }
}

std::vector<Session> SimulatedMarket::sessions_before(Timestamp t, std::size_t count) const {
  std::vector<Session> sessions;
  if (options_.round_the_clock) {
    for (std::size_t i = 1; i <= count; ++i) sessions.push_back(utc_session(utc_date(t) - static_cast<int>(i)));
  } else {
    const SessionCalendar& calendar = SessionCalendar::us_equity();
    const Session* session = calendar.last_on_or_before(utc_date(t));
    while (session != nullptr && session->close > t) session = calendar.previous(session->date);
    for (; session != nullptr && sessions.size() < count; session = calendar.previous(session->date)) {
      sessions.push_back(*session);
    }
  }
  std::reverse(sessions.begin(), sessions.end());
  return sessions;
}

std::vector<SimulatedMarket::Span> SimulatedMarket::bars_before(Timestamp t, std::size_t count) const {
  std::vector<Span> spans;
  const auto add = [&](const Session& session, Timestamp upto) {
    const std::int64_t whole = std::max<std::int64_t>((upto - session.open) / options_.bar_interval, 0);
    // A last bar that the close cuts short.
    if (upto == session.close && session.open + whole * options_.bar_interval < upto && spans.size() < count) {
      spans.push_back({session.open + whole * options_.bar_interval, upto});
    }
    for (std::int64_t i = whole; i > 0 && spans.size() < count; --i) {
      spans.push_back({session.open + (i - 1) * options_.bar_interval, session.open + i * options_.bar_interval});
    }
  };
  SimulatedMarket at(options_, {t, std::nullopt, false});
  if (at.session_.open < t) {
    add({at.session_.date, at.session_.open, at.session_.close, at.session_.early_close},
        std::min(t, at.session_.close));
  }
  constexpr std::size_t kSessionsMax = 1'000;
  const std::vector<Session> before = sessions_before(t, std::min(count, kSessionsMax));
  for (auto session = before.rbegin(); session != before.rend() && spans.size() < count; ++session) {
    add(*session, session->close);
  }
  std::reverse(spans.begin(), spans.end());
  return spans;
}

void SimulatedMarket::tell_history(std::vector<Event>& out) {
  for (const Session& session : sessions_before(at_, options_.daily_history_sessions)) {
    give_daily_bars(session.date, session.close, out);
  }
}

void SimulatedMarket::give_daily_bars(Date date, Timestamp close, std::vector<Event>& out) const {
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const auto instrument = static_cast<InstrumentIndex>(i);
    out.push_back(
        Event::of(close, instrument, BarEvent{daily_bar(instrument, date), kDailyInterval.count(), true, true}));
  }
}

Bar SimulatedMarket::daily_bar(InstrumentIndex instrument, Date date) const {
  const Session* const us = options_.round_the_clock ? nullptr : SessionCalendar::us_equity().find(date);
  const Session session = us != nullptr ? *us : utc_session(date);
  return bar_of(instrument, session.open, session.close);
}

Price SimulatedMarket::price_at(InstrumentIndex instrument, Timestamp t) const {
  const std::uint64_t key = keys_[instrument];
  const double base = 20 + static_cast<double>(key % 400);
  double sum = 1;
  for (std::size_t octave = 0; octave < kOctaves.size(); ++octave) sum += wave(key, octave, t);
  const Price tick = options_.instruments[instrument].tick;
  return std::max(round_to_tick(Price::rounded(base * sum), tick), tick);
}

Bar SimulatedMarket::bar_of(InstrumentIndex instrument, Timestamp start, Timestamp end) const {
  constexpr int kSamples = 12;
  Bar bar;
  bar.start = start;
  bar.open = bar.high = bar.low = price_at(instrument, start);
  for (int i = 1; i <= kSamples; ++i) {
    bar.close = price_at(instrument, start + (end - start) * i / kSamples);
    bar.high = std::max(bar.high, bar.close);
    bar.low = std::min(bar.low, bar.close);
  }
  const double minutes = std::chrono::duration<double>(end - start).count() / 60;
  const double busy = 1.5 + knot(keys_[instrument], kOctaves.size(), start.ns / 1'000'000'000);
  const double shares = std::max(100.0, 4'000 * minutes * busy);
  bar.volume = Quantity::from_int(static_cast<std::int64_t>(std::min(shares, 1e9)));
  return bar;
}

}  // namespace bellwether
