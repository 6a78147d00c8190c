// Cuts one CSV row after the other into exact integers: a fast path for rows as programs write them, and a thorough
// path for every other spelling, which also says what is wrong. What a row means is left to the reader.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/expected.hpp"

namespace bellwether {

/// Reads rows of `time, number, number, ...` in the column order of one header line. Times become nanoseconds since
/// the Unix epoch (a bare date is its midnight UTC), numbers billionths.
class CsvScanner {
 public:
  /// Slot 0 is the time, the further slots are the numbers.
  static constexpr std::size_t kSlotsMax = 8;
  static constexpr std::size_t kColumnsMax = 64;

  /// What is wrong with a field, or with the row as a whole.
  struct Fault {
    bool wrong_columns;  ///< The number of columns differs from the header's; else a field is not readable.
    std::size_t column;  ///< Position in the line, from 1, where it shows.
    std::string message;
  };

  /// Maps the columns of `header` (any order, further columns are passed over, case does not count) to `names`; the
  /// first of `names` is the time, which may also be called "timestamp", "time" or "date". The error says what lacks.
  static Expected<CsvScanner> from_header(std::string_view header, const std::vector<std::string_view>& names);

  /// Reads the row at `at` of a text that ends at `end` with a line feed. Returns the start of the next line, or null
  /// where the row is not of the plain form `digits[.digits]` and "2013-10-07[T13:30:00[.5]Z]"; `values` is then
  /// unspecified.
  const char* fast_row(const char* at, const char* end, std::int64_t* values);

  /// Reads one line (without its line ending): also signs, exponents, offsets, quotes and spaces around a field.
  [[nodiscard]] std::optional<Fault> thorough_row(std::string_view line, std::int64_t* values) const;

  /// Position in `line`, from 1, at which the field of `slot` starts.
  [[nodiscard]] std::size_t column_of_slot(std::string_view line, std::size_t slot) const;

 private:
  static constexpr std::uint8_t kPassedOver = 255;

  const char* stamp(const char* at, const char* end, std::int64_t& ns);
  bool remember_date(const char* at);

  std::vector<std::uint8_t> slots_;  // By column.
  std::vector<std::string> names_;   // By slot.
  char date_text_[10] = {};
  std::int64_t date_ns_ = 0;
};

}  // namespace bellwether
