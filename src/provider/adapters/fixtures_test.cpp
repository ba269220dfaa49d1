// Runs every fixture of tests/provider/<kind>/ through its adapter. A fixture is one row of a vendor's tables:
//   what            a sentence
//   ask             "submit" (if absent), "poll", "cancel" or "lookup"
//   job             what is asked for, in a poll's answer too; its references carry the text that the sender would
//   stream upstream_id     of a poll or cancel expect_request  method, path, headers and body or text, or expect_error:
//   code and field answer          status, step, headers, and body (JSON) or text (whatever it is) expect_verdict  kind
//   and the verdict's members
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "provider/adapters/registry.h"
#include "tests/support/repository.h"

namespace darkroom::provider {
namespace {

namespace fs = std::filesystem;

struct Fixture {
  std::string kind;
  fs::path file;
};

std::ostream& operator<<(std::ostream& stream, const Fixture& fixture) {
  return stream << fixture.kind << "/" << fixture.file.filename().string();
}

std::vector<Fixture> list_fixtures() {
  std::vector<Fixture> fixtures;
  for (const std::string& kind : built_in_adapters().kinds()) {
    const fs::path folder = test::repository_root() / "tests/provider" / kind;
    if (!fs::is_directory(folder)) continue;
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".json") fixtures.push_back({kind, entry.path()});
    }
  }
  std::ranges::sort(fixtures, {}, &Fixture::file);
  return fixtures;
}

json::object read_fixture(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  auto tree = json::parse_object(text);
  EXPECT_TRUE(tree) << tree.error().message;
  return tree.value_or(json::object());
}

// What net/json_lift does while an answer streams in: payloads leave the document in the order of their coming.
void lift_payloads(json::value& tree, const std::vector<std::string>& members, std::size_t& count) {
  if (json::array* array = tree.if_array()) {
    for (json::value& entry : *array) lift_payloads(entry, members, count);
  }
  json::object* object = tree.if_object();
  if (object == nullptr) return;
  for (auto& [name, value] : *object) {
    if (value.is_string() && std::ranges::find(members, std::string_view(name)) != members.end()) {
      value = json::object{{"$lifted", count++}};
    } else {
      lift_payloads(value, members, count);
    }
  }
}

std::vector<http::Header> read_headers(const json::object& tree) {
  std::vector<http::Header> headers;
  if (const json::value* members = json::find(tree, "headers")) {
    for (const auto& [name, value] : members->as_object()) headers.push_back({name, std::string(value.as_string())});
  }
  return headers;
}

Answer read_answer(const json::object& tree, const Adapter& adapter) {
  Answer answer;
  answer.status = static_cast<int>(json::get_int(tree, "status"));
  if (const json::value* step = json::find(tree, "step")) answer.step = step->to_number<std::uint32_t>();
  answer.headers = read_headers(tree);
  if (const json::value* body = json::find(tree, "body")) {
    answer.document = *body;
    answer.is_json = true;
  } else if (auto parsed = json::parse(json::get_string(tree, "text"))) {
    answer.document = std::move(*parsed);
    answer.is_json = true;
  }
  std::size_t count = 0;
  lift_payloads(answer.document, adapter.payload_members(), count);
  return answer;
}

std::string text_of(const json::object& tree, std::string_view name) {
  const json::value* value = json::find(tree, name);
  return value == nullptr ? std::string() : std::string(value->as_string());
}

Job read_job(const json::object& tree) {
  Job job;
  job.tag = text_of(tree, "tag");
  job.wire_model = json::get_string(tree, "wire_model");
  job.mode = text_of(tree, "mode");
  job.prompt = json::get_string(tree, "prompt");
  job.api_key = Secret(std::string(json::get_string(tree, "api_key")));
  job.key_is_token = json::get_bool(tree, "key_is_token");
  if (const json::value* outputs = json::find(tree, "outputs")) job.outputs = outputs->to_number<std::uint32_t>();
  if (const json::value* parameters = json::find(tree, "parameters")) job.parameters = parameters->as_object();
  if (const json::value* references = json::find(tree, "references")) {
    for (const json::value& entry : references->as_array()) {
      const json::object& reference = entry.as_object();
      std::string role = text_of(reference, "role");
      if (role.empty()) role = "image";
      const auto bytes = static_cast<std::uint64_t>(json::get_int(reference, "size_bytes", 1));
      job.references.push_back(
          {std::move(role), text_of(reference, "url"), text_of(reference, "blob"), text_of(reference, "mime"), bytes});
    }
  }
  return job;
}

// The body as it leaves: parts in a row, each blob as the text that the job's reference gives for it: "base64" where
// it is encoded on the way, "bytes" where it is sent as it is.
std::string join_body(const Request& request, const json::object& job) {
  std::string body;
  for (const BodyPart& part : request.body) {
    if (const auto* text = std::get_if<TextPart>(&part)) {
      body += text->text;
      continue;
    }
    const auto& blob = std::get<BlobPart>(part);
    for (const json::value& entry : job.at("references").as_array()) {
      const json::object& reference = entry.as_object();
      if (text_of(reference, "blob") == blob.blob) body += text_of(reference, blob.as_base64 ? "base64" : "bytes");
    }
  }
  return body;
}

// "body" for JSON, "text" for anything else, neither for an empty one.
json::object print_request(const Request& request, const json::object& job) {
  json::object headers;
  for (const RequestHeader& header : request.headers) headers[header.name] = header.value.reveal();
  json::object tree;
  tree["method"] = request.method;
  tree["path"] = request.path;
  tree["headers"] = headers;
  const std::string body = join_body(request, job);
  const auto document = json::parse(body);
  if (document) {
    tree["body"] = *document;
  } else if (!body.empty()) {
    tree["text"] = body;
  }
  return tree;
}

json::value print_after(std::optional<milliseconds> after) {
  return after ? json::value(after->count()) : json::value();
}

// Members that say the usual are left out.
json::object print_output(const OutputSource& output) {
  json::object tree;
  OutputRole role = OutputRole::result;
  if (const auto* payload = std::get_if<PayloadOutput>(&output)) {
    tree = {{"payload", payload->payload}, {"mime", payload->claimed_mime}};
    role = payload->role;
  } else {
    const auto& url = std::get<UrlOutput>(output);
    tree = {{"url", url.url}, {"mime", url.claimed_mime}};
    role = url.role;
    json::object headers;
    for (const RequestHeader& header : url.headers) headers[header.name] = header.value.reveal();
    if (!headers.empty()) tree["headers"] = headers;
  }
  if (role == OutputRole::last_frame) tree["role"] = "last_frame";
  return tree;
}

struct PrintVerdict {
  json::object operator()(const Accepted& verdict) const {
    return {{"kind", "accepted"}, {"upstream_id", verdict.upstream_id}};
  }
  json::object operator()(const Pending& verdict) const {
    return {{"kind", "pending"}, {"next_ms", print_after(verdict.next)}};
  }
  json::object operator()(const AskAlso& verdict) const {
    return {{"kind", "ask_also"}, {"request", print_request(verdict.request, {})}};
  }
  json::object operator()(const Completed& verdict) const {
    json::array outputs;
    for (const OutputSource& output : verdict.outputs) outputs.push_back(print_output(output));
    return {{"kind", "completed"}, {"outputs", outputs}};
  }
  json::object operator()(const JobFailed& verdict) const {
    return {{"kind", "job_failed"}, {"worth_repeating", verdict.worth_repeating}, {"reason", verdict.reason}};
  }
  json::object operator()(const RetryLater& verdict) const {
    return {{"kind", "retry_later"},
            {"after_ms", print_after(verdict.after)},
            {"rest_key", verdict.rest_key},
            {"reason", verdict.reason}};
  }
  json::object operator()(const TryNextRoute& verdict) const {
    return {{"kind", "try_next_route"}, {"key_is_bad", verdict.key_is_bad}, {"reason", verdict.reason}};
  }
  json::object operator()(const Refused& verdict) const {
    return {{"kind", "refused"}, {"doubtful", verdict.doubtful}, {"reason", verdict.reason}};
  }
  json::object operator()(const Rejected& verdict) const { return {{"kind", "rejected"}, {"reason", verdict.reason}}; }
  json::object operator()(const Unreadable& verdict) const {
    return {{"kind", "unreadable"}, {"reason", verdict.reason}};
  }
};

struct PrintLookup {
  json::object operator()(const JobFound& verdict) const {
    return {{"kind", "found"}, {"upstream_id", verdict.upstream_id}};
  }
  json::object operator()(const JobAbsent&) const { return {{"kind", "absent"}}; }
  json::object operator()(const JobUnclear&) const { return {{"kind", "unclear"}}; }
};

Result<Request> make_request(const std::string& ask, const Job& job, const std::string& id, const Adapter& adapter) {
  if (ask == "poll") return adapter.make_poll(job, id);
  const std::optional<Request> request = ask == "cancel" ? adapter.make_cancel(job, id) : adapter.make_lookup(job);
  if (!request) return fail(Code::not_found, "the vendor cannot be asked");
  return *request;
}

void check_request(const json::object& fixture, const std::string& ask, const Adapter& adapter) {
  const json::object& tree = fixture.at("job").as_object();
  const Job job = read_job(tree);
  const Result<Request> request =
      ask == "submit" ? adapter.make_submit(job) : make_request(ask, job, text_of(fixture, "upstream_id"), adapter);
  if (const json::value* expected = json::find(fixture, "expect_error")) {
    ASSERT_FALSE(request);
    EXPECT_EQ(info(request.error().code).name, json::get_string(expected->as_object(), "code"));
    EXPECT_EQ(request.error().field, json::get_string(expected->as_object(), "field"));
    return;
  }
  ASSERT_TRUE(request) << request.error().message;
  const json::value printed = print_request(*request, tree);
  EXPECT_EQ(printed, fixture.at("expect_request")) << json::print(printed);
}

json::value read_verdict(const json::object& fixture, const std::string& ask, const Adapter& adapter) {
  const Answer answer = read_answer(fixture.at("answer").as_object(), adapter);
  const json::value* tree = json::find(fixture, "job");
  const Job job = tree == nullptr ? Job{} : read_job(tree->as_object());
  if (ask == "poll") {
    return std::visit(PrintVerdict{}, adapter.read_poll(job, text_of(fixture, "upstream_id"), answer));
  }
  if (ask == "lookup") return std::visit(PrintLookup{}, adapter.read_lookup(job, answer));
  return std::visit(PrintVerdict{}, adapter.read_submit(answer));
}

class AdapterFixture : public ::testing::TestWithParam<Fixture> {};

TEST_P(AdapterFixture, Holds) {
  const Adapter* adapter = built_in_adapters().find(GetParam().kind);
  ASSERT_NE(adapter, nullptr);
  const json::object fixture = read_fixture(GetParam().file);
  ASSERT_FALSE(json::get_string(fixture, "what").empty());
  ASSERT_TRUE(fixture.contains("job") || fixture.contains("answer"));
  const std::string ask = fixture.contains("ask") ? text_of(fixture, "ask") : "submit";
  if (fixture.contains("expect_request") || fixture.contains("expect_error")) check_request(fixture, ask, *adapter);
  if (fixture.contains("answer")) {
    const json::value verdict = read_verdict(fixture, ask, *adapter);
    EXPECT_EQ(verdict, fixture.at("expect_verdict")) << json::print(verdict);
  }
}

std::string print_name(const ::testing::TestParamInfo<Fixture>& info) {
  std::string name = fmt::format("{}_{}", info.param.kind, info.param.file.stem().string());
  std::ranges::replace_if(name, [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, AdapterFixture, ::testing::ValuesIn(list_fixtures()), print_name);

TEST(Fixtures, EveryAdapterHasSome) {
  const std::vector<Fixture> fixtures = list_fixtures();
  for (const std::string& kind : built_in_adapters().kinds()) {
    const auto count = std::ranges::count(fixtures, kind, &Fixture::kind);
    RecordProperty(kind, static_cast<int>(count));
    EXPECT_GT(count, 0) << "tests/provider/" << kind << " is empty";
  }
}

}  // namespace
}  // namespace darkroom::provider
