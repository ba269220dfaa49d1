// What an adapter makes, as JSON that a fixture can be compared with.
// Threads: values and free functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "provider/provider.h"

namespace darkroom::test {

inline std::string text_of(const json::object& tree, std::string_view name) {
  const json::value* value = json::find(tree, name);
  return value == nullptr ? std::string() : std::string(value->as_string());
}

// The body as it leaves: parts in a row, each blob as the text that the job's reference gives for it: "base64" where
// it is encoded on the way, "bytes" where it is sent as it is.
inline std::string join_body(const provider::Request& request, const json::object& job) {
  std::string body;
  for (const provider::BodyPart& part : request.body) {
    if (const auto* text = std::get_if<provider::TextPart>(&part)) {
      body += text->text;
      continue;
    }
    const auto& blob = std::get<provider::BlobPart>(part);
    for (const json::value& entry : job.at("references").as_array()) {
      const json::object& reference = entry.as_object();
      if (text_of(reference, "blob") == blob.blob) body += text_of(reference, blob.as_base64 ? "base64" : "bytes");
    }
  }
  return body;
}

// "body" for JSON, "text" for anything else, neither for an empty one.
inline json::object print_request(const provider::Request& request, const json::object& job) {
  json::object headers;
  for (const provider::RequestHeader& header : request.headers) headers[header.name] = header.value.reveal();
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

inline json::value print_after(std::optional<milliseconds> after) {
  return after ? json::value(after->count()) : json::value();
}

// Members that say the usual are left out.
inline json::object print_output(const provider::OutputSource& output) {
  json::object tree;
  provider::OutputRole role = provider::OutputRole::result;
  if (const auto* payload = std::get_if<provider::PayloadOutput>(&output)) {
    tree = {{"payload", payload->payload}, {"mime", payload->claimed_mime}};
    role = payload->role;
  } else {
    const auto& url = std::get<provider::UrlOutput>(output);
    tree = {{"url", url.url}, {"mime", url.claimed_mime}};
    role = url.role;
    json::object headers;
    for (const provider::RequestHeader& header : url.headers) headers[header.name] = header.value.reveal();
    if (!headers.empty()) tree["headers"] = headers;
  }
  if (role == provider::OutputRole::last_frame) tree["role"] = "last_frame";
  return tree;
}

struct PrintVerdict {
  json::object operator()(const provider::Accepted& verdict) const {
    return {{"kind", "accepted"}, {"upstream_id", verdict.upstream_id}};
  }
  json::object operator()(const provider::Pending& verdict) const {
    return {{"kind", "pending"}, {"next_ms", print_after(verdict.next)}};
  }
  json::object operator()(const provider::AskAlso& verdict) const {
    return {{"kind", "ask_also"}, {"request", print_request(verdict.request, {})}};
  }
  json::object operator()(const provider::Completed& verdict) const {
    json::array outputs;
    for (const provider::OutputSource& output : verdict.outputs) outputs.push_back(print_output(output));
    return {{"kind", "completed"}, {"outputs", outputs}};
  }
  json::object operator()(const provider::JobFailed& verdict) const {
    return {{"kind", "job_failed"}, {"worth_repeating", verdict.worth_repeating}, {"reason", verdict.reason}};
  }
  json::object operator()(const provider::RetryLater& verdict) const {
    return {{"kind", "retry_later"},
            {"after_ms", print_after(verdict.after)},
            {"rest_key", verdict.rest_key},
            {"reason", verdict.reason}};
  }
  json::object operator()(const provider::TryNextRoute& verdict) const {
    return {{"kind", "try_next_route"}, {"key_is_bad", verdict.key_is_bad}, {"reason", verdict.reason}};
  }
  json::object operator()(const provider::Refused& verdict) const {
    return {{"kind", "refused"}, {"doubtful", verdict.doubtful}, {"reason", verdict.reason}};
  }
  json::object operator()(const provider::Rejected& verdict) const {
    return {{"kind", "rejected"}, {"reason", verdict.reason}};
  }
  json::object operator()(const provider::Unreadable& verdict) const {
    return {{"kind", "unreadable"}, {"reason", verdict.reason}};
  }
};

struct PrintLookup {
  json::object operator()(const provider::JobFound& verdict) const {
    return {{"kind", "found"}, {"upstream_id", verdict.upstream_id}};
  }
  json::object operator()(const provider::JobAbsent&) const { return {{"kind", "absent"}}; }
  json::object operator()(const provider::JobUnclear&) const { return {{"kind", "unclear"}}; }
};

}  // namespace darkroom::test
