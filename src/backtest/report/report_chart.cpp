#include "backtest/report/report_chart.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "config/json_value.hpp"

namespace bellwether {
namespace {

constexpr double kWidth = 1100;
constexpr double kLeft = 8;
constexpr double kRight = 84;  // Room for the labels of values.
constexpr double kTop = 12;
constexpr double kBottom = 26;
constexpr double kPlotWidth = kWidth - kLeft - kRight;

/// Coordinates with one decimal.
std::string coordinate(double value) {
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, 1);
  return {buffer, end};
}

std::string value_text(ValueFormat format, double value) {
  switch (format) {
    case ValueFormat::Amount: return grouped(value, 2);
    case ValueFormat::UnitPrice: return grouped(value, std::abs(value) < 1 ? 4 : 2);
    case ValueFormat::Percent: break;
  }
  return grouped(value * 100, 2) + " %";
}

/// Maps values and positions to the drawing.
struct Plot {
  double low;
  double high;
  double height;

  [[nodiscard]] double x(double position) const { return kLeft + position * kPlotWidth; }
  [[nodiscard]] double y(double value) const {
    return kTop + (high - value) / (high - low) * (height - kTop - kBottom);
  }
  [[nodiscard]] double bottom() const { return height - kBottom; }
  [[nodiscard]] std::string point(double at, double value) const { return coordinate(at) + " " + coordinate(y(value)); }
};

double column_x(const Plot& plot, std::size_t column) {
  return plot.x((static_cast<double>(column) + 0.5) / static_cast<double>(ColumnCurve::kColumns));
}

Plot plot_of(const Chart& chart) {
  double low = 0;
  double high = 0;
  bool first = true;
  for (const ChartCurve& curve : chart.curves) {
    if (curve.curve->empty()) continue;
    low = first ? curve.curve->low() : std::min(low, curve.curve->low());
    high = first ? curve.curve->high() : std::max(high, curve.curve->high());
    first = false;
  }
  if (chart.zero_at_top) {
    high = 0;
    return {low < 0 ? low * 1.06 : -0.01, high, chart.height};
  }
  const double margin = std::max((high - low) * 0.07, std::abs(high) * 1e-4 + 1e-9);
  return {low - margin, high + margin, chart.height};
}

/// Round steps of 1, 2 or 5 times a power of ten, about five of them.
std::string value_grid(const Chart& chart, const Plot& plot) {
  const double raw = (plot.high - plot.low) / 6;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  const double step = power * (raw / power <= 1 ? 1 : raw / power <= 2 ? 2 : raw / power <= 5 ? 5 : 10);
  const int percent_decimals = step >= 0.01 ? 0 : step >= 0.001 ? 1 : 2;
  const int decimals = step >= 1 ? 0 : step >= 0.1 ? 1 : step >= 0.01 ? 2 : 4;
  std::string out;
  for (double k = std::ceil(plot.low / step); k * step <= plot.high; ++k) {
    const double value = k * step;
    const std::string y = coordinate(plot.y(value));
    const std::string text =
        chart.format == ValueFormat::Percent ? grouped(value * 100, percent_decimals) + " %" : grouped(value, decimals);
    out += "<path class=\"grid\" d=\"M" + coordinate(kLeft) + " " + y + "H" + coordinate(kWidth - kRight) + "\"/>";
    out += "<text class=\"axis\" x=\"" + coordinate(kWidth - kRight + 8) + "\" y=\"" + coordinate(plot.y(value) + 4) +
           "\">" + text + "</text>";
  }
  return out;
}

std::string time_grid(const SessionAxis& axis, const Plot& plot) {
  std::string out;
  for (const SessionAxis::Tick& tick : axis.ticks()) {
    const double x = plot.x(tick.position);
    out += "<path class=\"grid\" d=\"M" + coordinate(x) + " " + coordinate(kTop) + "V" + coordinate(plot.bottom()) +
           "\"/>";
    if (x > kWidth - kRight - 40) continue;
    out += "<text class=\"axis\" x=\"" + coordinate(x + 3) + "\" y=\"" + coordinate(plot.height - 8) + "\">" +
           html_escaped(tick.label) + "</text>";
  }
  return out;
}

/// The line through a curve's columns: each gives its first, extreme and last values where they differ.
std::string line_path(const ColumnCurve& curve, const Plot& plot, bool last_only) {
  std::string path;
  for (std::size_t i = 0; i < curve.columns().size(); ++i) {
    const ColumnCurve::Column& column = curve.columns()[i];
    if (!column.used) continue;
    const double x = column_x(plot, i);
    const auto put = [&](double value) { path += (path.empty() ? 'M' : 'L') + plot.point(x, value); };
    if (!last_only && column.low != column.high) {
      put(column.first);
      put(column.low_before_high ? column.low : column.high);
      put(column.low_before_high ? column.high : column.low);
    }
    put(column.last);
  }
  return path;
}

std::string closed_to(const std::string& line, const ColumnCurve& curve, const Plot& plot, double y) {
  std::size_t first = 0;
  std::size_t last = 0;
  bool any = false;
  for (std::size_t i = 0; i < curve.columns().size(); ++i) {
    if (!curve.columns()[i].used) continue;
    if (!any) first = i;
    any = true;
    last = i;
  }
  return line + "L" + coordinate(column_x(plot, last)) + " " + coordinate(y) + "L" + coordinate(column_x(plot, first)) +
         " " + coordinate(y) + "Z";
}

std::string band_path(const ColumnCurve& curve, const Plot& plot) {
  std::string upper;
  std::string lower;
  for (std::size_t i = 0; i < curve.columns().size(); ++i) {
    const ColumnCurve::Column& column = curve.columns()[i];
    if (!column.used) continue;
    const double x = column_x(plot, i);
    upper += (upper.empty() ? 'M' : 'L') + plot.point(x, column.high);
    lower.insert(0, 'L' + plot.point(x, column.low));
  }
  return upper + lower + "Z";
}

std::string curves_svg(const Chart& chart, const Plot& plot) {
  std::string out;
  for (std::size_t i = 0; i < chart.curves.size(); ++i) {
    const ColumnCurve& curve = *chart.curves[i].curve;
    if (curve.empty()) continue;
    const auto put = [&](std::string_view kind, const std::string& path) {
      out += "<path class=\"";
      out += kind;
      out += ' ';
      out += chart.curves[i].style;
      out += "\" d=\"" + path + "\"/>";
    };
    const std::string line = line_path(curve, plot, chart.band);
    if (i == 0 && chart.band) {
      put("band", band_path(curve, plot));
    } else if (i == 0) {
      const double y = chart.zero_at_top ? plot.y(0) : plot.bottom();
      put("area", closed_to(line, curve, plot, y));
    }
    put("line", line);
  }
  return out;
}

std::string markers_svg(const Chart& chart, const Plot& plot) {
  std::string out;
  for (const ChartLink& link : chart.links) {
    const ChartMarker& from = chart.markers[link.from];
    const ChartMarker& to = chart.markers[link.to];
    out += "<path class=\"link " + std::string(link.style) + "\" d=\"M" +
           plot.point(plot.x(from.position), from.value) + "L" + plot.point(plot.x(to.position), to.value) + "\"/>";
  }
  for (const ChartMarker& marker : chart.markers) {
    const double x = plot.x(marker.position);
    const double y = plot.y(marker.value) + (marker.below ? 3 : -3);
    const double base = marker.below ? y + 9 : y - 9;
    out += "<path class=\"marker " + std::string(marker.style) + "\" d=\"M" + coordinate(x) + " " + coordinate(y) +
           "L" + coordinate(x - 5) + " " + coordinate(base) + "L" + coordinate(x + 5) + " " + coordinate(base) +
           "Z\" data-tip=\"" + html_escaped(marker.text) + "\"/>";
  }
  return out;
}

/// One entry for each used column: x, time, and each curve's value there.
std::string hover_values(const Chart& chart, const Plot& plot) {
  std::string out = "[";
  for (std::size_t i = 0; i < ColumnCurve::kColumns; ++i) {
    const ColumnCurve::Column& lead = chart.curves.front().curve->columns()[i];
    if (!lead.used) continue;
    out += (out.size() == 1 ? "[" : ",[") + coordinate(column_x(plot, i)) + "," + coordinate(plot.y(lead.last)) +
           ",\"" + format_rfc3339(lead.time).substr(0, 16) + "\"";
    for (const ChartCurve& curve : chart.curves) {
      const ColumnCurve::Column& column = curve.curve->columns()[i];
      out += column.used ? "," + json_quoted(value_text(chart.format, column.last)) : ",null";
    }
    out += "]";
  }
  return out + "]";
}

}  // namespace

std::string chart_svg(const Chart& chart, const SessionAxis& axis) {
  if (axis.empty() || chart.curves.empty() || chart.curves.front().curve->empty()) {
    return "<p class=\"none\">No data.</p>\n";
  }
  const Plot plot = plot_of(chart);
  std::string names;
  for (const ChartCurve& curve : chart.curves) names += (names.empty() ? "" : "|") + std::string(curve.name);
  const std::string id = html_escaped(chart.id);
  std::string out = "<svg class=\"chart\" id=\"" + id + "\" viewBox=\"0 0 " + coordinate(kWidth) + " " +
                    coordinate(chart.height) + "\" role=\"img\" aria-label=\"" + html_escaped(chart.label) +
                    "\" data-names=\"" + html_escaped(names) + "\">";
  out += value_grid(chart, plot) + time_grid(axis, plot) + curves_svg(chart, plot) + markers_svg(chart, plot);
  out += "<path class=\"cursor\" d=\"M0 " + coordinate(kTop) + "V" + coordinate(plot.bottom()) +
         "\"/><circle class=\"cursor\" r=\"4\"/></svg>\n";
  return out + "<script type=\"application/json\" id=\"" + id + "-values\">" + hover_values(chart, plot) +
         "</script>\n";
}

std::string html_escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      case '\n': out += "&#10;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string grouped(double value, int decimals) {
  char buffer[400];  // The largest double has 309 digits.
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, decimals);
  std::string text(buffer, end);
  const std::size_t start = text.starts_with('-') ? 1 : 0;
  std::size_t at = std::min(text.find('.'), text.size());
  while (at > start + 3) text.insert(at -= 3, ",");
  if (text.find_first_not_of("-0.,") == std::string::npos && start == 1) text.erase(0, 1);
  return text;
}

}  // namespace bellwether
