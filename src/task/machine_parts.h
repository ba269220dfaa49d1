// What the units of the machine share; nobody else includes it. Threads: no state.
#pragma once

#include <optional>
#include <string>

#include "base/check.h"
#include "task/machine.h"

namespace darkroom::task::parts {

// Checks the move against the table in machine.cpp.
void move_to(Task& task, State state);
void add_event(Task& task, std::string type, json::object data, WallTime now, Change& change);
ledger::Entry make_entry(const Task& task, ledger::Kind kind, std::uint32_t number, MicroCredits amount, WallTime now);
// Books what the call may have cost upstream without bringing anything.
void count_unknown(Task& task, std::uint32_t call, WallTime now, Change& change);

// Has the vendor taken the call, or may it have?
inline bool is_out(const Call& call) {
  return call.state == CallState::in_flight || call.state == CallState::accepted || call.state == CallState::lost;
}

inline MicroCredits checked(std::optional<MicroCredits> amount) {
  DR_CHECK(amount.has_value());
  return *amount;
}

}  // namespace darkroom::task::parts
