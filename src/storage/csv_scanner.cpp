#include "storage/csv_scanner.hpp"

#include <algorithm>
#include <cstring>

#include "engine/decimal.hpp"
#include "engine/time.hpp"

namespace bellwether {
namespace {

constexpr int kDecimals = 9;
constexpr std::uint64_t kPowersOfTen[] = {1,       10,        100,        1'000,       10'000,
                                          100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

/// Reads `digits[.digits]` with up to nine digits on either side into billionths; null for any other form.
const char* plain_decimal(const char* at, std::int64_t& value) {
  std::uint64_t mantissa = 0;
  const char* const first = at;
  for (unsigned digit; (digit = static_cast<unsigned char>(*at) - unsigned{'0'}) < 10; ++at) {
    mantissa = mantissa * 10 + digit;
  }
  const auto whole_digits = at - first;
  std::ptrdiff_t fraction_digits = 0;
  if (*at == '.') {
    const char* const point = at++;
    for (unsigned digit; (digit = static_cast<unsigned char>(*at) - unsigned{'0'}) < 10; ++at) {
      mantissa = mantissa * 10 + digit;
    }
    fraction_digits = at - point - 1;
  }
  // At most 18 digits stand before any wrap, so the mantissa is exact wherever this test passes.
  if (whole_digits - 1 >= kDecimals || whole_digits == 0 || fraction_digits > kDecimals) return nullptr;
  value = static_cast<std::int64_t>(mantissa * kPowersOfTen[kDecimals - fraction_digits]);
  return at;
}

std::string_view trimmed(std::string_view field) {
  while (!field.empty() && (field.front() == ' ' || field.front() == '\t')) field.remove_prefix(1);
  while (!field.empty() && (field.back() == ' ' || field.back() == '\t')) field.remove_suffix(1);
  if (field.size() >= 2 && field.front() == '"' && field.back() == '"') field = field.substr(1, field.size() - 2);
  return field;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> fields;
  while (true) {
    const std::size_t comma = line.find(',');
    fields.push_back(line.substr(0, comma));
    if (comma == std::string_view::npos) return fields;
    line.remove_prefix(comma + 1);
  }
}

Expected<std::int64_t> read_time(std::string_view text) {
  if (text.size() == 10) {
    auto date = Date::parse(text);
    if (!date) return date.error();
    return date->midnight_utc().ns;
  }
  auto time = parse_rfc3339(text);
  if (!time) return time.error();
  return time->ns;
}

/// A line for a reader's eyes: its beginning, or what it is where it is no text.
std::string shown(std::string_view line) {
  constexpr std::size_t kShownMax = 200;
  std::string text(line.substr(0, kShownMax));
  const auto strange = [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == '\x7f'; };
  if (std::any_of(text.begin(), text.end(), strange)) return "bytes that are no text";
  return "'" + text + (line.size() > kShownMax ? "...'" : "'");
}

std::string joined(const std::vector<std::string_view>& names) {
  std::string text;
  for (const std::string_view name : names) text += (text.empty() ? "" : ",") + std::string(name);
  return text;
}

}  // namespace

Expected<CsvScanner> CsvScanner::from_header(std::string_view header, const std::vector<std::string_view>& names) {
  BELLWETHER_INVARIANT(names.size() <= kSlotsMax, "more columns asked for than the scanner has slots");
  const std::vector<std::string_view> columns = split(header);
  if (columns.size() > kColumnsMax) {
    return Error{"", "the header has " + std::to_string(columns.size()) + " columns; at most 64 are allowed"};
  }
  CsvScanner scanner;
  scanner.slots_.assign(columns.size(), kPassedOver);
  for (std::size_t slot = 0; slot < names.size(); ++slot) {
    std::size_t found = 0;
    for (std::size_t column = 0; column < columns.size(); ++column) {
      const std::string name = lower(trimmed(columns[column]));
      const bool is_time = name == "timestamp" || name == "time" || name == "date";
      if (slot == 0 ? !is_time : name != names[slot]) continue;
      scanner.slots_[column] = static_cast<std::uint8_t>(slot);
      ++found;
    }
    if (found != 1) {
      return Error{"", "line 1: the header has " + std::string(found == 0 ? "no" : "more than one") + " column '" +
                           std::string(names[slot]) + "'; found " + shown(header) + ", needed are the columns " +
                           joined(names) + " in any order"};
    }
    scanner.names_.emplace_back(names[slot]);
  }
  return scanner;
}

const char* CsvScanner::fast_row(const char* at, const char* end, std::int64_t* values) {
  const std::size_t columns = slots_.size();
  const std::uint8_t* const slots = slots_.data();
  for (std::size_t column = 0; column < columns; ++column) {
    const std::uint8_t slot = slots[column];
    if (slot == kPassedOver) {
      while (*at != ',' && *at != '\n') ++at;
    } else {
      at = slot == 0 ? stamp(at, end, values[0]) : plain_decimal(at, values[slot]);
      if (at == nullptr) return nullptr;
    }
    if (column + 1 == columns) break;
    if (*at++ != ',') return nullptr;
  }
  if (*at == '\r') ++at;
  return *at == '\n' ? at + 1 : nullptr;
}

bool CsvScanner::remember_date(const char* at) {
  auto date = Date::parse({at, sizeof date_text_});
  if (!date) return false;
  std::memcpy(date_text_, at, sizeof date_text_);
  date_ns_ = date->midnight_utc().ns;
  return true;
}

const char* CsvScanner::stamp(const char* at, const char* end, std::int64_t& ns) {
  constexpr std::ptrdiff_t kLength = 20;  // "2013-10-07T13:30:00Z"
  if (end - at < kLength) return nullptr;
  if (std::memcmp(at, date_text_, sizeof date_text_) != 0 && !remember_date(at)) return nullptr;
  if (at[10] != 'T') {
    ns = date_ns_;
    return at + 10;
  }
  // "HH:MM:SS" as one word: each byte less '0' (or ':') must be 0 to 9 (or 0); the sums set a byte's top bit if not.
  std::uint64_t word = 0;
  std::memcpy(&word, at + 11, sizeof word);
  word ^= 0x3030'3A30'303A'3030;
  if ((((word + 0x7676'7F76'767F'7676) | word) & 0x8080'8080'8080'8080) != 0) return nullptr;
  const auto digit = [word](int byte) { return static_cast<std::int64_t>(word >> (8 * byte) & 0xff); };
  const std::int64_t hour = digit(0) * 10 + digit(1);
  const std::int64_t minute = digit(3) * 10 + digit(4);
  const std::int64_t second = digit(6) * 10 + digit(7);
  if (hour > 23 || minute > 59 || second > 59) return nullptr;
  ns = date_ns_ + (hour * 3600 + minute * 60 + second) * 1'000'000'000;
  at += 19;
  if (*at == '.') {
    const char* const point = at++;
    std::uint64_t fraction = 0;
    for (unsigned d; (d = static_cast<unsigned char>(*at) - unsigned{'0'}) < 10; ++at) fraction = fraction * 10 + d;
    const auto digits = at - point - 1;
    if (digits == 0 || digits > kDecimals) return nullptr;
    ns += static_cast<std::int64_t>(fraction * kPowersOfTen[kDecimals - digits]);
  }
  return *at == 'Z' ? at + 1 : nullptr;
}

std::optional<CsvScanner::Fault> CsvScanner::thorough_row(std::string_view line, std::int64_t* values) const {
  const std::vector<std::string_view> fields = split(line);
  if (fields.size() != slots_.size()) {
    const std::size_t column = fields.size() > slots_.size()
                                   ? static_cast<std::size_t>(fields[slots_.size()].data() - line.data()) + 1
                                   : line.size() + 1;
    return Fault{true, column,
                 std::to_string(fields.size()) + (fields.size() == 1 ? " column" : " columns") +
                     " where the header has " + std::to_string(slots_.size())};
  }
  for (std::size_t column = 0; column < fields.size(); ++column) {
    const std::size_t slot = slots_[column];
    if (slot == kPassedOver) continue;
    const std::string_view field = trimmed(fields[column]);
    auto value = slot == 0 ? read_time(field) : parse_decimal(field, kDecimals);
    if (!value) {
      return Fault{false, static_cast<std::size_t>(fields[column].data() - line.data()) + 1,
                   names_[slot] + ": " + value.error().message};
    }
    values[slot] = *value;
  }
  return std::nullopt;
}

std::size_t CsvScanner::column_of_slot(std::string_view line, std::size_t slot) const {
  const std::vector<std::string_view> fields = split(line);
  for (std::size_t column = 0; column < fields.size() && column < slots_.size(); ++column) {
    if (slots_[column] == slot) return static_cast<std::size_t>(fields[column].data() - line.data()) + 1;
  }
  return 1;
}

}  // namespace bellwether
