#include "actors/board_past.hpp"

#include <algorithm>

#include "actors/session_board.hpp"

namespace bellwether {
namespace {

/// Rows that are copied from the board at a time.
constexpr std::size_t kCopiedRows = 1'000;

/// The indices of a filter's names.
struct Indices {
  std::optional<StrategyIndex> strategy;
  std::optional<InstrumentIndex> instrument;
};

Expected<Indices> indices_of(const PastFilter& filter, const EngineConfig& config) {
  Indices indices;
  if (filter.strategy) {
    const auto found = std::ranges::find(config.strategies, *filter.strategy, &StrategyConfig::id);
    if (found == config.strategies.end()) {
      return Error{"strategy", "this session has no strategy '" + *filter.strategy + "'"};
    }
    indices.strategy = static_cast<StrategyIndex>(found - config.strategies.begin());
  }
  if (filter.symbol) {
    const auto found = std::ranges::find(config.instruments, *filter.symbol, &Instrument::symbol);
    if (found == config.instruments.end()) {
      return Error{"symbol", "this session does not trade '" + *filter.symbol + "'"};
    }
    indices.instrument = static_cast<InstrumentIndex>(found - config.instruments.begin());
  }
  return indices;
}

bool is_between(const PastFilter& filter, Timestamp time) {
  return (!filter.from || time >= *filter.from) && (!filter.to || time < *filter.to);
}

bool fits(const Indices& indices, StrategyIndex strategy, InstrumentIndex instrument) {
  return (!indices.strategy || strategy == *indices.strategy) &&
         (!indices.instrument || instrument == *indices.instrument);
}

/// Whether a row with key `key` comes behind `after`, the key of the last row of the page before; `none`: there is
/// none.
template <typename Key>
bool comes_after(const PastFilter& filter, const Key& key, const Key& after, const Key& none) {
  if (after == none) return true;
  return filter.newest_first ? key < after : key > after;
}

/// Takes the rows, ascending, that `wanted` lets through into a page.
template <typename Row, typename Wanted>
void fill_page(const std::vector<Row>& rows, const PastFilter& filter, Page<Row>& page, Wanted&& wanted) {
  const auto take = [&](const Row& row) {
    if (!wanted(row)) return;
    if (page.rows.size() == filter.limit) {
      page.more = true;
    } else {
      page.rows.push_back(row);
    }
  };
  if (filter.newest_first) {
    std::for_each(rows.rbegin(), rows.rend(), take);
  } else {
    std::for_each(rows.begin(), rows.end(), take);
  }
}

}  // namespace

template <typename Row>
PastPage<Row> BoardPast::new_page() const {
  PastPage<Row> page;
  page.upto = board_->last_event();  // Before the rows are read: at least so far the answer goes.
  auto names = std::make_shared<PastNames>();
  for (const Instrument& each : board_->config().instruments) names->symbols.push_back(each.symbol);
  for (const StrategyConfig& each : board_->config().strategies) names->strategies.push_back(each.id);
  page.names = std::move(names);
  return page;
}

Expected<PastPage<OrderRow>> BoardPast::orders(const PastOrderFilter& filter) const {
  const auto indices = indices_of(filter, board_->config());
  if (!indices) return indices.error();
  auto page = new_page<OrderRow>();
  OrderFilter part;
  part.status = filter.status;
  part.strategy = indices->strategy;
  part.instrument = indices->instrument;
  part.after = filter.after;
  part.newest_first = filter.newest_first;
  part.limit = kCopiedRows;
  for (bool more = true; more && !page.more;) {
    const Page<OrderRow> rows = board_->orders(part);
    for (const OrderRow& row : rows.rows) {
      if (!is_between(filter, row.created) || (filter.id.exists() && row.id != filter.id)) continue;
      page.more = page.rows.size() == filter.limit;
      if (page.more) break;
      page.rows.push_back(row);
    }
    more = rows.more;
    if (more) part.after = rows.rows.back().id;
  }
  return page;
}

Expected<PastPage<FillRow>> BoardPast::fills(const PastFillFilter& filter) const {
  const auto indices = indices_of(filter, board_->config());
  if (!indices) return indices.error();
  auto page = new_page<FillRow>();
  std::vector<FillRow> rows;
  for (bool more = true; more;) {
    Page<FillRow> part = board_->fills(rows.empty() ? 0 : rows.back().event, kCopiedRows);
    more = part.more;
    rows.insert(rows.end(), part.rows.begin(), part.rows.end());
  }
  fill_page(rows, filter, page, [&](const FillRow& row) {
    return comes_after<EventNumber>(filter, row.event, filter.after, 0) && is_between(filter, row.report.time) &&
           (!filter.order.exists() || row.report.order == filter.order) &&
           fits(*indices, row.report.strategy, row.report.instrument);
  });
  return page;
}

Expected<PastPage<TradeRow>> BoardPast::trades(const PastTradeFilter& filter) const {
  const auto indices = indices_of(filter, board_->config());
  if (!indices) return indices.error();
  auto page = new_page<TradeRow>();
  using Key = std::pair<EventNumber, std::uint16_t>;
  const Key after{filter.after, filter.after_index};
  fill_page(board_->trades(), filter, page, [&](const TradeRow& row) {
    return (filter.after == 0 || comes_after(filter, Key{row.event, row.index}, after, Key())) &&
           is_between(filter, row.time) && fits(*indices, row.trade.strategy, row.trade.instrument);
  });
  return page;
}

Expected<PastPage<CommandRow>> BoardPast::commands(const PastEventFilter& filter) const {
  auto page = new_page<CommandRow>();
  std::vector<CommandRow> rows;
  for (bool more = true; more;) {
    Page<CommandRow> part = board_->commands(rows.empty() ? 0 : rows.back().event, kCopiedRows, false);
    more = part.more;
    rows.insert(rows.end(), part.rows.begin(), part.rows.end());
  }
  fill_page(rows, filter, page, [&](const CommandRow& row) {
    return comes_after<EventNumber>(filter, row.event, filter.after, 0) && is_between(filter, row.time);
  });
  return page;
}

Expected<PastPage<EquityRow>> BoardPast::equity(const PastEventFilter& filter, bool by_session) const {
  auto page = new_page<EquityRow>();
  fill_page(board_->equity(by_session), filter, page, [&](const EquityRow& row) {
    return comes_after<EventNumber>(filter, row.event, filter.after, 0) && is_between(filter, row.time);
  });
  return page;
}

}  // namespace bellwether
