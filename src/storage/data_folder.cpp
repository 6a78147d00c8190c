#include "storage/data_folder.hpp"

#include <algorithm>
#include <system_error>

#include "engine/new_york_time.hpp"
#include "storage/file_bytes.hpp"

namespace bellwether {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSymbolCharactersMax = 32;
constexpr std::size_t kNamesInErrorMax = 50;

/// Letters, digits, '.', '-' and '_', not starting with a point, so that a symbol never leaves the folder.
bool is_symbol(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_';
  };
  return !text.empty() && text.size() <= kSymbolCharactersMax && text[0] != '.' &&
         std::all_of(text.begin(), text.end(), allowed);
}

/// The file's name without `suffix` or `suffix`.gz; nothing if it ends otherwise.
std::optional<std::string> stem_of(const std::string& name, std::string_view suffix) {
  std::string_view stem = name;
  if (stem.ends_with(".gz")) stem.remove_suffix(3);
  if (!stem.ends_with(suffix)) return std::nullopt;
  stem.remove_suffix(suffix.size());
  return std::string(stem);
}

/// Names of what a folder holds, in alphabetical order; none if it cannot be read.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    names.push_back(at->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// The dates of files DATE`suffix`, ascending.
std::vector<Date> dates_in(const fs::path& folder, std::string_view suffix) {
  std::vector<Date> dates;
  for (const std::string& name : names_in(folder)) {
    const auto stem = stem_of(name, suffix);
    if (!stem) continue;
    if (const auto date = Date::parse(*stem)) dates.push_back(*date);
  }
  dates.erase(std::unique(dates.begin(), dates.end()), dates.end());
  return dates;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kNamesInErrorMax; ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kNamesInErrorMax) text += " and " + std::to_string(names.size() - kNamesInErrorMax) + " more";
  return text.empty() ? "none" : text;
}

Error out_of_range(std::string_view symbol, std::string_view what, Date first, Date last, Date have_first,
                   Date have_last) {
  return {std::string(symbol), "has no " + std::string(what) + " from " + first.to_string() + " to " +
                                   last.to_string() + "; there are some from " + have_first.to_string() + " to " +
                                   have_last.to_string()};
}

/// Reads files below one folder, and remembers which and their hash.
class Source {
 public:
  explicit Source(const fs::path& root) : root_(root) {}

  /// The text of `relative`, or of `relative`.gz where only that is there.
  Expected<std::string> text(fs::path relative) {
    std::error_code error;
    if (!fs::exists(root_ / relative, error) && fs::exists((root_ / relative).concat(".gz"), error)) {
      relative.concat(".gz");
    }
    name_ = (root_ / relative).string();
    auto bytes = read_file(root_ / relative);
    if (!bytes) return bytes.error();
    sum_.update(*bytes);
    files_.push_back(relative.generic_string());
    return relative.extension() == ".gz" ? gunzip(*bytes, name_) : std::move(bytes);
  }

  /// The path of the last file, for reports.
  [[nodiscard]] const std::string& name() const { return name_; }

  template <typename Rows>
  void sign(Loaded<Rows>& loaded) {
    loaded.sha256 = sum_.hex();
    loaded.files = std::move(files_);
  }

 private:
  const fs::path& root_;
  Sha256 sum_;
  std::vector<std::string> files_;
  std::string name_;
};

std::string no_session(Date date) {
  const SessionCalendar& calendar = SessionCalendar::us_equity();
  if (calendar.covers(date)) return date.to_string() + " is no session of the US equity market";
  return date.to_string() + " lies outside of the calendar, which knows " + calendar.first_date().to_string() + " to " +
         calendar.last_date().to_string();
}

/// A daily stamp is the session's date (or an instant on it) and becomes the session's open.
std::optional<std::string> place_daily(Timestamp& time) {
  const bool bare_date = time == utc_date(time).midnight_utc();
  const Date date = bare_date ? utc_date(time) : new_york_date(time);
  const Session* session = SessionCalendar::us_equity().find(date);
  if (session == nullptr) return no_session(date);
  time = session->open;
  return std::nullopt;
}

std::optional<std::string> place_hour(Timestamp& time) {
  if (SessionCalendar::us_equity().session_at(time) != nullptr) return std::nullopt;
  return no_session(new_york_date(time));
}

/// Every time must fall on one date.
StampRule place_on(Date date) {
  const Timestamp first = from_new_york(date, Duration(0));
  const Timestamp last = from_new_york(date + 1, Duration(0));
  if (!SessionCalendar::us_equity().is_session(date)) {
    return [date](Timestamp&) -> std::optional<std::string> { return no_session(date); };
  }
  return [date, first, last](Timestamp& time) -> std::optional<std::string> {
    if (time >= first && time < last) return std::nullopt;
    return format_rfc3339(time) + " does not fall on " + date.to_string() + ", the file's date, in New York";
  };
}

/// Says which regular sessions, and which bars of the others, are missing between two bars, and counts them in
/// `report`, which must outlive the rule. Where a series begins and ends is no gap.
GapRule gaps_between(Timeframe timeframe, ReadReport& report) {
  const Duration step = interval_of(timeframe);
  const auto missing = [step, timeframe, &report](Timestamp before, Timestamp next) -> std::optional<std::string> {
    const Date first = new_york_date(before);
    const Date last = new_york_date(next);
    std::uint64_t sessions = 0;
    std::uint64_t bars = 0;
    for (const Session& session : SessionCalendar::us_equity().between(first, last)) {
      if (session.date != first && session.date != last) ++sessions;
      if (timeframe == Timeframe::Daily || (session.date != first && session.date != last)) continue;
      // Bars start on the clock's grid; the one that contains the open counts.
      const Timestamp open = session.open - Duration(session.open.ns % step.count());
      const Timestamp from = session.date == first ? std::max(before + step, open) : open;
      const Timestamp to = session.date == last ? std::min(next, session.close) : session.close;
      if (from < to) bars += static_cast<std::uint64_t>((to - from + step - Duration(1)) / step);
    }
    if (sessions == 0 && bars == 0) return std::nullopt;
    report.missing_sessions += sessions;
    report.missing_bars += bars;
    const auto counted = [](std::uint64_t count, const char* what) {
      return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
    };
    const std::string lack = sessions == 0 ? counted(bars, "bar")
                             : bars == 0   ? counted(sessions, "session")
                                           : counted(sessions, "session") + " and " + counted(bars, "bar");
    const bool daily = timeframe == Timeframe::Daily;
    return lack + " missing between " + (daily ? first.to_string() : format_rfc3339(before)) + " and " +
           (daily ? last.to_string() : format_rfc3339(next));
  };
  return {step, missing};
}

Error nothing_usable(const std::string& file, const ReadReport& report) {
  std::string message = "has no usable row: " + report.summary();
  if (!report.first.empty()) message += "\n  " + report.first.front().text();
  return {file, message};
}

}  // namespace

std::string_view to_string(Timeframe timeframe) {
  switch (timeframe) {
    case Timeframe::Daily: return "daily";
    case Timeframe::Hour: return "hour";
    case Timeframe::Minute: return "minute";
    case Timeframe::Tick: return "tick";
  }
  return "unknown";
}

Expected<Timeframe> parse_timeframe(std::string_view text) {
  for (const Timeframe timeframe : {Timeframe::Daily, Timeframe::Hour, Timeframe::Minute, Timeframe::Tick}) {
    if (text == to_string(timeframe)) return timeframe;
  }
  return Error{"timeframe", "'" + std::string(text) + "' is not one of daily, hour, minute, tick"};
}

Duration interval_of(Timeframe timeframe) {
  switch (timeframe) {
    case Timeframe::Daily: return kDailyInterval;
    case Timeframe::Hour: return std::chrono::hours(1);
    case Timeframe::Minute: return kMinuteInterval;
    case Timeframe::Tick: return Duration(0);
  }
  return kDailyInterval;
}

Expected<DataFolder> DataFolder::open(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return Error{path.string(), "there is no such folder"};
  if (error) return Error{path.string(), "cannot be read: " + error.message()};
  if (!fs::is_directory(status)) return Error{path.string(), "is a file; a folder of market data is needed"};
  const fs::directory_iterator readable(path, error);
  if (error) return Error{path.string(), "cannot be read: " + error.message()};
  for (const char* name : {"daily", "hour", "minute", "tick"}) {
    if (fs::is_directory(path / name, error)) return DataFolder(path);
  }
  return Error{path.string(), "has none of the folders daily, hour, minute and tick that hold market data"};
}

std::vector<std::string> DataFolder::symbols(Timeframe timeframe) const {
  std::vector<std::string> result;
  const fs::path folder = path_ / to_string(timeframe);
  for (const std::string& name : names_in(folder)) {
    std::error_code error;
    const bool is_folder = fs::is_directory(folder / name, error);
    const bool by_date = timeframe == Timeframe::Minute || timeframe == Timeframe::Tick;
    const auto symbol = by_date ? std::optional(name) : stem_of(name, ".csv");
    if (!symbol || !is_symbol(*symbol) || is_folder != by_date) continue;
    result.push_back(*symbol);
  }
  // "A.B.csv" stands before "A.csv", but "A" before "A.B".
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

Error DataFolder::unknown_symbol(std::string_view symbol, Timeframe timeframe) const {
  const std::string what =
      timeframe == Timeframe::Tick ? "trades or quotes" : std::string(to_string(timeframe)) + " bars";
  return {"symbol", "no " + what + " of '" + std::string(symbol) + "' in " + path_.string() +
                        "; symbols there: " + listed(symbols(timeframe))};
}

Expected<std::vector<Date>> DataFolder::minute_dates(std::string_view symbol, Date first, Date last) const {
  const fs::path folder = path_ / "minute" / symbol;
  std::vector<Date> dates = dates_in(folder, ".csv");
  if (dates.empty()) return Error{folder.string(), "has no file of the form 2005-01-31.csv"};
  const auto begin = std::lower_bound(dates.begin(), dates.end(), first);
  const auto end = std::upper_bound(begin, dates.end(), last);
  if (begin == end) return out_of_range(symbol, "minute bars", first, last, dates.front(), dates.back());
  return std::vector<Date>(begin, end);
}

Expected<Loaded<BarSeries>> DataFolder::load_bars(std::string_view symbol, Timeframe timeframe, Date first, Date last,
                                                  ReadMode mode) const {
  if (first > last) {
    return Error{"start", first.to_string() + " lies after the end, " + last.to_string()};
  }
  const std::vector<std::string> known = symbols(timeframe);
  if (!std::binary_search(known.begin(), known.end(), symbol)) return unknown_symbol(symbol, timeframe);

  Loaded<BarSeries> loaded;
  loaded.rows.symbol = symbol;
  loaded.rows.interval = interval_of(timeframe);
  loaded.rows.clock_aligned = timeframe == Timeframe::Hour;
  std::vector<Bar>& bars = loaded.rows.bars;
  const GapRule gaps = gaps_between(timeframe, loaded.report);
  Source source(path_);
  const auto read = [&](const fs::path& relative, const StampRule& rule) -> Expected<void> {
    auto text = source.text(relative);
    if (!text) return text.error();
    return read_bars(*text, source.name(), mode, bars, loaded.report, rule, gaps);
  };
  if (timeframe == Timeframe::Minute) {
    auto dates = minute_dates(symbol, first, last);
    if (!dates) return dates.error();
    for (const Date date : *dates) {
      auto done = read(fs::path("minute") / symbol / (date.to_string() + ".csv"), place_on(date));
      if (!done) return done.error();
    }
  } else {
    auto done = read(fs::path(to_string(timeframe)) / (std::string(symbol) + ".csv"),
                     timeframe == Timeframe::Daily ? place_daily : place_hour);
    if (!done) return done.error();
  }
  if (bars.empty()) return nothing_usable(source.name(), loaded.report);
  const Date have_first = new_york_date(bars.front().start);
  const Date have_last = new_york_date(bars.back().start);
  const auto before = [](const Bar& bar, Timestamp limit) { return bar.start < limit; };
  bars.erase(std::lower_bound(bars.begin(), bars.end(), from_new_york(last + 1, Duration(0)), before), bars.end());
  bars.erase(bars.begin(), std::lower_bound(bars.begin(), bars.end(), from_new_york(first, Duration(0)), before));
  if (bars.empty()) {
    return out_of_range(symbol, std::string(to_string(timeframe)) + " bars", first, last, have_first, have_last);
  }
  source.sign(loaded);
  return loaded;
}

Expected<Loaded<Ticks>> DataFolder::load_ticks(std::string_view symbol, Date first, Date last, ReadMode mode) const {
  if (first > last) return Error{"start", first.to_string() + " lies after the end, " + last.to_string()};
  const std::vector<std::string> known = symbols(Timeframe::Tick);
  if (!std::binary_search(known.begin(), known.end(), symbol)) return unknown_symbol(symbol, Timeframe::Tick);
  const fs::path folder = fs::path("tick") / symbol;
  std::vector<Date> dates = dates_in(path_ / folder, ".trades.csv");
  const std::size_t trade_dates = dates.size();
  const std::vector<Date> quoted = dates_in(path_ / folder, ".quotes.csv");
  dates.insert(dates.end(), quoted.begin(), quoted.end());
  if (dates.empty()) {
    return Error{(path_ / folder).string(), "has no file of the form 2005-01-31.trades.csv or 2005-01-31.quotes.csv"};
  }
  Loaded<Ticks> loaded;
  Source source(path_);
  for (std::size_t i = 0; i < dates.size(); ++i) {
    if (dates[i] < first || dates[i] > last) continue;
    const bool trades = i < trade_dates;
    auto text = source.text(folder / (dates[i].to_string() + (trades ? ".trades.csv" : ".quotes.csv")));
    if (!text) return text.error();
    const StampRule rule = place_on(dates[i]);
    auto done = trades ? read_trades(*text, source.name(), mode, loaded.rows.trades, loaded.report, rule)
                       : read_quotes(*text, source.name(), mode, loaded.rows.quotes, loaded.report, rule);
    if (!done) return done.error();
  }
  if (loaded.report.rows == 0) {
    const auto [earliest, latest] = std::minmax_element(dates.begin(), dates.end());
    return out_of_range(symbol, "trades or quotes", first, last, *earliest, *latest);
  }
  if (loaded.rows.trades.empty() && loaded.rows.quotes.empty()) return nothing_usable(source.name(), loaded.report);
  source.sign(loaded);
  return loaded;
}

Expected<Loaded<AdjustmentFactors>> DataFolder::load_adjustments(std::string_view symbol) const {
  if (!is_symbol(symbol)) return Error{"symbol", "'" + std::string(symbol) + "' is not a symbol"};
  Loaded<AdjustmentFactors> loaded;
  Source source(path_);
  const fs::path relative = fs::path("adjustment") / (std::string(symbol) + ".csv");
  std::error_code error;
  if (fs::exists(path_ / relative, error) || fs::exists((path_ / relative).concat(".gz"), error)) {
    auto text = source.text(relative);
    if (!text) return text.error();
    auto factors = read_adjustments(*text, source.name());
    if (!factors) return factors.error();
    loaded.rows = std::move(*factors);
    loaded.report.rows = loaded.rows.rows.size();
  }
  source.sign(loaded);
  return loaded;
}

}  // namespace bellwether
