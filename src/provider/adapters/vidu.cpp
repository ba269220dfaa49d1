#include "provider/adapters/vidu.h"

#include <fmt/format.h>

#include "base/json_exact.h"
#include "provider/adapters/faults.h"
#include "provider/adapters/media_wire.h"
#include "provider/free_calls.h"

namespace darkroom::provider {
namespace {

constexpr std::string_view kPath = "/ent/v2";
constexpr std::string_view kScheme = "Token";
constexpr std::uint64_t kMostInlineBytes = 19'000'000;  // of the 20 MB that a body may have
constexpr std::size_t kListed = 100;

constexpr FaultRow kRows[] = {
    {"TaskPromptPolicyViolation", Fault::content},
    {"AuditSubmitIllegal", Fault::content},
    {"CreationPolicyViolation", Fault::content},
    {"AuditFailed", Fault::content},
    {"BadRequest", Fault::request},
    {"FieldLacking", Fault::request},
    {"FieldUnwanted", Fault::request},
    {"FieldItemCountOutOfRange", Fault::request},
    {"FieldInvalid", Fault::request},
    {"PageSizeOutOfRange", Fault::request},
    {"ImageDownloadFailure", Fault::request},
    {"ImageFormatInvalid", Fault::request},
    {"ImageCheckBodyJointsFailed", Fault::request},
    {"ImageCheckFaceFailed", Fault::request},
    {"ImageObjectsUndetected", Fault::request},
    {"CreditInsufficient", Fault::key},
    {"Unauthorized", Fault::key},
    {"Forbidden", Fault::key},
    {"ModelUnavailable", Fault::model},
    {"TaskNotFound", Fault::gone},
    {"CreationNotFound", Fault::gone},
    {"NotFound", Fault::gone},
    // How many tasks run at once, not money.
    {"QuotaExceeded", Fault::quota},
    {"TooManyRequests", Fault::quota},
    {"SystemThrottling", Fault::overload},
    {"OperationInProcess", Fault::overload},
    {"Conflict", Fault::overload},
    {"Canceled", Fault::overload},
    {"InternalServiceFailure", Fault::overload},
};

// ---- the request

// The references say which endpoint it is.
std::string_view choose_endpoint(const Job& job) {
  if (find_reference(job, "last_frame") != nullptr) return "start-end2video";
  if (find_reference(job, "first_frame") != nullptr) return "img2video";
  return job.references.empty() ? "text2video" : "reference2video";
}

json::object make_members(const Job& job, std::string_view endpoint) {
  json::object tree;
  tree["model"] = job.wire_model;
  if (!job.prompt.empty()) tree["prompt"] = job.prompt;
  for (const char* name : {"duration", "resolution", "watermark"}) copy_parameter(job, name, tree, name);
  copy_parameter(job, "generate_audio", tree, "audio");
  // A film that starts with a picture has that picture's shape, whatever else is said.
  const bool has_shape = endpoint == "text2video" || endpoint == "reference2video";
  const std::string_view size = text_parameter(job, "size");
  if (has_shape && !size.empty() && size != "auto" && size != "adaptive") tree["aspect_ratio"] = size;
  // The vendor takes no number for "any".
  if (json::get_int(job.parameters, "seed", -1) >= 0) copy_parameter(job, "seed", tree, "seed");
  tree["payload"] = job.tag;
  return tree;
}

// The first frame comes first, whatever order the customer named them in.
std::vector<const ReferenceFile*> order_pictures(const Job& job) {
  std::vector<const ReferenceFile*> pictures;
  for (const char* role : {"first_frame", "last_frame", "image"}) {
    for (const ReferenceFile* picture : references_of(job, role)) pictures.push_back(picture);
  }
  return pictures;
}

void write_pictures(BodyWriter& body, const Job& job) {
  const bool fits = inline_bytes(job) <= kMostInlineBytes;
  std::string_view before = "";
  for (const ReferenceFile* picture : order_pictures(job)) {
    body.text(before);
    if (fits) {
      write_inline(body, *picture);
    } else {
      write_link(body, *picture);
    }
    before = ",";
  }
}

// ---- the answers

struct Trouble {
  Fault fault = Fault::strange;
  std::string code;
};

Trouble read_code(std::string_view code) {
  return {find_fault(kRows, code).value_or(Fault::strange), print_word(code, "no_code")};
}

// Which member holds the code is told differently in different places.
Trouble read_trouble(const Answer& answer) {
  const json::object* document = find_document(answer);
  for (const char* name : {"reason", "err_code", "code"}) {
    const std::string_view code = document == nullptr ? std::string_view() : find_text(*document, name);
    if (code.empty()) continue;
    Trouble trouble = read_code(code);
    if (trouble.fault == Fault::strange) trouble.fault = find_fault(answer.status);
    return trouble;
  }
  return {find_fault(answer.status), fmt::format("http_{}", answer.status)};
}

Verdict read_creations(const json::object& document) {
  Completed completed;
  if (const json::array* creations = find_array(document, "creations")) {
    for (const json::value& creation : *creations) {
      const json::object* tree = creation.if_object();
      const std::string_view url = tree == nullptr ? std::string_view() : find_text(*tree, "url");
      if (!url.empty())
        completed.outputs.emplace_back(UrlOutput{std::string(url), "video/mp4", OutputRole::result, {}});
    }
  }
  return completed.outputs.empty() ? Verdict(Unreadable{"no film"}) : std::move(completed);
}

// A failed task gives its credits back, so one that failed for reasons that nobody knows may be tried again.
Verdict read_failure(const json::object& document) {
  const std::string_view code = find_text(document, "err_code");
  if (code == "UserCancelled") return JobFailed{false, std::string(code)};
  Trouble trouble = read_code(code);
  if (trouble.fault == Fault::strange) return JobFailed{true, std::move(trouble.code)};
  return judge_job(trouble.fault, std::move(trouble.code));
}

Verdict read_task(const json::object& document) {
  const std::string_view state = find_text(document, "state");
  if (state == "created" || state == "queueing" || state == "processing") return Pending{};
  if (state == "success") return read_creations(document);
  if (state == "failed") return read_failure(document);
  return Unreadable{fmt::format("state {}", print_word(state, "absent"))};
}

// ---- what is left

Request make_credits_request(const Job& job) {
  return make_request("GET", fmt::format("{}/credits", kPath), kScheme, job.api_key);
}

// Over all packages, which are spent one after the other.
Result<Balance> read_credits(const json::value& document) {
  const json::value* packages = json::find_at(document, "/remains");
  if (packages == nullptr || !packages->is_array()) return fail(Code::bad_json, "there are no remains in it");
  Decimal left;
  for (const json::value& package : packages->get_array()) {
    const auto amount = read_amount(package, "/credit_remain");
    const auto sum = amount ? add(left, *amount) : std::nullopt;
    if (!sum) return fail(Code::bad_json, "a package has no credit_remain");
    left = *sum;
  }
  return Balance{left, "credits"};
}

class ViduAdapter final : public Adapter {
 public:
  Result<Request> make_submit(const Job& job) const override {
    DR_TRY(check_job(job, {"size", "resolution", "duration", "generate_audio", "seed", "watermark"},
                     {"first_frame", "last_frame", "image"}));
    DR_TRY(check_one_output(job));
    const std::string_view endpoint = choose_endpoint(job);
    Request request = make_request("POST", fmt::format("{}/{}", kPath, endpoint), kScheme, job.api_key);
    BodyWriter body;
    body.text("{").text(print_members(make_members(job, endpoint)));
    if (!job.references.empty()) {
      body.text(R"(,"images":[)");
      write_pictures(body, job);
      body.text("]");
    }
    request.body = std::move(body.text("}")).finish();
    return request;
  }

  Verdict read_submit(const Answer& answer) const override {
    const json::object* document = find_document(answer);
    if (is_success(answer)) {
      std::string id = document == nullptr ? std::string() : find_job_id(*document, "task_id");
      return id.empty() ? Verdict(Unreadable{"no task id"}) : Accepted{std::move(id)};
    }
    Trouble trouble = read_trouble(answer);
    return judge_submit(trouble.fault, std::move(trouble.code), read_retry_after(answer.headers));
  }

  Request make_poll(const Job& job, const std::string& upstream_id) const override {
    return make_request("GET", fmt::format("{}/tasks/{}/creations", kPath, upstream_id), kScheme, job.api_key);
  }

  Verdict read_poll(const Job&, const std::string&, const Answer& answer) const override {
    const json::object* document = find_document(answer);
    if (is_success(answer) && document != nullptr) return read_task(*document);
    Trouble trouble = read_trouble(answer);
    return judge_poll(trouble.fault, std::move(trouble.code), read_retry_after(answer.headers));
  }

  std::optional<Request> make_cancel(const Job& job, const std::string& upstream_id) const override {
    Request request = make_request("POST", fmt::format("{}/tasks/{}/cancel", kPath, upstream_id), kScheme, job.api_key);
    request.body = std::move(BodyWriter().text(R"({"id":)").json_string(upstream_id).text("}")).finish();
    return request;
  }

  std::optional<Request> make_lookup(const Job& job) const override {
    return make_request("GET", fmt::format("{}/tasks?pager.page=0&pager.pagesz={}", kPath, kListed), kScheme,
                        job.api_key);
  }

  // A task is surely absent only from a list that ends before its page does.
  LookupVerdict read_lookup(const Job& job, const Answer& answer) const override {
    const json::object* document = find_document(answer);
    const json::array* tasks = is_success(answer) && document != nullptr ? find_array(*document, "tasks") : nullptr;
    if (tasks == nullptr) return JobUnclear{};
    for (const json::value& task : *tasks) {
      const json::object* entry = task.if_object();
      if (entry == nullptr || find_text(*entry, "payload") != job.tag) continue;
      std::string id = find_job_id(*entry, "id");
      return id.empty() ? LookupVerdict(JobUnclear{}) : JobFound{std::move(id)};
    }
    const bool complete = tasks->size() < kListed && find_text(*document, "next_page_token").empty();
    return complete ? LookupVerdict(JobAbsent{}) : JobUnclear{};
  }

  FreeCalls free_calls() const override {
    return {.make_probe = make_credits_request, .make_balance = make_credits_request, .read_balance = read_credits};
  }
};

}  // namespace

std::unique_ptr<const Adapter> make_vidu_adapter() { return std::make_unique<const ViduAdapter>(); }

}  // namespace darkroom::provider
