#include "provider/adapters/faults.h"

#include <algorithm>

namespace darkroom::provider {

std::optional<Fault> find_fault(std::span<const FaultRow> rows, std::string_view code) {
  while (!code.empty()) {
    const auto row = std::ranges::find(rows, code, &FaultRow::word);
    if (row != rows.end()) return row->fault;
    const std::size_t dot = code.rfind('.');
    code = code.substr(0, dot == std::string_view::npos ? 0 : dot);
  }
  return std::nullopt;
}

Fault find_fault(int status) {
  switch (status) {
    case 401:
    case 402:
    case 403: return Fault::key;
    case 404: return Fault::model;
    case 408:
    case 409:
    case 499: return Fault::overload;
    case 410: return Fault::gone;
    case 429: return Fault::quota;
    default: break;
  }
  if (status >= 500) return Fault::overload;
  return status >= 400 ? Fault::request : Fault::strange;
}

Verdict judge_submit(Fault fault, std::string reason, std::optional<milliseconds> after) {
  switch (fault) {
    case Fault::content: return Refused{false, std::move(reason)};
    case Fault::request: return Rejected{std::move(reason)};
    case Fault::key: return TryNextRoute{true, std::move(reason)};
    // Asked to make something, "not found" means the place.
    case Fault::model:
    case Fault::gone: return TryNextRoute{false, std::move(reason)};
    case Fault::quota: return RetryLater{after, true, std::move(reason)};
    case Fault::overload: return RetryLater{after, false, std::move(reason)};
    case Fault::strange: break;
  }
  return Unreadable{std::move(reason)};
}

Verdict judge_poll(Fault fault, std::string reason, std::optional<milliseconds> after) {
  switch (fault) {
    case Fault::quota:
    case Fault::overload: return RetryLater{after, false, std::move(reason)};
    // Asked for a job, "not found" means the job.
    case Fault::model:
    case Fault::gone: return JobFailed{true, std::move(reason)};
    case Fault::content:
    case Fault::request:
    case Fault::key:
    case Fault::strange: break;
  }
  return judge_submit(fault, std::move(reason), after);
}

Verdict judge_job(Fault fault, std::string reason) {
  switch (fault) {
    case Fault::quota:
    case Fault::overload:
    case Fault::gone: return JobFailed{true, std::move(reason)};
    case Fault::strange: return JobFailed{false, std::move(reason)};
    case Fault::content:
    case Fault::request:
    case Fault::key:
    case Fault::model: break;
  }
  return judge_submit(fault, std::move(reason), std::nullopt);
}

}  // namespace darkroom::provider
