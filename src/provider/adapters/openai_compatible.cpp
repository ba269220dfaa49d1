#include "provider/adapters/openai_compatible.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "provider/adapters/media_wire.h"
#include "provider/adapters/openai_images.h"
#include "provider/free_calls.h"

namespace darkroom::provider {
namespace {

// The side of the square with a size class's number of pixels: "1K" and "1k" are 1024. 0: no such class.
int find_class_side(std::string_view resolution) {
  constexpr std::pair<std::string_view, int> kClasses[] = {{"0.5K", 512}, {"1K", 1024}, {"2K", 2048},
                                                           {"3K", 3072},  {"4K", 4096}, {"", 1024}};
  for (const auto& [name, side] : kClasses) {
    if (http::equals_ignoring_case(name, resolution)) return side;
  }
  return 0;
}

// "16:9" as 16/9.
std::optional<double> parse_ratio(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  int width = 0, height = 0;
  const std::string_view left = text.substr(0, colon), right = text.substr(colon + 1);
  const auto [left_end, left_problem] = std::from_chars(left.data(), left.data() + left.size(), width);
  const auto [right_end, right_problem] = std::from_chars(right.data(), right.data() + right.size(), height);
  const bool whole = left_end == left.data() + left.size() && right_end == right.data() + right.size();
  if (left_problem != std::errc() || right_problem != std::errc() || !whole || width <= 0 || height <= 0) {
    return std::nullopt;
  }
  return static_cast<double>(width) / height;
}

// Diffusion models want sides in steps of 64.
int round_side(double pixels) { return std::max(64, static_cast<int>(std::lround(pixels / 64)) * 64); }

// Empty where it is left to the server; nullopt where it cannot be said.
std::optional<std::string> find_size(const Job& job) {
  const std::string_view size = text_parameter(job, "size");
  const int side = find_class_side(text_parameter(job, "resolution"));
  if (side == 0) return std::nullopt;
  if (size.empty() || size == "auto") return "";
  if (size.contains('x')) return std::string(size);
  const auto ratio = parse_ratio(size);
  if (!ratio) return std::nullopt;
  return fmt::format("{}x{}", round_side(side * std::sqrt(*ratio)), round_side(side / std::sqrt(*ratio)));
}

bool is_plain(std::string_view name) {
  for (const std::string_view known :
       {"quality", "background", "moderation", "output_format", "negative_prompt", "seed"}) {
    if (name == known) return true;
  }
  return false;
}

bool can_express(const Job& job, std::string_view name, const json::value& value) {
  if (name == "size" || name == "resolution") return value.is_string() && find_size(job).has_value();
  return is_plain(name) ? value.is_primitive() : name == "official_fallback";
}

// What everybody does anyway is not said: many servers refuse names that they do not know.
void add_plain_fields(const Job& job, json::object& fields) {
  for (const auto& [name, value] : job.parameters) {
    if (is_plain(name) && value != "auto" && value != "png") fields[name] = value;
  }
}

// response_format is never sent: some servers refuse the word, and either answer is read.
class OpenaiCompatibleAdapter final : public Adapter {
 public:
  Result<Request> make_submit(const Job& job) const override {
    DR_TRY(check_parameters(job, can_express));
    json::object fields{{"model", job.wire_model}, {"prompt", job.prompt}, {"n", job.outputs}};
    if (const std::string size = find_size(job).value_or(""); !size.empty()) fields["size"] = size;
    add_plain_fields(job, fields);
    return make_openai_images(job, fields);
  }
  Verdict read_submit(const Answer& answer) const override { return read_openai_images(answer); }
  std::vector<std::string> payload_members() const override { return {std::string(kOpenaiPayload)}; }

  FreeCalls free_calls() const override {
    return {.make_probe = [](const Job& job) { return make_request("GET", "/models", "Bearer", job.api_key); }};
  }
};

bool can_express_to_openrouter(const Job& job, std::string_view name, const json::value& value) {
  if (name == "moderation") return value == "auto";
  if (name == "negative_prompt") return false;
  return can_express(job, name, value);
}

// In dollars: what was bought, less what was spent. Only some keys may read it.
Result<Balance> read_openrouter_credits(const json::value& document) {
  const auto bought = read_amount(document, "/data/total_credits");
  const auto spent = read_amount(document, "/data/total_usage");
  const auto left = bought && spent ? subtract(*bought, *spent) : std::nullopt;
  if (!left) return fail(Code::bad_json, "there are no total_credits and total_usage in it");
  return Balance{*left, "USD"};
}

// OpenRouter knows ratios and size classes itself, and takes references as data URLs.
class OpenrouterAdapter final : public Adapter {
 public:
  Result<Request> make_submit(const Job& job) const override {
    DR_TRY(check_parameters(job, can_express_to_openrouter));
    json::object fields{{"model", job.wire_model}, {"prompt", job.prompt}, {"n", job.outputs}};
    const std::string_view size = text_parameter(job, "size");
    if (!size.empty() && size != "auto") fields[size.contains('x') ? "size" : "aspect_ratio"] = size;
    const std::string_view resolution = text_parameter(job, "resolution");
    if (!resolution.empty()) fields["resolution"] = print_class(resolution);
    add_plain_fields(job, fields);
    Request request;
    request.path = "/images";
    request.headers = openai_headers(job, "application/json");
    auto body = make_body(job, json::print(fields));
    if (!body) return fail(std::move(body.error()));
    request.body = std::move(*body);
    return request;
  }
  Verdict read_submit(const Answer& answer) const override { return read_openai_images(answer); }
  std::vector<std::string> payload_members() const override { return {std::string(kOpenaiPayload)}; }

  // The list of models is open to everybody; what is known of a key is told to that key alone.
  FreeCalls free_calls() const override {
    return {.make_probe = [](const Job& job) { return make_request("GET", "/key", "Bearer", job.api_key); },
            .make_balance = [](const Job& job) { return make_request("GET", "/credits", "Bearer", job.api_key); },
            .read_balance = read_openrouter_credits};
  }

 private:
  static std::string print_class(std::string_view resolution) {
    const int side = find_class_side(resolution);
    return side == 512 ? "512" : fmt::format("{}K", side / 1024);
  }
  // `fields` without its closing brace, and the references behind it.
  static Result<std::vector<BodyPart>> make_body(const Job& job, std::string_view fields) {
    BodyWriter body;
    body.text(fields.substr(0, fields.size() - 1));
    std::string_view before = R"(,"input_references":[)";
    for (const ReferenceFile& reference : job.references) {
      if (reference.role != "image") {
        return fail(Code::invalid_parameter, "this route takes pictures only", reference.role);
      }
      body.text(before).text(R"({"type":"image_url","image_url":{"url":)");
      write_inline(body, reference);
      body.text("}}");
      before = ",";
    }
    body.text(job.references.empty() ? "}" : "]}");
    return std::move(body).finish();
  }
};

}  // namespace

std::unique_ptr<const Adapter> make_openai_compatible_adapter() {
  return std::make_unique<const OpenaiCompatibleAdapter>();
}
std::unique_ptr<const Adapter> make_openrouter_adapter() { return std::make_unique<const OpenrouterAdapter>(); }

}  // namespace darkroom::provider
