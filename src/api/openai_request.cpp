#include "api/openai_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "base/http_message.h"
#include "catalog/value.h"

namespace darkroom::api {
namespace {

constexpr std::uint32_t kMaxSide = 99'999;

struct Pair {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
};

// "1536x1024" or "16:9", by the separator.
std::optional<Pair> parse_pair(std::string_view text, char separator) {
  const auto take_number = [&text](std::uint32_t& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return error == std::errc() && number > 0 && number <= kMaxSide;
  };
  Pair pair;
  if (!take_number(pair.first) || !text.starts_with(separator)) return std::nullopt;
  text.remove_prefix(1);
  if (!take_number(pair.second) || !text.empty()) return std::nullopt;
  return pair;
}

const json::value* find_given(const json::object& body, std::string_view name) {
  const json::value* value = json::find(body, name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

const catalog::ModelSpec* find_model(const json::object& body, const catalog::Catalog& catalog) {
  const json::value* name = find_given(body, "model");
  return name != nullptr && name->is_string() ? catalog.find(std::string_view(name->get_string())) : nullptr;
}

// The parameter that the model's customers call `size`.
const catalog::Param* find_size(const catalog::ModelSpec& model) {
  for (const catalog::Param& param : model.params) {
    if (param.name == "size" || std::ranges::find(param.aliases, "size") != param.aliases.end()) return &param;
  }
  return nullptr;
}

// Leaves the body alone where only the submit can say what is wrong.
void map_size(json::object& body, const catalog::Catalog& catalog) {
  const json::value* given = find_given(body, "size");
  const catalog::ModelSpec* model = find_model(body, catalog);
  const catalog::Param* param = model == nullptr ? nullptr : find_size(*model);
  if (given == nullptr || !given->is_string() || param == nullptr) return;
  std::vector<std::string> ignored;
  if (catalog::normalise({*model, *param, "size"}, *given, ignored)) return;
  const std::string size(given->get_string());
  if (http::equals_ignoring_case(size, "auto")) {
    body.stable_erase("size");
    return;
  }
  const std::optional<Pair> pixels = parse_pair(size, 'x');
  const std::string_view ratio = pixels ? nearest_ratio(param->values, pixels->first, pixels->second) : "";
  if (!ratio.empty()) body["size"] = ratio;
}

Result<PictureForm> take_form(json::object& body) {
  const json::value* given = find_given(body, "response_format");
  const std::string_view form = given != nullptr && given->is_string() ? std::string_view(given->get_string()) : "";
  if (given != nullptr && form != "url" && form != "b64_json") {
    return fail(Code::invalid_parameter, "response_format must be one of url, b64_json", "response_format");
  }
  const PictureForm taken = form == "b64_json" ? PictureForm::base64 : PictureForm::url;
  body.stable_erase("response_format");
  return taken;
}

// What would change the kind of the answer, which is always the whole result here.
Status take_off(json::object& body, std::string_view name, std::string_view why) {
  const json::value* given = find_given(body, name);
  if (given != nullptr && !(given->is_bool() && !given->get_bool())) {
    return fail(Code::invalid_parameter, fmt::format("{} must be false: {}", name, why), std::string(name));
  }
  body.stable_erase(name);
  return {};
}

}  // namespace

std::string_view nearest_ratio(const std::vector<std::string>& ratios, std::uint32_t width, std::uint32_t height) {
  const double wanted = std::log(static_cast<double>(width) / height);
  std::string_view nearest;
  double least = std::numeric_limits<double>::infinity();
  for (const std::string& ratio : ratios) {
    const std::optional<Pair> sides = parse_pair(ratio, ':');
    if (!sides) continue;
    const double distance = std::abs(std::log(static_cast<double>(sides->first) / sides->second) - wanted);
    if (distance >= least) continue;
    least = distance;
    nearest = ratio;
  }
  return nearest;
}

Result<OpenAiRequest> read_openai_request(json::object body, const catalog::Catalog& catalog) {
  const Result<PictureForm> form = take_form(body);
  if (!form) return fail(form.error());
  DR_TRY(take_off(body, "stream", "answers are not streamed here"));
  DR_TRY(take_off(body, "dry_run", "prices are told by POST /api/v1/images/generations"));
  map_size(body, catalog);
  return OpenAiRequest{std::move(body), *form};
}

}  // namespace darkroom::api
