#include "provider/adapters/gemini_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "provider/adapters/google.h"
#include "provider/adapters/media_wire.h"

namespace darkroom::provider {
namespace {

// ---- the request

bool is_on(const Job& job, std::string_view name) { return json::get_bool(job.parameters, name); }

// The vendor's word for a size class; empty where it is what the model makes anyway. 2.5 makes nothing else and refuses
// the word; half a K is for 3.1 flash alone.
std::optional<std::string_view> find_image_size(std::string_view wire_model, const json::value& resolution) {
  if (resolution == "1K") return "";
  if (wire_model.starts_with("gemini-2.5")) return std::nullopt;
  if (resolution == "0.5K" && wire_model.starts_with("gemini-3.1-flash-image")) return "512";
  if (resolution == "2K") return "2K";
  if (resolution == "4K") return "4K";
  return std::nullopt;
}

bool is_ratio(const json::value& size) { return size.is_string() && std::string_view(size.get_string()).contains(':'); }

// Which routes to fall back to is the operator's choice and nothing that a vendor is told.
bool can_express(const Job& job, std::string_view name, const json::value& value) {
  if (name == "size") return value == "auto" || is_ratio(value);
  if (name == "resolution") return find_image_size(job.wire_model, value).has_value();
  if (name == "google_search" || name == "google_image_search") return value.is_bool();
  return name == "official_fallback";
}

// Pictures only, as a rule: words beside the picture would be paid for and thrown away, and a model that may answer in
// words sometimes does nothing else. With a search the vendor sends no picture unless words are allowed too.
void write_tools_and_modalities(const Job& job, BodyWriter& body) {
  const bool search = is_on(job, "google_search");
  const bool image_search = is_on(job, "google_image_search");
  if (image_search) {
    body.text(R"("tools":[{"googleSearch":{"searchTypes":{)");
    body.text(search ? R"("webSearch":{},"imageSearch":{}}}}],)" : R"("imageSearch":{}}}}],)");
  } else if (search) {
    body.text(R"("tools":[{"googleSearch":{}}],)");
  }
  body.text(R"("generationConfig":{"responseModalities":)");
  body.text(search || image_search ? R"(["TEXT","IMAGE"])" : R"(["IMAGE"])");
}

// Without a ratio the vendor follows the first reference.
void write_image_config(const Job& job, BodyWriter& body) {
  const json::value* size = json::find(job.parameters, "size");
  const json::value* resolution = json::find(job.parameters, "resolution");
  const bool has_ratio = size != nullptr && is_ratio(*size);
  const std::string_view image_size =
      resolution == nullptr ? "" : find_image_size(job.wire_model, *resolution).value_or("");
  if (!has_ratio && image_size.empty()) return;
  body.text(R"(,"imageConfig":{)");
  if (has_ratio) body.text(R"("aspectRatio":)").json_string(size->get_string());
  if (has_ratio && !image_size.empty()) body.text(",");
  if (!image_size.empty()) body.text(R"("imageSize":)").json_string(image_size);
  body.text("}");
}

// ---- the answer: HTTP 2xx

struct Parts {
  std::optional<PayloadOutput> image;  // the last that is no draft
  bool has_words = false;
};

// Drafts of a thinking model carry thought: true; some come without it, but they always stand before the final picture.
Parts read_parts(const json::object& candidate) {
  Parts parts;
  const json::object* content = find_object(candidate, "content");
  const json::array* entries = content == nullptr ? nullptr : find_array(*content, "parts");
  if (entries == nullptr) return parts;
  for (const json::value& entry : *entries) {
    const json::object* part = entry.if_object();
    if (part == nullptr || find_flag(*part, "thought")) continue;
    if (!find_text(*part, "text").empty()) parts.has_words = true;
    const json::object* data = find_object(*part, "inlineData");
    if (data == nullptr) continue;
    const std::string_view mime = find_text(*data, "mimeType");
    const auto payload = find_payload(*data, "data");
    if (payload && (mime.empty() || mime.starts_with("image/"))) {
      parts.image = PayloadOutput{*payload, std::string(mime.substr(0, 64))};
    }
  }
  return parts;
}

// How candidates without a picture end: content decisions, and among them those that are sometimes random.
constexpr std::array<std::string_view, 8> kRefusals{"IMAGE_SAFETY",     "IMAGE_PROHIBITED_CONTENT",
                                                    "IMAGE_RECITATION", "PROHIBITED_CONTENT",
                                                    "SAFETY",           "RECITATION",
                                                    "BLOCKLIST",        "SPII"};
constexpr std::array<std::string_view, 2> kDoubtfulRefusals{"IMAGE_OTHER", "NO_IMAGE"};

template <std::size_t n>
bool contains(const std::array<std::string_view, n>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

Verdict read_candidate(const json::object& candidate) {
  Parts parts = read_parts(candidate);
  if (parts.image) return Completed{{std::move(*parts.image)}};
  const std::string_view reason = find_text(candidate, "finishReason");
  if (contains(kRefusals, reason))
    return Refused{false, describe_refusal(reason, find_text(candidate, "finishMessage"))};
  if (contains(kDoubtfulRefusals, reason))
    return Refused{true, describe_refusal(reason, find_text(candidate, "finishMessage"))};
  // The model declined, or asked back, in words.
  if (reason == "STOP" && parts.has_words) return Refused{true, "text_only"};
  return Unreadable{fmt::format("no picture, finish reason {}", print_word(reason, "absent"))};
}

Verdict read_success(const json::object& document) {
  const json::array* candidates = find_array(document, "candidates");
  if (candidates != nullptr && !candidates->empty()) {
    const json::object* first = candidates->front().if_object();
    return first == nullptr ? Verdict(Unreadable{"the candidate is no object"}) : read_candidate(*first);
  }
  if (const json::object* feedback = find_object(document, "promptFeedback")) {
    const std::string_view reason = find_text(*feedback, "blockReason");
    if (!reason.empty()) return Refused{false, describe_refusal(reason, find_text(*feedback, "blockReasonMessage"))};
  }
  return Unreadable{"no candidates"};
}

}  // namespace

Result<std::vector<BodyPart>> make_gemini_body(const Job& job) {
  DR_TRY(check_parameters(job, can_express));
  BodyWriter body;
  body.text(R"({"contents":[{"role":"user","parts":[{"text":)").json_string(job.prompt).text("}");
  for (const ReferenceFile& reference : job.references) {
    body.text(R"(,{"inlineData":{"mimeType":)").json_string(reference.mime).text(R"(,"data":")");
    body.base64_of(reference.blob).text(R"("}})");
  }
  body.text("]}],");
  write_tools_and_modalities(job, body);
  write_image_config(job, body);
  body.text("}}");
  return std::move(body).finish();
}

Verdict read_gemini_answer(const Answer& answer) {
  if (!is_success(answer)) {
    GoogleError error = read_google_error(answer);
    return judge_submit(error.fault, std::move(error.reason), error.after);
  }
  const json::object* document = find_google_document(answer);
  if (document == nullptr) return Unreadable{answer.is_json ? "the answer is no JSON object" : "not JSON"};
  return read_success(*document);
}

}  // namespace darkroom::provider
