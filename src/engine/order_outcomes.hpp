// How orders ended, counted.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/deny_reason.hpp"
#include "engine/session_record.hpp"

namespace bellwether {

/// How the orders that a strategy asked for ended; each counts once. The legs of a bracket are no orders of their own
/// here, those of an OCO are.
struct OrderOutcomes {
  StrategyIndex strategy = kNoStrategy;
  std::uint64_t asked = 0;
  std::uint64_t filled = 0;  ///< Wholly.
  std::uint64_t cut = 0;     ///< In part; the rest was cancelled, expired or replaced.
  // Nothing was filled.
  std::uint64_t cancelled = 0;
  std::uint64_t expired = 0;
  std::uint64_t replaced = 0;
  std::uint64_t rejected = 0;  ///< By the venue.
  std::uint64_t denied = 0;    ///< By the risk stage.
  std::uint64_t open = 0;
  std::array<std::uint64_t, kDenyReasons.size() + 1> denied_by{};  ///< Indexed by DenyReason.
  std::array<std::uint64_t, kRejectReasonCount> rejected_by{};     ///< Indexed by RejectReason.

  /// Counts one order, as it stands.
  void count(const OrderRow& row);
  /// The reasons for which any order was denied or rejected, by their tokens, with how many were.
  using ByReason = std::vector<std::pair<std::string_view, std::uint64_t>>;
  [[nodiscard]] ByReason denials() const;
  [[nodiscard]] ByReason rejections() const;
  OrderOutcomes& operator+=(const OrderOutcomes& other);
  bool operator==(const OrderOutcomes&) const = default;
};

/// Name and member of each count, in the order in which they are shown.
inline constexpr std::pair<const char*, std::uint64_t OrderOutcomes::*> kOutcomeCounts[] = {
    {"asked", &OrderOutcomes::asked},       {"filled", &OrderOutcomes::filled},
    {"cut", &OrderOutcomes::cut},           {"cancelled", &OrderOutcomes::cancelled},
    {"expired", &OrderOutcomes::expired},   {"replaced", &OrderOutcomes::replaced},
    {"rejected", &OrderOutcomes::rejected}, {"denied", &OrderOutcomes::denied},
    {"open", &OrderOutcomes::open}};

}  // namespace bellwether
