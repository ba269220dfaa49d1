#include "sandbox/gemini.h"

#include "base/guarded.h"
#include "base/json.h"
#include "sandbox/answers.h"
#include "sandbox/base64.h"
#include "sandbox/calls.h"
#include "sandbox/gemini_request.h"
#include "sandbox/google_api.h"
#include "sandbox/lru.h"

namespace darkroom::sandbox {
namespace {

constexpr std::string_view kMethod = "generateContent";
constexpr std::uint64_t kRememberedBytes = 32 << 20;
constexpr std::uint32_t kDraftScale = 8;  // drafts are so much smaller on a side

using Text = std::shared_ptr<const std::string>;

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
  explicit Gemini(GoogleHost host) : host_(host) {}
  bool serves(const http::Request& request) const override {
    const auto call = parse_model_call(request.path, host_);
    return call && call->method == kMethod;
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
  static Painting make_painting(const Job& job, std::uint64_t seed);
  static void append_draft(std::string& text, Painting painting);
  // The last members of every answer.
  json::object tail(const Job& job, bool has_picture);

  GoogleHost host_;
  Guarded<Lru<Text>> remembered_{kRememberedBytes};
};

Reply Gemini::answer(const http::Request& request, const std::string&) {
  if (request.method != "POST") return {.response = google_error(404, "Not found.")};
  if (auto refused = refuse_google_key(request, host_)) return {.response = std::move(*refused)};
  const std::string name = parse_model_call(request.path, host_)->model;
  const GeminiModel* model = find_gemini_model(name);
  if (!model) return {.response = google_error(404, "models/" + name + " is not found for API version v1beta.")};
  auto read = read_gemini_request(request.body, *model, host_);
  if (!read) return {.response = google_error(400, read.error())};

  Job job{name, model, std::move(*read), {}, name_call(request)};
  job.words = parse_words(job.request.prompt);
  Reply reply = begin_reply(job.words);
  if (!reply.hang) reply.response = respond(job);
  return reply;
}

http::Response Gemini::respond(const Job& job) {
  const Words& words = job.words;
  if (words.fail && calls().fails(job.call, *words.fail)) return google_failure(words.fail->status, host_);
  if (words.moderated) return refuse_prompt(job);
  if (words.blocked) return refuse_picture(job, "IMAGE_SAFETY");
  if (words.partial && !calls().within(job.call, *words.partial)) return refuse_picture(job, "IMAGE_SAFETY");
  // A search beside a wish for pictures alone brings none.
  if (job.request.searches && !job.request.wants_text) return refuse_picture(job, "NO_IMAGE");
  if (words.text_only || !job.request.wants_image)
    return say(job, "I would rather describe this picture than draw it.");
  return deliver(job);
}

json::object Gemini::tail(const Job& job, bool has_picture) {
  std::string id;
  for (int shift = 0; shift < 64; shift += 8) id += static_cast<char>(job.call.key >> shift);
  std::string response_id;
  append_base64(response_id, id);
  json::object used = usage(job.request, *job.model, has_picture);
  if (host_ == GoogleHost::vertex) used["trafficType"] = "ON_DEMAND";
  return {
      {"usageMetadata", std::move(used)}, {"modelVersion", job.model_name}, {"responseId", response_id.substr(0, 11)}};
}

http::Response Gemini::refuse_prompt(const Job& job) {
  json::object tree = tail(job, false);
  json::object feedback{{"blockReason", "PROHIBITED_CONTENT"}};
  if (host_ == GoogleHost::vertex) feedback["blockReasonMessage"] = "The prompt was blocked. Support codes: 89371032";
  tree["promptFeedback"] = std::move(feedback);
  return json_response(200, std::move(tree));
}

http::Response Gemini::refuse_picture(const Job& job, std::string_view reason) {
  std::string message = "The generated picture was withheld by a safety filter.";
  if (host_ == GoogleHost::vertex) message += " Support codes: 61493863";
  json::object tree = tail(job, false);
  tree["candidates"] = json::array{json::object{
      {"index", 0}, {"content", json::object{}}, {"finishReason", reason}, {"finishMessage", std::move(message)}}};
  return json_response(200, std::move(tree));
}

http::Response Gemini::say(const Job& job, std::string_view text) {
  json::object tree = tail(job, false);
  json::object content{{"role", "model"}, {"parts", json::array{json::object{{"text", text}}}}};
  tree["candidates"] =
      json::array{json::object{{"index", 0}, {"content", std::move(content)}, {"finishReason", "STOP"}}};
  return json_response(200, std::move(tree));
}

Painting Gemini::make_painting(const Job& job, std::uint64_t seed) {
  Painting painting;
  painting.size = job.request.pixels;
  painting.prompt = job.request.prompt;
  painting.model = job.model_name;
  painting.label = job.request.ratio + " \u00b7 " + job.request.image_size;
  painting.references = job.request.references;
  painting.seed = seed;
  painting.at_least_bytes = job.words.size_bytes;
  return painting;
}

// A thought of the model: words, and a smaller picture that is not the result.
void Gemini::append_draft(std::string& text, Painting painting) {
  painting.size.width_pixels /= kDraftScale;
  painting.size.height_pixels /= kDraftScale;
  painting.at_least_bytes = 0;
  const auto draft = paint(painting);
  if (!draft) return;
  text += R"({"text":"A first draft.","thought":true},{"inlineData":{"mimeType":"image/png","data":")";
  append_base64(text, *draft);
  text += R"("},"thought":true},)";
}

http::Response Gemini::deliver(const Job& job) {
  // Each of n pictures is another one, but the same every time.
  const std::uint64_t seed = job.call.content + job.call.index.value_or(0);
  {
    auto held = remembered_.lock();
    if (const Text* text = held->find(seed)) return json_response(200, *text);
  }
  const Painting painting = make_painting(job, seed);
  const auto picture = job.words.bad_image ? Result<std::string>(kNoPicture) : paint(painting);
  if (!picture) return google_error(500, picture.error().message);

  // Put together by hand: the picture is encoded straight into its place instead of passing through a tree.
  std::string text = R"({"candidates":[{"content":{"role":"model","parts":[)";
  if (job.model->shows_drafts) append_draft(text, painting);
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

std::unique_ptr<StandIn> make_gemini(GoogleHost host) { return std::make_unique<Gemini>(host); }

}  // namespace darkroom::sandbox
