// Configuration of the engine: one struct for each object, plain values, checked where they come in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/decimal.hpp"
#include "engine/market.hpp"
#include "engine/parameters.hpp"

namespace bellwether {

/// Which strategy trades which instruments with which parameters.
struct StrategyConfig {
  std::string id;    ///< Unique within the session; appears in orders, metrics and reports.
  std::string type;  ///< Name in the registry, such as "sma_cross".
  std::vector<InstrumentIndex> instruments;
  Parameters parameters;
};

/// What happens to a buy that a cash account cannot pay for when it comes to fill: prices may have moved since the
/// risk stage let it pass.
enum class CashShortfall : std::uint8_t {
  Borrow,  ///< It fills; the rest is borrowed, free of charge.
  Reject,  ///< It is rejected; what has filled of it stays.
};

struct AccountConfig {
  Money initial_cash = Money::from_int(100'000);
  /// Gross exposure that one unit of equity carries: 1 is a cash account.
  double leverage = 1.0;
  CashShortfall cash_shortfall = CashShortfall::Borrow;  ///< Of a cash account.
  bool shorting = false;
  /// Maintenance margin: the part of a long's and of a short's market value that the equity must cover. Below it all
  /// positions are closed and trading halts. From 0 to below 1, and from 0 on.
  double maintenance_long = 0.25;
  double maintenance_short = 0.30;

  [[nodiscard]] bool is_cash() const { return leverage <= 1; }
};

/// Limits of the risk stage. An absent limit does not apply.
struct RiskLimits {
  std::optional<Money> order_notional;
  std::optional<Quantity> order_quantity;
  std::optional<Money> position_notional;     ///< Per instrument, open orders counted at their worst case.
  std::optional<Quantity> position_quantity;  ///< Per instrument, open orders counted at their worst case.
  std::optional<double> gross_exposure;       ///< Multiple of equity.
  std::optional<double> price_collar;         ///< Fraction of the last price that a limit or stop may lie away.
  std::optional<Duration> stale_data_age;     ///< Oldest last price on which an order may be sent.
  std::optional<std::uint32_t> orders_per_second;
  std::optional<std::uint32_t> open_orders;
  bool refuse_duplicates = true;

  /// Breakers: trip once, halt trading until an operator resumes.
  std::optional<double> daily_loss;        ///< Fraction of the equity at the session's start.
  std::optional<double> drawdown;          ///< Fraction of the highest equity.
  std::optional<Duration> data_staleness;  ///< Silence of all market data within a session.
  bool flatten_on_halt = false;            ///< A breaker also cancels all orders and closes all positions.
};

enum class FillAt : std::uint8_t {
  NextOpen,   ///< A market order fills at the next bar's open.
  SameClose,  ///< At the close of the bar that caused it; for comparison with systems that do so.
};

enum class SlippageModel : std::uint8_t {
  None,
  BasisPoints,      ///< Of the price.
  Ticks,            ///< Of the instrument.
  SquareRootImpact  ///< coefficient x price x sqrt(quantity / volume of the bar).
};

struct FillConfig {
  FillAt fill_at = FillAt::NextOpen;
  bool touch = false;  ///< A limit fills when the price touches it; otherwise the price must trade through.
  /// Largest share of a bar's volume, or of a print's or quote's size, that all orders together may take; absent: all.
  std::optional<double> participation;
  SlippageModel slippage = SlippageModel::None;
  double slippage_amount = 0;  ///< Basis points, ticks, or the coefficient of the impact.
};

/// Costs of an execution; all that are set add up. Per-order amounts count once for an order, however many fills.
struct FeeConfig {
  Money per_order;
  Money per_share;
  Money per_share_minimum;  ///< Least per-share cost of an order.
  /// Most per-share cost of an order, as a fraction of its notional; absent: no cap.
  std::optional<double> per_share_maximum;
  double basis_points = 0;
  /// The US fees on sells that were in force on the trade's date, by their published history (regulatory_rates), in
  /// place of the three that follow.
  bool us_regulatory = false;
  /// US fees on sells: SEC section 31 in dollars per million of notional, FINRA TAF per share with its cap per order;
  /// each rounded up to the cent.
  Money sec_fee_per_million;
  Money taf_per_share;
  Money taf_maximum;
};

/// What goes wrong between us and the in-process exchange, drawn from a seed. Probabilities are of one message.
struct ExchangeFaults {
  std::uint64_t seed = 1;
  double lost_commands = 0;     ///< Never reach the exchange.
  double lost_reports = 0;      ///< Never reach us.
  double repeated_reports = 0;  ///< Reach us twice.
  double late_reports = 0;      ///< Reach us `late_by` later, behind others that were sent after them.
  Duration late_by{1'000'000'000};
  double late_refusals = 0;  ///< Of an order that has been accepted: it is refused after all.
  /// So many times in a session, on average, nothing trades for `halt_for`.
  double halts_per_session = 0;
  Duration halt_for = std::chrono::minutes(5);
  /// So many times in a session, on average, the connection is lost for `restart_for`: what is under way is lost.
  double restarts_per_session = 0;
  Duration restart_for = std::chrono::seconds(30);

  [[nodiscard]] bool any() const {
    return lost_commands > 0 || lost_reports > 0 || repeated_reports > 0 || late_reports > 0 || late_refusals > 0 ||
           halts_per_session > 0 || restarts_per_session > 0;
  }
};

/// How long messages take between us and the in-process exchange.
struct ExchangeLatency {
  Duration commands{0};  ///< From us to the exchange.
  Duration reports{0};   ///< From the exchange to us.
  Duration jitter{0};    ///< At most so much longer, evenly spread; messages of one direction keep their order.

  [[nodiscard]] bool any() const { return commands.count() > 0 || reports.count() > 0 || jitter.count() > 0; }
};

/// How the in-process exchange is reached.
struct ExchangeConfig {
  ExchangeLatency latency;
  ExchangeFaults faults;
  /// Answers come when they come, even without latency, and market events do not wait for them: a session by the clock.
  bool asynchronous = false;

  /// True where the exchange answers in the instant in which it is told something.
  [[nodiscard]] bool is_instant() const { return !asynchronous && !latency.any() && !faults.any(); }
};

/// What is done about orders of which the venue is silent; where it answers at once, nothing of it applies.
struct OrderCare {
  /// Without an answer for so long, an order is unknown and the venue is asked about it, again after twice the time,
  /// and so on up to `ask_at_least_every`.
  Duration acknowledge_within = std::chrono::seconds(10);
  Duration ask_at_least_every = std::chrono::minutes(5);
  /// In a session the venue is asked about every open order of which nothing was heard for so long: what it said may
  /// have been lost.
  Duration check_every = std::chrono::minutes(5);
};

struct EngineConfig {
  std::uint32_t epoch = 1;  ///< Lease epoch, part of every order's id.
  std::vector<Instrument> instruments;
  std::vector<StrategyConfig> strategies;
  AccountConfig account;
  RiskLimits risk;
  FillConfig fills;
  FeeConfig fees;
  ExchangeConfig exchange;
  OrderCare orders;
};

}  // namespace bellwether
