#include "app/coverage.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/ids.h"
#include "catalog/params.h"
#include "engine/local_caller.h"

namespace darkroom::app {
namespace {

constexpr std::int64_t kMostValues = 64;  // of a range that is tried whole; of a longer one its ends are
constexpr std::size_t kMostLinks = 24;

struct Upstream {
  std::string name;
  std::string kind;
};

// A value to try, as it stands in a request and in a sentence; a number also as one.
struct Trial {
  json::value value;
  std::string text;
  std::optional<std::int64_t> number = {};
};

// "1, 3 to 5, auto": in the order given, neighbours together.
std::string print_values(const std::vector<Trial>& values) {
  std::vector<std::string> texts;
  for (std::size_t first = 0; first < values.size();) {
    std::size_t last = first;
    while (last + 1 < values.size() && values[last].number && values[last + 1].number == *values[last].number + 1)
      ++last;
    texts.push_back(first == last ? values[first].text
                                  : fmt::format("{} to {}", values[first].text, values[last].text));
    first = last + 1;
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

json::array make_links(std::size_t count) {
  json::array links;
  for (std::size_t i = 0; i < count; ++i) links.push_back(json::value(fmt::format("https://media.example.com/{}", i)));
  return links;
}

void add_integers(std::vector<Trial>& trials, std::int64_t minimum, std::int64_t maximum) {
  const std::int64_t step = maximum - minimum < kMostValues ? 1 : maximum - minimum;
  for (std::int64_t value = minimum; value <= maximum; value += step) {
    trials.push_back({json::value(value), fmt::format("{}", value), value});
  }
}

std::vector<Trial> make_trials(const catalog::Param& param) {
  using enum catalog::ParamType;
  std::vector<Trial> trials;
  for (const std::string& value : param.values) {
    if (param.type == string) trials.push_back({json::value(value), value});
  }
  for (const std::int64_t value : param.integers)
    trials.push_back({json::value(value), fmt::format("{}", value), value});
  const bool is_counted = param.type == integer || param.type == number;
  if (is_counted && param.integers.empty() && param.minimum && param.maximum) {
    add_integers(trials, *param.minimum, *param.maximum);
  }
  if (param.type == boolean) {
    trials.push_back({json::value(true), "true"});
    trials.push_back({json::value(false), "false"});
  }
  if (param.type == url) trials.push_back({make_links(1).front(), "a link"});
  if (param.type == task) trials.push_back({json::value(TaskId().text()), "a task"});
  if (param.type == url_list) {
    const auto most = static_cast<std::size_t>(std::max<std::int64_t>(param.max_length.value_or(1), 1));
    for (std::size_t count = 1; count <= std::min(most, kMostLinks); ++count) {
      trials.push_back({make_links(count), fmt::format("{}", count), static_cast<std::int64_t>(count)});
    }
  }
  return trials;
}

std::string_view mime_of(catalog::Role role) {
  if (role == catalog::Role::video) return "video/mp4";
  return role == catalog::Role::audio ? "audio/mpeg" : "image/png";
}

provider::Job make_job(const catalog::ModelSpec& model, const catalog::RouteSpec& route,
                       const catalog::Normalised& request) {
  provider::Job job;
  job.tag = "check";
  job.wire_model = route.wire_model_of(request.mode);
  job.mode = model.modes[request.mode].name;
  job.prompt = request.prompt;
  job.parameters = request.parameters;
  for (const catalog::Reference& reference : request.references) {
    job.references.push_back({std::string(print(reference.role)), reference.url, "references/check/0",
                              std::string(mime_of(reference.role)), 1});
  }
  job.outputs = request.outputs_per_call;
  job.api_key = Secret("check");
  return job;
}

class ModelCoverage {
 public:
  ModelCoverage(const catalog::ModelSpec& model, std::vector<Upstream> upstreams, const provider::Registry& adapters)
      : model_(model), upstreams_(std::move(upstreams)), adapters_(adapters) {}

  std::vector<std::string> find_gaps() {
    for (const catalog::Example& example : model_.examples)
      try_body("mode", {nullptr, model_.modes[example.mode].name}, example.body);
    for (const catalog::Param& param : model_.params) {
      for (const Trial& trial : make_trials(param)) {
        for (const catalog::Example& example : model_.examples) {
          if (!refused_by(example.body).empty()) continue;  // it fails without this value, too
          json::object body = example.body;
          for (const std::string& alias : param.aliases) body.erase(alias);
          body[param.name] = trial.value;
          const bool is_count = param.type == catalog::ParamType::url_list;
          try_body(is_count ? fmt::format("number of {}", param.name) : param.name, trial, body);
        }
      }
    }
    return print();
  }

 private:
  // Upstream -> its reason.
  using Refusals = std::map<std::string, std::string>;

  Status express(const Upstream& upstream, const catalog::RouteSpec& route, const catalog::Normalised& request) const {
    const provider::Job job = make_job(model_, route, request);
    if (upstream.kind == engine::kLocalKind) {
      const auto order = engine::make_enhance_order(job.parameters);
      return order ? Status() : fail(order.error());
    }
    const provider::Adapter* adapter = adapters_.find(upstream.kind);
    if (adapter == nullptr) return fail(Code::unsupported, "this program has no such adapter");
    const auto made = adapter->make_submit(job);
    if (!made) return fail(made.error());
    return adapter->check_range(job);
  }

  // An upstream refuses if none of its routes can express it.
  Refusals refused_by(const json::object& body) const {
    Refusals refusals;
    const auto request = catalog::validate(model_, body);
    if (!request) return refusals;
    for (const Upstream& upstream : upstreams_) {
      std::optional<std::string> reason;
      for (const catalog::RouteSpec& route : model_.routes) {
        if (route.provider != upstream.kind) continue;
        const Status expressed = express(upstream, route, *request);
        if (expressed) {
          reason.reset();
          break;
        }
        reason = expressed.error().message;
      }
      if (reason) refusals.emplace(upstream.name, *reason);
    }
    return refusals;
  }

  void try_body(const std::string& what, const Trial& value, const json::object& body) {
    const Refusals refusals = refused_by(body);
    if (refusals.empty()) return;
    auto& values = gaps_[{what, refusals}];
    if (std::ranges::find(values, value.text, &Trial::text) == values.end()) values.push_back(value);
  }

  std::vector<std::string> print() const {
    std::vector<std::string> sentences;
    for (const auto& [gap, values] : gaps_) {
      std::vector<std::string> who;
      for (const auto& [name, reason] : gap.second)
        who.push_back(fmt::format("upstream \"{}\" cannot: {}", name, reason));
      sentences.push_back(fmt::format(
          "{}: {} {}: {}; {}", model_.id, gap.first, print_values(values), fmt::join(who, "; "),
          gap.second.size() < upstreams_.size() ? "the other upstreams are asked"
                                                : "no other upstream is there, so such tasks fail and are refunded"));
    }
    return sentences;
  }

  const catalog::ModelSpec& model_;
  std::vector<Upstream> upstreams_;
  const provider::Registry& adapters_;
  std::map<std::pair<std::string, Refusals>, std::vector<Trial>> gaps_;
};

// Those that tasks of the model would be sent to.
std::vector<Upstream> upstreams_of(const Config& config, const catalog::ModelSpec& model) {
  std::vector<Upstream> found;
  const auto preferred = config.routes.find(model.id);
  for (const auto& [name, upstream] : config.upstreams) {
    const bool is_offered =
        std::ranges::find(model.routes, upstream.kind, &catalog::RouteSpec::provider) != model.routes.end();
    const bool is_wanted =
        preferred == config.routes.end() || std::ranges::find(preferred->second, name) != preferred->second.end();
    if (is_offered && is_wanted) found.push_back({name, upstream.kind});
  }
  return found;
}

}  // namespace

std::vector<std::string> find_gaps(const Config& config, const catalog::Catalog& catalog,
                                   const provider::Registry& adapters) {
  std::vector<std::string> sentences;
  for (const catalog::ModelSpec& model : catalog.models()) {
    std::vector<Upstream> upstreams = upstreams_of(config, model);
    if (upstreams.empty()) continue;
    std::ranges::move(ModelCoverage(model, std::move(upstreams), adapters).find_gaps(), std::back_inserter(sentences));
  }
  return sentences;
}

}  // namespace darkroom::app
