// Everything that the HTTP handlers use, put together by the app. They see use cases and ports, never an
// implementation. Threads: the references are to objects that are safe from any loop and outlive the router.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "account/rate_limit.h"
#include "api/openai_repeats.h"
#include "api/readiness.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/metrics.h"
#include "blob/blob_store.h"
#include "catalog/catalog.h"
#include "usecase/cancel_task.h"
#include "usecase/key_ring.h"
#include "usecase/manage_account.h"
#include "usecase/manage_prices.h"
#include "usecase/manage_webhooks.h"
#include "usecase/read_task.h"
#include "usecase/submit_task.h"

namespace darkroom::api {

struct Limits {
  account::Rate submits = account::Rate::per_minute(600, 100);
  account::Rate polls = account::Rate::per_second(50, 50);
  seconds openai_wait{300};  // for a task's end, before /v1 answers that it goes on
  seconds media_retention = std::chrono::days(7);
};

struct Description;     // api/openapi.h
class LiveDescription;  // the same

// Pictures that come with a request. Every part is called on a connection's loop.
struct Uploads {
  std::uint64_t picture_bytes = 20 << 20;  // of one
  // Runs work that blocks on the disk, elsewhere.
  std::function<void(Callback)> run;
  // Examines a picture and makes it durable for the task of that id, which need not exist yet. bad_media says what is
  // wrong with it.
  std::function<Async<Result<blob::Kept>>(Loop&, TaskId, std::size_t index, std::shared_ptr<blob::Writer>)> keep;
  // Nothing became of them. The pictures of a task are forgotten with its end.
  std::function<void(TaskId)> forget;
};

// What an operator changes of an upstream while the program runs; the rest stays as it is.
struct UpstreamChange {
  std::optional<bool> is_drained = {};                      // no new calls go there
  std::optional<std::optional<std::uint32_t>> weight = {};  // nothing inside: as configured
  std::optional<std::string> probe = {};                    // "off", "recovery" or "always"
};
inline constexpr std::uint32_t kMostWeight = 1000;

struct Services {
  usecase::KeyRing& keys;
  usecase::SubmitTask& submits;
  usecase::ReadTask& tasks;
  usecase::CancelTask& cancels;
  usecase::ManageAccount& accounts;
  usecase::ManageWebhooks& webhooks;
  const catalog::Catalog& catalog;
  Readiness& readiness;  // told by the app when draining starts
  blob::Store& media;
  Metrics& metrics;
  Clock& clock;
  Limits limits;
  // The measured median of a model in seconds; nothing until there is one. May be empty.
  std::function<std::optional<double>(std::string_view model)> typical_seconds;
  Uploads uploads = {};  // without them nothing can be sent along
  std::shared_ptr<OpenAiRepeats> openai_repeats = std::make_shared<OpenAiRepeats>();
  std::shared_ptr<LiveDescription> description = {};  // of the public routes: describe_public_routes()
  // How every upstream is, for its operator; brings the metrics about them up to date too. Empty without an engine.
  std::function<void(Done<json::array>)> list_upstreams = {};
  // Changes one for good, beyond a restart, and gives it as list_upstreams does. not_found if there is none of that
  // name.
  std::function<void(std::string upstream, UpstreamChange change, Done<Result<json::object>> done)> steer_upstream = {};
  // Asks its vendor now, for nothing, whether it is well: {"ok", "condition", "detail", "took_ms"}. not_found, conflict
  // where the vendor cannot be asked for nothing, rate_limited when it has just been asked.
  std::function<void(std::string upstream, Done<Result<json::object>> done)> test_upstream = {};
  usecase::ManagePrices* prices = nullptr;  // without it, they are the catalogue's files'
};

}  // namespace darkroom::api
