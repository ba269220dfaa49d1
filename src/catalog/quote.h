// What a request costs: pure. Threads: no state.
#pragma once

#include <cstdint>

#include "base/credits.h"
#include "base/result.h"
#include "catalog/model_spec.h"
#include "catalog/params.h"

namespace darkroom::catalog {

// What a probe found out about the film that a request brings.
struct SourceFacts {
  std::int64_t duration_milliseconds = 0;
  std::int64_t frames_per_1000_seconds = 0;  // 29970 for 30000/1001
};

struct Quote {
  MicroCredits rate;                     // of one unit of the price
  std::int64_t billed_milliseconds = 0;  // of film in one output; 0: the price does not go by time
  MicroCredits unit_price;               // of one output
  std::uint32_t outputs = 1;             // all calls together
  MicroCredits total;                    // unit_price x outputs
};

// The reference whose facts the quote depends on; nullptr if it depends on none.
const Reference* find_source(const ModelSpec& model, const Normalised& request);

// `source` is needed when find_source() names a reference. Exact: prices have six decimals at most and time is in
// milliseconds; a part of a micro-credit, which no price of ours makes, counts as one. Fails with invalid_parameter
// when the source is too short or too long, or when there is no price for the combination.
Result<Quote> quote(const ModelSpec& model, const Normalised& request, const SourceFacts* source = nullptr);

// What one call costs the operator, of whose route one unit costs `unit_cost`.
MicroCredits cost_of_call(const ModelSpec& model, const Normalised& request, const Quote& quote,
                          MicroCredits unit_cost);

}  // namespace darkroom::catalog
