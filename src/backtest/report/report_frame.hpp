// The frame of every picture of the report: axes with their grid, and labels that keep their size while the picture is
// stretched to the width of the page, so that they can be read on any screen.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bellwether {

/// What the vertical axis shows.
enum class ValueFormat : std::uint8_t { Amount, UnitPrice, Percent, Ratio, Count };

/// `value` as hover texts show it.
std::string value_text(ValueFormat format, double value);

/// A vertical axis. Drawings are 1000 wide and 400 high in their own units, whatever their size on the page.
class ValueAxis {
 public:
  static constexpr double kWidth = 1000;
  static constexpr double kHeight = 400;

  /// `low` < `high`; both positive where `logarithmic`.
  ValueAxis(ValueFormat format, double low, double high, bool logarithmic = false);

  /// From the top, 0 for the highest value.
  [[nodiscard]] double y(double value) const;
  /// A few round values within the axis, and their texts, all in one unit.
  struct Tick {
    double value;
    std::string label;
  };
  [[nodiscard]] std::vector<Tick> ticks() const;
  [[nodiscard]] ValueFormat format() const { return format_; }
  [[nodiscard]] double low() const { return low_; }
  [[nodiscard]] double high() const { return high_; }

 private:
  [[nodiscard]] std::vector<double> tick_values(double& step) const;

  ValueFormat format_;
  double low_;
  double high_;
  bool logarithmic_;
};

/// A label of the horizontal axis.
struct PlaceTick {
  double position;  ///< 0 to 1.
  std::string label;
};

struct Frame {
  std::string id;           ///< Unique in the page.
  std::string title;        ///< For those who hear the page.
  std::string description;  ///< What the picture shows, in a sentence.
  std::string_view size;    ///< CSS class: "tall", "middle", "low".
  ValueAxis axis;
  std::vector<PlaceTick> places;
  std::string names;  ///< Of the curves, for hovering, a line each.
};

/// The figure: `drawing` is SVG in the axis's units.
std::string frame_html(const Frame& frame, const std::string& drawing);

/// A coordinate with one decimal.
std::string coordinate(double value);

}  // namespace bellwether
