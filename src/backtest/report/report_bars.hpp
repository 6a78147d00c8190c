// Bars side by side: distributions, and amounts by month.
#pragma once

#include <string>
#include <vector>

#include "backtest/report/report_frame.hpp"

namespace bellwether {

struct ReportBar {
  double value = 0;
  std::string text;        ///< For hovering.
  std::string_view style;  ///< CSS class.
  double curve = 0;        ///< Height of the curve drawn over the bars' middles.
};

struct BarChart {
  std::string id;
  std::string title;
  std::string description;
  ValueFormat format = ValueFormat::Count;
  std::vector<ReportBar> bars = {};
  bool with_curve = false;
  std::vector<PlaceTick> places = {};
};

/// The figure; a sentence where there is no bar.
std::string bar_chart_html(const BarChart& chart);

}  // namespace bellwether
