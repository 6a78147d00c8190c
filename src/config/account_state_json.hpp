// The opening state of an account as a JSON document: see docs/account-state.md.
#pragma once

#include <string>
#include <string_view>

#include "engine/account_state.hpp"

namespace bellwether {

/// Goes up with every change after which a program would misread what the version before has written, or this one what
/// the next will write.
constexpr int kAccountStateVersion = 1;

/// A function of the state alone: equal states have equal texts. Decimals are exact, times have nanoseconds.
std::string text_of(const AccountState& state);

/// Reads what `text_of` wrote, in whatever order members stand. An Error's field is the place of the first fault, such
/// as `positions[3].lots[0].quantity`: a member that is missing, unknown or given twice, a value of another type or out
/// of range, a later version, or what no account can be (`check`).
Expected<AccountState> account_state_of(std::string_view text);

}  // namespace bellwether
