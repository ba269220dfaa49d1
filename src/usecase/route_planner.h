// RoutePlanner: which upstreams may do the work of a model, best first. Test keys go to the sandbox and live keys never
// do, unless no real upstream is configured at all. Threads: any; all but the weights is immutable. Fails with
// unknown_model and a sentence when no upstream that may be used offers the model.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "catalog/model_spec.h"
#include "ledger/entry.h"
#include "task/task.h"

namespace darkroom::usecase {

class RoutePlanner {
 public:
  struct Upstream {
    std::string name;
    std::string kind;          // the adapter, compared with the provider of a model's routes
    bool sandbox = false;      // a stand-in
    std::uint32_t weight = 0;  // as configured
  };
  // `preferred`: model id -> names of upstreams, best first; it overrides the order of the catalogue.
  RoutePlanner(std::vector<Upstream> upstreams, std::map<std::string, std::vector<std::string>, std::less<>> preferred);

  // `mode`: index into the model's modes; a vendor may have a name for each. The cost of a route is that of one unit.
  // Neighbours in the order that have weights share the work: `random` draws whom a task asks first, second and so on.
  Result<std::vector<task::Route>> plan(const catalog::ModelSpec& model, std::size_t mode, ledger::Book book,
                                        Random& random) const;

  // For the tasks to come; nothing: as configured. False if there is no upstream of that name.
  bool set_weight(std::string_view upstream, std::optional<std::uint32_t> weight);
  // The one that counts now; nothing if there is no upstream of that name.
  std::optional<std::uint32_t> find_weight(std::string_view upstream) const;
  // Of its adapter; empty if there is no upstream of that name.
  std::string_view find_kind(std::string_view upstream) const;

 private:
  // Who could do the work, and how.
  struct Candidate {
    const Upstream* upstream;
    const catalog::RouteSpec* spec;
    std::uint32_t weight;  // as it is now
  };
  std::vector<Candidate> in_catalogue_order(const catalog::ModelSpec& model, bool sandbox) const;
  std::vector<Candidate> in_preferred_order(const catalog::ModelSpec& model,
                                            const std::vector<std::string>& names) const;
  static void share_out(std::vector<Candidate>& candidates, Random& random);

  std::vector<Upstream> upstreams_;
  std::map<std::string, std::vector<std::string>, std::less<>> preferred_;
  bool has_real_ = false;
  std::unique_ptr<std::atomic<std::uint32_t>[]> weights_;  // of each upstream
};

}  // namespace darkroom::usecase
