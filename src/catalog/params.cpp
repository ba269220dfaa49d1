#include "catalog/params.h"

#include <fmt/format.h>

#include <algorithm>

#include "catalog/media.h"
#include "catalog/value.h"

namespace darkroom::catalog {
namespace {

bool is_list(ParamType type) {
  return type == ParamType::string_list || type == ParamType::url_list || type == ParamType::object_list;
}

// Says nothing: null, a list without entries, an empty string where that is no value of its own.
bool is_absent(const Param& param, const json::value& value) {
  if (value.is_null()) return true;
  if (is_list(param.type)) return value.is_array() && value.get_array().empty();
  const bool may_be_empty =
      param.type == ParamType::string && param.values.empty() && param.min_length.value_or(0) == 0;
  return may_be_empty && value.is_string() && value.get_string().empty();
}

class Validation {
 public:
  explicit Validation(const ModelSpec& model) : model_(model) {}

  Result<Normalised> run(const json::object& body) {
    sort_members(body);
    DR_TRY(normalise_given());
    Result<MediaFacts> media = collect_media(model_, slots_);
    if (!media) return fail(std::move(media.error()));
    request_.mode = media->mode;
    request_.references = std::move(media->references);
    DR_TRY(apply_mode());
    DR_TRY(check_limits());
    store_all();
    if (!sister_name_.empty()) {
      return fail(Code::invalid_parameter,
                  fmt::format("{}: {} is not a parameter of this model", model_.id, sister_name_),
                  std::string(sister_name_));
    }
    return std::move(request_);
  }

 private:
  NamedParam named(std::size_t i) const { return {model_, model_.params[i], slots_[i].name}; }

  // Finds the parameter of each member. A name that only a sister model knows was meant to do something, so it is
  // refused; one that no sister knows is ignored and named.
  void sort_members(const json::object& body) {
    for (const auto& [key, value] : body) {
      const std::string_view name = key;
      const std::size_t index = model_.find_param(name);
      if (index == kNone) {
        const bool is_known = std::ranges::find(kRequestMembers, name) != kRequestMembers.end();
        if (!is_known && !value.is_null()) note_unknown(name);
        continue;
      }
      if (is_absent(model_.params[index], value)) continue;
      Slot& slot = slots_[index];
      if (slot.given == nullptr) {
        slot.given = &value;
        slot.name = name;
      } else {
        slot.twin = &value;
        slot.twin_name = name;
      }
    }
  }

  void note_unknown(std::string_view name) {
    if (!std::ranges::binary_search(model_.sister_names, name)) {
      request_.ignored.emplace_back(name);
    } else if (sister_name_.empty()) {
      sister_name_ = name;
    }
  }

  Status normalise_given() {
    for (std::size_t i = 0; i < model_.params.size(); ++i) {
      const Param& param = model_.params[i];
      Slot& slot = slots_[i];
      if (slot.given == nullptr) {
        if (param.required) return refuse_missing(param);
        continue;
      }
      Result<json::value> value = normalise(named(i), *slot.given, request_.ignored);
      if (!value) return fail(std::move(value.error()));
      slot.value = std::move(*value);
      if (slot.twin != nullptr) DR_TRY(check_twin(param, slot));
    }
    return {};
  }

  // Two spellings of one parameter may both be sent if they say the same.
  Status check_twin(const Param& param, const Slot& slot) {
    const NamedParam twin{model_, param, slot.twin_name};
    const Result<json::value> value = normalise(twin, *slot.twin, request_.ignored);
    if (!value) return fail(value.error());
    if (*value == slot.value) return {};
    return refuse(
        twin, fmt::format("{} and {} are two names of one parameter and must not differ", slot.name, slot.twin_name));
  }

  std::unexpected<Error> refuse_missing(const Param& param) const {
    return fail(Code::missing_parameter, fmt::format("Missing required parameter: {}", param.name), param.name);
  }

  // What the mode asks for, has no use for, and leaves to a default.
  Status apply_mode() {
    for (std::size_t i = 0; i < model_.params.size(); ++i) {
      const Param& param = model_.params[i];
      Slot& slot = slots_[i];
      const bool is_of_use = param.modes.empty() || param.modes.has(request_.mode);
      if (slot.given != nullptr) {
        if (is_of_use) continue;
        if (param.refused_elsewhere) return refuse_in_mode(i);
        request_.ignored.emplace_back(slot.name);
        slot = {};
      } else if (param.required_in.has(request_.mode)) {
        return refuse_missing(param);
      } else if (is_of_use && takes_default(param)) {
        slot.value = param.default_value;
      }
    }
    return {};
  }

  bool takes_default(const Param& param) const {
    if (param.default_value.is_null()) return false;
    return param.default_unless == kNone || slots_[param.default_unless].given == nullptr;
  }

  std::unexpected<Error> refuse_in_mode(std::size_t i) const {
    std::vector<std::string> modes;
    for (std::size_t mode = 0; mode < model_.modes.size(); ++mode) {
      if (model_.params[i].modes.has(mode)) modes.push_back(model_.modes[mode].name);
    }
    return refuse(named(i), fmt::format("{} is not taken in {}, only in {}", slots_[i].name,
                                        model_.modes[request_.mode].name, fmt::join(modes, ", ")));
  }

  bool holds(const Condition& when) const {
    if (!when.modes.empty() && !when.modes.has(request_.mode)) return false;
    return std::ranges::all_of(when.choices, [&](const Condition::Choice& choice) {
      return std::ranges::find(choice.values, slots_[choice.param].value) != choice.values.end();
    });
  }

  // " with resolution=4k"; " in edit".
  std::string print_when(const Condition& when) const {
    std::string text;
    for (const Condition::Choice& choice : when.choices) {
      const Slot& slot = slots_[choice.param];
      const std::string_view name = slot.given == nullptr ? model_.params[choice.param].name : slot.name;
      text += fmt::format("{}{}={}", text.empty() ? " with " : " and ", name, print_plainly(slot.value));
    }
    if (!when.modes.empty()) text += fmt::format(" in {}", model_.modes[request_.mode].name);
    return text;
  }

  Status check_limits() const {
    for (std::size_t i = 0; i < model_.params.size(); ++i) {
      for (const Limit& limit : model_.params[i].limits) {
        if (holds(limit.when)) DR_TRY(check_limit(i, limit));
      }
    }
    return {};
  }

  Status check_limit(std::size_t i, const Limit& limit) const {
    const Slot& slot = slots_[i];
    const Param& param = model_.params[i];
    const NamedParam place{model_, param, slot.given == nullptr ? std::string_view(param.name) : slot.name};
    if (limit.max_length && slot.given != nullptr) {
      const std::size_t length = slot.given->get_array().size();
      if (length <= static_cast<std::size_t>(*limit.max_length)) return {};
      Param bounded = param;
      bounded.max_length = limit.max_length;
      return refuse(place, fmt::format("{} must be {}{}, not of {}", place.name, print_expected(bounded),
                                       print_when(limit.when), length));
    }
    if (limit.values.empty() || slot.value.is_null()) return {};
    if (std::ranges::find(limit.values, slot.value) != limit.values.end()) return {};
    if (!limit.refusal.empty()) return refuse(place, limit.refusal);
    std::vector<std::string> values;
    for (const json::value& value : limit.values) values.push_back(print_plainly(value));
    return refuse(place, fmt::format("{} must be {}{}", place.name, print_choice(values), print_when(limit.when)));
  }

  void store_all() {
    request_.parameters.reserve(model_.params.size());
    const bool is_set = model_.set && holds(model_.set->when);
    std::int64_t set_size = 0;
    if (is_set) {
      const json::value& options = slots_[model_.set->param].value;
      if (options.is_object()) set_size = json::get_int(options.get_object(), model_.set->field);
    }
    for (std::size_t i = 0; i < model_.params.size(); ++i) {
      if (!slots_[i].value.is_null()) store(model_.params[i], std::move(slots_[i].value));
    }
    if (!is_set) return;
    request_.outputs_per_call = set_size > 0 ? static_cast<std::uint32_t>(set_size) : request_.count;
    request_.count = 1;
  }

  // `value` is in canonical form, so its type is that of the parameter.
  void store(const Param& param, json::value value) {
    if (param.passed_as == "prompt") {
      request_.prompt = std::string(value.get_string());
    } else if (param.passed_as == "n") {
      request_.count = static_cast<std::uint32_t>(value.get_int64());
    } else if (param.passed) {
      request_.parameters[param.passed_as] = param.as_flag ? json::value(true) : std::move(value);
    }
  }

  const ModelSpec& model_;
  Slots slots_;
  std::string_view sister_name_;
  Normalised request_;
};

}  // namespace

Result<Normalised> validate(const ModelSpec& model, const json::object& body) { return Validation(model).run(body); }

}  // namespace darkroom::catalog
