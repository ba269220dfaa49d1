// Runs one fixture through an adapter. A fixture is one row of a vendor's tables, as JSON. "what" is a sentence; "ask"
// is "submit" (if absent), "poll", "cancel", "lookup", "probe" or "balance"; "job" is what is asked for, in a poll's
// answer too, and its references carry the text that the sender would stream; "upstream_id" is that of a poll or
// cancel. What is sent is in "expect_request" (method, path, headers, and body or text) or "expect_error" (code,
// field). What comes back is in "answer" (status, step, headers, and body, which is JSON, or text, which is anything),
// and what it means in "expect_verdict": its kind and members.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/json_exact.h"
#include "provider/free_calls.h"
#include "tests/support/adapter_print.h"

namespace darkroom::test {

inline json::object read_fixture(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  auto tree = json::parse_object(text);
  EXPECT_TRUE(tree) << tree.error().message;
  return tree.value_or(json::object());
}

// What net/json_lift does while an answer streams in: payloads leave the document in the order of their coming.
inline void lift_payloads(json::value& tree, const std::vector<std::string>& members, std::size_t& count) {
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

inline std::vector<http::Header> read_headers(const json::object& tree) {
  std::vector<http::Header> headers;
  if (const json::value* members = json::find(tree, "headers")) {
    for (const auto& [name, value] : members->as_object()) headers.push_back({name, std::string(value.as_string())});
  }
  return headers;
}

inline provider::Answer read_answer(const json::object& tree, const provider::Adapter& adapter) {
  provider::Answer answer;
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

inline provider::Job read_job(const json::object& tree) {
  provider::Job job;
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

inline std::optional<provider::Request> make_free_request(const std::string& ask, const provider::Job& job,
                                                          const provider::Adapter& adapter) {
  const provider::FreeCalls calls = adapter.free_calls();
  const auto make = ask == "probe" ? calls.make_probe : calls.make_balance;
  return make == nullptr ? std::nullopt : std::optional(make(job));
}

inline Result<provider::Request> make_request(const std::string& ask, const provider::Job& job, const std::string& id,
                                              const provider::Adapter& adapter) {
  if (ask == "poll") return adapter.make_poll(job, id);
  const std::optional<provider::Request> request = ask == "cancel"   ? adapter.make_cancel(job, id)
                                                   : ask == "lookup" ? adapter.make_lookup(job)
                                                                     : make_free_request(ask, job, adapter);
  if (!request) return fail(Code::not_found, "the vendor cannot be asked");
  return *request;
}

inline void check_request(const json::object& fixture, const std::string& ask, const provider::Adapter& adapter) {
  const json::object& tree = fixture.at("job").as_object();
  const provider::Job job = read_job(tree);
  const Result<provider::Request> request =
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

// The amount as it is shown, or that there is none.
inline json::value read_balance(const json::object& answer, const provider::Adapter& adapter) {
  const json::value* body = json::find(answer, "body");
  const auto document = json::parse_exact(body == nullptr ? text_of(answer, "text") : json::print(*body));
  if (!document) return json::object{{"kind", "unknown"}};
  const auto balance = adapter.free_calls().read_balance(*document);
  if (!balance) return json::object{{"kind", "unknown"}};
  return json::object{{"kind", "balance"}, {"amount", balance->amount.text()}, {"unit", balance->unit}};
}

inline json::value read_verdict(const json::object& fixture, const std::string& ask, const provider::Adapter& adapter) {
  const provider::Answer answer = read_answer(fixture.at("answer").as_object(), adapter);
  const json::value* tree = json::find(fixture, "job");
  const provider::Job job = tree == nullptr ? provider::Job{} : read_job(tree->as_object());
  if (ask == "poll") {
    return std::visit(PrintVerdict{}, adapter.read_poll(job, text_of(fixture, "upstream_id"), answer));
  }
  if (ask == "probe") return json::object{{"kind", provider::print(provider::read_probe(adapter, answer))}};
  if (ask == "balance") return read_balance(fixture.at("answer").as_object(), adapter);
  if (ask == "lookup") return std::visit(PrintLookup{}, adapter.read_lookup(job, answer));
  return std::visit(PrintVerdict{}, adapter.read_submit(answer));
}

inline void check_fixture(const std::filesystem::path& file, const provider::Adapter& adapter) {
  const json::object fixture = read_fixture(file);
  ASSERT_FALSE(json::get_string(fixture, "what").empty());
  ASSERT_TRUE(fixture.contains("job") || fixture.contains("answer"));
  const std::string ask = fixture.contains("ask") ? text_of(fixture, "ask") : "submit";
  if (fixture.contains("expect_request") || fixture.contains("expect_error")) check_request(fixture, ask, adapter);
  if (fixture.contains("answer")) {
    const json::value verdict = read_verdict(fixture, ask, adapter);
    EXPECT_EQ(verdict, fixture.at("expect_verdict")) << json::print(verdict);
  }
}

}  // namespace darkroom::test
