#include "provider/adapters/xai_video.h"

#include <fmt/format.h>

#include "provider/adapters/media_wire.h"
#include "provider/adapters/xai_wire.h"
#include "provider/free_calls.h"

namespace darkroom::provider {
namespace {

constexpr std::string_view kPath = "/v1/videos";
// The vendor's pages disagree on its own default, so a length is always sent.
constexpr int kDefaultSeconds = 6;
// Of the vendor's own pages; what is sold under the model's name elsewhere goes further.
constexpr std::int64_t kLongestSeconds = 15;

constexpr FaultRow kRows[] = {
    {"internal_error", Fault::overload},    {"service_unavailable", Fault::overload},
    {"deadline_exceeded", Fault::overload}, {"timeout", Fault::overload},
    {"rate_limit_exceeded", Fault::quota},  {"resource_exhausted", Fault::quota},
    {"invalid_argument", Fault::request},
};

// ---- the request

bool is_edit(const Job& job) { return find_reference(job, "video") != nullptr; }

json::object make_members(const Job& job) {
  json::object tree;
  tree["model"] = job.wire_model;
  if (!job.prompt.empty()) tree["prompt"] = job.prompt;
  // An edited film keeps its length and its shape.
  if (is_edit(job)) return tree;
  tree["duration"] = kDefaultSeconds;
  copy_parameter(job, "duration", tree, "duration");
  copy_parameter(job, "resolution", tree, "resolution");
  copy_parameter(job, "generate_audio", tree, "generate_audio");
  // With pictures the film has their shape.
  const std::string_view size = text_parameter(job, "size");
  if (job.references.empty() && !size.empty() && size != "auto" && size != "adaptive") tree["aspect_ratio"] = size;
  return tree;
}

void write_one(BodyWriter& body, std::string_view name, const ReferenceFile& reference) {
  body.text(fmt::format(R"(,"{}":{{"url":)", name));
  write_inline(body, reference);
  body.text("}");
}

void write_list(BodyWriter& body, std::string_view name, const std::vector<const ReferenceFile*>& references) {
  if (references.empty()) return;
  body.text(fmt::format(R"(,"{}":)", name));
  std::string_view before = "[";
  for (const ReferenceFile* reference : references) {
    body.text(before).text(R"({"url":)");
    write_inline(body, *reference);
    body.text("}");
    before = ",";
  }
  body.text("]");
}

// A single picture is what the film starts with; several, or what a mode calls references, are to be followed. The
// vendor takes one or the other.
void write_references(BodyWriter& body, const Job& job) {
  if (const ReferenceFile* film = find_reference(job, "video")) {
    body.text(R"(,"video":{"url":)");
    write_link(body, *film);
    body.text("}");
  }
  const std::vector<const ReferenceFile*> images = references_of(job, "image");
  const bool starts_with_it = images.size() == 1 && !job.mode.starts_with("reference");
  if (starts_with_it) write_one(body, "image", *images.front());
  if (const ReferenceFile* frame = find_reference(job, "first_frame")) write_one(body, "image", *frame);
  if (const ReferenceFile* frame = find_reference(job, "last_frame")) write_one(body, "last_frame", *frame);
  if (!starts_with_it) write_list(body, "reference_images", images);
  write_list(body, "reference_audios", references_of(job, "audio"));
}

// ---- the answers

Verdict read_film(const json::object& document) {
  const json::object* video = find_object(document, "video");
  if (video == nullptr) return Unreadable{"no film"};
  const json::value* respected = json::find(*video, "respect_moderation");
  if (respected != nullptr && *respected == false) return Refused{false, "respect_moderation"};
  const std::string_view url = find_text(*video, "url");
  if (url.empty()) return Unreadable{"no film"};
  return Completed{{UrlOutput{std::string(url), "video/mp4", OutputRole::result, {}}}};
}

Verdict read_failure(const json::object& document) {
  const XaiWords words = read_xai_words(document);
  if (is_xai_refusal(words)) return Refused{false, "content_moderation"};
  return judge_job(find_fault(kRows, words.code).value_or(Fault::strange), print_word(words.code, "failed"));
}

Verdict read_request(const json::object& document) {
  const std::string_view status = find_text(document, "status");
  if (status == "pending") return Pending{};
  if (status == "failed") return read_failure(document);
  if (status == "expired") return JobFailed{true, "expired"};
  // Some answers have the film and no status.
  if (status == "done" || status.empty()) return read_film(document);
  return Unreadable{fmt::format("status {}", print_word(status, "strange"))};
}

class XaiVideoAdapter final : public Adapter {
 public:
  Result<Request> make_submit(const Job& job) const override {
    DR_TRY(check_job(job, {"size", "resolution", "duration", "generate_audio"},
                     {"image", "first_frame", "last_frame", "video", "audio"}));
    DR_TRY(check_one_output(job));
    Request request = make_request("POST", fmt::format("{}/{}", kPath, is_edit(job) ? "edits" : "generations"),
                                   "Bearer", job.api_key);
    BodyWriter body;
    body.text("{").text(print_members(make_members(job)));
    write_references(body, job);
    request.body = std::move(body.text("}")).finish();
    return request;
  }

  Status check_range(const Job& job) const override {
    if (json::get_int(job.parameters, "duration") <= kLongestSeconds) return {};
    return fail(Code::invalid_parameter, "the vendor's pages name 15 seconds at most", "duration");
  }

  Verdict read_submit(const Answer& answer) const override {
    const json::object* document = find_document(answer);
    if (is_success(answer)) {
      std::string id = document == nullptr ? std::string() : find_job_id(*document, "request_id");
      return id.empty() ? Verdict(Unreadable{"no request id"}) : Accepted{std::move(id)};
    }
    XaiTrouble trouble = read_xai_trouble(answer);
    return judge_submit(trouble.fault, std::move(trouble.code), read_retry_after(answer.headers));
  }

  Request make_poll(const Job& job, const std::string& upstream_id) const override {
    return make_request("GET", fmt::format("{}/{}", kPath, upstream_id), "Bearer", job.api_key);
  }

  Verdict read_poll(const Job&, const std::string&, const Answer& answer) const override {
    // Not ready; the body may be empty.
    if (answer.status == 202) return Pending{};
    const json::object* document = find_document(answer);
    if (is_success(answer) && document != nullptr) return read_request(*document);
    XaiTrouble trouble = read_xai_trouble(answer);
    return judge_poll(trouble.fault, std::move(trouble.code), read_retry_after(answer.headers));
  }

  FreeCalls free_calls() const override {
    return {.make_probe = [](const Job& job) { return make_request("GET", "/v1/models", "Bearer", job.api_key); }};
  }
};

}  // namespace

std::unique_ptr<const Adapter> make_xai_video_adapter() { return std::make_unique<const XaiVideoAdapter>(); }

}  // namespace darkroom::provider
