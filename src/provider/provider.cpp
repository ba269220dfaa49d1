#include "provider/provider.h"

#include "provider/free_calls.h"

namespace darkroom::provider {

// What a synchronous vendor says to the questions of the asynchronous ones.

Request Adapter::make_poll(const Job&, const std::string&) const { return {}; }
Verdict Adapter::read_poll(const Job&, const std::string&, const Answer&) const {
  return Unreadable{"this vendor has no jobs"};
}
std::optional<Request> Adapter::make_cancel(const Job&, const std::string&) const { return std::nullopt; }
std::optional<Request> Adapter::make_lookup(const Job&) const { return std::nullopt; }
LookupVerdict Adapter::read_lookup(const Job&, const Answer&) const { return JobUnclear{}; }
bool Adapter::wants_token(const Secret&) const { return false; }

FreeCalls Adapter::free_calls() const { return {}; }

}  // namespace darkroom::provider
