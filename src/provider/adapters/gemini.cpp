#include "provider/adapters/gemini.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "provider/adapters/wire.h"

namespace darkroom::provider {
namespace {

// A daily quota is given back at the vendor's midnight, whatever RetryInfo says; asking once an hour finds that out.
constexpr milliseconds kDailyQuotaRest = std::chrono::hours(1);

// ---- the request

// What the catalogue may promise for these models. Resolution 1K is all that the vendor makes here, so nothing is sent
// for it; which routes to fall back to is the operator's choice.
bool can_express(std::string_view name, const json::value& value) {
  if (name == "size") return value.is_string();
  if (name == "resolution") return value == "1K";
  return name == "official_fallback";
}

Status check_parameters(const json::object& parameters) {
  for (const auto& [name, value] : parameters) {
    if (can_express(name, value)) continue;
    return fail(Code::invalid_parameter, fmt::format("this route cannot express {}", std::string_view(name)),
                std::string(name));
  }
  return {};
}

std::vector<BodyPart> make_body(const Job& job) {
  BodyWriter body;
  body.text(R"({"contents":[{"role":"user","parts":[{"text":)").json_string(job.prompt).text("}");
  for (const ReferenceFile& reference : job.references) {
    body.text(R"(,{"inlineData":{"mimeType":)").json_string(reference.mime).text(R"(,"data":")");
    body.base64_of(reference.blob).text(R"("}})");
  }
  // Pictures only: words beside the picture would be paid for and thrown away, and a model that may answer in words
  // sometimes does nothing else.
  body.text(R"(]}],"generationConfig":{"responseModalities":["IMAGE"])");
  if (const json::value* size = json::find(job.parameters, "size")) {
    body.text(R"(,"imageConfig":{"aspectRatio":)").json_string(size->get_string()).text("}");
  }
  body.text("}}");
  return std::move(body).finish();
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
  if (contains(kRefusals, reason)) return Refused{false, std::string(reason)};
  if (contains(kDoubtfulRefusals, reason)) return Refused{true, std::string(reason)};
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
    if (!reason.empty()) return Refused{false, print_word(reason, "blocked")};
  }
  return Unreadable{"no candidates"};
}

// ---- the answer: errors

struct ErrorFacts {
  std::string status;                 // "RESOURCE_EXHAUSTED", or "http_503" without one
  std::optional<milliseconds> after;  // the longer of RetryInfo and Retry-After
  bool key_is_invalid = false;
  bool daily_quota = false;
};

void read_detail(const json::object& detail, ErrorFacts& facts) {
  const std::string_view type = find_text(detail, "@type");
  if (type.ends_with("google.rpc.ErrorInfo")) {
    if (find_text(detail, "reason") == "API_KEY_INVALID") facts.key_is_invalid = true;
  } else if (type.ends_with("google.rpc.RetryInfo")) {
    facts.after = std::max(facts.after, parse_duration(find_text(detail, "retryDelay")));
  } else if (type.ends_with("google.rpc.QuotaFailure")) {
    const json::array* violations = find_array(detail, "violations");
    if (violations == nullptr) return;
    for (const json::value& violation : *violations) {
      const json::object* tree = violation.if_object();
      if (tree != nullptr && find_text(*tree, "quotaId").find("PerDay") != std::string_view::npos) {
        facts.daily_quota = true;
      }
    }
  }
}

// `document` may be null: proxies answer with pages of their own.
ErrorFacts read_error_facts(const Answer& answer, const json::object* document) {
  ErrorFacts facts;
  facts.status = fmt::format("http_{}", answer.status);
  facts.after = read_retry_after(answer.headers);
  const json::object* error = document == nullptr ? nullptr : find_object(*document, "error");
  if (error == nullptr) return facts;
  facts.status = print_word(find_text(*error, "status"), facts.status);
  if (const json::array* details = find_array(*error, "details")) {
    for (const json::value& detail : *details) {
      if (const json::object* tree = detail.if_object()) read_detail(*tree, facts);
    }
  }
  return facts;
}

Verdict read_quota(const ErrorFacts& facts) {
  if (!facts.daily_quota) return RetryLater{facts.after, true, facts.status};
  return RetryLater{std::max(facts.after.value_or(kDailyQuotaRest), kDailyQuotaRest), true, "daily quota used up"};
}

Verdict read_error(int status, const ErrorFacts& facts) {
  switch (status) {
    case 400:
      if (facts.key_is_invalid) return TryNextRoute{true, "API_KEY_INVALID"};
      if (facts.status == "FAILED_PRECONDITION") return TryNextRoute{true, facts.status};
      return Rejected{facts.status};
    case 401:
    case 402:
    case 403: return TryNextRoute{true, facts.status};
    case 404: return TryNextRoute{false, facts.status};
    case 429: return read_quota(facts);
    case 408:
    case 499: return RetryLater{facts.after, false, facts.status};
    default: break;
  }
  if (status >= 500) return RetryLater{facts.after, false, facts.status};
  if (status >= 400) return Rejected{facts.status};
  return Unreadable{facts.status};
}

// The streaming method wraps its answer, errors too, into an array of one.
const json::object* find_document(const json::value& tree) {
  const json::array* array = tree.if_array();
  return array != nullptr && array->size() == 1 ? array->front().if_object() : tree.if_object();
}

class GeminiAdapter final : public Adapter {
 public:
  Result<Request> make_submit(const Job& job) const override {
    DR_TRY(check_parameters(job.parameters));
    Request request;
    request.path = fmt::format("/v1beta/models/{}:generateContent", job.wire_model);
    request.headers.push_back({"Content-Type", Secret("application/json")});
    // As a header, never as ?key=: addresses end up in logs.
    request.headers.push_back({"x-goog-api-key", job.api_key});
    request.body = make_body(job);
    return request;
  }

  Verdict read_submit(const Answer& answer) const override {
    const json::object* document = answer.is_json ? find_document(answer.document) : nullptr;
    if (answer.status < 200 || answer.status > 299)
      return read_error(answer.status, read_error_facts(answer, document));
    if (document == nullptr) return Unreadable{answer.is_json ? "the answer is no JSON object" : "not JSON"};
    return read_success(*document);
  }

  std::vector<std::string> payload_members() const override { return {"data"}; }
};

}  // namespace

std::unique_ptr<const Adapter> make_gemini_adapter() { return std::make_unique<const GeminiAdapter>(); }

}  // namespace darkroom::provider
