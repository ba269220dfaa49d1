#include "provider/adapters/ark_image.h"

#include <fmt/format.h>

#include <algorithm>

#include "provider/adapters/ark_wire.h"
#include "provider/adapters/media_wire.h"
#include "provider/free_calls.h"

namespace darkroom::provider {
namespace {

constexpr std::uint32_t kMostOfASet = 15;  // references and results together
constexpr std::size_t kMostReferences = 14;

// ---- the request

// The vendor names a size class or pixels, never a ratio; these are the pixels that it gives for both. Some of its
// pages have 4K for 5.0 lite and some have not: the model's file says what may be asked for.
struct SizeRow {
  std::string_view ratio;
  std::string_view pixels_1k;
  std::string_view pixels_2k;
  std::string_view pixels_3k;
  std::string_view pixels_4k;
};
constexpr SizeRow kSizes[] = {
    {"1:1", "1024x1024", "2048x2048", "3072x3072", "4096x4096"},
    {"4:3", "1152x864", "2304x1728", "3456x2592", "4704x3520"},
    {"3:4", "864x1152", "1728x2304", "2592x3456", "3520x4704"},
    {"16:9", "1312x736", "2848x1600", "4096x2304", "5504x3040"},
    {"9:16", "736x1312", "1600x2848", "2304x4096", "3040x5504"},
    {"3:2", "1248x832", "2496x1664", "3744x2496", "4992x3328"},
    {"2:3", "832x1248", "1664x2496", "2496x3744", "3328x4992"},
    {"21:9", "1568x672", "3136x1344", "4704x2016", "6240x2656"},
};

std::string_view find_pixels(const SizeRow& row, std::string_view size_class) {
  if (size_class == "1K") return row.pixels_1k;
  if (size_class == "2K") return row.pixels_2k;
  if (size_class == "3K") return row.pixels_3k;
  return size_class == "4K" ? row.pixels_4k : std::string_view();
}

bool is_pixels(std::string_view size) {
  return size.find('x') != std::string_view::npos && size.find_first_not_of("0123456789x") == std::string_view::npos;
}

Result<std::string> choose_size(const Job& job) {
  const std::string_view size = text_parameter(job, "size");
  const std::string_view given_class = text_parameter(job, "resolution");
  const std::string_view size_class = given_class.empty() ? "2K" : given_class;
  if (find_pixels(kSizes[0], size_class).empty()) {
    return fail(Code::invalid_parameter, fmt::format("this route has no resolution {}", size_class), "resolution");
  }
  if (is_pixels(size)) return std::string(size);
  // With a class alone the shape follows the references, or what the prompt says of it.
  if (size.empty() || size == "auto" || size == "adaptive") return std::string(size_class);
  const auto* row = std::ranges::find(kSizes, size, &SizeRow::ratio);
  if (row == std::end(kSizes)) {
    return fail(Code::invalid_parameter, fmt::format("this route has no size {}", size), "size");
  }
  return std::string(find_pixels(*row, size_class));
}

// A call that should bring several pictures is a set; how many it becomes is the model's choice, up to what is said
// here. Left out where it changes nothing: 5.0 pro refuses the very name of it.
void add_set(const Job& job, json::object& tree) {
  if (job.outputs == 1 && text_parameter(job, "sequential_image_generation") != "auto") return;
  const auto taken = static_cast<std::uint32_t>(std::min<std::size_t>(job.references.size(), kMostOfASet - 1));
  tree["sequential_image_generation"] = "auto";
  tree["sequential_image_generation_options"] =
      json::object{{"max_images", std::min(job.outputs, kMostOfASet - taken)}};
}

Result<json::object> make_members(const Job& job) {
  if (job.references.size() > kMostReferences) {
    return fail(Code::invalid_parameter, fmt::format("this route takes {} pictures at most", kMostReferences),
                "image_urls");
  }
  Result<std::string> size = choose_size(job);
  if (!size) return std::unexpected(std::move(size.error()));
  json::object tree;
  tree["model"] = job.wire_model;
  tree["prompt"] = job.prompt;
  tree["size"] = *size;
  tree["response_format"] = "b64_json";
  // The vendor's own default is true.
  tree["watermark"] = json::get_bool(job.parameters, "watermark");
  copy_parameter(job, "output_format", tree, "output_format");
  copy_parameter(job, "seed", tree, "seed");
  if (json::get_bool(job.parameters, "web_search")) {
    tree["tools"] = json::array{json::object{{"type", "web_search"}}};
  }
  add_set(job, tree);
  return tree;
}

// ---- the answer

std::optional<OutputSource> read_picture(const json::object& entry) {
  if (const auto payload = find_payload(entry, "b64_json")) return PayloadOutput{*payload, ""};
  const std::string_view url = find_text(entry, "url");
  if (!url.empty()) return UrlOutput{std::string(url), "", OutputRole::result, {}};
  return std::nullopt;
}

// What there is is delivered; if there is nothing, the first error speaks for all.
Verdict read_pictures(const json::array& entries) {
  Completed completed;
  std::optional<ArkError> first_error;
  for (const json::value& entry : entries) {
    const json::object* tree = entry.if_object();
    if (tree == nullptr) continue;
    if (auto picture = read_picture(*tree)) completed.outputs.push_back(std::move(*picture));
    const json::object* error = find_object(*tree, "error");
    if (error != nullptr && !first_error) first_error = read_ark_error(*error);
  }
  if (!completed.outputs.empty()) return completed;
  if (first_error) return judge_submit(first_error->fault, first_error->code, std::nullopt);
  return Unreadable{"no picture"};
}

class ArkImageAdapter final : public Adapter {
 public:
  Result<Request> make_submit(const Job& job) const override {
    DR_TRY(check_job(
        job, {"size", "resolution", "watermark", "output_format", "seed", "web_search", "sequential_image_generation"},
        {"image"}));
    const Result<json::object> members = make_members(job);
    if (!members) return std::unexpected(members.error());
    Request request = make_request("POST", fmt::format("{}/images/generations", kArkPath), "Bearer", job.api_key);
    BodyWriter body;
    body.text("{").text(print_members(*members));
    std::string_view before = R"(,"image":[)";
    for (const ReferenceFile& reference : job.references) {
      body.text(before);
      write_inline(body, reference);
      before = ",";
    }
    body.text(job.references.empty() ? "}" : "]}");
    request.body = std::move(body).finish();
    return request;
  }

  Verdict read_submit(const Answer& answer) const override {
    const json::object* document = find_document(answer);
    if (is_success(answer) && document == nullptr) return Unreadable{"no JSON object"};
    // A success may hold an error, beside pictures or instead of them.
    const json::array* entries = is_success(answer) ? find_array(*document, "data") : nullptr;
    if (entries != nullptr && !entries->empty()) return read_pictures(*entries);
    const ArkError error = read_ark_error(answer);
    return judge_submit(error.fault, error.code, error.after);
  }

  std::vector<std::string> payload_members() const override { return {"b64_json"}; }

  FreeCalls free_calls() const override {
    return {.make_probe = [](const Job& job) { return make_ark_probe(job); }};
  }
};

}  // namespace

std::unique_ptr<const Adapter> make_ark_image_adapter() { return std::make_unique<const ArkImageAdapter>(); }

}  // namespace darkroom::provider
