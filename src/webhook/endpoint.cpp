#include "webhook/endpoint.h"

#include "base/check.h"

namespace darkroom::webhook {
namespace {

constexpr int kGone = 410;

void disable(Endpoint& endpoint, DisabledBy by, WallTime at) {
  if (endpoint.disabled_at) return;
  endpoint.disabled_at = at;
  endpoint.disabled_by = by;
}

void enable(Endpoint& endpoint) {
  endpoint.disabled_at.reset();
  endpoint.disabled_by = DisabledBy::nobody;
  endpoint.failing_since.reset();
}

}  // namespace

std::string_view print(DisabledBy by) {
  switch (by) {
    case DisabledBy::nobody: return "";
    case DisabledBy::owner: return "owner";
    case DisabledBy::gone: return "gone";
    case DisabledBy::failing: return "failing";
  }
  DR_CHECK(false);
}

WebhookId default_endpoint_id(AccountId account) { return WebhookId{account.bytes}; }

void apply(Endpoint& endpoint, const Change& change) {
  if (change.url && *change.url != endpoint.url) {
    endpoint.url = *change.url;
    endpoint.failing_since.reset();
  }
  if (change.events) endpoint.events = *change.events;
  if (change.enabled && *change.enabled) enable(endpoint);
  if (change.enabled && !*change.enabled) disable(endpoint, DisabledBy::owner, change.at);
  if (!change.secret) return;
  endpoint.former_secret = change.overlap > seconds(0) ? endpoint.secret : Secret();
  endpoint.former_until.reset();
  if (!endpoint.former_secret.empty()) endpoint.former_until = change.at + change.overlap;
  endpoint.secret = *change.secret;
}

bool is_success(int status) { return status >= 200 && status < 300; }

void note_answer(Endpoint& endpoint, int status, WallTime at) {
  if (endpoint.is_default()) return;
  if (is_success(status)) {
    endpoint.failing_since.reset();
    return;
  }
  if (!endpoint.failing_since) endpoint.failing_since = at;
  if (status == kGone) disable(endpoint, DisabledBy::gone, at);
  if (at - *endpoint.failing_since >= kFailsAtMost) disable(endpoint, DisabledBy::failing, at);
}

}  // namespace darkroom::webhook
