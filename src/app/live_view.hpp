// The session on the terminal while it runs: a view that is drawn in place, or one line every few seconds where the
// output is no terminal.
#pragma once

#include <cstdio>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "app/terminal.hpp"
#include "engine/session_view.hpp"

namespace bellwether {

/// One look at a session.
struct LiveFrame {
  SessionStatus status;
  AccountSummary account;
  std::vector<PositionRow> positions;  ///< Closed ones and sums over strategies are passed over.
  std::vector<OrderRow> orders;        ///< The last ones, newest first.
  std::vector<FillRow> fills;          ///< The last ones, oldest first.
  Timestamp data_end;                  ///< Of the market data.
  std::uint64_t data_events = 0;       ///< Bars, trades and quotes in all of them.
  double events_per_second = 0;
  std::shared_ptr<const EngineConfig> config;  ///< What the rows' indices stand for.
};

/// The view, line by line, none wider than the terminal, and one fewer than it is high, since the cursor stands below.
/// What matters most comes first. Positions beyond a handful are counted. Where the terminal is narrow, columns of less
/// weight are left out, and a line of figures goes on in the next: no figure is cut.
std::vector<std::string> live_lines(const LiveFrame& frame, TerminalStyle style);

/// The view in one line.
std::string live_summary(const LiveFrame& frame);

/// Draws frames. On a terminal it steps aside for every line of the log, so that neither spoils the other. There is one
/// view at a time. Calls may come from several threads.
class LiveView {
 public:
  static constexpr std::chrono::milliseconds kRedrawEvery{100};
  static constexpr std::chrono::seconds kLineEvery{5};

  explicit LiveView(std::FILE* out);
  /// `style` is asked before each draw, since a terminal may be resized; it gives nothing where `out` is none.
  LiveView(std::FILE* out, std::function<std::optional<TerminalStyle>()> style);
  LiveView(const LiveView&) = delete;
  LiveView& operator=(const LiveView&) = delete;
  ~LiveView();

  /// Shows `frame` if it is time to.
  void show(const LiveFrame& frame, SteadyTime now = std::chrono::steady_clock::now());
  /// Leaves the last frame standing; nothing is shown afterwards.
  void finish();
  /// Takes the view off the terminal, so that something else can be written; the next `show` draws it again.
  void step_aside();

 private:
  void draw();
  void erase();

  std::FILE* out_;
  std::function<std::optional<TerminalStyle>()> style_;
  const bool terminal_;
  std::mutex mutex_;
  std::optional<SteadyTime> last_draw_;
  std::optional<LiveFrame> frame_;
  bool frame_drawn_ = false;
  std::vector<std::size_t> drawn_widths_;  // Of each line on the terminal.
  bool finished_ = false;
};

}  // namespace bellwether
