#include "api/openapi.h"

#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "api/generations.h"
#include "api/openapi_files.h"
#include "base/check.h"
#include "base/siphash.h"
#include "catalog/describe.h"
#include "catalog/params.h"
#include "catalog/quote.h"
#include "catalog/schema.h"

namespace darkroom::api {
namespace {

// Errors that any route may answer, those of a key, and those of a body.
constexpr Code kAlways[] = {Code::bad_request, Code::internal};
constexpr Code kOfKeys[] = {Code::auth_missing, Code::auth_malformed, Code::key_invalid, Code::key_revoked,
                            Code::key_expired,  Code::rate_limited,   Code::unavailable, Code::address_not_allowed};
constexpr Code kOfBodies[] = {Code::body_too_large, Code::length_required, Code::unsupported_media_type,
                              Code::request_timeout};

json::object ref(std::string_view kind, std::string_view name) {
  return {{"$ref", fmt::format("#/components/{}/{}", kind, name)}};
}

json::object& member(json::object& tree, std::string_view name) {
  json::value* found = tree.if_contains(name);
  DR_CHECK(found != nullptr && found->is_object());
  return found->get_object();
}

std::string price_of(const catalog::ModelSpec& model) {
  const MicroCredits lowest = model.price.lowest();
  const std::string_view from = lowest == model.price.highest() ? "" : "from ";
  return fmt::format("{}{} credits for each {}", from, lowest.text(), model.price.unit);
}

// What a dry run answers now: of the first example whose price goes by itself.
std::optional<json::object> make_quote(const catalog::Catalog& catalog) {
  for (const catalog::ModelSpec& model : catalog.models()) {
    const Result<catalog::Normalised> request = catalog::validate(model, model.examples.front().body);
    if (!request || catalog::find_source(model, *request) != nullptr) continue;
    const Result<catalog::Quote> quote = catalog::quote(model, *request);
    if (quote) return describe_quoted({model.id, model.modes[request->mode].name, model.price.unit, *quote, {}});
  }
  return std::nullopt;
}

// Writes the document; keeps what every operation needs at hand.
class Writer {
 public:
  explicit Writer(const DescriptionParts& parts);

  void add(const DescribedRoute& route);
  std::string print();

 private:
  // A reference to a component that exists.
  json::object use(std::string_view kind, std::string_view name);
  void add_models();
  json::object request_body(const DescribedRoute& route);
  json::object content(std::string_view type, std::string_view schema);
  json::object headers(const DescribedRoute& route, std::span<const std::string_view> names);
  void add_answers(const DescribedRoute& route, json::object& responses);
  void add_errors(const DescribedRoute& route, json::object& responses);

  const catalog::Catalog* catalog_;
  json::object document_;
  json::object paths_;
};

Writer::Writer(const DescriptionParts& parts) : catalog_(parts.catalog) {
  Result<json::object> parsed = json::parse_object(parts.document);
  DR_CHECK(parsed.has_value());
  document_ = std::move(*parsed);
  member(document_, "info")["version"] = parts.version;
  if (catalog_ != nullptr) add_models();
}

void Writer::add_models() {
  json::object& schemas = member(member(document_, "components"), "schemas");
  // What every submit takes beside the model's own parameters.
  const json::object common = member(member(schemas, "SubmitCommon"), "properties");
  schemas.stable_erase("SubmitCommon");
  for (const catalog::ModelSpec& model : catalog_->models()) {
    json::object schema = catalog::body_schema(model);
    for (const auto& property : common) member(schema, "properties")[property.key()] = property.value();
    schema["description"] = fmt::format("{} Price: {}.", model.summary, price_of(model));
    schema["x-price"] = catalog::describe(model).at("price");
    schemas[model.id] = std::move(schema);
  }
  if (auto example = make_quote(*catalog_)) {
    member(schemas, "Quote")["examples"] = json::array{*std::move(example)};
  }
}

json::object Writer::use(std::string_view kind, std::string_view name) {
  DR_CHECK(member(member(document_, "components"), kind).contains(name));
  return ref(kind, name);
}

json::object Writer::content(std::string_view type, std::string_view schema) {
  json::object media;
  media["schema"] = use("schemas", schema);
  return {{type, std::move(media)}};
}

// The body of whichever model the endpoint offers, told apart by `model`, with each model's examples.
json::object Writer::request_body(const DescribedRoute& route) {
  json::object body = {{"required", route.doc.needs_body()}};
  if (!route.doc.body_of_models) {
    body["content"] = content(route.doc.body_type, route.doc.body);
    return body;
  }
  json::array choices;
  json::object mapping;
  json::object examples;
  for (const catalog::ModelSpec& model : catalog_->models()) {
    if (model.endpoint != route.pattern) continue;
    json::object choice = use("schemas", model.id);
    mapping[model.id] = choice.at("$ref");
    for (std::size_t i = 0; i < model.examples.size(); ++i) {
      const std::string name = i == 0 ? model.id : fmt::format("{}:{}", model.id, i);
      const std::string summary = fmt::format("{}: {}", model.title, model.examples[i].title);
      examples[name] = json::object{{"summary", summary}, {"value", model.examples[i].body}};
    }
    choices.push_back(std::move(choice));
  }
  json::object schema;
  json::object media;
  if (choices.empty()) {  // no model yet
    schema = {{"type", "object"}, {"required", json::array{"model"}}};
  } else {
    schema["oneOf"] = std::move(choices);
    schema["discriminator"] = json::object{{"propertyName", "model"}, {"mapping", std::move(mapping)}};
    media["examples"] = std::move(examples);
  }
  media["schema"] = std::move(schema);
  body["content"] = json::object{{route.doc.body_type, std::move(media)}};
  return body;
}

json::object Writer::headers(const DescribedRoute& route, std::span<const std::string_view> names) {
  json::object fields = {{"x-request-id", use("headers", "x-request-id")}};
  for (const std::string_view name : route.headers) fields[name] = use("headers", name);
  for (const std::string_view name : names) fields[name] = use("headers", name);
  return fields;
}

void Writer::add_answers(const DescribedRoute& route, json::object& responses) {
  DR_CHECK(!route.doc.answers.empty());
  for (const DocAnswer& answer : route.doc.answers) {
    json::object response = {{"description", answer.description}};
    response["headers"] = headers(route, {answer.headers.begin(), answer.headers.end()});
    if (!answer.schema.empty()) response["content"] = content(answer.content_type, answer.schema);
    responses[std::to_string(answer.status)] = std::move(response);
  }
}

// One response a status, whose description lists the codes that come with it.
void Writer::add_errors(const DescribedRoute& route, json::object& responses) {
  std::vector<Code> codes(std::begin(kAlways), std::end(kAlways));
  codes.insert(codes.end(), route.errors.begin(), route.errors.end());
  const bool has_body = route.doc.body_of_models || !route.doc.body.empty();
  if (has_body) codes.insert(codes.end(), std::begin(kOfBodies), std::end(kOfBodies));
  codes.insert(codes.end(), route.doc.errors.begin(), route.doc.errors.end());

  std::map<int, std::vector<Code>> by_status;
  for (const Code code : codes) by_status[info(code).http_status].push_back(code);
  for (const auto& [status, of_status] : by_status) {
    std::string description;
    for (const Code code : of_status) {
      const CodeInfo& row = info(code);
      DR_CHECK(row.public_number != 0);
      description +=
          fmt::format("{}`{}` {}: {}", description.empty() ? "" : "\n\n", row.public_number, row.name, row.meaning);
    }
    static constexpr std::string_view kRetryAfter[] = {"Retry-After"};
    const bool retry = status == 429 || status == 503;
    json::object response = {{"description", description}};
    response["headers"] = headers(route, retry ? std::span(kRetryAfter) : std::span<const std::string_view>());
    response["content"] = content("application/json", route.error_schema);
    responses[std::to_string(status)] = std::move(response);
  }
}

void Writer::add(const DescribedRoute& route) {
  const RouteDoc& doc = route.doc;
  DR_CHECK(!doc.id.empty() && !doc.tag.empty() && !doc.summary.empty());
  json::object operation = {{"operationId", doc.id}, {"tags", json::array{doc.tag}}, {"summary", doc.summary}};
  if (route.is_open) operation["security"] = json::array();
  json::array parameters;
  for (const std::string_view name : doc.parameters) parameters.push_back(use("parameters", name));
  if (!parameters.empty()) operation["parameters"] = std::move(parameters);
  if (doc.takes_body()) operation["requestBody"] = request_body(route);
  json::object responses;
  add_answers(route, responses);
  add_errors(route, responses);
  operation["responses"] = std::move(responses);

  std::string method(route.method);
  for (char& c : method) c = static_cast<char>(c | 0x20);
  json::value& path = paths_[doc.path.empty() ? route.pattern : doc.path];
  if (path.is_null()) path.emplace_object();
  path.get_object()[method] = std::move(operation);
}

std::string Writer::print() {
  document_["paths"] = std::move(paths_);
  return json::print(document_);
}

DescribedRoute describe_endpoint(const Endpoint& endpoint) {
  DR_CHECK(endpoint.doc != nullptr);
  DescribedRoute route{.method = endpoint.method, .pattern = endpoint.pattern, .doc = *endpoint.doc};
  route.is_open = endpoint.gate == Gate::open;
  if (!route.is_open) {
    route.errors.assign(std::begin(kOfKeys), std::end(kOfKeys));
    route.headers = {"RateLimit-Policy", "RateLimit"};
  }
  if (endpoint.dialect == Dialect::openai) route.error_schema = "OpenAiError";
  return route;
}

}  // namespace

std::shared_ptr<const Description> describe(const DescriptionParts& parts, std::span<const DescribedRoute> routes) {
  Writer writer(parts);
  for (const DescribedRoute& route : routes) writer.add(route);
  auto description = std::make_shared<Description>();
  description->text = writer.print();
  const SipTag tag = siphash({}, description->text);  // no secret: a tag only has to differ between versions
  description->etag = fmt::format("\"{:016x}{:016x}\"", tag[0], tag[1]);
  return description;
}

LiveDescription::LiveDescription(std::span<const Endpoint> endpoints, const catalog::Catalog& catalog,
                                 std::string_view version)
    : endpoints_(endpoints), catalog_(catalog), version_(version), made_(make(), catalog.edition()) {}

std::shared_ptr<const Description> LiveDescription::make() const {
  const std::span<const EmbeddedFile> files = openapi_files();
  DR_CHECK(files.size() == 1);
  std::vector<DescribedRoute> routes;
  for (const Endpoint& endpoint : endpoints_) routes.push_back(describe_endpoint(endpoint));
  return describe({.document = files.front().text, .version = version_, .catalog = &catalog_}, routes);
}

std::shared_ptr<const Description> LiveDescription::get() {
  auto made = made_.lock();
  const std::int64_t edition = catalog_.edition();
  if (made->edition != edition) *made = {make(), edition};
  return made->description;
}

http::Response answer_description(const std::shared_ptr<const Description>& description, const http::Request& request) {
  http::Response response;
  response.set("ETag", description->etag);
  response.set("Cache-Control", "public, no-cache");
  const auto known = request.header("if-none-match");
  if (known && (*known == "*" || known->find(description->etag) != std::string_view::npos)) {
    response.status = 304;
    response.content_type = {};
    return response;
  }
  response.body = std::shared_ptr<const std::string>(description, &description->text);
  return response;
}

Answer show_description(Exchange& exchange) {
  co_return answer_description(exchange.services.description->get(), exchange.request);
}

}  // namespace darkroom::api
