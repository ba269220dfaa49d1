#include "sandbox/gemini.h"

#include "base/guarded.h"
#include "base/json.h"
#include "sandbox/answers.h"
#include "sandbox/base64.h"
#include "sandbox/calls.h"
#include "sandbox/gemini_request.h"
#include "sandbox/lru.h"

namespace darkroom::sandbox {
namespace {

constexpr std::string_view kPathStart = "/v1beta/models/";
constexpr std::string_view kPathEnd = ":generateContent";
constexpr std::uint64_t kRememberedBytes = 32 << 20;
constexpr std::string_view kRetryDelay = "1s";

using Text = std::shared_ptr<const std::string>;

std::string_view status_name(int status) {
  switch (status) {
    case 400: return "INVALID_ARGUMENT";
    case 401: return "UNAUTHENTICATED";
    case 402: return "RESOURCE_EXHAUSTED";
    case 403: return "PERMISSION_DENIED";
    case 404: return "NOT_FOUND";
    case 409: return "ABORTED";
    case 429: return "RESOURCE_EXHAUSTED";
    case 499: return "CANCELLED";
    case 500: return "INTERNAL";
    case 501: return "UNIMPLEMENTED";
    case 503: return "UNAVAILABLE";
    case 504: return "DEADLINE_EXCEEDED";
    default: return "UNKNOWN";
  }
}

http::Response error_response(int status, std::string_view message, json::array details = {}) {
  json::object error{{"code", status}, {"message", message}, {"status", status_name(status)}};
  if (!details.empty()) error["details"] = std::move(details);
  return json_response(status, json::object{{"error", std::move(error)}});
}

// The error that "#fail" asks for; a rate limit says when to come back.
http::Response asked_failure(int status) {
  if (status != 429) return error_response(status, "The sandbox was asked to fail.");
  json::object quota{
      {"@type", "type.googleapis.com/google.rpc.QuotaFailure"},
      {"violations", json::array{json::object{{"quotaMetric", "generativelanguage.googleapis.com/generate_requests"},
                                              {"quotaId", "GenerateRequestsPerMinutePerProjectPerModel"},
                                              {"quotaValue", "10"}}}}};
  json::object retry{{"@type", "type.googleapis.com/google.rpc.RetryInfo"}, {"retryDelay", kRetryDelay}};
  return error_response(status, "Quota exceeded for requests per minute.",
                        json::array{std::move(quota), std::move(retry)});
}

// Nothing if the caller may go on.
std::optional<http::Response> refuse_key(const http::Request& request) {
  const auto header = request.header("x-goog-api-key");
  const auto parameter = request.query_parameter("key");
  const std::string key = header ? std::string(*header) : parameter.value_or("");
  if (key.empty()) {
    return error_response(403, "Method doesn't allow unregistered callers. Please use API Key to call this API.");
  }
  if (!key.starts_with("bad-")) return std::nullopt;
  json::object detail{{"@type", "type.googleapis.com/google.rpc.ErrorInfo"},
                      {"reason", "API_KEY_INVALID"},
                      {"domain", "googleapis.com"},
                      {"metadata", json::object{{"service", "generativelanguage.googleapis.com"}}}};
  return error_response(400, "API key not valid. Please pass a valid API key.", json::array{std::move(detail)});
}

json::object usage(const GeminiRequest& request, const GeminiModel& model, bool has_picture) {
  constexpr std::int64_t kTokensPerReference = 258;
  const auto text = static_cast<std::int64_t>(request.prompt.size() / 4 + 1);
  const auto references = static_cast<std::int64_t>(request.references.size()) * kTokensPerReference;
  const std::int64_t family_3 = request.image_size == "4K" ? 2000 : request.image_size == "512" ? 747 : 1120;
  const std::int64_t picture = !has_picture ? 0 : model.wide_table ? 1290 : family_3;
  json::object tree{{"promptTokenCount", text + references}, {"totalTokenCount", text + references + picture}};
  json::array details{json::object{{"modality", "TEXT"}, {"tokenCount", text}}};
  if (references > 0) details.push_back(json::object{{"modality", "IMAGE"}, {"tokenCount", references}});
  tree["promptTokensDetails"] = std::move(details);
  if (has_picture) {
    tree["candidatesTokenCount"] = picture;
    tree["candidatesTokensDetails"] = json::array{json::object{{"modality", "IMAGE"}, {"tokenCount", picture}}};
  }
  return tree;
}

class Gemini final : public StandIn {
 public:
  bool serves(const http::Request& request) const override {
    return request.path.starts_with(kPathStart) && request.path.ends_with(kPathEnd);
  }
  Reply answer(const http::Request& request, const std::string& base_url) override;

 private:
  // Everything one answer is made of.
  struct Job {
    std::string model_name;  // as the path spells it
    const GeminiModel* model;
    GeminiRequest request;
    Words words;
    CallName call;
  };
  http::Response respond(const Job& job);
  http::Response refuse_prompt(const Job& job);
  http::Response refuse_picture(const Job& job, std::string_view reason);
  http::Response say(const Job& job, std::string_view text);
  http::Response deliver(const Job& job);
  // The last members of every answer.
  json::object tail(const Job& job, bool has_picture);

  Calls calls_;
  Guarded<Lru<Text>> remembered_{kRememberedBytes};
};

Reply Gemini::answer(const http::Request& request, const std::string&) {
  if (request.method != "POST") return {.response = error_response(404, "Not found.")};
  if (auto refused = refuse_key(request)) return {.response = std::move(*refused)};
  const std::string_view path = request.path;
  const std::string_view name = path.substr(kPathStart.size(), path.size() - kPathStart.size() - kPathEnd.size());
  const GeminiModel* model = find_gemini_model(name);
  if (!model)
    return {.response = error_response(404, "models/" + std::string(name) + " is not found for API version v1beta.")};
  auto read = read_gemini_request(request.body, *model);
  if (!read) return {.response = error_response(400, read.error())};

  Job job{std::string(name), model, std::move(*read), {}, name_call(request)};
  job.words = parse_words(job.request.prompt);
  Reply reply{.response = {}, .delay = job.words.slow, .hang = job.words.hang, .truncate = job.words.truncate};
  if (!reply.hang) reply.response = respond(job);
  return reply;
}

http::Response Gemini::respond(const Job& job) {
  const Words& words = job.words;
  if (words.fail && calls_.fails(job.call, *words.fail)) return asked_failure(words.fail->status);
  if (words.moderated) return refuse_prompt(job);
  if (words.blocked) return refuse_picture(job, "IMAGE_SAFETY");
  if (words.partial && !calls_.within(job.call, *words.partial)) return refuse_picture(job, "IMAGE_SAFETY");
  if (words.text_only || !job.request.wants_image)
    return say(job, "I would rather describe this picture than draw it.");
  return deliver(job);
}

json::object Gemini::tail(const Job& job, bool has_picture) {
  std::string id;
  for (int shift = 0; shift < 64; shift += 8) id += static_cast<char>(job.call.key >> shift);
  std::string response_id;
  append_base64(response_id, id);
  return {{"usageMetadata", usage(job.request, *job.model, has_picture)},
          {"modelVersion", job.model_name},
          {"responseId", response_id.substr(0, 11)}};
}

http::Response Gemini::refuse_prompt(const Job& job) {
  json::object tree = tail(job, false);
  tree["promptFeedback"] = json::object{{"blockReason", "PROHIBITED_CONTENT"}};
  return json_response(200, std::move(tree));
}

http::Response Gemini::refuse_picture(const Job& job, std::string_view reason) {
  json::object tree = tail(job, false);
  tree["candidates"] =
      json::array{json::object{{"index", 0},
                               {"content", json::object{}},
                               {"finishReason", reason},
                               {"finishMessage", "The generated picture was withheld by a safety filter."}}};
  return json_response(200, std::move(tree));
}

http::Response Gemini::say(const Job& job, std::string_view text) {
  json::object tree = tail(job, false);
  json::object content{{"role", "model"}, {"parts", json::array{json::object{{"text", text}}}}};
  tree["candidates"] =
      json::array{json::object{{"index", 0}, {"content", std::move(content)}, {"finishReason", "STOP"}}};
  return json_response(200, std::move(tree));
}

// The picture of a job: painted, or what "#badimage" sends instead.
Result<std::string> make_picture(const GeminiRequest& request, const Words& words, const std::string& model_name,
                                 std::uint64_t seed) {
  if (words.bad_image) return "This is not a picture, whatever its label says.";
  Painting painting;
  painting.size = request.pixels;
  painting.prompt = request.prompt;
  painting.model = model_name;
  painting.label = request.ratio + " \u00b7 " + request.image_size;
  painting.references = request.references;
  painting.seed = seed;
  painting.at_least_bytes = words.size_bytes;
  return paint(painting);
}

http::Response Gemini::deliver(const Job& job) {
  // Each of n pictures is another one, but the same every time.
  const std::uint64_t seed = job.call.content + job.call.index.value_or(0);
  {
    auto held = remembered_.lock();
    if (const Text* text = held->find(seed)) return json_response(200, *text);
  }
  const auto picture = make_picture(job.request, job.words, job.model_name, seed);
  if (!picture) return error_response(500, picture.error().message);

  // Put together by hand: the picture is encoded straight into its place instead of passing through a tree.
  std::string text = R"({"candidates":[{"content":{"role":"model","parts":[)";
  if (job.request.wants_text) text += R"({"text":"Here is the picture you asked for."},)";
  text += R"({"inlineData":{"mimeType":"image/png","data":")";
  text.reserve(text.size() + picture->size() / 3 * 4 + 1024);
  append_base64(text, *picture);
  text += R"("}}]},"finishReason":"STOP","index":0}],)";
  text += std::string_view(json::print(tail(job, true))).substr(1);
  auto shared = std::make_shared<const std::string>(std::move(text));
  remembered_.lock()->put(seed, shared, shared->size());
  return json_response(200, std::move(shared));
}

}  // namespace

std::unique_ptr<StandIn> make_gemini() { return std::make_unique<Gemini>(); }

}  // namespace darkroom::sandbox
