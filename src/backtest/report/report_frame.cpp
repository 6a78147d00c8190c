#include "backtest/report/report_frame.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "backtest/report/report_text.hpp"

namespace bellwether {
namespace {

constexpr std::size_t kTicksMax = 7;
/// Labels of the horizontal axis for which there is room on a narrow screen.
constexpr std::size_t kPlacesOfAPhone = 3;

/// The unit in which the labels of an axis are short enough for their column.
struct Unit {
  double size;
  const char* suffix;
};

Unit unit_of(ValueFormat format, double extent) {
  if (format == ValueFormat::Percent) return {0.01, " %"};
  if (extent >= 1e12) return {1e12, " tn"};
  if (extent >= 1e9) return {1e9, " bn"};
  if (extent >= 1e7) return {1e6, " M"};
  return {1, ""};
}

int decimals_for(double step) {
  int decimals = 0;
  for (; decimals < 6 && step < 0.9999; step *= 10) ++decimals;
  return decimals;
}

}  // namespace

std::string coordinate(double value) {
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, 1);
  std::string text(buffer, end);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

std::string value_text(ValueFormat format, double value) {
  switch (format) {
    case ValueFormat::Amount: return grouped(value, 2);
    case ValueFormat::UnitPrice: return grouped(value, std::abs(value) < 1 ? 4 : 2);
    case ValueFormat::Ratio: return grouped(value, 2);
    case ValueFormat::Count: return grouped(value, 0);
    case ValueFormat::Percent: break;
  }
  return grouped(value * 100, 2) + " %";
}

ValueAxis::ValueAxis(ValueFormat format, double low, double high, bool logarithmic)
    : format_(format), low_(low), high_(high), logarithmic_(logarithmic) {}

double ValueAxis::y(double value) const {
  const double part = logarithmic_ ? (std::log(high_) - std::log(value)) / (std::log(high_) - std::log(low_))
                                   : (high_ - value) / (high_ - low_);
  return part * kHeight;
}

/// Steps of 1, 2 or 5 times a power of ten; on a logarithmic axis over more than a decade 1, 2 and 5 of each.
std::vector<double> ValueAxis::tick_values(double& step) const {
  std::vector<double> values;
  if (logarithmic_ && high_ / low_ > 10) {
    const bool powers_only = high_ / low_ > 1e3;
    for (double power = std::pow(10, std::floor(std::log10(low_))); power <= high_; power *= 10) {
      for (const double factor : {1.0, 2.0, 5.0}) {
        const double value = power * factor;
        if (value >= low_ && value <= high_ && (!powers_only || factor == 1)) values.push_back(value);
      }
    }
    while (values.size() > 2 * kTicksMax) {
      for (std::size_t i = 0; i < values.size(); ++i) values.erase(values.begin() + static_cast<std::ptrdiff_t>(i));
    }
    step = values.empty() ? 1 : values.front();
    return values;
  }
  const double raw = (high_ - low_) / static_cast<double>(kTicksMax - 1);
  const double power = std::pow(10, std::floor(std::log10(raw)));
  step = power * (raw / power <= 1 ? 1 : raw / power <= 2 ? 2 : raw / power <= 5 ? 5 : 10);
  if (format_ == ValueFormat::Count) step = std::max(step, 1.0);
  for (double k = std::ceil(low_ / step); k * step <= high_; ++k) values.push_back(k * step);
  return values;
}

std::vector<ValueAxis::Tick> ValueAxis::ticks() const {
  double step = 1;
  const std::vector<double> values = tick_values(step);
  const Unit unit = unit_of(format_, std::max(std::abs(low_), std::abs(high_)));
  std::vector<Tick> out;
  for (const double value : values) {
    out.push_back({value, grouped(value / unit.size, decimals_for(step / unit.size)) + unit.suffix});
  }
  return out;
}

std::string frame_html(const Frame& frame, const std::string& drawing) {
  const std::string id = html_escaped(frame.id);
  std::string out =
      "<figure class=\"plot " + std::string(frame.size) + "\"><div class=\"box\"><svg class=\"chart\" id=\"" + id +
      "\" viewBox=\"0 0 1000 400\" preserveAspectRatio=\"none\" role=\"img\" aria-labelledby=\"" + id + "-title " + id +
      "-text\" data-names=\"" + html_escaped(frame.names) + "\"><title id=\"" + id + "-title\">" +
      html_escaped(frame.title) + "</title><desc id=\"" + id + "-text\">" + html_escaped(frame.description) + "</desc>";
  std::string grid;
  std::string labels;
  for (const ValueAxis::Tick& tick : frame.axis.ticks()) {
    const double y = frame.axis.y(tick.value);
    grid += "M0 " + coordinate(y) + "H1000";
    labels +=
        "<span style=\"top:" + coordinate(y / ValueAxis::kHeight * 100) + "%\">" + html_escaped(tick.label) + "</span>";
  }
  std::string places;
  const std::size_t stride = (frame.places.size() + kPlacesOfAPhone - 1) / kPlacesOfAPhone;
  for (std::size_t i = 0; i < frame.places.size(); ++i) {
    const PlaceTick& place = frame.places[i];
    std::string style = place.position < 0.03 ? "start" : place.position > 0.96 ? "end" : "";
    if (i % stride != 0) style += style.empty() ? "wide" : " wide";
    grid += "M" + coordinate(place.position * ValueAxis::kWidth) + " 0V400";
    places += "<span" + (style.empty() ? "" : " class=\"" + style + "\"") +
              " style=\"left:" + coordinate(place.position * 100) + "%\">" + html_escaped(place.label) + "</span>";
  }
  out += "<path class=\"grid\" d=\"" + grid + "\"/>" + drawing + "</svg><div class=\"x\" aria-hidden=\"true\">" +
         places + "</div></div><div class=\"y\" aria-hidden=\"true\">" + labels + "</div></figure>\n";
  return out;
}

}  // namespace bellwether
