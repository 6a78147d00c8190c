#include "backtest/report/report_chart.hpp"

#include <algorithm>
#include <cmath>

#include "backtest/report/report_text.hpp"
#include "config/json_value.hpp"

namespace bellwether {
namespace {

double column_x(std::size_t column) { return static_cast<double>(column) + 0.5; }
static_assert(ColumnCurve::kColumns == static_cast<std::size_t>(ValueAxis::kWidth), "one column is one unit");

std::string point(double x, double y) { return coordinate(x) + " " + coordinate(y); }

ValueAxis axis_of(const Chart& chart) {
  double low = 0;
  double high = 0;
  bool first = true;
  for (const ChartCurve& curve : chart.curves) {
    if (curve.curve->empty()) continue;
    low = first ? curve.curve->low() : std::min(low, curve.curve->low());
    high = first ? curve.curve->high() : std::max(high, curve.curve->high());
    first = false;
  }
  if (chart.zero_at_top) return {chart.format, low < 0 ? low * 1.06 : -0.01, 0};
  if (chart.with_zero) {
    low = std::min(low, 0.0);
    high = std::max(high, 0.0);
  }
  if (chart.logarithmic && low > 0) {
    const double factor = std::max(std::pow(high / low, 0.05), 1.0001);
    return {chart.format, low / factor, high * factor, true};
  }
  // A curve that stands still is shown in the middle of something readable.
  const double still = chart.format == ValueFormat::Percent ? 0.005 : chart.format == ValueFormat::Ratio ? 0.5 : 0;
  const double margin = std::max({(high - low) * 0.07, std::abs(high) * 1e-4 + 1e-9, high == low ? still : 0});
  const bool above_zero = chart.with_zero && low == 0;
  return {chart.format, above_zero ? 0 : low - margin, high + margin};
}

/// The line through a curve's columns: each gives its first, extreme and last values where they differ. A single point
/// is a line of no length, which its round ends make a dot.
std::string line_path(const ColumnCurve& curve, const ValueAxis& axis, bool last_only) {
  std::string path;
  bool single = true;
  for (std::size_t i = 0; i < curve.columns().size(); ++i) {
    const ColumnCurve::Column& column = curve.columns()[i];
    if (!column.used) continue;
    const auto put = [&](double value) {
      single = path.empty();
      path += (path.empty() ? 'M' : 'L') + point(column_x(i), axis.y(value));
    };
    if (!last_only && column.low != column.high) {
      put(column.first);
      put(column.low_before_high ? column.low : column.high);
      put(column.low_before_high ? column.high : column.low);
    }
    put(column.last);
  }
  return single && !path.empty() ? path + "h0" : path;
}

std::string closed_to(const std::string& line, const ColumnCurve& curve, double y) {
  std::size_t first = 0;
  std::size_t last = 0;
  bool any = false;
  for (std::size_t i = 0; i < curve.columns().size(); ++i) {
    if (!curve.columns()[i].used) continue;
    if (!any) first = i;
    any = true;
    last = i;
  }
  return line + "L" + point(column_x(last), y) + "L" + point(column_x(first), y) + "Z";
}

std::string band_path(const ColumnCurve& curve, const ValueAxis& axis) {
  std::string upper;
  std::string lower;
  for (std::size_t i = 0; i < curve.columns().size(); ++i) {
    const ColumnCurve::Column& column = curve.columns()[i];
    if (!column.used) continue;
    upper += (upper.empty() ? 'M' : 'L') + point(column_x(i), axis.y(column.high));
    lower.insert(0, 'L' + point(column_x(i), axis.y(column.low)));
  }
  return upper + lower + "Z";
}

std::string curves_svg(const Chart& chart, const ValueAxis& axis) {
  std::string out;
  for (std::size_t i = 0; i < chart.curves.size(); ++i) {
    const ColumnCurve& curve = *chart.curves[i].curve;
    if (curve.empty()) continue;
    const auto put = [&](std::string_view kind, const std::string& path) {
      out +=
          "<path class=\"" + std::string(kind) + " " + std::string(chart.curves[i].style) + "\" d=\"" + path + "\"/>";
    };
    const std::string line = line_path(curve, axis, chart.band);
    if (i == 0 && chart.band) {
      put("band", band_path(curve, axis));
    } else if (i == 0) {
      const bool zero = chart.zero_at_top || (chart.with_zero && axis.low() <= 0);
      put("area", closed_to(line, curve, zero ? axis.y(0) : ValueAxis::kHeight));
    }
    put(line.ends_with("h0") ? "line single" : "line", line);
  }
  return out;
}

std::string markers_svg(const Chart& chart, const ValueAxis& axis) {
  std::string out;
  const auto at = [&](const ChartMarker& marker) {
    return point(marker.position * ValueAxis::kWidth, axis.y(marker.value));
  };
  for (const ChartLink& link : chart.links) {
    out += "<path class=\"link " + std::string(link.style) + "\" d=\"M" + at(chart.markers[link.from]) + "L" +
           at(chart.markers[link.to]) + "\"/>";
  }
  for (const ChartMarker& marker : chart.markers) {
    out += "<path class=\"marker " + std::string(marker.style) + "\" d=\"M" + at(marker) + "h0\" data-tip=\"" +
           html_escaped(marker.text) + "\"/>";
  }
  return out;
}

/// One entry for each used column: x, y, time, and each curve's value there.
std::string hover_values(const Chart& chart, const ValueAxis& axis) {
  std::string out = "[";
  for (std::size_t i = 0; i < ColumnCurve::kColumns; ++i) {
    const ColumnCurve::Column& lead = chart.curves.front().curve->columns()[i];
    if (!lead.used) continue;
    out += (out.size() == 1 ? "[" : ",[") + coordinate(column_x(i)) + "," + coordinate(axis.y(lead.last)) + ",\"" +
           time_text(lead.time) + "\"";
    for (const ChartCurve& curve : chart.curves) {
      const ColumnCurve::Column& column = curve.curve->columns()[i];
      out += column.used ? "," + json_quoted(value_text(chart.format, column.last)) : ",null";
    }
    out += "]";
  }
  return out + "]";
}

}  // namespace

std::string chart_html(const Chart& chart, const SessionAxis& sessions) {
  if (sessions.empty() || chart.curves.empty() || chart.curves.front().curve->empty()) {
    return "<p class=\"none\">No data.</p>\n";
  }
  const ValueAxis axis = axis_of(chart);
  std::string names;
  for (const ChartCurve& curve : chart.curves) names += (names.empty() ? "" : "\n") + std::string(curve.name);
  const std::string drawing = curves_svg(chart, axis) + markers_svg(chart, axis) +
                              "<path class=\"cursor\" d=\"M0 0V400\"/><path class=\"cursor dot\" d=\"M0 0h0\"/>";
  return frame_html({chart.id, chart.title, chart.description, chart.size, axis, sessions.ticks(), names}, drawing) +
         "<script type=\"application/json\" id=\"" + html_escaped(chart.id) + "-values\">" + hover_values(chart, axis) +
         "</script>\n";
}

}  // namespace bellwether
