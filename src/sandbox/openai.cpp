#include "sandbox/openai.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "sandbox/answers.h"
#include "sandbox/base64.h"
#include "sandbox/calls.h"

namespace darkroom::sandbox {
namespace {

constexpr std::string_view kModels[] = {"gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5", "gpt-image-2",
                                        "gpt-image-2-2026-04-21"};

http::Response error_response(int status, std::string_view message, std::string_view type, json::value code,
                              json::value param = nullptr) {
  json::object error{{"message", message}, {"type", type}, {"param", std::move(param)}, {"code", std::move(code)}};
  return json_response(status, json::object{{"error", std::move(error)}});
}

http::Response refuse_content(std::string_view stage) {
  json::object details{{"moderation_stage", stage}, {"categories", json::array{"violence"}}};
  json::object error{{"message", "Your request was rejected by the safety system. safety_violations=[violence]."},
                     {"type", "image_generation_user_error"},
                     {"param", nullptr},
                     {"code", "moderation_blocked"},
                     {"moderation_details", std::move(details)}};
  return json_response(400, json::object{{"error", std::move(error)}});
}

// Nothing if the caller may go on.
std::optional<http::Response> refuse_key(const http::Request& request) {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view given = request.header("Authorization").value_or("");
  if (!given.starts_with(kBearer) || given.size() == kBearer.size()) {
    return error_response(401, "You didn't provide an API key.", "invalid_request_error", nullptr);
  }
  if (!given.substr(kBearer.size()).starts_with("bad-")) return std::nullopt;
  return error_response(401, "Incorrect API key provided.", "invalid_request_error", "invalid_api_key");
}

// The error that "#fail" asks for.
http::Response asked_failure(int status) {
  constexpr std::string_view kMessage = "The sandbox was asked to fail.";
  switch (status) {
    case 401: return error_response(status, kMessage, "invalid_request_error", "invalid_api_key");
    case 402: return error_response(status, kMessage, "insufficient_quota", "insufficient_quota");
    case 404: return error_response(status, kMessage, "invalid_request_error", "model_not_found");
    case 429: {
      http::Response response = error_response(status, kMessage, "requests", "rate_limit_exceeded");
      response.set("retry-after", "1");
      return response;
    }
    default: break;
  }
  if (status >= 500) return error_response(status, kMessage, "server_error", nullptr);
  return error_response(status, kMessage, "invalid_request_error", nullptr);
}

class Openai final : public StandIn {
 public:
  Openai(OpenaiServer server, const Clock& clock) : server_(server), clock_(clock) {}

  bool serves(const http::Request& request) const override {
    return request.path == "/images/generations" || request.path == "/images/edits";
  }
  Reply answer(const http::Request& request, const std::string& base_url) override;

 private:
  http::Response respond(const OpenaiRequest& asked, const Words& words, const CallName& call);
  http::Response deliver(const OpenaiRequest& asked, const Words& words, const CallName& call, std::int64_t count);
  static Result<std::string> make_picture(const OpenaiRequest& asked, const Words& words, std::uint64_t seed);

  OpenaiServer server_;
  const Clock& clock_;
};

Reply Openai::answer(const http::Request& request, const std::string&) {
  if (request.method != "POST") {
    return {.response = error_response(405, "Not allowed.", "invalid_request_error", nullptr)};
  }
  if (auto refused = refuse_key(request)) return {.response = std::move(*refused)};
  const auto asked = read_openai_request(request, server_);
  if (!asked) {
    const OpenaiProblem& problem = asked.error();
    return {.response = error_response(400, problem.message, "invalid_request_error", json::value(problem.code),
                                       problem.param.empty() ? json::value() : json::value(problem.param))};
  }
  if (server_ == OpenaiServer::vendor && std::ranges::find(kModels, asked->model) == std::end(kModels)) {
    return {.response =
                error_response(404, "The model does not exist.", "invalid_request_error", "model_not_found", "model")};
  }
  const Words words = parse_words(asked->prompt);
  Reply reply = begin_reply(words);
  if (!reply.hang) reply.response = respond(*asked, words, name_call(request));
  return reply;
}

http::Response Openai::respond(const OpenaiRequest& asked, const Words& words, const CallName& call) {
  if (words.fail && calls().fails(call, *words.fail)) return asked_failure(words.fail->status);
  if (words.moderated) return refuse_content("input");
  if (words.blocked) return refuse_content("output");
  const std::int64_t count = count_good(words, call, asked.n);
  if (count == 0) return refuse_content("output");
  return deliver(asked, words, call, count);
}

http::Response Openai::deliver(const OpenaiRequest& asked, const Words& words, const CallName& call,
                               std::int64_t count) {
  constexpr std::int64_t kPictureTokens = 1056;
  const std::string size = fmt::format("{}x{}", asked.size.width_pixels, asked.size.height_pixels);
  std::string text =
      fmt::format(R"({{"created":{},"background":"{}","output_format":"{}","quality":"{}","size":"{}",)",
                  to_unix_seconds(clock_.wall_now()), asked.background == "transparent" ? "transparent" : "opaque",
                  asked.output_format, asked.quality == "auto" ? "medium" : asked.quality, size);
  text += R"("data":[)";
  for (std::int64_t index = 0; index < count; ++index) {
    if (index > 0) text += ',';
    if (words.text_only) {
      text += R"({"revised_prompt":"I would rather describe this picture than draw it."})";
      continue;
    }
    const std::uint64_t seed = call.content + call.index.value_or(0) + static_cast<std::uint64_t>(index);
    const auto picture = make_picture(asked, words, seed);
    if (!picture) return error_response(500, picture.error().message, "server_error", nullptr);
    text += R"({"b64_json":")";
    append_base64(text, *picture);
    text += R"("})";
  }
  const auto input = static_cast<std::int64_t>(asked.prompt.size() / 4 + 1);
  text += fmt::format(R"(],"usage":{{"input_tokens":{},"output_tokens":{},"total_tokens":{}}}}})", input,
                      count * kPictureTokens, input + count * kPictureTokens);
  return json_response(200, std::make_shared<const std::string>(std::move(text)));
}

Result<std::string> Openai::make_picture(const OpenaiRequest& asked, const Words& words, std::uint64_t seed) {
  if (words.bad_image) return std::string(kNoPicture);
  Painting painting;
  painting.size = asked.size;
  painting.prompt = asked.prompt;
  painting.model = asked.model;
  painting.label = asked.quality;
  painting.references = asked.pictures;
  if (painting.references.size() > kMaxReferences) painting.references.resize(kMaxReferences);
  painting.seed = seed;
  painting.at_least_bytes = words.size_bytes;
  if (asked.output_format == "jpeg") painting.format = PictureFormat::jpeg;
  if (asked.output_format == "webp") painting.format = PictureFormat::webp;
  return paint(painting);
}

}  // namespace

std::unique_ptr<StandIn> make_openai(OpenaiServer server, const Clock& clock) {
  return std::make_unique<Openai>(server, clock);
}

}  // namespace darkroom::sandbox
