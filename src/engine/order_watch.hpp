// Orders of which the venue is silent: when one becomes unknown, and when the venue is asked about it.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <vector>

#include "engine/engine_config.hpp"
#include "engine/open_orders.hpp"
#include "engine/turn.hpp"

namespace bellwether {

struct AccountState;

/// Part of the risk stage, for venues that answer later. An order is unknown where an answer about it is overdue, where
/// it was under way as the connection broke, and where the venue contradicts what we hold. It is never sent again;
/// evidence alone settles it: the venue is asked, again and again with more and more time between, until it says where
/// the order stands or, twice, that it has never come. What the venue then says of such an order all the same is
/// answered with a cancel.
class OrderWatch {
 public:
  explicit OrderWatch(const EngineConfig& config) : care_(config.orders), is_on_(!config.exchange.is_instant()) {}

  /// False where the venue answers at once: nothing is ever due, and `sent`, `heard` and `look` are not to be called.
  [[nodiscard]] bool is_on() const { return is_on_; }

  /// A command has been approved; the orders that it brings are open.
  void sent(const OrderCommand& command, Timestamp now, const OpenOrders& orders);
  /// A report that counts has been applied. Adds to `turn` what it makes necessary.
  void heard(Turn& turn, const OpenOrders::Applied& applied, const OpenOrders& orders);
  /// After the intents of any event have been decided: what is due by its time becomes follow-ups (Lost) and approved
  /// intents (queries, cancels) of `turn`.
  void look(Turn& turn, const OpenOrders& orders);
  /// The connection to the venue went down or up.
  void on_connection(Turn& turn, const OpenOrders& orders);
  void on_session(bool open, Timestamp now, const OpenOrders& orders);

  /// When the next answer is overdue or the venue is to be asked; kNever where nothing is.
  [[nodiscard]] Timestamp next_due() const { return due_.empty() ? kNever : due_.begin()->first; }
  /// Orders of whose fate nothing is known.
  [[nodiscard]] std::size_t unknown() const { return unknown_; }
  [[nodiscard]] bool connected() const { return connected_; }

  void describe(AccountState& state) const;
  /// Where the venue answers at once, nothing is watched any more.
  void restore(const AccountState& state);

  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  struct Entry {
    Timestamp due;
    std::uint32_t asked = 0;  ///< Since it was last heard of.
    bool absent = false;      ///< The venue has said once that it does not know the order.
    bool unknown = false;
  };
  /// Orders that ended as never sent; so many are remembered.
  static constexpr std::size_t kGivenUpMax = 1'024;

  void watch(OrderId id, Timestamp due, std::uint32_t asked = 0);
  void unwatch(OrderId id);
  void set_unknown(Entry& entry, bool unknown);
  void issue(CommandKind kind, const ExecutionReport& about);
  void note_absence(Turn& turn, const OpenOrder& order);
  void look_at(Turn& turn, const OpenOrder& order);
  void ask(Turn& turn, const OpenOrder& order);
  [[nodiscard]] Duration patience(std::uint32_t asked) const;

  OrderCare care_;
  bool is_on_;
  std::map<OrderId, Entry> entries_;
  std::set<std::pair<Timestamp, OrderId>> due_;  // Of the entries. Derived.
  std::size_t unknown_ = 0;                      // Entries that are. Derived.
  std::deque<OrderId> given_up_;
  std::vector<OrderCommand> commands_;  // Of the event under work.
  bool connected_ = true;
  bool in_session_ = false;
};

}  // namespace bellwether
