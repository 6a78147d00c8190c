// The orders that may still fill, and the one table of how an order's state changes.
#pragma once

#include <iterator>
#include <optional>
#include <span>
#include <vector>

#include "engine/hash_chains.hpp"
#include "engine/order_types.hpp"

namespace bellwether {

/// What a report does to an order, as the table of transitions sees it: a Fill either completes the order or not.
enum class Transition : std::uint8_t {
  Accepted,
  Held,
  PartialFill,
  FinalFill,
  Canceled,
  Expired,
  Replaced,
  Rejected,
  Denied,
  CancelRejected,
  ReplaceRejected,
  Lost,
  CancelSent,   ///< A cancel has left.
  ReplaceSent,  ///< A replacement has left.
};
constexpr std::size_t kTransitionCount = 14;

/// The state after `transition`; nothing where that cannot happen.
std::optional<OrderState> next_state(OrderState from, Transition transition);

/// The state of an order after a report has been counted: `filled` of `quantity` with this one. Nothing where that
/// cannot happen to it. A report that ends the order and tells of executions that have not been booked makes it
/// Unknown.
std::optional<OrderState> state_after(OrderState from, Quantity filled, Quantity quantity,
                                      const ExecutionReport& report);

/// True for a fill of another instrument or side than the order's. It moves the position that it names, and counts for
/// no order: what the venue means is not known.
bool contradicts(const ExecutionReport& report, const OrderSpec& spec);

/// What has filled of its sibling is taken off a leg, when the venue says how much of it is open. Legs only shrink, and
/// reports may come in another order: what counts is what the whole of it was when the venue said so.
void shrink_leg(OrderId id, Quantity& quantity, const ExecutionReport& report);

constexpr bool is_terminal(OrderState state) { return state >= OrderState::Filled; }

/// An order that has not ended.
struct OpenOrder {
  OrderId id;
  StrategyIndex strategy = kNoStrategy;
  OrderSpec spec;
  OrderState state = OrderState::PendingNew;
  Quantity filled;

  [[nodiscard]] Quantity leaves() const { return spec.quantity - filled; }
  /// Leg of a group: it can only end a position, never open one.
  [[nodiscard]] bool is_protective() const { return id.leg != OrderLeg::Entry; }
};

/// All open orders of a session, in the order in which they came. Bounded by the risk stage's limit on open orders. To
/// find, add or end one costs the same however many there are. An order keeps its slot until it ends.
class OpenOrders {
 public:
  /// Up to so many orders, a look at each of them costs less than to keep an index of them.
  static constexpr std::size_t kFew = 8;
  /// An index that is kept is given up at so few: orders that come and go about `kFew` do not build it again and again.
  static constexpr std::size_t kFewAgain = 4;

 private:
  /// Before and after an order, in a list; by slot.
  struct Link {
    std::uint32_t before = HashChains::kNone;
    std::uint32_t after = HashChains::kNone;
  };
  struct List {
    std::uint32_t first = HashChains::kNone;
    std::uint32_t last = HashChains::kNone;
    std::size_t size = 0;
  };

 public:
  /// Some of the orders, in the order in which they came. No order may be added or end while it is walked over.
  class Range {
   public:
    class Iterator {
     public:
      using value_type = OpenOrder;
      using difference_type = std::ptrdiff_t;

      Iterator() = default;
      const OpenOrder& operator*() const { return orders_[slot_]; }
      const OpenOrder* operator->() const { return &orders_[slot_]; }
      Iterator& operator++() {
        slot_ = links_[slot_].after;
        return *this;
      }
      Iterator operator++(int) {
        const Iterator present = *this;
        ++*this;
        return present;
      }
      bool operator==(const Iterator& other) const { return slot_ == other.slot_; }

     private:
      friend class Range;
      Iterator(const OpenOrder* orders, const Link* links, std::uint32_t slot)
          : orders_(orders), links_(links), slot_(slot) {}

      const OpenOrder* orders_ = nullptr;
      const Link* links_ = nullptr;
      std::uint32_t slot_ = HashChains::kNone;
    };

    [[nodiscard]] Iterator begin() const { return {orders_, links_, list_.first}; }
    [[nodiscard]] Iterator end() const { return {orders_, links_, HashChains::kNone}; }
    [[nodiscard]] bool empty() const { return list_.size == 0; }
    [[nodiscard]] std::size_t size() const { return list_.size; }
    [[nodiscard]] const OpenOrder& front() const { return orders_[list_.first]; }
    /// What has come after the first `count`, found from the newest.
    [[nodiscard]] Range subspan(std::size_t count) const {
      Range rest = *this;
      rest.list_ = {HashChains::kNone, list_.last, list_.size - count};
      for (std::size_t i = 0; i < rest.list_.size; ++i) {
        rest.list_.first = i == 0 ? list_.last : links_[rest.list_.first].before;
      }
      return rest;
    }

   private:
    friend class OpenOrders;
    Range(const OpenOrder* orders, const Link* links, const List& list) : orders_(orders), links_(links), list_(list) {}

    const OpenOrder* orders_;
    const Link* links_;
    List list_;
  };

  /// Takes notice of a command that is on its way: a Submit adds the order with its legs, a Replace adds the new order
  /// and marks the old one, a Cancel marks its target.
  void apply(const OrderCommand& command);

  enum class Outcome : std::uint8_t { Changed, Ended, Impossible, NotOpen };
  struct Applied {
    Outcome outcome = Outcome::NotOpen;
    const OpenOrder* order = nullptr;  ///< As it is after the report; null where it is not open. Valid until the next.
    Quantity filled;                   ///< By this report.
  };
  /// Applies a report that has not been applied before. A fill counts in any state; where all of the order has filled,
  /// or more, it ends. What cannot happen to an order in its state changes nothing.
  Applied apply(const ExecutionReport& report);

  /// A corporate action of an instrument takes effect: its orders are carried through.
  void apply(const CorporateAction& action, InstrumentIndex index, const Instrument& instrument);

  /// Null where no open order has the id.
  [[nodiscard]] const OpenOrder* find(OrderId id) const;
  [[nodiscard]] Range all() const { return {orders_.data(), links_.data(), all_}; }
  /// Those of an instrument.
  [[nodiscard]] Range of(InstrumentIndex instrument) const {
    return {orders_.data(), instrument_links_.data(),
            instrument < by_instrument_.size() ? by_instrument_[instrument] : List{}};
  }
  [[nodiscard]] bool empty() const { return all_.size == 0; }
  [[nodiscard]] std::size_t size() const { return all_.size; }
  /// Where an open order stands until it ends, for indexes of others.
  [[nodiscard]] std::uint32_t slot_of(const OpenOrder& order) const {
    return static_cast<std::uint32_t>(&order - orders_.data());
  }
  [[nodiscard]] const OpenOrder& at(std::uint32_t slot) const { return orders_[slot]; }

  /// Takes these, in this order, in place of all there are. No two have the same id.
  void restore(std::span<const OpenOrder> orders);

  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  OpenOrder* find_open(OrderId id);
  void index_by_id();
  void drop_index();
  /// A refused entry takes the legs of its group with it.
  Applied end_group(const ExecutionReport& report);
  void add(OrderId id, StrategyIndex strategy, const OrderSpec& spec, OrderState state, Quantity filled);
  /// Takes an order that has ended out of the lists; it stays readable until the next one is added.
  const OpenOrder* take_out(OpenOrder* order);
  static void append(List& list, std::vector<Link>& links, std::uint32_t slot);
  static void unlink(List& list, std::vector<Link>& links, std::uint32_t slot);

  // By slot.
  std::vector<OpenOrder> orders_;
  std::vector<Link> links_;
  std::vector<Link> instrument_links_;
  List all_;
  std::vector<List> by_instrument_;  // As far as there have been orders.
  HashChains by_id_;                 // Of all orders; of none while they are few.
  bool indexed_ = false;
  std::vector<std::uint32_t> free_;  // Slots of orders that have ended.
};

/// Brings an order that is open over a corporate action into the shares and prices after it, as brokers do (FINRA rule
/// 5330): quantities times the split's ratio, what is left to trade in whole lots, rounded down; prices divided by the
/// price ratio, in ticks, limits never for the worse. Dividends change prices by the factor by which total adjustment
/// does, where the rule subtracts the amount: so decisions are the same whatever the data's adjustment.
void carry_through(OrderSpec& spec, Quantity& filled, const CorporateAction& action, const Instrument& instrument);

/// The specs of a group's legs; a leg without a price does not exist. `entry_price` gives stops by offset their price.
std::optional<OrderSpec> target_leg(const OrderSpec& group);
std::optional<OrderSpec> stop_leg(const OrderSpec& group, Price entry_price);

}  // namespace bellwether
