#include "sandbox/xai_image.h"

#include <fmt/format.h>

#include <expected>

#include "sandbox/answers.h"
#include "sandbox/base64.h"
#include "sandbox/body_reader.h"
#include "sandbox/calls.h"
#include "sandbox/film_stand_in.h"
#include "sandbox/media_links.h"

namespace darkroom::sandbox {
namespace {

constexpr std::string_view kGenerations = "/v1/images/generations";
constexpr std::string_view kEdits = "/v1/images/edits";
constexpr std::size_t kMostPictures = 10;
constexpr std::int64_t kTicksAPicture = 200'000'000;  // 0.02 USD

http::Response refuse(int status, std::string_view text) {
  const std::string_view code = status == 400  ? "Client specified an invalid argument"
                                : status < 500 ? "The caller cannot do that"
                                               : "The service is currently unavailable";
  http::Response response = json_response(status, json::object{{"code", code}, {"error", text}});
  if (status == 429) response.set("Retry-After", "1");
  return response;
}

struct Asked {
  std::string model;
  std::string prompt;
  std::int64_t n = 1;
  PixelSize size;
  std::string label;
  std::vector<std::string> pictures;
};

// {"url", "type": "image_url"}.
void read_picture(BodyReader& body, std::string_view name, const json::value& value, Asked& asked) {
  const json::object* tree = value.if_object();
  const bool is_link = tree != nullptr && tree->size() == 2 && json::get_string(*tree, "type") == "image_url";
  auto bytes = is_link ? read_link(json::get_string(*tree, "url"), Medium::picture) : std::nullopt;
  if (!bytes) return body.refuse(name, "must be image_url entries that can be read");
  asked.pictures.push_back(std::move(*bytes));
}

void read_pictures(BodyReader& body, const json::object& tree, Asked& asked) {
  body.pass({"image"});
  if (body.has("image")) read_picture(body, "image", *json::find(tree, "image"), asked);
  const json::array* list = body.list("images", 1, kMostPictures);
  if (list == nullptr) return;
  if (body.has("image")) return body.refuse("images", "excludes image");
  for (const json::value& entry : *list) read_picture(body, "images", entry, asked);
}

Ratio shape_of(std::string_view ratio, const std::vector<std::string>& pictures) {
  if (ratio == "9:19.5") return {18, 39};
  if (ratio == "19.5:9") return {39, 18};
  const auto first = find_first_shape(pictures);
  const Ratio follows = first ? Ratio{first->width_pixels, first->height_pixels} : Ratio{1, 1};
  return parse_ratio(ratio).value_or(follows);
}

std::expected<Asked, http::Response> read_request(const http::Request& request) {
  const auto tree = json::parse_object(request.body, {.depth = 16, .bytes = kMaxBodyBytes});
  if (!tree) return std::unexpected(refuse(415, "Expected request with Content-Type application/json."));
  BodyReader body(*tree);
  Asked asked;
  body.require("model");
  body.require("prompt");
  asked.model = body.text("model");
  asked.prompt = body.text("prompt");
  asked.n = body.integer("n", 1, 10, 1);
  body.word("response_format", {"url", "b64_json"}, "url");
  const std::string ratio = body.word(
      "aspect_ratio",
      {"1:1", "3:4", "4:3", "9:16", "16:9", "2:3", "3:2", "9:19.5", "19.5:9", "9:20", "20:9", "1:2", "2:1", "auto"},
      "auto");
  const std::string resolution = body.word("resolution", {"1k", "2k"}, "1k");
  body.word("quality", {"low", "medium", "high"});
  body.pass({"user", "storage_options"});
  if (request.path == kEdits) {
    read_pictures(body, *tree, asked);
    if (asked.pictures.empty()) body.require("image");
  }
  if (const auto mistake = body.finish()) {
    return std::unexpected(
        refuse(mistake->missing ? 422 : 400, fmt::format("{} {}", mistake->field, mistake->sentence)));
  }
  if (!asked.model.starts_with("grok-imagine-image")) return std::unexpected(refuse(404, "The model does not exist."));
  asked.label = fmt::format("{} \u00b7 {}", ratio, resolution);
  const std::uint32_t side = resolution == "2k" ? 2048 : 1024;
  asked.size = size_of_area(shape_of(ratio, asked.pictures), side * side);
  return asked;
}

// {"b64_json"} of one picture; the words that spoil it are obeyed.
Result<json::object> make_entry(const Asked& asked, const Words& words, std::uint64_t seed) {
  json::object entry{{"mime_type", "image/jpeg"}, {"revised_prompt", ""}, {"respect_moderation", true}};
  if (words.text_only) return entry;
  Painting painting;
  painting.size = asked.size;
  painting.prompt = asked.prompt;
  painting.model = asked.model;
  painting.label = asked.label;
  painting.references = asked.pictures;
  painting.seed = seed;
  painting.at_least_bytes = words.size_bytes;
  painting.format = PictureFormat::jpeg;
  Result<std::string> picture = words.bad_image ? std::string(kNoPicture) : paint(painting);
  if (!picture) return fail(std::move(picture.error()));
  std::string text;
  append_base64(text, *picture);
  entry["b64_json"] = std::move(text);
  return entry;
}

class XaiImage final : public StandIn {
 public:
  bool serves(const http::Request& request) const override {
    return request.path == kGenerations || request.path == kEdits;
  }

  Reply answer(const http::Request& request, const std::string&) override {
    const std::string_view key = find_key(request, "Bearer");
    if (key.empty() || key.starts_with("bad-")) return {.response = refuse(401, "Incorrect API key provided.")};
    if (request.method != "POST") return {.response = refuse(405, "Method not allowed.")};
    auto asked = read_request(request);
    if (!asked) return {.response = std::move(asked.error())};
    const Words words = parse_words(asked->prompt);
    Reply reply = begin_reply(words);
    if (!reply.hang) reply.response = respond(*asked, words, name_call(request));
    return reply;
  }

 private:
  http::Response respond(const Asked& asked, const Words& words, const CallName& call);
};

// A picture that is withheld is paid for and has no bytes.
http::Response XaiImage::respond(const Asked& asked, const Words& words, const CallName& call) {
  if (words.fail && calls().fails(call, *words.fail)) {
    return refuse(words.fail->status, "The sandbox was asked to fail.");
  }
  const json::object usage{{"cost_in_usd_ticks", kTicksAPicture * asked.n}};
  if (words.moderated) {
    return json_response(400, json::object{{"code", "Client specified an invalid argument"},
                                           {"error", "Generated image rejected by content moderation."},
                                           {"usage", usage}});
  }
  const std::int64_t good = words.blocked ? 0 : count_good(words, call, asked.n);
  json::array data;
  for (std::int64_t index = 0; index < asked.n; ++index) {
    if (index >= good) {
      data.push_back(json::object{{"revised_prompt", ""}, {"respect_moderation", false}});
      continue;
    }
    auto entry = make_entry(asked, words, call.content + call.index.value_or(0) + static_cast<std::uint64_t>(index));
    if (!entry) return refuse(500, entry.error().message);
    data.push_back(std::move(*entry));
  }
  return json_response(200, json::object{{"data", std::move(data)}, {"usage", usage}});
}

}  // namespace

std::unique_ptr<StandIn> make_xai_image() { return std::make_unique<XaiImage>(); }

}  // namespace darkroom::sandbox
