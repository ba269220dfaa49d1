// FaultyStore: any store, with faults where the test or the simulation wants them. Each verb asks `decide` once, by
// name, when it is called.
// Threads: as the inner store; `decide` runs on the caller's thread.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string_view>

#include "store/store.h"

namespace darkroom::test {

enum class Fault : std::uint8_t {
  none,
  fail,          // nothing is applied; store_failed
  lose_answer,   // applied, and yet store_failed: a commit whose answer was lost
  crash_before,  // nothing is applied, `done` never runs
  crash_after,   // applied, `done` never runs
};

inline constexpr std::array<std::string_view, 36> kStoreVerbs = {
    "ensure_account",      "find_account",      "create_key",      "revoke_key",      "touch_keys",
    "list_keys",           "post_grant",        "get_balance",     "audit",           "create_task",
    "find_submit",         "forget_submits",    "find_task",       "list_tasks",      "claim_tasks",
    "list_unfinished",     "update_task",       "list_events",     "void_leases",     "list_expired_media",
    "mark_media_removed",  "create_webhook",    "change_webhook",  "remove_webhook",  "list_webhooks",
    "list_due_deliveries", "record_attempt",    "list_deliveries", "resend_delivery", "forget_deliveries",
    "list_entries",        "list_task_entries", "sum_grants",      "find_request",    "list_task_deliveries",
    "check_writable"};

using DecideFault = std::function<Fault(std::string_view verb)>;

std::unique_ptr<store::Store> make_faulty_store(std::unique_ptr<store::Store> inner, DecideFault decide);

}  // namespace darkroom::test
