#include "provider/adapters/openai_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include "provider/adapters/faults.h"
#include "provider/adapters/media_wire.h"

namespace darkroom::provider {
namespace {

// ---- the request

// Nobody outside knows a job's tag, so no text of a customer can hold the boundary.
std::string make_boundary(const Job& job) {
  constexpr std::size_t kMostTagBytes = 60;  // 70 in all, RFC 2046 section 5.1.1
  std::string boundary = "darkroom-" + job.tag.substr(0, kMostTagBytes);
  const auto strange = [](unsigned char c) { return std::isalnum(c) == 0; };
  std::ranges::replace_if(boundary, strange, '-');
  return boundary;
}

std::string_view extension_of(std::string_view mime) {
  const std::string_view type = mime.substr(mime.find('/') + 1);
  return type == "jpeg" ? "jpg" : type;
}

class FormWriter {
 public:
  explicit FormWriter(const Job& job) : boundary_(make_boundary(job)) {}

  void field(std::string_view name, const json::value& value) {
    begin(fmt::format("name=\"{}\"", name));
    body_.text("\r\n").text(value.is_string() ? std::string(value.get_string()) : json::print(value)).text("\r\n");
  }
  void file(std::string_view name, std::string_view stem, const ReferenceFile& file) {
    begin(fmt::format("name=\"{}\"; filename=\"{}.{}\"", name, stem, extension_of(file.mime)));
    body_.text("Content-Type: ").text(file.mime).text("\r\n\r\n").bytes_of(file.blob).text("\r\n");
  }
  std::string content_type() const { return "multipart/form-data; boundary=" + boundary_; }
  std::vector<BodyPart> finish() {
    body_.text("--").text(boundary_).text("--\r\n");
    return std::move(body_).finish();
  }

 private:
  void begin(std::string_view disposition) {
    body_.text("--").text(boundary_).text("\r\nContent-Disposition: form-data; ").text(disposition).text("\r\n");
  }
  std::string boundary_;
  BodyWriter body_;
};

Status check_references(const Job& job) {
  const auto count = [&](std::string_view role) {
    return std::ranges::count(job.references, role, &ReferenceFile::role);
  };
  const auto images = count("image");
  const auto masks = count("mask");
  if (images + masks != static_cast<std::ptrdiff_t>(job.references.size())) {
    return fail(Code::invalid_parameter, "this route takes pictures and a mask only", "references");
  }
  if (masks > 1 || (masks == 1 && images == 0)) {
    return fail(Code::invalid_parameter, "one mask goes with at least one picture", "mask");
  }
  return {};
}

// One picture is "image" and several are "image[]": every server takes the first, most take only the second for more.
Request make_edit(const Job& job, const json::object& fields) {
  FormWriter form(job);
  for (const auto& [name, value] : fields) form.field(name, value);
  const auto images = std::ranges::count(job.references, "image", &ReferenceFile::role);
  std::size_t index = 0;
  for (const ReferenceFile& reference : job.references) {
    if (reference.role == "mask") {
      form.file("mask", "mask", reference);
    } else {
      form.file(images == 1 ? "image" : "image[]", std::to_string(index++), reference);
    }
  }
  Request request;
  request.path = "/images/edits";
  request.headers = openai_headers(job, form.content_type());
  request.body = form.finish();
  return request;
}

// ---- the answer: HTTP 2xx

// An entry says what it is, or the whole answer does; else the file itself will.
std::string claimed_mime(const json::object& entry, const json::object& document) {
  const std::string_view mime = find_text(entry, "mediaType");
  if (!mime.empty()) return std::string(mime.substr(0, 64));
  const std::string format = print_word(find_text(document, "outputFormat"), "");
  return format.empty() ? std::string() : "image/" + format;
}

std::optional<OutputSource> read_entry(const json::object& entry, const json::object& document) {
  if (const auto payload = find_payload(entry, "b64_json"))
    return PayloadOutput{*payload, claimed_mime(entry, document)};
  const std::string_view url = find_text(entry, "url");
  if (!url.starts_with("https://") && !url.starts_with("http://")) return std::nullopt;
  UrlOutput output;
  output.url = url;
  output.claimed_mime = claimed_mime(entry, document);
  return output;
}

Verdict read_pictures(const json::object& document) {
  Completed completed;
  const json::array* data = find_array(document, "data");
  if (data == nullptr) return Unreadable{"no data"};
  for (const json::value& value : *data) {
    const json::object* entry = value.if_object();
    auto output = entry == nullptr ? std::nullopt : read_entry(*entry, document);
    if (output) completed.outputs.push_back(std::move(*output));
  }
  if (completed.outputs.empty()) return Unreadable{"no picture in the data"};
  return completed;
}

// ---- the answer: errors

constexpr FaultRow kCodes[] = {
    {"moderation_blocked", Fault::content},
    {"content_policy_violation", Fault::content},
    {"invalid_api_key", Fault::key},
    {"insufficient_quota", Fault::key},
    {"billing_hard_limit_reached", Fault::key},
    {"billing_not_active", Fault::key},
    {"model_not_found", Fault::model},
};

// What the vendor's filter found: lists of words in one of two places.
std::string join_categories(const json::object& error) {
  std::string all;
  const json::object* details = find_object(error, "moderationDetails");
  const json::object* metadata = find_object(error, "metadata");
  const json::array* words = details == nullptr ? nullptr : find_array(*details, "categories");
  if (words == nullptr && metadata != nullptr) words = find_array(*metadata, "reasons");
  if (words == nullptr) return all;
  for (const json::value& word : *words) {
    if (word.is_string() && all.size() < 256) {
      all += (all.empty() ? ": " : ", ") + print_word(std::string_view(word.get_string()), "other");
    }
  }
  return all;
}

// The rule of the vendor's own libraries: x-should-retry wins over the status.
Fault heed_should_retry(Fault fault, const std::vector<http::Header>& headers) {
  const auto wish = http::find_header(headers, "x-should-retry");
  if (wish == "true" && (fault == Fault::request || fault == Fault::strange)) return Fault::overload;
  // Not here, but another route may do it.
  if (wish == "false" && (fault == Fault::overload || fault == Fault::quota)) return Fault::model;
  return fault;
}

std::optional<milliseconds> read_retry_wish(const std::vector<http::Header>& headers) {
  const auto exact = http::find_header(headers, "retry-after-ms");
  double count = 0;
  if (exact) {
    const auto [end, problem] = std::from_chars(exact->data(), exact->data() + exact->size(), count);
    constexpr double kDay = 86'400'000;
    if (problem == std::errc() && count >= 0)
      return milliseconds(static_cast<std::int64_t>(std::ceil(std::min(count, kDay))));
  }
  return read_retry_after(headers);
}

// A relay that has no code for a content decision says it in words, or lists the reasons beside a 403.
bool is_content_decision(int status, const json::object& error) {
  if (status == 403) return !join_categories(error).empty();
  if (status != 400) return false;
  const std::string_view message = find_text(error, "message");
  return message.contains("ContentPolicyViolation") || message.contains("safety system");
}

Verdict read_error(int status, const std::vector<http::Header>& headers, const json::object* error) {
  const json::object none;
  if (error == nullptr) error = &none;
  std::string reason = print_word(find_text(*error, "code"), "");
  if (reason.empty()) reason = print_word(find_text(*error, "type"), fmt::format("http_{}", status));
  Fault fault = find_fault(kCodes, reason).value_or(find_fault(status));
  if (is_content_decision(status, *error)) fault = Fault::content;
  if (fault == Fault::content) reason += join_categories(*error);
  return judge_submit(heed_should_retry(fault, headers), std::move(reason), read_retry_wish(headers));
}

}  // namespace

std::vector<RequestHeader> openai_headers(const Job& job, std::string_view content_type) {
  return {{"Content-Type", Secret(std::string(content_type))},
          {"Authorization", Secret("Bearer " + std::string(job.api_key.reveal()))}};
}

Result<Request> make_openai_images(const Job& job, const json::object& fields) {
  if (!job.references.empty()) {
    DR_TRY(check_references(job));
    return make_edit(job, fields);
  }
  Request request;
  request.path = "/images/generations";
  request.headers = openai_headers(job, "application/json");
  request.body = {TextPart{json::print(fields)}};
  return request;
}

Verdict read_openai_images(const Answer& answer) {
  const json::object* document = find_document(answer);
  const json::object* error = document == nullptr ? nullptr : find_object(*document, "error");
  if (!is_success(answer)) return read_error(answer.status, answer.headers, error);
  if (document == nullptr) return Unreadable{answer.is_json ? "the answer is no JSON object" : "not JSON"};
  // A relay that had begun its 200 when its own vendor failed.
  if (error != nullptr) return read_error(static_cast<int>(json::get_int(*error, "code", 502)), answer.headers, error);
  return read_pictures(*document);
}

}  // namespace darkroom::provider
