// A venue in a deterministic box: holds resting orders and fills them from bars, trades or quotes. Paper trading and
// backtests use the same one.
#pragma once

#include <optional>
#include <vector>

#include "engine/carry_over.hpp"
#include "engine/engine_config.hpp"
#include "engine/event.hpp"
#include "engine/fee_model.hpp"
#include "engine/open_orders.hpp"
#include "engine/portfolio.hpp"

namespace bellwether {

/// Fill rules. A market order fills at the next event's price: a bar's open, a trade's price, the other side of a
/// quote. A limit fills when the price trades through it (or touches it, by configuration), at its price, or at the
/// open where the bar opens beyond it. A stop fills at its price or, where the bar gaps over it, at the open; slippage
/// applies to market and stop orders. Within one bar the worse is assumed: of a group's stop and target that a bar
/// could both hit, the stop fills; a trailing stop is tested before the bar's own extreme moves it. An order never
/// fills in a bar that had begun when it came. IOC and FOK orders have a bar's open alone. An entry that ends partly
/// filled leaves legs over what it filled. Orders are carried through corporate actions (carry_through); a split that
/// leaves nothing of one cancels it. Orders fill within the regular session only. Where AccountConfig::cash_shortfall
/// says so, a buy that the account's cash does not pay for, its fee with it, ends where it would have filled.
class FillSimulator {
 public:
  /// `config` must outlive the simulator.
  explicit FillSimulator(const EngineConfig& config);

  /// What a market, session or corporate-action event does to resting orders. Reports are appended to `out`. Bars: call
  /// it before the strategies see the bar.
  void on_market(const Event& event, std::vector<ExecutionReport>& out);
  /// Carries out a command at `now`. Reports are appended to `out`.
  void submit(const OrderCommand& command, Timestamp now, std::vector<ExecutionReport>& out);
  /// There are no prices any more: nothing can fill, so every order that comes from now on is rejected. Snapshots leave
  /// it out; whoever knows the end of the data says it again.
  void end_market() { market_ended_ = true; }

  /// While halted, market events fill nothing; orders come, rest and go. Snapshots leave it out.
  void set_halted(bool halted) { halted_ = halted; }
  /// Refuses an order that has been accepted and of which nothing has filled; its legs are cancelled.
  void refuse(OrderId id, Timestamp now, std::vector<ExecutionReport>& out);

  /// Appends a report of where a resting order stands. False, and nothing, where none has the id.
  bool report_status(OrderId id, Timestamp now, std::vector<ExecutionReport>& out);

  /// True where no order rests, so that market events change nothing but the last prices.
  [[nodiscard]] bool is_quiet() const { return resting_ == 0; }
  /// Takes notice of a run of bars while quiet.
  void finish_run(InstrumentIndex instrument, const Bar& last, Timestamp now);
  /// The id of the last report.
  [[nodiscard]] std::uint64_t last_execution_id() const { return last_execution_id_; }
  /// The account as the venue keeps it; only where a shortfall of cash rejects.
  [[nodiscard]] const std::optional<Portfolio>& account() const { return account_; }

  /// Takes over what rests and what was seen under another configuration: this one has just been made of `carry`'s
  /// next. Orders that nobody holds any more are left out.
  void take_over(const FillSimulator& before, const CarryOver& carry);
  /// Where the venue keeps the account, it is this one from now on.
  void take_books(const Portfolio& books);

  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  struct Resting {
    OrderId id;
    StrategyIndex strategy = kNoStrategy;
    OrderSpec spec;  // Of the order itself; for an entry the prices of its legs too.
    Quantity filled;
    Money filled_notional;
    Quantity traded;         // What was filled, in shares as traded on the exchange.
    Timestamp active_from;   // When it came: it fills in nothing that had begun before.
    Price best;              // Trailing stop: best price since activation.
    bool held = false;       // Leg that waits for its entry.
    bool triggered = false;  // Stop that was reached: a limit or market order now.
    bool armed = false;      // Rests in a session at whose close a day order expires.
    bool fresh = false;      // Became active within the bar under work: its limit must wait.
    bool done = false;       // Ended; removed after the event.
    [[nodiscard]] Quantity leaves() const { return spec.quantity - filled; }
  };
  using Book = std::vector<Resting>;

  /// One look at the market: what may fill at which price.
  struct Opportunity {
    Timestamp now;
    Quantity available;  // What participation still allows.
    Quantity volume;     // Of the bar, for impact.
    Timestamp fill_time;
    Timestamp begins;  // Of the bar; of a trade or quote, when it happened.
  };

  void match(const Event& event, std::vector<ExecutionReport>& out);
  void match_bar(const Event& event, std::vector<ExecutionReport>& out);
  void note_bar(InstrumentIndex instrument, const Bar& bar, Timestamp now);
  void match_course(Book& book, const Bar& bar, Opportunity& look, std::vector<ExecutionReport>& out);
  void match_open(Book& book, const Bar& bar, bool opening_bar, Opportunity& look, std::vector<ExecutionReport>& out);
  void match_stops(Book& book, const Bar& bar, Opportunity& look, bool only_fresh, std::vector<ExecutionReport>& out);
  void match_limits(Book& book, const Bar& bar, Opportunity& look, std::vector<ExecutionReport>& out);
  void match_price(const Event& event, std::vector<ExecutionReport>& out);
  void match_at(Resting& order, Book& book, Price price, Price stop_trigger, Opportunity& look,
                std::vector<ExecutionReport>& out);
  void end_immediate(Book& book, const Opportunity& look, std::vector<ExecutionReport>& out);
  void close_session(std::vector<ExecutionReport>& out, Timestamp now);
  void match_close(Book& book, InstrumentIndex instrument, Timestamp now, std::vector<ExecutionReport>& out);
  void on_corporate_action(const Event& event, std::vector<ExecutionReport>& out);

  [[nodiscard]] static bool may_fill(const Resting& order, const Opportunity& look) {
    return !order.done && !order.held && order.active_from <= look.begins;
  }
  [[nodiscard]] bool limit_passed(Side side, Price limit, Price price) const;
  [[nodiscard]] static Price stop_of(const Resting& order);
  /// What orders may take of a volume by the participation cap.
  [[nodiscard]] Quantity share_of(Quantity volume, InstrumentIndex instrument) const;
  [[nodiscard]] Price slipped(const Resting& order, Price price, Quantity quantity, Quantity volume) const;
  void fill(Resting& order, Book& book, Price price, bool slips, Opportunity& look, std::vector<ExecutionReport>& out);
  void end(Resting& order, ReportType type, Timestamp now, std::vector<ExecutionReport>& out);
  void end_group(Book& book, OrderId id, OrderId except, ReportType type, Timestamp now,
                 std::vector<ExecutionReport>& out);
  void end_order(Book& book, Resting& order, ReportType type, ReportType others, Timestamp now,
                 std::vector<ExecutionReport>& out);
  void activate_legs(Book& book, const Resting& entry, Timestamp now, std::vector<ExecutionReport>& out);
  void guard(Book& book, const Resting& entry, Price price, Opportunity& look, std::vector<ExecutionReport>& out);
  void after_leg_fill(Book& book, const Resting& leg, Quantity quantity, Timestamp now,
                      std::vector<ExecutionReport>& out);
  static Resting* find_in(Book& book, OrderId id);
  void sweep(Book& book);
  /// What an execution adds to an order.
  struct Execution {
    Quantity traded;  // In shares as traded on the exchange.
    Money notional;
    Money fee;
  };
  [[nodiscard]] Execution execution_of(const Resting& order, Quantity quantity, Price price) const;
  [[nodiscard]] bool can_pay(const Resting& order, Quantity quantity, const Execution& execution) const;
  void end_unpaid(Book& book, Resting& order, Timestamp now, std::vector<ExecutionReport>& out);

  void reject(const OrderCommand& command, RejectReason reason, Timestamp now, std::vector<ExecutionReport>& out);
  void submit_order(const OrderCommand& command, Timestamp now, std::vector<ExecutionReport>& out);
  void cancel_order(const OrderCommand& command, Timestamp now, std::vector<ExecutionReport>& out);
  void replace_order(const OrderCommand& command, Timestamp now, std::vector<ExecutionReport>& out);
  Resting& rest(Book& book, const OrderCommand& command, const OrderSpec& spec, OrderLeg leg, bool held, Timestamp now,
                std::vector<ExecutionReport>& out);
  /// Looks into the book of `instrument` first.
  Resting* find(OrderId id, InstrumentIndex instrument, Book** found_in);
  /// Appends a report, and gives it to be completed; valid until the next one.
  ExecutionReport& add_report(std::vector<ExecutionReport>& out, const Resting& order, ReportType type, Timestamp time);

  const EngineConfig* config_;
  FeeModel fee_model_;
  std::vector<Book> books_;     // By instrument.
  std::vector<Bar> last_bars_;  // By instrument; for fills at the same close.
  std::vector<Timestamp> last_bar_times_;
  std::vector<Quantity> close_left_;         // By instrument: what the last bar's close may still fill.
  std::vector<std::int64_t> traded_shares_;  // By instrument: of CorporateAction, in billionths.
  std::vector<Price> session_prices_;        // By instrument: the session's last price; zero before its first.
  SessionEvent session_;
  bool market_ended_ = false;
  bool halted_ = false;
  std::size_t resting_ = 0;
  std::uint64_t last_execution_id_ = 0;
  std::optional<Portfolio> account_;  // Last: what every event needs stands together.
};

}  // namespace bellwether
