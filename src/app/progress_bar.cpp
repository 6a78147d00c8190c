#include "app/progress_bar.hpp"

#include <algorithm>
#include <cmath>
#include <ostream>

#include "backtest/report/report_chart.hpp"

namespace bellwether {

void ProgressBar::update(std::uint64_t done, std::uint64_t total, SteadyTime now) {
  if (now - start_ < kShowAfter || total == 0) return;
  const std::chrono::milliseconds every = style_ ? kRedrawEvery : std::chrono::milliseconds(kLineEvery);
  if (last_ && now - *last_ < every) return;
  last_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double part = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const double rate = static_cast<double>(done) / seconds;
  std::string text = grouped(std::floor(part * 100), 0) + " %  " + compact_count(rate) + " " + unit_ + "/s";
  if (done > 0)
    text += "  " + grouped(std::ceil(static_cast<double>(total - std::min(done, total)) / rate), 0) + " s left";
  if (!style_) {
    out_ << text << std::endl;
    return;
  }
  const std::size_t room = std::max(style_->width, text.size() + 14) - text.size() - 4;
  out_ << '\r' << bar_text(part, std::min<std::size_t>(40, room)) << ' ' << text << "\x1b[K" << std::flush;
}

void ProgressBar::finish() {
  if (style_ && last_) out_ << "\r\x1b[K" << std::flush;
  last_.reset();
}

}  // namespace bellwether
