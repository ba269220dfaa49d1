#include "usecase/manage_prices.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/time_text.h"
#include "catalog/place.h"

namespace darkroom::usecase {
namespace {

using catalog::ModelSpec;
using catalog::PlacePrice;
using catalog::Price;

constexpr std::string_view kPrefix = "prices/";
constexpr std::string_view kNow = "now";
constexpr std::string_view kHistory = "history";
// As much as the longest history of the largest table.
constexpr json::Limits kSettingLimits{.depth = 16, .bytes = 16 << 20};

std::string name_setting(std::string_view model, std::string_view what) {
  return fmt::format("{}{}/{}", kPrefix, model, what);
}

// Every place that is offered, with what it costs once these prices count.
std::vector<PlacePrice> all_with(const Price& price, const std::vector<PlacePrice>& changed) {
  std::vector<PlacePrice> all;
  for (std::size_t place = 0; place < price.table.size(); ++place) {
    if (!price.table[place]) continue;
    const auto found = std::ranges::find(changed, place, &PlacePrice::place);
    all.push_back({place, found == changed.end() ? price.at(place) : found->credits});
  }
  return all;
}

// [{"when": {…}, "credits": "12.5"}] of the places that do not cost what the file says.
std::string print_now(const Price& price, const std::vector<PlacePrice>& all) {
  json::array kept;
  for (const auto& [place, credits] : all) {
    if (credits == *price.table[place]) continue;
    kept.push_back(json::object{{"when", catalog::describe_place(price, place)}, {"credits", credits.text()}});
  }
  return json::print(kept);
}

std::vector<PlacePrice> read_now(const ModelSpec& model, std::string_view text) {
  std::vector<PlacePrice> prices;
  const Result<json::value> tree = json::parse(text, kSettingLimits);
  const json::array kept = tree && tree->is_array() ? tree->get_array() : json::array();
  for (const json::value& entry : kept) {
    const json::object none;
    const json::object& tier = entry.is_object() ? entry.get_object() : none;
    const json::value* when = json::find(tier, "when");
    const auto credits = MicroCredits::parse_credits(json::get_string(tier, "credits"));
    const auto place =
        when != nullptr && when->is_object() ? catalog::find_place(model.price, when->get_object()) : std::nullopt;
    if (place && credits && *credits <= model.price.ceiling()) {
      prices.push_back({*place, *credits});
    } else {
      log::warn("price_left_out", {{"model", model.id}, {"price", json::print(entry)}});
    }
  }
  return prices;
}

PriceChange compare(const Price& price, const std::vector<PlacePrice>& all) {
  PriceChange change;
  for (const auto& [place, credits] : all) {
    if (credits == price.at(place)) continue;
    const std::string name = catalog::name_place(price, place);
    change.before[name] = price.at(place).text();
    change.after[name] = credits.text();
  }
  return change;
}

PriceHistory with(PriceHistory history, const PriceChange& change, WallTime at, std::string_view by) {
  ++history.revision;
  json::object row = {{"number", history.revision}, {"at", print_rfc3339(at)}};
  row["by"] = by.empty() ? json::value(nullptr) : json::value(by);
  row["before"] = change.before;
  row["after"] = change.after;
  history.changes.insert(history.changes.begin(), std::move(row));
  if (history.changes.size() > kPriceChangesKept) history.changes.resize(kPriceChangesKept);
  return history;
}

}  // namespace

void ManagePrices::take(const store::Setting& setting) {
  const std::string_view name = setting.name;
  const std::size_t slash = name.rfind('/');  // an id may have one of its own
  if (!name.starts_with(kPrefix) || slash < kPrefix.size()) return;
  const std::string_view id = name.substr(kPrefix.size(), slash - kPrefix.size());
  const std::string_view what = name.substr(slash + 1);
  const ModelSpec* model = catalog_.find(id);
  if (model == nullptr) return;  // it may come back
  if (what == kNow) catalog_.set_price(*model, read_now(*model, setting.value));
  if (what != kHistory) return;
  Result<json::value> tree = json::parse(setting.value, kSettingLimits);
  if (!tree || !tree->is_array() || tree->get_array().empty() || !tree->get_array().front().is_object()) return;
  PriceHistory& history = (*entries_.lock())[model->id].history;
  history.changes = std::move(tree->get_array());
  history.revision = json::get_int(history.changes.front().get_object(), "number");
}

Async<Status> ManagePrices::load(Loop& loop) {
  using Settings = Result<std::vector<store::Setting>>;
  const Settings settings =
      co_await await_on<Settings>(loop, [this](Done<Settings> done) { store_.list_settings(std::move(done)); });
  if (!settings) co_return fail(settings.error());
  for (const store::Setting& setting : *settings) take(setting);
  co_return Status{};
}

PriceHistory ManagePrices::history(std::string_view model) {
  auto entries = entries_.lock();
  const auto found = entries->find(model);
  return found == entries->end() ? PriceHistory{} : found->second.history;
}

Result<ManagePrices::Prepared> ManagePrices::prepare(const PriceEdit& edit) {
  const ModelSpec* model = catalog_.find(edit.model);
  if (model == nullptr) return fail(Code::not_found, fmt::format("No model {}", edit.model.substr(0, 64)));
  auto entries = entries_.lock();
  Entry& entry = (*entries)[model->id];
  if (entry.is_saving || entry.history.revision != edit.revision) {
    return fail(Code::conflict, fmt::format("The price of {} has been changed meanwhile: look again", model->id),
                "revision");
  }
  Prepared prepared{model, all_with(model->price, edit.prices), {}, {}};
  prepared.change = compare(model->price, prepared.all);
  prepared.history = with(entry.history, prepared.change, clock_.wall_now(), edit.by);
  entry.is_saving = !prepared.change.after.empty();
  return prepared;
}

void ManagePrices::finish(Prepared prepared, bool is_durable) {
  auto entries = entries_.lock();
  Entry& entry = (*entries)[prepared.model->id];
  entry.is_saving = false;
  if (!is_durable) return;
  entry.history = std::move(prepared.history);
  catalog_.set_price(*prepared.model, prepared.all);
}

void ManagePrices::change(const PriceEdit& edit, Done<Result<PriceChange>> done) {
  Result<Prepared> prepared = prepare(edit);
  if (!prepared) return done(fail(std::move(prepared.error())));
  if (prepared->change.after.empty()) return done(PriceChange{});
  const ModelSpec& model = *prepared->model;
  std::vector<store::Setting> settings;
  settings.push_back({name_setting(model.id, kNow), print_now(model.price, prepared->all)});
  settings.push_back({name_setting(model.id, kHistory), json::print(prepared->history.changes)});
  store_.put_settings(std::move(settings),
                      [this, prepared = std::move(*prepared), done = std::move(done)](Result<void> put) mutable {
                        PriceChange change = prepared.change;
                        finish(std::move(prepared), put.has_value());
                        if (!put) return done(fail(std::move(put.error())));
                        done(std::move(change));
                      });
}

}  // namespace darkroom::usecase
