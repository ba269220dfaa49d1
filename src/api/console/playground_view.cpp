#include "api/console/playground_view.h"

#include <algorithm>
#include <utility>

#include "api/console/operations.h"
#include "api/console/task_query.h"
#include "api/console/task_rows.h"
#include "api/console/tasks.h"
#include "api/generations.h"
#include "catalog/describe.h"
#include "usecase/look_at_task.h"

namespace darkroom::api::console {
namespace {

using catalog::ModelSpec;
using catalog::Param;
using catalog::ParamType;

bool is_text(ParamType type) { return type == ParamType::string || type == ParamType::url || type == ParamType::task; }

bool is_link(ParamType type) { return type == ParamType::url || type == ParamType::url_list; }

// As the page does: the model of its address, else the first that makes pictures.
const ModelSpec* choose_model(const Visit& visit) {
  const catalog::Catalog& catalog = visit.services.api.catalog;
  const std::vector<ModelSpec>& models = catalog.models();
  if (const ModelSpec* named = catalog.find(visit.request.query_parameter("model").value_or(""))) return named;
  const auto first = std::ranges::find(models, "image", &ModelSpec::kind);
  if (first != models.end()) return &*first;
  return models.empty() ? nullptr : &models.front();
}

// Texts as they are, all else as JSON; what is neither is left out, as the page leaves it out.
json::object read_body(const Visit& visit, const ModelSpec& model) {
  json::object body;
  for (const Param& param : model.params) {
    const auto text = visit.request.query_parameter(param.name);
    if (!text || text->empty()) continue;
    if (is_text(param.type)) {
      body[param.name] = *text;
    } else if (auto value = json::parse(*text)) {
      body[param.name] = std::move(*value);
    }
  }
  return body;
}

// Without its links, which lead nowhere.
json::object example_of(const ModelSpec& model) {
  const json::object described = catalog::describe(model);
  const json::value* example = json::find(described, "example");
  json::object body = example == nullptr || !example->is_object() ? json::object() : example->get_object();
  body.erase("model");
  for (const Param& param : model.params) {
    if (is_link(param.type)) body.erase(param.name);
  }
  return body;
}

Async<Result<json::value>> print_price(Visit& visit, const ModelSpec* model, json::object body) {
  // Where the length of a film is the price, that film would have to be fetched first.
  const bool is_measured =
      std::ranges::any_of(model->modes, [](const catalog::Mode& mode) { return mode.source_seconds.has_value(); });
  if (is_measured) co_return json::value(nullptr);
  const auto book = read_book(visit.request);
  if (!book) co_return fail(book.error());
  // Not the account's console key: to look is not to use it, and makes none.
  auto caller = std::make_shared<usecase::Caller>();
  caller->account = visit.account().id;
  caller->account_name = visit.account().name;
  caller->book = book->value_or(ledger::Book::test);
  usecase::SubmitCommand command;
  command.caller = std::move(caller);
  command.request_id = visit.request.request_id;
  command.endpoint = model->endpoint;
  command.body = std::move(body);
  command.body["model"] = model->id;
  const Result<usecase::Quoted> quoted = co_await visit.services.api.submits.quote(visit.loop, std::move(command));
  if (!quoted) co_return json::value(nullptr);
  co_return json::value(describe_quoted(*quoted));
}

struct Opened {
  const ModelSpec* model = nullptr;
  json::object body;
};

// What stands on the form when the page opens.
Async<Result<Opened>> open_form(Visit& visit) {
  Opened opened;
  if (const auto from = visit.request.query_parameter("from"); from && !from->empty()) {
    const std::optional<TaskId> id = TaskId::parse(*from);
    if (!id) co_return fail(Code::object_not_found);
    const Result<task::Task> task =
        co_await usecase::get_task_of(visit.loop, visit.services.store, *id, visit.account().id);
    if (!task) co_return fail(task.error());
    opened.model = visit.services.api.catalog.find(task->plan.model);
    opened.body = print_request(*task);
    opened.body.erase("model");
    co_return opened;
  }
  opened.model = choose_model(visit);
  if (opened.model == nullptr) co_return opened;
  opened.body = read_body(visit, *opened.model);
  if (opened.body.empty()) opened.body = example_of(*opened.model);
  co_return opened;
}

}  // namespace

Answer show_playground(Visit& visit) {
  Result<Opened> opened = co_await open_form(visit);
  if (!opened) co_return fail(std::move(opened.error()));
  Result<json::array> models = co_await print_models(visit);
  if (!models) co_return fail(std::move(models.error()));
  json::object shown;
  shown["models"] = std::move(*models);
  shown["model"] = opened->model == nullptr ? json::value(nullptr) : json::value(opened->model->id);
  shown["request"] = opened->body;
  shown["price"] = nullptr;
  if (opened->model != nullptr) {
    Result<json::value> price = co_await print_price(visit, opened->model, std::move(opened->body));
    if (!price) co_return fail(std::move(price.error()));
    shown["price"] = std::move(*price);
  }
  // The address of a page that has run something names that task; if it is gone, the form is still of use.
  if (const auto task = TaskId::parse(visit.request.query_parameter("task").value_or(""))) {
    Result<json::object> detail = co_await print_task(visit, *task);
    if (detail) shown["task"] = std::move(*detail);
  }
  co_return answer_with(shown);
}

}  // namespace darkroom::api::console
