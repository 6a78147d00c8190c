#include "app/live_view.hpp"

#include <algorithm>

#include "app/logging.hpp"
#include "backtest/report/report_chart.hpp"
#include "config/json.hpp"

namespace bellwether {
namespace {

constexpr std::size_t kPositionsMax = 8;
constexpr std::size_t kOrdersMax = 6;

constexpr std::string_view kPlain = "\x1b[0m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kSoft = "\x1b[2m";
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kYellow = "\x1b[33m";

/// One line that is built up to the width of the terminal; escapes take no room.
class Line {
 public:
  explicit Line(TerminalStyle style) : style_(style) {}

  Line& add(std::string_view text, std::string_view colour = "") {
    const std::size_t room = style_.width - std::min(style_.width, used_);
    const std::string_view shown = text.substr(0, room);
    used_ += shown.size();
    const bool coloured = style_.colours && !colour.empty();
    if (coloured) text_ += colour;
    text_ += shown;
    if (coloured) text_ += kPlain;
    return *this;
  }
  Line& left(std::string_view text, std::size_t width, std::string_view colour = "") {
    std::string cell(text.substr(0, width));
    cell.resize(width + 1, ' ');
    return add(cell, colour);
  }
  Line& right(std::string_view text, std::size_t width, std::string_view colour = "") {
    std::string cell(width - std::min(width, text.size()), ' ');
    cell += text;
    cell += "  ";
    return add(cell, colour);
  }
  std::string take() { return std::move(text_); }

 private:
  TerminalStyle style_;
  std::string text_;
  std::size_t used_ = 0;
};

std::string_view colour_of(Money amount) { return amount.is_negative() ? kRed : amount.is_positive() ? kGreen : ""; }
std::string signed_text(Money amount) { return (amount.is_positive() ? "+" : "") + grouped(amount.to_double(), 2); }
std::string price_text(Price price) { return grouped(price.to_double(), 2); }
std::string fall_text(double drawdown) { return grouped(-drawdown * 100, 2) + " %"; }

std::string session_text(const SessionStatus& status) {
  return status.session_date ? status.session_date->to_string() : "no session yet";
}

std::string phase_text(const SessionStatus& status) {
  std::string text(token(status.phase));
  if (status.phase == SessionPhase::Trading) text = status.session_open ? "open" : "closed";
  return status.detail.empty() ? text : text + ": " + status.detail;
}

std::string title_line(const LiveFrame& frame, TerminalStyle style) {
  Line line(style);
  line.add("Bellwether", kBold).add("  paper  ").add(session_text(frame.status), kBold);
  line.add("  ").add(phase_text(frame.status));
  if (frame.status.synthetic) line.add("  ").add("synthetic data", kYellow);
  return line.take();
}

std::string account_line(const LiveFrame& frame, TerminalStyle style) {
  return Line(style)
      .add("Equity ")
      .add(grouped(frame.account.account.equity.to_double(), 2), kBold)
      .add("   today ")
      .add(signed_text(frame.account.day_profit), colour_of(frame.account.day_profit))
      .add("   drawdown ")
      .add(fall_text(frame.account.drawdown), frame.account.drawdown > 0 ? kRed : "")
      .take();
}

std::string activity_line(const LiveFrame& frame, TerminalStyle style) {
  const SessionCounts& counts = frame.status.counts;
  const std::pair<std::uint64_t, std::string_view> parts[] = {
      {counts.commands, " order commands   "}, {counts.fills, " fills   "}, {counts.denials, " denied"}};
  Line line(style);
  line.add(compact_count(static_cast<double>(counts.events)) + " events   ", kSoft);
  line.add(compact_count(frame.events_per_second) + "/s   ", kSoft);
  for (const auto& [count, name] : parts) {
    line.add(compact_count(static_cast<double>(count)), kSoft).add(name, kSoft);
  }
  return line.take();
}

std::string position_line(const PositionRow& row, const Names& names, TerminalStyle style) {
  return Line(style)
      .add("  ")
      .left(names.symbol(row.instrument), 8, kBold)
      .left(names.strategy(row.strategy), 14)
      .right(row.quantity.to_string(), 9)
      .right(price_text(row.average_price), 10)
      .right(price_text(row.last_price), 10)
      .right(signed_text(row.unrealized_pnl), 13, colour_of(row.unrealized_pnl))
      .take();
}

std::string order_line(const OrderRow& row, const Names& names, TerminalStyle style) {
  Line line(style);
  line.add("  ")
      .left(format_rfc3339(row.created).substr(5, 11), 11, kSoft)
      .left(names.symbol(row.spec.instrument), 8, kBold)
      .left(token(row.spec.side), 4, row.spec.side == Side::Buy ? kGreen : kRed)
      .right(row.spec.quantity.to_string(), 8)
      .left(token(row.spec.type), 13)
      .left(token(row.state), 16);
  if (!row.filled.is_zero()) line.add("at " + price_text(row.average_price()));
  if (row.denied != DenyReason::None) line.add(token(row.denied), kYellow);
  return line.take();
}

void add_positions(const LiveFrame& frame, const Names& names, TerminalStyle style, std::vector<std::string>& lines) {
  lines.push_back(Line(style).add("Open positions", kSoft).take());
  std::size_t open = 0;
  for (const PositionRow& row : frame.positions) {
    if (row.quantity.is_zero() || row.strategy == kNoStrategy) continue;
    if (++open <= kPositionsMax) lines.push_back(position_line(row, names, style));
  }
  if (open == 0) lines.emplace_back("  none");
  if (open > kPositionsMax) lines.push_back("  and " + std::to_string(open - kPositionsMax) + " more");
}

void add_orders(const LiveFrame& frame, const Names& names, TerminalStyle style, std::vector<std::string>& lines) {
  lines.push_back(Line(style).add("Last orders", kSoft).take());
  if (frame.orders.empty()) lines.emplace_back("  none");
  for (std::size_t i = 0; i < std::min(frame.orders.size(), kOrdersMax); ++i) {
    lines.push_back(order_line(frame.orders[i], names, style));
  }
}

/// Columns that a line takes: all but the escapes for colours.
std::size_t visible_width(std::string_view line) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '\x1b') {
      at = std::min(line.find('m', at), line.size());
    } else {
      ++width;
    }
  }
  return width;
}

}  // namespace

std::vector<std::string> live_lines(const LiveFrame& frame, TerminalStyle style) {
  const Names names(*frame.config);
  std::vector<std::string> lines = {title_line(frame, style)};
  if (frame.status.halted) {
    lines.push_back(Line(style).add("TRADING IS HALTED: ", kRed).add(token(frame.status.halt_reason), kRed).take());
  }
  lines.push_back(account_line(frame, style));
  add_positions(frame, names, style, lines);
  add_orders(frame, names, style, lines);
  lines.push_back(activity_line(frame, style));
  lines.resize(std::min(lines.size(), std::max<std::size_t>(style.height, 2) - 1));
  return lines;
}

std::string live_summary(const LiveFrame& frame) {
  const SessionStatus& status = frame.status;
  std::string line = session_text(status) + " " + phase_text(status);
  if (status.halted) line += "  HALTED: " + std::string(token(status.halt_reason));
  line += "  equity " + grouped(frame.account.account.equity.to_double(), 2) + "  today " +
          signed_text(frame.account.day_profit) + "  drawdown " + fall_text(frame.account.drawdown) + "  positions " +
          std::to_string(status.open_positions) + "  fills " + std::to_string(status.counts.fills) + "  events " +
          grouped(static_cast<double>(status.counts.events), 0) + " (" + compact_count(frame.events_per_second) + "/s)";
  if (status.synthetic) line += "  [synthetic data]";
  return line;
}

LiveView::LiveView(std::FILE* out) : LiveView(out, [out] { return terminal_style(fileno(out)); }) {}

LiveView::LiveView(std::FILE* out, std::function<std::optional<TerminalStyle>()> style)
    : out_(out), style_(std::move(style)), terminal_(style_().has_value()) {
  if (terminal_) set_before_log([this] { step_aside(); });
}

LiveView::~LiveView() {
  if (terminal_) set_before_log({});
}

void LiveView::show(const LiveFrame& frame, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  if (finished_) return;
  frame_ = frame;
  frame_drawn_ = false;
  const std::chrono::milliseconds every = terminal_ ? kRedrawEvery : std::chrono::milliseconds(kLineEvery);
  if (last_draw_ && now - *last_draw_ < every) return;
  last_draw_ = now;
  draw();
}

void LiveView::finish() {
  const std::lock_guard lock(mutex_);
  if (!finished_ && frame_ && !frame_drawn_) draw();
  drawn_widths_.clear();
  finished_ = true;
}

void LiveView::step_aside() {
  const std::lock_guard lock(mutex_);
  if (drawn_widths_.empty()) return;
  erase();
  frame_drawn_ = false;
  std::fflush(out_);
}

void LiveView::draw() {
  frame_drawn_ = true;
  if (!terminal_) {
    std::fprintf(out_, "%s\n", live_summary(*frame_).c_str());
    std::fflush(out_);
    return;
  }
  erase();
  for (const std::string& line : live_lines(*frame_, style_().value_or(TerminalStyle()))) {
    std::fprintf(out_, "%s\n", line.c_str());
    drawn_widths_.push_back(visible_width(line));
  }
  std::fflush(out_);
}

void LiveView::erase() {
  if (drawn_widths_.empty()) return;
  // A terminal that has become narrower shows a line in several rows.
  const TerminalStyle style = style_().value_or(TerminalStyle());
  std::size_t rows = 0;
  for (const std::size_t width : drawn_widths_)
    rows += std::max<std::size_t>(1, (width + style.width - 1) / style.width);
  std::fprintf(out_, "\x1b[%zuA\r\x1b[J", std::min(rows, style.height));
  drawn_widths_.clear();
}

}  // namespace bellwether
