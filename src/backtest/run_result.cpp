#include "backtest/run_result.hpp"

#include "config/configuration.hpp"
#include "engine/calendar.hpp"
#include "engine/new_york_time.hpp"
#include "storage/file_bytes.hpp"

namespace bellwether {
namespace {

/// Feeds a hash in pieces, so that millions of points need no second copy.
class CanonicalBytes {
 public:
  ByteWriter& next() {
    if (writer_.size() >= kPieceBytes) flush();
    return writer_;
  }
  std::string hex() {
    flush();
    return hash_.hex();
  }

 private:
  static constexpr std::size_t kPieceBytes = 1 << 16;
  void flush() {
    hash_.update(writer_.str());
    writer_.clear();
  }
  ByteWriter writer_;
  Sha256 hash_;
};

}  // namespace

/// Of the halts that loss_texts() has no text of its own for; "" where there is none.
std::string RunResult::halts_text() const {
  std::string text;
  std::size_t more = 0;
  for (const HaltRow& halt : record.halts) {
    if (halt.reason == HaltReason::Ruin || halt.reason == HaltReason::MarginCall) continue;
    if (text.empty()) {
      text = "trading halted at " + format_rfc3339(halt.time) + ": " + std::string(token(halt.reason));
    } else {
      ++more;
    }
  }
  return more > 0 ? text + ", and " + std::to_string(more) + " more" : text;
}

std::vector<std::string> RunResult::loss_texts() const {
  std::vector<std::string> texts;
  for (const HaltRow& halt : record.halts) {
    if (halt.reason == HaltReason::Ruin) {
      texts.insert(texts.begin(), "the account was ruined at " + format_rfc3339(halt.time) +
                                      ": its equity was at or below zero; all positions were closed at the next price "
                                      "there was, and trading ended");
    } else if (halt.reason == HaltReason::MarginCall) {
      texts.push_back("margin call at " + format_rfc3339(halt.time) +
                      ": the equity fell below the maintenance margin; all positions were closed at the next price "
                      "there was, and trading halted");
    }
  }
  return texts;
}

std::string RunResult::open_text() const {
  Money unrealized;
  for (const OpenPosition& each : open_positions) unrealized += each.unrealized_pnl;
  const bool one = open_positions.size() == 1;
  return std::to_string(open_positions.size()) + (one ? " position is" : " positions are") +
         " open at the end, with an unrealised profit of " + unrealized.to_string() +
         ": win rate, expectancy and the other figures of trades leave " + (one ? "it" : "them") + " out";
}

std::string result_sha256(const SessionRecord& record) {
  CanonicalBytes bytes;
  bytes.next().string("bellwether result 1");
  bytes.next().fixed(record.initial_cash);
  bytes.next().u64(record.orders.size());
  for (const OrderRow& row : record.orders) write(bytes.next(), row);
  bytes.next().u64(record.fills.size());
  for (const FillRow& row : record.fills) {
    ByteWriter& out = bytes.next();
    out.u64(row.event);
    write(out, row.report);
  }
  bytes.next().u64(record.equity.size());
  record.equity.for_each([&](Timestamp time, Money equity) {
    ByteWriter& out = bytes.next();
    out.time(time);
    out.fixed(equity);
  });
  bytes.next().u64(record.daily.size());
  for (const DailyEquity& day : record.daily) {
    ByteWriter& out = bytes.next();
    out.u32(static_cast<std::uint32_t>(day.session.days));
    out.fixed(day.equity);
  }
  return bytes.hex();
}

Receipt make_receipt(const AppConfig& config, const SessionRecord& record, std::vector<FileFingerprint> data) {
  return {
      BELLWETHER_VERSION, sha256_hex(canonical_configuration(config)), std::move(data), result_sha256(record), {}, 0};
}

std::vector<std::string> RunResult::caveats() const {
  std::vector<std::string> texts = loss_texts();
  const auto refused = refusal_texts(sum(outcomes));
  texts.insert(texts.end(), refused.begin(), refused.end());
  texts.insert(texts.end(), idle.begin(), idle.end());
  texts.insert(texts.end(), excess.begin(), excess.end());
  if (synthetic()) texts.emplace_back("synthetic data: no strategy can be judged on it");
  if (engine.fills.fill_at == FillAt::SameClose) texts.emplace_back("same-close fills");
  const double sessions = static_cast<double>(record.daily.size());
  if (const std::uint64_t left_out = statistics.sessions - statistics.session_returns;
      left_out > 0 && statistics.session_returns > 0) {
    texts.push_back(std::to_string(left_out) + (left_out == 1 ? " return" : " returns") +
                    " over holes in the data left out of ratios and risk");
  }
  if (statistics.cagr && sessions < config.statistics.periods_per_year) {
    texts.push_back("annual figures from " + std::to_string(record.daily.size()) + " sessions, less than a year");
  }
  if (receipt.operator_commands > 0) texts.emplace_back("operator commands");
  if (std::string halted = halts_text(); !halted.empty()) texts.push_back(std::move(halted));
  if (!open_positions.empty()) texts.push_back(open_text());
  texts.insert(texts.end(), data_caveats.begin(), data_caveats.end());
  return texts;
}

std::vector<std::optional<double>> benchmark_returns(std::span<const Bar> bars, std::span<const DailyEquity> daily) {
  std::vector<std::optional<double>> returns;
  if (bars.empty() || daily.empty()) return returns;
  returns.reserve(daily.size());
  // Zero where there is no bar.
  auto close_on = [&, at = bars.begin()](Date date) mutable -> double {
    while (at != bars.end() && new_york_date(at->start) < date) ++at;
    return at == bars.end() || new_york_date(at->start) != date ? 0 : at->close.to_double();
  };
  const Session* eve = SessionCalendar::us_equity().previous(daily.front().session);
  double before = eve == nullptr ? 0 : close_on(eve->date);
  for (const DailyEquity& day : daily) {
    const double close = close_on(day.session);
    returns.push_back(before > 0 && close > 0 ? std::optional(close / before - 1) : std::nullopt);
    before = close;
  }
  return returns;
}

std::vector<DailyEquity> benchmark_equity(std::span<const Bar> bars, Money initial,
                                          std::span<const DailyEquity> daily) {
  std::vector<DailyEquity> curve;
  if (bars.empty() || daily.empty()) return curve;
  curve.reserve(daily.size());
  Price first;
  Money value = initial;
  std::size_t at = 0;
  for (const DailyEquity& day : daily) {
    for (; at < bars.size() && new_york_date(bars[at].start) <= day.session; ++at) {
      const bool before_run = new_york_date(bars[at].start) < daily.front().session;
      if (before_run || !bars[at].close.is_positive()) continue;
      if (first.is_zero()) first = bars[at].close;
      value = scaled(initial, bars[at].close.raw(), first.raw());
    }
    curve.push_back({day.session, value});
  }
  return curve;
}

}  // namespace bellwether
