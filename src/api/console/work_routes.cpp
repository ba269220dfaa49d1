// The rows of what an account works with: playground, tasks, money, webhooks, models; and, for operators, the engine.
#include <algorithm>
#include <array>

#include "api/console/money.h"
#include "api/console/operations.h"
#include "api/console/playground.h"
#include "api/console/prices.h"
#include "api/console/playground_view.h"
#include "api/console/routes.h"
#include "api/console/stream.h"
#include "api/console/tasks.h"
#include "api/console/webhooks.h"

namespace darkroom::api::console {
namespace {

constexpr RouteDoc kSubmit = {
    .id = "submitPlayground",
    .tag = "Tasks",
    .summary = "Submit as the API does, with the account's own console key; also as a form with pictures",
    .parameters = {"Account", "Book"},
    .body = "PlaygroundRequest",
    .answers = {{200, "The task is accepted; for a dry run its price", "PlaygroundAnswer"}},
    .errors = {Code::bad_json, Code::bad_form, Code::missing_parameter, Code::invalid_parameter, Code::unknown_model,
               Code::forbidden, Code::insufficient_credits, Code::key_limit_reached, Code::queue_full,
               Code::rate_limited, Code::idempotency_mismatch}};
constexpr RouteDoc kGetPlayground = {
    .id = "getPlayground",
    .tag = "Tasks",
    .summary = "What the playground shows when it opens; other members of the query are the request's",
    .parameters = {"Account", "Book", "FormModel", "FormFrom", "FormTask"},
    .answers = {{200, "Models, request and price", "Playground"}},
    .errors = {Code::invalid_parameter, Code::object_not_found}};
constexpr RouteDoc kListTasks = {
    .id = "listTasks",
    .tag = "Tasks",
    .summary = "The account's tasks, newest first",
    .parameters = {"Account", "TaskFind", "TaskStatus", "TaskModel", "TaskKey", "Book", "ErrorCode", "Media",
                   "CreatedAfter", "CreatedBefore", "Cursor", "Limit"},
    .answers = {{200, "One page", "TaskRows"}},
    .errors = {Code::invalid_parameter}};
constexpr RouteDoc kListAllTasks = {
    .id = "listAllTasks",
    .tag = "Server",
    .summary = "Tasks of every account, newest first",
    .parameters = {"TaskFind", "TaskStatus", "TaskModel", "TaskKey", "Book", "ErrorCode", "Media", "CreatedAfter",
                   "CreatedBefore", "Cursor", "Limit"},
    .answers = {{200, "One page", "TaskRows"}},
    .errors = {Code::invalid_parameter}};
constexpr RouteDoc kGetTask = {.id = "getTask",
                               .tag = "Tasks",
                               .summary = "Everything that is kept of a task",
                               .parameters = {"Account", "TaskId"},
                               .answers = {{200, "The task", "TaskDetail"}},
                               .errors = {Code::object_not_found}};
constexpr RouteDoc kCancelTask = {
    .id = "cancelTask",
    .tag = "Tasks",
    .summary = "End a task before it has ended by itself",
    .parameters = {"Account", "TaskId"},
    .answers = {{200, "As a poll of the API shows it, and what it cost", "CancelledTask"}},
    .errors = {Code::object_not_found, Code::task_cancelled, Code::conflict}};
constexpr RouteDoc kGetThumbnail = {
    .id = "getThumbnail",
    .tag = "Tasks",
    .summary = "An output as a small picture",
    .parameters = {"Account", "TaskId", "OutputIndex"},
    .answers = {{200, "At most 320 pixels and 20 kB", "File", {"Cache-Control"}, "image/webp"}},
    .errors = {Code::object_not_found, Code::unavailable}};
constexpr RouteDoc kResendOfTask = {.id = "resendTaskDelivery",
                                    .tag = "Webhooks",
                                    .summary = "Send what a task told once more",
                                    .parameters = {"Account", "TaskId", "DeliveryId"},
                                    .answers = {{200, "The delivery, due now", "Delivery"}},
                                    .errors = {Code::object_not_found, Code::conflict}};
constexpr RouteDoc kGetUsage = {.id = "getUsage",
                                .tag = "Money",
                                .summary = "What was asked for and what it cost, by day or hour",
                                .parameters = {"Account", "From", "To", "GroupBy", "SplitBy", "Book"},
                                .answers = {{200, "The report", "UsageReport"}},
                                .errors = {Code::invalid_parameter}};
constexpr RouteDoc kGetAllUsage = {.id = "getAllUsage",
                                   .tag = "Server",
                                   .summary = "The same over every account",
                                   .parameters = {"From", "To", "GroupBy", "SplitBy", "Book"},
                                   .answers = {{200, "The report", "UsageReport"}},
                                   .errors = {Code::invalid_parameter}};
constexpr RouteDoc kListLedger = {.id = "listLedger",
                                  .tag = "Money",
                                  .summary = "The entries behind the balance, newest first",
                                  .parameters = {"Account", "Book", "Cursor", "Limit"},
                                  .answers = {{200, "One page", "Ledger"}},
                                  .errors = {Code::invalid_parameter}};
constexpr RouteDoc kListErrors = {.id = "listErrors",
                                  .tag = "Tasks",
                                  .summary = "How tasks failed, in groups",
                                  .parameters = {"Account", "From", "To", "Book"},
                                  .answers = {{200, "The latest groups", "ErrorGroups"}},
                                  .errors = {Code::invalid_parameter}};
constexpr RouteDoc kListAllErrors = {.id = "listAllErrors",
                                     .tag = "Server",
                                     .summary = "How tasks of every account failed, in groups",
                                     .parameters = {"From", "To", "Book"},
                                     .answers = {{200, "The latest groups", "ErrorGroups"}},
                                     .errors = {Code::invalid_parameter}};
constexpr RouteDoc kListWebhooks = {.id = "listWebhooks",
                                    .tag = "Webhooks",
                                    .summary = "The account's webhooks, the default one included",
                                    .parameters = {"Account"},
                                    .answers = {{200, "All of them", "Webhooks"}}};
constexpr RouteDoc kCreateWebhook = {
    .id = "createWebhook",
    .tag = "Webhooks",
    .summary = "Be told of every task of the account",
    .parameters = {"Account"},
    .body = "NewWebhook",
    .answers = {{200, "The webhook with its secret, this once", "Webhook"}},
    .errors = {Code::bad_json, Code::missing_parameter, Code::invalid_parameter, Code::conflict}};
constexpr RouteDoc kGetWebhook = {.id = "getWebhook",
                                  .tag = "Webhooks",
                                  .summary = "One webhook",
                                  .parameters = {"Account", "WebhookId"},
                                  .answers = {{200, "The webhook", "Webhook"}},
                                  .errors = {Code::object_not_found}};
constexpr RouteDoc kChangeWebhook = {.id = "changeWebhook",
                                     .tag = "Webhooks",
                                     .summary = "Change, disable or enable a webhook",
                                     .parameters = {"Account", "WebhookId"},
                                     .body = "WebhookPatch",
                                     .answers = {{200, "The webhook", "Webhook"}},
                                     .errors = {Code::bad_json, Code::invalid_parameter, Code::conflict}};
constexpr RouteDoc kRemoveWebhook = {.id = "removeWebhook",
                                     .tag = "Webhooks",
                                     .summary = "Remove a webhook",
                                     .parameters = {"Account", "WebhookId"},
                                     .answers = {{200, "It is gone", "Nothing"}},
                                     .errors = {Code::object_not_found, Code::conflict}};
constexpr RouteDoc kRotateWebhook = {.id = "rotateWebhook",
                                     .tag = "Webhooks",
                                     .summary = "Give a webhook a new secret",
                                     .parameters = {"Account", "WebhookId"},
                                     .body = "Rotation",
                                     .body_is_optional = true,
                                     .answers = {{200, "The webhook with its new secret, this once", "Webhook"}},
                                     .errors = {Code::bad_json, Code::invalid_parameter}};
constexpr RouteDoc kTestWebhook = {.id = "testWebhook",
                                   .tag = "Webhooks",
                                   .summary = "Send a signed test message now",
                                   .parameters = {"Account", "WebhookId"},
                                   .answers = {{200, "What came of it", "DeliveryAttempt"}},
                                   .errors = {Code::object_not_found, Code::conflict, Code::unavailable}};
constexpr RouteDoc kListDeliveries = {.id = "listDeliveries",
                                      .tag = "Webhooks",
                                      .summary = "What was sent to a webhook, newest first",
                                      .parameters = {"Account", "WebhookId", "Cursor", "Limit"},
                                      .answers = {{200, "One page", "Deliveries"}},
                                      .errors = {Code::invalid_parameter}};
constexpr RouteDoc kResendDelivery = {.id = "resendDelivery",
                                      .tag = "Webhooks",
                                      .summary = "Send a delivery again",
                                      .parameters = {"Account", "WebhookId", "DeliveryId"},
                                      .answers = {{200, "The delivery, due now", "Delivery"}},
                                      .errors = {Code::object_not_found, Code::conflict}};
constexpr RouteDoc kListModels = {
    .id = "listModels", .tag = "Models", .summary = "Every model", .answers = {{200, "By id", "ModelCards"}}};
constexpr RouteDoc kGetModel = {.id = "getModel",
                                .tag = "Models",
                                .summary = "One model",
                                .parameters = {"ModelId"},
                                .answers = {{200, "The model", "ModelCard"}},
                                .errors = {Code::object_not_found}};
constexpr RouteDoc kPreviewPrice = {.id = "previewPrice",
                                    .tag = "Models",
                                    .summary = "What other prices would change; nothing is changed",
                                    .parameters = {"ModelId"},
                                    .body = "PriceEdit",
                                    .answers = {{200, "Before and after", "PricePreview"}},
                                    .errors = {Code::bad_json, Code::missing_parameter, Code::invalid_parameter,
                                               Code::object_not_found, Code::unavailable}};
constexpr RouteDoc kChangePrice = {.id = "changePrice",
                                   .tag = "Models",
                                   .summary = "Change what a model costs, for tasks to come",
                                   .parameters = {"ModelId"},
                                   .body = "PriceEdit",
                                   .answers = {{200, "The prices as they are now", "ModelPricing"}},
                                   .errors = {Code::bad_json, Code::missing_parameter, Code::invalid_parameter,
                                              Code::object_not_found, Code::conflict, Code::unavailable}};
constexpr RouteDoc kListUpstreams = {.id = "listUpstreams",
                                     .tag = "Server",
                                     .summary = "How every upstream is, from live traffic",
                                     .answers = {{200, "By name", "Upstreams"}},
                                     .errors = {Code::unavailable}};
constexpr RouteDoc kChangeUpstream = {
    .id = "changeUpstream",
    .tag = "Server",
    .summary = "Drain an upstream, or change its weight or when it is probed",
    .parameters = {"UpstreamName"},
    .body = "UpstreamPatch",
    .answers = {{200, "The upstream", "Upstream"}},
    .errors = {Code::bad_json, Code::invalid_parameter, Code::object_not_found, Code::unavailable}};
constexpr RouteDoc kTestUpstream = {
    .id = "testUpstream",
    .tag = "Server",
    .summary = "Ask its vendor now, for nothing, whether it is well, and for the balance",
    .parameters = {"UpstreamName"},
    .answers = {{200, "What it showed, and the upstream", "UpstreamTest"}},
    .errors = {Code::object_not_found, Code::conflict, Code::rate_limited, Code::unavailable}};
constexpr RouteDoc kGetQueue = {.id = "getQueue",
                                .tag = "Server",
                                .summary = "What waits and what is in hand",
                                .answers = {{200, "A second old at most", "QueueReport"}},
                                .errors = {Code::unavailable}};
constexpr RouteDoc kOpenStream = {.id = "openStream",
                                  .tag = "Tasks",
                                  .summary = "What changes, as server-sent events",
                                  .parameters = {"StreamAccount", "StreamTopics"},
                                  .answers = {{200, "task, queue, upstreams, reset", "Text", {}, "text/event-stream"}},
                                  .errors = {Code::invalid_parameter, Code::missing_parameter, Code::object_not_found,
                                             Code::rate_limited, Code::unavailable, Code::forbidden}};

constexpr auto kWork = std::to_array<Route>({
    {"GET", kPlaygroundPath, Who::member, show_playground, &kGetPlayground},
    {"POST", kPlaygroundPath, Who::member, submit_playground, &kSubmit, true},
    {"GET", "/accounts/{account}/tasks", Who::member, list_account_tasks, &kListTasks},
    {"GET", "/accounts/{account}/tasks/{id}", Who::member, show_task, &kGetTask},
    {"POST", "/accounts/{account}/tasks/{id}/cancel", Who::member, cancel_task, &kCancelTask},
    {"GET", "/accounts/{account}/tasks/{id}/thumbnails/{index}", Who::member, show_thumbnail, &kGetThumbnail},
    {"POST", "/accounts/{account}/tasks/{id}/deliveries/{delivery}/resend", Who::owner, resend_task_delivery,
     &kResendOfTask},
    {"GET", "/accounts/{account}/usage", Who::member, show_account_usage, &kGetUsage},
    {"GET", "/accounts/{account}/ledger", Who::member, list_ledger, &kListLedger},
    {"GET", "/accounts/{account}/errors", Who::member, list_account_errors, &kListErrors},
    {"GET", "/accounts/{account}/webhooks", Who::member, list_webhooks, &kListWebhooks},
    {"POST", "/accounts/{account}/webhooks", Who::owner, create_webhook, &kCreateWebhook},
    {"GET", "/accounts/{account}/webhooks/{id}", Who::member, show_webhook, &kGetWebhook},
    {"PATCH", "/accounts/{account}/webhooks/{id}", Who::owner, change_webhook, &kChangeWebhook},
    {"DELETE", "/accounts/{account}/webhooks/{id}", Who::owner, remove_webhook, &kRemoveWebhook},
    {"POST", "/accounts/{account}/webhooks/{id}/rotate", Who::owner, rotate_webhook, &kRotateWebhook},
    {"POST", "/accounts/{account}/webhooks/{id}/test", Who::owner, test_webhook, &kTestWebhook},
    {"GET", "/accounts/{account}/webhooks/{id}/deliveries", Who::member, list_deliveries, &kListDeliveries},
    {"POST", "/accounts/{account}/webhooks/{id}/deliveries/{delivery}/resend", Who::owner, resend_webhook_delivery,
     &kResendDelivery},
    {"GET", "/models", Who::user, list_models, &kListModels},
    {"GET", "/models/{id}", Who::user, show_model, &kGetModel},
    {"POST", "/models/{id}/price/preview", Who::operator_, preview_price, &kPreviewPrice},
    {"PUT", "/models/{id}/price", Who::operator_, change_price, &kChangePrice},
    {"GET", "/stream", Who::user, open_stream, &kOpenStream},
    {"GET", "/tasks", Who::operator_, list_all_tasks, &kListAllTasks},
    {"GET", "/usage", Who::operator_, show_all_usage, &kGetAllUsage},
    {"GET", "/errors", Who::operator_, list_all_errors, &kListAllErrors},
    {"GET", "/upstreams", Who::operator_, list_upstreams, &kListUpstreams},
    {"PATCH", "/upstreams/{name}", Who::operator_, change_upstream, &kChangeUpstream},
    {"POST", "/upstreams/{name}/test", Who::operator_, test_upstream, &kTestUpstream},
    {"GET", "/queue", Who::operator_, show_queue, &kGetQueue},
});
static_assert(std::ranges::all_of(kWork, [](const Route& route) { return route.doc != nullptr; }),
              "every route is described");

}  // namespace

std::span<const Route> work_routes() { return kWork; }

}  // namespace darkroom::api::console
