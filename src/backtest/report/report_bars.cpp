#include "backtest/report/report_bars.hpp"

#include <algorithm>

#include "backtest/report/report_text.hpp"

namespace bellwether {

std::string bar_chart_html(const BarChart& chart) {
  if (chart.bars.empty()) return "<p class=\"none\">No data.</p>\n";
  double high = 0;
  double low = 0;
  for (const ReportBar& bar : chart.bars) {
    high = std::max({high, bar.value, chart.with_curve ? bar.curve : 0});
    low = std::min(low, bar.value);
  }
  if (high == low) high = 1;
  const ValueAxis axis(chart.format, low < 0 ? low * 1.05 : 0, high * 1.05);
  const double width = ValueAxis::kWidth / static_cast<double>(chart.bars.size());
  const double zero = axis.y(0);
  std::string drawing;
  std::string curve;
  for (std::size_t i = 0; i < chart.bars.size(); ++i) {
    const ReportBar& bar = chart.bars[i];
    const double left = static_cast<double>(i) * width;
    const double top = axis.y(bar.value);
    drawing += "<path class=\"bar " + std::string(bar.style) + "\" d=\"M" + coordinate(left + width * 0.06) + " " +
               coordinate(zero) + "V" + coordinate(top) + "H" + coordinate(left + width * 0.94) + "V" +
               coordinate(zero) + "Z\" data-tip=\"" + html_escaped(bar.text) + "\"/>";
    curve += (curve.empty() ? "M" : "L") + coordinate(left + width / 2) + " " + coordinate(axis.y(bar.curve));
  }
  if (chart.with_curve) drawing += "<path class=\"line normal\" d=\"" + curve + "\"/>";
  return frame_html({chart.id, chart.title, chart.description, "middle", axis, chart.places, ""}, drawing);
}

}  // namespace bellwether
