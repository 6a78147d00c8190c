#include "storage/csv_reader.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "storage/csv_scanner.hpp"

namespace bellwether {
namespace {

using Values = std::array<std::int64_t, CsvScanner::kSlotsMax>;

/// No row comes after it.
constexpr std::int64_t kNoGap = std::numeric_limits<std::int64_t>::max();

/// A row that can be read but must not be used.
struct Refusal {
  RowProblem problem;
  std::size_t slot;
  std::string message;
};

std::string number(std::int64_t billionths) { return format_decimal(billionths, 9); }

std::optional<Refusal> refuse_non_positive(const Values& v, std::size_t slot, std::string_view name) {
  if (v[slot] > 0) return std::nullopt;
  return Refusal{RowProblem::NonPositivePrice, slot,
                 std::string(name) + " is " + number(v[slot]) + "; a price must be above 0"};
}

std::optional<Refusal> refuse_negative(const Values& v, std::size_t slot, std::string_view name) {
  if (v[slot] >= 0) return std::nullopt;
  return Refusal{RowProblem::NegativeVolume, slot,
                 std::string(name) + " is " + number(v[slot]) + "; at least 0 is allowed"};
}

Refusal too_high(const Values& v, std::size_t slot, std::string_view name) {
  return {RowProblem::PriceTooHigh, slot,
          std::string(name) + " is " + number(v[slot]) + "; at most " + kPriceMax.to_string() + " is allowed"};
}

// Each kind of row: its columns, a check that says yes or no at once, and the reason for a no.
struct BarColumns {
  using Row = Bar;
  static constexpr bool kUniqueTimes = true;
  static std::vector<std::string_view> names() { return {"timestamp", "open", "high", "low", "close", "volume"}; }
  static bool good(const Values& v) {
    return v[3] > 0 && v[3] <= v[1] && v[1] <= v[2] && v[3] <= v[4] && v[4] <= v[2] && v[2] <= kPriceMax.raw() &&
           v[5] >= 0;
  }
  static Refusal why_bad(const Values& v) {
    for (std::size_t slot = 1; slot <= 4; ++slot) {
      if (auto refusal = refuse_non_positive(v, slot, names()[slot])) return *refusal;
    }
    const auto refuse_range = [](std::size_t slot, const std::string& message) {
      return Refusal{RowProblem::InconsistentRange, slot, message};
    };
    if (v[2] < v[3]) return refuse_range(2, "high " + number(v[2]) + " is below low " + number(v[3]));
    for (const std::size_t slot : {std::size_t{1}, std::size_t{4}}) {
      if (v[slot] < v[3] || v[slot] > v[2]) {
        return refuse_range(slot, std::string(names()[slot]) + " " + number(v[slot]) + " lies outside of low " +
                                      number(v[3]) + " to high " + number(v[2]));
      }
    }
    if (v[2] > kPriceMax.raw()) return too_high(v, 2, "high");
    return *refuse_negative(v, 5, "volume");
  }
  static Row row(const Values& v) {
    return {{v[0]},
            Price::from_raw(v[1]),
            Price::from_raw(v[2]),
            Price::from_raw(v[3]),
            Price::from_raw(v[4]),
            Quantity::from_raw(v[5])};
  }
  static std::int64_t time(const Row& row) { return row.start.ns; }
};

struct TradeColumns {
  using Row = Trade;
  static constexpr bool kUniqueTimes = false;
  static std::vector<std::string_view> names() { return {"timestamp", "price", "size"}; }
  static bool good(const Values& v) { return v[1] > 0 && v[1] <= kPriceMax.raw() && v[2] > 0; }
  static Refusal why_bad(const Values& v) {
    if (auto refusal = refuse_non_positive(v, 1, "price")) return *refusal;
    if (v[1] > kPriceMax.raw()) return too_high(v, 1, "price");
    return {RowProblem::NegativeVolume, 2, "size is " + number(v[2]) + "; a trade's size must be above 0"};
  }
  static Row row(const Values& v) { return {{v[0]}, Price::from_raw(v[1]), Quantity::from_raw(v[2])}; }
  static std::int64_t time(const Row& row) { return row.time.ns; }
};

struct MarkedTradeColumns : TradeColumns {
  static std::vector<std::string_view> names() { return {"timestamp", "price", "size", "suspicious"}; }
  static bool suspicious(const Values& v) { return v[3] != 0; }
};

struct QuoteColumns {
  using Row = Quote;
  static constexpr bool kUniqueTimes = false;
  static std::vector<std::string_view> names() { return {"timestamp", "bid", "bid_size", "ask", "ask_size"}; }
  static bool good(const Values& v) {
    return v[1] > 0 && v[2] >= 0 && v[3] >= v[1] && v[3] <= kPriceMax.raw() && v[4] >= 0;
  }
  static Refusal why_bad(const Values& v) {
    if (auto refusal = refuse_non_positive(v, 1, "bid")) return *refusal;
    if (auto refusal = refuse_non_positive(v, 3, "ask")) return *refusal;
    if (auto refusal = refuse_negative(v, 2, "bid_size")) return *refusal;
    if (auto refusal = refuse_negative(v, 4, "ask_size")) return *refusal;
    if (v[3] > kPriceMax.raw()) return too_high(v, 3, "ask");
    return {RowProblem::InconsistentRange, 1, "bid " + number(v[1]) + " is above ask " + number(v[3])};
  }
  static Row row(const Values& v) {
    return {{v[0]}, Price::from_raw(v[1]), Quantity::from_raw(v[2]), Price::from_raw(v[3]), Quantity::from_raw(v[4])};
  }
  static std::int64_t time(const Row& row) { return row.time.ns; }
};

struct FactorColumns {
  using Row = AdjustmentFactor;
  static constexpr bool kUniqueTimes = true;
  static std::vector<std::string_view> names() { return {"date", "price_factor", "split_factor"}; }
  static bool good(const Values& v) { return v[1] > 0 && v[2] > 0; }
  static Refusal why_bad(const Values& v) {
    if (auto refusal = refuse_non_positive(v, 1, "price_factor")) return *refusal;
    return *refuse_non_positive(v, 2, "split_factor");
  }
  static Row row(const Values& v) { return {utc_date({v[0]}), v[1], v[2]}; }
  static std::int64_t time(const Row& row) { return row.date.midnight_utc().ns; }
};

/// Reads the rows of one text.
template <typename Columns>
class RowReader {
 public:
  RowReader(CsvScanner scanner, std::string_view file, const StampRule& rule, const GapRule& gaps,
            std::vector<typename Columns::Row>& rows, ReadReport& report)
      : scanner_(std::move(scanner)), file_(file), rule_(rule), gaps_(gaps), rows_(rows), report_(report) {
    if (rows.empty()) return;
    last_ns_ = Columns::time(rows.back());
    due_ns_ = gaps_.missing ? last_ns_ + gaps_.step.count() : kNoGap;
  }

  /// Reads lines that all end with a line feed.
  void read(std::string_view lines) {
    const char* at = lines.data();
    const char* const end = at + lines.size();
    Values values{};
    while (at != end) {
      ++line_;
      const char* next = scanner_.fast_row(at, end, values.data());
      if (next != nullptr && placed(values) && usable(values)) [[likely]] {
        ++report_.rows;
        keep(values);
        at = next;
      } else {
        next = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at))) + 1;
        read_slowly({at, static_cast<std::size_t>(next - at - 1)}, values);
        at = next;
      }
    }
  }

 private:
  [[nodiscard]] bool usable(const Values& v) const {
    return Columns::good(v) && (Columns::kUniqueTimes ? v[0] > last_ns_ : v[0] >= last_ns_);
  }

  /// Applies the rule, if there is one.
  [[nodiscard]] bool placed(Values& values) const {
    if (!rule_) return true;
    Timestamp time{values[0]};
    if (rule_(time)) return false;
    values[0] = time.ns;
    return true;
  }

  void keep(const Values& values) {
    if constexpr (requires { Columns::suspicious(values); }) {
      if (Columns::suspicious(values)) {
        ++report_.suspicious;
        return;
      }
    }
    if (values[0] > due_ns_) look_for_gap(values[0]);
    last_ns_ = values[0];
    due_ns_ = gaps_.missing ? last_ns_ + gaps_.step.count() : kNoGap;
    rows_.push_back(Columns::row(values));
  }

  void read_slowly(std::string_view line, Values& values) {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) return;
    ++report_.rows;
    if (const auto fault = scanner_.thorough_row(line, values.data())) {
      drop(fault->wrong_columns ? RowProblem::WrongColumns : RowProblem::Unparsable, fault->column, fault->message);
      return;
    }
    if (rule_) {
      Timestamp time{values[0]};
      if (auto why = rule_(time)) {
        drop(RowProblem::NotASession, scanner_.column_of_slot(line, 0), std::move(*why));
        return;
      }
      values[0] = time.ns;
    }
    if (usable(values)) {
      keep(values);
      return;
    }
    Refusal refusal = why_unusable(values);
    drop(refusal.problem, scanner_.column_of_slot(line, refusal.slot), std::move(refusal.message));
  }

  [[nodiscard]] Refusal why_unusable(const Values& v) const {
    if (v[0] == last_ns_ && Columns::kUniqueTimes) {
      return {RowProblem::Duplicate, 0, format_rfc3339({v[0]}) + " is there already"};
    }
    if (v[0] < last_ns_) {
      return {RowProblem::Disorder, 0,
              format_rfc3339({v[0]}) + " stands after " + format_rfc3339({last_ns_}) + "; times must ascend"};
    }
    return Columns::why_bad(v);
  }

  void look_for_gap(std::int64_t next_ns) {
    auto missing = gaps_.missing({last_ns_}, {next_ns});
    if (!missing) return;
    ++report_.gaps;
    add(RowProblem::Gap, 1, std::move(*missing));
  }

  void drop(RowProblem problem, std::size_t column, std::string message) {
    ++report_.dropped;
    ++report_.dropped_by_problem[static_cast<std::size_t>(problem)];
    add(problem, column, std::move(message));
  }

  void add(RowProblem problem, std::size_t column, std::string message) {
    if (report_.first.size() >= kRowReportsMax) return;
    report_.first.push_back({std::string(file_), line_, column, problem, std::move(message)});
  }

  CsvScanner scanner_;
  std::string_view file_;
  const StampRule& rule_;
  const GapRule& gaps_;
  std::vector<typename Columns::Row>& rows_;
  ReadReport& report_;
  std::int64_t last_ns_ = std::numeric_limits<std::int64_t>::min();
  std::int64_t due_ns_ = kNoGap;  // A row after this instant may follow a gap.
  std::uint64_t line_ = 1;
};

Error strict_error(std::string_view file, const ReadReport& before, const ReadReport& after) {
  const std::uint64_t dropped = after.dropped - before.dropped;
  const std::uint64_t gaps = after.gaps - before.gaps;
  const std::uint64_t bad = dropped + gaps;
  std::string message;
  if (dropped > 0) message += std::to_string(dropped) + (dropped == 1 ? " bad row" : " bad rows");
  if (gaps > 0) message += (dropped > 0 ? ", " : "") + std::to_string(gaps) + (gaps == 1 ? " gap" : " gaps");
  for (std::size_t i = before.first.size(); i < after.first.size(); ++i) {
    const RowReport& row = after.first[i];
    message += "\n  line " + std::to_string(row.line) + ", column " + std::to_string(row.column) + ": " +
               std::string(to_string(row.problem)) + ": " + row.message;
  }
  if (bad > after.first.size() - before.first.size()) message += "\n  and more";
  return {std::string(file), std::move(message)};
}

/// Room for about as many rows as there are lines, by the length of the first ones.
template <typename Row>
void reserve_for(std::string_view body, std::vector<Row>& rows) {
  const std::string_view sample = body.substr(0, 4096);
  const auto lines = static_cast<std::size_t>(std::count(sample.begin(), sample.end(), '\n'));
  if (lines == 0) return;
  const std::size_t needed = rows.size() + body.size() / (sample.size() / lines + 1) * 17 / 16 + 16;
  if (needed > rows.capacity()) rows.reserve(std::max(needed, rows.capacity() * 2));
}

template <typename Columns>
Expected<void> read_rows(std::string_view text, std::string_view file, ReadMode mode,
                         std::vector<typename Columns::Row>& rows, ReadReport& report, const StampRule& rule,
                         const GapRule& gaps = {}) {
  const std::string name(file);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (text.empty()) return Error{name, "the file is empty; a header line and rows are needed"};
  const std::size_t header_end = std::min(text.find('\n'), text.size());
  std::string_view header = text.substr(0, header_end);
  if (header.ends_with('\r')) header.remove_suffix(1);
  auto scanner = CsvScanner::from_header(header, Columns::names());
  if (!scanner) return Error{name, scanner.error().message};

  const std::string_view body = text.substr(std::min(header_end + 1, text.size()));
  const ReadReport before = report;
  reserve_for(body, rows);
  RowReader<Columns> reader(std::move(*scanner), file, rule, gaps, rows, report);
  const std::size_t complete = body.rfind('\n') + 1;
  reader.read(body.substr(0, complete));
  if (complete < body.size()) reader.read(std::string(body.substr(complete)) + '\n');

  if (report.rows == before.rows) return Error{name, "the file has a header but no rows"};
  if (mode == ReadMode::Strict && report.dropped + report.gaps != before.dropped + before.gaps) {
    return strict_error(file, before, report);
  }
  return {};
}

}  // namespace

std::string_view to_string(RowProblem problem) {
  switch (problem) {
    case RowProblem::WrongColumns: return "wrong columns";
    case RowProblem::Unparsable: return "unparsable";
    case RowProblem::Duplicate: return "duplicate";
    case RowProblem::Disorder: return "disorder";
    case RowProblem::NonPositivePrice: return "non-positive price";
    case RowProblem::InconsistentRange: return "inconsistent range";
    case RowProblem::NegativeVolume: return "negative volume";
    case RowProblem::NotASession: return "not a session";
    case RowProblem::PriceTooHigh: return "price too high";
    case RowProblem::Gap: return "gap";
  }
  return "unknown";
}

std::string RowReport::text() const {
  return file + ", line " + std::to_string(line) + ", column " + std::to_string(column) + ": " +
         std::string(to_string(problem)) + ": " + message;
}

std::string ReadReport::summary() const {
  std::string text = std::to_string(rows) + " rows";
  if (dropped > 0) {
    text += ", " + std::to_string(dropped) + " dropped (";
    bool any = false;
    for (std::size_t i = 0; i < kRowProblems; ++i) {
      if (dropped_by_problem[i] == 0) continue;
      text += (any ? ", " : "") + std::to_string(dropped_by_problem[i]) + " " +
              std::string(to_string(static_cast<RowProblem>(i)));
      any = true;
    }
    text += ")";
  }
  if (missing_sessions > 0) text += ", " + std::to_string(missing_sessions) + " sessions missing";
  if (missing_bars > 0) text += ", " + std::to_string(missing_bars) + " bars missing";
  if (suspicious > 0) text += ", " + std::to_string(suspicious) + " suspicious left out";
  return text;
}

Expected<void> read_bars(std::string_view text, std::string_view file, ReadMode mode, std::vector<Bar>& rows,
                         ReadReport& report, const StampRule& rule, const GapRule& gaps) {
  return read_rows<BarColumns>(text, file, mode, rows, report, rule, gaps);
}

Expected<void> read_trades(std::string_view text, std::string_view file, ReadMode mode, std::vector<Trade>& rows,
                           ReadReport& report, const StampRule& rule) {
  std::string header(text.substr(0, text.find('\n')));
  for (char& c : header) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (header.find("suspicious") != std::string::npos) {
    return read_rows<MarkedTradeColumns>(text, file, mode, rows, report, rule);
  }
  return read_rows<TradeColumns>(text, file, mode, rows, report, rule);
}

Expected<void> read_quotes(std::string_view text, std::string_view file, ReadMode mode, std::vector<Quote>& rows,
                           ReadReport& report, const StampRule& rule) {
  return read_rows<QuoteColumns>(text, file, mode, rows, report, rule);
}

Expected<AdjustmentFactors> read_adjustments(std::string_view text, std::string_view file) {
  AdjustmentFactors factors;
  ReadReport report;
  if (auto read = read_rows<FactorColumns>(text, file, ReadMode::Strict, factors.rows, report, {}); !read) {
    return read.error();
  }
  return factors;
}

}  // namespace bellwether
