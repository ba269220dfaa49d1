#include "provider/adapters/google.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "provider/adapters/wire.h"

namespace darkroom::provider {
namespace {

// A daily quota is given back at the vendor's midnight, whatever RetryInfo says; asking once an hour finds that out.
constexpr milliseconds kDailyQuotaRest = std::chrono::hours(1);

// What the numbers behind "Support codes:" stand for.
struct SupportCode {
  std::string_view code;
  std::string_view category;
};
constexpr SupportCode kSupportCodes[] = {
    {"58061214", "child"},          {"17301594", "child"},         {"29310472", "celebrity"},
    {"15236754", "celebrity"},      {"64151117", "video_safety"},  {"42237218", "video_safety"},
    {"62263041", "dangerous"},      {"57734940", "hate"},          {"22137204", "hate"},
    {"74803281", "other"},          {"29578790", "other"},         {"42876398", "other"},
    {"39322892", "person_or_face"}, {"92201652", "personal_data"}, {"89371032", "prohibited"},
    {"49114662", "prohibited"},     {"72817394", "prohibited"},    {"60599140", "prohibited"},
    {"35561574", "third_party"},    {"35561575", "third_party"},   {"90789179", "sexual"},
    {"63429089", "sexual"},         {"43188360", "sexual"},        {"78610348", "toxic"},
    {"61493863", "violence"},       {"56562880", "violence"},      {"32635315", "vulgar"},
};

bool contains_ignoring_case(std::string_view text, std::string_view lower_case) {
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
  return !std::ranges::search(text, lower_case, same).empty();
}

struct ErrorFacts {
  int status_code = 0;
  std::string status;                 // "RESOURCE_EXHAUSTED", or "http_503" without one
  std::string_view message;           // never shown: vendors repeat requests in it
  std::optional<milliseconds> after;  // the longer of RetryInfo and Retry-After
  bool key_is_invalid = false;
  bool daily_quota = false;
};

void read_detail(const json::object& detail, ErrorFacts& facts) {
  const std::string_view type = find_text(detail, "@type");
  if (type.ends_with("google.rpc.ErrorInfo")) {
    if (find_text(detail, "reason") == "API_KEY_INVALID") facts.key_is_invalid = true;
  } else if (type.ends_with("google.rpc.RetryInfo")) {
    facts.after = std::max(facts.after, parse_duration(find_text(detail, "retryDelay")));
  } else if (type.ends_with("google.rpc.QuotaFailure")) {
    const json::array* violations = find_array(detail, "violations");
    if (violations == nullptr) return;
    for (const json::value& violation : *violations) {
      const json::object* tree = violation.if_object();
      if (tree != nullptr && find_text(*tree, "quotaId").find("PerDay") != std::string_view::npos) {
        facts.daily_quota = true;
      }
    }
  }
}

// `document` may be null: proxies answer with pages of their own.
ErrorFacts read_error_facts(const Answer& answer, const json::object* document) {
  ErrorFacts facts;
  facts.status_code = answer.status;
  facts.status = fmt::format("http_{}", answer.status);
  facts.after = read_retry_after(answer.headers);
  const json::object* error = document == nullptr ? nullptr : find_object(*document, "error");
  if (error == nullptr) return facts;
  facts.status = print_word(find_text(*error, "status"), facts.status);
  facts.message = find_text(*error, "message");
  if (const json::array* details = find_array(*error, "details")) {
    for (const json::value& detail : *details) {
      if (const json::object* tree = detail.if_object()) read_detail(*tree, facts);
    }
  }
  return facts;
}

bool is_daily(const ErrorFacts& facts) { return facts.status_code == 429 && facts.daily_quota; }

Fault find_google_fault(const ErrorFacts& facts) {
  if (facts.status_code != 400) return find_fault(facts.status_code);
  if (facts.key_is_invalid || facts.status == "FAILED_PRECONDITION") return Fault::key;
  return is_policy_text(facts.message) ? Fault::content : Fault::request;
}

std::string name_reason(const ErrorFacts& facts, Fault fault) {
  if (facts.key_is_invalid) return "API_KEY_INVALID";
  if (is_daily(facts)) return "daily quota used up";
  return fault == Fault::content ? describe_refusal(facts.status, facts.message) : facts.status;
}

}  // namespace

RequestHeader google_key_header(const Job& job) {
  if (!job.key_is_token) return {"x-goog-api-key", job.api_key};
  return {"Authorization", Secret("Bearer " + std::string(job.api_key.reveal()))};
}

Result<Request> make_google_post(const Job& job, std::string path, Result<std::vector<BodyPart>> body) {
  if (!body) return fail(std::move(body.error()));
  Request request;
  request.path = std::move(path);
  request.headers = {{"Content-Type", Secret("application/json")}, google_key_header(job)};
  request.body = std::move(*body);
  return request;
}

Request make_google_get(const Job& job, std::string path) {
  Request request;
  request.method = "GET";
  request.path = std::move(path);
  request.headers = {google_key_header(job)};
  return request;
}

const json::object* find_google_document(const Answer& answer) {
  if (!answer.is_json) return nullptr;
  const json::array* array = answer.document.if_array();
  return array != nullptr && array->size() == 1 ? array->front().if_object() : answer.document.if_object();
}

GoogleError read_google_error(const Answer& answer) {
  const ErrorFacts facts = read_error_facts(answer, find_google_document(answer));
  const Fault fault = find_google_fault(facts);
  std::optional<milliseconds> after = facts.after;
  if (is_daily(facts)) after = std::max(after.value_or(kDailyQuotaRest), kDailyQuotaRest);
  return {fault, name_reason(facts, fault), after};
}

bool is_policy_text(std::string_view message) {
  constexpr std::array<std::string_view, 4> kSigns{"support code", "usage guidelines", "responsible ai", "violat"};
  return std::ranges::any_of(kSigns, [&](std::string_view sign) { return contains_ignoring_case(message, sign); });
}

std::string describe_refusal(std::string_view word, std::string_view message) {
  std::string description = print_word(word, "blocked");
  std::string_view last;
  for (const SupportCode& row : kSupportCodes) {
    if (row.category == last || message.find(row.code) == std::string_view::npos) continue;
    description += (last.empty() ? ": " : ", ") + std::string(row.category);
    last = row.category;
  }
  return description;
}

bool is_service_account(const Secret& api_key) { return api_key.reveal().starts_with('{'); }

}  // namespace darkroom::provider
