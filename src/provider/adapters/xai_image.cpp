#include "provider/adapters/xai_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "provider/adapters/media_wire.h"
#include "provider/adapters/xai_wire.h"
#include "provider/free_calls.h"

namespace darkroom::provider {
namespace {

constexpr std::string_view kPath = "/v1/images";
constexpr std::array<std::string_view, 14> kRatios{"1:1",    "3:4",    "4:3",  "9:16", "16:9", "2:3", "3:2",
                                                   "9:19.5", "19.5:9", "9:20", "20:9", "1:2",  "2:1", "auto"};

// ---- the request

// The vendor's word for a size class; empty where it has none.
std::string_view find_class(std::string_view resolution) {
  if (http::equals_ignoring_case(resolution, "1k")) return "1k";
  return http::equals_ignoring_case(resolution, "2k") ? "2k" : "";
}

// What pictures are made as is the vendor's choice.
bool can_express(const Job&, std::string_view name, const json::value& value) {
  if (!value.is_string()) return false;
  const std::string_view text = value.get_string();
  if (name == "size") return std::ranges::find(kRatios, text) != kRatios.end();
  if (name == "resolution") return !find_class(text).empty();
  return name == "quality" && (text == "auto" || text == "low" || text == "medium" || text == "high");
}

json::object make_members(const Job& job) {
  json::object tree{
      {"model", job.wire_model}, {"prompt", job.prompt}, {"n", job.outputs}, {"response_format", "b64_json"}};
  // Without a ratio the vendor follows the first picture.
  copy_parameter(job, "size", tree, "aspect_ratio");
  const std::string_view resolution = text_parameter(job, "resolution");
  if (!resolution.empty()) tree["resolution"] = find_class(resolution);
  const std::string_view quality = text_parameter(job, "quality");
  if (!quality.empty() && quality != "auto") tree["quality"] = quality;
  return tree;
}

// One picture is "image", several are "images".
void write_pictures(BodyWriter& body, const Job& job) {
  const bool is_one = job.references.size() == 1;
  std::string_view before = is_one ? R"(,"image":)" : R"(,"images":[)";
  for (const ReferenceFile& reference : job.references) {
    body.text(before).text(R"({"type":"image_url","url":)");
    write_inline(body, reference);
    body.text("}");
    before = ",";
  }
  if (!is_one) body.text("]");
}

// ---- the answer

// Nothing for one that moderation has withheld, whose link is missing or blank.
std::optional<OutputSource> read_picture(const json::object& entry) {
  const std::string mime(find_text(entry, "mimeType").substr(0, 64));
  if (const auto payload = find_payload(entry, "b64_json")) return PayloadOutput{*payload, mime};
  const std::string_view url = find_text(entry, "url");
  if (!url.starts_with("https://") && !url.starts_with("http://")) return std::nullopt;
  return UrlOutput{std::string(url), mime, OutputRole::result, {}};
}

// Pictures that were withheld are missing from the delivery; if nothing is left it is a refusal.
Verdict read_pictures(const json::object& document) {
  Completed completed;
  bool withheld = false;
  if (const json::array* entries = find_array(document, "data")) {
    for (const json::value& value : *entries) {
      const json::object* entry = value.if_object();
      if (entry == nullptr) continue;
      const json::value* respected = json::find(*entry, "respect_moderation");
      const bool is_withheld = respected != nullptr && *respected == false;
      withheld = withheld || is_withheld;
      auto picture = is_withheld ? std::nullopt : read_picture(*entry);
      if (picture) completed.outputs.push_back(std::move(*picture));
    }
  }
  if (!completed.outputs.empty()) return completed;
  return withheld ? Verdict(Refused{false, "respect_moderation"}) : Unreadable{"no picture in the data"};
}

class XaiImageAdapter final : public Adapter {
 public:
  Result<Request> make_submit(const Job& job) const override {
    DR_TRY(check_parameters(job, can_express));
    for (const ReferenceFile& reference : job.references) {
      if (reference.role == "image") continue;
      return fail(Code::invalid_parameter, "this route takes pictures only", reference.role);
    }
    const bool is_edit = !job.references.empty();
    Request request =
        make_request("POST", fmt::format("{}/{}", kPath, is_edit ? "edits" : "generations"), "Bearer", job.api_key);
    BodyWriter body;
    body.text("{").text(print_members(make_members(job)));
    if (is_edit) write_pictures(body, job);
    request.body = std::move(body.text("}")).finish();
    return request;
  }

  Verdict read_submit(const Answer& answer) const override {
    const json::object* document = find_document(answer);
    if (is_success(answer)) return document == nullptr ? Verdict(Unreadable{"not JSON"}) : read_pictures(*document);
    XaiTrouble trouble = read_xai_trouble(answer);
    return judge_submit(trouble.fault, std::move(trouble.code), read_retry_after(answer.headers));
  }

  std::vector<std::string> payload_members() const override { return {"b64_json"}; }

  FreeCalls free_calls() const override {
    return {.make_probe = [](const Job& job) { return make_request("GET", "/v1/models", "Bearer", job.api_key); }};
  }
};

}  // namespace

std::unique_ptr<const Adapter> make_xai_image_adapter() { return std::make_unique<const XaiImageAdapter>(); }

}  // namespace darkroom::provider
