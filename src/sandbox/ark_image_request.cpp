#include "sandbox/ark_image_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sandbox/media_links.h"
#include "sandbox/stand_in.h"

namespace darkroom::sandbox {
namespace {

// Source: the image generation pages of docs.byteplus.com. Where pages disagree on a limit, the wider one stands: 14
// references for the lite model with its maker, 20 where others sell it.
struct Model {
  std::string_view name;   // without the house's prefix and the date
  std::string_view tiers;  // the first is the default
  std::uint64_t fewest_pixels;
  std::size_t most_references;
  bool has_format;  // output_format
  bool has_sets;
  bool has_search;
};
constexpr Model kModels[] = {
    {"seedream-5-0-pro", "2K 1K 3K 4K", 921'600, 10, true, false, false},
    {"seedream-5-0-lite", "2K 3K 4K", 3'686'400, 20, true, true, true},
    {"seedream-5-0", "2K 3K 4K", 3'686'400, 14, true, true, true},
    {"seedream-4-5", "2K 4K", 3'686'400, 14, false, true, false},
    {"seedream-4-0", "2K 1K 4K", 921'600, 14, false, true, false},
};
constexpr std::uint64_t kMostPixels = 16'777'216;
constexpr std::uint32_t kMostOfASet = 15;  // references and results together

const Model* find_model(std::string_view id) {
  if (id.starts_with("ep-")) return &kModels[2];
  if (constexpr std::string_view kHouse = "doubao-"; id.starts_with(kHouse)) id.remove_prefix(kHouse.size());
  const auto* model = std::ranges::find_if(kModels, [&](const Model& row) {
    return id.starts_with(row.name) && id.size() == row.name.size() + 7 && id[row.name.size()] == '-' &&
           id.find_first_not_of("0123456789", row.name.size() + 1) == std::string_view::npos;
  });
  return model == std::end(kModels) ? nullptr : model;
}

struct SizeRow {
  std::string_view ratio;
  PixelSize at_1k;
  PixelSize at_2k;
  PixelSize at_3k;
  PixelSize at_4k;
};
constexpr SizeRow kSizes[] = {
    {"1:1", {1024, 1024}, {2048, 2048}, {3072, 3072}, {4096, 4096}},
    {"4:3", {1152, 864}, {2304, 1728}, {3456, 2592}, {4704, 3520}},
    {"3:4", {864, 1152}, {1728, 2304}, {2592, 3456}, {3520, 4704}},
    {"16:9", {1312, 736}, {2848, 1600}, {4096, 2304}, {5504, 3040}},
    {"9:16", {736, 1312}, {1600, 2848}, {2304, 4096}, {3040, 5504}},
    {"3:2", {1248, 832}, {2496, 1664}, {3744, 2496}, {4992, 3328}},
    {"2:3", {832, 1248}, {1664, 2496}, {2496, 3744}, {3328, 4992}},
    {"21:9", {1568, 672}, {3136, 1344}, {4704, 2016}, {6240, 2656}},
};

// A class takes the shape of the first reference; it is square without one.
PixelSize find_size(std::string_view tier, const std::vector<std::string>& references) {
  const auto shape = find_first_shape(references);
  const std::string_view ratio =
      shape ? find_nearest_ratio(*shape, {"1:1", "4:3", "3:4", "16:9", "9:16", "3:2", "2:3", "21:9"}) : "1:1";
  const SizeRow& row = *std::ranges::find(kSizes, ratio, &SizeRow::ratio);
  if (tier == "1K") return row.at_1k;
  if (tier == "2K") return row.at_2k;
  return tier == "3K" ? row.at_3k : row.at_4k;
}

// "2048x1024"; nothing for another form.
std::optional<PixelSize> parse_pixels(std::string_view text) {
  PixelSize size;
  const char* end = text.data() + text.size();
  const auto [x, problem] = std::from_chars(text.data(), end, size.width_pixels);
  if (problem != std::errc() || x == end || *x != 'x') return std::nullopt;
  const auto [last, other_problem] = std::from_chars(x + 1, end, size.height_pixels);
  return other_problem == std::errc() && last == end ? std::optional(size) : std::nullopt;
}

bool fits(PixelSize size, const Model& model) {
  if (size.width_pixels == 0 || size.height_pixels == 0) return false;
  const std::uint64_t pixels = std::uint64_t{size.width_pixels} * size.height_pixels;
  const auto [low, high] = std::minmax(size.width_pixels, size.height_pixels);
  return pixels >= model.fewest_pixels && pixels <= kMostPixels && high / low <= 16;
}

void read_size(BodyReader& body, const Model& model, ArkImageRequest& request) {
  request.size = body.text("size");
  if (request.size.empty()) request.size = model.tiers.substr(0, 2);
  const bool is_tier = request.size.size() == 2 && model.tiers.find(request.size) != std::string_view::npos;
  const auto pixels = is_tier ? find_size(request.size, request.references) : parse_pixels(request.size);
  if (!pixels || (!is_tier && !fits(*pixels, model))) {
    return body.refuse("size", "is not valid: it must be a size class of this model, or pixels within its limits");
  }
  request.pixels = *pixels;
}

// One link, or a list of them.
void read_references(BodyReader& body, const json::object& tree, const Model& model, ArkImageRequest& request) {
  body.pass({"image"});
  const json::value* image = json::find(tree, "image");
  if (image == nullptr || image->is_null()) return;
  const json::array links = image->is_array() ? image->get_array() : json::array{*image};
  if (links.size() > model.most_references) return body.refuse("image", "has too many entries for this model");
  for (const json::value& link : links) {
    auto bytes = link.is_string() ? read_link(link.get_string(), Medium::picture) : std::nullopt;
    if (!bytes) return body.refuse("image", "must be a link or a picture that can be read");
    request.references.push_back(std::move(*bytes));
  }
}

void read_set(BodyReader& body, const Model& model, ArkImageRequest& request) {
  const std::string mode = body.word("sequential_image_generation", {"disabled", "auto"}, "disabled");
  const json::object* options = body.object("sequential_image_generation_options");
  if (!model.has_sets && (body.has("sequential_image_generation") || options != nullptr)) {
    body.refuse("sequential_image_generation", "is not supported by this model");
  }
  std::int64_t most = kMostOfASet;
  if (options != nullptr) {
    BodyReader reader(*options, "sequential_image_generation_options.");
    most = reader.integer("max_images", 1, kMostOfASet, kMostOfASet);
    body.refuse(reader.finish());
  }
  if (mode != "auto") return;
  request.pictures = static_cast<std::uint32_t>(most);
  if (options != nullptr && request.pictures > 1 && request.references.size() + request.pictures > kMostOfASet) {
    body.refuse("sequential_image_generation_options", "leaves more than 15 references and results together");
  }
}

void check_rest(BodyReader& body, const Model& model, ArkImageRequest& request) {
  request.wants_links = body.word("response_format", {"url", "b64_json"}, "url") == "url";
  const std::string format = body.word("output_format", {"jpeg", "png"}, "jpeg");
  request.format = format == "png" ? PictureFormat::png : PictureFormat::jpeg;
  if (body.has("output_format") && !model.has_format) body.refuse("output_format", "is not supported by this model");
  body.flag("watermark", true);
  if (body.flag("stream", false)) body.refuse("stream", "is not supported by the sandbox");
  body.pass({"optimize_prompt_options"});
  for (const char* old : {"seed", "guidance_scale"}) {
    if (body.has(old)) body.refuse(old, "is not supported by this model");
  }
  const json::array* tools = body.list("tools", 0, 1);
  if (tools == nullptr || tools->empty()) return;
  if (tools->front() != json::object{{"type", "web_search"}}) body.refuse("tools", "must be web_search");
  if (!model.has_search) body.refuse("tools", "is not supported by this model");
}

}  // namespace

std::expected<ArkImageRequest, http::Response> read_ark_image_request(std::string_view text) {
  const auto tree = json::parse_object(text, {.depth = 32, .bytes = kMaxBodyBytes});
  if (!tree) return std::unexpected(ark_refusal(400, "InvalidParameter", "The request body is no JSON object."));
  BodyReader body(*tree);
  ArkImageRequest request;
  body.require("model");
  request.model = body.text("model");
  const Model* model = find_model(request.model);
  if (model == nullptr && body.has("model")) {
    return std::unexpected(ark_refusal(404, "InvalidEndpointOrModel.NotFound",
                                       fmt::format("The model or endpoint {} does not exist.", request.model)));
  }
  if (model == nullptr) model = &kModels[2];
  body.require("prompt");
  request.prompt = body.text("prompt");
  read_references(body, *tree, *model, request);
  read_size(body, *model, request);
  read_set(body, *model, request);
  check_rest(body, *model, request);
  if (const auto mistake = body.finish()) return std::unexpected(ark_refusal(*mistake));
  return request;
}

}  // namespace darkroom::sandbox
