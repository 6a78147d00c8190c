// JSON of what the engine speaks of, as API, command line and results show it: decimals are strings, times RFC 3339 in
// UTC, enumerators their tokens, what is absent is null.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/session_view.hpp"

namespace bellwether {

/// Members keep the order in which they were written.
using Json = nlohmann::ordered_json;

/// What the indices of a session's instruments and strategies stand for.
class Names {
 public:
  explicit Names(const EngineConfig& config);
  Names(std::vector<std::string> symbols, std::vector<std::string> strategies)
      : symbols_(std::move(symbols)), strategies_(std::move(strategies)) {}

  /// "" where there is none; "#7" for an index out of the table.
  [[nodiscard]] std::string symbol(InstrumentIndex index) const;
  [[nodiscard]] std::string strategy(StrategyIndex index) const;
  [[nodiscard]] std::optional<InstrumentIndex> find_symbol(std::string_view symbol) const;
  [[nodiscard]] std::optional<StrategyIndex> find_strategy(std::string_view id) const;

 private:
  std::vector<std::string> symbols_;
  std::vector<std::string> strategies_;
};

Json json_of(const Event& event, const Names& names);
Json json_of(const OrderCommand& command, const Names& names);
Json json_of(const ExecutionReport& report, const Names& names);
Json json_of(const OrderRow& row, const Names& names);
Json json_of(const FillRow& row, const Names& names);
Json json_of(const CommandRow& row, const Names& names);
Json json_of(const TradeRecord& trade, const Names& names);
Json json_of(const PositionChange& change, const Names& names);
Json json_of(const PositionRow& row, const Names& names);
Json json_of(const AccountView& account);
Json json_of(const AccountSummary& summary);
Json json_of(const StrategyTotals& totals);
Json json_of(const SessionStatus& status);
Json json_of(const StrategyView& strategy, bool paused, const Names& names);
Json json_of(const StateChange& change, const Names& names);

/// JSON Schema (2020-12) of a strategy's parameters as one object.
Json parameter_schema(std::span<const ParameterSpec> parameters);

/// The message of one event to those who follow the stream; `changes` are all of that event. A function of its
/// arguments alone, so that a message that is sent again has the same bytes.
std::string stream_message(std::span<const StateChange> changes, const Names& names);

/// One line for people, without line feed: number, time, type and what matters of it.
std::string readable(const Event& event, const Names& names);

}  // namespace bellwether
