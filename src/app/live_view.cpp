#include "app/live_view.hpp"

#include <algorithm>
#include <iterator>

#include "app/logging.hpp"
#include "backtest/report/report_chart.hpp"
#include "config/json.hpp"

namespace bellwether {
namespace {

constexpr std::size_t kPositionsMax = 8;
constexpr std::size_t kRowsMax = 4;  // Of fills, and of orders.

constexpr std::string_view kPlain = "\x1b[0m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kSoft = "\x1b[2m";
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kYellow = "\x1b[33m";

struct Piece {
  std::string text;
  std::string_view colour = "";
};

std::string coloured(const Piece& piece, TerminalStyle style) {
  if (!style.colours || piece.colour.empty() || piece.text.empty()) return piece.text;
  return std::string(piece.colour) + piece.text + std::string(kPlain);
}

/// Pieces side by side, two blanks between them; what does not fit goes on in the next line. Only what is wider than
/// the terminal by itself is cut.
std::vector<std::string> flow(const std::vector<Piece>& pieces, TerminalStyle style) {
  std::vector<std::string> lines;
  std::size_t used = 0;
  for (Piece piece : pieces) {
    if (piece.text.empty()) continue;
    piece.text.resize(std::min(piece.text.size(), style.width));
    if (lines.empty() || used + 2 + piece.text.size() > style.width) {
      lines.push_back(coloured(piece, style));
      used = piece.text.size();
    } else {
      lines.back() += "  " + coloured(piece, style);
      used += 2 + piece.text.size();
    }
  }
  return lines;
}

struct Column {
  std::string header;
  bool right = false;
  int weight = 0;  ///< The lowest is the first to go where there is no room.
};

/// A heading, then columns as wide as what stands in them.
class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  void add(std::vector<Piece> row) { rows_.push_back(std::move(row)); }
  void append_to(std::vector<std::string>& lines, TerminalStyle style) const {
    std::vector<std::size_t> shown;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (std::any_of(rows_.begin(), rows_.end(), [i](const auto& row) { return !row[i].text.empty(); }))
        shown.push_back(i);
    }
    while (shown.size() > 1 && width_of(shown) > style.width) {
      shown.erase(std::min_element(shown.begin(), shown.end(),
                                   [this](auto a, auto b) { return columns_[a].weight < columns_[b].weight; }));
    }
    std::vector<Piece> heading;
    for (const Column& column : columns_) heading.push_back({column.header, kSoft});
    lines.push_back(line_of(heading, shown, style));
    for (const auto& row : rows_) lines.push_back(line_of(row, shown, style));
  }

 private:
  [[nodiscard]] std::size_t width_of(std::size_t column) const {
    std::size_t width = columns_[column].header.size();
    for (const auto& row : rows_) width = std::max(width, row[column].text.size());
    return width;
  }
  [[nodiscard]] std::size_t width_of(const std::vector<std::size_t>& shown) const {
    std::size_t width = 0;
    for (const std::size_t column : shown) width += 2 + width_of(column);
    return width;
  }
  [[nodiscard]] std::string line_of(const std::vector<Piece>& row, const std::vector<std::size_t>& shown,
                                    TerminalStyle style) const {
    std::string line;
    std::size_t room = style.width;
    for (const std::size_t column : shown) {
      Piece piece = row[column];
      const bool last = column == shown.back() && !columns_[column].right;
      const std::string blanks(last ? 0 : width_of(column) - piece.text.size(), ' ');
      piece.text.resize(std::min(piece.text.size(), room - std::min<std::size_t>(room, 2)));
      const std::string cell = coloured(piece, style);
      line += (room < 2 ? "" : "  ") + (columns_[column].right ? blanks + cell : cell + blanks);
      room -= std::min(room, 2 + piece.text.size() + blanks.size());
    }
    return line;
  }

  std::vector<Column> columns_;
  std::vector<std::vector<Piece>> rows_;
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

/// "03-09 14:31:00"; the headings say UTC.
std::string time_text(Timestamp time) {
  std::string text = format_rfc3339(time).substr(5, 14);
  text[5] = ' ';
  return text;
}

/// How far the data are, and when they end. The percentage is of events.
std::vector<Piece> progress(const LiveFrame& frame) {
  if (frame.data_events == 0) return {};
  const double part = static_cast<double>(frame.status.counts.market_events) / static_cast<double>(frame.data_events);
  // Rounded down: 100 % is the end.
  const auto hundredths = static_cast<std::uint64_t>(std::min(part, 1.0) * 100);
  std::string now = "no event yet";
  if (frame.status.counts.events > 0)
    now = format_rfc3339(frame.status.time).substr(0, 10) + " " + format_rfc3339(frame.status.time).substr(11, 8) +
          " UTC";
  return {{"Data " + now},
          {std::to_string(hundredths) + " %"},
          {"end " + format_rfc3339(frame.data_end).substr(0, 10) + " " + format_rfc3339(frame.data_end).substr(11, 5) +
           " UTC"}};
}

std::vector<Piece> title(const LiveFrame& frame) {
  return {{"Bellwether", kBold},
          {"paper"},
          {session_text(frame.status), kBold},
          {phase_text(frame.status)},
          {frame.status.synthetic ? "synthetic data" : "", kYellow}};
}

std::vector<Piece> account(const LiveFrame& frame) {
  return {{"Equity " + grouped(frame.account.account.equity.to_double(), 2), kBold},
          {"today " + signed_text(frame.account.day_profit), colour_of(frame.account.day_profit)},
          {"drawdown " + fall_text(frame.account.drawdown), frame.account.drawdown > 0 ? kRed : ""}};
}

std::vector<Piece> activity(const LiveFrame& frame) {
  const SessionCounts& counts = frame.status.counts;
  const auto counted = [](double count, const char* what) { return Piece{compact_count(count) + what, kSoft}; };
  return {counted(static_cast<double>(counts.events), " events"), counted(frame.events_per_second, "/s"),
          counted(static_cast<double>(counts.commands), " order commands"),
          counted(static_cast<double>(counts.fills), " fills"),
          counted(static_cast<double>(counts.denials), " denied")};
}

void append(std::vector<std::string>& lines, std::vector<std::string> more) {
  std::move(more.begin(), more.end(), std::back_inserter(lines));
}

Piece side_piece(Side side) { return {std::string(token(side)), side == Side::Buy ? kGreen : kRed}; }

void add_positions(const LiveFrame& frame, const Names& names, TerminalStyle style, std::vector<std::string>& lines) {
  append(lines, flow({{"Open positions", kSoft}}, style));
  Table table({{"Symbol", false, 9},
               {"Strategy", false, 3},
               {"Shares", true, 8},
               {"Paid", true, 5},
               {"Last", true, 4},
               {"Profit", true, 7}});
  std::size_t open = 0;
  for (const PositionRow& row : frame.positions) {
    if (row.quantity.is_zero() || row.strategy == kNoStrategy || ++open > kPositionsMax) continue;
    table.add({{std::string(names.symbol(row.instrument)), kBold},
               {std::string(names.strategy(row.strategy))},
               {row.quantity.to_string()},
               {price_text(row.average_price)},
               {price_text(row.last_price)},
               {signed_text(row.unrealized_pnl), colour_of(row.unrealized_pnl)}});
  }
  if (open == 0) return lines.emplace_back("  none"), void();
  table.append_to(lines, style);
  if (open > kPositionsMax) lines.push_back("  and " + std::to_string(open - kPositionsMax) + " more");
}

void add_fills(const LiveFrame& frame, const Names& names, TerminalStyle style, std::vector<std::string>& lines) {
  append(lines, flow({{"Last fills", kSoft}}, style));
  if (frame.fills.empty()) return lines.emplace_back("  none"), void();
  Table table({{"Time (UTC)", false, 6},
               {"Symbol", false, 9},
               {"Strategy", false, 3},
               {"Side", false, 8},
               {"Shares", true, 7},
               {"Price", true, 5}});
  for (std::size_t i = 0; i < std::min(frame.fills.size(), kRowsMax); ++i) {
    const ExecutionReport& fill = frame.fills[frame.fills.size() - 1 - i].report;
    table.add({{time_text(fill.time)},
               {std::string(names.symbol(fill.instrument)), kBold},
               {std::string(names.strategy(fill.strategy))},
               side_piece(fill.side),
               {fill.last_quantity.to_string()},
               {price_text(fill.last_price)}});
  }
  table.append_to(lines, style);
}

void add_orders(const LiveFrame& frame, const Names& names, TerminalStyle style, std::vector<std::string>& lines) {
  append(lines, flow({{"Last orders", kSoft}}, style));
  if (frame.orders.empty()) return lines.emplace_back("  none"), void();
  Table table({{"Sent (UTC)", false, 4},
               {"Symbol", false, 9},
               {"Side", false, 8},
               {"Shares", true, 7},
               {"Type", false, 3},
               {"State", false, 6},
               {"Reason", false, 5}});
  for (std::size_t i = 0; i < std::min(frame.orders.size(), kRowsMax); ++i) {
    const OrderRow& row = frame.orders[i];
    table.add({{time_text(row.created)},
               {std::string(names.symbol(row.spec.instrument)), kBold},
               side_piece(row.spec.side),
               {row.spec.quantity.to_string()},
               {std::string(token(row.spec.type))},
               {std::string(token(row.state))},
               {row.denied == DenyReason::None ? "" : std::string(token(row.denied)), kYellow}});
  }
  table.append_to(lines, style);
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
  std::vector<std::string> lines = flow(title(frame), style);
  if (frame.status.halted) {
    append(lines, flow({{"TRADING IS HALTED:", kRed}, {std::string(token(frame.status.halt_reason)), kRed}}, style));
  }
  append(lines, flow(account(frame), style));
  append(lines, flow(progress(frame), style));
  add_positions(frame, names, style, lines);
  add_fills(frame, names, style, lines);
  add_orders(frame, names, style, lines);
  append(lines, flow(activity(frame), style));
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
  for (const Piece& piece : progress(frame)) line += "  " + piece.text;
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
