#include "sandbox/ark_image.h"

#include <fmt/format.h>

#include "base/guarded.h"
#include "sandbox/answers.h"
#include "sandbox/ark_image_request.h"
#include "sandbox/base64.h"
#include "sandbox/calls.h"
#include "sandbox/film_stand_in.h"
#include "sandbox/lru.h"

namespace darkroom::sandbox {
namespace {

constexpr std::string_view kPath = "/api/v3/images/generations";
constexpr std::string_view kPictures = "/pictures/";
constexpr std::uint64_t kRememberedBytes = 32 << 20;

struct Kept {
  std::shared_ptr<const std::string> bytes;
  PictureFormat format;
};

std::string_view extension(PictureFormat format) { return format == PictureFormat::png ? ".png" : ".jpeg"; }

// Of one picture of a set, whatever words of the gateway's travel beside it: equal requests give equal pictures.
std::uint64_t hash_request(const ArkImageRequest& request) {
  std::uint64_t hash = hash_text(request.prompt, hash_text(request.model));
  hash = hash_text(fmt::format("{}x{}", request.pixels.width_pixels, request.pixels.height_pixels), hash);
  for (const std::string& reference : request.references) hash = hash_text(reference, hash);
  return hash;
}

Result<std::string> make_picture(const ArkImageRequest& request, const Words& words, std::uint64_t seed) {
  if (words.bad_image) return std::string(kNoPicture);
  Painting painting;
  painting.size = request.pixels;
  painting.prompt = request.prompt;
  painting.model = request.model;
  painting.label = request.size;
  painting.references = request.references;
  painting.seed = seed;
  painting.at_least_bytes = words.size_bytes;
  painting.format = request.format;
  return paint(painting);
}

class ArkImage final : public StandIn {
 public:
  explicit ArkImage(Random& random) : random_(random) {}

  bool serves(const http::Request& request) const override {
    return request.path == kPath || request.path.starts_with(kPictures);
  }

  Reply answer(const http::Request& request, const std::string& base_url) override {
    if (request.path.starts_with(kPictures)) return {.response = show(request.path.substr(kPictures.size()))};
    if (auto refused = refuse_ark_key(request)) return {.response = std::move(*refused)};
    if (request.method != "POST") {
      return {.response = ark_refusal(405, "InvalidParameter", "The method is not allowed.")};
    }
    auto read = read_ark_image_request(request.body);
    if (!read) return {.response = std::move(read.error())};
    const Words words = parse_words(read->prompt);
    Reply reply = begin_reply(words);
    if (!reply.hang) reply.response = respond(*read, words, name_call(request), base_url);
    return reply;
  }

 private:
  http::Response respond(const ArkImageRequest& request, const Words& words, const CallName& call,
                         const std::string& base_url);
  // Which pictures of a set are refused: all, those that "#partial" leaves out, or none.
  std::uint32_t count_delivered(const ArkImageRequest& request, const Words& words, const CallName& call);
  Result<std::string> print_picture(const ArkImageRequest& request, std::string bytes, const std::string& base_url);
  http::Response show(std::string_view name);

  Random& random_;
  Guarded<Lru<Kept>> kept_{kRememberedBytes};
};

std::uint32_t ArkImage::count_delivered(const ArkImageRequest& request, const Words& words, const CallName& call) {
  if (words.blocked) return 0;
  if (!words.partial) return request.pictures;
  if (request.pictures == 1) return calls().within(call, *words.partial) ? 1 : 0;
  return std::min(request.pictures, *words.partial);
}

http::Response ArkImage::respond(const ArkImageRequest& request, const Words& words, const CallName& call,
                                 const std::string& base_url) {
  if (words.fail && calls().fails(call, *words.fail)) return ark_failure(words.fail->status);
  if (words.moderated) {
    return ark_refusal(400, "InputTextSensitiveContentDetected", "The input text may contain sensitive information.");
  }
  const std::uint32_t delivered = words.text_only ? 0 : count_delivered(request, words, call);
  const std::uint64_t seed = hash_request(request) + call.index.value_or(0);
  // Put together by hand: a picture is encoded straight into its place instead of passing through a tree.
  std::string text = R"({"model":)";
  json::append_string(text, request.model);
  text += R"(,"created":1790000000,"data":[)";
  for (std::uint32_t i = 0; i < request.pictures && !words.text_only; ++i) {
    if (i > 0) text += ',';
    if (i >= delivered) {
      const json::object error =
          ark_error("OutputImageSensitiveContentDetected", "The output image may contain sensitive information.");
      text += json::print(json::object{{"error", error}});
      continue;
    }
    // The pictures of a set lie far from those of its sister calls.
    auto picture = make_picture(request, words, seed + (std::uint64_t{i} << 32));
    if (!picture) return ark_failure(500);
    auto printed = print_picture(request, std::move(*picture), base_url);
    text += *printed;
  }
  text += fmt::format(R"(],"usage":{{"generated_images":{},"output_tokens":{},"total_tokens":{}}}}})", delivered,
                      16384 * delivered, 16384 * delivered);
  return json_response(200, std::make_shared<const std::string>(std::move(text)));
}

Result<std::string> ArkImage::print_picture(const ArkImageRequest& request, std::string bytes,
                                            const std::string& base_url) {
  const std::string size = fmt::format("{}x{}", request.pixels.width_pixels, request.pixels.height_pixels);
  if (!request.wants_links) {
    std::string text = R"({"b64_json":")";
    append_base64(text, bytes);
    return text + fmt::format(R"(","size":"{}"}})", size);
  }
  const std::uint64_t number = random_.next_u64();
  auto shared = std::make_shared<const std::string>(std::move(bytes));
  const std::uint64_t weight = shared->size();
  kept_.lock()->put(number, {std::move(shared), request.format}, weight);
  return json::print(json::object{
      {"url", fmt::format("{}{}{}{}", base_url, kPictures, print_number(number), extension(request.format))},
      {"size", size}});
}

http::Response ArkImage::show(std::string_view name) {
  const auto number = parse_number(name.substr(0, name.find('.')));
  auto held = kept_.lock();
  const Kept* kept = number ? held->find(*number) : nullptr;
  if (kept == nullptr) return ark_refusal(404, "ResourceNotFound", "The picture is not found.");
  return file_response(kept->format == PictureFormat::png ? "image/png" : "image/jpeg", kept->bytes);
}

}  // namespace

std::unique_ptr<StandIn> make_ark_image(Random& random) { return std::make_unique<ArkImage>(random); }

}  // namespace darkroom::sandbox
