#include "catalog/media.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/check.h"
#include "catalog/value.h"

namespace darkroom::catalog {
namespace {

constexpr std::size_t kFrames = 2;  // a first and a last

class Collection {
 public:
  Collection(const ModelSpec& model, const Slots& slots) : model_(model), slots_(slots) {}

  Result<MediaFacts> run() {
    for (std::size_t i = 0; i < model_.params.size(); ++i) {
      if (slots_[i].given != nullptr && model_.params[i].is_media()) DR_TRY(collect(i));
    }
    facts_.mode = find_mode();
    DR_TRY(check_mode());
    return std::move(facts_);
  }

 private:
  NamedParam named(std::size_t i) const { return {model_, model_.params[i], slots_[i].name}; }

  Status collect(std::size_t i) {
    const Param& param = model_.params[i];
    const json::value& given = *slots_[i].given;
    if (!given.is_array()) return add(i, param.roles.front(), std::string(slots_[i].name), given);
    const json::array& entries = given.get_array();
    if (param.type == ParamType::object_list) return collect_objects(i, entries);
    const bool are_frames = param.frames_by != kNone && says_frames(param, entries.size());
    if (are_frames && entries.size() > kFrames) {
      return refuse(named(i),
                    fmt::format("{} must be an array of up to {} public http(s) URLs with {}=frame, not of {}",
                                slots_[i].name, kFrames, model_.params[param.frames_by].name, entries.size()));
    }
    for (std::size_t at = 0; at < entries.size(); ++at) {
      const Role frame = at == 0 ? Role::first_frame : Role::last_frame;
      const Role role = are_frames ? frame : param.roles[std::min(at, param.roles.size() - 1)];
      DR_TRY(add(i, role, fmt::format("{}[{}]", slots_[i].name, at), entries[at]));
    }
    return {};
  }

  // Whether the parameter that may choose says so; without a word from it, one or two pictures are frames.
  bool says_frames(const Param& param, std::size_t entries) const {
    const json::value& choice = slots_[param.frames_by].value;
    return choice.is_null() ? entries <= kFrames : choice == "frame";
  }

  Status collect_objects(std::size_t i, const json::array& entries) {
    const Param& param = model_.params[i];
    const auto link = std::ranges::find(param.fields, ParamType::url, &Param::type);
    for (std::size_t at = 0; at < entries.size(); ++at) {
      const json::object& entry = entries[at].get_object();
      const auto role = parse_role(json::get_string(entry, link->role_from));
      DR_TRY(add(i, role.value_or(Role::image), fmt::format("{}[{}]", slots_[i].name, at), entry.at(link->name)));
    }
    return {};
  }

  Status add(std::size_t i, Role role, std::string field, const json::value& url) {
    const std::string_view text = url.get_string();
    if (is_single(role) && present_.has(role)) {
      const auto first = std::ranges::find(facts_.references, role, &Reference::role);
      if (first->url == text) return {};
      return refuse(named(i),
                    fmt::format("{} and {} are both the {} and must not differ", first->field, field, print(role)));
    }
    present_.add(role);
    facts_.references.push_back({role, std::move(field), i, std::string(text)});
    return {};
  }

  std::size_t find_mode() const {
    const auto is_triggered = [&](const Mode& mode) { return mode.triggers.shares_with(present_); };
    auto found = std::ranges::find_if(model_.modes, is_triggered);
    if (found == model_.modes.end()) {
      found = std::ranges::find_if(model_.modes, [](const Mode& mode) { return mode.triggers.empty(); });
    }
    DR_CHECK(found != model_.modes.end());  // the reader has seen to it
    return static_cast<std::size_t>(found - model_.modes.begin());
  }

  Status check_mode() const {
    const Mode& mode = model_.modes[facts_.mode];
    const auto trigger =
        std::ranges::find_if(facts_.references, [&](const Reference& one) { return mode.triggers.has(one.role); });
    if (trigger == facts_.references.end()) return {};
    for (const Reference& one : facts_.references) {
      if (mode.triggers.has(one.role) || mode.along.has(one.role)) continue;
      return refuse(named(trigger->param),
                    fmt::format("{} cannot be combined with {}", slots_[trigger->param].name, slots_[one.param].name));
    }
    if (mode.needs.empty() || mode.needs.shares_with(present_)) return {};
    return refuse_needy(mode, *trigger);
  }

  // "audio_urls needs image_urls or video_urls"; for roles within one parameter "image_with_roles needs a first_frame".
  std::unexpected<Error> refuse_needy(const Mode& mode, const Reference& trigger) const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < model_.params.size(); ++i) {
      const Param& param = model_.params[i];
      const bool helps = std::ranges::any_of(param.roles, [&](Role role) { return mode.needs.has(role); });
      if (helps && i != trigger.param) names.push_back(param.name);
    }
    for (unsigned role = 0; names.empty() && role < kRoleCount; ++role) {
      if (mode.needs.has(static_cast<Role>(role))) names.push_back(fmt::format("a {}", print(static_cast<Role>(role))));
    }
    return refuse(named(trigger.param),
                  fmt::format("{} needs {}", slots_[trigger.param].name, fmt::join(names, " or ")));
  }

  const ModelSpec& model_;
  const Slots& slots_;
  MediaFacts facts_;
  RoleSet present_;
};

}  // namespace

Result<MediaFacts> collect_media(const ModelSpec& model, const Slots& slots) { return Collection(model, slots).run(); }

}  // namespace darkroom::catalog
