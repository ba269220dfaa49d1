#include "api/edit_request.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "api/openai.h"

namespace darkroom::api {
namespace {

using catalog::ModelSpec;
using catalog::Param;
using catalog::ParamType;
using catalog::Role;

constexpr std::string_view kListMark = "[]";

// The parameter by which the model takes media of that role.
const Param* find_media(const ModelSpec& model, Role role) {
  for (const Param& param : model.params) {
    const bool is_link = param.type == ParamType::url || param.type == ParamType::url_list;
    if (is_link && std::ranges::find(param.roles, role) != param.roles.end()) return &param;
  }
  return nullptr;
}

std::string name_models_with(Role role, const catalog::Catalog& catalog) {
  std::vector<std::string_view> names;
  for (const ModelSpec& model : catalog.models()) {
    if (model.endpoint == kImageEndpoint && find_media(model, role) != nullptr) names.push_back(model.id);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

std::unexpected<Error> refuse(const ModelSpec& model, std::string_view field, std::string_view rule) {
  return fail(Code::invalid_parameter, fmt::format("{}: {} {}", model.id, field, rule), std::string(field));
}

template <class Number>
json::value parse_number(const std::string& text) {
  Number number{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = problem == std::errc() && end == text.data() + text.size();
  return whole ? json::value(number) : json::value(text);
}

// A text that is none of its type stays a text, which the submit refuses in its own words.
json::value parse_value(const std::string& text, ParamType type) {
  switch (type) {
    case ParamType::integer: return parse_number<std::int64_t>(text);
    case ParamType::number: return parse_number<double>(text);
    case ParamType::boolean:
      if (text == "true" || text == "false") return json::value(text == "true");
      break;
    case ParamType::object:
    case ParamType::object_list:
      if (Result<json::value> tree = json::parse(text)) return std::move(*tree);
      break;
    default: break;
  }
  return json::value(text);
}

ParamType type_of(const ModelSpec* model, std::string_view name) {
  if (name == "stream" || name == "dry_run") return ParamType::boolean;
  const std::size_t index = model == nullptr ? catalog::kNone : model->find_param(name);
  return index == catalog::kNone ? ParamType::string : model->params[index].type;
}

bool is_list_of_texts(ParamType type) { return type == ParamType::string_list || type == ParamType::url_list; }

// A name that ends in "[]" is an entry of a list, and so is each text of a parameter that is one.
Status add_text(const EditForm::Text& text, const ModelSpec* model, json::object& body) {
  std::string_view name = text.name;
  const bool has_mark = name.size() > kListMark.size() && name.ends_with(kListMark);
  if (has_mark) name.remove_suffix(kListMark.size());
  const ParamType type = type_of(model, name);
  json::value* earlier = body.if_contains(name);
  if (!has_mark && !is_list_of_texts(type)) {
    if (earlier != nullptr) {
      return fail(Code::invalid_parameter, fmt::format("{} must be sent once", name), std::string(name));
    }
    body[name] = parse_value(text.value, type);
    return {};
  }
  if (earlier == nullptr) earlier = &(body[name] = json::array());
  if (!earlier->is_array()) {
    return fail(Code::invalid_parameter, fmt::format("{} must be sent once", name), std::string(name));
  }
  earlier->get_array().emplace_back(text.value);
  return {};
}

const ModelSpec* find_model(const std::vector<EditForm::Text>& texts, const catalog::Catalog& catalog) {
  const auto found = std::ranges::find(texts, "model", &EditForm::Text::name);
  const ModelSpec* model = found == texts.end() ? nullptr : catalog.find(found->value);
  return model != nullptr && model->endpoint == kImageEndpoint ? model : nullptr;
}

// Pictures are sent, so that whoever names some as well has lost track of what is edited.
Status check_absent(const json::object& body, const Param& param, std::string_view field) {
  const auto is_given = [&](std::string_view name) { return body.contains(name); };
  if (!is_given(param.name) && std::ranges::none_of(param.aliases, is_given)) return {};
  return fail(Code::invalid_parameter, fmt::format("{} is sent as a file here, named {}", param.name, field),
              param.name);
}

Status add_pictures(json::object& body, const ModelSpec& model, std::size_t count, const catalog::Catalog& catalog) {
  const Param* param = find_media(model, Role::image);
  if (param == nullptr) {
    return refuse(model, "image", "is not taken; models with it: " + name_models_with(Role::image, catalog));
  }
  DR_TRY(check_absent(body, *param, "image"));
  const bool is_list = param->type == ParamType::url_list;
  const auto most = static_cast<std::size_t>(is_list ? param->max_length.value_or(INT64_MAX) : 1);
  if (count > most) return refuse(model, "image", fmt::format("must be at most {} pictures, not {}", most, count));
  if (!is_list) {
    body[param->name] = upload_link(0);
    return {};
  }
  json::array& links = body[param->name].emplace_array();
  for (std::size_t i = 0; i < count; ++i) links.emplace_back(upload_link(i));
  return {};
}

Status add_mask(json::object& body, const ModelSpec& model, std::size_t index, const catalog::Catalog& catalog) {
  const Param* param = find_media(model, Role::mask);
  if (param == nullptr) {
    return refuse(model, "mask", "is not taken; models with it: " + name_models_with(Role::mask, catalog));
  }
  DR_TRY(check_absent(body, *param, "mask"));
  body[param->name] = upload_link(index);
  return {};
}

}  // namespace

std::string upload_link(std::size_t index) { return fmt::format("https://upload.invalid/{}", index); }

Result<json::object> make_edit_body(const std::vector<EditForm::Text>& texts, std::size_t pictures, bool has_mask,
                                    const catalog::Catalog& catalog) {
  const ModelSpec* model = find_model(texts, catalog);
  json::object body;
  for (const EditForm::Text& text : texts) DR_TRY(add_text(text, model, body));
  if (model == nullptr) return body;
  if (pictures == 0) return fail(Code::missing_parameter, "Missing required parameter: image", "image");
  DR_TRY(add_pictures(body, *model, pictures, catalog));
  if (has_mask) DR_TRY(add_mask(body, *model, pictures, catalog));
  return body;
}

Status add_upload_links(json::object& body, std::size_t pictures, bool has_mask, const catalog::Catalog& catalog) {
  const json::value* name = body.if_contains("model");
  const ModelSpec* model = name == nullptr || !name->is_string() ? nullptr : catalog.find(name->get_string());
  if (model == nullptr) return {};
  if (pictures > 0) DR_TRY(add_pictures(body, *model, pictures, catalog));
  return has_mask ? add_mask(body, *model, pictures, catalog) : Status();
}

Error in_words_of_form(Error error, const json::object& body, const catalog::Catalog& catalog) {
  const json::value* name = body.if_contains("model");
  const ModelSpec* model = name == nullptr || !name->is_string() ? nullptr : catalog.find(name->get_string());
  if (model == nullptr) return error;
  for (const auto& [role, field] : {std::pair(Role::image, "image"), std::pair(Role::mask, "mask")}) {
    const Param* param = find_media(*model, role);
    if (param == nullptr || !error.field.starts_with(param->name)) continue;
    for (std::size_t at = error.message.find(param->name); at != std::string::npos;
         at = error.message.find(param->name, at + 1)) {
      error.message.replace(at, param->name.size(), field);
    }
    error.field = field;
    break;
  }
  return error;
}

}  // namespace darkroom::api
