// The equities from which an account's drawdown and its day's profit are shown.
#pragma once

#include <algorithm>

#include "engine/bytes.hpp"
#include "engine/turn.hpp"

namespace bellwether {

/// Unlike the breakers' own marks, these are the same with and without limits, and stay when trading is resumed.
struct AccountMarks {
  Money peak_equity;           ///< After any event so far.
  Money session_start_equity;  ///< At the open of the last session; before the first, that after the first event.

  void pass(const Turn& turn) {
    const Money equity = turn.account.equity;
    if (turn.event.type == EventType::SessionOpen || turn.event.number == 1) session_start_equity = equity;
    peak_equity = std::max(peak_equity, equity);
  }
  void save(ByteWriter& out) const {
    out.fixed(peak_equity);
    out.fixed(session_start_equity);
  }
  void load(ByteReader& in) {
    peak_equity = in.fixed<Money>();
    session_start_equity = in.fixed<Money>();
  }
};

}  // namespace bellwether
