#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "catalog/built_in.h"
#include "catalog/catalog.h"
#include "catalog/params.h"
#include "catalog/quote.h"
#include "catalog/spec_reader.h"

namespace darkroom::catalog {
namespace {

namespace fs = std::filesystem;
using Errors = std::vector<std::string>;

struct Loaded {
  ModelSpec model;
  std::string file;
};
using Layer = std::map<std::string, Loaded, std::less<>>;  // by model id

void add_file(Layer& layer, std::string_view file, std::string_view text, Errors& errors) {
  const std::size_t errors_before = errors.size();
  ModelSpec model = read_model(file, text, errors);
  if (errors.size() != errors_before) return;
  const auto [place, is_new] = layer.try_emplace(model.id, Loaded{model, std::string(file)});
  if (!is_new) {
    errors.push_back(fmt::format("{}: id: {} is already the id of {}", file, model.id, place->second.file));
  }
}

bool is_hidden(const fs::path& path) { return path.filename().native().starts_with('.'); }

// All model files below `folder`, in a fixed order. Hidden names are left out: editors and mounted volumes keep
// copies there.
std::vector<fs::path> list_files(const fs::path& folder, Errors& errors) {
  std::vector<fs::path> files;
  std::error_code problem;
  fs::recursive_directory_iterator place(folder, problem);
  for (const fs::recursive_directory_iterator end; !problem && place != end; place.increment(problem)) {
    if (is_hidden(place->path())) {
      place.disable_recursion_pending();
    } else if (place->path().extension() == ".json") {
      files.push_back(place->path());
    }
  }
  if (problem) errors.push_back(fmt::format("{}: cannot be read: {}", folder.string(), problem.message()));
  std::ranges::sort(files);
  return files;
}

void add_folder(Layer& layer, const fs::path& folder, Errors& errors) {
  for (const fs::path& path : list_files(folder, errors)) {
    std::ifstream stream(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    if (!stream.is_open() || stream.bad()) {
      errors.push_back(fmt::format("{}: cannot be read", path.string()));
    } else {
      add_file(layer, path.string(), text, errors);
    }
  }
}

// `model` is the catalogue's: it knows its sisters.
void check_example(const std::string& file, const ModelSpec& model, std::size_t i, Errors& errors) {
  const json::object& body = model.examples[i].body;
  const std::string place = fmt::format("{}: examples[{}].body", file, i);
  if (json::get_string(body, "model") != model.id)
    errors.push_back(fmt::format("{}.model: must be {}", place, model.id));
  const Result<Normalised> request = validate(model, body);
  if (!request) {
    errors.push_back(fmt::format("{}.{}: {}", place, request.error().field, request.error().message));
    return;
  }
  for (const std::string& name : request->ignored) {
    errors.push_back(fmt::format("{}.{}: is no parameter of {} in this mode", place, name, model.id));
  }
  if (find_source(model, *request) != nullptr) return;
  if (const Result<Quote> price = quote(model, *request); !price) {
    errors.push_back(fmt::format("{}.{}: {}", place, price.error().field, price.error().message));
  }
}

// A mode that goes on from a task of the customer's own: no example can name that.
bool goes_on(const ModelSpec& model, const Mode& mode) {
  const auto leads_to = [&](const Param& param) {
    return std::ranges::any_of(param.roles, [&](Role role) { return mode.triggers.has(role); });
  };
  const bool by_task = std::ranges::any_of(
      model.params, [&](const Param& param) { return param.type == ParamType::task && leads_to(param); });
  return by_task && std::ranges::none_of(model.params, [&](const Param& param) {
           return param.type != ParamType::task && leads_to(param);
         });
}

void check_examples(const std::string& file, const ModelSpec& model, Errors& errors) {
  for (std::size_t i = 0; i < model.examples.size(); ++i) check_example(file, model, i, errors);
  for (std::size_t mode = 0; mode < model.modes.size(); ++mode) {
    const bool is_shown = std::ranges::find(model.examples, mode, &Example::mode) != model.examples.end();
    if (is_shown || goes_on(model, model.modes[mode])) continue;
    errors.push_back(fmt::format("{}: examples: none shows the mode {}", file, model.modes[mode].name));
  }
}

void check_related(const std::string& file, const ModelSpec& model, const Catalog& catalog, Errors& errors) {
  for (std::size_t i = 0; i < model.related.size(); ++i) {
    if (catalog.find(model.related[i]) != nullptr) continue;
    errors.push_back(fmt::format("{}: related[{}]: no model has the id {}", file, i, model.related[i]));
  }
}

}  // namespace

std::expected<Catalog, std::vector<std::string>> load_catalog(const std::string& folder) {
  Errors errors;
  Layer built_in;
  for (const EmbeddedFile& file : built_in_files()) add_file(built_in, file.path, file.text, errors);
  Layer models;
  if (!folder.empty()) add_folder(models, folder, errors);
  models.merge(built_in);  // what the folder has stays

  std::vector<ModelSpec> specs;
  for (const auto& [id, loaded] : models) specs.push_back(loaded.model);
  Catalog catalog(std::move(specs));
  for (const ModelSpec& model : catalog.models()) {
    const std::string& file = models.find(model.id)->second.file;
    check_examples(file, model, errors);
    check_related(file, model, catalog, errors);
  }
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return catalog;
}

}  // namespace darkroom::catalog
