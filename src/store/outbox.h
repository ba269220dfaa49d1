// What the end of a task puts into the outbox, the same for every store.
// Threads: no state.
#pragma once

#include <optional>
#include <vector>

#include "store/store.h"

namespace darkroom::store {

// The lane of the task's callback_url, if so many callbacks of the account wait that it may be full: its store then
// counts what waits there.
std::optional<webhook::Lane> find_crowded_lane(const std::vector<webhook::Endpoint>& endpoints,
                                               const TaskUpdate& update);

// One delivery for each of the account's endpoints that listens, and one for the task's own callback_url, in whose lane
// so many wait. Their `pending` counts are raised. `update` must carry a message.
std::vector<webhook::Delivery> make_deliveries(std::vector<webhook::Endpoint>& endpoints, const TaskUpdate& update,
                                               std::uint32_t pending_in_lane);

// The endpoint and the delivery after a try. True: the try has disabled the endpoint, and whatever else it has pending
// must be dropped.
bool apply(webhook::Endpoint& endpoint, webhook::Delivery& delivery, const AttemptRecord& record);

}  // namespace darkroom::store
