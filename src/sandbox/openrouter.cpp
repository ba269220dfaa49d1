#include "sandbox/openrouter.h"

#include <fmt/format.h>

#include <charconv>
#include <expected>

#include "base/json.h"
#include "sandbox/answers.h"
#include "sandbox/base64.h"
#include "sandbox/body_reader.h"
#include "sandbox/calls.h"
#include "sandbox/film_stand_in.h"
#include "sandbox/media_links.h"

namespace darkroom::sandbox {
namespace {

constexpr std::string_view kPath = "/images";
constexpr std::size_t kMostPictures = 16;  // of references

// {"error": {"code": the status, "message", "metadata"}}
http::Response refusal(int status, std::string_view message, json::object metadata = {}) {
  json::object error{{"code", status}, {"message", message}};
  if (!metadata.empty()) error["metadata"] = std::move(metadata);
  return json_response(status, json::object{{"error", std::move(error)}});
}

http::Response refuse_content(const std::string& prompt) {
  return refusal(403, "The input was flagged by the model's provider.",
                 {{"reasons", json::array{"violence"}}, {"flagged_input", prompt.substr(0, 50)}});
}

http::Response asked_failure(int status) {
  http::Response response = refusal(status, "The sandbox was asked to fail.");
  if (status == 429) response.set("Retry-After", "1");
  return response;
}

struct Asked {
  std::string model;
  std::string prompt;
  std::int64_t n = 1;
  PixelSize size;
  std::string format = "png";
  std::string label;
  std::vector<std::string> pictures;
};

// "1536x1024"; nothing for another form.
std::optional<PixelSize> parse_pixels(std::string_view text) {
  PixelSize size;
  const char* end = text.data() + text.size();
  const auto [cross, problem] = std::from_chars(text.data(), end, size.width_pixels);
  if (problem != std::errc() || cross == end || *cross != 'x') return std::nullopt;
  const auto [last, other_problem] = std::from_chars(cross + 1, end, size.height_pixels);
  const bool whole = other_problem == std::errc() && last == end;
  const bool fits = size.width_pixels - 1 < 8192 && size.height_pixels - 1 < 8192;
  return whole && fits ? std::optional(size) : std::nullopt;
}

std::uint32_t side_of(std::string_view resolution) {
  if (resolution == "512") return 512;
  if (resolution == "2K") return 2048;
  return resolution == "4K" ? 4096 : 1024;
}

void read_size(BodyReader& body, Asked& asked) {
  const std::string ratio = body.word("aspect_ratio",
                                      {"1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9", "9:21",
                                       "2:1", "1:2", "1:4", "4:1", "1:8", "8:1", "auto"},
                                      "auto");
  const std::string resolution = body.word("resolution", {"512", "1K", "2K", "4K"}, "1K");
  const std::string text = body.text("size");
  const std::uint32_t side = side_of(resolution);
  asked.label = fmt::format("{} \u00b7 {}", ratio, resolution);
  if (!text.empty()) {
    const auto pixels = parse_pixels(text);
    if (!pixels) return body.refuse("size", "must be WIDTHxHEIGHT");
    asked.size = *pixels;
    return;
  }
  const auto shape = find_first_shape(asked.pictures);
  Ratio follows{1, 1};
  if (shape) follows = {shape->width_pixels, shape->height_pixels};
  asked.size = size_of_area(parse_ratio(ratio).value_or(follows), side * side);
}

void read_references(BodyReader& body, Asked& asked) {
  const json::array* list = body.list("input_references", 0, kMostPictures);
  if (list == nullptr) return;
  for (const json::value& entry : *list) {
    const json::object* tree = entry.if_object();
    const json::value* image = tree == nullptr ? nullptr : json::find(*tree, "image_url");
    const bool is_image = image != nullptr && image->is_object() && json::get_string(*tree, "type") == "image_url";
    auto bytes = is_image ? read_link(json::get_string(image->get_object(), "url"), Medium::picture) : std::nullopt;
    if (!bytes) return body.refuse("input_references", "must be image_url entries that can be read");
    asked.pictures.push_back(std::move(*bytes));
  }
}

std::expected<Asked, http::Response> read_request(std::string_view text) {
  const auto tree = json::parse_object(text, {.depth = 16, .bytes = kMaxBodyBytes});
  if (!tree) return std::unexpected(refusal(400, "The body is no JSON object."));
  BodyReader body(*tree);
  Asked asked;
  body.require("model");
  body.require("prompt");
  asked.model = body.text("model");
  asked.prompt = body.text("prompt");
  asked.n = body.integer("n", 1, 10, 1);
  read_references(body, asked);
  read_size(body, asked);
  asked.format = body.word("output_format", {"png", "jpeg", "webp"}, "png");
  body.word("quality", {"auto", "low", "medium", "high"});
  body.word("background", {"auto", "opaque", "transparent"});
  body.integer("output_compression", 0, 100, 100);
  body.pass({"seed", "provider"});
  if (body.flag("stream", false)) body.refuse("stream", "is not supported by the sandbox");
  if (const auto mistake = body.finish()) {
    return std::unexpected(refusal(400, fmt::format("{} {}", mistake->field, mistake->sentence)));
  }
  // Names are the maker's and the model's: "google/gemini-3-pro-image-preview".
  if (!asked.model.contains('/')) return std::unexpected(refusal(404, "No endpoints found for this model."));
  return asked;
}

Result<std::string> make_picture(const Asked& asked, const Words& words, std::uint64_t seed) {
  if (words.bad_image) return std::string(kNoPicture);
  Painting painting;
  painting.size = asked.size;
  painting.prompt = asked.prompt;
  painting.model = asked.model;
  painting.label = asked.label;
  painting.references = asked.pictures;
  if (painting.references.size() > kMaxReferences) painting.references.resize(kMaxReferences);
  painting.seed = seed;
  painting.at_least_bytes = words.size_bytes;
  if (asked.format == "jpeg") painting.format = PictureFormat::jpeg;
  if (asked.format == "webp") painting.format = PictureFormat::webp;
  return paint(painting);
}

class Openrouter final : public StandIn {
 public:
  explicit Openrouter(const Clock& clock) : clock_(clock) {}

  bool serves(const http::Request& request) const override { return request.path == kPath; }

  Reply answer(const http::Request& request, const std::string&) override {
    const std::string_view key = find_key(request, "Bearer");
    if (key.empty() || key.starts_with("bad-")) return {.response = refusal(401, "No auth credentials found.")};
    if (request.method != "POST") return {.response = refusal(405, "Method not allowed.")};
    auto asked = read_request(request.body);
    if (!asked) return {.response = std::move(asked.error())};
    const Words words = parse_words(asked->prompt);
    Reply reply = begin_reply(words);
    if (!reply.hang) reply.response = respond(*asked, words, name_call(request));
    return reply;
  }

 private:
  http::Response respond(const Asked& asked, const Words& words, const CallName& call);
  http::Response deliver(const Asked& asked, const Words& words, const CallName& call, std::int64_t count);

  const Clock& clock_;
};

http::Response Openrouter::respond(const Asked& asked, const Words& words, const CallName& call) {
  if (words.fail && calls().fails(call, *words.fail)) return asked_failure(words.fail->status);
  if (words.moderated || words.blocked) return refuse_content(asked.prompt);
  const std::int64_t count = count_good(words, call, asked.n);
  return count == 0 ? refuse_content(asked.prompt) : deliver(asked, words, call, count);
}

http::Response Openrouter::deliver(const Asked& asked, const Words& words, const CallName& call, std::int64_t count) {
  constexpr std::int64_t kPictureTokens = 1290;
  std::string text = fmt::format(R"({{"created":{},"data":[)", to_unix_seconds(clock_.wall_now()));
  for (std::int64_t index = 0; index < count && !words.text_only; ++index) {
    const std::uint64_t seed = call.content + call.index.value_or(0) + static_cast<std::uint64_t>(index);
    const auto picture = make_picture(asked, words, seed);
    if (!picture) return asked_failure(500);
    text += index > 0 ? R"(,{"b64_json":")" : R"({"b64_json":")";
    append_base64(text, *picture);
    text += fmt::format(R"(","media_type":"image/{}"}})", asked.format);
  }
  const auto input = static_cast<std::int64_t>(asked.prompt.size() / 4 + 1);
  const std::int64_t output = count * kPictureTokens;
  text += fmt::format(R"(],"usage":{{"prompt_tokens":{},"completion_tokens":{},"total_tokens":{},"cost":{}}}}})", input,
                      output, input + output, 0.04 * static_cast<double>(count));
  return json_response(200, std::make_shared<const std::string>(std::move(text)));
}

}  // namespace

std::unique_ptr<StandIn> make_openrouter(const Clock& clock) { return std::make_unique<Openrouter>(clock); }

}  // namespace darkroom::sandbox
