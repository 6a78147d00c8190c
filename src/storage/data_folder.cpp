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

/// Counts what is missing between the first and the last bar.
void count_gaps(const std::vector<Bar>& bars, Timeframe timeframe, ReadReport& report) {
  if (bars.empty()) return;
  const auto sessions =
      SessionCalendar::us_equity().between(new_york_date(bars.front().start), new_york_date(bars.back().start));
  auto bar = bars.begin();
  for (const Session& session : sessions) {
    const Timestamp date_end = from_new_york(session.date + 1, Duration(0));
    const auto first = bar;
    std::int64_t regular = 0;
    for (; bar != bars.end() && bar->start < date_end; ++bar) {
      if (bar->start >= session.open && bar->start < session.close) ++regular;
    }
    if (bar == first) {
      ++report.missing_sessions;
    } else if (timeframe == Timeframe::Minute) {
      const std::int64_t minutes = (session.close - session.open) / kMinuteInterval;
      report.missing_minutes += static_cast<std::uint64_t>(std::max<std::int64_t>(minutes - regular, 0));
    }
  }
}

Error nothing_usable(const std::string& file, const ReadReport& report) {
  std::string message = "has no usable row: " + report.summary();
  if (!report.first.empty()) message += "\n  " + report.first.front().text();
  return {file, message};
}

/// Trades or quotes of one date, by the function that reads them.
template <typename Row, typename Read>
Expected<Loaded<std::vector<Row>>> load_ticks(const fs::path& root, std::string_view symbol, Date date,
                                              std::string_view kind, Read read, ReadMode mode) {
  if (!is_symbol(symbol)) return Error{"symbol", "'" + std::string(symbol) + "' is not a symbol"};
  const std::string suffix = "." + std::string(kind) + ".csv";
  const fs::path folder = fs::path("tick") / symbol;
  const std::vector<Date> dates = dates_in(root / folder, suffix);
  if (dates.empty()) {
    return Error{std::string(symbol), "has no " + std::string(kind) + " in " + (root / "tick").string() +
                                          "; symbols there: " + listed(names_in(root / "tick"))};
  }
  if (!std::binary_search(dates.begin(), dates.end(), date)) {
    return out_of_range(symbol, kind, date, date, dates.front(), dates.back());
  }
  Loaded<std::vector<Row>> loaded;
  Source source(root);
  auto text = source.text(folder / (date.to_string() + suffix));
  if (!text) return text.error();
  if (auto done = read(*text, source.name(), mode, loaded.rows, loaded.report, place_on(date)); !done) {
    return done.error();
  }
  if (loaded.rows.empty()) return nothing_usable(source.name(), loaded.report);
  source.sign(loaded);
  return loaded;
}

}  // namespace

std::string_view to_string(Timeframe timeframe) {
  switch (timeframe) {
    case Timeframe::Daily: return "daily";
    case Timeframe::Hour: return "hour";
    case Timeframe::Minute: return "minute";
  }
  return "unknown";
}

Expected<Timeframe> parse_timeframe(std::string_view text) {
  for (const Timeframe timeframe : {Timeframe::Daily, Timeframe::Hour, Timeframe::Minute}) {
    if (text == to_string(timeframe)) return timeframe;
  }
  return Error{"timeframe", "'" + std::string(text) + "' is not one of daily, hour, minute"};
}

Duration interval_of(Timeframe timeframe) {
  switch (timeframe) {
    case Timeframe::Daily: return kDailyInterval;
    case Timeframe::Hour: return std::chrono::hours(1);
    case Timeframe::Minute: return kMinuteInterval;
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
    const auto symbol = timeframe == Timeframe::Minute ? std::optional(name) : stem_of(name, ".csv");
    if (!symbol || !is_symbol(*symbol) || is_folder != (timeframe == Timeframe::Minute)) continue;
    result.push_back(*symbol);
  }
  // "A.B.csv" stands before "A.csv", but "A" before "A.B".
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

Error DataFolder::unknown_symbol(std::string_view symbol, Timeframe timeframe) const {
  return {"symbol", "no " + std::string(to_string(timeframe)) + " bars of '" + std::string(symbol) + "' in " +
                        path_.string() + "; symbols there: " + listed(symbols(timeframe))};
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
  std::vector<Bar>& bars = loaded.rows.bars;
  Source source(path_);
  const auto read = [&](const fs::path& relative, const StampRule& rule) -> Expected<void> {
    auto text = source.text(relative);
    if (!text) return text.error();
    return read_bars(*text, source.name(), mode, bars, loaded.report, rule);
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
  count_gaps(bars, timeframe, loaded.report);
  source.sign(loaded);
  return loaded;
}

Expected<Loaded<std::vector<Trade>>> DataFolder::load_trades(std::string_view symbol, Date date, ReadMode mode) const {
  return load_ticks<Trade>(path_, symbol, date, "trades", read_trades, mode);
}

Expected<Loaded<std::vector<Quote>>> DataFolder::load_quotes(std::string_view symbol, Date date, ReadMode mode) const {
  return load_ticks<Quote>(path_, symbol, date, "quotes", read_quotes, mode);
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
