// The prices of a model, for operators: what they are made of, what a change would do, and the change.
// Threads: the connection's loop.
#pragma once

#include "api/console/visit.h"

namespace darkroom::api::console {

// POST /models/{id}/price/preview: what would be different, and for whom it pays; changes nothing.
Answer preview_price(Visit& visit);
// PUT /models/{id}/price: the named places of the table cost this for every task that is accepted from now on.
Answer change_price(Visit& visit);

// ModelPricing of the console's API; null without services.prices.
json::value print_pricing(const Visit& visit, const catalog::ModelSpec& model);

// As list_upstreams gives them; nothing for customers, who see no upstreams.
Async<Result<json::array>> read_routes(Visit& visit);
// Does the upstream take work of that model?
bool offers(const json::object& upstream, std::string_view model);
// What one unit of the model costs the operator there, by the catalogue's estimate; nothing of the sandbox, which is
// free.
std::optional<MicroCredits> find_cost(const json::object& upstream, const catalog::ModelSpec& model);

}  // namespace darkroom::api::console
