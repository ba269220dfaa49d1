#include "provider/adapters/dashscope.h"

#include <fmt/format.h>

#include <algorithm>

#include "provider/adapters/faults.h"
#include "provider/adapters/media_wire.h"
#include "provider/free_calls.h"

namespace darkroom::provider {
namespace {

constexpr std::string_view kSubmitPath = "/api/v1/services/aigc/video-generation/video-synthesis";
constexpr std::string_view kTasks = "/api/v1/tasks";

constexpr FaultRow kRows[] = {
    {"DataInspectionFailed", Fault::content},
    {"data_inspection_failed", Fault::content},
    {"IPInfringementSuspect", Fault::content},
    // InvalidParameter.DataInspection among them: media that could not be fetched.
    {"InvalidParameter", Fault::request},
    {"InvalidURL", Fault::request},
    {"UnsupportedOperation", Fault::request},
    {"Arrearage", Fault::key},
    {"InvalidApiKey", Fault::key},
    {"AccessDenied", Fault::key},
    {"Model.AccessDenied", Fault::model},
    {"ModelNotFound", Fault::model},
    {"Throttling", Fault::quota},
    {"InternalError", Fault::overload},
    {"ServiceUnavailable", Fault::overload},
};

// ---- the request

// Three families of models share the calls and differ in words.
enum class Family : std::uint8_t { happyhorse, wan_2, wan_3 };

Family find_family(std::string_view model) {
  if (model.starts_with("wan3")) return Family::wan_3;
  return model.starts_with("wan") ? Family::wan_2 : Family::happyhorse;
}

enum class Task : std::uint8_t { text, frames, references, edit };

Task find_task(const Job& job) {
  if (job.wire_model.find("-video-edit") != std::string::npos) return Task::edit;
  if (find_reference(job, "first_frame") != nullptr || find_reference(job, "last_frame") != nullptr) {
    return Task::frames;
  }
  const bool follows = find_reference(job, "image") != nullptr || find_reference(job, "video") != nullptr;
  return follows ? Task::references : Task::text;
}

std::string_view media_type(Family family, const ReferenceFile& reference) {
  if (reference.role == "image") return "reference_image";
  if (reference.role == "video") return family == Family::happyhorse ? "video" : "reference_video";
  if (reference.role == "audio") return family == Family::wan_3 ? "reference_audio" : "driving_audio";
  return reference.role;
}

Status check(const Job& job) {
  switch (find_family(job.wire_model)) {
    case Family::happyhorse:
      return check_job(job, {"size", "resolution", "duration", "watermark", "seed", "audio_setting"},
                       {"first_frame", "image", "video"});
    case Family::wan_2:
      return check_job(job,
                       {"size", "resolution", "duration", "watermark", "seed", "negative_prompt", "enhance_prompt"},
                       {"first_frame", "last_frame", "image", "video", "audio"});
    case Family::wan_3: break;
  }
  return check_job(job, {"size", "resolution", "duration", "watermark", "seed", "generate_audio"},
                   {"first_frame", "last_frame", "image", "video", "audio"});
}

// "720P": the vendor's P is a capital.
std::string upper_case(std::string_view text) {
  std::string upper(text);
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return upper;
}

json::object make_parameters(const Job& job) {
  const Family family = find_family(job.wire_model);
  const Task task = find_task(job);
  json::object tree;
  const std::string_view resolution = text_parameter(job, "resolution");
  if (!resolution.empty()) tree["resolution"] = upper_case(resolution);
  // A film that starts with a picture has its shape; an edited one has the shape and the length of what it was. The
  // newest family takes a ratio for everything, "adaptive" among them.
  const bool has_shape = family == Family::wan_3 || task == Task::text || task == Task::references;
  const std::string_view size = text_parameter(job, "size");
  const bool is_open = size == "auto" || (size == "adaptive" && family != Family::wan_3);
  if (has_shape && !size.empty() && !is_open) tree["ratio"] = size;
  if (task != Task::edit) copy_parameter(job, "duration", tree, "duration");
  if (task == Task::edit) copy_parameter(job, "audio_setting", tree, "audio_setting");
  copy_parameter(job, "generate_audio", tree, "audio");
  copy_parameter(job, "enhance_prompt", tree, "prompt_extend");
  if (json::get_int(job.parameters, "seed", -1) >= 0) copy_parameter(job, "seed", tree, "seed");
  // The default differs from family to family, and true is what nobody wants.
  tree["watermark"] = json::get_bool(job.parameters, "watermark");
  return tree;
}

void write_media(BodyWriter& body, const Job& job) {
  const Family family = find_family(job.wire_model);
  std::string_view before = R"("media":[)";
  for (const ReferenceFile& reference : job.references) {
    body.text(before).text(fmt::format(R"({{"type":"{}","url":)", media_type(family, reference)));
    // Films are taken by link only, and sounds are as long.
    if (reference.role == "video" || reference.role == "audio") {
      write_link(body, reference);
    } else {
      write_inline(body, reference);
    }
    body.text("}");
    before = ",";
  }
  body.text("]");
}

void write_input(BodyWriter& body, const Job& job) {
  json::object words;
  if (!job.prompt.empty()) words["prompt"] = job.prompt;
  copy_parameter(job, "negative_prompt", words, "negative_prompt");
  // The sound under a film that is made from words alone is no medium to follow.
  const ReferenceFile* sound = find_task(job) == Task::text ? find_reference(job, "audio") : nullptr;
  if (sound != nullptr && find_family(job.wire_model) == Family::wan_2) words["audio_url"] = sound->url;
  const bool has_media = !job.references.empty() && !words.contains("audio_url");
  body.text(print_members(words));
  if (!has_media) return;
  if (!words.empty()) body.text(",");
  write_media(body, job);
}

// ---- the answers

struct Trouble {
  Fault fault = Fault::strange;
  std::string code;
};

Trouble read_code(const json::object& tree) {
  const std::string_view code = find_text(tree, "code");
  return {find_fault(kRows, code).value_or(Fault::strange), print_word(code, "no_code")};
}

Trouble read_trouble(const Answer& answer) {
  const json::object* document = find_document(answer);
  if (document == nullptr || find_text(*document, "code").empty()) {
    return {find_fault(answer.status), fmt::format("http_{}", answer.status)};
  }
  Trouble trouble = read_code(*document);
  if (trouble.fault == Fault::strange) trouble.fault = find_fault(answer.status);
  return trouble;
}

// Failed tasks are not paid for, so one that failed for reasons that nobody knows may be tried again.
Verdict read_failure(const json::object& output) {
  Trouble trouble = read_code(output);
  if (trouble.fault == Fault::strange) return JobFailed{true, std::move(trouble.code)};
  return judge_job(trouble.fault, std::move(trouble.code));
}

Verdict read_task(const json::object& output) {
  const std::string_view status = find_text(output, "task_status");
  if (status == "PENDING" || status == "RUNNING") return Pending{};
  if (status == "FAILED") return read_failure(output);
  if (status == "CANCELED") return JobFailed{false, std::string(status)};
  // Of a task that is older than a day, or never was.
  if (status == "UNKNOWN") return JobFailed{true, std::string(status)};
  if (status != "SUCCEEDED") return Unreadable{fmt::format("status {}", print_word(status, "absent"))};
  const std::string_view url = find_text(output, "video_url");
  if (url.empty()) return Unreadable{"no film"};
  return Completed{{UrlOutput{std::string(url), "video/mp4", OutputRole::result, {}}}};
}

const json::object* find_output(const Answer& answer) {
  const json::object* document = find_document(answer);
  return is_success(answer) && document != nullptr ? find_object(*document, "output") : nullptr;
}

class DashscopeAdapter final : public Adapter {
 public:
  Result<Request> make_submit(const Job& job) const override {
    DR_TRY(check(job));
    DR_TRY(check_one_output(job));
    Request request = make_request("POST", std::string(kSubmitPath), "Bearer", job.api_key);
    request.headers.push_back({"X-DashScope-Async", Secret("enable")});
    BodyWriter body;
    body.text(R"({"model":)").json_string(job.wire_model).text(R"(,"input":{)");
    write_input(body, job);
    body.text(R"(},"parameters":)").text(json::print(make_parameters(job))).text("}");
    request.body = std::move(body).finish();
    return request;
  }

  Verdict read_submit(const Answer& answer) const override {
    if (is_success(answer)) {
      const json::object* output = find_output(answer);
      std::string id = output == nullptr ? std::string() : find_job_id(*output, "task_id");
      return id.empty() ? Verdict(Unreadable{"no task id"}) : Accepted{std::move(id)};
    }
    Trouble trouble = read_trouble(answer);
    return judge_submit(trouble.fault, std::move(trouble.code), read_retry_after(answer.headers));
  }

  Request make_poll(const Job& job, const std::string& upstream_id) const override {
    return make_request("GET", fmt::format("{}/{}", kTasks, upstream_id), "Bearer", job.api_key);
  }

  Verdict read_poll(const Job&, const std::string&, const Answer& answer) const override {
    if (const json::object* output = find_output(answer)) return read_task(*output);
    Trouble trouble = read_trouble(answer);
    return judge_poll(trouble.fault, std::move(trouble.code), read_retry_after(answer.headers));
  }

  std::optional<Request> make_cancel(const Job& job, const std::string& upstream_id) const override {
    return make_request("POST", fmt::format("{}/{}/cancel", kTasks, upstream_id), "Bearer", job.api_key);
  }

  std::optional<Request> make_lookup(const Job& job) const override {
    return make_request("GET", fmt::format("{}/?model_name={}&page_no=1&page_size=1", kTasks, job.wire_model), "Bearer",
                        job.api_key);
  }

  // An entry of the list has nothing by which a task could be known as ours: only a list without any entry speaks.
  LookupVerdict read_lookup(const Job&, const Answer& answer) const override {
    const json::object* document = find_document(answer);
    const bool none = is_success(answer) && document != nullptr && json::get_int(*document, "total", -1) == 0;
    return none ? LookupVerdict(JobAbsent{}) : JobUnclear{};
  }

  FreeCalls free_calls() const override {
    return {.make_probe = [](const Job& job) {
      return make_request("GET", fmt::format("{}/?page_no=1&page_size=1", kTasks), "Bearer", job.api_key);
    }};
  }
};

}  // namespace

std::unique_ptr<const Adapter> make_dashscope_adapter() { return std::make_unique<const DashscopeAdapter>(); }

}  // namespace darkroom::provider
