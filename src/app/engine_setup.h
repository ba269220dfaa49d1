// What the configuration, and what an operator has set since, mean for routes and engine: each upstream of an operator
// and one for each vendor that the sandbox plays. Pure; threads: no state.
#pragma once

#include "app/config.h"
#include "app/upstream_steering.h"
#include "engine/engine.h"
#include "engine/reference_fetcher.h"
#include "sandbox/server.h"
#include "usecase/route_planner.h"

namespace darkroom::app {

usecase::RoutePlanner make_planner(const Config& config, const sandbox::Sandbox& sandbox,
                                   const UpstreamSettings& settings);
engine::EngineOptions make_engine_options(const Config& config, const sandbox::Sandbox& sandbox,
                                          const UpstreamSettings& settings);
// How many films may be worked on here at once, one at least; a thread waits for each.
std::size_t count_local_places(const Config& config);
engine::ReferenceLimits make_reference_limits(const Config& config);
// What the engine asks of the media's disk, which may block: on the pool. Both outlive the engine.
void give_media(engine::EngineParts& parts, blob::Store& media, BlockingPool& pool);

}  // namespace darkroom::app
