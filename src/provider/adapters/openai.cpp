#include "provider/adapters/openai.h"

#include <fmt/format.h>

#include <algorithm>

#include "provider/adapters/media_wire.h"
#include "provider/adapters/openai_images.h"
#include "provider/free_calls.h"

namespace darkroom::provider {
namespace {

// The pixels of a ratio in a size class, for models that take any size: both sides are multiples of 16, at most 3840,
// and the longer one is at most three times the shorter. An upright ratio is its twin lying down.
struct SizeRow {
  std::string_view ratio;
  std::string_view upright;
  int width_1k, height_1k;
  int width_2k, height_2k;
  int width_4k, height_4k;  // 0: too many pixels
};
constexpr SizeRow kSizes[] = {
    {"1:1", "1:1", 1024, 1024, 2048, 2048, 0, 0},        {"5:4", "4:5", 1280, 1024, 2560, 2048, 0, 0},
    {"4:3", "3:4", 1024, 768, 2048, 1536, 0, 0},         {"3:2", "2:3", 1536, 1024, 2048, 1360, 0, 0},
    {"16:9", "9:16", 1536, 864, 2048, 1152, 3840, 2160}, {"2:1", "1:2", 2048, 1024, 2688, 1344, 3840, 1920},
    {"21:9", "9:21", 2016, 864, 2688, 1152, 3840, 1648},
};

std::string print_size(int width, int height, bool upright) {
  return upright ? fmt::format("{}x{}", height, width) : fmt::format("{}x{}", width, height);
}

std::optional<std::string> find_pixels(std::string_view ratio, std::string_view resolution) {
  const auto row =
      std::ranges::find_if(kSizes, [&](const SizeRow& r) { return r.ratio == ratio || r.upright == ratio; });
  if (row == std::end(kSizes)) return std::nullopt;
  const bool upright = row->ratio != ratio;
  if (resolution == "1k") return print_size(row->width_1k, row->height_1k, upright);
  if (resolution == "2k") return print_size(row->width_2k, row->height_2k, upright);
  if (resolution == "4k" && row->width_4k > 0) return print_size(row->width_4k, row->height_4k, upright);
  return std::nullopt;
}

// The models before gpt-image-2 know three sizes.
std::optional<std::string> find_one_of_three(std::string_view ratio) {
  const auto row =
      std::ranges::find_if(kSizes, [&](const SizeRow& r) { return r.ratio == ratio || r.upright == ratio; });
  if (row == std::end(kSizes)) return std::nullopt;
  if (row->ratio == row->upright) return "1024x1024";
  return row->ratio == ratio ? "1536x1024" : "1024x1536";
}

// The vendor's size; empty where it is left to the vendor; nullopt where the vendor has none like it.
std::optional<std::string> find_size(const Job& job) {
  const std::string_view size = text_parameter(job, "size");
  if (size.empty() || size == "auto") return "";
  if (size.contains('x')) return std::string(size);
  if (job.wire_model.starts_with("gpt-image-1")) return find_one_of_three(size);
  const std::string_view resolution = text_parameter(job, "resolution");
  return find_pixels(size, resolution.empty() ? "1k" : resolution);
}

bool can_express(const Job& job, std::string_view name, const json::value& value) {
  if (name == "size") return find_size(job).has_value();
  for (const std::string_view known : {"resolution", "quality", "background", "moderation", "output_format"}) {
    if (name == known) return value.is_string();
  }
  return name == "official_fallback";
}

class OpenaiAdapter final : public Adapter {
 public:
  Result<Request> make_submit(const Job& job) const override {
    DR_TRY(check_parameters(job, can_express));
    json::object fields{{"model", job.wire_model}, {"prompt", job.prompt}, {"n", job.outputs}};
    if (const std::string size = find_size(job).value_or(""); !size.empty()) fields["size"] = size;
    // What the vendor does anyway is left out: not every model knows every one of these fields.
    for (const std::string_view name : {"quality", "background", "moderation", "output_format"}) {
      const std::string_view value = text_parameter(job, name);
      if (!value.empty() && value != "auto" && value != "png") fields[name] = value;
    }
    return make_openai_images(job, fields);
  }
  Verdict read_submit(const Answer& answer) const override { return read_openai_images(answer); }
  std::vector<std::string> payload_members() const override { return {std::string(kOpenaiPayload)}; }

  FreeCalls free_calls() const override {
    return {.make_probe = [](const Job& job) { return make_request("GET", "/models", "Bearer", job.api_key); }};
  }
};

}  // namespace

std::unique_ptr<const Adapter> make_openai_adapter() { return std::make_unique<const OpenaiAdapter>(); }

}  // namespace darkroom::provider
