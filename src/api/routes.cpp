#include "api/routes.h"

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "api/account.h"
#include "api/admin.h"
#include "api/chain.h"
#include "api/generations.h"
#include "api/health.h"
#include "api/media.h"
#include "api/models.h"
#include "api/openai.h"
#include "api/openai_edits.h"
#include "api/task_list.h"
#include "api/tasks.h"
#include "api/usage.h"
#include "api/webhooks.h"

namespace darkroom::api {
namespace {

// How GET /openapi.json describes each public endpoint.

constexpr Few<DocAnswer, 4> kAccepted = {
    {200,
     "Accepted: the task and its hold are durable",
     "SubmitAnswer",
     {"Darkroom-Warnings", "Idempotent-Replayed", "Preference-Applied", "Retry-After"}}};
constexpr Few<std::string_view, 12> kSubmitHeaders = {"Idempotency-Key", "Prefer", "Cancel-After"};
constexpr Few<Code, 16> kSubmitErrors = {
    Code::bad_json,         Code::missing_parameter,    Code::invalid_parameter, Code::unknown_model,
    Code::forbidden,        Code::insufficient_credits, Code::queue_full,        Code::idempotency_mismatch,
    Code::key_limit_reached};

constexpr RouteDoc kSubmitImage = {.id = "submitImage",
                                   .tag = "Generations",
                                   .summary = "Submit a job for images",
                                   .parameters = kSubmitHeaders,
                                   .body_of_models = true,
                                   .answers = kAccepted,
                                   .errors = kSubmitErrors};
constexpr RouteDoc kSubmitVideo = {.id = "submitVideo",
                                   .tag = "Generations",
                                   .summary = "Submit a job for videos",
                                   .parameters = kSubmitHeaders,
                                   .body_of_models = true,
                                   .answers = kAccepted,
                                   .errors = kSubmitErrors};
constexpr RouteDoc kSubmitRemix = {
    .id = "submitRemix",
    .tag = "Generations",
    .summary = "Submit a job that takes a finished film of the account's on",
    .parameters = {"TaskId", "Idempotency-Key", "Prefer", "Cancel-After"},
    .body = "RemixRequest",
    .answers = kAccepted,
    .errors = {Code::bad_json, Code::missing_parameter, Code::invalid_parameter, Code::unknown_model, Code::forbidden,
               Code::insufficient_credits, Code::queue_full, Code::idempotency_mismatch, Code::key_limit_reached,
               Code::task_not_found}};
constexpr RouteDoc kGetTask = {.id = "getTask",
                               .tag = "Tasks",
                               .summary = "Poll a task",
                               .parameters = {"TaskId", "Wait", "If-None-Match"},
                               .answers = {{200, "The task", "Task", {"ETag", "Cache-Control", "Retry-After"}},
                                           {304, "Unchanged", "", {"ETag", "Cache-Control", "Retry-After"}}},
                               .errors = {Code::task_not_found, Code::invalid_parameter}};
constexpr RouteDoc kListTasks = {
    .id = "listTasks",
    .tag = "Tasks",
    .summary = "The account's tasks, newest first",
    .parameters = {"TaskLimit", "TaskCursor", "TaskStatus", "TaskModel", "TaskKey", "CreatedAfter", "CreatedBefore"},
    .answers = {{200, "One page", "Tasks", {"Cache-Control"}}},
    .errors = {Code::invalid_parameter}};
constexpr RouteDoc kListTaskEvents = {
    .id = "listTaskEvents",
    .tag = "Tasks",
    .summary = "What happened to a task, in order",
    .parameters = {"TaskId", "Last-Event-ID"},
    .answers = {{200, "Its event log; server-sent events for `Accept: text/event-stream`", "Events"},
                {204, "A stream of which the client has seen the end"}},
    .errors = {Code::task_not_found, Code::invalid_parameter, Code::unavailable}};
constexpr RouteDoc kCancelTask = {.id = "cancelTask",
                                  .tag = "Tasks",
                                  .summary = "End a task before it has ended by itself",
                                  .parameters = {"TaskId"},
                                  .answers = {{200, "The task as it ended, and what it cost", "CancelledTask"}},
                                  .errors = {Code::task_not_found, Code::task_cancelled, Code::conflict}};
constexpr RouteDoc kCreateWebhook = {
    .id = "createWebhook",
    .tag = "Webhooks",
    .summary = "Be told of every task of the account",
    .body = "NewWebhook",
    .answers = {{200, "The webhook with its secret, this once", "Webhook", {"Darkroom-Warnings"}}},
    .errors = {Code::bad_json, Code::missing_parameter, Code::invalid_parameter, Code::conflict}};
constexpr RouteDoc kListWebhooks = {.id = "listWebhooks",
                                    .tag = "Webhooks",
                                    .summary = "The account's webhooks",
                                    .answers = {{200, "All of them", "Webhooks", {"Cache-Control"}}}};
constexpr RouteDoc kGetWebhook = {.id = "getWebhook",
                                  .tag = "Webhooks",
                                  .summary = "One webhook",
                                  .parameters = {"WebhookId"},
                                  .answers = {{200, "The webhook", "Webhook", {"Cache-Control"}}},
                                  .errors = {Code::webhook_not_found}};
constexpr RouteDoc kChangeWebhook = {
    .id = "changeWebhook",
    .tag = "Webhooks",
    .summary = "Change, disable or enable a webhook",
    .parameters = {"WebhookId"},
    .body = "WebhookPatch",
    .body_is_optional = true,
    .answers = {{200, "The webhook", "Webhook", {"Darkroom-Warnings"}}},
    .errors = {Code::bad_json, Code::invalid_parameter, Code::webhook_not_found, Code::conflict}};
constexpr RouteDoc kRemoveWebhook = {.id = "removeWebhook",
                                     .tag = "Webhooks",
                                     .summary = "Remove a webhook",
                                     .parameters = {"WebhookId"},
                                     .answers = {{200, "It is gone", "RemovedWebhook"}},
                                     .errors = {Code::webhook_not_found, Code::conflict}};
constexpr RouteDoc kRotateWebhook = {
    .id = "rotateWebhook",
    .tag = "Webhooks",
    .summary = "Give a webhook a new secret",
    .parameters = {"WebhookId"},
    .body = "Rotation",
    .body_is_optional = true,
    .answers = {{200, "The webhook with its new secret, this once", "Webhook", {"Darkroom-Warnings"}}},
    .errors = {Code::bad_json, Code::invalid_parameter, Code::webhook_not_found}};
constexpr RouteDoc kListDeliveries = {.id = "listDeliveries",
                                      .tag = "Webhooks",
                                      .summary = "What was delivered to a webhook",
                                      .parameters = {"WebhookId", "DeliveryLimit", "DeliveryCursor"},
                                      .answers = {{200, "One page", "Deliveries", {"Cache-Control"}}},
                                      .errors = {Code::invalid_parameter, Code::webhook_not_found}};
constexpr RouteDoc kResendDelivery = {.id = "resendDelivery",
                                      .tag = "Webhooks",
                                      .summary = "Send a delivery again",
                                      .parameters = {"WebhookId", "DeliveryId"},
                                      .answers = {{200, "The delivery, due now", "Delivery"}},
                                      .errors = {Code::webhook_not_found, Code::conflict}};
constexpr RouteDoc kGetBalance = {
    .id = "getBalance",
    .tag = "Account",
    .summary = "What is left to spend",
    .answers = {{200, "The book that the key spends from", "Balance", {"Cache-Control"}}}};
constexpr RouteDoc kGetKey = {.id = "getKey",
                              .tag = "Account",
                              .summary = "The key of this request: its limits, and what it has spent this month",
                              .answers = {{200, "The key, without its text", "Key", {"Cache-Control"}}}};
constexpr RouteDoc kListUsage = {
    .id = "listUsage",
    .tag = "Account",
    .summary = "What was asked for and what it cost, by day or hour and model",
    .parameters = {"UsageFrom", "UsageTo", "UsageGroup", "UsageKey", "UsageLimit", "UsageCursor"},
    .answers = {{200, "One page", "Usage", {"Cache-Control"}}},
    .errors = {Code::invalid_parameter}};
constexpr RouteDoc kListModels = {
    .id = "listModels", .tag = "Models", .summary = "Every model", .answers = {{200, "By id", "Models"}}};
constexpr RouteDoc kGetModel = {
    .id = "getModel",
    .tag = "Models",
    .summary = "One model",
    .parameters = {"ModelId"},
    .answers = {{200, "The model", "Model"}, {404, "`20004` unknown_model: no model of that id", "Error"}}};
constexpr Few<std::string_view, 12> kMediaHeaders = {"ETag", "Last-Modified", "Cache-Control", "Accept-Ranges",
                                                     "Content-Range"};
constexpr RouteDoc kGetMedia = {.id = "getMedia",
                                .tag = "Media",
                                .summary = "A finished file, byte for byte as it was delivered",
                                .path = "/media/tasks/{task}/{file}",
                                .parameters = {"MediaTask", "MediaFile", "Range", "If-None-Match", "If-Modified-Since"},
                                .answers = {{200, "The file", "File", kMediaHeaders, "*/*"},
                                            {206, "The range", "File", kMediaHeaders, "*/*"},
                                            {304, "Unchanged", "", kMediaHeaders}},
                                .errors = {Code::route_not_found, Code::range_not_satisfiable, Code::unavailable}};
constexpr Few<Code, 16> kOpenAiErrors = {Code::bad_json,
                                         Code::missing_parameter,
                                         Code::invalid_parameter,
                                         Code::unknown_model,
                                         Code::forbidden,
                                         Code::insufficient_credits,
                                         Code::idempotency_mismatch,
                                         Code::task_cancelled,
                                         Code::content_policy,
                                         Code::provider_submit_failed,
                                         Code::provider_failed,
                                         Code::provider_polling_timeout,
                                         Code::still_processing,
                                         Code::unsupported,
                                         Code::key_limit_reached};
constexpr RouteDoc kOpenAiImage = {
    .id = "createOpenAiImage",
    .tag = "OpenAI",
    .summary = "Generate images and wait for them",
    .parameters = {"Idempotency-Key", "Cancel-After"},
    .body = "OpenAiImageRequest",
    .answers = {{200,
                 "The task has completed",
                 "OpenAiImages",
                 {"Darkroom-Task", "x-should-retry", "Idempotent-Replayed", "Darkroom-Warnings"}}},
    .errors = kOpenAiErrors};
constexpr Few<Code, 16> kOpenAiEditErrors = {
    Code::bad_form,        Code::missing_parameter,      Code::invalid_parameter,    Code::unknown_model,
    Code::forbidden,       Code::insufficient_credits,   Code::idempotency_mismatch, Code::task_cancelled,
    Code::content_policy,  Code::provider_submit_failed, Code::provider_failed,      Code::provider_polling_timeout,
    Code::still_processing};
constexpr RouteDoc kOpenAiEdit = {
    .id = "editOpenAiImage",
    .tag = "OpenAI",
    .summary = "Edit pictures that are sent along, and wait for the result",
    .parameters = {"Idempotency-Key", "Cancel-After"},
    .body = "OpenAiEditRequest",
    .body_type = "multipart/form-data",
    .answers = {{200,
                 "The task has completed",
                 "OpenAiImages",
                 {"Darkroom-Task", "x-should-retry", "Idempotent-Replayed", "Darkroom-Warnings"}}},
    .errors = kOpenAiEditErrors};
constexpr RouteDoc kOpenAiModels = {.id = "listOpenAiModels",
                                    .tag = "OpenAI",
                                    .summary = "The image models that the key may use",
                                    .answers = {{200, "By id", "OpenAiModels"}}};
constexpr RouteDoc kOpenAiModel = {
    .id = "getOpenAiModel",
    .tag = "OpenAI",
    .summary = "One of them",
    .parameters = {"ModelId"},
    .answers = {{200, "The model", "OpenAiModel"}, {404, "`20004` unknown_model: no such model", "OpenAiError"}}};
constexpr RouteDoc kGetLiveness = {
    .id = "getLiveness", .tag = "Health", .summary = "Is the process alive?", .answers = {{200, "Yes", "Health"}}};
constexpr RouteDoc kGetStart = {
    .id = "getStart", .tag = "Health", .summary = "Has it started?", .answers = {{200, "Yes", "Health"}}};
constexpr RouteDoc kGetReadiness = {.id = "getReadiness",
                                    .tag = "Health",
                                    .summary = "May requests be sent here?",
                                    .answers = {{200, "Yes", "Health"}},
                                    .errors = {Code::unavailable}};
constexpr RouteDoc kGetMetrics = {.id = "getMetrics",
                                  .tag = "Health",
                                  .summary = "Prometheus metrics",
                                  .answers = {{200, "Text format 0.0.4", "Text", {}, "text/plain"}}};
constexpr RouteDoc kGetDescription = {.id = "getDescription",
                                      .tag = "Description",
                                      .summary = "This description",
                                      .parameters = {"If-None-Match"},
                                      .answers = {{200, "OpenAPI 3.1", "Description", {"ETag", "Cache-Control"}},
                                                  {304, "Unchanged", "", {"ETag", "Cache-Control"}}}};

constexpr Endpoint kPublic[] = {
    {"POST", "/api/v1/images/generations", Gate::submit, submit_generation, &kSubmitImage},
    {"POST", "/api/v1/videos/generations", Gate::submit, submit_generation, &kSubmitVideo},
    {"POST", "/api/v1/videos/{id}/remix", Gate::submit, submit_remix, &kSubmitRemix},
    {"GET", "/api/v1/tasks/{id}", Gate::read, show_task, &kGetTask},
    {"GET", "/api/v1/tasks", Gate::read, list_tasks, &kListTasks},
    {"GET", "/api/v1/tasks/{id}/events", Gate::read, list_task_events, &kListTaskEvents},
    {"POST", "/api/v1/tasks/{id}/cancel", Gate::read, cancel_task, &kCancelTask},
    {"POST", "/api/v1/webhooks", Gate::read, create_webhook, &kCreateWebhook},
    {"GET", "/api/v1/webhooks", Gate::read, list_webhooks, &kListWebhooks},
    {"GET", "/api/v1/webhooks/{id}", Gate::read, show_webhook, &kGetWebhook},
    {"POST", "/api/v1/webhooks/{id}", Gate::read, change_webhook, &kChangeWebhook},
    {"DELETE", "/api/v1/webhooks/{id}", Gate::read, remove_webhook, &kRemoveWebhook},
    {"POST", "/api/v1/webhooks/{id}/rotate", Gate::read, rotate_webhook, &kRotateWebhook},
    {"GET", "/api/v1/webhooks/{id}/deliveries", Gate::read, list_webhook_deliveries, &kListDeliveries},
    {"POST", "/api/v1/webhooks/{id}/deliveries/{delivery}/resend", Gate::read, resend_webhook_delivery,
     &kResendDelivery},
    {"GET", "/api/v1/balance", Gate::read, show_balance, &kGetBalance},
    {"GET", "/api/v1/key", Gate::read, show_key, &kGetKey},
    {"GET", "/api/v1/usage", Gate::read, list_usage, &kListUsage},
    {"GET", "/api/v1/models", Gate::open, list_models, &kListModels},
    {"GET", "/api/v1/models/{id}", Gate::open, show_model, &kGetModel},
    {"POST", "/v1/images/generations", Gate::submit, create_openai_image, &kOpenAiImage, Dialect::openai},
    {"POST", kEditsPath, Gate::submit, edit_openai_image, &kOpenAiEdit, Dialect::openai},
    {"GET", "/v1/models", Gate::read, list_openai_models, &kOpenAiModels, Dialect::openai},
    {"GET", "/v1/models/{id}", Gate::read, show_openai_model, &kOpenAiModel, Dialect::openai},
    {"GET", "/media/{path...}", Gate::open, show_media, &kGetMedia},
    {"GET", "/livez", Gate::open, show_alive, &kGetLiveness},
    {"GET", "/readyz", Gate::open, show_ready, &kGetReadiness},
    {"GET", "/startupz", Gate::open, show_started, &kGetStart},
    {"GET", "/metrics", Gate::open, show_metrics, &kGetMetrics},
    {"GET", "/openapi.json", Gate::open, show_description, &kGetDescription},
};
static_assert(std::ranges::all_of(kPublic, [](const Endpoint& endpoint) { return endpoint.doc != nullptr; }),
              "every public endpoint is described");

// The gate of these is the local socket's mode: whoever can open it is the operator.
constexpr Endpoint kAdmin[] = {
    {"POST", "/admin/keys", Gate::open, create_key},
    {"GET", "/admin/keys", Gate::open, list_keys},
    {"DELETE", "/admin/keys/{id}", Gate::open, revoke_key},
    {"POST", "/admin/keys/{id}/limits", Gate::open, change_limits},
    {"POST", "/admin/grants", Gate::open, grant_credits},
    {"GET", "/admin/accounts/{name}/balance", Gate::open, show_balances},
    {"GET", "/admin/tasks", Gate::open, list_all_tasks},
    {"GET", "/admin/tasks/{id}", Gate::open, show_any_task},
    {"GET", "/admin/models", Gate::open, list_models},
    {"GET", "/admin/upstreams", Gate::open, list_upstreams},
    {"POST", "/admin/upstreams/{name...}", Gate::open, steer_upstream},
    {"POST", "/admin/upstream-tests/{name...}", Gate::open, test_upstream},
    {"GET", "/admin/ledger/verify", Gate::open, verify_ledger},
};

void add_all(net::Router& router, const Services& services, std::span<const Endpoint> endpoints) {
  const auto chain = std::make_shared<const Chain>(services);
  for (const Endpoint& endpoint : endpoints) {
    router.add(endpoint.method, std::string(endpoint.pattern),
               [chain, &endpoint, counters = AnswerCounters(services.metrics, endpoint.method, endpoint.pattern)](
                   Loop& loop, const http::Request& request, const net::PathParams& params) {
                 return chain->serve(endpoint, counters, loop, request, params);
               });
  }
}

}  // namespace

std::span<const Endpoint> public_endpoints() { return kPublic; }
std::shared_ptr<LiveDescription> describe_public_routes(const catalog::Catalog& catalog, std::string_view version) {
  return std::make_shared<LiveDescription>(kPublic, catalog, version);
}
void add_public_routes(net::Router& router, const Services& services) { add_all(router, services, kPublic); }
void add_admin_routes(net::Router& router, const Services& services) { add_all(router, services, kAdmin); }

}  // namespace darkroom::api
