// The vendors that the sandbox plays, one row each.
// Threads: a row is made once; its stand-in is used from any thread.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "sandbox/stand_in.h"

namespace darkroom::sandbox {

struct Vendor {
  std::string_view kind;       // the adapter that speaks to it; empty for a place that belongs to another row's vendor
  std::string_view base_path;  // where its API begins on the sandbox's server: "" or "/openai"; several may share one
  std::unique_ptr<StandIn> stand_in;
};

// `clock` and `random` outlive the rows: stand-ins of asynchronous vendors time and name their jobs by them.
std::vector<Vendor> make_vendors(const Clock& clock, Random& random);

}  // namespace darkroom::sandbox
