// ManagePrices: what operators make of the models' prices while the server runs. A change lies in the store's settings
// together with the model's history, and counts from its commit on, for tasks to come: a task keeps the price that it
// was born with. A number that is the file's own is not kept, so that it follows the file.
// Threads: any, after load(); it outlives the store's last answer. Fails with not_found, conflict, or what the store
// says.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"
#include "base/json.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "runtime/async.h"
#include "store/store.h"

namespace darkroom::usecase {

inline constexpr std::size_t kPriceChangesKept = 50;  // of one model

struct PriceEdit {
  std::string model;
  std::vector<catalog::PlacePrice> prices;  // of places that are offered, within the price's ceiling
  std::int64_t revision = 0;                // of the prices that its author has seen
  std::string by;                           // whose edit it is; empty: nobody who has a name
};

// How the prices of a model have become what they are.
struct PriceHistory {
  std::int64_t revision = 0;  // how often they have been changed
  // The last kPriceChangesKept, newest first: {"number", "at", "by", "before", "after"}, the last two with the credits
  // of what has changed, by catalog::name_place().
  json::array changes;
};

// What an edit has done; both are empty if it changed nothing.
struct PriceChange {
  json::object before;
  json::object after;
};

class ManagePrices {
 public:
  ManagePrices(store::Store& store, catalog::Catalog& catalog, Clock& clock)
      : store_(store), catalog_(catalog), clock_(clock) {}

  // What the store keeps becomes what the catalogue says; before anybody asks for a price. A place that the file no
  // longer offers is left out, and the log says so.
  Async<Status> load(Loop& loop);
  PriceHistory history(std::string_view model);
  // conflict: the model's prices are not those of that revision any more.
  void change(const PriceEdit& edit, Done<Result<PriceChange>> done);

 private:
  struct Entry {
    PriceHistory history;
    bool is_saving = false;  // one change of a model at a time
  };

  // A change on its way to the store.
  struct Prepared {
    const catalog::ModelSpec* model = nullptr;
    std::vector<catalog::PlacePrice> all;  // that are offered
    PriceChange change;
    PriceHistory history;
  };

  void take(const store::Setting& setting);
  Result<Prepared> prepare(const PriceEdit& edit);
  void finish(Prepared prepared, bool is_durable);

  store::Store& store_;
  catalog::Catalog& catalog_;
  Clock& clock_;
  Guarded<std::map<std::string, Entry, std::less<>>> entries_;  // by model
};

}  // namespace darkroom::usecase
