#include "provider/adapters/ark_video.h"

#include <fmt/format.h>

#include "provider/adapters/ark_wire.h"
#include "provider/adapters/media_wire.h"
#include "provider/free_calls.h"

namespace darkroom::provider {
namespace {

constexpr std::string_view kTasks = "/contents/generations/tasks";
constexpr std::uint64_t kMostInlineBytes = 60 << 20;  // of the 64 MB that a body may have
constexpr std::size_t kListed = 100;

// ---- our mark on a task

// The vendor carries no word of ours along, but its list repeats a task's seed and its lifetime. So a call chooses both
// by its tag: the seed, unless the customer has chosen one, and the lifetime anywhere within the second day, far beyond
// any wait of ours. A list entry that has both is ours.
struct Mark {
  std::uint64_t seed = 0;
  std::int64_t lifetime_seconds = 0;
};
constexpr std::int64_t kDaySeconds = 86'400;

// FNV-1a: spreads, and is the same in every release, since a look-up may come after an upgrade.
std::uint64_t hash_tag(std::string_view tag) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : tag) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001B3ULL;
  return hash ^ hash >> 29;
}

Mark make_mark(const Job& job) {
  const std::uint64_t hash = hash_tag(job.tag);
  const std::int64_t chosen = json::get_int(job.parameters, "seed", -1);
  return {chosen >= 0 ? static_cast<std::uint64_t>(chosen) : hash & 0xFFFF'FFFFU,
          kDaySeconds + static_cast<std::int64_t>((hash >> 32) % kDaySeconds)};
}

// ---- the request

// The 1.x models read options such as "--rs 1080p" out of the prompt, where they are the customer's words and were not
// paid for: a dash of another kind reads the same to people and means nothing to the vendor.
std::string write_prompt(const Job& job) {
  std::string prompt = job.prompt;
  if (job.wire_model.find("seedance-1-") == std::string::npos) return prompt;
  constexpr std::string_view kDash = "\u2014";
  for (std::size_t at = prompt.find("--"); at != std::string::npos; at = prompt.find("--", at + kDash.size())) {
    prompt.replace(at, 2, kDash);
  }
  return prompt;
}

std::string_view content_type(const ReferenceFile& reference) {
  if (reference.role == "video") return "video_url";
  return reference.role == "audio" ? "audio_url" : "image_url";
}

// A single picture is what the film starts with, as it is with the vendor; several are to be followed.
std::string_view content_role(const Job& job, const ReferenceFile& reference) {
  if (reference.role == "video") return "reference_video";
  if (reference.role == "audio") return "reference_audio";
  if (reference.role != "image") return reference.role;
  return job.references.size() == 1 && job.mode == "image-to-video" ? "first_frame" : "reference_image";
}

void write_content(BodyWriter& body, const Job& job) {
  std::string_view before = "";
  if (!job.prompt.empty()) {
    body.text(R"({"type":"text","text":)").json_string(write_prompt(job)).text("}");
    before = ",";
  }
  const bool fits = inline_bytes(job) <= kMostInlineBytes;
  for (const ReferenceFile& reference : job.references) {
    const std::string_view type = content_type(reference);
    body.text(fmt::format(R"({}{{"type":"{}","{}":{{"url":)", before, type, type));
    if (fits && reference.role != "video") {
      write_inline(body, reference);
    } else {
      write_link(body, reference);
    }
    body.text(fmt::format(R"(}},"role":"{}"}})", content_role(job, reference)));
    before = ",";
  }
}

// The vendor's default ratio depends on model and mode, so one is always sent.
std::string choose_ratio(const Job& job) {
  const std::string_view size = text_parameter(job, "size");
  if (size == "auto") return "adaptive";
  if (!size.empty()) return std::string(size);
  return job.references.empty() ? "16:9" : "adaptive";
}

json::object make_members(const Job& job) {
  json::object tree;
  tree["model"] = job.wire_model;
  tree["ratio"] = choose_ratio(job);
  for (const char* name : {"resolution", "duration", "generate_audio", "watermark", "return_last_frame"}) {
    copy_parameter(job, name, tree, name);
  }
  if (json::get_bool(job.parameters, "web_search")) {
    tree["tools"] = json::array{json::object{{"type", "web_search"}}};
  }
  const Mark mark = make_mark(job);
  tree["seed"] = mark.seed;
  tree["execution_expires_after"] = mark.lifetime_seconds;
  return tree;
}

// ---- the answers

Verdict read_result(const json::object& document) {
  const json::object* content = find_object(document, "content");
  const std::string_view film = content == nullptr ? std::string_view() : find_text(*content, "video_url");
  if (film.empty()) return Unreadable{"no film"};
  Completed completed;
  completed.outputs.emplace_back(UrlOutput{std::string(film), "video/mp4", OutputRole::result, {}});
  const std::string_view frame = find_text(*content, "last_frame_url");
  if (!frame.empty()) {
    completed.outputs.emplace_back(UrlOutput{std::string(frame), "image/png", OutputRole::last_frame, {}});
  }
  return completed;
}

Verdict read_failure(const json::object& document) {
  const json::object* error = find_object(document, "error");
  if (error == nullptr) return JobFailed{true, "failed"};
  const ArkError facts = read_ark_error(*error);
  // Failed tasks are not paid for, so one that failed for reasons that nobody knows may be tried again.
  return facts.fault == Fault::strange ? Verdict(JobFailed{true, facts.code}) : judge_job(facts.fault, facts.code);
}

Verdict read_task(const json::object& document) {
  const std::string_view status = find_text(document, "status");
  if (status == "queued" || status == "running") return Pending{};
  if (status == "succeeded") return read_result(document);
  if (status == "failed") return read_failure(document);
  if (status == "expired") return JobFailed{true, "expired"};
  if (status == "cancelled") return JobFailed{false, "cancelled"};
  return Unreadable{fmt::format("status {}", print_word(status, "absent"))};
}

bool is_ours(const json::object& entry, const Mark& mark) {
  const json::value* seed = json::find(entry, "seed");
  return seed != nullptr && *seed == json::value(mark.seed) &&
         json::get_int(entry, "execution_expires_after") == mark.lifetime_seconds;
}

class ArkVideoAdapter final : public Adapter {
 public:
  Result<Request> make_submit(const Job& job) const override {
    DR_TRY(check_job(
        job,
        {"size", "resolution", "duration", "generate_audio", "watermark", "return_last_frame", "seed", "web_search"},
        {"image", "first_frame", "last_frame", "video", "audio"}));
    DR_TRY(check_one_output(job));
    Request request = make_request("POST", fmt::format("{}{}", kArkPath, kTasks), "Bearer", job.api_key);
    BodyWriter body;
    body.text("{").text(print_members(make_members(job))).text(R"(,"content":[)");
    write_content(body, job);
    body.text("]}");
    request.body = std::move(body).finish();
    return request;
  }

  Verdict read_submit(const Answer& answer) const override {
    const json::object* document = find_document(answer);
    if (is_success(answer) && document != nullptr && find_object(*document, "error") == nullptr) {
      std::string id = find_job_id(*document, "id");
      return id.empty() ? Verdict(Unreadable{"no task id"}) : Accepted{std::move(id)};
    }
    const ArkError error = read_ark_error(answer);
    return judge_submit(error.fault, error.code, error.after);
  }

  Request make_poll(const Job& job, const std::string& upstream_id) const override {
    return make_request("GET", fmt::format("{}{}/{}", kArkPath, kTasks, upstream_id), "Bearer", job.api_key);
  }

  Verdict read_poll(const Job&, const std::string&, const Answer& answer) const override {
    const json::object* document = find_document(answer);
    if (is_success(answer) && document != nullptr) return read_task(*document);
    const ArkError error = read_ark_error(answer);
    return judge_poll(error.fault, error.code, error.after);
  }

  // Takes a queued task out of the queue; refused for a running one, which the vendor finishes. What status and code
  // the refusal has is told differently in different places, and nothing depends on it.
  std::optional<Request> make_cancel(const Job& job, const std::string& upstream_id) const override {
    return make_request("DELETE", fmt::format("{}{}/{}", kArkPath, kTasks, upstream_id), "Bearer", job.api_key);
  }

  std::optional<Request> make_lookup(const Job& job) const override {
    return make_request("GET", fmt::format("{}{}?page_num=1&page_size={}", kArkPath, kTasks, kListed), "Bearer",
                        job.api_key);
  }

  // The list has no promised order, so a task is surely absent only from a list that is complete.
  LookupVerdict read_lookup(const Job& job, const Answer& answer) const override {
    const json::object* document = find_document(answer);
    const json::array* items = is_success(answer) && document != nullptr ? find_array(*document, "items") : nullptr;
    if (items == nullptr) return JobUnclear{};
    const Mark mark = make_mark(job);
    for (const json::value& item : *items) {
      const json::object* entry = item.if_object();
      if (entry == nullptr || !is_ours(*entry, mark)) continue;
      std::string id = find_job_id(*entry, "id");
      return id.empty() ? LookupVerdict(JobUnclear{}) : JobFound{std::move(id)};
    }
    const std::int64_t total = json::get_int(*document, "total", -1);
    const bool complete = total >= 0 && total <= static_cast<std::int64_t>(items->size());
    return complete ? LookupVerdict(JobAbsent{}) : JobUnclear{};
  }

  FreeCalls free_calls() const override {
    return {.make_probe = [](const Job& job) { return make_ark_probe(job); }};
  }
};

}  // namespace

std::unique_ptr<const Adapter> make_ark_video_adapter() { return std::make_unique<const ArkVideoAdapter>(); }

}  // namespace darkroom::provider
