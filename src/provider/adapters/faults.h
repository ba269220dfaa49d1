// Faults: what vendors report when something went wrong, reduced to what it means, and the verdict that follows. An
// adapter's table maps its vendor's words to faults; everything after that is the same for all vendors.
// Threads: values and free functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "provider/provider.h"

namespace darkroom::provider {

enum class Fault : std::uint8_t {
  content,   // a content decision
  request,   // the request itself is wrong
  key,       // wrong key, no rights, no money
  model,     // not offered here: another route may have it
  quota,     // too much from this key
  overload,  // the vendor's load or its own fault: the same may work later
  gone,      // the vendor has no such job, or has let it lapse
  strange    // no error that anyone knows
};

struct FaultRow {
  std::string_view word;
  Fault fault;
};
// The row of a vendor's code, or of its longest dotted beginning: "Throttling.RateQuota" falls back to "Throttling".
std::optional<Fault> find_fault(std::span<const FaultRow> rows, std::string_view code);
// What the HTTP status alone says.
Fault find_fault(int status);

// Of a submit that was answered so: the vendor has not taken it.
Verdict judge_submit(Fault fault, std::string reason, std::optional<milliseconds> after);
// Of a poll that was answered so. Load and quota say nothing about the job: it is asked for again.
Verdict judge_poll(Fault fault, std::string reason, std::optional<milliseconds> after);
// Of a job that the vendor had taken and that ended so.
Verdict judge_job(Fault fault, std::string reason);

}  // namespace darkroom::provider
