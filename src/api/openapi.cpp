#include "api/openapi.h"

#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "api/openapi_files.h"
#include "base/check.h"
#include "base/siphash.h"
#include "catalog/schema.h"

namespace darkroom::api {
namespace {

// Errors that any endpoint may answer, and those of its gate and of its body.
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

// Writes the document; keeps what every operation needs at hand.
class Writer {
 public:
  explicit Writer(const catalog::Catalog& catalog);

  void set_version(std::string_view version) { member(document_, "info")["version"] = version; }
  void add(const Endpoint& endpoint);
  std::string print();

 private:
  // A reference to a component that exists.
  json::object use(std::string_view kind, std::string_view name);
  void add_models();
  json::object request_body(const Endpoint& endpoint);
  json::object content(std::string_view type, std::string_view schema);
  json::object headers(const Endpoint& endpoint, std::span<const std::string_view> names);
  void add_answers(const Endpoint& endpoint, json::object& responses);
  void add_errors(const Endpoint& endpoint, json::object& responses);

  const catalog::Catalog& catalog_;
  json::object document_;
  json::object paths_;
};

Writer::Writer(const catalog::Catalog& catalog) : catalog_(catalog) {
  const std::span<const EmbeddedFile> files = openapi_files();
  DR_CHECK(files.size() == 1);
  Result<json::object> parsed = json::parse_object(files.front().text);
  DR_CHECK(parsed.has_value());
  document_ = std::move(*parsed);
  add_models();
}

void Writer::add_models() {
  json::object& schemas = member(member(document_, "components"), "schemas");
  // What every submit takes beside the model's own parameters.
  const json::object common = member(member(schemas, "SubmitCommon"), "properties");
  schemas.stable_erase("SubmitCommon");
  for (const catalog::ModelSpec& model : catalog_.models()) {
    json::object schema = catalog::body_schema(model);
    for (const auto& property : common) member(schema, "properties")[property.key()] = property.value();
    schemas[model.id] = std::move(schema);
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
json::object Writer::request_body(const Endpoint& endpoint) {
  json::object body = {{"required", endpoint.doc->needs_body()}};
  if (!endpoint.doc->body_of_models) {
    body["content"] = content(endpoint.doc->body_type, endpoint.doc->body);
    return body;
  }
  json::array choices;
  json::object mapping;
  json::object examples;
  for (const catalog::ModelSpec& model : catalog_.models()) {
    if (model.endpoint != endpoint.pattern) continue;
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
  body["content"] = json::object{{endpoint.doc->body_type, std::move(media)}};
  return body;
}

json::object Writer::headers(const Endpoint& endpoint, std::span<const std::string_view> names) {
  json::object fields = {{"x-request-id", use("headers", "x-request-id")}};
  if (endpoint.gate != Gate::open) {
    for (const char* name : {"RateLimit-Policy", "RateLimit"}) fields[name] = use("headers", name);
  }
  for (const std::string_view name : names) fields[name] = use("headers", name);
  return fields;
}

void Writer::add_answers(const Endpoint& endpoint, json::object& responses) {
  DR_CHECK(!endpoint.doc->answers.empty());
  for (const DocAnswer& answer : endpoint.doc->answers) {
    json::object response = {{"description", answer.description}};
    response["headers"] = headers(endpoint, {answer.headers.begin(), answer.headers.end()});
    if (!answer.schema.empty()) response["content"] = content(answer.content_type, answer.schema);
    responses[std::to_string(answer.status)] = std::move(response);
  }
}

// One response a status, whose description lists the codes that come with it.
void Writer::add_errors(const Endpoint& endpoint, json::object& responses) {
  std::vector<Code> codes(std::begin(kAlways), std::end(kAlways));
  if (endpoint.gate != Gate::open) codes.insert(codes.end(), std::begin(kOfKeys), std::end(kOfKeys));
  const bool has_body = endpoint.doc->body_of_models || !endpoint.doc->body.empty();
  if (has_body) codes.insert(codes.end(), std::begin(kOfBodies), std::end(kOfBodies));
  codes.insert(codes.end(), endpoint.doc->errors.begin(), endpoint.doc->errors.end());

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
    response["headers"] = headers(endpoint, retry ? std::span(kRetryAfter) : std::span<const std::string_view>());
    response["content"] = content("application/json", endpoint.dialect == Dialect::openai ? "OpenAiError" : "Error");
    responses[std::to_string(status)] = std::move(response);
  }
}

void Writer::add(const Endpoint& endpoint) {
  DR_CHECK(endpoint.doc != nullptr);
  const RouteDoc& doc = *endpoint.doc;
  DR_CHECK(!doc.id.empty() && !doc.tag.empty() && !doc.summary.empty());
  json::object operation = {{"operationId", doc.id}, {"tags", json::array{doc.tag}}, {"summary", doc.summary}};
  if (endpoint.gate == Gate::open) operation["security"] = json::array();
  json::array parameters;
  for (const std::string_view name : doc.parameters) parameters.push_back(use("parameters", name));
  if (!parameters.empty()) operation["parameters"] = std::move(parameters);
  if (doc.takes_body()) operation["requestBody"] = request_body(endpoint);
  json::object responses;
  add_answers(endpoint, responses);
  add_errors(endpoint, responses);
  operation["responses"] = std::move(responses);

  std::string method(endpoint.method);
  for (char& c : method) c = static_cast<char>(c | 0x20);
  json::value& path = paths_[doc.path.empty() ? endpoint.pattern : doc.path];
  if (path.is_null()) path.emplace_object();
  path.get_object()[method] = std::move(operation);
}

std::string Writer::print() {
  document_["paths"] = std::move(paths_);
  return json::print(document_);
}

}  // namespace

std::shared_ptr<const Description> describe(std::span<const Endpoint> endpoints, const catalog::Catalog& catalog,
                                            std::string_view version) {
  Writer writer(catalog);
  writer.set_version(version);
  for (const Endpoint& endpoint : endpoints) writer.add(endpoint);
  auto description = std::make_shared<Description>();
  description->text = writer.print();
  const SipTag tag = siphash({}, description->text);  // no secret: a tag only has to differ between versions
  description->etag = fmt::format("\"{:016x}{:016x}\"", tag[0], tag[1]);
  return description;
}

Answer show_description(Exchange& exchange) {
  const std::shared_ptr<const Description>& description = exchange.services.description;
  http::Response response;
  response.set("ETag", description->etag);
  response.set("Cache-Control", "public, no-cache");
  const auto known = exchange.request.header("if-none-match");
  if (known && (*known == "*" || known->find(description->etag) != std::string_view::npos)) {
    response.status = 304;
    response.content_type = {};
    co_return response;
  }
  response.body = std::shared_ptr<const std::string>(description, &description->text);
  co_return response;
}

}  // namespace darkroom::api
