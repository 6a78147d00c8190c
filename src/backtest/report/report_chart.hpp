// Line charts of a report as SVG: one axis of sessions without gaps for nights, and curves of any length drawn as the
// least, greatest, first and last value of each column of pixels. Equal input gives equal bytes.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backtest/report/grouped_number.hpp"
#include "backtest/report/report_frame.hpp"
#include "engine/calendar.hpp"
#include "engine/equity_curve.hpp"

namespace bellwether {

/// Where instants lie from left to right: every session has the same width, time within it is proportional.
class SessionAxis {
 public:
  explicit SessionAxis(std::span<const DailyEquity> daily);

  [[nodiscard]] bool empty() const { return sessions_.empty(); }
  [[nodiscard]] std::size_t size() const { return sessions_.size(); }
  /// 0 at the first session's open, 1 at the last one's close; nothing outside of the sessions' dates. Nights and days
  /// without a session lie at the close before.
  [[nodiscard]] std::optional<double> position(Timestamp time) const;
  /// The session's close.
  [[nodiscard]] double close_of(std::size_t index) const;

  /// Up to about ten: years, months or dates, by how many sessions there are.
  [[nodiscard]] std::vector<PlaceTick> ticks() const;

 private:
  std::vector<Session> sessions_;
};

/// A curve thinned to columns.
class ColumnCurve {
 public:
  static constexpr std::size_t kColumns = 1000;

  struct Column {
    bool used = false;
    double first = 0;
    double low = 0;
    double high = 0;
    double last = 0;
    bool low_before_high = true;
    Timestamp time{};  ///< Of the last value.
  };

  /// Adds a value at `position`, 0 to 1; positions ascend.
  void add(double position, double value, Timestamp time);
  /// Widens the column of `position` without moving its first and last value.
  void widen(double position, double low, double high);

  [[nodiscard]] const std::vector<Column>& columns() const { return columns_; }
  [[nodiscard]] bool empty() const { return low_ > high_; }
  [[nodiscard]] double low() const { return low_; }
  [[nodiscard]] double high() const { return high_; }

 private:
  static std::size_t column_of(double position);
  std::vector<Column> columns_ = std::vector<Column>(kColumns);
  double low_ = 1;
  double high_ = 0;
};

struct ChartCurve {
  const ColumnCurve* curve;
  std::string_view name;   ///< In the hover text.
  std::string_view style;  ///< CSS class.
};

/// A point of interest with its hover text.
struct ChartMarker {
  double position;
  double value;
  std::string_view style;  ///< CSS class: "buy" is round, "sell" is square.
  std::string text;        ///< Lines separated by '\n'.
};

struct ChartLink {
  std::size_t from;  ///< Indices of markers.
  std::size_t to;
  std::string_view style;
};

struct Chart {
  std::string id;
  std::string title;  ///< For those who hear the page; so is the description.
  std::string description;
  std::string_view size = "middle";  ///< CSS class of the frame.
  ValueFormat format = ValueFormat::Amount;
  std::vector<ChartCurve> curves;  ///< The first one is filled below.
  bool band = false;               ///< Show the first curve's range as a band, its last values as the line.
  bool zero_at_top = false;        ///< Drawdown: the area hangs from zero.
  bool with_zero = false;          ///< Zero is within the axis.
  bool logarithmic = false;        ///< Where all values are positive.
  std::vector<ChartMarker> markers = {};
  std::vector<ChartLink> links = {};
};

/// The figure with the values for hovering; a sentence where there is no value.
std::string chart_html(const Chart& chart, const SessionAxis& sessions);

}  // namespace bellwether
